//! How the program ends.

use autarky_study::scenario::{Diagnostic, render_all};

use crate::args::MessageFormat;
use crate::message;

pub(crate) const DONE: u8 = 0;
pub(crate) const USAGE: u8 = 2;
pub(crate) const SCENARIO: u8 = 3;
pub(crate) const FAILED_RUNS: u8 = 4;
pub(crate) const MISMATCH: u8 = 6;
pub(crate) const INTERNAL: u8 = 70;
pub(crate) const IO: u8 = 74;
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a verb ended without its result.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    messages: Vec<String>,
}

impl Failure {
    pub(crate) fn new(code: u8, text: impl std::fmt::Display) -> Self {
        Self { code, messages: vec![format!("error: {text}")] }
    }

    /// An invalid scenario, with all that is wrong.
    pub(crate) fn scenario(diagnostics: &[Diagnostic], format: MessageFormat) -> Self {
        Self { code: SCENARIO, messages: messages(diagnostics, format) }
    }

    /// A wrong word on the command line, with what would be right.
    pub(crate) fn usage(diagnostic: &Diagnostic) -> Self {
        Self { code: USAGE, messages: vec![diagnostic.render()] }
    }

    pub(crate) fn report(&self) {
        for text in &self.messages {
            message::line(text);
        }
    }
}

/// Findings as texts, or as one JSON object a line.
pub(crate) fn messages(diagnostics: &[Diagnostic], format: MessageFormat) -> Vec<String> {
    match format {
        MessageFormat::Human if diagnostics.is_empty() => Vec::new(),
        MessageFormat::Human => vec![render_all(diagnostics)],
        MessageFormat::Json => diagnostics.iter().map(|d| d.to_json().to_string()).collect(),
    }
}
