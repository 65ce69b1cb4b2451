//! Where the time of one replication goes, and how much memory it takes.
//!
//!     cargo run --release -p autarky-benches --example replication -- small-state
//!     cargo run --release -p autarky-benches --example replication -- 200-nations-daily
//!     cargo run --release -p autarky-benches --example replication -- state-at-work
//!
//! Further arguments: `quiet` for the time alone, a number for the runs of which the fastest counts.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

#[path = "../shared/profile.rs"]
mod profile;
#[path = "../shared/worlds.rs"]
mod worlds;

use autarky_benches::rival::{self, replication::Shape};
use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::{simulate, simulate_traced};
use autarky_study::scenario::{Options, Source, load, render_all};
use profile::Profile;

/// Names of the events by code; rarer ones go by their code in `event.rs`.
const NAMES: [&str; 19] = [
    "before the first event",
    "node fails",
    "repair done",
    "part arrives",
    "host leaves",
    "host returns",
    "cohort retires",
    "site fails",
    "site restored",
    "review",
    "licence decided",
    "allocation",
    "delivery",
    "hardware released",
    "dated start",
    "dated end",
    "tick",
    "month end",
    "sample",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let plan = match arguments.first().map(String::as_str) {
        Some("small-state") => worlds::small_state(),
        Some("200-nations-daily") => worlds::two_hundred_nations(1.0, 10.0),
        Some("200-nations-weekly") => worlds::two_hundred_nations(7.0, 10.0),
        Some("small-state-inside") => worlds::small_state_inside(),
        Some("state-at-work") => catalogue("state-at-work"),
        Some("20000-operators") => worlds::twenty_thousand_operators(10.0),
        Some("20000-operators-year") => worlds::twenty_thousand_operators(1.0),
        _ => {
            println!(
                "say one of small-state, 200-nations-daily, 200-nations-weekly, small-state-inside, state-at-work, 20000-operators, 20000-operators-year"
            );
            return;
        }
    };
    println!("{}", worlds::size(&plan));
    let runs = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(1);
    let fastest = (0..runs).map(|i| seconds(&plan, i)).fold(f64::INFINITY, f64::min);
    println!("fastest of {runs}: {:.1} ms", 1e3 * fastest);
    println!("peak memory: {}", peak_memory());
    if arguments.iter().any(|a| a == "quiet") {
        return;
    }
    table(&plan, fastest);
    if arguments.first().is_some_and(|a| a == "small-state") {
        beside_rival(&plan, fastest);
    }
}

/// The base of a scenario of the catalogue.
fn catalogue(id: &str) -> Blueprint {
    let loaded = match load(&Source::Catalogue(id.to_owned()), &Options::default()) {
        Ok(loaded) => loaded,
        Err(e) => unreachable!("a scenario of the catalogue: {}", render_all(&e)),
    };
    match Blueprint::new(&loaded.policies[0].scenario) {
        Ok(plan) => plan,
        Err(e) => unreachable!("a valid scenario: {e}"),
    }
}

/// The small state beside a plain loop with its arithmetic. A day takes about ten evaluations and two factorisations
/// over its two tiers, five and two of the whole; most of its pools have one queue group with nodes, so a segment has
/// nine offers of 24 groups.
fn beside_rival(plan: &Blueprint, seconds: f64) {
    let events = simulate(plan, 1, 0, &StopFlag::new()).map_or(0, |record| record.events);
    let shape = Shape {
        days: 3653,
        segments: plan.segments.len(),
        offers: 9,
        groups: 24,
        zones: plan.nations.len(),
        evaluations: 5,
        factorisations: 2,
        events: events as u32,
        clocks: 3 * plan.initial.len() as u32,
    };
    let once = |seed| {
        let start = processor_seconds();
        std::hint::black_box(rival::replication::run(shape, seed));
        processor_seconds() - start
    };
    let rival = (0..9).map(once).fold(f64::INFINITY, f64::min);
    println!("\n| | ms | relative |\n| --- | ---: | ---: |");
    println!("| arithmetic alone, plain loops | {:.1} | 1.0 |", 1e3 * rival);
    println!("| the model | {:.1} | {:.1} |", 1e3 * seconds, seconds / rival);
}

fn seconds(plan: &Blueprint, replication: u64) -> f64 {
    let start = processor_seconds();
    match simulate(plan, 1, replication, &StopFlag::new()) {
        Ok(record) => {
            let seconds = processor_seconds() - start;
            println!(
                "{:>10.1} ms, {} events, fingerprint {:016x}",
                1e3 * seconds,
                record.events,
                record.fingerprint
            );
            seconds
        }
        Err(e) => {
            println!("{e}");
            f64::NAN
        }
    }
}

fn table(plan: &Blueprint, seconds: f64) {
    let mut profile = Profile::start();
    if let Err(e) = simulate_traced(plan, (1, 0), &StopFlag::new(), &mut profile) {
        println!("{e}");
    }
    let overhead = Profile::overhead_ns();
    let rows = profile.rows();
    let net = |&(_, count, ns): &(usize, u64, u64)| (ns as f64 - overhead * count as f64).max(0.0);
    let total: f64 = rows.iter().map(net).sum();
    println!(
        "\nclock: {overhead:.0} ns a reading, taken off; run without it: {:.1} ms\n",
        1e3 * seconds
    );
    println!("| event | events | ns each | share |\n| --- | ---: | ---: | ---: |");
    for row in &rows {
        let name = NAMES.get(row.0).map_or_else(|| format!("code {}", row.0), ToString::to_string);
        let each = net(row) / row.1 as f64;
        println!("| {name} | {} | {each:.0} | {:.1} % |", row.1, 100.0 * net(row) / total);
    }
}

/// Time that this process has had on a processor, as Linux counts it: other programs do not add to it.
fn processor_seconds() -> f64 {
    let counted = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    counted.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns * 1e-9)
}

/// The most memory that this process has had, as the system says.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("not known on this system".to_owned(), |line| line.trim().to_owned())
}
