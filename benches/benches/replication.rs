//! One replication of the market: the small state whole, its node events alone, and a year of two hundred nations.
//!
//! `benches/examples/replication.rs` runs the large worlds for ten years, with memory and shares of time.
#![allow(missing_docs, reason = "criterion's macros define the entry point")]

use std::time::Duration;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::simulate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[path = "../shared/worlds.rs"]
mod worlds;

/// Events of one replication.
fn run(plan: &Blueprint) -> u64 {
    match simulate(plan, 1, 0, &StopFlag::new()) {
        Ok(record) => record.events,
        Err(e) => unreachable!("a valid scenario: {e}"),
    }
}

fn replication(c: &mut Criterion) {
    let mut group = c.benchmark_group("replication");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    let small = worlds::small_state();
    group.bench_function("small_state", |b| b.iter(|| run(&small)));
    for (name, tick) in [("year_of_200_nations_daily", 1.0), ("year_of_200_nations_weekly", 7.0)] {
        let large = worlds::two_hundred_nations(tick, 1.0);
        group.bench_function(name, |b| b.iter(|| run(&large)));
    }
    let nodes = worlds::nodes_alone();
    group.throughput(Throughput::Elements(run(&nodes)));
    group.bench_function("node_events", |b| b.iter(|| run(&nodes)));
    group.finish();
}

criterion_group!(benches, replication);
criterion_main!(benches);
