//! Scenario discovery: under which conditions a policy fails.
//!
//! The patient rule induction method (Friedman and Fisher 1999) as used for scenarios by Bryant and Lempert (2010): boxes in the space of the
//! uncertain parameters that hold many of the failures (coverage) and little else (density). Several boxes by covering: each is
//! sought among the points that no earlier one holds. Greedy search finds something in any noise, so each restriction has, beside its quasi-p-value, the share of
//! searches among shuffled failures that found as small a one (the min-P of Westfall and Young 1993): an honest p-value while nothing at all
//! matters. Not here: causes, and probabilities of the conditions.

mod search;

use std::fmt::{self, Write};

use autarky_engine::rng::Stream;
use serde::Serialize;

use self::search::{Found, Region, Side, Space};
use super::error::{distinct, same_length};
use super::{AnalysisError, Direction, Resampling, text};

/// Fewest failing and fewest succeeding points.
const LEAST: usize = 10;
/// Level at which a box is more than chance.
const LEVEL: f64 = 0.05;

/// One uncertain parameter of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Labels of its categories, which values count from 0; none for a numeric one.
    pub labels: Option<Vec<String>>,
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Settings {
    /// Share of the points peeled at a time, 0.01 to 0.5.
    pub alpha: f64,
    /// Smallest box, as a share of the points, 0 to 0.5; never fewer than 10 points.
    pub least_mass: f64,
    /// Boxes at most, 1 to 20.
    pub boxes: usize,
    /// Seed and number of shuffles.
    pub resampling: Resampling,
}

impl Default for Settings {
    fn default() -> Self {
        let resampling = Resampling { seed: 0, resamples: 199 };
        Self { alpha: 0.05, least_mass: 0.05, boxes: 4, resampling }
    }
}

/// From which outcome on a point fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// Worse than a value of the outcome.
    Value(f64),
    /// Among the worst share of points, in (0, 1); ties with the last of them fail as well.
    WorstShare(f64),
}

/// Which points fail.
///
/// Outcomes that are not finite and limits outside their range are errors.
pub fn failing(
    outcomes: &[f64],
    limit: Limit,
    direction: Direction,
) -> Result<Vec<bool>, AnalysisError> {
    let gains: Vec<f64> = outcomes.iter().map(|&x| direction.gain(x)).collect();
    if let Some((point, &value)) = outcomes.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        let what = format!("outcome of point {point}");
        return Err(AnalysisError::Value { what, value, allowed: "finite" });
    }
    let refuse = |value, allowed| {
        Err(AnalysisError::Value { what: "limit of failure".to_owned(), value, allowed })
    };
    match limit {
        Limit::Value(value) if !value.is_finite() => refuse(value, "finite"),
        Limit::Value(value) => Ok(gains.iter().map(|&g| g < direction.gain(value)).collect()),
        Limit::WorstShare(share) if share > 0.0 && share < 1.0 => {
            let mut sorted = gains.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let last = ((share * gains.len() as f64).ceil() as usize).max(1) - 1;
            let edge = sorted.get(last).copied().unwrap_or(f64::NEG_INFINITY);
            Ok(gains.iter().map(|&g| g <= edge).collect())
        }
        Limit::WorstShare(share) => refuse(share, "above 0 and below 1"),
    }
}

/// Limits of a box in one dimension.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// Between two values, included; none where there is no limit. Halfway between the points on either side.
    Range {
        /// Lower limit.
        low: Option<f64>,
        /// Upper limit.
        high: Option<f64>,
    },
    /// One of these categories.
    Among(Vec<String>),
}

/// One condition of a box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The parameter.
    pub name: String,
    /// Where it must lie.
    pub limits: Limits,
    /// Bryant and Lempert's quasi-p-value: probability of as many failures if this condition made no difference to the others; small by search alone.
    pub quasi_p: f64,
    /// Share of searches among shuffled failures with as small a quasi-p-value.
    pub p_value: f64,
}

/// What a box holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Holding {
    /// Points, less those of earlier boxes.
    pub points: usize,
    /// Failing points among them.
    pub failures: usize,
    /// Share of all failures.
    pub coverage: f64,
    /// Share of its points that fail.
    pub density: f64,
    /// Share of all points.
    pub mass: f64,
    /// Number of dimensions with a limit.
    pub restricted: usize,
}

/// One box in which the policy fails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailureBox {
    /// Its conditions, all of which must hold.
    pub conditions: Vec<Condition>,
    /// What it holds.
    pub holding: Holding,
    /// Share of searches among shuffled failures that found as small a quasi-p-value in any dimension.
    pub p_value: f64,
    /// The boxes that peeling passed through, from the whole space on: the trade between coverage and density.
    pub trajectory: Vec<Holding>,
}

/// When a policy fails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discovery {
    /// Points of the design.
    pub points: usize,
    /// Points at which the policy fails.
    pub failures: usize,
    /// How it was searched.
    pub settings: Settings,
    /// The boxes, in the order found. The first may be chance (see its p-value); later ones are kept at p ≤ 5 % only, and if their points fail
    /// at least as often as all.
    pub boxes: Vec<FailureBox>,
}

/// Seeks boxes of failures: `x[point][dimension]`, and whether each point fails.
///
/// Errors: shapes that do not fit, values that are not finite or no category, fewer than ten failing or fewer than ten succeeding points,
/// settings outside their ranges.
pub fn discover(
    dimensions: &[Dimension],
    x: &[Vec<f64>],
    fails: &[bool],
    settings: Settings,
) -> Result<Discovery, AnalysisError> {
    check_settings(&settings)?;
    let columns = columns(dimensions, x)?;
    same_length(|| "whether points fail".to_owned(), fails.len(), x.len())?;
    let failures = fails.iter().filter(|&&fails| fails).count();
    for (what, found) in [("fail", failures), ("succeed", x.len() - failures)] {
        if found < LEAST {
            let what = format!("points of {} that {what}", x.len());
            return Err(AnalysisError::TooFew { what, found, needed: LEAST });
        }
    }
    let categories: Vec<usize> =
        dimensions.iter().map(|d| d.labels.as_ref().map_or(0, Vec::len)).collect();
    let search = Search { dimensions, columns, categories, fails, failures, settings };
    Ok(Discovery { points: x.len(), failures, settings, boxes: search.boxes() })
}

fn check_settings(settings: &Settings) -> Result<(), AnalysisError> {
    settings.resampling.check()?;
    let refuse = |what: &str, value, allowed| {
        Err(AnalysisError::Value { what: what.to_owned(), value, allowed })
    };
    if !(0.01..=0.5).contains(&settings.alpha) {
        return refuse("share peeled at a time", settings.alpha, "between 0.01 and 0.5");
    }
    if !(0.0..=0.5).contains(&settings.least_mass) {
        return refuse("smallest share of points", settings.least_mass, "between 0 and 0.5");
    }
    if !(1..=20).contains(&settings.boxes) {
        return refuse("number of boxes", settings.boxes as f64, "between 1 and 20");
    }
    Ok(())
}

/// `[dimension][point]`, with every value checked.
fn columns(dimensions: &[Dimension], x: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, AnalysisError> {
    if dimensions.is_empty() {
        let what = "uncertain parameters".to_owned();
        return Err(AnalysisError::TooFew { what, found: 0, needed: 1 });
    }
    distinct("parameter", &dimensions.iter().map(|d| d.name.as_str()).collect::<Vec<_>>())?;
    for (point, row) in x.iter().enumerate() {
        same_length(|| format!("point {point}"), row.len(), dimensions.len())?;
        for (dimension, &value) in dimensions.iter().zip(row) {
            let refuse = |allowed| {
                let what = format!("`{}` of point {point}", dimension.name);
                Err(AnalysisError::Value { what, value, allowed })
            };
            match &dimension.labels {
                None if !value.is_finite() => return refuse("finite"),
                Some(labels) if !is_category(value, labels.len()) => {
                    return refuse("the number of a category, from 0 on");
                }
                _ => {}
            }
        }
    }
    Ok((0..dimensions.len()).map(|d| x.iter().map(|row| row[d]).collect()).collect())
}

fn is_category(value: f64, categories: usize) -> bool {
    value >= 0.0 && value < categories as f64 && value.fract() == 0.0
}

struct Search<'a> {
    dimensions: &'a [Dimension],
    columns: Vec<Vec<f64>>,
    categories: Vec<usize>,
    fails: &'a [bool],
    failures: usize,
    settings: Settings,
}

impl Search<'_> {
    fn boxes(&self) -> Vec<FailureBox> {
        let mut active: Vec<usize> = (0..self.fails.len()).collect();
        let mut boxes: Vec<FailureBox> = Vec::new();
        let base = self.failures as f64 / self.fails.len() as f64;
        while boxes.len() < self.settings.boxes {
            let failures = active.iter().filter(|&&i| self.fails[i]).count();
            if failures < LEAST || active.len() - failures < LEAST {
                break;
            }
            let least = (self.settings.least_mass * self.fails.len() as f64).ceil() as usize;
            let limits = (self.settings.alpha, least.max(LEAST));
            let space = Space::new((&self.columns, &self.categories), &active, limits);
            let found = space.search(self.fails);
            if found.quasi_p.is_empty() {
                break;
            }
            let chance = self.by_chance(&space, &active, boxes.len());
            let failure_box = self.describe(&found, &chance);
            let significant = failure_box.p_value <= LEVEL;
            if !boxes.is_empty() && failure_box.holding.density < base {
                break;
            }
            if significant || boxes.is_empty() {
                boxes.push(failure_box);
            }
            if !significant {
                break;
            }
            active.retain(|&i| !self.is_inside(&found.region, i));
        }
        boxes
    }

    fn is_inside(&self, region: &Region, point: usize) -> bool {
        region.sides.iter().zip(&self.columns).all(|(side, column)| side.contains(column[point]))
    }

    /// Smallest quasi-p-value of the search among shuffled failures, for each shuffle.
    fn by_chance(&self, space: &Space<'_>, active: &[usize], number: usize) -> Vec<f64> {
        let name = format!("box {number}");
        let mut stream = self.settings.resampling.stream("scenario discovery", &name);
        let mut shuffled = self.fails.to_vec();
        let mut values: Vec<bool> = active.iter().map(|&i| self.fails[i]).collect();
        let shuffles = 0..self.settings.resampling.resamples;
        shuffles
            .map(|_| {
                shuffle(&mut values, &mut stream);
                active.iter().zip(&values).for_each(|(&i, &fails)| shuffled[i] = fails);
                space.search(&shuffled).smallest()
            })
            .collect()
    }

    fn describe(&self, found: &Found, chance: &[f64]) -> FailureBox {
        let as_small = |p: f64| chance.iter().filter(|&&other| other <= p).count();
        let p_value = |p: f64| (1 + as_small(p)) as f64 / (1 + chance.len()) as f64;
        let condition = |&(d, quasi_p): &(usize, f64)| Condition {
            name: self.dimensions[d].name.clone(),
            limits: self.limits(d, &found.region.sides[d]),
            quasi_p,
            p_value: p_value(quasi_p),
        };
        FailureBox {
            conditions: found.quasi_p.iter().map(condition).collect(),
            holding: self.holding(&found.region),
            p_value: p_value(found.smallest()),
            trajectory: found.trajectory.iter().map(|region| self.holding(region)).collect(),
        }
    }

    fn limits(&self, dimension: usize, side: &Side) -> Limits {
        match side {
            Side::Range(low, high) => {
                let finite = |x: f64| x.is_finite().then_some(x);
                Limits::Range { low: finite(*low), high: finite(*high) }
            }
            Side::Among(kept) => {
                let labels = self.dimensions[dimension].labels.iter().flatten().zip(kept);
                Limits::Among(labels.filter(|(_, kept)| **kept).map(|(l, _)| l.clone()).collect())
            }
        }
    }

    fn holding(&self, region: &Region) -> Holding {
        Holding {
            points: region.points,
            failures: region.failures,
            coverage: region.failures as f64 / self.failures as f64,
            density: region.density(),
            mass: region.points as f64 / self.fails.len() as f64,
            restricted: region.restricted().count(),
        }
    }
}

/// Fisher–Yates.
fn shuffle(values: &mut [bool], stream: &mut Stream) {
    for last in (1..values.len()).rev() {
        values.swap(last, stream.uniform_below(last as u64 + 1) as usize);
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.limits {
            Limits::Range { low: Some(low), high: Some(high) } => {
                write!(f, "{} ≤ {name} ≤ {}", text::number(*low), text::number(*high))
            }
            Limits::Range { low: Some(low), .. } => write!(f, "{name} ≥ {}", text::number(*low)),
            Limits::Range { high, .. } => write!(f, "{name} ≤ {}", text::optional(*high)),
            Limits::Among(labels) => write!(f, "{name} among {}", labels.join(", ")),
        }
    }
}

impl Discovery {
    /// The boxes as text.
    #[must_use]
    pub fn table(&self) -> String {
        let Self { points, failures, .. } = self;
        let rate = text::percent(*failures as f64 / *points as f64);
        let mut out = format!("Fails at {failures} of {points} points ({rate}).\n");
        if self.boxes.is_empty() {
            out += "No box holds failures more densely than chance would.\n";
        }
        for (number, found) in self.boxes.iter().enumerate() {
            let Holding { coverage, density, mass, .. } = found.holding;
            let [coverage, density, mass] = [coverage, density, mass].map(text::percent);
            let _ = writeln!(
                out,
                "\nBox {}: {coverage} of the failures; {density} of its points fail; {mass} of all points",
                number + 1
            );
            if found.p_value > LEVEL {
                let p = found.p_value;
                let _ = writeln!(out, "Shuffled failures often give as good a box (p = {p:.3}).");
            }
            let heading = ["where", "quasi-p", "p among shuffles"];
            let mut rows = vec![heading.map(str::to_owned).to_vec()];
            rows.extend(found.conditions.iter().map(|c| {
                vec![c.to_string(), text::number(c.quasi_p), format!("{:.3}", c.p_value)]
            }));
            out += &text::table(&rows);
        }
        out
    }
}
