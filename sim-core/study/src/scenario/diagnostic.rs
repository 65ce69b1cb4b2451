//! What is wrong in a scenario and where: a value with a rendering like a compiler's and one as JSON.
//!
//! Text from files is shown with control and direction-changing characters replaced, so a file cannot drive a terminal.

use std::fmt::Write as _;
use std::ops::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// The scenario runs, but probably not as meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One finding with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// File as given, `catalog:<id>`, or `--set`; empty when it has no place.
    pub file: String,
    /// Line, from one; zero without place.
    pub line: usize,
    /// Column in characters, from one; zero without place.
    pub column: usize,
    /// Path of the parameter, if one is concerned.
    pub path: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What was found.
    pub found: Option<String>,
    /// What is allowed.
    pub allowed: Option<String>,
    /// What would help.
    pub help: Option<String>,
    /// The line of the file (a window of a very long one), made safe to print.
    pub source_line: Option<String>,
    /// Characters of `source_line` to underline.
    pub underline: Range<usize>,
}

impl Diagnostic {
    /// A finding without place.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: String::new(),
            line: 0,
            column: 0,
            path: String::new(),
            message: message.into(),
            found: None,
            allowed: None,
            help: None,
            source_line: None,
            underline: 0..0,
        }
    }

    /// Several lines of text, without colour and without a final newline.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("{}: {}", self.severity.as_str(), printable(&self.message));
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        if self.line > 0 {
            let (file, column) = (printable(&self.file), self.column);
            let _ = write!(out, "\n{gutter}--> {file}:{number}:{column}");
        } else if !self.file.is_empty() {
            let _ = write!(out, "\n--> {}", printable(&self.file));
        }
        if let Some(line) = &self.source_line {
            let pad = " ".repeat(self.underline.start);
            let marks = "^".repeat(self.underline.len().max(1));
            let found = self.found.as_ref().map(|f| format!(" {}", printable(f)));
            let found = found.unwrap_or_default();
            let _ = write!(out, "\n{gutter} |\n{number} | {line}\n{gutter} | {pad}{marks}{found}");
        } else if let Some(found) = &self.found {
            let _ = write!(out, "\n{gutter} = found: {}", printable(found));
        }
        if let Some(allowed) = &self.allowed {
            let _ = write!(out, "\n{gutter} = allowed: {}", printable(allowed));
        }
        if let Some(help) = &self.help {
            let _ = write!(out, "\n{gutter} = help: {}", printable(help));
        }
        out
    }

    /// One JSON object, for editors.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "severity": self.severity.as_str(),
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "message": self.message,
            "found": self.found,
            "allowed": self.allowed,
            "help": self.help,
            "source_line": self.source_line,
            "underline": [self.underline.start, self.underline.end],
        })
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render())
    }
}

/// All findings, separated by blank lines.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic]) -> String {
    let texts: Vec<String> = diagnostics.iter().map(Diagnostic::render).collect();
    texts.join("\n\n")
}

/// Whether a character may reach a terminal: no control and no change of writing direction.
pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}

/// The text with a replacement for every character that may not reach a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if is_printable(c) => c,
            _ => '\u{fffd}',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendering_underlines_the_offending_text() {
        let diagnostic = Diagnostic {
            file: "a.toml".into(),
            line: 12,
            column: 5,
            found: Some("found 9".into()),
            allowed: Some("up to 5".into()),
            help: Some("lower it".into()),
            source_line: Some("x = 9".into()),
            underline: 4..5,
            ..Diagnostic::error("too large")
        };
        let expected = "error: too large\n  --> a.toml:12:5\n   |\n12 | x = 9\n   |     ^ found 9\n   = allowed: up to 5\n   = help: lower it";
        assert_eq!(diagnostic.render(), expected);
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        let shown = Diagnostic::error("bad \u{1b}[31m\u{202e}").render();
        assert!(shown.chars().all(|c| c == '\n' || is_printable(c)));
    }
}
