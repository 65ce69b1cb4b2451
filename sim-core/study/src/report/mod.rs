//! The report of a study: one self-contained HTML file, the same as Markdown, and its charts as PNG.
//!
//! ```text
//! Input ── content ──► Document (sections of texts, tables, figures) ──► html | markdown | png
//!            ├ answer    three sentences from means and intervals
//!            └ figures   what charts show, in numbers; `chart` draws it
//! ```
//!
//! Every number is read off [`crate::run::Statistics`]; nothing is simulated or read from files here. There is no script, no link to a network
//! and no date in the file, so the same input gives the same bytes. Statistics that are computed here are in `docs/studies/report.md`.

mod answer;
mod assumptions;
mod chart;
mod claim;
mod content;
mod control;
mod document;
mod figures;
mod format;
mod frontier;
mod html;
mod input;
mod markdown;
mod nested;
mod origins;
mod reader;
mod stored;

pub use assumptions::{assumptions, assumptions_of_table};
pub use input::{
    About, Assumption, Bar, Cited, Estimate, Input, Measure, NationFrontier, NestedRow,
    PolicyValue, Provenance, Tornado, Variances,
};

pub use stored::{Material, OUTCOME};

/// The report as one HTML file.
///
/// # Errors
///
/// A chart cannot be drawn.
pub fn html(input: &Input<'_>) -> Result<String, String> {
    html::render(&content::document(input))
}

/// The report as Markdown: the texts and all tables; of every chart its table.
#[must_use]
pub fn markdown(input: &Input<'_>) -> String {
    markdown::render(&content::document(input))
}

/// The charts as PNG files, in the order of the report: name without folder, and bytes.
///
/// # Errors
///
/// A chart cannot be drawn.
pub fn png(input: &Input<'_>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let document = content::document(input);
    let picture =
        |figure: &document::Figure| Ok((format!("{}.png", figure.id), chart::picture(figure)?));
    document.figures().into_iter().map(picture).collect()
}
