//! Numbers of a study by the names of quantities, as report texts and charts ask for them.

use autarky_engine::stats::Interval;

use super::format::{self, Format};
use crate::output::without_control;
use crate::run::{CONFIDENCE, Effect, Quantity, QuantityStatistics, Statistics, Study};

/// Points of the midpoint rule over quantiles.
const MEAN_POINTS: u32 = 20;

/// A study with its statistics.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) study: &'a Study,
    pub(super) statistics: &'a Statistics,
}

/// A mean with what is known about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) mean: f64,
    pub(super) error: Option<f64>,
    pub(super) interval: Option<Interval>,
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

    /// Replications that every policy finished, at least.
    pub(super) fn replications(self) -> u64 {
        self.policies().map(|p| self.statistics.finished(p)).min().unwrap_or(0)
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

    /// Its mean, where any replication has one.
    pub(super) fn level(self, policy: usize, nation: usize, name: &str) -> Option<Level> {
        let moments = self.cell(policy, nation, name)?.moments;
        (moments.count() > 0).then(|| Level {
            mean: moments.mean(),
            error: moments.standard_error(),
            interval: moments.interval(CONFIDENCE),
        })
    }

    /// Its paired difference to the base.
    pub(super) fn effect(self, policy: usize, nation: usize, name: &str) -> Option<Effect> {
        self.cell(policy, nation, name)?.effect()
    }

    /// Points of the design; 1 without one.
    pub(super) const fn points(self) -> u64 {
        self.study.points
    }

    /// Whether a quantity is undefined or zero throughout: of a mechanism that nothing switches on.
    pub(super) fn is_nil(self, nation: usize, name: &str) -> bool {
        self.policies().all(|p| {
            self.level(p, nation, name)
                .is_none_or(|level| level.mean == 0.0 && level.error.unwrap_or(0.0) == 0.0)
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
