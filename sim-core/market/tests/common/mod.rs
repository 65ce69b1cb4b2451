//! A made-up world for tests: one focus nation, seven blocs, four vendors' models, three kinds of providers. Figures are round, not calibrated.
#![allow(dead_code, reason = "each test file uses its part")]

use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, PriceRule, ProviderKind};
use autarky_market::scenario::Scenario;

/// Blocs and their GDP in USD a year.
pub const ZONES: [(&str, f64); 8] = [
    ("FOC", 4.5e10),
    ("AAA", 2.9e13),
    ("BBB", 1.8e13),
    ("CCC", 1.7e13),
    ("DDD", 1.2e13),
    ("EEE", 1.0e13),
    ("FFF", 9.0e12),
    ("GGG", 4.0e12),
];

/// Size of the world in nodes, operators and foreign clouds.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Operators of each network.
    pub operators: i64,
    /// Nodes of each aggregated pool.
    pub nodes: i64,
}

/// The benchmark size: about 5,000 nodes and 300 operators.
pub const SMALL_STATE: Size = Size { operators: 34, nodes: 180 };

/// The whole scenario.
pub fn scenario(size: Size) -> Scenario {
    let mut s = Scenario::default();
    s.focus.nations = vec!["FOC".to_owned()];
    for (id, gdp) in ZONES {
        let nation = s.nations.entry(id);
        nation.gdp = gdp;
        nation.income_group = autarky_market::entity::nation::IncomeGroup::High;
        nation.residency_critical = Residency::Any;
    }
    vendors(&mut s);
    workloads(&mut s);
    providers(&mut s, size);
    let controller = s.controllers.entry("AAA");
    controller.jurisdiction = "AAA".to_owned();
    s
}

fn vendors(s: &mut Scenario) {
    for (id, home, share, output) in
        [("v1", "AAA", 0.7, 8e6), ("v2", "AAA", 0.15, 1.5e6), ("v3", "BBB", 0.15, 2e6)]
    {
        let vendor = s.vendors.entry(id);
        (vendor.home, vendor.market_share, vendor.output) = (home.to_owned(), share, output);
        for generation in 0..6 {
            let model = s.hardware.entry(&format!("{id}-g{generation}"));
            let g = f64::from(generation);
            model.vendor = id.to_owned();
            model.release = 20_454.0 - 700.0 + 730.0 * g;
            model.release_delay = if generation > 0 { 60.0 } else { 0.0 };
            model.compute = 1.0 * 2.2_f64.powf(g);
            model.price = 25_000.0 * 1.25_f64.powf(g);
            model.power = 0.7 * 1.15_f64.powf(g);
            model.memory = 80.0 + 60.0 * g;
        }
    }
}

fn workloads(s: &mut Scenario) {
    let inference = s.workloads.entry("inference");
    (inference.share, inference.backlog, inference.service_time, inference.patience) =
        (0.6, false, 0.05, 0.5);
    (inference.waiting_value, inference.elasticity) = (0.5, 0.8);
    let tuning = s.workloads.entry("fine_tuning");
    (tuning.share, tuning.service_time, tuning.patience, tuning.gang) = (0.15, 4.0, 48.0, 8.0);
    tuning.memory = 40.0;
    let training = s.workloads.entry("training");
    (training.share, training.service_time, training.patience, training.gang) =
        (0.25, 72.0, 336.0, 128.0);
    (training.memory, training.interconnect, training.waiting_value) = (80.0, 400.0, 0.01);
    for (id, share, priority) in [("open", 0.7, 1), ("regulated", 0.2, 1), ("critical", 0.1, 0)] {
        let level = s.sensitivities.entry(id);
        (level.share, level.priority) = (share, priority);
    }
}

fn providers(s: &mut Scenario, size: Size) {
    for (id, _) in ZONES {
        let focus = id == "FOC";
        let centre = s.providers.entry(&format!("{id}-data_centre"));
        (centre.kind, centre.home, centre.zones) =
            (ProviderKind::DataCentre, id.to_owned(), vec![id.to_owned()]);
        centre.aggregate_nodes = (!focus).then_some(size.nodes);
        let network = s.providers.entry(&format!("{id}-network"));
        (network.kind, network.home, network.zones) =
            (ProviderKind::Network, id.to_owned(), vec![id.to_owned()]);
        (network.operators, network.operator_dispersion) = (size.operators, 1.0);
        (network.leave_rate, network.return_rate_offline) = (0.01, 0.5);
        network.price_rule = PriceRule::UtilisationController;
        network.aggregate_nodes = (!focus).then_some(size.nodes);
    }
    for (id, home, zones) in [
        ("c1", "AAA", vec!["AAA", "CCC"]),
        ("c2", "AAA", vec!["AAA", "DDD"]),
        ("c3", "AAA", vec!["AAA"]),
        ("c4", "BBB", vec!["BBB"]),
        ("c5", "CCC", vec!["CCC"]),
    ] {
        let cloud = s.providers.entry(id);
        (cloud.kind, cloud.home, cloud.exports) = (ProviderKind::Cloud, home.to_owned(), true);
        cloud.zones = zones.into_iter().map(str::to_owned).collect();
        cloud.capacity_target = CapacityTarget::OfferedLoad;
        cloud.initial_coverage = 0.09;
        cloud.aggregate_nodes = Some(size.nodes);
        cloud.sites_per_operator = 3;
        cloud.price_rule = PriceRule::UtilisationController;
    }
}
