//! Functions in Python that decide for a state at each fiscal year.
//!
//! The function gets a [`State`] and returns a dict from levers to numbers, or None; a lever that is None stays as it is. It is called with the interpreter's lock, on whichever thread the run is; what it raises
//! fails that run, with its text and line.

use std::collections::BTreeMap;
use std::sync::Arc;

use autarky_market::mechanism::government::{LEVERS, Lever};
use autarky_market::mechanism::policy::Change;
use autarky_market::metric::series::SERIES;
use autarky_market::rule::{Rule, StateView, values};
use autarky_study::rule::{RuleNote, Ruling, change};
use autarky_study::scenario::nearest;
use pyo3::exceptions::{PyKeyError, PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDict, PyMapping};

/// What a rule sees at the start of a fiscal year.
#[pyclass(frozen, module = "autarky", mapping)]
#[derive(Debug)]
pub(crate) struct State {
    nation: String,
    year: u32,
    /// Days from 1970-01-01.
    day: f64,
    policy: Vec<(&'static str, Option<f64>)>,
    spent: [f64; LEVERS],
    left: Option<[f64; LEVERS]>,
    sample: Option<(f64, Vec<f64>)>,
}

impl State {
    fn of(view: &StateView<'_>) -> Self {
        Self {
            nation: view.nation.to_owned(),
            year: view.year,
            day: view.start_day + view.day,
            policy: values(&Change::from(view.policy)),
            spent: *view.spent,
            left: view.left.copied(),
            sample: view.sample.map(|s| (view.start_day + s.day, s.values.to_vec())),
        }
    }
}

fn date(py: Python<'_>, day: f64) -> PyResult<Bound<'_, PyDate>> {
    /// Ordinal of 1970-01-01 in Python's calendar.
    const EPOCH: i64 = 719_163;
    let ordinal = EPOCH + day.floor() as i64;
    let date = py.get_type::<PyDate>().call_method1("fromordinal", (ordinal,))?;
    Ok(date.cast_into::<PyDate>()?)
}

fn named(values: &[f64; LEVERS]) -> BTreeMap<&'static str, f64> {
    Lever::WORDS.iter().copied().zip(values.iter().copied()).collect()
}

#[pymethods]
impl State {
    /// The nation (ISO 3166 alpha-3).
    #[getter]
    fn nation(&self) -> &str {
        &self.nation
    }

    /// The fiscal year, counted from zero.
    #[getter]
    fn year(&self) -> u32 {
        self.year
    }

    /// The first day of the fiscal year.
    #[getter]
    fn date<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDate>> {
        date(py, self.day)
    }

    /// The levers in force, with what the rule decided a year ago; None for an appropriation that is not limited.
    #[getter]
    fn policy(&self) -> BTreeMap<&'static str, Option<f64>> {
        self.policy.iter().copied().collect()
    }

    /// What each lever of the budget spent since the start, USD.
    #[getter]
    fn spent(&self) -> BTreeMap<&'static str, f64> {
        named(&self.spent)
    }

    /// What each lever has left of last year's appropriation, before it lapses, USD; None without an appropriation.
    #[getter]
    fn left(&self) -> Option<BTreeMap<&'static str, f64>> {
        self.left.as_ref().map(named)
    }

    /// The date of the latest sample of the series; None before the first.
    #[getter]
    fn sampled<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDate>>> {
        self.sample.as_ref().map(|(day, _)| date(py, *day)).transpose()
    }

    /// The latest sample of a series, by its name in result tables; NaN where undefined and before the first sample. KeyError for an unknown name.
    fn __getitem__(&self, series: &str) -> PyResult<f64> {
        let at = SERIES.iter().position(|(column, _)| column.name == series).ok_or_else(|| {
            let near = nearest(series, SERIES.iter().map(|(column, _)| column.name));
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            PyKeyError::new_err(format!("there is no series `{series}`{help}"))
        })?;
        Ok(self.sample.as_ref().map_or(f64::NAN, |(_, values)| values[at]))
    }

    /// Names of the series.
    fn keys(&self) -> Vec<&'static str> {
        SERIES.iter().map(|(column, _)| column.name).collect()
    }

    fn __len__(&self) -> usize {
        SERIES.len()
    }

    fn __contains__(&self, series: &str) -> bool {
        SERIES.iter().any(|(column, _)| column.name == series)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (year, nation, date) = (self.year, &self.nation, self.date(py)?);
        Ok(format!("State({nation}, fiscal year {year}, {date})"))
    }
}

/// A function in Python.
#[derive(Debug)]
struct Function(Py<PyAny>);

impl Rule for Function {
    fn decide(&self, view: &StateView<'_>) -> Result<Change, String> {
        Python::attach(|py| {
            let answer = self.0.bind(py).call1((State::of(view),));
            let pairs = answer.and_then(|answer| decided(&answer));
            let pairs = pairs.map_err(|error| told(py, &error))?;
            change(pairs.iter().map(|(lever, value)| (lever.as_str(), *value)))
        })
    }
}

/// Levers and numbers of what a function returned.
fn decided(answer: &Bound<'_, PyAny>) -> PyResult<Vec<(String, f64)>> {
    if answer.is_none() {
        return Ok(Vec::new());
    }
    let wrong = |what: &str| {
        PyTypeError::new_err(format!(
            "a rule returns a dict from levers to numbers, or None; found {what}"
        ))
    };
    if let Ok(dict) = answer.cast::<PyDict>() {
        return dict.iter().filter_map(|(lever, value)| pair(&lever, &value).transpose()).collect();
    }
    let mapping = answer.cast::<PyMapping>().map_err(|_| wrong(&kind(answer)))?;
    mapping
        .items()?
        .iter()
        .filter_map(|item| {
            let item = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>();
            item.and_then(|(lever, value)| pair(&lever, &value)).transpose()
        })
        .collect()
}

/// A lever and its value; none where the value is None, as `State.policy` has it for an appropriation that is not limited.
fn pair(lever: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<Option<(String, f64)>> {
    let name: String = lever.extract().map_err(|_| {
        PyTypeError::new_err(format!("the name of a lever is a text; found {}", kind(lever)))
    })?;
    if value.is_none() {
        return Ok(None);
    }
    let wrong = |found: &str| {
        PyTypeError::new_err(format!(
            "`{name}` is set to a number in the lever's unit; found {found}"
        ))
    };
    if value.is_instance_of::<PyBool>() {
        return Err(wrong("bool"));
    }
    match value.extract::<f64>() {
        Ok(number) => Ok(Some((name, number))),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => {
            Err(wrong("one that is too large"))
        }
        Err(_) => Err(wrong(&kind(value))),
    }
}

fn kind(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "something else".to_owned(), |name| name.to_string())
}

/// An exception in one line, with the line of the innermost frame.
fn told(py: Python<'_>, error: &PyErr) -> String {
    let kind =
        error.get_type(py).name().map_or_else(|_| "error".to_owned(), |name| name.to_string());
    let line = || -> Option<usize> {
        let mut frame = error.traceback(py)?.into_any();
        while let Ok(next) = frame.getattr("tb_next") {
            if next.is_none() {
                break;
            }
            frame = next;
        }
        frame.getattr("tb_lineno").ok()?.extract().ok()
    };
    let place = line().map_or_else(String::new, |line| format!(" (line {line})"));
    format!("{kind}: {}{place}", error.value(py))
}

/// A rule as Python hands it over: policy, nation, name, source, function.
pub(crate) type Told = (String, String, String, String, Py<PyAny>);

/// Rules for a study.
pub(crate) fn rulings(told: Vec<Told>) -> Vec<Ruling> {
    let ruling = |(policy, nation, name, source, function): Told| Ruling {
        note: RuleNote::new((&policy, &nation), &name, &source),
        rule: Arc::new(Function(function)),
    };
    told.into_iter().map(ruling).collect()
}
