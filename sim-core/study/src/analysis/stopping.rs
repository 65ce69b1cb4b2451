//! When a study has enough replications: the interval of what is followed is narrow enough.
//!
//! The rule looks after fixed blocks of B replications, for the first time after at least two blocks and 40 replications, so that neither the number
//! of threads nor the speed of a machine decides. It stops when the half-width of every interval is at most the target (Chow and Robbins 1965;
//! Glynn and Whitt 1992). To look repeatedly favours samples whose variance is too small by chance: the interval covers less than it says. [`Rule::expected_loss`]
//! bounds by how much, for normal outcomes. Not here: running anything.

use std::fmt::Write;

use autarky_engine::stats::Welford;
use serde::Serialize;

use super::{AnalysisError, text};
use crate::run::CONFIDENCE;

/// Replications before the first look, at least.
pub const FIRST_LOOK: u64 = 40;

/// Worst coverage lost at nominal 95 %, over all targets and over blocks of one replication to half the first look: replications at the first look,
/// loss. The test `coverage_losses_are_those_of_the_table` computes it anew.
const LOSSES: [(u64, f64); 5] =
    [(40, 0.0042), (100, 0.0021), (200, 0.0016), (400, 0.0012), (1000, 0.0009)];

/// A rule that stops a study.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rule {
    block: u64,
    target: f64,
    most: u64,
}

impl Rule {
    /// Stops at half-widths of at most `target`, looked at after every `block` replications, or at `most` replications.
    ///
    /// `block` is at least 1, `target` positive and finite, `most` at least [`FIRST_LOOK`].
    pub fn new(block: u64, target: f64, most: u64) -> Result<Self, AnalysisError> {
        let refuse = |what: &str, value: f64, allowed| {
            Err(AnalysisError::Value { what: what.to_owned(), value, allowed })
        };
        if block == 0 {
            return refuse("replications a block", 0.0, "at least 1");
        }
        if !(target > 0.0 && target.is_finite()) {
            return refuse("target of the half-width", target, "positive and finite");
        }
        if !(FIRST_LOOK..=1 << 53).contains(&most) {
            return refuse("most replications", most as f64, "between 40 and 2^53");
        }
        Ok(Self { block, target, most })
    }

    /// Replications at the first look, at most those of the last.
    #[must_use]
    pub fn first_look(&self) -> u64 {
        let blocks = FIRST_LOOK.div_ceil(self.block).max(2);
        blocks.saturating_mul(self.block).min(self.most)
    }

    /// Replications at the next look when `done` are done; none when no look is left.
    #[must_use]
    pub fn next_look(&self, done: u64) -> Option<u64> {
        let first = self.first_look();
        if done < first {
            return Some(first);
        }
        let next = (done / self.block + 1).saturating_mul(self.block);
        (done < self.most).then(|| next.min(self.most))
    }

    /// Number of looks at `done` replications, counted from 1; 0 before the first.
    #[must_use]
    pub fn look(&self, done: u64) -> u64 {
        let (first, last) = (self.first_look(), done >= self.most);
        if done < first {
            return 0;
        }
        let beyond = done.min(self.most) - first;
        1 + if last { beyond.div_ceil(self.block) } else { beyond / self.block }
    }

    /// Looks at what is followed after `done` replications: paired differences to the base, or means where there is one policy.
    ///
    /// `followed` has a name and the moments of each.
    #[must_use]
    pub fn decide(&self, done: u64, followed: &[(&str, Welford)]) -> Look {
        let followed: Vec<Followed> =
            followed.iter().map(|(name, moments)| self.follow(name, moments)).collect();
        let reached = !followed.is_empty() && followed.iter().all(|f| f.state == Width::Reached);
        let is_look = self.next_look(done.saturating_sub(1)) == Some(done);
        let decision = match (reached && is_look, done >= self.most) {
            (true, _) => Decision::Reached,
            (false, true) => Decision::Exhausted,
            (false, false) => Decision::Continue,
        };
        let looks = self.look(self.most);
        Look {
            decision,
            look: self.look(done),
            looks,
            replications: done,
            target: self.target,
            followed,
            nominal_coverage: CONFIDENCE,
            coverage_lost: if looks > 1 { self.expected_loss() } else { 0.0 },
        }
    }

    /// Bound of the coverage that looking repeatedly costs at nominal 95 %, for normal outcomes: the table's last row with no more replications at the
    /// first look. Where several intervals must be narrow, the rule stops later and loses less.
    #[must_use]
    pub fn expected_loss(&self) -> f64 {
        let first = self.first_look();
        let row = LOSSES.iter().rfind(|(least, _)| *least <= first);
        row.map_or(LOSSES[0].1, |(_, loss)| *loss)
    }

    fn follow(&self, name: &str, moments: &Welford) -> Followed {
        let half_width = moments.interval(CONFIDENCE).map(|i| i.half_width);
        let state = match half_width {
            _ if moments.count() < FIRST_LOOK => Width::TooFew,
            Some(0.0) => Width::Constant,
            Some(h) if h <= self.target => Width::Reached,
            _ => Width::Wide,
        };
        Followed { name: name.to_owned(), values: moments.count(), half_width, state }
    }
}

/// What a look decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Some interval is too wide, or there is no look at this number of replications.
    Continue,
    /// Every interval is narrow enough: stop.
    Reached,
    /// The most replications are done, and some interval is too wide.
    Exhausted,
}

/// How wide one interval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// Fewer than 40 defined values.
    TooFew,
    /// All values are equal: what varies has not been seen yet, or nothing does, so this is no reason to stop.
    Constant,
    /// Wider than the target.
    Wide,
    /// At most the target.
    Reached,
}

/// One quantity that the rule follows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Followed {
    /// Its name.
    pub name: String,
    /// Defined values.
    pub values: u64,
    /// Half-width of its 95 % interval; none below two values.
    pub half_width: Option<f64>,
    /// Against the target.
    pub state: Width,
}

/// A look at a study.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Look {
    /// What it decides.
    pub decision: Decision,
    /// Its number from 1 on; 0 before the first.
    pub look: u64,
    /// Number of looks at most.
    pub looks: u64,
    /// Replications done.
    pub replications: u64,
    /// Target of the half-width.
    pub target: f64,
    /// What is followed.
    pub followed: Vec<Followed>,
    /// Coverage that the intervals claim.
    pub nominal_coverage: f64,
    /// Coverage that the rule loses at most by looking repeatedly, for normal outcomes.
    pub coverage_lost: f64,
}

impl Look {
    /// The look in sentences.
    #[must_use]
    pub fn sentences(&self) -> String {
        let Self { look, looks, replications, .. } = self;
        let target = text::number(self.target);
        let place = format!("look {look} of at most {looks}, {replications} replications");
        let mut out = match self.decision {
            Decision::Continue => format!("Not narrow enough at {place}.\n"),
            Decision::Reached => {
                format!("Stopped at {place}: every half-width is at most {target}.\n")
            }
            Decision::Exhausted => {
                format!("Target {target} of the half-width not reached at {place}, the last.\n")
            }
        };
        for f in &self.followed {
            let width = text::optional(f.half_width);
            let note = match f.state {
                Width::TooFew => format!("only {} defined values", f.values),
                Width::Constant => "all values are equal, which is no reason to stop".to_owned(),
                Width::Wide => "too wide".to_owned(),
                Width::Reached => "narrow enough".to_owned(),
            };
            let _ = writeln!(out, "{}: half-width {width}, {note}", f.name);
        }
        let (nominal, lost) = (100.0 * self.nominal_coverage, 100.0 * self.coverage_lost);
        if self.coverage_lost > 0.0 {
            let _ = writeln!(
                out,
                "Looking repeatedly costs the {nominal:.0} % intervals at most {lost:.1} points of coverage (normal outcomes)."
            );
        }
        out
    }
}
