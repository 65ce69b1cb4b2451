//! Numbers of a study by the names of quantities, as report texts and charts ask for them.

use autarky_engine::stats::Interval;
use autarky_market::record::Actor;

use super::format::{self, Format, count};
use super::input::NestedRow;
use crate::design::Kind;
use crate::output::figure::sentence;
use crate::output::without_control;
use crate::run::{CONFIDENCE, Effect, Quantity, QuantityStatistics, Statistics, Study};

/// Points of the midpoint rule over quantiles.
const MEAN_POINTS: u32 = 20;

/// A study with its statistics.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) study: &'a Study,
    pub(super) statistics: &'a Statistics,
    /// Key outcomes over draws of parameters.
    pub(super) nested: &'a [NestedRow],
}

/// What the runs of a study are averages over, which decides what an interval can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Independent replications: Student's t over them.
    Shocks,
    /// Draws of uncertain parameters, each replicated: intervals over draws, of the outcomes in [`NestedRow`].
    Draws,
    /// Points of a design that are no draws: a mean over them, without interval.
    Points,
}

/// A difference to the base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Difference {
    pub(super) mean: f64,
    /// Whether it is zero in every run.
    pub(super) never: bool,
    /// With an interval, where there can be one.
    pub(super) effect: Option<Effect>,
}

/// A mean with what is known about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) mean: f64,
    pub(super) error: Option<f64>,
    pub(super) interval: Option<Interval>,
}

impl Level {
    /// Of the opposite quantity.
    pub(super) fn negative(self) -> Self {
        let interval = self.interval.map(|i| Interval { estimate: -i.estimate, ..i });
        Self { mean: -self.mean, interval, ..self }
    }
}

impl<'a> Reader<'a> {
    /// Positions of all policies.
    pub(super) fn policies(self) -> std::ops::Range<usize> {
        0..self.study.policies.len()
    }

    /// Positions of all recorded nations.
    pub(super) fn nations(self) -> std::ops::Range<usize> {
        0..self.study.policies[0].layout.nations.len()
    }

    /// Name of a nation for readers.
    pub(super) fn nation(self, nation: usize) -> String {
        let id = &self.study.policies[0].layout.nations[nation];
        without_control(self.study.nation_titles.get(nation).unwrap_or(id))
    }

    /// Name of an actor for readers: its title, where it has one.
    pub(super) fn actor(self, actor: &Actor) -> String {
        let titles = &self.study.actor_titles;
        let title = titles.iter().find(|(known, _)| known == actor).map(|(_, title)| title);
        without_control(title.unwrap_or(&actor.id))
    }

    /// Title of a policy for readers.
    pub(super) fn title(self, policy: usize) -> String {
        without_control(&self.study.policies[policy].title)
    }

    /// `2. ban`: number and name, as in all charts.
    pub(super) fn label(self, policy: usize) -> String {
        format!("{}. {}", policy + 1, without_control(&self.study.policies[policy].name))
    }

    /// `2. ban: Export ban`; the title alone where it says the same.
    pub(super) fn full_label(self, policy: usize) -> String {
        let (name, title) = (&self.study.policies[policy].name, self.title(policy));
        if title.eq_ignore_ascii_case(name) {
            format!("{}. {title}", policy + 1)
        } else {
            format!("{}: {title}", self.label(policy))
        }
    }

    /// Runs that every policy finished, at least: replications, at all points of a design.
    pub(super) fn runs(self) -> u64 {
        self.policies().map(|p| self.statistics.finished(p)).min().unwrap_or(0)
    }

    /// What the runs are averages over.
    pub(super) fn over(self) -> Over {
        match self.study.design_spec.as_ref().map(|spec| &spec.kind) {
            _ if self.study.points == 1 => Over::Shocks,
            Some(Kind::Random { .. } | Kind::Latin { .. } | Kind::Sobol { .. }) => Over::Draws,
            _ => Over::Points,
        }
    }

    /// `20 replications`, or `32 points of a random design, 2 replications each`, and how many of them are there if not all.
    pub(super) fn size(self) -> String {
        let Study { points, replications, design_spec, .. } = self.study;
        if self.over() == Over::Shocks {
            return count(self.runs(), "replication");
        }
        let kind = match design_spec.as_ref().map(|spec| &spec.kind) {
            None => "design".to_owned(),
            Some(Kind::Table { .. }) => "table".to_owned(),
            Some(kind @ (Kind::Sobol { .. } | Kind::Saltelli { .. } | Kind::Morris { .. })) => {
                format!("{} design", sentence(kind.as_str()))
            }
            Some(kind) => format!("{} design", kind.as_str()),
        };
        let (points_of, each) = (count(*points, "point"), count(*replications, "replication"));
        let all = format!("{points_of} of a {kind}, {each} each");
        if self.runs() < points.saturating_mul(*replications) {
            format!("{all}, of which every policy finished {}", count(self.runs(), "run"))
        } else {
            all
        }
    }

    /// One run in words: a replication, or a run where runs are at points.
    pub(super) fn unit(self) -> &'static str {
        if self.over() == Over::Shocks { "replication" } else { "run" }
    }

    /// Length of the run in years.
    pub(super) fn years(self) -> f64 {
        self.study.policies[0].layout.sample_days.last().map_or(0.0, |days| days / 365.25)
    }

    /// A date of the simulation as a fraction of years.
    pub(super) fn year(self, day: f64) -> f64 {
        1970.0 + (self.study.start_day + day) / 365.2425
    }

    /// A quantity with its position.
    pub(super) fn quantity(self, name: &str) -> Option<(usize, &'a Quantity)> {
        let at = self.statistics.quantity(name)?;
        Some((at, &self.statistics.quantities()[at]))
    }

    /// How a quantity is written.
    pub(super) fn format(self, name: &str) -> Option<Format> {
        self.quantity(name).map(|(_, quantity)| Format::of(quantity))
    }

    /// Name and format of a quantity for readers.
    pub(super) fn named(self, name: &str) -> Option<(String, Format)> {
        self.quantity(name).map(|(_, quantity)| (format::name(quantity), Format::of(quantity)))
    }

    /// A quantity of a policy and nation.
    pub(super) fn cell(
        self,
        policy: usize,
        nation: usize,
        name: &str,
    ) -> Option<&'a QuantityStatistics> {
        Some(self.statistics.cell(policy, nation, self.quantity(name)?.0))
    }

    /// Its mean, where any run has one, with an interval where there can be one.
    pub(super) fn level(self, policy: usize, nation: usize, name: &str) -> Option<Level> {
        let moments = self.cell(policy, nation, name)?.moments;
        let plain = Level { mean: moments.mean(), error: None, interval: None };
        (moments.count() > 0).then(|| match self.over() {
            Over::Points => plain,
            Over::Shocks => Level {
                error: moments.standard_error(),
                interval: moments.interval(CONFIDENCE),
                ..plain
            },
            Over::Draws => self.nested(name, (policy, nation), false).map_or(plain, |row| Level {
                mean: row.mean.mean,
                error: row.mean.standard_error,
                interval: interval(row),
            }),
        })
    }

    /// Its paired difference to the base, where it has an interval.
    pub(super) fn effect(self, policy: usize, nation: usize, name: &str) -> Option<Effect> {
        self.difference(policy, nation, name)?.effect
    }

    /// Its paired difference to the base; none for the base and without pairs.
    pub(super) fn difference(self, policy: usize, nation: usize, name: &str) -> Option<Difference> {
        let cell = self.cell(policy, nation, name)?;
        let pairs = cell.difference();
        if policy == 0 || pairs.count() == 0 {
            return None;
        }
        let plain = cell.effect();
        let (mean, effect) = match self.over() {
            Over::Shocks => (pairs.mean(), plain),
            Over::Points => (pairs.mean(), None),
            Over::Draws => match self.nested(name, (policy, nation), true) {
                None => (pairs.mean(), None),
                Some(row) => (row.mean.mean, over_draws(row, plain)),
            },
        };
        let never = pairs.mean() == 0.0 && pairs.standard_error() == Some(0.0);
        Some(Difference { mean, never, effect })
    }

    fn nested(
        self,
        name: &str,
        (policy, nation): (usize, usize),
        difference: bool,
    ) -> Option<&'a NestedRow> {
        self.nested.iter().find(|row| {
            (row.policy, row.nation, row.difference) == (policy, nation, difference)
                && row.quantity == name
        })
    }

    /// Whether a quantity is undefined or zero throughout: of a mechanism that nothing switches on.
    pub(super) fn is_nil(self, nation: usize, name: &str) -> bool {
        self.policies().filter_map(|p| self.cell(p, nation, name)).all(|cell| {
            let moments = cell.moments;
            moments.count() == 0
                || (moments.mean() == 0.0 && moments.standard_error().unwrap_or(0.0) == 0.0)
        })
    }

    /// Position and unit of a path over time.
    pub(super) fn path(self, name: &str) -> Option<(usize, &'static str)> {
        let mut paths = self.statistics.paths().enumerate();
        paths.find(|(_, (path, _))| *path == name).map(|(at, (_, unit))| (at, unit))
    }

    /// Quantile of a path at a sample. Of nations after those whose paths are followed there is none.
    pub(super) fn band(
        self,
        policy: usize,
        (nation, path, sample): (usize, usize, usize),
        q: f64,
    ) -> Option<f64> {
        self.statistics.band(policy, (nation, path, sample), q)
    }

    /// Mean of a path at a sample: `∫ Q(u) du` over quantiles by the midpoint rule with 20 points.
    pub(super) fn path_mean(self, policy: usize, at: (usize, usize, usize)) -> Option<f64> {
        let mut sum = 0.0;
        for k in 0..MEAN_POINTS {
            sum += self.band(policy, at, (f64::from(k) + 0.5) / f64::from(MEAN_POINTS))?;
        }
        Some(sum / f64::from(MEAN_POINTS))
    }
}

/// The interval of a mean over draws.
fn interval(row: &NestedRow) -> Option<Interval> {
    let half_width = row.mean.high? - row.mean.mean;
    Some(Interval { estimate: row.mean.mean, half_width, level: CONFIDENCE })
}

/// A difference over draws; what pairing removed is told by single runs.
fn over_draws(row: &NestedRow, plain: Option<Effect>) -> Option<Effect> {
    Some(Effect {
        pairs: row.draws,
        interval: interval(row)?,
        standard_error: row.mean.standard_error?,
        variance_removed: plain.and_then(|effect| effect.variance_removed),
    })
}
