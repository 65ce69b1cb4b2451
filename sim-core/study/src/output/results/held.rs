//! Chunks on their way into a results folder: which runs are due, chunks that came before their turn, and taking all in canonical order.
//!
//! [`Results::hold`] writes a chunk to `chunks/` before anything else, so what it took survives a kill; the file goes when a part that holds its
//! runs is recorded. So a run lies in a part or in a chunk or in neither, is folded once, and in the same order as by one process: the folder is the same.
//! Chunks wait on disk, not in memory. Nothing here runs anything.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Results;
use crate::output::OutputError;
use crate::output::chunk::{Chunk, Head};
use crate::output::folder::CHUNKS;
use crate::run::schedule::Segment;

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The segment whose turn it is. The next one is known when all of its runs are there.
    pub segment: Segment,
    /// Its runs that are neither recorded nor held, by their numbers in canonical order; at least one. Any cut of them into chunks will do.
    pub runs: Vec<Range<u64>>,
}

/// The chunks in a folder, by start and end of their runs in the segment that is filled.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Those with runs that are still to be taken.
    ahead: BTreeSet<(u64, u64)>,
    /// Those whose runs are all taken, but perhaps not recorded by a part.
    taken: Vec<(u64, u64)>,
    /// The one that came now: its runs are at hand if it is its turn.
    now: Option<Chunk>,
}

impl Held {
    /// Start of the first runs that wait.
    pub(super) fn first(&self) -> Option<u64> {
        self.ahead.first().map(|(start, _)| *start)
    }

    /// Those of the runs `from..to` that wait in no chunk.
    fn gaps(&self, mut from: u64, to: u64) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        for &(start, end) in &self.ahead {
            if start >= to {
                break;
            }
            if start > from {
                gaps.push(from..start);
            }
            from = from.max(end);
        }
        if from < to {
            gaps.push(from..to);
        }
        gaps
    }
}

fn name((start, end): (u64, u64)) -> String {
    format!("{CHUNKS}/chunk-{start:012}-{end:012}.bin")
}

impl Results<'_> {
    /// The runs that are to be done next, wherever; none if the study is whole or, with a rule for enough replications, has enough. Then
    /// [`Results::finish`] closes the folder.
    ///
    /// # Errors
    ///
    /// The folder refuses.
    pub fn pending(&mut self) -> Result<Option<Pending>, OutputError> {
        let Some(segment) = self.current()? else { return Ok(None) };
        let runs = self.held.gaps(self.position(), self.total(&segment));
        Ok(Some(Pending { segment, runs }))
    }

    /// Takes a chunk of [`crate::output::chunk`]; the number of its runs that were not there before. Chunks may come in any order, more than once, and may overlap.
    /// When this returns, its runs survive a kill: `pending` leaves them out.
    ///
    /// # Errors
    ///
    /// It is no chunk, damaged, of another study, or of runs that are not due ([`OutputError::Chunk`]); nothing has changed then. Or the folder refuses.
    pub fn hold(&mut self, bytes: &[u8]) -> Result<u64, OutputError> {
        let study = self.study;
        let chunk = Chunk::read((study, self.statistics()), bytes).map_err(OutputError::Chunk)?;
        let segment = self.current()?;
        if self.knows(&chunk.head) {
            return Ok(0);
        }
        let fitting = segment.filter(|segment| self.fits(segment, &chunk.head));
        if fitting.is_none() {
            let reason = "its runs are neither recorded nor due; ask what is pending";
            return Err(OutputError::Chunk(reason.to_owned()));
        }
        let Range { start, end } = chunk.head.runs.clone();
        let gaps = self.held.gaps(start.max(self.position()), end);
        let new = gaps.iter().map(|gap| gap.end - gap.start).sum();
        if new > 0 {
            self.folder.make(CHUNKS)?;
            self.folder.write_bytes(&name((start, end)), bytes)?;
            self.held.ahead.insert((start, end));
            self.held.now = Some(chunk);
            let taken = self.current();
            // Chunks wait on disk, not in memory.
            self.held.now = None;
            taken?;
        }
        Ok(new)
    }

    /// Whether all runs of a chunk are taken.
    fn knows(&self, head: &Head) -> bool {
        let segments = &self.manifest.segments;
        let groups = self.groups(head);
        segments.iter().enumerate().any(|(at, recorded)| {
            let last = at + 1 == segments.len();
            let taken = if last { self.position() } else { recorded.runs };
            head.runs.end <= taken && recorded.segment.agrees(&head.segment, groups)
        })
    }

    /// Whether the runs of a chunk are those of the segment with the same numbers.
    fn fits(&self, segment: &Segment, head: &Head) -> bool {
        // A look at a study of one point ends its segment early; chunks may be longer.
        let most = segment.replications.end.max(self.study.replications);
        let whole = if segment.points.end - segment.points.start == 1 {
            Segment { replications: segment.replications.start..most, ..segment.clone() }
        } else {
            segment.clone()
        };
        segment.agrees(&head.segment, self.groups(head)) && head.runs.end <= self.total(&whole)
    }

    /// Pairs of point and replication up to the end of a chunk.
    fn groups(&self, head: &Head) -> u64 {
        head.runs.end.div_ceil(self.study.policies.len() as u64)
    }

    /// Takes the held runs that are next. A file that is not whole any more is removed, and its runs are due again.
    pub(super) fn take_held(&mut self, segment: &Segment) -> Result<(), OutputError> {
        let total = self.total(segment);
        while let Some(&(start, end)) = self.held.ahead.first() {
            let position = self.position();
            if start > position || position >= total {
                break;
            }
            if end > position {
                match self.read_held((start, end))? {
                    Some(chunk) => self.take(segment, chunk)?,
                    None => self.folder.remove(&name((start, end)))?,
                }
            }
            if end <= self.position() || self.position() < total {
                self.held.ahead.remove(&(start, end));
                self.held.taken.push((start, end));
            }
        }
        Ok(())
    }

    fn take(&mut self, segment: &Segment, chunk: Chunk) -> Result<(), OutputError> {
        let (policies, first) = (self.study.policies.len() as u64, self.study.first);
        let total = self.total(segment);
        for (run, kept) in chunk.head.runs.zip(chunk.kept) {
            // What was taken while a part was refused stays taken.
            if run == self.position() && run < total {
                self.keep(segment.task(run, policies, first), kept)?;
            }
        }
        Ok(())
    }

    /// The chunk of these runs, from memory if it came now; none if its file is not whole any more.
    fn read_held(&mut self, runs: (u64, u64)) -> Result<Option<Chunk>, OutputError> {
        let has = |chunk: &Chunk| (chunk.head.runs.start, chunk.head.runs.end) == runs;
        if let Some(chunk) = self.held.now.take_if(|chunk| has(chunk)) {
            return Ok(Some(chunk));
        }
        let bytes = self.folder.read(&name(runs))?;
        Ok(Chunk::read((self.study, self.statistics()), &bytes).ok().filter(has))
    }

    /// Finds the chunks that an earlier process left, and removes what is none or not due any more.
    pub(super) fn find_held(&mut self) -> Result<(), OutputError> {
        let files = self.folder.names(CHUNKS)?;
        let ours = files.into_iter().filter(|file| file.starts_with("chunk-"));
        let files: Vec<String> = ours.map(|file| format!("{CHUNKS}/{file}")).collect();
        if files.is_empty() {
            return Ok(());
        }
        let segment = self.aimed()?;
        for file in files {
            let bytes = self.folder.read(&file)?;
            let chunk = Chunk::read((self.study, self.statistics()), &bytes);
            let head = chunk.ok().map(|chunk| chunk.head).filter(|head| {
                segment.as_ref().is_some_and(|segment| self.fits(segment, head))
                    && name((head.runs.start, head.runs.end)) == file
                    && head.runs.end > self.position()
            });
            match head {
                Some(Head { runs, .. }) => {
                    self.held.ahead.insert((runs.start, runs.end));
                }
                None => self.folder.remove(&file)?,
            }
        }
        Ok(())
    }

    /// Removes the files of chunks whose runs are recorded.
    pub(super) fn drop_recorded(&mut self, recorded: u64) -> Result<(), OutputError> {
        let (done, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held.taken).into_iter().partition(|t| t.1 <= recorded);
        self.held.taken = open;
        done.into_iter().try_for_each(|runs| self.folder.remove(&name(runs)))
    }

    /// Removes every chunk: another segment begins, or the study is whole.
    pub(super) fn drop_held(&mut self) -> Result<(), OutputError> {
        let held = std::mem::take(&mut self.held);
        let all = held.ahead.into_iter().chain(held.taken);
        all.into_iter().try_for_each(|runs| self.folder.remove(&name(runs)))
    }
}
