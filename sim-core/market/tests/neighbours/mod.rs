//! Neighbours for tests of alliances and commons: `NB1`, `NB2`, `NB3`, each with 1,000 H100e of demand and a data centre of immortal nodes that
//! never fail. Prices are posted, nothing is ordered, no taste, latency, tariff or rate tells home from abroad.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use super::common::{Run, add_pool, fleet, island, pool, zone};
use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::alliance::Priority;
use autarky_market::entity::nation::{IncomeGroup, Residency};
use autarky_market::record::Record;
use autarky_market::scenario::Scenario;
use autarky_market::{layout, simulate};

/// The neighbours.
pub const NEIGHBOURS: [&str; 3] = ["NB1", "NB2", "NB3"];

/// Their world, one year in weeks; `noise` is the standard deviation of log demand.
pub fn neighbours(noise: f64) -> Scenario {
    let mut s = island();
    (s.horizon.years, s.horizon.tick, s.horizon.sample) = (1.0, 7.0, 91.0);
    (s.demand.noise, s.demand.noise_reversion) = (noise, 0.1);
    s.nations.remove("FOC");
    s.providers.remove("home");
    s.focus.nations = NEIGHBOURS.map(str::to_owned).to_vec();
    for id in NEIGHBOURS {
        let nation = s.nations.entry(id);
        (nation.gdp, nation.coverage, nation.fx_volatility) = (1e12, 0.0, 0.0);
        nation.income_group = IncomeGroup::High;
        (nation.compliance, nation.home_taste, nation.latency_abroad) = (0.0, 1.0, 0.0);
        nation.residency_critical = Residency::Any;
        add_pool(&mut s, id, id);
    }
    s.demand.world = 5000.0;
    s
}

/// Only inference, which keeps no backlog: no tick remembers another.
pub fn inference_only(s: &mut Scenario) {
    for (id, share) in [("inference", 1.0), ("fine_tuning", 0.0), ("training", 0.0)] {
        s.workloads.entry(id).share = share;
    }
}

/// An alliance of all neighbours.
pub fn ally(s: &mut Scenario, limit: f64, priority: Priority) {
    let alliance = s.alliances.entry("pact");
    alliance.members = NEIGHBOURS.map(str::to_owned).to_vec();
    (alliance.transfer_limit, alliance.priority) = (limit, priority);
}

/// The blueprint with new nodes in the order of its sites.
pub fn with_nodes(s: &Scenario, nodes: &[u32]) -> Blueprint {
    assert_eq!(autarky_market::validation::problems(s), []);
    let mut plan = Blueprint::new(s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

/// One replication.
pub fn record(plan: &Blueprint, replication: u64) -> Record {
    simulate(plan, 48, replication, &StopFlag::new()).unwrap()
}

/// A scalar of a neighbour.
pub fn scalar(plan: &Blueprint, record: &Record, nation: usize, name: &str) -> f64 {
    let columns = layout(plan).scalars;
    let at = columns.iter().position(|c| c.name == name).unwrap();
    record.scalars[nation * columns.len() + at]
}

/// What each pool serves each neighbour, by week.
pub fn served(plan: &Blueprint, weeks: u32) -> Vec<Vec<f64>> {
    let mut run = Run::new(plan, 48, 0);
    let pairs: Vec<_> = plan
        .pools
        .iter()
        .flat_map(|p| NEIGHBOURS.map(|n| (pool(plan, &p.id), zone(plan, n))))
        .collect();
    let week = |w: u32| {
        let world = run.to(7.0 * f64::from(w) + 1.0);
        pairs.iter().map(|&(p, n)| world.served_to(plan, p, n)).collect()
    };
    (0..weeks).map(week).collect()
}
