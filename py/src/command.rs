//! The command line inside the package.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs a command line, the program's name first; returns the exit code.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.detach(|| autarky_cli::main(words))
}
