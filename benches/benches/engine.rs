//! Closer looks at the engine's workloads: `cargo bench -p autarky-benches`.

use std::time::Duration;

use autarky_benches::measure::{Seconds, time};
use autarky_benches::rival;
use autarky_benches::rival::market::RivalMarket;
use autarky_benches::workload::hold::{EngineHold, Hold};
use autarky_benches::workload::market::EngineMarket;
use autarky_benches::workload::mm1::QueueSize;
use autarky_benches::workload::{clocks, mm1};
use autarky_engine::calendar::{LadderQueue, PackedHeap};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn duration(seconds: Seconds) -> Duration {
    Duration::from_secs_f64(seconds.0)
}

/// One hold at several populations: ladder, 4-ary heap, `BinaryHeap`.
fn hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hold");
    for pending in [3, 30, 100, 1_000, 10_000, 100_000, 1_000_000] {
        let mut held: [(&str, Box<dyn Hold>); 3] = [
            ("ladder", Box::new(EngineHold::<LadderQueue>::new(pending))),
            ("heap", Box::new(EngineHold::<PackedHeap>::new(pending))),
            ("rival", Box::new(rival::hold::RivalHold::new(pending))),
        ];
        for (name, hold) in &mut held {
            hold.run(u64::from(2 * pending));
            group.bench_function(BenchmarkId::new(*name, pending), |bencher| {
                bencher.iter_custom(|steps| duration(time(|| hold.run(steps))));
            });
        }
    }
    group.finish();
}

fn queue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mm1");
    let size = QueueSize::of(100_000);
    group.throughput(Throughput::Elements(u64::from(size.customers)));
    group.bench_function("ladder", |bencher| bencher.iter(|| mm1::run(size, 0)));
    group.bench_function("heap", |bencher| bencher.iter(|| mm1::run_on::<PackedHeap>(size, 0)));
    group.bench_function("rival", |bencher| bencher.iter(|| rival::mm1::run(size, 0)));
    group.finish();
}

fn synthetic_market(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("market");
    for entities in [10_000, 100_000] {
        let (mut engine, mut rival) = (EngineMarket::new(entities), RivalMarket::new(entities));
        engine.run(u64::from(2 * entities));
        rival.run(u64::from(2 * entities));
        group.bench_function(BenchmarkId::new("ladder", entities), |bencher| {
            bencher.iter_custom(|events| duration(time(|| engine.run(events))));
        });
        group.bench_function(BenchmarkId::new("rival", entities), |bencher| {
            bencher.iter_custom(|events| duration(time(|| rival.run(events))));
        });
    }
    group.finish();
}

/// Failure and repair through clocks, per event.
fn failure_clocks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clocks");
    let events = 200_000;
    group.throughput(Throughput::Elements(events));
    for cohorts in [100, 600, 5_000] {
        group.bench_function(BenchmarkId::from_parameter(cohorts), |bencher| {
            bencher.iter(|| clocks::run(cohorts, events));
        });
    }
    group.finish();
}

criterion_group!(benches, hold, queue, synthetic_market, failure_clocks);
criterion_main!(benches);
