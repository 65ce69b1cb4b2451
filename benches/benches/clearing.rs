//! One tick of the market: eight nations, 72 segments, 30 queue groups, some 620 pairs.
//!
//! Warm: day after day with uniform noise of ±1.7 % (1 % standard deviation) on demand, prices and
//! capacities. Cold: each day as the first.
#![allow(missing_docs, reason = "criterion's macros define the entry point")]

use autarky_market::mechanism::clearing::{Inputs, Outcome, Solver, Structure};
use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../../sim-core/market/tests/clearing/case.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "shared with the tests of the clearing")]
mod case;

use case::{Draw, typical};

const DAYS: usize = 256;

/// The structure and the inputs of 256 days.
fn year() -> (Structure, Vec<Inputs>) {
    let mut draw = Draw(7);
    let mean = typical(&mut draw);
    let Ok(structure) = Structure::new(&mean.problem) else { unreachable!("a valid problem") };
    let days = (0..DAYS).map(|_| {
        let mut day = mean.clone();
        for column in [&mut day.demand, &mut day.base, &mut day.capacity] {
            for value in column.iter_mut() {
                *value *= draw.uniform(0.983, 1.017);
            }
        }
        day.inputs(&structure)
    });
    let days = days.collect();
    (structure, days)
}

fn clearing(c: &mut Criterion) {
    let (structure, days) = year();
    let mut outcome = Outcome::new(&structure);
    let mut solver = Solver::new(&structure);
    let mut day = 0;
    c.bench_function("clearing/warm", |b| {
        b.iter(|| {
            day = (day + 1) % DAYS;
            solver.solve(&structure, &days[day], &mut outcome)
        });
    });
    c.bench_function("clearing/cold", |b| {
        b.iter(|| {
            day = (day + 1) % DAYS;
            solver.forget();
            solver.solve(&structure, &days[day], &mut outcome)
        });
    });
}

criterion_group!(benches, clearing);
criterion_main!(benches);
