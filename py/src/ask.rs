//! Questions to a recorded study: answers as text, as the command line prints them, and as Python's own dicts and lists.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use autarky_study::analysis::Direction;
use autarky_study::analysis::prim::Limit;
use autarky_study::ask::{Asked, Compared, FRONTIER, OBJECTIVES, PathPoint, comparisons_csv};
use autarky_study::design::Kind;
use autarky_study::report::{Material, OUTCOME, html, markdown};
use pyo3::prelude::*;
use serde_json::json;

use crate::error::{self, guard, internal, json as to_python};
use crate::results::Results;
use crate::table::Table;

/// An answer: text and data.
type Answer<'py> = (String, Bound<'py, PyAny>);

/// The outcome that is asked about: quantity, nation, policy, and the policy that is taken off.
type Outcome = (String, Option<String>, Option<String>, Option<String>);

/// Where: the nation (the first) and the point of the design (all that are draws).
type Place = (Option<String>, Option<u64>);

impl Results {
    fn asked(&self) -> Asked<'_> {
        let (study, design) = (&self.job.market.study, self.job.market.design());
        Asked { stored: &self.stored, study, design }
    }

    fn outcome(&self, (quantity, nation, policy, minus): &Outcome) -> PyResult<Vec<Vec<f64>>> {
        let asked = self.asked();
        let wanted = asked.wanted(std::slice::from_ref(quantity), &[]).map_err(error::ask)?;
        let nation = asked.nation(nation.as_deref()).map_err(error::ask)?;
        let policy = asked.policy(policy.as_deref()).map_err(error::ask)?;
        let minus = minus.as_deref().map(|name| asked.policy(Some(name))).transpose();
        let pair = (policy, minus.map_err(error::ask)?);
        asked.outcome(&wanted[0].quantity, nation, pair).map_err(error::ask)
    }
}

/// Policies compared with one of them, objective by objective: text, table, and the whole as data.
#[pyfunction]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    results: &Results,
    objectives: Vec<String>,
    against: &str,
    of: Place,
) -> PyResult<(String, Table, Bound<'py, PyAny>)> {
    guard(|| {
        let compared = py.detach(|| {
            let asked = results.asked();
            let wanted = asked.wanted(&objectives, &OBJECTIVES).map_err(error::ask)?;
            let nation = asked.nation(of.0.as_deref()).map_err(error::ask)?;
            asked.compare(&wanted, nation, against, of.1).map_err(error::ask)
        })?;
        let text: Vec<String> = compared.iter().map(Compared::table).collect();
        let table = Table::from_csv(&comparisons_csv(&compared))?;
        Ok((text.join("\n"), table, to_python(py, &json!(compared))?))
    })
}

/// What drives an outcome.
#[pyfunction]
pub(crate) fn sensitivity<'py>(
    py: Python<'py>,
    results: &Results,
    outcome: Outcome,
) -> PyResult<Answer<'py>> {
    guard(|| {
        let found = py.detach(|| {
            let values = results.outcome(&outcome)?;
            results.asked().sensitivity(&values).map_err(error::ask)
        })?;
        Ok((found.table(), to_python(py, &found.to_json())?))
    })
}

/// Which policies no other beats in every objective.
#[pyfunction]
pub(crate) fn frontier<'py>(
    py: Python<'py>,
    results: &Results,
    objectives: Vec<String>,
    of: Place,
) -> PyResult<Answer<'py>> {
    guard(|| {
        let found = py.detach(|| {
            let asked = results.asked();
            let wanted = asked.wanted(&objectives, &FRONTIER).map_err(error::ask)?;
            let nation = asked.nation(of.0.as_deref()).map_err(error::ask)?;
            asked.frontier(&wanted, nation, of.1).map_err(error::ask)
        })?;
        Ok((found.table(), to_python(py, &json!(found))?))
    })
}

/// Under which conditions an outcome is above (or below) a limit.
#[pyfunction]
pub(crate) fn discover<'py>(
    py: Python<'py>,
    results: &Results,
    outcome: Outcome,
    limit: f64,
    above: bool,
) -> PyResult<Answer<'py>> {
    guard(|| {
        let better = if above { Direction::Lower } else { Direction::Higher };
        let found = py.detach(|| {
            let values = results.outcome(&outcome)?;
            results.asked().discover(&values, (Limit::Value(limit), better)).map_err(error::ask)
        })?;
        Ok((found.table(), to_python(py, &json!(found))?))
    })
}

/// The points of the design that an average is over: one, or all that are draws.
#[pyfunction]
pub(crate) fn averaged(results: &Results, point: Option<u64>) -> PyResult<Vec<usize>> {
    guard(|| Ok(results.asked().averaged(point).map_err(error::ask)?.points))
}

/// A series over time: policy, date, n, mean, and a column for every probability.
#[pyfunction]
pub(crate) fn path(
    py: Python<'_>,
    results: &Results,
    series: &str,
    of: Place,
    probabilities: Vec<f64>,
) -> PyResult<Table> {
    guard(|| {
        let (found, unit) = py.detach(|| {
            let asked = results.asked();
            let nation = asked.nation(of.0.as_deref()).map_err(error::ask)?;
            let found = asked.path(series, (nation, of.1), &probabilities).map_err(error::ask)?;
            Ok::<_, PyErr>((found, asked.path_unit(series).map_err(error::ask)?))
        })?;
        over_time(&found, &probabilities, unit).and_then(Table::of)
    })
}

fn over_time(found: &[PathPoint], probabilities: &[f64], unit: &str) -> PyResult<RecordBatch> {
    let policies: StringArray = found.iter().map(|p| Some(p.policy.as_str())).collect();
    let days = Date32Array::from_iter_values(found.iter().map(|p| p.day));
    let counts = UInt64Array::from_iter_values(found.iter().map(|p| p.n));
    let mut fields = vec![
        Field::new("policy", DataType::Utf8, false),
        Field::new("date", DataType::Date32, false),
        Field::new("n", DataType::UInt64, false),
    ];
    let mut columns: Vec<ArrayRef> = vec![Arc::new(policies), Arc::new(days), Arc::new(counts)];
    let mut number = |name: String, values: Vec<f64>| {
        let noted = [("unit".to_owned(), unit.to_owned())].into();
        fields.push(Field::new(name, DataType::Float64, false).with_metadata(noted));
        columns.push(Arc::new(Float64Array::from(values)));
    };
    number("mean".to_owned(), found.iter().map(|p| p.mean).collect());
    for (at, probability) in probabilities.iter().enumerate() {
        number(format!("q{probability}"), found.iter().map(|p| p.quantiles[at]).collect());
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|e| internal(&e))
}

/// The report as HTML (or Markdown). The outcome of its tornado is that of a quantity (none: the usual one), nation and policy; `other` is the folder of a sweep
/// that tells what drives it.
#[pyfunction]
pub(crate) fn report(
    py: Python<'_>,
    results: &Results,
    is_markdown: bool,
    of: (Option<String>, Option<String>, Option<String>),
    other: Option<PathBuf>,
) -> PyResult<String> {
    guard(|| {
        py.detach(|| {
            let mut material = Material::read(&results.stored, &results.job).map_err(error::ask)?;
            let (outcome, nation, policy) = of;
            let outcome = outcome.as_deref().unwrap_or(OUTCOME);
            let of = (policy.as_deref(), nation.as_deref());
            let kind = results.job.market.design().map(|design| &design.spec().kind);
            let tells = matches!(kind, Some(Kind::Saltelli { .. } | Kind::Morris { .. }));
            if let Some(folder) = other {
                let other = Results::read(&folder)?;
                material.add_tornado(&other.asked(), outcome, of).map_err(error::ask)?;
            } else if tells {
                material.add_tornado(&results.asked(), outcome, of).map_err(error::ask)?;
            }
            let input = material.input(&results.job);
            if is_markdown { Ok(markdown(&input)) } else { html(&input).map_err(internal) }
        })
    })
}
