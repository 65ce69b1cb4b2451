//! The scenario catalogue and the calibration tables, embedded in the binary.
//!
//! Every `calibration/*.csv` and every `catalogue/*.toml` of this folder is compiled in by the build
//! script, so that the command line and the Python wheel carry them without data files. This crate
//! parses nothing: readers of scenarios and tables live in `autarky-study`. The meaning of each table
//! and column is in `calibration/README.md`.

#![forbid(unsafe_code)]

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The CSV text of a calibration table, by file name without extension (`"nations"`), or `None`.
#[must_use]
pub fn table(name: &str) -> Option<&'static str> {
    find(TABLES, name)
}

/// Names of all calibration tables, sorted.
pub fn table_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

/// The TOML text of a catalogue scenario by its id (`"small-state"`), or `None`.
#[must_use]
pub fn scenario(id: &str) -> Option<&'static str> {
    find(SCENARIOS, id)
}

/// Ids of all catalogue scenarios, sorted.
pub fn scenario_ids() -> impl Iterator<Item = &'static str> {
    SCENARIOS.iter().map(|(id, _)| *id)
}

/// Binary search in a list that the build script sorted.
fn find(list: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    list.binary_search_by_key(&name, |(key, _)| key).ok().map(|at| list[at].1)
}
