//! Observers: they read the world and keep their own sums, and change nothing else.

pub mod integrity;
pub mod model_layer;
pub mod network;
pub mod project;
pub mod resilience;
pub mod scalars;
pub mod security;
pub mod series;
pub mod sovereignty;
pub mod state;
pub mod sums;
pub mod talent;

use crate::blueprint::{Blueprint, LEVELS};
use crate::entity::demand::Sensitivity;
use crate::entity::provider::ProviderKind;
use crate::event::{Event, phase};
use crate::id::{NationId, PoolId, ProviderId};
use crate::mechanism::clearing::{Method, Report};
use crate::record::{HORIZONS_DAYS, Withdrawal};
use crate::world::{Ctx, ModelError, World};
use security::Work;
use series::SERIES;
use sovereignty::WithdrawalSums;
use sums::Sums;

/// What is kept of one replication.
#[derive(Debug, Clone)]
pub struct Observers {
    /// Sums since the last sample, by focus nation.
    pub window: Vec<Sums>,
    /// Sums over the run, by focus nation.
    pub totals: Vec<Sums>,
    /// `[nation][sample][series]`.
    pub series: Vec<f64>,
    /// `[nation][sample][kind][vendor]`, H100e.
    pub capacity: Vec<f64>,
    /// `[nation][actor][horizon]`.
    pub withdrawals: Vec<WithdrawalSums>,
    /// Foreign party with the lowest level a year after its withdrawal at the last sample, by focus nation.
    pub worst: Vec<Option<usize>>,
    /// Scratch space of the counts of concentration.
    pub census: network::Census,
    /// Service of critical work over the run, by focus nation.
    pub resilience: Vec<resilience::Resilience>,
    /// Samples taken.
    pub samples: usize,
    /// Newton iterations and solves of the clearing.
    pub iterations: u64,
    /// Solves.
    pub solves: u64,
    /// Solves that needed bisection sweeps.
    pub sweeps: u64,
    /// Position of each nation among the focus nations.
    focus_at: Vec<Option<u32>>,
}

impl Observers {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        let n = plan.focus.len();
        let at = |nation| plan.focus.iter().position(|&f| f == nation).map(|i| i as u32);
        Self {
            window: vec![Sums::default(); n],
            totals: vec![Sums::default(); n],
            series: vec![f64::NAN; n * plan.timing.samples * SERIES.len()],
            capacity: vec![
                f64::NAN;
                n * plan.timing.samples * ProviderKind::ALL.len() * plan.vendors.len()
            ],
            withdrawals: vec![
                WithdrawalSums::default();
                n * plan.actors.len() * HORIZONS_DAYS.len()
            ],
            worst: vec![None; n],
            census: network::Census::default(),
            resilience: vec![resilience::Resilience::default(); n],
            samples: 0,
            iterations: 0,
            solves: 0,
            sweeps: 0,
            focus_at: (0..plan.nations.len()).map(|i| at(NationId::new(i))).collect(),
        }
    }

    fn focus(&self, nation: NationId) -> Option<usize> {
        self.focus_at[nation.at()].map(|at| at as usize)
    }

    /// A shipment arrived `waited` days after its order.
    pub fn delivered(&mut self, zone: NationId, waited: f64, compute: f64) {
        if let Some(at) = self.focus(zone) {
            self.window[at].waited += waited * compute;
            self.window[at].delivered += compute;
        }
    }

    /// Compute arrived through the grey channel.
    pub fn smuggled(&mut self, zone: NationId, compute: f64) {
        if let Some(at) = self.focus(zone) {
            self.window[at].smuggled += compute;
        }
    }

    /// Buyers of nation `n` paid a pool.
    pub fn paid(&mut self, plan: &Blueprint, (pool, n): (PoolId, usize), usd: f64, day: f64) {
        self.paid_to(plan, (plan.pools[pool.at()].provider, n), usd, day);
    }

    /// Buyers of nation `n` paid a provider.
    pub fn paid_to(&mut self, plan: &Blueprint, (to, n): (ProviderId, usize), usd: f64, day: f64) {
        let Some(at) = self.focus(NationId::new(n)) else { return };
        let provider = &plan.providers[to.at()];
        let sums = &mut self.window[at];
        sums.spent += usd;
        if provider.home.at() != n {
            sums.spent_abroad += usd;
            sums.state.foreign += usd;
        }
        sums.spent_discounted += usd * discount(plan, day);
    }

    /// A nation paid a contribution to an alliance or commons.
    pub fn contributed(&mut self, nation: NationId, usd: f64) {
        if let Some(at) = self.focus(nation) {
            self.window[at].contributed += usd;
        }
    }

    /// Somebody in a nation paid a premium for hard currency.
    pub fn premium_paid(&mut self, nation: NationId, usd: f64) {
        if let Some(at) = self.focus(nation) {
            self.window[at].currency_premium += usd;
        }
    }

    /// Buyers of a nation paid licence fees of models abroad.
    pub fn paid_fees(&mut self, nation: NationId, usd: f64) {
        if let Some(at) = self.focus(nation) {
            self.window[at].models.fees_abroad += usd;
        }
    }

    /// Technicians emigrated from a nation.
    pub fn emigrated(&mut self, nation: NationId, people: f64) {
        if let Some(at) = self.focus(nation) {
            self.window[at].talent.emigrated += people;
        }
    }

    fn of_network(&mut self, plan: &Blueprint, pool: PoolId) -> Option<&mut Sums> {
        let zone = plan.pools[pool.at()].zone;
        let own = network::is_at_home(plan, pool, zone);
        self.focus(zone).filter(|_| own).map(|at| &mut self.window[at])
    }

    /// An operator entered a network.
    pub fn entered(&mut self, plan: &Blueprint, pool: PoolId) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.entries += 1.0;
        }
    }

    /// An operator left a network, or was put out.
    pub fn left(&mut self, plan: &Blueprint, pool: PoolId) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.exits += 1.0;
        }
    }

    /// An operator of a network was bought.
    pub fn merged(&mut self, plan: &Blueprint, pool: PoolId) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.mergers += 1.0;
        }
    }

    /// An operator was found to cheat.
    pub fn detected(&mut self, plan: &Blueprint, pool: PoolId) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.detections += 1.0;
        }
    }

    /// Stake was slashed.
    pub fn slashed(&mut self, plan: &Blueprint, pool: PoolId, usd: f64) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.slashed += usd;
        }
    }

    /// An incident began in a pool.
    pub fn struck(&mut self, plan: &Blueprint, pool: PoolId) {
        if let Some(at) = security::at_home(plan, pool).and_then(|n| self.focus(n)) {
            self.window[at].security.incidents += 1.0;
        }
    }

    /// A provider paid for the controls of a pool.
    pub fn secured(&mut self, plan: &Blueprint, pool: PoolId, usd: f64) {
        if let Some(at) = security::at_home(plan, pool).and_then(|n| self.focus(n)) {
            self.window[at].security.paid += usd;
        }
    }

    /// A state paid for the controls of providers at home.
    pub fn state_secured(&mut self, nation: NationId, usd: f64) {
        if let Some(at) = self.focus(nation) {
            self.window[at].security.paid += usd;
        }
    }

    /// A dispute began in a network.
    pub fn disputed(&mut self, plan: &Blueprint, pool: PoolId) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.disputes += 1.0;
        }
    }

    /// Work of a round was checked: H100e-hours in all, and those whose accepted result is bad.
    pub fn checked(&mut self, plan: &Blueprint, pool: PoolId, (work, bad): (f64, f64)) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.work += work;
            sums.inside.bad += bad;
        }
    }

    /// Votes of a round were counted: share of the largest bloc, and whether it holds the network.
    pub fn voted(
        &mut self,
        plan: &Blueprint,
        (pool, day): (PoolId, f64),
        (share, captured): (f64, bool),
    ) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.rounds += 1.0;
            sums.inside.bloc += share;
            sums.inside.captured += f64::from(u8::from(captured));
            let first =
                captured && (sums.inside.captured_on <= 0.0 || day < sums.inside.captured_on);
            sums.inside.captured_on = if first { day } else { sums.inside.captured_on };
        }
    }

    /// The captor of a network took its take.
    pub fn captor_took(&mut self, plan: &Blueprint, pool: PoolId, usd: f64) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.captor_income += usd;
        }
    }

    /// Tokens worth `usd` were given to operators of a network.
    pub fn emitted(&mut self, plan: &Blueprint, pool: PoolId, usd: f64) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.emitted += usd;
        }
    }

    /// Operators of a network sold tokens (negative: they or their buyers bought some), in all and to holders abroad, USD. What holders abroad pay is income
    /// of the owners, of whom the share `resident` lives in the nation; what holders at home pay moves between residents.
    pub fn tokens_sold(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        (usd, abroad): (f64, f64),
        (resident, discount): (f64, f64),
    ) {
        if let Some(sums) = self.of_network(plan, pool) {
            sums.inside.sold += usd;
            sums.inside.sold_abroad += abroad;
            sums.state.producer.add(abroad * resident, discount);
        }
    }

    /// The clearing of a tick was solved.
    pub fn solved(&mut self, report: &Report) {
        self.solves += 1;
        self.iterations += u64::from(report.iterations);
        self.sweeps += u64::from(report.method == Method::Sweeps);
    }

    /// Writes a value of the last sample of a focus nation that is known after it.
    pub(crate) fn amend(&mut self, plan: &Blueprint, f: usize, (name, value): (&str, f64)) {
        let row = (f * plan.timing.samples + self.samples.saturating_sub(1)) * SERIES.len();
        if let Some(at) = SERIES.iter().position(|(column, _)| column.name == name) {
            self.series[row + at] = value;
        }
    }

    /// Withdrawals averaged over the samples.
    #[must_use]
    pub fn withdrawal_means(&self) -> Vec<Withdrawal> {
        self.withdrawals.iter().map(WithdrawalSums::mean).collect()
    }
}

/// Discount factor of a day at the one rate used for cost and for work.
#[must_use]
pub fn discount(plan: &Blueprint, day: f64) -> f64 {
    autarky_engine::math::exp(-plan.welfare.discount_rate * day / 365.25)
}

/// Adds a cleared tick to the sums of the focus nations.
pub fn observe_tick(world: &mut World, plan: &Blueprint) {
    let day = world.observers.solves as f64 * plan.timing.tick_days;
    for at in 0..plan.focus.len() {
        let factor = discount(plan, day);
        let mut sums = tick_sums(world, plan, plan.focus[at], factor);
        sums.state.exposure.add(sums.security.exposed, factor);
        world.observers.window[at].add(&sums);
        let days = plan.timing.tick_days;
        world.observers.resilience[at].tick(sums.served_critical, sums.critical, days);
        if network::is_week(world, plan) {
            network::census(world, plan, at);
            state::weekly(world, plan, at, factor);
        }
        project::tick(world, plan, at, day);
    }
}

pub(crate) fn tick_sums(world: &World, plan: &Blueprint, nation: NationId, discount: f64) -> Sums {
    let market = &world.market;
    let mut sums = Sums { ticks: 1.0, ..Sums::default() };
    let per_nation = plan.segments.len() / plan.nations.len();
    for s in nation.at() * per_nation..(nation.at() + 1) * per_nation {
        let segment = &plan.segments[s];
        let critical = Sensitivity::ALL[segment.sensitivity] == Sensitivity::Critical;
        sums.reference += market.demand[s];
        sums.critical += if critical { market.demand[s] } else { 0.0 };
        let mut served = add_spot(world, plan, s, &mut sums);
        served += add_contracts(world, plan, s, &mut sums);
        served += add_loans(world, plan, s, &mut sums);
        sums.unserved += if served < market.demand[s] { market.demand[s] - served } else { 0.0 };
    }
    for (segment, work) in &market.given_up {
        let own = plan.segments[segment.at()].nation == nation;
        sums.lost += if own { work / (plan.timing.tick_days * 24.0) } else { 0.0 };
    }
    if !plan.sharing.is_empty() {
        sums.received = world.alliances.received[nation.at()];
        sums.given = world.alliances.given[nation.at()];
    }
    sums.served_discounted = sums.served * plan.timing.tick_days * 24.0 * discount;
    home_sums(world, plan, nation, &mut sums);
    network::tick(world, plan, nation, &mut sums);
    if plan.models.frontier.spillover > 0.0 {
        sums.openness = [world.openness.share, world.openness.dearer, 1.0];
    }
    sums.models = model_layer::tick(world, plan, nation);
    sums.talent = talent::tick(world, plan, nation);
    let short = sums.served_critical < resilience::FLOOR * sums.critical;
    sums.short_ticks = f64::from(u8::from(short));
    sums.exchange_rate = market.rate[nation.at()];
    sums.currency_short = f64::from(u8::from(world.hard_currency.is_short(nation)));
    sums
}

/// Adds what the spot market did for a segment, and returns what it served.
fn add_spot(world: &World, plan: &Blueprint, s: usize, sums: &mut Sums) -> f64 {
    let (market, segment) = (&world.market, &plan.segments[s]);
    let critical = Sensitivity::ALL[segment.sensitivity] == Sensitivity::Critical;
    let sensitive = security::is_sensitive(segment);
    let mut served = 0.0;
    let flows = market.outcome.flows(&market.structure, s, market.pairs_of(s));
    for (terms, flow) in market.pairs[market.pairs_of(s)].iter().zip(flows) {
        let kind = terms.kind as usize;
        sums.offered += flow.offered;
        sums.served += flow.served;
        served += flow.served;
        let foreign = plan.security.foreign[terms.border as usize];
        let work = Work { pool: terms.pool, served: flow.served, sensitive, foreign };
        security::add_work(world, plan, work, &mut sums.security);
        sums.lost += flow.lost;
        // A share W/τ of what is served is lost while it waits.
        sums.waited_for += flow.lost * plan.classes[segment.class].patience;
        sums.backlog += flow.backlog;
        sums.served_by[kind] += flow.served;
        sums.served_critical += if critical { flow.served } else { 0.0 };
        sums.compliance += flow.served * terms.compliance * plan.timing.tick_days * 24.0;
        let price = world.pools[terms.pool.at()].price * world.cloud_factor(terms.provider);
        sums.billed += flow.served * price;
        let perceived = flow.perceived_price * market.reference_price;
        sums.perceived += flow.served * flow.perceived_price * market.reference_price;
        if terms.home_network {
            let paid =
                market.border_price[terms.border as usize] * terms.stretch * market.reference_price
                    + terms.compliance
                    + world.models.fee(s) * market.reference_price;
            let waiting = if perceived > paid { perceived - paid } else { 0.0 };
            sums.inside.waiting += flow.served * waiting * plan.timing.tick_days * 24.0;
        }
    }
    served
}

/// Adds what contracts served of a segment, and returns it.
fn add_contracts(world: &World, plan: &Blueprint, s: usize, sums: &mut Sums) -> f64 {
    if !world.contracts.running {
        return 0.0;
    }
    let done = &world.contracts.segments[s];
    let critical = Sensitivity::ALL[plan.segments[s].sensitivity] == Sensitivity::Critical;
    for service in world.contracts.services.iter().filter(|service| service.segment == s) {
        let seller = &plan.providers[plan.pools[service.pool.at()].provider.at()];
        sums.served_by[seller.parameters.kind as usize] += service.amount;
        let at = service.pool.at() * plan.nations.len() + plan.segments[s].nation.at();
        let work = Work {
            pool: service.pool,
            served: service.amount,
            sensitive: security::is_sensitive(&plan.segments[s]),
            foreign: plan.security.foreign[at],
        };
        security::add_work(world, plan, work, &mut sums.security);
    }
    sums.offered += done.served;
    sums.served += done.served;
    sums.served_critical += if critical { done.served } else { 0.0 };
    sums.served_contract += done.served;
    sums.billed += done.billed;
    sums.billed_contract += done.billed;
    sums.perceived += done.perceived;
    sums.compliance += done.compliance * plan.timing.tick_days * 24.0;
    done.served
}

/// Adds what a segment borrowed from other members, and returns it: work that is lost, waits or was priced out no more.
fn add_loans(world: &World, plan: &Blueprint, s: usize, sums: &mut Sums) -> f64 {
    let Some(borrowed) = world.alliances.borrowed(s) else { return 0.0 };
    let critical = Sensitivity::ALL[plan.segments[s].sensitivity] == Sensitivity::Critical;
    let hours = plan.timing.tick_days * 24.0;
    for (sum, served) in sums.served_by.iter_mut().zip(borrowed.by_kind) {
        *sum += served;
    }
    let sensitive = security::is_sensitive(&plan.segments[s]);
    for (pool, served) in world.alliances.borrowed_by_pool(plan, s) {
        let border = pool.at() * plan.nations.len() + plan.segments[s].nation.at();
        let foreign = plan.security.foreign[border];
        security::add_work(
            world,
            plan,
            Work { pool, served, sensitive, foreign },
            &mut sums.security,
        );
    }
    sums.served += borrowed.served;
    sums.served_critical += if critical { borrowed.served } else { 0.0 };
    sums.lost -= borrowed.relief.lost;
    sums.backlog -= borrowed.relief.waiting * hours;
    sums.offered += borrowed.relief.drawn;
    sums.billed += borrowed.billed;
    sums.perceived += borrowed.perceived;
    sums.compliance += borrowed.compliance * hours;
    borrowed.served
}

fn home_sums(world: &World, plan: &Blueprint, nation: NationId, sums: &mut Sums) {
    for (p, pool) in plan.pools.iter().enumerate() {
        let provider = &plan.providers[pool.provider.at()];
        if pool.zone != nation || provider.home != nation {
            continue;
        }
        let id = PoolId::new(p);
        let kind = provider.parameters.kind as usize;
        sums.capacity_by[kind] += world.working_compute(plan, id);
        sums.installed += world.installed_compute(plan, id);
        sums.security.down += world.security.down[p];
        sums.on_order += world.pools[p].pipeline();
        sums.home_load += (0..plan.nations.len())
            .map(|n| world.market.served[p * plan.nations.len() + n])
            .sum::<f64>();
    }
}

/// Compute installed in a nation by kind of provider and vendor.
fn sample_capacity(world: &mut World, plan: &Blueprint, (f, sample): (usize, usize)) {
    let (vendors, models) = (plan.vendors.len(), plan.hardware.len());
    let width = ProviderKind::ALL.len() * vendors;
    let first = (f * plan.timing.samples + sample) * width;
    let cells = &mut world.observers.capacity[first..first + width];
    cells.fill(0.0);
    for (p, pool) in plan.pools.iter().enumerate().filter(|(_, pool)| pool.zone == plan.focus[f]) {
        let kind = plan.providers[pool.provider.at()].parameters.kind as usize;
        let groups = plan.group(PoolId::new(p), 0).at() * models;
        for (i, &servers) in world.installed[groups..groups + LEVELS * models].iter().enumerate() {
            let model = i % models;
            let vendor = plan.hardware[model].vendor.at();
            cells[kind * vendors + vendor] += servers as f64 * world.market.server_compute[model];
        }
    }
}

/// Writes a sample of every series and tests every withdrawal; the next sample is scheduled.
///
/// # Errors
/// When the calendar refuses the next sample.
pub fn sample(world: &mut World, plan: &Blueprint, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
    let at = world.observers.samples;
    if at >= plan.timing.samples {
        return Ok(());
    }
    ctx.schedule_in(plan.timing.sample, phase::OBSERVATION, Event::Sample)?;
    let projection = sovereignty::Projection::new(world, plan, ctx.now().as_days());
    for (f, &nation) in plan.focus.iter().enumerate() {
        let weakest = projection.test(world, plan, nation);
        let observers = &mut world.observers;
        let first = f * plan.actors.len() * HORIZONS_DAYS.len();
        for (sums, result) in observers.withdrawals[first..].iter_mut().zip(&weakest.results) {
            sums.add(result);
        }
        observers.worst[f] = weakest.worst;
        let window = std::mem::take(&mut observers.window[f]);
        let row = (f * plan.timing.samples + at) * SERIES.len();
        for (cell, (_, read)) in observers.series[row..row + SERIES.len()].iter_mut().zip(SERIES) {
            *cell = read(&window, &weakest);
        }
        observers.totals[f].add(&window);
        sample_capacity(world, plan, (f, at));
    }
    world.observers.samples += 1;
    Ok(())
}
