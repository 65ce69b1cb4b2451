//! A part of a text whose parts can be pointed at.

use crate::scenario::source::{Files, Place};
use std::ops::Range;

/// A text that stands in a file.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    file: u32,
    start: usize,
    text: String,
}

impl Passage {
    /// A whole text, added under the name that messages give it.
    pub(crate) fn new(files: &mut Files, name: &str, text: &str) -> Self {
        Self { file: files.add(name, text), start: 0, text: text.to_owned() }
    }

    /// The text of a string in a scenario file; one with escapes becomes a text of its own.
    pub(crate) fn of(files: &mut Files, place: Place, text: &str) -> Self {
        let raw = files.slice(place);
        match raw.find(text).filter(|at| *at <= 3 && raw.len() <= text.len() + 6) {
            Some(at) => {
                Self { file: place.file, start: place.start as usize + at, text: text.to_owned() }
            }
            None => Self::new(files, "the text of `uncertain`", text),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A part of the passage.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        Self { file: self.file, start: self.start + range.start, text }
    }

    /// Without white space at its ends.
    pub(crate) fn trim(&self) -> Self {
        let before = self.text.len() - self.text.trim_start().len();
        self.part(before..before + self.text.trim().len())
    }

    pub(crate) fn place(&self) -> Place {
        let end = self.start + self.text.len();
        Place { file: self.file, start: self.start as u32, end: end as u32 }
    }

    /// Parts between commas outside brackets and quotes.
    pub(crate) fn items(&self) -> Vec<Self> {
        let (mut depth, mut quote, mut from) = (0_usize, None, 0);
        let mut cuts = Vec::new();
        for (at, c) in self.text.char_indices() {
            if quote.is_some() {
                if quote == Some(c) {
                    quote = None;
                }
                continue;
            }
            match c {
                '"' | '\'' => quote = Some(c),
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    cuts.push(from..at);
                    from = at + 1;
                }
                _ => {}
            }
        }
        cuts.push(from..self.text.len());
        cuts.into_iter().map(|range| self.part(range).trim()).collect()
    }
}
