//! The compiled part of the Python package: scenarios, studies, recorded results and tables of `autarky_study`, handed to Python.
//!
//! Nothing is computed here. The package's own modules (`python/autarky/`) give these things their names, docstrings and displays; what is here is private to them.
//! Long work runs without the interpreter's lock and looks for Ctrl-C (`watch`); no panic crosses (`error::guard`).
#![expect(clippy::needless_pass_by_value, reason = "what comes from Python is owned")]
#![expect(clippy::unused_self, reason = "what is a method in Python has an instance")]

mod ask;
mod catalogue;
mod chunk;
mod command;
mod error;
mod results;
mod rule;
mod scenario;
mod study;
mod table;
mod watch;

use pyo3::prelude::*;

/// The compiled part of autarky.
#[pymodule(gil_used = false)]
mod _autarky {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::ask::{averaged, compare, discover, frontier, path, report, sensitivity};
    #[pymodule_export]
    use crate::catalogue::{catalogue, cite, explain, template};
    #[pymodule_export]
    use crate::chunk::{Recorder, chunk, unpack};
    #[pymodule_export]
    use crate::command::main;
    #[pymodule_export]
    use crate::error::{
        AutarkyError, InternalError, MismatchError, ScenarioError, StorageError, UsageError,
    };
    #[pymodule_export]
    use crate::results::Results;
    #[pymodule_export]
    use crate::rule::State;
    #[pymodule_export]
    use crate::scenario::Scenario;
    #[pymodule_export]
    use crate::study::{Study, merge};
    #[pymodule_export]
    use crate::table::Table;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::watch::quiet_panics();
        module.add("MODEL_VERSION", autarky_market::MODEL_VERSION)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
