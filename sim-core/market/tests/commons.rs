//! Commons: allotments that equal contributions make a pool, members pay what it costs, and no governance wins by its name.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;
mod neighbours;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::alliance::Priority;
use autarky_market::entity::event::{Change, EventKind};
use autarky_market::entity::provider::{Allotment, CapacityTarget, ProviderKind};
use autarky_market::scenario::Scenario;
use common::{Run, pool, zone};
use neighbours::{NEIGHBOURS, ally, inference_only, neighbours, record, scalar, with_nodes};

/// The neighbours' capacity in one commons with a site in `NB1`, contributed by all in the given parts.
fn commons(noise: f64, parts: [f64; 3], priority: Priority) -> Scenario {
    let mut s = neighbours(noise);
    for id in &NEIGHBOURS[1..] {
        s.providers.remove(id);
    }
    let own = s.providers.entry("NB1");
    (own.kind, own.priority) = (ProviderKind::Commons, priority);
    own.members = NEIGHBOURS.map(str::to_owned).to_vec();
    own.contributions = NEIGHBOURS.map(str::to_owned).into_iter().zip(parts).collect();
    s
}

/// Theory: a commons whose allotments are its members' contributions is an alliance of the contributors that lend everything, under either rule.
/// Same shocks; what differs is on which label of one pool work stands, so the tolerance is that of the solver (1e-9 a tick) summed over the year.
#[test]
fn a_commons_with_allotments_equal_to_contributions_is_an_alliance_of_the_contributors() {
    let parts = [0.2, 0.5, 0.3];
    for priority in [Priority::OwnFirst, Priority::Equal] {
        let mut s = neighbours(0.4);
        ally(&mut s, 1.0, priority);
        let alliance = with_nodes(&s, &[600, 1500, 900]);
        let commons = with_nodes(&commons(0.4, parts, priority), &[3000]);
        let (a, c) = (record(&alliance, 0), record(&commons, 0));
        for n in 0..3 {
            for name in ["served_share", "critical_served_share", "price", "unserved"] {
                let (a, c) = (scalar(&alliance, &a, n, name), scalar(&commons, &c, n, name));
                assert!((a - c).abs() <= 1e-6 * a.abs(), "{priority:?} {name} of {n}: {a} {c}");
            }
        }
    }
}

/// The demand of three neighbours, none with a shock, served by 1,000 H100e each under five governances with equal parameters. Capacity is divisible
/// (servers of a thousandth of an H100e, so that a pool of any size has no wait to save) and not short.
fn governed(by: &str) -> Blueprint {
    let mut s = match by {
        "commons" => commons(0.0, [1.0 / 3.0; 3], Priority::OwnFirst),
        _ => neighbours(0.0),
    };
    for model in ["ha", "hb"] {
        let hardware = s.hardware.entry(model);
        hardware.compute = 0.01;
        (hardware.price, hardware.power) = (hardware.price * 0.01, hardware.power * 0.01);
    }
    s.demand.world = 2000.0;
    if by == "alliance" {
        ally(&mut s, 1.0, Priority::OwnFirst);
    }
    let kind = match by {
        "network" => ProviderKind::Network,
        "cloud" => ProviderKind::Cloud,
        _ => ProviderKind::DataCentre,
    };
    if by != "commons" {
        for id in NEIGHBOURS {
            s.providers.entry(id).kind = kind;
        }
        return with_nodes(&s, &[100_000; 3]);
    }
    with_nodes(&s, &[300_000])
}

#[test]
fn without_shocks_and_at_equal_parameters_no_governance_serves_more_or_costs_less() {
    let results = |by: &str| -> Vec<f64> {
        let plan = governed(by);
        let record = record(&plan, 0);
        let names = ["served_share", "unserved", "price", "critical_served_share"];
        (0..3).flat_map(|n| names.map(|name| scalar(&plan, &record, n, name))).collect()
    };
    let centre = results("data_centre");
    assert!(centre[0] > 0.9 && centre[2] > 0.0, "{centre:?}");
    for by in ["network", "cloud", "commons", "alliance"] {
        for (a, b) in centre.iter().zip(results(by)) {
            assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{by}: {a} {b}");
        }
    }
}

#[test]
fn in_a_shortage_each_member_has_its_allotment_and_idle_allotments_are_lent() {
    let week = |shares: &[(&str, f64)], nodes: u32, away: f64| {
        let mut s = commons(0.0, [1.0 / 3.0; 3], Priority::OwnFirst);
        inference_only(&mut s);
        s.nations.entry("NB3").demand_scale = away;
        let own = s.providers.entry("NB1");
        own.allotment = Allotment::Given;
        own.allotments = shares.iter().map(|(n, x)| ((*n).to_owned(), *x)).collect();
        let plan = with_nodes(&s, &[nodes]);
        let mut run = Run::new(&plan, 48, 0);
        let world = run.to(1.0);
        NEIGHBOURS.map(|n| world.served_to(&plan, pool(&plan, "NB1"), zone(&plan, n)))
    };
    let thirds = [("NB1", 0.2), ("NB2", 0.5), ("NB3", 0.3)];
    let short = week(&thirds, 600, 1.0);
    for (served, (_, share)) in short.iter().zip(thirds) {
        // What no queue can use to the last bit is neither used nor lent.
        assert!((served - 600.0 * share).abs() < 1e-3 * 600.0 * share, "{short:?}");
    }
    // With nobody at the third desk the other two get more than they are allotted.
    let lent = week(&thirds, 600, 0.001);
    assert!(lent[0] > 1.5 * short[0] && lent[0] + lent[1] > 0.9 * 600.0, "{lent:?}");
    // What is allotted to nobody is lent to all.
    let rest = week(&[("NB1", 0.1), ("NB2", 0.1), ("NB3", 0.1)], 600, 1.0);
    assert!(rest.iter().all(|x| *x > 120.0) && rest.iter().sum::<f64>() < 600.0, "{rest:?}");
}

/// Members' treasuries pay, part by part, what the commons lacks, and receive what it earns: after every settlement it has nothing and owes nothing, to
/// the micro-units of rounding. Ledger and nodes are checked by the run itself.
#[test]
fn members_share_what_the_commons_earns_and_pay_what_it_lacks_by_contribution() {
    let parts = [0.2, 0.5, 0.3];
    let balances = |coverage: f64| {
        let mut s = commons(0.0, parts, Priority::OwnFirst);
        for id in NEIGHBOURS {
            let nation = s.nations.entry(id);
            nation.coverage = coverage;
            (nation.portfolio_commons, nation.portfolio_data_centre) = (1.0, 0.0);
            (nation.portfolio_network, nation.portfolio_cloud) = (0.0, 0.0);
        }
        let plan = with_nodes(&s, &[900]);
        let mut run = Run::new(&plan, 48, 0);
        let world = run.to(336.0);
        let of = |n: &str| world.ledger.balance(world.accounts.treasuries[zone(&plan, n).at()]);
        let left = world.ledger.balance(world.accounts.providers[plan.pools[0].provider.at()]);
        (NEIGHBOURS.map(of), left, world.installed_compute(&plan, pool(&plan, "NB1")))
    };
    let (earned, left, nodes) = balances(0.0);
    assert!(earned.iter().all(|x| *x > 0.0) && (nodes - 900.0).abs() < 1e-9, "{earned:?}");
    let (paid, owed, bought) = balances(2.0);
    // Bills of the days after the last settlement stand open.
    assert!(bought > 3000.0 && paid.iter().all(|x| *x < -1e6), "{paid:?} {bought}");
    for money in [earned, paid] {
        let sum: f64 = money.iter().sum();
        for (one, part) in money.iter().zip(parts) {
            assert!((one / sum - part).abs() < 1e-6, "{money:?}");
        }
    }
    assert!(left.abs() < 1e-3 && owed.abs() < 1e-3, "{left} {owed}");
}

#[test]
fn a_commons_whose_members_do_not_pay_buys_nothing_more() {
    let nodes = |purse: Option<f64>| {
        let mut s = commons(0.0, [1.0 / 3.0; 3], Priority::OwnFirst);
        for id in NEIGHBOURS {
            let nation = s.nations.entry(id);
            (nation.coverage, nation.appropriation) = (1.0, purse);
            (nation.portfolio_commons, nation.portfolio_data_centre) = (1.0, 0.0);
            (nation.portfolio_network, nation.portfolio_cloud) = (0.0, 0.0);
        }
        s.demand.growth_initial = 1.0;
        let plan = with_nodes(&s, &[900]);
        Run::new(&plan, 48, 0).to(360.0).installed_compute(&plan, pool(&plan, "NB1"))
    };
    let (rich, broke) = (nodes(None), nodes(Some(0.0)));
    assert!(broke < 0.8 * rich, "{broke} {rich}");
}

#[test]
fn a_member_that_leaves_a_commons_is_served_no_more_and_the_others_have_its_part() {
    let mut s = commons(0.0, [0.2, 0.5, 0.3], Priority::OwnFirst);
    inference_only(&mut s);
    let event = s.events.entry("exit");
    (event.kind, event.change) = (EventKind::AllianceChange, Change::Leave);
    (event.providers, event.to) = (vec!["NB1".to_owned()], vec!["NB2".to_owned()]);
    event.at = Some(100.0);
    let plan = with_nodes(&s, &[600]);
    let mut run = Run::new(&plan, 48, 0);
    let mut on = |day| {
        let world = run.to(day);
        NEIGHBOURS.map(|n| world.served_to(&plan, pool(&plan, "NB1"), zone(&plan, n)))
    };
    let (before, after) = (on(92.0), on(106.0));
    assert!(before[1] > 250.0 && after[1] == 0.0, "{before:?} {after:?}");
    assert!((after[0] / (after[0] + after[2]) - 0.4).abs() < 0.02, "{after:?}");
}

/// The portfolio of a commons is that of all its members, and those who leave take theirs away.
#[test]
fn a_commons_is_planned_for_the_portfolios_of_all_its_members() {
    let mut s = commons(0.0, [1.0 / 3.0; 3], Priority::OwnFirst);
    for (id, coverage) in NEIGHBOURS.into_iter().zip([0.5, 1.0, 2.0]) {
        let nation = s.nations.entry(id);
        nation.coverage = coverage;
        (nation.portfolio_commons, nation.portfolio_data_centre) = (0.5, 0.5);
        (nation.portfolio_network, nation.portfolio_cloud) = (0.0, 0.0);
    }
    s.providers.entry("NB1").order_trigger = 0.0;
    let plan = with_nodes(&s, &[10]);
    let need: f64 = NEIGHBOURS
        .iter()
        .zip([0.25, 0.5, 1.0])
        .map(|(n, x)| plan.nations[zone(&plan, n).at()].demand * x)
        .sum();
    let target = need / s.providers.get("NB1").unwrap().target_utilisation;
    let world = Run::new(&plan, 48, 0).to(360.0).clone();
    let installed = world.installed_compute(&plan, pool(&plan, "NB1"));
    assert!((installed - target).abs() <= 1.0, "{installed} {target}");
    assert_eq!(s.providers.get("NB1").unwrap().capacity_target, CapacityTarget::Portfolio);
}
