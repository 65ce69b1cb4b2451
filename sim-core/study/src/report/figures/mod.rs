//! What charts show: levels over time, paired differences, the frontier, the mix of providers, sensitivities. Numbers only; [`super::chart`] draws.

mod effects;
mod frontier;
mod time;
mod tornado;

pub(super) use effects::effects;
pub(super) use frontier::frontier;
pub(super) use time::{OverTime, mix};
pub(super) use tornado::tornado;

use super::document::Cell;
use super::format::brief;
use super::input::Estimate;

fn with_unit(name: &str, unit: &str) -> String {
    if unit.is_empty() || unit == "1" { name.to_owned() } else { format!("{name}, {unit}") }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// A number with its interval below.
fn estimate(estimate: &Estimate) -> Cell {
    let [value, low, high] = texts(estimate);
    Cell::new(value).below(format!("{low} to {high}"))
}

fn texts(estimate: &Estimate) -> [String; 3] {
    let Estimate { value, low, high } = *estimate;
    [value, low, high].map(|x| brief(x, Some(0.25 * (high - low))))
}
