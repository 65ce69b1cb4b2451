//! Questions to a recorded study: comparisons, sensitivities, frontier, conditions of failure. Reads columns of its tables, hands them to
//! [`crate::analysis`], and names what is asked for; both the command line and Python ask here.

mod compare;
mod path;
mod until;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use compare::Lengths;
pub use compare::{Compared, NestedOf, comparisons_csv};
pub use path::PathPoint;
pub use until::until;

use crate::analysis::frontier::{Candidate, Frontier, Objective, frontier};

use crate::analysis::prim::{self, Dimension, Discovery, Limit, discover, failing};
use crate::analysis::sensitivity::{Bootstrap, SensitivityError, morris, sobol};
use crate::analysis::{AnalysisError, Direction, Resampling, direction};
use crate::design::{Design, Kind, SaltelliRow};
use crate::output::{Column, OutputError, Stored, without_control};
use crate::run::{Statistics, Study};
use crate::scenario::nearest;

/// What is compared where nothing is asked for: what is served, what it costs, what a withdrawal takes.
pub const OBJECTIVES: [&str; 3] = ["served_share", "cost", "loss_365d"];
/// The space of the frontier: cost, unserved, loss a year after the worst withdrawal.
pub const FRONTIER: [&str; 3] = ["cost", "unserved", "loss_365d"];

/// A recorded study and what it is a study of.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The folder.
    pub stored: &'a Stored,
    /// What was run.
    pub study: &'a Study,
    /// Its design, if any.
    pub design: Option<&'a Design>,
}

/// Why a question has no answer.
#[derive(Debug)]
pub enum AskError {
    /// A file cannot be read.
    Output(OutputError),
    /// The numbers do not answer it.
    Analysis(AnalysisError),
    /// The design does not answer it.
    Sensitivity(SensitivityError),
    /// A name is unknown, or something else was asked wrongly.
    Asked(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => error.fmt(f),
            Self::Analysis(error) => error.fmt(f),
            Self::Sensitivity(error) => error.fmt(f),
            Self::Asked(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for AskError {}

impl From<OutputError> for AskError {
    fn from(error: OutputError) -> Self {
        Self::Output(error)
    }
}

impl From<AnalysisError> for AskError {
    fn from(error: AnalysisError) -> Self {
        Self::Analysis(error)
    }
}

impl From<SensitivityError> for AskError {
    fn from(error: SensitivityError) -> Self {
        Self::Sensitivity(error)
    }
}

/// A quantity with the way it is better, as a user names it: `cost`, or `jobs:higher` where the name does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// The quantity.
    pub quantity: String,
    /// Which way is better; none if nobody said, and the quantity is better neither way.
    pub direction: Option<Direction>,
}

impl Wanted {
    /// Reads a quantity of a study.
    ///
    /// # Errors
    ///
    /// The study has no such quantity, or the way is none.
    pub fn read(text: &str, statistics: &Statistics) -> Result<Self, AskError> {
        let (name, way) =
            text.split_once(':').map_or((text, None), |(name, way)| (name, Some(way)));
        let way = match way {
            None => None,
            Some("higher") => Some(Direction::Higher),
            Some("lower") => Some(Direction::Lower),
            Some(other) => {
                return Err(AskError::Asked(format!(
                    "`{}` is no way to be better: `higher` or `lower`",
                    without_control(other)
                )));
            }
        };
        let names = || statistics.quantities().iter().map(|quantity| quantity.name.as_str());
        if !names().any(|known| known == name) {
            return Err(unknown("quantity", name, names()));
        }
        let direction = way.or_else(|| direction(name).ok().flatten());
        Ok(Self { quantity: name.to_owned(), direction })
    }

    /// Which way is better.
    ///
    /// # Errors
    ///
    /// Nobody said, and the quantity does not tell.
    pub fn better(&self) -> Result<Direction, AskError> {
        let name = &self.quantity;
        self.direction.ok_or_else(|| {
            AskError::Asked(format!(
                "`{name}` is neither better high nor low by itself; say which: {name}:higher or {name}:lower"
            ))
        })
    }
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> AskError {
    let known: Vec<&str> = known.collect();
    let help = nearest(name, known.iter().copied())
        .map(|near| format!("; did you mean `{near}`?"))
        .or_else(|| (known.len() <= 20).then(|| format!("; there are: {}", known.join(", "))));
    let name = without_control(name);
    AskError::Asked(format!("the study has no {what} `{name}`{}", help.unwrap_or_default()))
}

/// Position of the nation of that name, of the first without one.
///
/// # Errors
///
/// The study does not record it.
pub fn nation_of(study: &Study, name: Option<&str>) -> Result<usize, AskError> {
    let nations = &study.policies[0].layout.nations;
    match name {
        None if nations.is_empty() => {
            Err(AskError::Asked("the study records no nation".to_owned()))
        }
        None => Ok(0),
        Some(name) => nations
            .iter()
            .position(|nation| nation == name)
            .ok_or_else(|| unknown("nation", name, nations.iter().map(String::as_str))),
    }
}

/// Position of the policy of that name, of the base without one.
///
/// # Errors
///
/// The study has no such policy.
pub fn policy_of(study: &Study, name: Option<&str>) -> Result<usize, AskError> {
    let Some(name) = name else { return Ok(0) };
    let policies = &study.policies;
    policies
        .iter()
        .position(|policy| policy.name == name)
        .ok_or_else(|| unknown("policy", name, policies.iter().map(|p| p.name.as_str())))
}

impl Asked<'_> {
    /// The nation of that name, the first without one.
    ///
    /// # Errors
    ///
    /// The study does not record it.
    pub fn nation(&self, name: Option<&str>) -> Result<&str, AskError> {
        nation_of(self.study, name).map(|at| self.study.policies[0].layout.nations[at].as_str())
    }

    /// Position of the policy of that name, the base without one.
    ///
    /// # Errors
    ///
    /// The study has no such policy.
    pub fn policy(&self, name: Option<&str>) -> Result<usize, AskError> {
        policy_of(self.study, name)
    }

    /// Reads quantities as a user names them.
    ///
    /// # Errors
    ///
    /// The study has no such quantity.
    pub fn wanted(&self, texts: &[String], default: &[&str]) -> Result<Vec<Wanted>, AskError> {
        let statistics = Statistics::new(self.study);
        if texts.is_empty() {
            return default.iter().map(|text| Wanted::read(text, &statistics)).collect();
        }
        texts.iter().map(|text| Wanted::read(text, &statistics)).collect()
    }

    /// The points that an average is over: one, or all that are draws of what is not known. A Saltelli design holds draws in its rows A and B; the others repeat
    /// their values.
    ///
    /// # Errors
    ///
    /// There is no such point, or averages over the points say nothing.
    pub fn averaged(&self, point: Option<u64>) -> Result<Averaged, AskError> {
        let points = self.study.points as usize;
        if let Some(point) = point {
            let found = usize::try_from(point).ok().filter(|p| *p < points);
            let none = || format!("the study has no point {point}; points: 0 to {}", points - 1);
            return found
                .map(|p| Averaged { points: vec![p], drawn: false })
                .ok_or_else(|| AskError::Asked(none()));
        }
        let kind = self.design.map(|design| &design.spec().kind);
        let of = |points: Vec<usize>, drawn| Ok(Averaged { points, drawn });
        match (kind, self.design) {
            (Some(Kind::Random { .. } | Kind::Latin { .. } | Kind::Sobol { .. }), _) => {
                of((0..points).collect(), true)
            }
            (Some(Kind::Saltelli { second_order, .. }), Some(design)) => {
                let rows = SaltelliRow::per_sample(design.axes().len(), *second_order);
                of((0..points).filter(|p| [0, rows - 1].contains(&(p % rows))).collect(), true)
            }
            (Some(kind), _) if points > 1 => Err(AskError::Asked(format!(
                "the points of a {} design are no draws, so averages over them say nothing; ask about one of them (`point`, 0 to {})",
                kind.as_str(),
                points - 1
            ))),
            _ => of((0..points).collect(), false),
        }
    }

    /// Unit of a quantity; empty if the study has none of that name.
    #[must_use]
    pub fn unit(&self, quantity: &str) -> String {
        let statistics = Statistics::new(self.study);
        let at = statistics.quantity(quantity);
        at.map_or_else(String::new, |at| statistics.quantities()[at].unit.clone())
    }

    fn resampling(&self) -> Resampling {
        Resampling { seed: self.study.seed, ..Resampling::default() }
    }

    /// An outcome at every point: of a policy, or of its difference to another.
    ///
    /// # Errors
    ///
    /// See [`AskError`].
    pub fn outcome(
        &self,
        quantity: &str,
        nation: &str,
        (policy, minus): (usize, Option<usize>),
    ) -> Result<Vec<Vec<f64>>, AskError> {
        let mut column = self.stored.columns(&[quantity], nation)?.remove(0);
        let own = std::mem::take(&mut column.values[policy]);
        let Some(minus) = minus else { return Ok(own) };
        let other = &column.values[minus];
        let difference = |(own, other): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
            own.iter().zip(other).map(|(a, b)| a - b).collect()
        };
        Ok(own.iter().zip(other).map(difference).collect())
    }

    fn designed(&self) -> Result<&Design, AskError> {
        self.design.ok_or_else(|| {
            AskError::Asked("the study has no design: start one with `autarky sweep`".to_owned())
        })
    }

    /// What drives an outcome.
    ///
    /// # Errors
    ///
    /// The design is neither Saltelli's nor Morris's, points are missing, or nothing varies.
    pub fn sensitivity(&self, values: &[Vec<f64>]) -> Result<Sensitivity, AskError> {
        let design = self.designed()?;
        let bootstrap = Bootstrap { seed: self.study.seed, ..Bootstrap::default() };
        Ok(match design.spec().kind {
            Kind::Morris { .. } => Sensitivity::Morris(morris::effects(design, values, bootstrap)?),
            _ => Sensitivity::Sobol(sobol::indices(design, values, bootstrap)?),
        })
    }

    /// Which policies no other beats in every objective, at one point of the design or over all that are draws.
    ///
    /// # Errors
    ///
    /// See [`AskError`].
    pub fn frontier(
        &self,
        wanted: &[Wanted],
        nation: &str,
        point: Option<u64>,
    ) -> Result<Frontier, AskError> {
        let averaged = self.averaged(point)?;
        let names: Vec<&str> = wanted.iter().map(|w| w.quantity.as_str()).collect();
        let columns = averaged.of(self.stored.columns(&names, nation)?);
        let by_replication = |column: &Column| -> Vec<Vec<f64>> {
            let lengths = Lengths::of(column);
            column.values.iter().map(|points| lengths.means(points)).collect()
        };
        let flat: Vec<Vec<Vec<f64>>> = columns.iter().map(by_replication).collect();
        let length = flat.iter().flatten().map(Vec::len).min().unwrap_or(0);
        let candidates: Vec<Candidate<'_>> = self
            .study
            .policies
            .iter()
            .enumerate()
            .map(|(p, policy)| Candidate {
                name: &policy.name,
                outcomes: flat.iter().map(|column| &column[p][..length]).collect(),
            })
            .collect();
        let objectives: Result<Vec<Objective>, AskError> = wanted
            .iter()
            .map(|w| Ok(Objective { name: w.quantity.clone(), direction: w.better()? }))
            .collect();
        Ok(frontier(&objectives?, &candidates, self.resampling())?)
    }

    /// Under which conditions an outcome is beyond a limit.
    ///
    /// # Errors
    ///
    /// There is no design, points are missing, or too few (or too many) fail.
    pub fn discover(
        &self,
        values: &[Vec<f64>],
        (limit, better): (Limit, Direction),
    ) -> Result<Discovery, AskError> {
        let design = self.designed()?;
        let missing = values.iter().filter(|point| point.is_empty()).count();
        if missing > 0 {
            return Err(AskError::Asked(format!(
                "{missing} of {} points have no run yet; resume the sweep until all have one",
                values.len()
            )));
        }
        // A point whose runs all failed will never have a value.
        let defined: Vec<usize> =
            (0..values.len()).filter(|&p| values[p].iter().any(|x| x.is_finite())).collect();
        let means: Vec<f64> = defined.iter().map(|&p| mean(&values[p])).collect();
        let failing = failing(&means, limit, better)?;
        let (dimensions, x) = coordinates(design);
        let x: Vec<Vec<f64>> = defined.iter().map(|&p| x[p].clone()).collect();
        let resampling = Resampling { seed: self.study.seed, resamples: 199 };
        let settings = prim::Settings { resampling, ..prim::Settings::default() };
        Ok(discover(&dimensions, &x, &failing, settings)?)
    }
}

/// Points of a study that an average is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Averaged {
    /// Their numbers, ascending.
    pub points: Vec<usize>,
    /// Whether they are draws, so that averages over them have intervals that cover what is not known.
    pub drawn: bool,
}

impl Averaged {
    /// These points of columns.
    fn of(&self, mut columns: Vec<Column>) -> Vec<Column> {
        for values in columns.iter_mut().flat_map(|column| &mut column.values) {
            *values = self.points.iter().map(|&p| std::mem::take(&mut values[p])).collect();
        }
        columns
    }
}

/// The values of every axis at every point: numbers in canonical units (days for dates), or positions among labels.
fn coordinates(design: &Design) -> (Vec<Dimension>, Vec<Vec<f64>>) {
    let rows: Vec<Vec<Option<String>>> = (0..design.len()).map(|p| design.values(p)).collect();
    let mut dimensions = Vec::new();
    let mut x = vec![Vec::with_capacity(design.axes().len()); rows.len()];
    for (at, axis) in design.axes().iter().enumerate() {
        let text =
            |row: &Vec<Option<String>>| row[at].clone().unwrap_or_else(|| "as it is".to_owned());
        let number = |row: &Vec<Option<String>>| axis.figure(row[at].as_deref()?);
        let numbers: Option<Vec<f64>> = rows.iter().map(number).collect();
        let unit = axis.unit();
        let name = if unit.is_empty() { axis.name() } else { format!("{} [{unit}]", axis.name()) };
        let (labels, column) = if let Some(numbers) = numbers {
            (None, numbers)
        } else {
            let labels: BTreeSet<String> = rows.iter().map(text).collect();
            let labels: Vec<String> = labels.into_iter().collect();
            let code = |row| labels.iter().position(|l| *l == text(row)).unwrap_or(0) as f64;
            let column = rows.iter().map(code).collect();
            (Some(labels), column)
        };
        dimensions.push(Dimension { name, labels });
        for (row, value) in x.iter_mut().zip(column) {
            row.push(value);
        }
    }
    (dimensions, x)
}

/// What drives an outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum Sensitivity {
    /// Shares of variance.
    Sobol(sobol::SobolIndices),
    /// Elementary effects.
    Morris(morris::MorrisEffects),
}

impl Sensitivity {
    /// As text.
    #[must_use]
    pub fn table(&self) -> String {
        match self {
            Self::Sobol(found) => found.table(),
            Self::Morris(found) => found.table(),
        }
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Sobol(found) => found.to_json(),
            Self::Morris(found) => found.to_json(),
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    let finite = || values.iter().filter(|x| x.is_finite());
    finite().sum::<f64>() / finite().count() as f64
}
