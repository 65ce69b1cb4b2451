//! Whose turn it is: the segments of a study one after the other, and in each the runs that are next, from chunks or from a runner.

use autarky_market::record::Record;

use super::Results;
use crate::output::OutputError;
use crate::output::manifest::Recorded;
use crate::run::schedule::{BLOCK, Segment, Shard, Task, missing};
use crate::run::{Outcome, Runner, TaskError};

impl Results<'_> {
    /// Runs the study up to so many points and replications, from where it is.
    ///
    /// # Errors
    ///
    /// The threads cannot be started; what the folder refuses is in the outcome.
    pub fn run<S, P>(
        &mut self,
        runner: &mut Runner<'_, S, P>,
        (points, replications): (u64, u64),
    ) -> Result<Outcome<OutputError>, String>
    where
        S: Fn(Task) -> Result<Record, TaskError> + Sync,
        P: FnMut(),
    {
        let study = self.study;
        loop {
            let before = self.taken();
            let segment = match self.due(points, replications) {
                Ok(Some(segment)) => segment,
                Ok(None) => return Ok(Outcome { interrupted: false, sink_error: None }),
                Err(error) => return Ok(Outcome { interrupted: false, sink_error: Some(error) }),
            };
            (before..self.taken()).for_each(|_| (runner.progress)());
            let end = self.total(&segment);
            let end = self.held.first().map_or(end, |held| held.min(end));
            let outcome = runner.run(study, (&segment, self.position()..end), self)?;
            if outcome.interrupted || outcome.sink_error.is_some() {
                return Ok(outcome);
            }
        }
    }

    /// Runs that are recorded, or taken for the next part.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.manifest.runs.recorded + self.open
    }

    /// Runs of the last segment that are taken.
    pub(super) fn position(&self) -> u64 {
        self.manifest.segments.last().map_or(0, |last| last.runs) + self.open
    }

    /// Runs of a segment.
    pub(super) fn total(&self, segment: &Segment) -> u64 {
        segment.groups() * self.study.policies.len() as u64
    }

    /// The segment whose turn it is, after chunks that are next were taken; some of its runs are to be done. None if the study is whole or has enough.
    pub(super) fn current(&mut self) -> Result<Option<Segment>, OutputError> {
        while let Some(replications) = self.aim()? {
            let due = self.due(self.study.points, replications)?;
            // Where there is a rule, a look is reached now.
            if due.is_some() || self.study.until.is_none() {
                return Ok(due);
            }
        }
        Ok(None)
    }

    /// The segment whose turn it is, before any chunk is taken.
    pub(super) fn aimed(&mut self) -> Result<Option<Segment>, OutputError> {
        match self.aim()? {
            Some(replications) => self.next_segment(self.study.points, replications),
            None => Ok(None),
        }
    }

    /// As [`Self::next_segment`], after chunks that are next were taken.
    fn due(&mut self, points: u64, replications: u64) -> Result<Option<Segment>, OutputError> {
        while let Some(segment) = self.next_segment(points, replications)? {
            self.take_held(&segment)?;
            if self.position() < self.total(&segment) {
                return Ok(Some(segment));
            }
            self.write_part()?;
        }
        Ok(None)
    }

    /// The segment that is to be filled, the last of the manifest; none if the study is whole. `points` and `replications` say how far
    /// to go now, up to what the study asks for.
    ///
    /// # Errors
    ///
    /// The manifest can no longer be written.
    fn next_segment(
        &mut self,
        points: u64,
        replications: u64,
    ) -> Result<Option<Segment>, OutputError> {
        let policies = self.study.policies.len() as u64;
        self.shorten(replications);
        let unfinished = |s: &Recorded| s.runs < s.segment.groups() * policies;
        if let Some(last) = self.manifest.segments.last().filter(|s| unfinished(s)) {
            return Ok(Some(last.segment.clone()));
        }
        let done: Vec<Segment> = self.manifest.segments.iter().map(|s| s.segment.clone()).collect();
        let mut new = missing(&done, points, replications, self.study.shard).into_iter();
        let Some(segment) = new.next() else { return Ok(None) };
        if self.grows(&segment) {
            // The same rows in the same order as if it had been asked for at once.
            let last = self.manifest.segments.last_mut().expect("there is one to grow");
            last.segment.replications.end = segment.replications.end;
            return Ok(Some(last.segment.clone()));
        }
        self.write_part()?;
        self.drop_held()?;
        self.manifest.in_order &= self.follows(&segment);
        self.manifest.segments.push(Recorded { segment: segment.clone(), runs: 0 });
        Ok(Some(segment))
    }

    /// Takes from the last segment what was asked for once but not yet now; its runs that are taken stay.
    fn shorten(&mut self, replications: u64) {
        let (policies, taken) = (self.study.policies.len() as u64, self.position());
        let Some(Recorded { segment, .. }) = self.manifest.segments.last_mut() else { return };
        if segment.points == (0..1) && segment.shard == Shard::WHOLE {
            let taken = segment.replications.start + taken.div_ceil(policies);
            let end = segment.replications.end.min(replications.max(taken));
            segment.replications.end = end;
        }
    }

    /// Whether a segment continues the last one row by row.
    fn grows(&self, segment: &Segment) -> bool {
        self.manifest.segments.last().is_some_and(|last| {
            let last = &last.segment;
            last.points == segment.points
                && last.shard == Shard::WHOLE
                && last.replications.end == segment.replications.start
                && (last.replications.end % BLOCK == 0 || last.points.end - last.points.start == 1)
        })
    }

    /// Whether all of a segment comes after all that is recorded, in canonical order.
    fn follows(&self, segment: &Segment) -> bool {
        if segment.groups() == 0 {
            return true;
        }
        let policies = self.study.policies.len() as u64;
        let first = self.study.first;
        let last = self.manifest.segments.iter().filter_map(|s| {
            let groups = s.segment.groups();
            (groups > 0)
                .then(|| s.segment.task(groups * policies - 1, policies, first).place(first))
        });
        last.max().is_none_or(|last| last < segment.task(0, policies, first).place(first))
    }
}
