//! Shortages of hard currency: what waits, what costs more, and that nothing happens where there are none.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::nation::CurrencyResponse;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::hard_currency::HardCurrency;
use common::{Run, Size, add_pool, fleet, island, pool, scenario, t_statistic, zone};

const SHORT: u16 = 30;
const FLOWS: u16 = 31;

/// `FOC` runs short at a rate a year, for a mean number of days.
fn shortage(s: &mut Scenario, onset: f64, length: f64, response: CurrencyResponse) {
    let nation = s.nations.entry("FOC");
    (nation.currency_onset, nation.currency_length) = (onset, length);
    nation.currency_response = response;
}

#[test]
fn without_shortages_their_terms_change_no_bit() {
    let run = |make: fn(&mut Scenario)| {
        let mut s = scenario(Size { operators: 3, nodes: 12 });
        s.horizon.years = 2.0;
        make(&mut s);
        let record = simulate(&Blueprint::new(&s).unwrap(), 5, 0, &StopFlag::new()).unwrap();
        (record.fingerprint, record.series.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
    };
    let none = run(|_| {});
    for response in [CurrencyResponse::Wait, CurrencyResponse::Premium] {
        let off = match response {
            CurrencyResponse::Wait => run(|s| shortage(s, 0.0, 9.0, CurrencyResponse::Wait)),
            CurrencyResponse::Premium => run(|s| shortage(s, 0.0, 9.0, CurrencyResponse::Premium)),
        };
        assert!(none == off, "{response:?}");
    }
    assert!(none != run(|s| shortage(s, 5.0, 90.0, CurrencyResponse::Premium)));
    assert!(none != run(|s| shortage(s, 5.0, 90.0, CurrencyResponse::Wait)));
}

/// Theory: an alternating renewal process with means 1/a and 1/b is on for a/(a+b)·(1 − (1−e^{−(a+b)t})/((a+b)t)) of a time t. Seed 51, 400
/// replications of ten years, a = 1, b = 365.25/180; |t| below 5: a false alarm in 1e6, and 6 % of error show.
#[test]
fn the_time_in_shortage_is_that_of_theory() {
    let mut s = island();
    shortage(&mut s, 1.0, 180.0, CurrencyResponse::Premium);
    let plan = Blueprint::new(&s).unwrap();
    let share = |replication| {
        let mut run = Run::new(&plan, 51, replication);
        run.to(3652.5);
        let (mut days, mut since) = (0.0, None);
        for record in run.trace.iter().filter(|r| [SHORT, FLOWS].contains(&r.code)) {
            assert_eq!(record.code == SHORT, since.is_none(), "they alternate");
            since = match since {
                None => Some(record.time.as_days()),
                Some(begun) => {
                    days += record.time.as_days() - begun;
                    None
                }
            };
        }
        (days + since.map_or(0.0, |begun| 3652.5 - begun)) / 3652.5
    };
    let sample: Vec<f64> = (0..400).map(share).collect();
    let (a, b, t): (f64, f64, f64) = (1.0, 365.25 / 180.0, 10.0);
    let speed = (a + b) * t;
    let theory = a / (a + b) * (1.0 - (1.0 - (-speed).exp()) / speed);
    assert!(
        t_statistic(&sample, theory).abs() < 5.0,
        "{theory} {:?}",
        common::mean_and_error(&sample)
    );
}

/// Replications in which the one shortage of ten years begins within the first ten days, before any order.
fn early(plan: &Blueprint, seed: u64) -> Vec<u64> {
    let first = |replication: &u64| {
        let mut state = HardCurrency::new(plan, seed, *replication);
        let focus = zone(plan, "FOC");
        let begins = state.chains[focus.at()].next() * 365.25;
        state.switch(plan, focus);
        let ends = state.chains[focus.at()].next();
        state.switch(plan, focus);
        begins < 10.0 && state.chains[focus.at()].next() - ends > 9.0
    };
    (0..4000).filter(first).collect()
}

/// Identity of draws: the same sojourns, stretched. Demand is constant: where it grows, the (s, S) rule orders in lumps, and a shortage that ends late may
/// have the last lump.
#[test]
fn a_longer_shortage_never_brings_more_nodes() {
    let plan = |length: f64| {
        let mut s = island();
        s.nations.entry("FOC").coverage = 1.0;
        shortage(&mut s, 0.1, length, CurrencyResponse::Wait);
        let mut plan = Blueprint::new(&s).unwrap();
        fleet(&mut plan, &[10]);
        plan
    };
    let plans = [30.0, 200.0, 1000.0].map(plan);
    let found = early(&plans[0], 52);
    assert!(found.len() >= 3, "{found:?}");
    let mut fewer = 0;
    for replication in found {
        let mut runs = plans.each_ref().map(|plan| Run::new(plan, 52, replication));
        for half_year in 1..=12 {
            let nodes = runs
                .each_mut()
                .map(|run| run.to(182.0 * f64::from(half_year)).node_books.installed);
            assert!(nodes[0] >= nodes[1] && nodes[1] >= nodes[2], "{replication}: {nodes:?}");
            fewer += u32::from(nodes[0] > nodes[2]);
        }
    }
    assert!(fewer > 5, "{fewer}");
}

/// An island that is short from the first days on: shortages begin within a day or so and last a century on average.
fn starved(response: CurrencyResponse, make: impl Fn(&mut Scenario)) -> Blueprint {
    let mut s = island();
    let model = s.hardware.entry("ha");
    (model.failure_rate, model.part_share) = (0.002, 1.0);
    shortage(&mut s, 365.25, 36_525.0, response);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    // Sites are in the order of their providers: `home`, then `zcloud` if there is one.
    let pools = plan.pools.len();
    fleet(&mut plan, &vec![40; pools]);
    plan
}

#[test]
fn while_payments_wait_no_part_and_no_order_comes_and_foreign_clouds_are_closed() {
    let plan = starved(CurrencyResponse::Wait, |s| {
        s.nations.entry("FOC").coverage = 1.0;
        add_pool(s, "zcloud", "AAA");
        s.providers.entry("zcloud").exports = true;
    });
    let mut run = Run::new(&plan, 3, 0);
    let focus = zone(&plan, "FOC");
    let (home, cloud) = (pool(&plan, "home"), pool(&plan, "zcloud"));
    assert!(run.world().has_access(&plan, cloud, focus));
    run.to(700.0);
    let world = run.world();
    assert!(world.hard_currency.is_short(focus));
    assert_eq!((world.pools[home.at()].nodes, world.node_books.installed), (40, 80));
    assert!(!world.has_access(&plan, cloud, focus) && world.has_access(&plan, home, focus));
    assert!(world.has_access(&plan, cloud, zone(&plan, "AAA")));
    let parts = run.trace.iter().filter(|r| r.code == 3 && r.entity == home.0).count();
    assert!(parts <= 2, "parts ordered before the shortage alone arrive: {parts}");
    assert!(world.hard_currency.held.iter().map(|held| held.count).sum::<u32>() > 5);
}

#[test]
fn parts_that_waited_come_when_the_shortage_ends() {
    let plan = starved(CurrencyResponse::Wait, |s| {
        s.nations.entry("FOC").currency_length = 300.0;
        s.nations.entry("FOC").currency_onset = 2.0;
    });
    for replication in 0..4 {
        let mut run = Run::new(&plan, 3, replication);
        run.to(3650.0);
        let home = pool(&plan, "home");
        let ends: Vec<f64> =
            run.trace.iter().filter(|r| r.code == FLOWS).map(|r| r.time.as_days()).collect();
        let delay = plan.providers[0].parameters.spare_time;
        let after = |end: &f64| {
            let due = |t: f64| (t - end - delay).abs() < 1e-6;
            run.trace.iter().any(|r| r.code == 3 && r.entity == home.0 && due(r.time.as_days()))
        };
        assert!(ends.len() > 3 && ends.iter().take(ends.len() - 1).any(after), "{ends:?}");
        let world = run.world();
        let held: u32 = world.hard_currency.held.iter().map(|held| held.count).sum();
        let on_order: u32 = world.pools[home.at()].parts.iter().map(|p| p.on_order).sum();
        assert!(held <= on_order, "held parts are on order: {held} {on_order}");
    }
}

/// What buyers, vendors' customers and dealers of the island paid and received after two years.
fn balances(plan: &Blueprint) -> [f64; 4] {
    let mut run = Run::new(plan, 3, 0);
    run.to(730.0);
    let world: &World = run.world();
    let focus = zone(plan, "FOC");
    let balance = |account| world.ledger.balance(account);
    world.ledger.check().unwrap();
    [
        -balance(world.accounts.buyers[focus.at()]),
        world.accounts.vendors.iter().map(|&a| balance(a)).sum(),
        balance(world.accounts.dealers[focus.at()]),
        world.pools[pool(plan, "home").at()].unit_cost,
    ]
}

#[test]
fn a_premium_is_paid_on_top_by_the_buyer_and_received_by_dealers() {
    let with = |premium: f64| {
        starved(CurrencyResponse::Premium, |s| {
            s.nations.entry("FOC").coverage = 1.0;
            s.nations.entry("FOC").currency_premium = premium;
        })
    };
    let (none, half) = (balances(&with(0.0)), balances(&with(0.5)));
    assert!(none[2].abs() < 1e-9 && none[1] > 0.0);
    // Parts and nodes do not depend on the premium; those of the first days came without one.
    assert!((half[1] / none[1] - 1.0).abs() < 1e-9);
    assert!(half[2] > 0.45 * half[1] && half[2] <= 0.5 * half[1], "{half:?}");
    assert!(half[3] > 1.2 * none[3], "hardware from abroad makes compute at home dearer");
}

#[test]
fn a_premium_makes_foreign_clouds_dearer_and_nobody_abroad_receives_it() {
    let with = |premium: f64| {
        starved(CurrencyResponse::Premium, |s| {
            s.nations.entry("FOC").currency_premium = premium;
            s.hardware.entry("ha").failure_rate = 0.0;
            add_pool(s, "zcloud", "AAA");
            s.providers.entry("zcloud").exports = true;
        })
    };
    let served = |plan: &Blueprint| {
        let mut run = Run::new(plan, 3, 0);
        let world = run.to(730.0);
        let (cloud, focus) = (pool(plan, "zcloud"), zone(plan, "FOC"));
        (
            world.served_to(plan, cloud, focus),
            world.ledger.balance(world.accounts.dealers[focus.at()]),
        )
    };
    let (plain, dear) = (with(0.0), with(0.5));
    let (base, taxed) = (served(&plain), served(&dear));
    assert!(base.0 > 0.0 && taxed.0 < 0.95 * base.0, "{base:?} {taxed:?}");
    assert!(base.1.abs() < 1e-9 && taxed.1 > 0.0);
}

#[test]
fn a_decade_of_shortages_runs_through_with_all_books_balanced() {
    for response in [CurrencyResponse::Wait, CurrencyResponse::Premium] {
        let mut s = scenario(Size { operators: 3, nodes: 12 });
        (s.horizon.years, s.horizon.tick) = (10.0, 7.0);
        for (id, _) in common::ZONES {
            let nation = s.nations.entry(id);
            (nation.currency_onset, nation.currency_length) = (1.0, 120.0);
            nation.currency_response = response;
        }
        let plan = Blueprint::new(&s).unwrap();
        let one = simulate(&plan, 6, 0, &StopFlag::new()).unwrap();
        assert_eq!(one.fingerprint, simulate(&plan, 6, 0, &StopFlag::new()).unwrap().fingerprint);
    }
}
