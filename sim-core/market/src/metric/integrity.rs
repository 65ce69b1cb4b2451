//! Conservation of nodes, work and money, checked while the program runs. Reads only.

use crate::blueprint::{Blueprint, LEVELS};
use crate::id::PoolId;
use crate::world::token::MICRO;
use crate::world::{ModelError, World};

/// Relative tolerance of work balances, which are sums of floats.
const TOLERANCE: f64 = 1e-9;

/// A violated conservation law, with the numbers that disagree.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Which law.
    pub law: &'static str,
    /// Of which entity.
    pub entity: String,
    /// What the books say.
    pub expected: f64,
    /// What the world says.
    pub found: f64,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { law, entity, expected, found } = self;
        write!(
            f,
            "conservation of {law} is violated at {entity}: {expected} in the books, {found} in the world"
        )
    }
}

impl std::error::Error for Violation {}

fn equal(
    law: &'static str,
    entity: impl FnOnce() -> String,
    expected: f64,
    found: f64,
) -> Result<(), ModelError> {
    let scale = expected.abs().max(found.abs()).max(1e-6);
    if (expected - found).abs() <= TOLERANCE * scale {
        return Ok(());
    }
    Err(Violation { law, entity: entity(), expected, found }.into())
}

/// At every tick: nodes in all, the work of every pair (offered·Δt + backlog in = served·Δt + lost·Δt + backlog out), and that no
/// segment is served more than it asked for.
///
/// # Errors
/// [`ModelError::Violation`] for the first law that does not hold.
pub fn check_tick(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    let alive: u64 = world.pools.iter().map(|p| u64::from(p.nodes)).sum();
    let books = world.node_books.installed - world.node_books.retired;
    equal("nodes", || "all pools".to_owned(), books as f64, alive as f64)?;
    let market = &world.market;
    let asked = market.demand.iter().all(|&demand| demand >= 0.0);
    if !(asked && market.outcome.is_balanced(&market.structure, &market.inputs, TOLERANCE)) {
        check_work(world, plan)?;
    }
    check_loans(world, plan)?;
    check_contracts(world)
}

/// The work of every pair and of every segment, one by one, to name the one that does not hold.
fn check_work(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    let market = &world.market;
    let imbalance = market.outcome.imbalance(&market.structure, &market.inputs);
    equal("work", || "a pair of segment and group".to_owned(), 1.0, 1.0 + imbalance)?;
    for (s, &demand) in market.demand.iter().enumerate() {
        let offered = market.outcome.offered(&market.structure, s);
        let served: f64 =
            market.pairs_of(s).map(|pair| market.outcome.served(&market.structure, pair)).sum();
        let carried: f64 =
            market.pairs_of(s).map(|pair| market.inputs.backlog(&market.structure, pair)).sum();
        let most = offered + carried / (plan.timing.tick_days * 24.0);
        if !(demand >= 0.0 && served <= most * (1.0 + TOLERANCE) + 1e-6) {
            return Err(Violation {
                law: "work",
                entity: format!("segment {s}"),
                expected: most,
                found: served,
            }
            .into());
        }
    }
    Ok(())
}

/// What members lend is what members get, no host lends more than it offers, and what is lent is work that was not served otherwise.
fn check_loans(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    if plan.sharing.is_empty() {
        return Ok(());
    }
    let alliances = &world.alliances;
    let (given, received) = (alliances.given.iter().sum(), alliances.received.iter().sum());
    equal("transfers", || "all members".to_owned(), given, received)?;
    let Some(lending) = alliances.lending.as_ref().filter(|lending| lending.active) else {
        return Ok(());
    };
    let imbalance = lending.outcome.imbalance(&lending.structure, &lending.inputs);
    equal("work", || "an offer of a member".to_owned(), 1.0, 1.0 + imbalance)?;
    for h in 0..plan.sharing.hosts.len() {
        let served = |tier| lending.outcome.group(tier, h).served;
        let (found, expected) =
            ((0..world.market.tiers).map(served).sum::<f64>(), lending.inputs.capacity(h));
        if found > expected * (1.0 + TOLERANCE) + 1e-9 {
            let entity =
                format!("host {h} of `{}`", plan.sharing.clubs[plan.sharing.hosts[h].club].id);
            return Err(Violation { law: "work", entity, expected, found }.into());
        }
    }
    for (at, borrowed) in lending.borrowed.iter().enumerate() {
        let entity = || format!("borrowing segment {at}");
        let parts = borrowed.relief;
        equal("work", entity, borrowed.served, parts.lost + parts.waiting + parts.drawn)?;
    }
    Ok(())
}

/// What contracts served is the same by deal, by segment and by group, no deal is served beyond its quota, and no buyer is covered twice.
fn check_contracts(world: &World) -> Result<(), ModelError> {
    let contracts = &world.contracts;
    if !contracts.running {
        return Ok(());
    }
    let deals: f64 = contracts.deals.iter().map(|deal| deal.used).sum();
    let segments: f64 = contracts.segments.iter().map(|segment| segment.served).sum();
    let services: f64 = contracts.services.iter().map(|service| service.amount).sum();
    let taken: f64 = contracts.taken.iter().sum();
    for found in [segments, services, taken] {
        equal("work", || "all contracts".to_owned(), deals, found)?;
    }
    for (d, deal) in contracts.deals.iter().enumerate() {
        if deal.used > deal.quota * (1.0 + TOLERANCE) + 1e-9 {
            let entity = format!("deal {d}");
            return Err(
                Violation { law: "work", entity, expected: deal.quota, found: deal.used }.into()
            );
        }
    }
    for (s, segment) in contracts.segments.iter().enumerate() {
        if segment.covered > 1.0 + TOLERANCE {
            let entity = format!("segment {s} under contract");
            let found = segment.covered;
            return Err(Violation { law: "work", entity, expected: 1.0, found }.into());
        }
    }
    Ok(())
}

/// Every month: all counts from scratch, and every currency of the ledger.
///
/// # Errors
/// [`ModelError::Violation`] or [`ModelError::Ledger`] for the first law that does not hold.
pub fn check_month(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    world.ledger.check()?;
    let models = plan.hardware.len();
    let mut installed = vec![0_i64; plan.groups() * models];
    let mut available = installed.clone();
    for id in &world.live {
        let c = &world.cohorts[id.at()];
        let entity = || format!("cohort {}", id.0);
        let states = u64::from(c.up)
            + u64::from(c.repairing)
            + u64::from(c.waiting_part)
            + u64::from(c.offline);
        equal("nodes", entity, f64::from(c.nodes), states as f64)?;
        let cell =
            plan.group(world.sites[c.site.at()].pool, c.level).at() * models + c.hardware.at();
        let servers = i64::from(c.servers);
        installed[cell] += i64::from(c.nodes) * servers;
        available[cell] += if world.site_up[c.site.at()] { i64::from(c.up) * servers } else { 0 };
    }
    for cell in 0..installed.len() {
        let entity = || {
            format!("{} level {}", plan.pools[cell / models / LEVELS].id, cell / models % LEVELS)
        };
        equal("installed servers", entity, world.installed[cell] as f64, installed[cell] as f64)?;
        equal("working servers", entity, world.available[cell] as f64, available[cell] as f64)?;
    }
    for (p, pool) in world.pools.iter().enumerate() {
        let waiting: usize = pool.parts.iter().map(|parts| parts.waiting.len()).sum();
        let sites = world.sites_of(PoolId::new(p));
        let (mut nodes, mut counted) = (0_u32, 0_u32);
        for id in sites.flat_map(|s| &world.at_site[s]) {
            nodes += world.cohorts[id.at()].nodes;
            counted += world.cohorts[id.at()].waiting_part;
        }
        let name = || plan.pools[p].id.clone();
        equal("nodes", name, f64::from(pool.nodes), f64::from(nodes))?;
        equal("waiting nodes", || plan.pools[p].id.clone(), waiting as f64, f64::from(counted))?;
    }
    check_talent(world, plan)?;
    check_networks(world, plan)?;
    check_facilities(world, plan)?;
    check_security(world, plan)?;
    check_output(world, plan)
}

/// Nothing is installed beyond the room there is; what was put in store and not taken out is there; parts of a stockpile are used or in store.
fn check_facilities(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    for (p, facility) in world.facilities.iter().enumerate() {
        if !plan.projects.limited[p] {
            continue;
        }
        let id = PoolId::new(p);
        let installed = world.installed_power(plan, id) + world.uninstalled_power(plan, id);
        if installed > facility.room * (1.0 + TOLERANCE) + 1e-6 {
            let (entity, expected) = (plan.pools[p].id.clone(), facility.room);
            return Err(Violation { law: "room", entity, expected, found: installed }.into());
        }
        let kept: u64 = facility.stored.iter().map(|one| u64::from(one.nodes)).sum();
        let left = facility.received - facility.placed;
        equal("nodes in store", || plan.pools[p].id.clone(), left as f64, kept as f64)?;
    }
    for (nation, shelves) in plan.nations.iter().zip(&world.stockpiles) {
        for one in shelves {
            let found = one.used + u64::from(one.stock);
            equal("stockpiled parts", || nation.id.clone(), one.bought as f64, found as f64)?;
        }
    }
    Ok(())
}

/// Incidents under way are as many as were counted, and they hold down no more than works.
fn check_security(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    let security = &world.security;
    let under_way = security.incidents.iter().count();
    let found = security.incidents.iter().filter(|i| i.found).count();
    let name = || "all pools".to_owned();
    equal("incidents", name, security.active as f64, under_way as f64)?;
    equal("incidents that were found", name, security.holding as f64, found as f64)?;
    for (p, &down) in security.down.iter().enumerate().filter(|(_, down)| **down > 0.0) {
        let installed = world.installed_compute(plan, PoolId::new(p));
        if down > installed * (1.0 + TOLERANCE) {
            let entity = plan.pools[p].id.clone();
            let law = "servers that incidents hold down";
            return Err(Violation { law, entity, expected: installed, found: down }.into());
        }
    }
    Ok(())
}

/// Technicians: at the start + joined = here + emigrated + retired. Delivered nodes: received = installed + waiting + sold.
fn check_talent(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    for (labour, nation) in world.talent.iter().zip(&plan.nations) {
        let Some(labour) = labour else { continue };
        let came = u64::from(labour.start) + labour.trained;
        let found = u64::from(labour.stock) + labour.emigrated + labour.retired;
        equal("technicians", || nation.id.clone(), came as f64, found as f64)?;
        let found = labour.installed + labour.sold + labour.queue();
        equal("delivered nodes", || nation.id.clone(), labour.received as f64, found as f64)?;
    }
    Ok(())
}

/// Tokens to the last micro-token: supply = start + issued − burned = what all hold together; cash of operators to the last micro-dollar.
fn check_networks(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    let exactly = |law, entity: &str, expected: i128, found: i128| {
        if expected == found {
            return Ok(());
        }
        let (expected, found) = (expected as f64, found as f64);
        Err(ModelError::from(Violation { law, entity: entity.to_owned(), expected, found }))
    };
    for (t, token) in world.tokens.iter().enumerate() {
        let terms = &plan.networks.tokens[t];
        let start = (terms.parameters.initial * MICRO) as i128;
        exactly("tokens", &terms.id, start + token.minted - token.burned, token.supply)?;
        let buyers = token.home.iter().sum::<i128>() + token.abroad;
        let held = buyers + token.treasury + world.held_by_operators(plan, t);
        exactly("tokens", &terms.id, token.supply, held)?;
    }
    for (network, account) in plan.networks.list.iter().zip(&world.accounts.operators) {
        let operators = world.pools[network.pool.at()].operators.iter();
        let members = operators.filter_map(|o| world.operators[o.at()].member.as_ref());
        let cash = members.map(|m| m.cash).sum::<i128>();
        let name = &plan.pools[network.pool.at()].id;
        exactly("operators' cash", name, world.ledger.micro(*account), cash)?;
    }
    Ok(())
}

/// Output of every vendor: made = shipped + in stock + set aside for open orders + not made because the stock was full.
fn check_output(world: &World, plan: &Blueprint) -> Result<(), ModelError> {
    let mut set_aside = vec![0.0; plan.vendors.len()];
    for order in world.orders.iter() {
        set_aside[order.vendor.at()] += order.credit * order.node_compute(plan);
    }
    for (v, vendor) in world.vendors.iter().enumerate() {
        let books = &vendor.books;
        let found = books.shipped + vendor.stock + set_aside[v] + books.idle;
        equal("vendor output", || plan.vendors[v].id.clone(), books.made, found)?;
    }
    Ok(())
}
