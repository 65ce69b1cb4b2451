//! `autarky bench`: the engine's standard workloads beside hand-written rivals.

use std::fmt::Write;

use autarky_benches::measure::Measurement;
use autarky_benches::{Options, run_all};
use serde_json::{Value, json};

use crate::args::{Bench, TextFormat};
use crate::exit::{DONE, Failure};
use crate::stdout;

pub(crate) fn run(args: &Bench) -> Result<u8, Failure> {
    let figures = run_all(Options { quick: args.quick });
    let text = match args.format {
        TextFormat::Table => table(&figures),
        TextFormat::Json => format!("{:#}", figures.iter().map(object).collect::<Value>()),
    };
    stdout::print(&text).map(|()| DONE)
}

fn object(figure: &Measurement) -> Value {
    json!({
        "name": figure.name, "value": figure.value, "unit": figure.unit, "rival": figure.rival, "ratio": figure.ratio,
    })
}

fn table(figures: &[Measurement]) -> String {
    let mut text = format!(
        "{:<14} {:>16} {:>16} {:<12} {:>8}\n",
        "workload", "engine", "rival", "unit", "ratio"
    );
    for figure in figures {
        let Measurement { name, value, unit, rival, ratio } = figure;
        let _ = writeln!(text, "{name:<14} {value:>16.1} {rival:>16.1} {unit:<12} {ratio:>8.2}");
    }
    text + "ratio: speed of the engine over speed of the hand-written rival, in turns in this process\n"
}
