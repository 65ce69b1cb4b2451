//! The catalogue, and what parameters mean.

use autarky_study::catalogue::{all, bibtex, list_json, open};
use autarky_study::scenario::{self, Explanation};
use pyo3::prelude::*;
use serde_json::Value;

use crate::error::{self, UsageError, guard, json};

/// What the catalogue holds: a list of dicts.
#[pyfunction]
pub(crate) fn catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    guard(|| {
        let scenarios = py.detach(all).map_err(|found| error::scenario(&found))?;
        json(py, &list_json(&scenarios))
    })
}

/// BibTeX of a scenario of the catalogue and of the works that it rests on.
#[pyfunction]
pub(crate) fn cite(py: Python<'_>, id: &str) -> PyResult<String> {
    guard(|| {
        let loaded = py.detach(|| open(id)).map_err(|found| error::scenario(&found))?;
        Ok(bibtex(&loaded))
    })
}

/// What a parameter, a group of them or a root means: text and list of dicts.
#[pyfunction]
pub(crate) fn explain<'py>(py: Python<'py>, path: &str) -> PyResult<(String, Bound<'py, PyAny>)> {
    guard(|| {
        let found = scenario::explain(path).map_err(|found| UsageError::new_err(found.render()))?;
        let text: Vec<String> = found.iter().map(Explanation::render).collect();
        let list: Value = found.iter().map(Explanation::to_json).collect();
        Ok((text.join("\n\n"), json(py, &list)?))
    })
}

/// A commented scenario that runs unchanged, as `autarky new` writes it.
#[pyfunction]
pub(crate) fn template(id: &str) -> PyResult<String> {
    guard(|| scenario::template(id).map_err(|found| error::scenario(&found)))
}
