//! Exceptions: one class for each way in which the command line ends, with the same text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use autarky_study::ask::AskError;
use autarky_study::job::JobError;
use autarky_study::output::OutputError;
use autarky_study::run::PrepareError;
use autarky_study::scenario::{Diagnostic, render_all};
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use serde_json::Value;

create_exception!(autarky, AutarkyError, PyException, "What autarky refuses or cannot do.");
create_exception!(
    autarky,
    ScenarioError,
    AutarkyError,
    "A scenario, a setting or a design is invalid. `diagnostics` lists all that is wrong: dicts with file, line, column, path, message, found, allowed, help."
);
create_exception!(
    autarky,
    UsageError,
    AutarkyError,
    "Something was asked for that does not exist or does not fit; the text says what does."
);
create_exception!(
    autarky,
    MismatchError,
    AutarkyError,
    "A folder holds another study than the one that shall go on there."
);
create_exception!(
    autarky,
    StorageError,
    AutarkyError,
    "A results folder cannot be read or written, or a file of it is damaged."
);
create_exception!(
    autarky,
    InternalError,
    AutarkyError,
    "A defect of autarky; results recorded so far are kept."
);

/// Findings of a scenario as an exception that carries them.
pub(crate) fn scenario(found: &[Diagnostic]) -> PyErr {
    let text = render_all(found);
    let error = ScenarioError::new_err(text);
    let list: Value = found.iter().map(Diagnostic::to_json).collect();
    Python::attach(|py| {
        // The text says it all; the list is for programs.
        if let Ok(list) = json(py, &list) {
            let _ = error.value(py).setattr("diagnostics", list);
        }
    });
    error
}

/// Why there is no study.
pub(crate) fn job(error: JobError) -> PyErr {
    match error {
        JobError::Scenario(found) | JobError::Prepare(PrepareError::Design(found)) => {
            scenario(&found)
        }
        JobError::Prepare(error) => ScenarioError::new_err(error.to_string()),
        JobError::Output(error) => output(&error),
        JobError::Asked(text) => UsageError::new_err(text),
    }
}

/// What a folder refuses.
pub(crate) fn output(error: &OutputError) -> PyErr {
    let text = error.to_string();
    match error {
        OutputError::Mismatch { .. } => MismatchError::new_err(text),
        OutputError::Asked { .. } => UsageError::new_err(text),
        _ => StorageError::new_err(text),
    }
}

/// Why a question has no answer.
pub(crate) fn ask(error: AskError) -> PyErr {
    match error {
        AskError::Output(error) => output(&error),
        other => UsageError::new_err(other.to_string()),
    }
}

/// A defect.
pub(crate) fn internal(text: impl std::fmt::Display) -> PyErr {
    InternalError::new_err(format!(
        "internal error: {text}\nThis is a defect of autarky; results recorded so far are kept. Please report it with what you called."
    ))
}

/// Runs what must not panic into Python: a panic there is no `Exception` and would end a notebook's kernel.
pub(crate) fn guard<T>(run: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Err(internal(text.unwrap_or("no message")))
    })
}

/// JSON as Python's own dicts and lists.
pub(crate) fn json<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (value.to_string(),))
}
