//! The embedded calibration tables as figures by key and quantity, and which parameter each figure fills.
//!
//! Tables are long: one row per key and quantity, with unit, vintage, status and source (`calibration/README.md`).
//! This module fills no scenario; see [`crate::scenario`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The figure as text.
    pub value: String,
    /// When it was valid.
    pub vintage: String,
    /// `measured`, `calibrated`, `imputed` or `assumed`.
    pub status: String,
    /// Rows of `sources.csv`.
    pub source_id: String,
    /// Line of the table.
    pub line: u64,
}

/// A table: figures by key and quantity.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// File name below `calibration/`.
    pub name: &'static str,
    rows: BTreeMap<String, BTreeMap<String, Figure>>,
}

/// How a figure fills a parameter.
#[derive(Debug, Clone, Copy)]
pub struct Fill {
    /// Name of the parameter.
    pub field: &'static str,
    /// Quantity of the table.
    pub quantity: &'static str,
    /// Unit of the figure in the words of scenario files; empty for words and dates.
    pub unit: &'static str,
}

const fn fill(field: &'static str, quantity: &'static str, unit: &'static str) -> Fill {
    Fill { field, quantity, unit }
}

/// Parameters of a nation that come from `nations.csv`.
pub const NATION: &[Fill] = &[
    fill("title", "name", ""),
    fill("gdp", "gdp_usd", "USD/year"),
    fill("population", "population", "1"),
    fill("income_group", "income_group", ""),
    fill("power_price", "power_price_usd_per_kwh", "USD/kWh"),
    fill("fx_volatility", "fx_volatility_annual", "1/year^0.5"),
];

/// Parameters of a hardware model that come from `accelerators.csv`.
pub const HARDWARE: &[Fill] = &[
    fill("vendor", "vendor", ""),
    fill("release", "release_date", ""),
    fill("compute", "h100e", "H100e"),
    fill("memory", "memory_gb", "GB"),
    fill("interconnect", "interconnect_gbs", "GB/s"),
    fill("power", "tdp_w", "W"),
    fill("price", "launch_price_usd", "USD"),
    fill("tpp", "tpp", "TPP"),
];

impl Table {
    fn parse(name: &'static str, text: &str) -> Self {
        let mut table = Self { name, rows: BTreeMap::new() };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let Ok(headers) = reader.headers().cloned() else { return table };
        let column = |wanted: &str| headers.iter().position(|h| h == wanted);
        let (quantity, value) = (column("quantity"), column("value"));
        let (vintage, status, source) = (column("vintage"), column("status"), column("source_id"));
        for record in reader.records().flatten() {
            let cell =
                |at: Option<usize>| at.and_then(|i| record.get(i)).unwrap_or_default().to_owned();
            let figure = Figure {
                value: cell(value),
                vintage: cell(vintage),
                status: cell(status),
                source_id: cell(source),
                line: record.position().map_or(0, csv::Position::line),
            };
            if !figure.value.is_empty() {
                table.rows.entry(cell(Some(0))).or_default().insert(cell(quantity), figure);
            }
        }
        table
    }

    /// All keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }

    /// Whether the table has rows for a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    /// One figure.
    #[must_use]
    pub fn get(&self, key: &str, quantity: &str) -> Option<&Figure> {
        self.rows.get(key)?.get(quantity)
    }

    /// Quantities of a key with their numbers, by quantity.
    pub fn of<'t>(&'t self, key: &str) -> impl Iterator<Item = (&'t str, f64)> + use<'t> {
        let rows = self.rows.get(key).into_iter().flatten();
        rows.filter_map(|(quantity, figure)| Some((quantity.as_str(), figure.value.parse().ok()?)))
    }

    /// All values of a quantity, each once, sorted.
    #[must_use]
    pub fn words(&self, quantity: &str) -> BTreeSet<&str> {
        self.rows.values().filter_map(|r| r.get(quantity)).map(|f| f.value.as_str()).collect()
    }
}

/// `nations.csv`, by ISO 3166 code.
pub fn nations() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| load("nations"))
}

/// `accelerators.csv`, by accelerator.
pub fn accelerators() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| load("accelerators"))
}

/// `personas.csv`, by subject.
pub fn personas() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| load("personas"))
}

fn load(name: &'static str) -> Table {
    Table::parse(name, autarky_scenarios::table(name).unwrap_or_default())
}

/// A row of `sources.csv`: a file or work from which figures are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Who published it.
    pub publisher: String,
    /// Its title.
    pub title: String,
    /// Its licence.
    pub licence: String,
    /// Where it is found.
    pub origin: String,
    /// Year, month, day or span that it describes.
    pub vintage: String,
}

/// The source of that `source_id`.
pub fn source(id: &str) -> Option<&'static Cited> {
    static SOURCES: OnceLock<BTreeMap<String, Cited>> = OnceLock::new();
    SOURCES.get_or_init(sources).get(id)
}

fn sources() -> BTreeMap<String, Cited> {
    let text = autarky_scenarios::table("sources").unwrap_or_default();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let columns = ["source_id", "publisher", "title", "licence", "origin", "vintage"].map(column);
    let cited = |record: csv::StringRecord| {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let [id, publisher, title, licence, origin, vintage] =
            columns.map(|at| cell(at).to_owned());
        (id, Cited { publisher, title, licence, origin, vintage })
    };
    reader.records().filter_map(Result::ok).map(cited).collect()
}

/// A word of a table as scenario files write it: `Upper middle income` is `upper_middle`.
#[must_use]
pub fn word(text: &str) -> String {
    let mut out = String::new();
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()) {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(&part.to_lowercase());
    }
    out.strip_suffix("_income").map_or(out.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_economy_has_the_figures_that_aggregation_needs() {
        let table = nations();
        assert!(table.keys().count() > 150);
        for key in table.keys() {
            for quantity in
                ["gdp_usd", "population", "income_group", "region", "power_price_usd_per_kwh"]
            {
                assert!(table.get(key, quantity).is_some(), "{key} has no {quantity}");
            }
        }
    }

    #[test]
    fn words_of_the_table_match_those_of_scenario_files() {
        assert_eq!(word("Upper middle income"), "upper_middle");
        assert_eq!(word("Europe & Central Asia"), "europe_central_asia");
        assert_eq!(word("high"), "high");
    }
}
