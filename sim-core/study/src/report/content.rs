//! The sections of a report, in the order in which a reader asks.

use super::document::{Block, Cell, Column, Document, Figure, Key, Mark, Section, Table};
use super::figures::{self, OverTime};
use super::format::{self, Format, count, in_words};
use super::input::{Input, Provenance};
use super::reader::{Over, Reader};
use super::{answer, claim, control, frontier, nested, origins};
use crate::analysis::{Direction, direction};
use crate::output::without_control;
use crate::run::Quantity;

/// Nations with charts; of further ones there are the key numbers.
pub(super) const NATIONS_SHOWN: usize = 3;

/// The whole report.
pub(super) fn document(input: &Input<'_>) -> Document {
    let reader = Reader {
        study: input.study,
        statistics: input.statistics,
        nested: input.nested.as_deref().unwrap_or_default(),
    };
    let shown = || reader.nations().take(NATIONS_SHOWN);
    let sections = [
        section("question", "What is compared", compared(input, reader)),
        section("answer", "The answer", answers(reader)),
        section("numbers", "Key numbers", numbers(reader)),
        section("time", "Over time", shown().flat_map(|n| over_time(reader, n)).collect()),
        section("differences", "What each policy changes", each(reader, figures::effects)),
        section("frontier", "Cost, service and safety", frontiers(input, reader)),
        section("mix", "Who serves", each(reader, figures::mix)),
        section("control", "Who controls what", controls(reader)),
        section("drivers", "What drives the outcome, and what would flip it", drivers(input)),
        section("assumptions", "What is assumed", origins::blocks(input, reader)),
        section("limits", "Limits", limits(input)),
        section("provenance", "Where the numbers come from", provenance(&input.provenance, reader)),
    ];
    Document {
        title: without_control(&input.study.title),
        lead: without_control(&input.about.question),
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
    }
}

fn section(id: &'static str, heading: &str, blocks: Vec<Block>) -> Section {
    Section { id, heading: heading.to_owned(), blocks }
}

/// A figure for each nation shown, where there is one.
fn each(reader: Reader<'_>, figure: fn(Reader<'_>, usize) -> Option<Figure>) -> Vec<Block> {
    let nations = reader.nations().take(NATIONS_SHOWN);
    nations.filter_map(|nation| figure(reader, nation)).map(Block::Figure).collect()
}

fn compared(input: &Input<'_>, reader: Reader<'_>) -> Vec<Block> {
    let mut blocks = claim::blocks(&input.about);
    let nations: Vec<String> = reader.nations().map(|n| reader.nation(n)).collect();
    let policies = reader.policies().len();
    let what = if policies == 1 {
        "one policy".to_owned()
    } else {
        format!("{} policies", in_words(policies))
    };
    blocks.push(Block::Text(format!(
        "{} for {} over {}, simulated {}:",
        crate::output::figure::sentence(&what),
        listed(&nations),
        count_years(reader.years()),
        simulated(reader),
    )));
    let key = |p| Key { label: reader.full_label(p), mark: Mark::Policy(p) };
    blocks.push(Block::Legend(reader.policies().map(key).collect()));
    blocks
}

/// How often, and with what that differs.
fn simulated(reader: Reader<'_>) -> String {
    if reader.over() == Over::Shocks {
        let times = times(reader.runs());
        return format!("{times} with new chance each time, the same for every policy");
    }
    format!("at {}, the same for every policy", reader.size())
}

fn times(n: u64) -> String {
    if n == 1 {
        "once".to_owned()
    } else {
        format!("{} times", format::number(n as f64, Some(10.0)))
    }
}

fn count_years(years: f64) -> String {
    if (years - years.round()).abs() < 0.02 {
        count(years.round() as u64, "year")
    } else {
        format!("{years:.1} years")
    }
}

/// `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => "no nation".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn answers(reader: Reader<'_>) -> Vec<Block> {
    if reader.runs() == 0 {
        return vec![Block::Text(
            "No replication is finished, so there is no answer yet.".to_owned(),
        )];
    }
    let mut blocks = Vec::new();
    for nation in reader.nations().take(NATIONS_SHOWN) {
        if reader.nations().len() > 1 {
            blocks.push(Block::Heading(reader.nation(nation)));
        }
        blocks.push(Block::Answer(answer::sentences(reader, nation)));
    }
    blocks.push(Block::Note(answer::footing(reader)));
    blocks
}

fn numbers(reader: Reader<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for nation in reader.nations() {
        let caption = format!("{}: {}", reader.nation(nation), what_cells_show(reader));
        let quantities = || reader.statistics.quantities().iter();
        let key: Vec<&Quantity> = format::key_quantities()
            .filter_map(|name| quantities().find(|q| q.name == name))
            .collect();
        blocks.push(Block::Table(quantity_table(reader, nation, &key, caption)));
        blocks.extend(nested::block(reader, nation));
        let rest: Vec<&Quantity> = quantities().filter(|q| !key.contains(q)).collect();
        let caption = format!("{}: all other quantities", reader.nation(nation));
        let table = quantity_table(reader, nation, &rest, caption.clone());
        blocks.push(Block::Fold(caption, vec![Block::Table(table)]));
    }
    blocks
}

fn what_cells_show(reader: Reader<'_>) -> &'static str {
    match reader.over() {
        Over::Shocks => {
            "mean ± standard error; below, the difference to the base with its 95 % interval"
        }
        Over::Draws => {
            "mean ± standard error over draws; below, the difference to the base with its 95 % interval over draws; others are means over all runs"
        }
        Over::Points => {
            "averages over the points of the design; below, the difference to the base; no interval"
        }
    }
}

fn quantity_table(
    reader: Reader<'_>,
    nation: usize,
    quantities: &[&Quantity],
    caption: String,
) -> Table {
    let mut columns = vec![Column::words("Quantity")];
    columns.extend(reader.policies().map(|p| Column::numbers(reader.label(p))));
    let rows = quantities.iter().filter(|q| !reader.is_nil(nation, &q.name)).map(|quantity| {
        let means = reader.policies().filter_map(|p| reader.level(p, nation, &quantity.name));
        let most = means.fold(0.0f64, |most, level| most.max(level.mean.abs()));
        let format = Format::of(quantity).fitted(most);
        let mut row = vec![Cell::new(format::name(quantity)).below(format.unit())];
        row.extend(
            reader.policies().map(|p| number_cell(reader, (p, nation), &quantity.name, &format)),
        );
        row
    });
    Table {
        caption,
        columns,
        rows: rows.collect(),
        small: reader.policies().len() > 3,
        ..Table::default()
    }
}

/// The mean with its error; of policies, the difference to the base below.
fn number_cell(
    reader: Reader<'_>,
    (policy, nation): (usize, usize),
    name: &str,
    format: &Format,
) -> Cell {
    let level = control::level(reader, (policy, nation), name, format);
    let Some(found) = reader.difference(policy, nation, name) else { return level };
    let Some(effect) = found.effect else {
        // Of one replication the difference is the two numbers, and no more.
        let plain = || format::signed(&format.number(found.mean, None));
        return if reader.over() == Over::Shocks { level } else { level.below(plain()) };
    };
    let [estimate, low, high] = format.ends(&effect);
    match format::doubt(&effect) {
        "" => level.below(format!("{estimate} ({low} to {high})")),
        doubt => level.below(format!("{estimate} ({low} to {high}, {doubt})")),
    }
}

fn over_time(reader: Reader<'_>, nation: usize) -> Vec<Block> {
    let name = reader.nation(nation);
    let horizons = autarky_market::record::HORIZONS_DAYS;
    let mut all = vec![OverTime {
        series: "served",
        id: format!("served-{}", nation + 1),
        title: format!("{name}: compute served"),
        of: "need at the reference price",
    }];
    let names: Vec<String> = horizons.iter().map(|days| format!("sovereignty_{days}d")).collect();
    // The horizons between are in the tables.
    let ends = |at: &usize| *at == 0 || *at == horizons.len() - 1;
    for at in (0..horizons.len()).filter(ends) {
        let (days, series) = (horizons[at], &names[at]);
        let when = match days {
            0 => "at once after".to_owned(),
            365 => "a year after".to_owned(),
            days => format!("{days} days after"),
        };
        all.push(OverTime {
            series,
            id: format!("left-{days}-{}", nation + 1),
            title: format!("{name}: critical need served {when} the worst withdrawal"),
            of: "critical need",
        });
    }
    all.into_iter().filter_map(|over| over.figure(reader, nation)).map(Block::Figure).collect()
}

fn frontiers(input: &Input<'_>, reader: Reader<'_>) -> Vec<Block> {
    let title = "Cost against what goes unserved and what a withdrawal takes";
    let nations = reader.nations().take(NATIONS_SHOWN);
    let figure = |nation| {
        let title = format!("{}: {}", reader.nation(nation), title.to_lowercase());
        let id = format!("frontier-{}", nation + 1);
        let found = input.frontiers.iter().find(|given| given.nation == nation);
        let plot = frontier::of(reader, nation, found.map(|given| &given.found))?;
        Some(Block::Figure(figures::frontier(&plot, id, title)))
    };
    nations.filter_map(figure).collect()
}

fn controls(reader: Reader<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Text(
        "The withdrawal test takes one party away at each sample date and asks what critical work is still served at once, after a month and after a year. \
         A loss is what that party takes beyond what is lost anyway."
            .to_owned(),
    )];
    for nation in reader.nations().take(NATIONS_SHOWN) {
        if reader.nations().len() > 1 {
            blocks.push(Block::Heading(reader.nation(nation)));
        }
        blocks.extend(control::blocks(reader, nation));
    }
    blocks
}

fn drivers(input: &Input<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(input.tornado.as_ref().and_then(figures::tornado).map(Block::Figure));
    if !input.about.flips.is_empty() {
        blocks.push(Block::Heading("What would flip the answer".to_owned()));
        blocks.push(Block::List(input.about.flips.iter().map(|t| without_control(t)).collect()));
    }
    blocks
}

fn limits(input: &Input<'_>) -> Vec<Block> {
    let texts = input.about.limits.iter().chain(&input.study.assumptions);
    let general = "Intervals speak about chance within the model. Whether the model describes the world is not in them.".to_owned();
    vec![Block::List(texts.map(|text| without_control(text)).chain([general]).collect())]
}

fn provenance(provenance: &Provenance, reader: Reader<'_>) -> Vec<Block> {
    let term = |name: &str, value: String| (name.to_owned(), without_control(&value));
    let finished: Vec<String> = reader
        .policies()
        .map(|p| format!("{} of {}", reader.statistics.finished(p), reader.label(p)))
        .collect();
    let size = if reader.over() == Over::Shocks { "Replications" } else { "Points, replications" };
    let terms = vec![
        term("Study", provenance.id.clone()),
        term("Scenario, SHA-256", provenance.scenario_hash.clone()),
        term("Seed", provenance.seed.to_string()),
        term(size, format!("{} (finished: {})", reader.size(), finished.join(", "))),
        term("Model version", provenance.model_version.to_string()),
        term("Program version", provenance.program_version.clone()),
        term("Digest of all results", provenance.result_digest.clone()),
    ];
    let mut blocks = vec![Block::Terms(terms)];
    blocks.push(Block::Text("The same numbers, bit for bit, on any machine:".to_owned()));
    blocks.push(Block::Code(without_control(&provenance.command)));
    blocks.push(Block::Note("The numbers behind every chart and all further quantities open below it on a screen; they are not printed.".to_owned()));
    if !provenance.citation.is_empty() {
        blocks.push(Block::Text("To cite:".to_owned()));
        let lines = provenance.citation.lines().map(without_control);
        blocks.push(Block::Code(lines.collect::<Vec<_>>().join("\n")));
    }
    blocks
}

/// Paired differences with everything that is known about them.
pub(super) fn comparison(reader: Reader<'_>, nation: usize) -> Table {
    let columns = [
        "Difference to the base",
        "95 % interval",
        "Variance removed by pairing",
        "Above the base, of runs",
        "Mean regret",
        "Mean of the worst 5 %",
    ];
    let mut rows = Vec::new();
    for name in format::key_quantities().filter(|name| !reader.is_nil(nation, name)) {
        let Some((label, format)) = reader.named(name) else { continue };
        for p in reader.policies().skip(1) {
            rows.extend(comparison_row(reader, (p, nation), name, (&label, &format)));
        }
    }
    Table {
        caption: format!("{}: differences under the same shocks", reader.nation(nation)),
        columns: std::iter::once(Column::words("Quantity and policy"))
            .chain(columns.map(Column::numbers))
            .collect(),
        rows,
        small: true,
        ..Table::default()
    }
}

fn comparison_row(
    reader: Reader<'_>,
    (policy, nation): (usize, usize),
    name: &str,
    (label, format): (&str, &Format),
) -> Option<Vec<Cell>> {
    let cell = reader.cell(policy, nation, name)?;
    let found = reader.difference(policy, nation, name)?;
    let effect = found.effect;
    if effect.is_none() && reader.over() == Over::Shocks {
        return None;
    }
    let size =
        effect.map_or(found.mean.abs(), |e| e.interval.low().abs().max(e.interval.high().abs()));
    let format = format.fitted(size.max(cell.moments.mean().abs()));
    let [estimate, range, doubt] = match &effect {
        None => [format::signed(&format.number(found.mean, None)), "–".to_owned(), String::new()],
        Some(effect) => {
            let [estimate, low, high] = format.ends(effect);
            [estimate, format!("{low} to {high}"), format::doubt(effect).to_owned()]
        }
    };
    let or_dash = |text: Option<String>| Cell::new(text.unwrap_or_else(|| "–".to_owned()));
    let share = |x: f64| format!("{:.0} %", 100.0 * x).replace('-', "−");
    // What is better neither way has no regret and no worst case.
    let better = direction(name).ok().flatten().map(|d| usize::from(d == Direction::Lower));
    let error = effect.map(|e| e.standard_error).filter(|e| *e > 0.0);
    let written = |x: f64| format.number(x, error);
    Some(vec![
        Cell::new(label).below(reader.label(policy)),
        Cell::new(estimate).below(format.difference_unit()),
        Cell::new(range).below(doubt),
        or_dash(effect.and_then(|e| e.variance_removed).map(share)),
        or_dash(cell.share_above().map(share)),
        or_dash(better.and_then(|at| cell.regret()[at]).map(written)),
        or_dash(better.and_then(|at| cell.tails(0.05)[at]).map(written)),
    ])
}
