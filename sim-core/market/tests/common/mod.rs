//! A made-up world for tests: one focus nation, seven blocs, four vendors' models, three kinds of providers. Figures are round, not calibrated.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use autarky_engine::math::pow;
use autarky_engine::simulation::{Limits, Simulation, TraceRecord};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};
use autarky_market::blueprint::{Blueprint, InitialCohort};
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, PriceRule, ProviderKind};
use autarky_market::handler::Market;
use autarky_market::id::{HardwareId, NationId, PoolId, SiteId};
use autarky_market::rule::Governed;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;

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
            model.compute = pow(2.2, g);
            model.price = 25_000.0 * pow(1.25, g);
            model.power = 0.7 * pow(1.15, g);
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

/// An island `FOC` with one pool, `home`, of immortal nodes that never fail: every mechanism is off until a test turns it on.
/// `AAA` and `BBB` have a vendor (`va`, `vb`), a model (`ha`, `hb`: one accelerator of 1 H100e) and a controller each.
pub fn island() -> Scenario {
    let mut s = Scenario::default();
    s.focus.nations = vec!["FOC".to_owned()];
    (s.horizon.tick, s.horizon.sample, s.horizon.years) = (28.0, 3650.0, 10.0);
    (s.demand.season, s.demand.noise) = (0.0, 0.0);
    (s.demand.growth_initial, s.demand.growth_long, s.demand.world) = (0.0, 0.0, 3000.0);
    for id in ["FOC", "AAA", "BBB"] {
        let nation = s.nations.entry(id);
        (nation.gdp, nation.coverage, nation.fx_volatility) = (1e12, 0.0, 0.0);
        nation.income_group = autarky_market::entity::nation::IncomeGroup::High;
    }
    for (vendor, model, home) in [("va", "ha", "AAA"), ("vb", "hb", "BBB")] {
        let terms = s.vendors.entry(vendor);
        (terms.home, terms.output, terms.market_share) = (home.to_owned(), 1e9, 0.5);
        (terms.output_growth, terms.output_volatility) = (0.0, 0.0);
        s.controllers.entry(home).jurisdiction = home.to_owned();
        let model = s.hardware.entry(model);
        (model.vendor, model.node_size, model.life) = (vendor.to_owned(), 1, 50.0);
        (model.failure_rate, model.infant_hazard, model.wear_out_hazard) = (0.0, 1.0, 1.0);
    }
    for (id, share) in [("inference", 0.6), ("fine_tuning", 0.2), ("training", 0.2)] {
        s.workloads.entry(id).share = share;
    }
    s.workloads.entry("inference").backlog = false;
    for (id, share, priority) in [("open", 0.6, 1), ("regulated", 0.2, 1), ("critical", 0.2, 0)] {
        let level = s.sensitivities.entry(id);
        (level.share, level.priority) = (share, priority);
    }
    add_pool(&mut s, "home", "FOC");
    s
}

/// Adds a provider with one pool in its home, without outages.
pub fn add_pool(s: &mut Scenario, id: &str, home: &str) {
    let provider = s.providers.entry(id);
    (provider.home, provider.zones) = (home.to_owned(), vec![home.to_owned()]);
    provider.outage_rate = 0.0;
}

/// A regime of controller `by` towards `FOC` from day `at` on.
pub fn regime(s: &mut Scenario, id: &str, by: &str, at: f64) {
    let event = s.events.entry(id);
    (event.controller, event.to, event.at) =
        (Some(by.to_owned()), vec!["FOC".to_owned()], Some(at));
}

/// New nodes of hardware `ha` as the whole initial fleet, `nodes[i]` at site `i`.
pub fn fleet(plan: &mut Blueprint, nodes: &[u32]) {
    let hardware = HardwareId::new(plan.hardware.iter().position(|h| h.id == "ha").unwrap());
    let at = |(i, &nodes): (usize, &u32)| InitialCohort {
        site: SiteId::new(i),
        hardware,
        nodes,
        servers: 1,
        age: 0.0,
    };
    plan.initial = nodes.iter().enumerate().map(at).collect();
}

/// One replication that can be looked at while it runs.
pub struct Run<'a> {
    /// The simulation.
    pub simulation: Simulation<Market<'a>>,
    /// Every event so far.
    pub trace: Vec<TraceRecord>,
}

impl<'a> Run<'a> {
    /// At day 0.
    pub fn new(plan: &'a Blueprint, seed: u64, replication: u64) -> Self {
        Self::governed(plan.into(), seed, replication)
    }

    /// At day 0, with rules.
    pub fn governed(market: Governed<'a>, seed: u64, replication: u64) -> Self {
        let Governed { plan, rules } = market;
        let world = World::new(plan, seed, replication).unwrap();
        let mut simulation = Simulation::new(Market { plan, rules, world });
        simulation.set_up(Market::begin).unwrap();
        Self { simulation, trace: Vec::new() }
    }

    /// Runs to the end of a day.
    pub fn to(&mut self, day: f64) -> &World {
        let end = SimTime::ZERO.checked_add(SimDuration::from_days_f64(day).unwrap()).unwrap();
        let (limits, stop) = (Limits::default(), StopFlag::new());
        self.simulation.run_until_traced(end, &limits, &stop, &mut self.trace).unwrap();
        &self.simulation.model().world
    }

    /// The world as it is.
    pub fn world(&self) -> &World {
        &self.simulation.model().world
    }
}

/// Position of a zone.
pub fn zone(plan: &Blueprint, id: &str) -> NationId {
    NationId::new(plan.nations.iter().position(|n| n.id == id).unwrap())
}

/// Position of a pool.
pub fn pool(plan: &Blueprint, id: &str) -> PoolId {
    PoolId::new(plan.pools.iter().position(|p| p.id == id).unwrap())
}

/// Working nodes of all live cohorts.
pub fn working(world: &World) -> u32 {
    world.live.iter().map(|id| world.cohorts[id.at()].up).sum()
}

/// Mean and standard error of a sample.
pub fn mean_and_error(sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let variance = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// Student's t of a sample against a mean of theory.
pub fn t_statistic(sample: &[f64], theory: f64) -> f64 {
    let (mean, error) = mean_and_error(sample);
    (mean - theory) / error
}
