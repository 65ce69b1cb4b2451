//! The null: a network and a data centre with the same hardware, age, repair, spares and slack are equally sovereign. Kinds are labels.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::ProviderKind;
use autarky_market::id::HardwareId;
use autarky_market::metric::sovereignty::Projection;
use autarky_market::record::Record;
use autarky_market::scenario::Scenario;
use autarky_market::{layout, simulate};
use common::{Run, Size, fleet, island, mean_and_error, regime, scenario, working, zone};

/// The made-up world with one domestic provider in the focus nation, of a kind, under a ban from the second year on.
fn alone(kind: ProviderKind) -> (Blueprint, Record) {
    let mut s = scenario(Size { operators: 5, nodes: 12 });
    s.horizon.years = 3.0;
    regime(&mut s, "ban", "AAA", 366.0);
    s.providers.entry("FOC-data_centre").kind = kind;
    s.providers.entry("FOC-network").kind = kind;
    equal_portfolio(&mut s);
    s.sensitivities.entry("open").share = 0.2;
    s.sensitivities.entry("critical").share = 0.6;
    let plan = Blueprint::new(&s).unwrap();
    let record = simulate(&plan, 23, 0, &StopFlag::new()).unwrap();
    (plan, record)
}

fn equal_portfolio(s: &mut Scenario) {
    let nation = s.nations.entry("FOC");
    (nation.portfolio_data_centre, nation.portfolio_network) = (0.5, 0.5);
    nation.portfolio_cloud = 0.0;
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn the_same_fleet_called_network_or_data_centre_gives_the_same_levels_losses_and_layers_bit_for_bit()
 {
    let (_, network) = alone(ProviderKind::Network);
    let (_, centre) = alone(ProviderKind::DataCentre);
    assert_eq!(network.fingerprint, centre.fingerprint);
    assert_eq!(network.withdrawal.len(), centre.withdrawal.len());
    for (a, b) in network.withdrawal.iter().zip(&centre.withdrawal) {
        assert_eq!((a.level.to_bits(), a.loss.to_bits()), (b.level.to_bits(), b.loss.to_bits()));
        assert_eq!((a.loss_max.to_bits(), a.layer), (b.loss_max.to_bits(), b.layer));
    }
    assert!(network.withdrawal.iter().any(|w| w.loss > 0.05), "something is at stake");
}

#[test]
fn swapping_the_labels_of_two_providers_swaps_their_results_bit_for_bit() {
    let run = |swap: bool| {
        let mut s = scenario(Size { operators: 5, nodes: 12 });
        s.horizon.years = 3.0;
        regime(&mut s, "ban", "AAA", 366.0);
        equal_portfolio(&mut s);
        if swap {
            s.providers.entry("FOC-data_centre").kind = ProviderKind::Network;
            s.providers.entry("FOC-network").kind = ProviderKind::DataCentre;
        }
        let plan = Blueprint::new(&s).unwrap();
        (layout(&plan), simulate(&plan, 29, 0, &StopFlag::new()).unwrap())
    };
    let ((columns, one), (_, other)) = (run(false), run(true));
    assert_eq!(one.fingerprint, other.fingerprint);
    let renamed = |name: &str| match name {
        name if name.contains("data_centre") => name.replace("data_centre", "network"),
        name => name.replace("network", "data_centre"),
    };
    let mut swapped = 0;
    for (at, column) in columns.scalars.iter().enumerate() {
        let twin = columns.scalars.iter().position(|c| c.name == renamed(column.name));
        // What is reported of the inside of networks alone has no twin.
        let of_networks = renamed(column.name) == column.name
            && (column.doc.contains("networks") || column.doc.contains("index over"));
        let Some(twin) = twin.filter(|_| !of_networks) else { continue };
        swapped += usize::from(twin != at);
        assert_eq!(bits(&[one.scalars[at]]), bits(&[other.scalars[twin]]), "{}", column.name);
    }
    assert_eq!(swapped, 6);
}

/// An island whose pool of 120 nodes is run by `operators`, each with one site.
fn run_by(operators: u32) -> Blueprint {
    let mut s = island();
    s.nations.entry("FOC").demand_scale = 0.5;
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.004, 0.5);
    s.providers.entry("home").operators = i64::from(operators);
    regime(&mut s, "ban", "AAA", 0.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &vec![120 / operators; operators as usize]);
    plan
}

/// Stated error: rounding of sums, 1e-12.
#[test]
fn a_projection_sees_the_fleet_and_not_who_runs_it() {
    let tests = [1, 12].map(|operators| {
        let plan = run_by(operators);
        let run = Run::new(&plan, 1, 0);
        let mut world = run.world().clone();
        world.market.demand = plan.segments.iter().map(|s| s.demand).collect();
        let result = Projection::new(&world, &plan, 0.0).test(&world, &plan, zone(&plan, "FOC"));
        // Who runs the largest part is the one thing that differs, and it is no foreign party.
        let foreign = plan.actors.iter().filter(|a| a.is_foreign()).count();
        assert!(plan.actors[foreign..].iter().all(|a| !a.is_foreign()));
        (result.baseline, result.results[..3 * foreign].to_vec())
    });
    let [(baseline, one), (same, many)] = tests;
    assert!(baseline.iter().zip(same).all(|(a, b)| (a - b).abs() < 1e-12));
    for (a, b) in one.iter().zip(&many) {
        assert!((a.level - b.level).abs() < 1e-12 && (a.loss - b.loss).abs() < 1e-12);
        assert_eq!(a.layer, b.layer);
    }
    assert!(one.iter().any(|r| r.loss > 0.1), "{one:?}");
}

/// Seed 31, 60 replications each with streams of their own; the difference of means over its standard error stays below 5: a false alarm in 1e5.
#[test]
fn after_a_year_of_a_ban_as_many_nodes_work_under_twelve_operators_as_under_one() {
    let sample = |operators| -> Vec<f64> {
        let plan = run_by(operators);
        (0..60).map(|r| f64::from(working(Run::new(&plan, 31, r).to(365.0)))).collect()
    };
    let ((one, error_one), (many, error_many)) =
        (mean_and_error(&sample(1)), mean_and_error(&sample(12)));
    let z = (one - many) / error_one.hypot(error_many);
    assert!(one < 80.0 && z.abs() < 5.0, "{one} {many} z = {z}");
}

#[test]
fn the_island_of_the_null_runs_one_model() {
    let plan = run_by(12);
    assert!(plan.initial.iter().all(|c| c.hardware == HardwareId::new(0) && c.nodes == 10));
}
