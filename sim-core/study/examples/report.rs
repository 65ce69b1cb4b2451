//! Runs a scenario in memory and writes its report to a folder: `report.html`, `report.md` and the charts as PNG.
//!
//! ```sh
//! cargo run -p autarky-study --example report -- FOLDER [SCENARIO [REPLICATIONS]]
//! ```

use std::num::NonZeroUsize;
use std::path::PathBuf;

use autarky_engine::stop::StopFlag;
use autarky_study::report::{self, About, Input, Provenance};
use autarky_study::run::{MarketStudy, Replications, Runner, Sink, TaskResult};
use autarky_study::scenario::{Options, Source, load};

/// Keeps nothing: the statistics are all that a report needs.
struct Nowhere;

impl Sink for Nowhere {
    type Error = String;

    fn replication(&mut self, _: u64, _: Vec<TaskResult>) -> Result<(), String> {
        Ok(())
    }
}

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name the folder to write to")?);
    let scenario = arguments.next().unwrap_or_else(|| "small-state".to_owned());
    let count = arguments.next().map_or(Ok(4), |n| n.parse::<u64>().map_err(|e| e.to_string()))?;
    let loaded =
        load(&Source::from_argument(&scenario), &Options::default()).map_err(|errors| {
            errors.iter().map(|e| e.message.clone()).collect::<Vec<_>>().join("; ")
        })?;
    let command = format!("autarky run {scenario}");
    let replications = Replications { seed: 1, first: 0, count, command: command.clone() };
    let market = MarketStudy::prepare(&loaded, replications).map_err(|e| e.to_string())?;
    let stop = StopFlag::new();
    let runner = Runner {
        threads: NonZeroUsize::MIN,
        stop: &stop,
        simulate: |policy, replication| market.simulate(policy, replication, &stop),
        progress: |task| eprintln!("{task}"),
    };
    let outcome = runner.run(&market.study, &mut Nowhere)?;
    let study = &market.study;
    let input = Input {
        study,
        statistics: &outcome.statistics,
        about: About { question: loaded.question.clone(), ..About::default() },
        assumptions: report::assumptions(&loaded),
        tornado: None,
        frontier: None,
        provenance: Provenance {
            id: study.id.clone(),
            scenario_hash: study.scenario_hash.clone(),
            seed: study.seed,
            replications: outcome.finished,
            model_version: study.model_version,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            result_digest: "none: nothing was stored".to_owned(),
            command: format!("{command} -n {count} --seed 1"),
            citation: String::new(),
        },
    };
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).map_err(|e| format!("{name}: {e}"))
    };
    write("report.html", report::html(&input)?.as_bytes())?;
    write("report.md", report::markdown(&input).as_bytes())?;
    report::png(&input)?.iter().try_for_each(|(name, bytes)| write(name, bytes))
}
