//! An aggregated population for readers: a table and JSON.

use super::aggregate::Demand;
use super::population::Population;
use crate::scenario::printable;
use autarky_market::entity::demand::{Class, Sensitivity};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Rows of long lists.
const MAX_LISTED: usize = 20;
const DIMENSIONS: [(&str, usize); 4] =
    [("age", 0), ("sex", 5), ("schooling", 1), ("occupation", 2)];

/// One row: name, persons, share of all, mean intensity of the adults.
type Row = (String, u64, f64, Option<f64>);

fn row(name: &str, persons: u64, all: u64, (adults, intensity): (u64, f64)) -> Row {
    let mean = (adults > 0).then(|| intensity / adults as f64);
    (name.to_owned(), persons, persons as f64 / all as f64, mean)
}

fn dimension(population: &Population, axis: usize) -> Vec<Row> {
    let all = population.persons();
    let lines = population.along(axis).into_iter().filter(|line| line.1 > 0);
    lines.map(|(name, persons, adults, sum)| row(name, persons, all, (adults, sum))).collect()
}

/// Regions, the largest first.
fn regions(population: &Population) -> Vec<Row> {
    let all = population.persons();
    let mut rows: Vec<Row> = population
        .regions
        .iter()
        .flatten()
        .map(|(name, region)| {
            let name = if name.is_empty() { "(none)" } else { name };
            row(name, region.persons, all, (region.adults, region.intensity as f64 / 1e6))
        })
        .collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    rows
}

/// Words that no keyword fits, the most frequent first.
fn unknown(words: Option<&std::collections::BTreeMap<Box<str>, u64>>) -> Vec<(String, u64)> {
    let mut out: Vec<(String, u64)> =
        words.into_iter().flatten().map(|(word, count)| (word.to_string(), *count)).collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}

/// The aggregate as aligned text. `against` names the typical population and the shares that it is compared with.
#[must_use]
pub fn report_text(population: &Population, demand: &Demand, against: &str) -> String {
    let mut out = format!(
        "persons     {}\nadults      {}\nmean intensity  {:.4} ± {:.4}, against {:.4} of {}\n",
        population.persons(),
        population.adults(),
        demand.mean,
        demand.standard_error,
        demand.reference,
        printable(against),
    );
    let _ = writeln!(out, "demand_scale    {:.4}", demand.scale());
    shares_text(&mut out, "sensitivity_mix", Sensitivity::WORDS, demand.sensitivity);
    for (name, shares) in Sensitivity::WORDS.iter().zip(demand.classes) {
        shares_text(&mut out, &format!("workload_mix.{name}"), Class::WORDS, shares);
    }
    for (name, axis) in DIMENSIONS {
        rows_text(&mut out, name, &dimension(population, axis));
    }
    if population.regions.is_some() {
        rows_text(&mut out, "region", &regions(population));
    } else {
        out.push_str("\nregion: more different words than are listed\n");
    }
    let lists = [
        ("unknown occupations", population.unknown_occupations.as_ref()),
        ("unknown schooling", population.unknown_schoolings.as_ref()),
    ];
    for (name, words) in lists {
        unknown_text(&mut out, name, words.is_none(), &unknown(words));
    }
    out
}

fn shares_text(out: &mut String, name: &str, words: &[&str], shares: Option<[f64; 3]>) {
    let text = shares.map_or("the world's".to_owned(), |shares| {
        let parts = words.iter().zip(shares).map(|(word, share)| format!("{word} {share:.4}"));
        parts.collect::<Vec<_>>().join(", ")
    });
    let _ = writeln!(out, "{name}  {text}");
}

fn rows_text(out: &mut String, title: &str, rows: &[Row]) {
    let name = |row: &Row| printable(&row.0).chars().take(40).collect::<String>();
    let shown = &rows[..rows.len().min(MAX_LISTED)];
    let width =
        shown.iter().map(|row| name(row).chars().count()).chain([title.len()]).max().unwrap_or(0);
    let _ =
        writeln!(out, "\n{title:width$}  {:>10}  {:>7}  {:>9}", "persons", "share", "intensity");
    for row in shown {
        let mean = row.3.map_or("-".to_owned(), |mean| format!("{mean:.3}"));
        let _ = writeln!(
            out,
            "{:width$}  {:>10}  {:>6.2}%  {mean:>9}",
            name(row),
            row.1,
            row.2 * 100.0
        );
    }
    if rows.len() > shown.len() {
        let _ = writeln!(out, "and {} more", rows.len() - shown.len());
    }
}

fn unknown_text(out: &mut String, name: &str, many: bool, words: &[(String, u64)]) {
    if many {
        let _ = writeln!(out, "\n{name}: more different words than are listed");
    } else if words.is_empty() {
        let _ = writeln!(out, "\n{name}: none");
    } else {
        let persons: u64 = words.iter().map(|(_, count)| count).sum();
        let _ = writeln!(out, "\n{name}: {} different, {persons} persons", words.len());
        for (word, count) in words.iter().take(MAX_LISTED) {
            let shown: String = printable(word).chars().take(60).collect();
            let _ =
                writeln!(out, "  {count:>10}  {}", if word.is_empty() { "(none)" } else { &shown });
        }
    }
}

/// The aggregate as one JSON object.
#[must_use]
pub fn report_json(population: &Population, demand: &Demand, against: &str) -> Value {
    let rows = |rows: Vec<Row>| -> Value {
        let object = |(name, persons, share, mean): Row| json!({ "name": name, "persons": persons, "share": share, "mean_intensity": mean });
        rows.into_iter().map(object).collect()
    };
    let words = |words: Option<&std::collections::BTreeMap<Box<str>, u64>>| -> Value {
        let list = unknown(words).into_iter();
        words.map_or(Value::Null, |_| {
            list.map(|(w, n)| json!({ "word": w, "persons": n })).collect()
        })
    };
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    put("persons", population.persons().into());
    put("adults", population.adults().into());
    put("against", against.into());
    put("mean_intensity", demand.mean.into());
    put("standard_error", demand.standard_error.into());
    put("reference_intensity", demand.reference.into());
    put("demand_scale", demand.scale().into());
    put("sensitivity_mix", shares_json(Sensitivity::WORDS, demand.sensitivity));
    let by_kind = Sensitivity::WORDS.iter().zip(demand.classes);
    put(
        "workload_mix",
        Value::Object(
            by_kind
                .map(|(s, shares)| ((*s).to_owned(), shares_json(Class::WORDS, shares)))
                .collect(),
        ),
    );
    for (name, axis) in DIMENSIONS {
        put(name, rows(dimension(population, axis)));
    }
    put(
        "region",
        if population.regions.is_some() { rows(regions(population)) } else { Value::Null },
    );
    put("unknown_occupations", words(population.unknown_occupations.as_ref()));
    put("unknown_schooling", words(population.unknown_schoolings.as_ref()));
    Value::Object(out)
}

fn shares_json(words: &[&str], shares: Option<[f64; 3]>) -> Value {
    let pairs = |shares: [f64; 3]| {
        words.iter().zip(shares).map(|(w, x)| ((*w).to_owned(), x.into())).collect()
    };
    shares.map_or(Value::Null, |shares| Value::Object(pairs(shares)))
}
