//! Designs of experiments: which parameters vary, and the points at which policies are compared.
//!
//! A [`DesignSpec`] says what a user asked for; [`Design::new`] checks it against a scenario and finds every point from its
//! number. Nothing here runs a simulation or reads a file. Equations and sources: `docs/studies/designs.md`.

mod axis;
mod law;
mod passage;
mod read;
mod sampler;
mod sobol;
mod table;
mod uncertain;

pub use axis::Axis;
pub use sampler::SaltelliRow;
pub use uncertain::{UncertainDraws, left_out, of_uncertain};

pub(crate) use passage::Passage;

use crate::scenario::source::{Files, Finding, Findings, Place};
use crate::scenario::{Diagnostic, Loaded, Policy, level, suggest};
use sampler::Sampler;
use serde::{Deserialize, Serialize};
use sobol::{MAX_DIMENSIONS, SobolPoints};
use std::fmt::Write as _;

/// Most points of a design.
pub const MAX_POINTS: u64 = 1_000_000;
/// Largest number of the first point of a Sobol sequence.
const MAX_SKIP: u64 = 1 << 30;

/// How points are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "design", rename_all = "snake_case")]
pub enum Kind {
    /// Every combination of the levels of all axes, the last axis changing fastest.
    Factorial,
    /// A Latin hypercube: each of `points` strata of each axis once (`McKay`, Beckman and Conover 1979).
    Latin {
        /// Number of points.
        points: u64,
    },
    /// Sobol points; a power of two of them is balanced.
    Sobol {
        /// Number of points.
        points: u64,
        /// Whether they are scrambled by the seed (Owen 1995).
        scramble: bool,
        /// How many points of the sequence are left out at its beginning.
        skip: u64,
    },
    /// Rows for Sobol indices (Saltelli et al. 2010): k + 2 a sample, 2k + 2 with second order.
    Saltelli {
        /// Base samples; a power of two is balanced.
        samples: u64,
        /// Whether pairs of axes are to be told apart.
        second_order: bool,
        /// Whether the Sobol points beneath are scrambled by the seed.
        scramble: bool,
        /// How many points of the sequence beneath are left out at its beginning.
        skip: u64,
    },
    /// Trajectories for elementary effects (Morris 1991): k + 1 rows each.
    Morris {
        /// Number of trajectories.
        trajectories: u64,
        /// Levels of each axis, an even number.
        levels: u64,
    },
    /// Independent draws.
    Random {
        /// Number of points.
        points: u64,
    },
    /// Rows of a table with one column a path; an empty cell leaves the parameter as it is.
    Table {
        /// The CSV text, not its place.
        csv: String,
    },
}

impl Kind {
    /// The word that names the kind.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Factorial => "factorial",
            Self::Latin { .. } => "latin",
            Self::Sobol { .. } => "sobol",
            Self::Saltelli { .. } => "saltelli",
            Self::Morris { .. } => "morris",
            Self::Random { .. } => "random",
            Self::Table { .. } => "table",
        }
    }

    /// Whether more points leave those that were there as they are.
    #[must_use]
    pub const fn is_extendable(&self) -> bool {
        !matches!(self, Self::Factorial | Self::Latin { .. })
    }
}

/// A design as asked for: small, readable, and all that is needed to find its points again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignSpec {
    /// How points are chosen.
    #[serde(flatten)]
    pub kind: Kind,
    /// What varies, as [`Axis`] reads it; empty for a table.
    #[serde(default)]
    pub axes: Vec<String>,
    /// Seed of what is random in the design. Replications have a seed of their own.
    #[serde(default)]
    pub seed: u64,
}

/// What is set at a point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `path=value` for every policy: [`crate::scenario::Options::sets`].
    pub sets: Vec<String>,
    /// (policy, `path=value`) for one policy: [`crate::scenario::Options::policy_sets`].
    pub policy_sets: Vec<(String, String)>,
}

/// A checked design.
#[derive(Debug, Clone)]
pub struct Design {
    spec: DesignSpec,
    axes: Vec<Axis>,
    len: u64,
    sampler: Sampler,
    /// Values of a table; none in an empty cell.
    rows: Vec<Vec<Option<String>>>,
}

impl Design {
    /// Checks a design against the declarations of all parameters and the entries of a scenario.
    ///
    /// # Errors
    /// Everything that is wrong: axes, levels, counts, a design with more than [`MAX_POINTS`] points (before anything is allocated).
    pub fn new(spec: &DesignSpec, loaded: &Loaded) -> Result<Self, Vec<Diagnostic>> {
        if let Kind::Table { csv } = &spec.kind {
            let (axes, rows) = table::read(csv, spec, loaded)?;
            let (len, sampler) = (rows.len() as u64, Sampler::Table);
            return Ok(Self { spec: spec.clone(), axes, len, sampler, rows });
        }
        let (mut files, mut findings) = (Files::default(), Findings::default());
        let axes = axes(&spec.axes, loaded, &mut files, &mut findings);
        // Counts are looked at only with every axis at hand: a factorial's depend on the levels.
        let len = if axes.len() == spec.axes.len() {
            count(spec, &axes, &mut findings).unwrap_or(0)
        } else {
            0
        };
        let (errors, _) = findings.finish(&files);
        if !errors.is_empty() {
            return Err(errors);
        }
        let sampler = sampler(spec, &axes, len);
        Ok(Self { spec: spec.clone(), axes, len, sampler, rows: Vec::new() })
    }

    /// What was asked for.
    #[must_use]
    pub fn spec(&self) -> &DesignSpec {
        &self.spec
    }

    /// What varies, in the order of coordinates and columns.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Number of points.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no point; only a table may have none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Coordinates of a point in the unit cube, in the order of the axes; empty for tables and beyond the last point.
    #[must_use]
    pub fn unit(&self, point: u64) -> Vec<f64> {
        if point >= self.len {
            return Vec::new();
        }
        self.sampler.unit(point, self.axes.len())
    }

    /// The value of every axis at a point, with its unit; none where a table leaves it as it is. Empty beyond the last point.
    #[must_use]
    pub fn values(&self, point: u64) -> Vec<Option<String>> {
        if let Sampler::Table = self.sampler {
            return self.rows.get(point as usize).cloned().unwrap_or_default();
        }
        let unit = self.unit(point);
        self.axes.iter().zip(unit).map(|(axis, u)| Some(axis.value(u))).collect()
    }

    /// What is set at a point.
    #[must_use]
    pub fn settings(&self, point: u64) -> Settings {
        let mut out = Settings::default();
        for (axis, value) in self.axes.iter().zip(self.values(point)) {
            let Some(value) = value else { continue };
            let setting = format!("{}={value}", axis.path());
            match axis.policy() {
                Some(policy) => out.policy_sets.push((policy.to_owned(), setting)),
                None => out.sets.push(setting),
            }
        }
        out
    }

    /// One line that says what a point is: all its settings. Two points with the same text are the same point.
    #[must_use]
    pub fn row_text(&self, point: u64) -> String {
        let mut out = String::new();
        for (axis, value) in self.axes.iter().zip(self.values(point)) {
            let Some(value) = value else { continue };
            let tab = if out.is_empty() { "" } else { "\t" };
            let _ = write!(out, "{tab}{}={value}", axis.name());
        }
        out
    }

    /// What identifies the design whatever its length, where more points may follow: kind, axes, seed. The number of points
    /// belongs to it only where points depend on it (factorials, Latin hypercubes). The rows of a table do not.
    #[must_use]
    pub fn identity(&self) -> String {
        let mut out = format!("design {}", self.spec.kind.as_str());
        match &self.spec.kind {
            Kind::Factorial | Kind::Random { .. } => {}
            Kind::Latin { points } => drop(write!(out, " points {points}")),
            Kind::Sobol { scramble, skip, .. } => {
                let _ = write!(out, " scramble {scramble} skip {skip}");
            }
            Kind::Saltelli { second_order, scramble, skip, .. } => {
                let _ = write!(out, " second {second_order} scramble {scramble} skip {skip}");
            }
            Kind::Morris { levels, .. } => drop(write!(out, " levels {levels}")),
            Kind::Table { .. } => {
                let names: Vec<String> = self.axes.iter().map(Axis::name).collect();
                let _ = write!(out, "\n{}", names.join("\t"));
                return out;
            }
        }
        let _ = write!(out, " seed {}", self.spec.seed);
        for axis in &self.axes {
            let _ = write!(out, "\n{}", axis.text());
        }
        out
    }

    /// What a user should know about the number of points, if anything: a power of two balances Sobol points.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let (count, what) = match self.spec.kind {
            Kind::Sobol { points, skip: 0, .. } => (points, "points"),
            Kind::Saltelli { samples, skip: 0, .. } => (samples, "samples"),
            _ => return None,
        };
        if count.is_power_of_two() {
            return None;
        }
        let above = count.next_power_of_two();
        Some(format!(
            "{count} {what} are not balanced: Sobol sequences are at powers of two, such as {} or {above}",
            above / 2
        ))
    }
}

/// The axes whose text, path, levels and entries are fine.
fn axes(
    texts: &[String],
    loaded: &Loaded,
    files: &mut Files,
    findings: &mut Findings,
) -> Vec<Axis> {
    if texts.is_empty() {
        let finding = Finding::error(None, "", "the design has no axis: nothing varies");
        findings.push(
            finding
                .help("name a parameter, such as nation.EST.power_price=0.1 USD/kWh..0.3 USD/kWh"),
        );
    }
    if texts.len() > MAX_DIMENSIONS {
        let message = format!("the design has {} axes; at most {MAX_DIMENSIONS} fit", texts.len());
        findings.push(Finding::error(None, "", message));
        return Vec::new();
    }
    let read: Vec<Aimed> =
        texts.iter().filter_map(|text| Axis::parse(text, files, findings)).collect();
    let mut axes: Vec<Axis> = Vec::new();
    for aimed in &read {
        let (axis, _, place) = aimed;
        if let Some(finding) = misses(aimed, &read, loaded) {
            findings.push(finding);
        } else if axes.iter().any(|a| a.name() == axis.name()) {
            let message = format!("`{}` is an axis twice", axis.name());
            findings.push(Finding::error(Some(*place), axis.path(), message));
        } else {
            axes.push(axis.clone());
        }
    }
    axes
}

/// An axis with what it aims at, and where its path stands.
type Aimed = (Axis, level::Target, Place);

/// What is wrong with an axis whose policy or entry the scenario does not have, unless another axis switches the entry on.
fn misses((axis, target, place): &Aimed, all: &[Aimed], loaded: &Loaded) -> Option<Finding> {
    if let Some(name) = axis.policy()
        && loaded.policy(name).is_none()
    {
        let known: Vec<&str> = loaded.policies.iter().map(|p| p.name.as_str()).collect();
        let message = format!("the scenario has no policy `{name}`");
        let finding = Finding::error(Some(*place), axis.path(), message);
        return Some(finding.maybe_help(suggest::hint(name, &known)));
    }
    let is_its = |policy: &&Policy| axis.policy().is_none_or(|name| name == policy.name);
    let is_there = loaded.policies.iter().filter(is_its).any(|p| target.is_in(&p.scenario));
    let switches = |(axis, other, _): &Aimed| {
        (other.root, &other.id) == (target.root, &target.id) && axis.path().ends_with(".enabled")
    };
    let is_reached = is_there || all.iter().any(switches);
    (!is_reached).then(|| level::no_entry(axis.path(), target, *place, loaded))
}

/// Number of points; a finding where the design cannot be built.
fn count(spec: &DesignSpec, axes: &[Axis], findings: &mut Findings) -> Option<u64> {
    let points = match wanted(spec, axes) {
        Ok(points) => points,
        Err((message, help)) => {
            findings.push(Finding::error(None, "", message).help(help));
            return None;
        }
    };
    if points <= u128::from(MAX_POINTS) {
        return Some(points as u64);
    }
    let message = format!(
        "a {} design of {} would have {points} points; at most {MAX_POINTS} fit",
        spec.kind.as_str(),
        described(axes)
    );
    let help = match spec.kind {
        Kind::Factorial => "give the axes fewer levels, or draw points: a sobol or latin design",
        Kind::Saltelli { .. } => "ask for fewer samples, or screen the axes with a morris design",
        _ => "ask for fewer points",
    };
    findings.push(Finding::error(None, "", message).help(help));
    None
}

/// Number of points before any limit; a message and a help where there is none.
fn wanted(spec: &DesignSpec, axes: &[Axis]) -> Result<u128, (String, &'static str)> {
    let (k, most) = (axes.len(), MAX_DIMENSIONS / 2);
    let wide = |n: u64, rows: usize| u128::from(n) * rows as u128;
    let points = match &spec.kind {
        Kind::Factorial => combinations(axes)?,
        Kind::Latin { points } | Kind::Random { points } | Kind::Sobol { points, .. } => {
            u128::from(*points)
        }
        Kind::Saltelli { .. } if k > most => {
            let message = format!("a Saltelli design takes at most {most} axes, not {k}");
            return Err((message, "screen the axes with a morris design first"));
        }
        Kind::Saltelli { samples, second_order, .. } => {
            wide(*samples, SaltelliRow::per_sample(k, *second_order))
        }
        Kind::Morris { levels, .. } if *levels < 2 || levels % 2 != 0 || *levels > 1000 => {
            let message = format!("a morris design has an even number of levels, not {levels}");
            return Err((message, "take 4 levels; 2 to 1000 are allowed"));
        }
        Kind::Morris { trajectories, .. } => wide(*trajectories, k + 1),
        Kind::Table { .. } => 0,
    };
    if let Kind::Sobol { skip, .. } | Kind::Saltelli { skip, .. } = spec.kind
        && skip > MAX_SKIP
    {
        let message =
            format!("a Sobol sequence starts at most at its point {MAX_SKIP}, not {skip}");
        return Err((message, "lower the number of points that are skipped"));
    }
    if points == 0 {
        return Err(("the design has no points".to_owned(), "ask for one at least"));
    }
    Ok(points)
}

/// Number of combinations of all levels.
fn combinations(axes: &[Axis]) -> Result<u128, (String, &'static str)> {
    if let Some(axis) = axes.iter().find(|a| a.count().is_none()) {
        let message = format!("a factorial needs levels, and `{}` has none", axis.name());
        return Err((message, "write LO..HI/N for N levels, LO..HI:STEP or {a, b, c}"));
    }
    let levels = axes.iter().filter_map(Axis::count);
    Ok(levels.fold(1_u128, |all, n| all.saturating_mul(u128::from(n))))
}

/// The axes and their levels: `2 axes (20 × 50 levels)`.
fn described(axes: &[Axis]) -> String {
    let word = if axes.len() == 1 { "axis" } else { "axes" };
    let levels: Option<Vec<String>> = axes.iter().map(|a| Some(a.count()?.to_string())).collect();
    match levels.filter(|l| l.len() <= 12) {
        Some(levels) => format!("{} {word} ({} levels)", axes.len(), levels.join(" × ")),
        None => format!("{} {word}", axes.len()),
    }
}

fn sampler(spec: &DesignSpec, axes: &[Axis], len: u64) -> Sampler {
    let (k, seed) = (axes.len(), spec.seed);
    match spec.kind {
        Kind::Factorial => Sampler::Factorial(axes.iter().filter_map(Axis::count).collect()),
        Kind::Latin { .. } => Sampler::latin(k, len, seed),
        Kind::Sobol { scramble, skip, .. } => {
            Sampler::Sobol(SobolPoints::new(k, scramble.then_some(seed), skip))
        }
        Kind::Saltelli { second_order, scramble, skip, .. } => Sampler::Saltelli {
            points: SobolPoints::new(2 * k, scramble.then_some(seed), skip),
            second: second_order,
        },
        Kind::Morris { levels, .. } => Sampler::Morris { seed, levels },
        Kind::Random { .. } => Sampler::random(k, seed),
        Kind::Table { .. } => Sampler::Table,
    }
}
