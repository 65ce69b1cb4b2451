//! The texts a scenario is made of, places in them, and findings that refer to places.

use super::diagnostic::{Diagnostic, Severity, printable};
use crate::persona::Population;
use std::path::{Path, PathBuf};

/// Largest scenario file in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 10_000_000;
const MAX_SHOWN_CHARS: usize = 160;
pub(crate) const MAX_FINDINGS: usize = 1000;

/// A range of bytes in one of the [`Files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    pub(crate) file: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A text with the name under which it is reported.
#[derive(Debug, Clone)]
struct File {
    name: String,
    text: String,
    /// Bytes at which lines begin, after the first.
    line_starts: Vec<u32>,
}

impl File {
    /// Line of a byte, from zero, and where that line begins.
    fn line(&self, at: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start as usize <= at);
        (line, line.checked_sub(1).map_or(0, |before| self.line_starts[before] as usize))
    }
}

/// All texts of one loading, and the populations that were counted from other files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files(Vec<File>, Vec<(PathBuf, Population)>);

impl Files {
    /// Adds a text and gives its number.
    pub(crate) fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        let text: String = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let line_starts = breaks.map(|(at, _)| at as u32 + 1).collect();
        self.0.push(File { name: name.into(), text, line_starts });
        (self.0.len() - 1) as u32
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: u32) -> &str {
        self.0.get(file as usize).map_or("", |f| f.text.as_str())
    }

    /// The bytes of a place.
    pub(crate) fn slice(&self, place: Place) -> &str {
        self.text(place.file).get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    /// Names of the files in the order of loading, texts before populations.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let populations = self.1.iter().map(|(path, _)| path.display().to_string());
        self.0.iter().map(|f| f.name.clone()).chain(populations)
    }

    /// The number of the population of a file, counted unless it already is.
    pub(crate) fn population(&mut self, path: PathBuf) -> Result<u32, Vec<Diagnostic>> {
        if let Some(known) = self.1.iter().position(|(other, _)| *other == path) {
            return Ok(known as u32);
        }
        let population = crate::persona::read(&path)?;
        self.1.push((path, population));
        Ok((self.1.len() - 1) as u32)
    }

    /// The file of that population.
    pub(crate) fn population_name(&self, number: u32) -> Option<String> {
        self.1.get(number as usize).map(|(path, _)| path.display().to_string())
    }

    /// The population of the file of that name.
    pub(crate) fn population_of(&self, name: &str) -> Option<&Population> {
        self.1.iter().find(|(path, _)| path.display().to_string() == name).map(|(_, p)| p)
    }

    /// `file:line`.
    pub(crate) fn locate(&self, place: Place) -> String {
        let name = self.0.get(place.file as usize).map_or("", |f| f.name.as_str());
        format!("{name}:{}", self.line(place))
    }

    /// Line of a place, from one.
    pub(crate) fn line(&self, place: Place) -> usize {
        self.0.get(place.file as usize).map_or(1, |f| f.line(place.start as usize).0 + 1)
    }

    fn place_of(&self, diagnostic: &mut Diagnostic, place: Place) {
        let Some(file) = self.0.get(place.file as usize) else { return };
        diagnostic.file.clone_from(&file.name);
        let text = file.text.as_str();
        let floor = |at: u32| {
            let mut at = (at as usize).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(place.start), floor(place.end));
        let (line_number, line_start) = file.line(start);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let column = text[line_start..start].chars().count();
        let length = text[start..end.clamp(start, line_end)].chars().count();
        let first = if column + length > MAX_SHOWN_CHARS { column.saturating_sub(40) } else { 0 };
        let shown: String = line.chars().skip(first).take(MAX_SHOWN_CHARS).collect();
        let width = shown.chars().count();
        let from = (column - first).min(width);
        diagnostic.line = line_number + 1;
        diagnostic.column = column + 1;
        diagnostic.underline = from..(from + length).clamp(from, width.max(from));
        diagnostic.source_line = Some(printable(&shown));
    }
}

/// A finding whose place is not yet resolved to line and column.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) place: Option<Place>,
    pub(crate) inner: Box<Diagnostic>,
}

impl Finding {
    pub(crate) fn error(place: Option<Place>, path: &str, message: impl Into<String>) -> Self {
        let mut inner = Box::new(Diagnostic::error(message));
        path.clone_into(&mut inner.path);
        Self { place, inner }
    }
    pub(crate) fn warning(mut self) -> Self {
        self.inner.severity = Severity::Warning;
        self
    }
    pub(crate) fn found(mut self, text: impl Into<String>) -> Self {
        self.inner.found = Some(text.into());
        self
    }
    pub(crate) fn allowed(mut self, text: impl Into<String>) -> Self {
        self.inner.allowed = Some(text.into());
        self
    }
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.inner.help = Some(text.into());
        self
    }
    pub(crate) fn maybe_help(mut self, text: Option<String>) -> Self {
        self.inner.help = text;
        self
    }
}

/// Findings gathered in one pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.0.len() <= MAX_FINDINGS {
            self.0.push(finding);
        }
    }
    /// Whether more findings would be dropped; spares the search for suggestions.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() > MAX_FINDINGS
    }
    /// Errors and warnings with line and column, each once, in the order of files and lines.
    pub(crate) fn finish(mut self, files: &Files) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let too_many = self.0.len() > MAX_FINDINGS;
        self.0.sort_by_key(|f| f.place.map_or((u32::MAX, 0), |p| (p.file, p.start)));
        let mut out: Vec<Diagnostic> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for Finding { place, mut inner } in self.0 {
            let own = (inner.file.clone(), inner.line, inner.column);
            if seen.insert((place, own, inner.message.clone())) {
                if let Some(place) = place {
                    files.place_of(&mut inner, place);
                }
                out.push(*inner);
            }
        }
        if too_many {
            out.push(Diagnostic::error(format!(
                "more than {MAX_FINDINGS} findings; the rest is not shown"
            )));
        }
        out.into_iter().partition(|d| d.severity == Severity::Error)
    }
}

/// Reads a file as UTF-8 text, without a byte-order mark; `what` is what it should be.
pub(crate) fn read_text(path: &Path, what: &str) -> Result<String, Box<Diagnostic>> {
    let shown = path.display().to_string();
    let fail = |message: String, help: Option<String>| {
        let file = shown.clone();
        Box::new(Diagnostic { file, help, ..Diagnostic::error(message) })
    };
    let metadata = std::fs::metadata(path).map_err(|error| {
        let word = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        fail(format!("cannot read `{shown}`: {error}"), catalogue_hint(word))
    })?;
    if metadata.is_dir() {
        return Err(fail(format!("`{shown}` is a folder, not a {what} file"), None));
    }
    if !metadata.is_file() {
        return Err(fail(format!("`{shown}` is not a regular file"), None));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(fail(
            format!(
                "`{shown}` has {} bytes; a {what} file has at most {MAX_FILE_BYTES}",
                metadata.len()
            ),
            None,
        ));
    }
    let bytes =
        std::fs::read(path).map_err(|e| fail(format!("cannot read `{shown}`: {e}"), None))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..at]).matches('\n').count() + 1;
        let help = Some("save the file as UTF-8".to_owned());
        let message = format!("`{shown}` is not UTF-8 at byte {at}");
        Box::new(Diagnostic { line, column: 1, ..*fail(message, help) })
    })?;
    Ok(text)
}

/// Which catalogue scenario may have been meant.
pub(crate) fn catalogue_hint(word: &str) -> Option<String> {
    let ids: Vec<&str> = autarky_scenarios::scenario_ids().collect();
    super::suggest::hint(word, &ids).map(|hint| format!("{hint} (scenarios of the catalogue)"))
}
