//! Shocks to prices and demand: their laws against theory, their correlation, and where they reach.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::shock::{Law, ShockParameters, SizeLaw, Target};
use autarky_market::id::{NationId, VendorId};
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::shock::ShockState;
use common::{Run, Size, fleet, island, mean_and_error, pool, regime, scenario, t_statistic};

/// The island with ticks of that many days and the shocks that `make` adds.
fn world(tick: f64, make: impl Fn(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = tick;
    make(&mut s);
    Blueprint::new(&s).unwrap()
}

/// States after some years, one a replication.
fn states(plan: &Blueprint, seed: u64, n: u64, years: f64) -> Vec<ShockState> {
    let tick = plan.timing.tick_days / 365.25;
    let ticks = (years / tick).round() as u32;
    let run = |replication| {
        let mut state = ShockState::new(plan, seed, replication);
        (1..=ticks).for_each(|k| state.step(plan, f64::from(k) * tick));
        state
    };
    (0..n).map(run).collect()
}

fn brownian(shock: &mut ShockParameters, volatility: f64) {
    (shock.law, shock.volatility, shock.reversion) = (Law::MeanReverting, volatility, 0.0);
}

fn merton(shock: &mut ShockParameters, (rate, mean, deviation): (f64, f64, f64)) {
    (shock.law, shock.size, shock.decay) = (Law::Jumps, SizeLaw::Normal, 0.0);
    (shock.rate, shock.size_mean, shock.size_deviation) = (rate, mean, deviation);
}

/// Theory (Merton 1976): a Brownian motion and undecaying normal jumps multiply to a jump diffusion, whose log has variance
/// (σ² + λ(μ² + δ²))·t and mean −(σ²/2 + λ(E e^J − 1))·t + λμt when its mean is one. Seed 41, n = 20,000, t = 2 years, σ = 0.3, λ = 2, μ = −0.1,
/// δ = 0.25: |z| of the mean and of the variance (with the sample's fourth moment) below 5.5, false alarms below 1e-7; a
/// variance off by 4 % would show.
#[test]
fn a_brownian_motion_times_undecaying_jumps_is_the_jump_diffusion_of_merton() {
    let (sigma, rate, mu, delta, years): (f64, f64, f64, f64, f64) = (0.3, 2.0, -0.1, 0.25, 2.0);
    let plan = world(28.0, |s| {
        brownian(s.shocks.entry("diffusion"), sigma);
        merton(s.shocks.entry("jumps"), (rate, mu, delta));
    });
    let t = (years * 365.25 / 28.0).round() * 28.0 / 365.25;
    let logs: Vec<f64> =
        states(&plan, 41, 20_000, years).iter().map(|s| s.factor(Target::Chip, 0).ln()).collect();
    let growth = rate * ((mu + 0.5 * delta * delta).exp() - 1.0);
    let mean = (-0.5 * sigma * sigma - growth + rate * mu) * t;
    assert!(t_statistic(&logs, mean).abs() < 5.5, "{:?} {mean}", mean_and_error(&logs));
    let squares: Vec<f64> = logs.iter().map(|x| (x - mean) * (x - mean)).collect();
    let variance = (sigma * sigma + rate * (mu * mu + delta * delta)) * t;
    assert!(
        t_statistic(&squares, variance).abs() < 5.5,
        "{:?} {variance}",
        mean_and_error(&squares)
    );
}

/// Seed 42, n = 20,000; after a quarter and after three years the sample mean of every factor lies within 5.5 standard errors of one: false
/// alarms below 1e-6 over all.
#[test]
fn compensated_factors_of_every_law_have_mean_one_at_every_date() {
    let plan = world(28.0, |s| {
        let ou = s.shocks.entry("ou");
        (ou.target, ou.volatility, ou.reversion) = (Target::Energy, 0.5, 2.0);
        let shot = s.shocks.entry("shot");
        merton(shot, (1.5, 0.1, 0.3));
        (shot.decay, shot.target) = (2.0, Target::Chip);
        let kou = s.shocks.entry("kou");
        (kou.law, kou.size, kou.rate, kou.decay) =
            (Law::Jumps, SizeLaw::DoubleExponential, 1.0, 0.5);
        (kou.size_mean_up, kou.size_mean_down, kou.target) = (0.25, 0.4, Target::Demand);
        let pareto = s.shocks.entry("pareto");
        (pareto.law, pareto.size, pareto.size_tail) = (Law::Jumps, SizeLaw::Pareto, 5.0);
        (pareto.rate, pareto.decay, pareto.target) = (0.8, 1.0, Target::ExchangeRate);
        let regime = s.shocks.entry("regime");
        (regime.law, regime.regime_onset, regime.regime_length) =
            (Law::RegimeSwitching, 0.7, 200.0);
        (regime.target, regime.of_providers) = (Target::Cloud, vec!["home".into()]);
    });
    for years in [0.25, 3.0] {
        let states = states(&plan, 42, 20_000, years);
        for &target in Target::ALL {
            let factors: Vec<f64> = states.iter().map(|s| s.factor(target, 0)).collect();
            let (mean, error) = mean_and_error(&factors);
            assert!(
                error > 1e-4 && ((mean - 1.0) / error).abs() < 5.5,
                "{target:?} {mean} {error}"
            );
        }
    }
}

/// Seed 3, n = 2000, λ = 2, μ = 0.3, δ = 0.1 over a year: theory gives means of 1 and 2.04 with standard errors of 0.013 and 0.026, so the bounds
/// lie more than seven of them away (false alarm below 1e-11).
#[test]
fn an_uncompensated_jump_up_raises_the_mean_and_a_compensated_one_does_not() {
    let mean = |compensated| {
        let plan = world(28.0, |s| {
            merton(s.shocks.entry("jumps"), (2.0, 0.3, 0.1));
            s.shocks.entry("jumps").compensated = compensated;
        });
        let factors: Vec<f64> =
            states(&plan, 3, 2000, 1.0).iter().map(|s| s.factor(Target::Chip, 0)).collect();
        mean_and_error(&factors).0
    };
    assert!((mean(true) - 1.0).abs() < 0.1 && mean(false) > 1.8, "{} {}", mean(true), mean(false));
}

/// Jumps and regimes have the same path whatever the tick (rounding: 1e-9); a mean-reverting log has the same variance
/// σ²(1−e^{−2κt})/(2κ): seed 43, n = 20,000 each, |z| below 5.5 (false alarm 1e-7).
#[test]
fn the_law_of_a_shock_does_not_depend_on_the_tick() {
    let make = |s: &mut Scenario| {
        let jumps = s.shocks.entry("jumps");
        merton(jumps, (6.0, 0.0, 0.2));
        (jumps.decay, jumps.common) = (3.0, 0.5);
        let regime = s.shocks.entry("regime");
        (regime.law, regime.target, regime.regime_onset) =
            (Law::RegimeSwitching, Target::Energy, 3.0);
        let ou = s.shocks.entry("ou");
        (ou.target, ou.volatility, ou.reversion) = (Target::Demand, 0.4, 3.0);
    };
    let at = |tick| states(&world(tick, make), 43, 40, 0.92);
    for (weekly, monthly) in at(7.0).iter().zip(&at(28.0)) {
        for (target, at) in [(Target::Chip, 0), (Target::Chip, 1), (Target::Energy, 2)] {
            let (a, b) = (weekly.factor(target, at), monthly.factor(target, at));
            assert!((a / b - 1.0).abs() < 1e-9, "{target:?} {a} {b}");
        }
    }
    let years: f64 = 12.0 * 28.0 / 365.25;
    let theory = 0.16 * (1.0 - (-6.0 * years).exp()) / 6.0;
    for tick in [7.0, 28.0, 84.0] {
        let plan = world(tick, make);
        let ou = plan.shocks.entries.iter().position(|s| s.id == "ou").unwrap();
        let squares: Vec<f64> =
            states(&plan, 43, 20_000, years).iter().map(|s| s.logs(ou)[0].powi(2)).collect();
        assert!(t_statistic(&squares, theory).abs() < 5.5, "{tick} {theory}");
    }
}

/// Correlation of two samples.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (a, b) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let sum = |f: fn(f64, f64) -> f64| pairs.iter().map(|(x, y)| f(x - a, y - b)).sum::<f64>();
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

/// Theory: entities of one shock are correlated by ℓ² + (1−ℓ²)c, two shocks by ℓ₁ℓ₂ (equal laws). Seed 44, n = 20,000 paths of a year with normal or (λ = 6)
/// jump innovations; the standard error is below 0.009 with the kurtosis of jumps, the bound 0.05: false alarms below 1e-7.
#[test]
fn shocks_are_correlated_by_their_loadings_and_members_by_their_common_share() {
    for jumps in [false, true] {
        let plan = world(28.0, |s| {
            for (id, target, loading) in [("a", Target::Chip, 0.9), ("b", Target::Energy, 0.6)] {
                let shock = s.shocks.entry(id);
                if jumps {
                    merton(shock, (6.0, 0.0, 0.3));
                } else {
                    brownian(shock, 0.3);
                }
                (shock.target, shock.factor, shock.loading) = (target, "boom".into(), loading);
                shock.common = 0.5;
            }
            let alone = s.shocks.entry("c");
            if jumps {
                merton(alone, (6.0, 0.0, 0.3));
            } else {
                brownian(alone, 0.3);
            }
            (alone.target, alone.common) = (Target::Demand, 0.3);
        });
        let states = states(&plan, 44, 20_000, 1.0);
        let found = |one: (usize, usize), other: (usize, usize)| {
            let pairs: Vec<_> =
                states.iter().map(|s| (s.logs(one.0)[one.1], s.logs(other.0)[other.1])).collect();
            correlation(&pairs)
        };
        // With jumps, the smaller of the two rates taken from the factor is common: min(ℓ₁², ℓ₂²) of the rate.
        let between = if jumps { 0.36 } else { 0.54 };
        assert!(
            (found((0, 0), (1, 2)) - between).abs() < 0.05,
            "{jumps} {}",
            found((0, 0), (1, 2))
        );
        assert!((found((0, 0), (0, 1)) - (0.81 + 0.19 * 0.5)).abs() < 0.05);
        assert!((found((2, 0), (2, 2)) - 0.3).abs() < 0.05);
        assert!(found((0, 0), (2, 0)).abs() < 0.05);
    }
}

#[test]
fn shocks_of_no_size_leave_every_bit_of_a_replication() {
    let run = |make: fn(&mut Scenario)| {
        let mut s = scenario(Size { operators: 3, nodes: 12 });
        s.horizon.years = 1.0;
        make(&mut s);
        let record = simulate(&Blueprint::new(&s).unwrap(), 5, 0, &StopFlag::new()).unwrap();
        (record.fingerprint, record.series.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
    };
    let none = run(|_| {});
    let still = run(|s| {
        for (i, &target) in Target::ALL.iter().enumerate() {
            let shock = s.shocks.entry(&format!("normal{i}"));
            (shock.target, shock.volatility) = (target, 0.0);
            let shock = s.shocks.entry(&format!("jump{i}"));
            (shock.target, shock.law, shock.rate) = (target, Law::Jumps, 0.0);
            let shock = s.shocks.entry(&format!("regime{i}"));
            (shock.target, shock.law, shock.regime_factor) = (target, Law::RegimeSwitching, 1.0);
        }
    });
    assert!(none == still);
    assert!(none != run(|s| s.shocks.entry("chip").volatility = 0.2));
}

#[test]
fn a_path_is_met_on_its_dates_whatever_the_tick() {
    let file = vec![(20_000.0, 4.0), (20_454.0, 5.0), (20_454.0 + 336.0, 10.0), (25_000.0, 7.0)];
    let at = |tick: f64, rebase: bool| {
        let plan = world(tick, |s| {
            let shock = s.shocks.entry("path");
            (shock.law, shock.path_values) = (Law::Path, file.clone());
            (shock.path_rebase, shock.target) = (rebase, Target::Energy);
        });
        let start = ShockState::new(&plan, 1, 0).factor(Target::Energy, 0);
        (start, states(&plan, 1, 1, 336.0 / 365.25)[0].factor(Target::Energy, 0))
    };
    for tick in [7.0, 28.0, 84.0] {
        for (rebase, start, end) in [(true, 1.0, 2.0), (false, 5.0, 10.0)] {
            let (first, last) = at(tick, rebase);
            assert!((first - start).abs() < 1e-12 && (last - end).abs() < 1e-9, "{first} {last}");
        }
    }
}

/// From the second tick on (it begins daily, so it has not begun after 28 days once in 1e12 runs) the target is doubled.
fn double(s: &mut Scenario, target: Target) {
    let shock = s.shocks.entry("double");
    (shock.target, shock.law, shock.compensated) = (target, Law::RegimeSwitching, false);
    (shock.regime_onset, shock.regime_length, shock.regime_factor) = (365.25, 36_525.0, 2.0);
    if target == Target::Cloud {
        shock.of_providers = vec!["home".into()];
    }
}

/// The island with working nodes that fail and need parts, after 240 days.
fn island_after(make: impl Fn(&mut Scenario)) -> (Vec<f64>, [f64; 5]) {
    let mut s = island();
    let model = s.hardware.entry("ha");
    (model.failure_rate, model.part_share) = (0.001, 1.0);
    s.nations.entry("FOC").demand_scale = 0.05;
    s.nations.entry("FOC").coverage = 1.0;
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[40]);
    let mut run = Run::new(&plan, 9, 0);
    run.to(240.0);
    let world = run.world();
    let at = pool(&plan, "home");
    let focus = plan.pools[at.at()].zone;
    let balance = |account| world.ledger.balance(account);
    (
        vec![
            world.pools[at.at()].unit_cost,
            world.pools[at.at()].part_price[0],
            balance(world.accounts.vendors[0]) + balance(world.accounts.vendors[1]),
            balance(world.accounts.power[focus.at()]),
            -balance(world.accounts.buyers[focus.at()]),
        ],
        [
            world.chip_factor(VendorId::new(0)),
            world.energy_factor(focus),
            world.market.rate[focus.at()],
            world.market.demand[..9].iter().sum(),
            world.energy_factor(NationId::new(0)),
        ],
    )
}

#[test]
fn each_target_reaches_what_it_names_and_only_that() {
    let (calm, still) = island_after(|_| {});
    assert!(calm.iter().all(|x| *x > 0.0), "{calm:?}");
    let (chip, _) = island_after(|s| double(s, Target::Chip));
    assert!((chip[1] / calm[1] - 2.0).abs() < 1e-9, "parts: {}", chip[1] / calm[1]);
    assert!(chip[0] > 1.5 * calm[0] && chip[2] > 1.5 * calm[2], "{chip:?} {calm:?}");
    let (energy, factors) = island_after(|s| double(s, Target::Energy));
    assert!((factors[1] - 2.0).abs() < 1e-12 && energy[0] > calm[0] && energy[3] > 1.5 * calm[3]);
    assert!((energy[1] - calm[1]).abs() < 1e-9);
    let (_, factors) = island_after(|s| double(s, Target::ExchangeRate));
    assert!((factors[2] / still[2] - 2.0).abs() < 1e-12);
    let (_, factors) = island_after(|s| double(s, Target::Demand));
    assert!((factors[3] / still[3] - 2.0).abs() < 1e-12);
    let (cloud, _) = island_after(|s| double(s, Target::Cloud));
    assert!((cloud[0] - calm[0]).abs() < 1e-9 && cloud[4] > 1.1 * calm[4], "{cloud:?} {calm:?}");
    let (named, factors) = island_after(|s| {
        double(s, Target::Chip);
        s.shocks.entry("double").of_vendors = vec!["vb".into()];
    });
    assert!((factors[0] - 1.0).abs() < 1e-12 && (named[1] - calm[1]).abs() < 1e-9);
    let (_, factors) = island_after(|s| {
        double(s, Target::Energy);
        s.shocks.entry("double").of_nations = vec!["AAA".into()];
    });
    assert!((factors[4] - 2.0).abs() < 1e-12 && (factors[1] - 1.0).abs() < 1e-12);
}

#[test]
fn a_decade_with_every_shock_and_a_ban_runs_through_with_all_books_balanced() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    (s.horizon.years, s.horizon.tick) = (10.0, 7.0);
    regime(&mut s, "ban", "AAA", 700.0);
    for (i, &target) in Target::ALL.iter().enumerate() {
        let normal = s.shocks.entry(&format!("normal{i}"));
        (normal.target, normal.volatility, normal.common) = (target, 0.6, 0.5);
        let jumps = s.shocks.entry(&format!("jumps{i}"));
        (jumps.target, jumps.law, jumps.rate) = (target, Law::Jumps, 2.0);
        (jumps.size, jumps.size_mean_up) = (SizeLaw::DoubleExponential, 0.5);
    }
    let plan = Blueprint::new(&s).unwrap();
    let one = simulate(&plan, 6, 0, &StopFlag::new()).unwrap();
    let two = simulate(&plan, 6, 0, &StopFlag::new()).unwrap();
    assert_eq!(one.fingerprint, two.fingerprint);
}
