//! One replication from start to end: first events, run, record.

use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::simulation::{Limits, NoTrace, RunError, Simulation, Witness};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};

use crate::blueprint::{Blueprint, Hardware, Pool};
use crate::entity::provider::{CapacityTarget, ProviderKind};
use crate::event::{Event, phase};
use crate::handler::{Market, churn_trials};
use crate::id::{GroupId, HardwareId, NationId, OperatorId, PoolId, SiteId, SourceId, VendorId};
use crate::ledger::{Currency, Ledger};
use crate::mechanism::clearing::{Inputs, Outcome, Solver};
use crate::mechanism::export_control::Regimes;
use crate::mechanism::price::controller::Controllers;
use crate::metric::Observers;
use crate::metric::scalars::{SCALARS, Summary};
use crate::metric::series::SERIES;
use crate::process::Process;
use crate::record::{Layout, Record};
use crate::rollout::{Rollouts, failed};
use crate::rule::{Governed, Rules};
use crate::world::alliance::AllianceState;
use crate::world::chain::ChainState;
use crate::world::connectivity::ConnectivityState;
use crate::world::contracts::ContractState;
use crate::world::fleet::Installation;
use crate::world::government::Government;
use crate::world::grey::GreyState;
use crate::world::hard_currency::HardCurrency;
use crate::world::licence::StandingLicence;
use crate::world::market::{Compiled, MarketState, problem};
use crate::world::model_layer::ModelState;
use crate::world::network::NetworkState;
use crate::world::operator;
use crate::world::politics::PoliticsState;
use crate::world::project::{Facility, ProjectState};
use crate::world::region::RegionState;
use crate::world::remote::RemoteState;
use crate::world::security::SecurityState;
use crate::world::shock::ShockState;
use crate::world::spillover::Openness;
use crate::world::stockpile;
use crate::world::supply::{Parts, PoolState, Slots};
use crate::world::token::TokenState;
use crate::world::vendor::VendorState;
use crate::world::{Accounts, Ctx, ModelError, NodeBooks, World, schedule_after};

/// Why a replication gave no record.
#[derive(Debug, Clone, PartialEq)]
pub enum SimulationError {
    /// The run failed; the message names the event.
    Run(RunError<ModelError>),
    /// It was stopped before its end.
    Stopped,
}

impl std::fmt::Display for SimulationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run(e) => write!(f, "{e}"),
            Self::Stopped => write!(f, "the run was stopped"),
        }
    }
}

impl std::error::Error for SimulationError {}

/// Dimensions and columns of the records of a blueprint.
#[must_use]
pub fn layout(plan: &Blueprint) -> Layout {
    let sample = plan.timing.sample.as_days();
    Layout {
        nations: plan.focus.iter().map(|n| plan.nations[n.at()].id.clone()).collect(),
        sample_days: (1..=plan.timing.samples).map(|i| i as f64 * sample).collect(),
        series: SERIES.iter().map(|(column, _)| *column).collect(),
        scalars: SCALARS.iter().map(|(column, _)| *column).collect(),
        actors: plan.actors.iter().map(|a| a.actor.clone()).collect(),
        kinds: ProviderKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        vendors: plan.vendors.iter().map(|v| v.id.clone()).collect(),
    }
}

/// Runs one replication: of a blueprint, or of one with rules ([`Governed`]).
///
/// # Errors
/// [`SimulationError`] when a conservation law is violated, a limit is passed, a rule fails, or `stop` was requested.
pub fn simulate<'p>(
    plan: impl Into<Governed<'p>>,
    seed: u64,
    replication: u64,
    stop: &StopFlag,
) -> Result<Record, SimulationError> {
    simulate_traced(plan, (seed, replication), stop, &mut NoTrace)
}

/// As [`simulate`], showing each event to `trace` before it is handled; events of nested rollouts are not shown.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_traced<'p, T: Witness<Market<'p>>>(
    plan: impl Into<Governed<'p>>,
    (seed, replication): (u64, u64),
    stop: &StopFlag,
    trace: &mut T,
) -> Result<Record, SimulationError> {
    let Governed { plan, rules } = plan.into();
    let world = World::new(plan, seed, replication).map_err(failed)?;
    let mut simulation = Simulation::new(Market { plan, rules, world });
    simulation.set_up(Market::begin).map_err(failed)?;
    let mut limits = Limits { events: plan.timing.event_budget, ..Limits::default() };
    if plan.rollout.replications > 0 {
        let left = limits.events;
        let mut rollouts = Rollouts { plan, simulation: &mut simulation, stop, left };
        rollouts.run(trace)?;
        limits = rollouts.limits();
    }
    let outcome = simulation
        .run_until_traced(plan.timing.end, &limits, stop, trace)
        .map_err(SimulationError::Run)?;
    if outcome.stopped {
        return Err(SimulationError::Stopped);
    }
    Ok(record(
        plan,
        &simulation.into_model().world.observers,
        outcome.events,
        outcome.fingerprint.value(),
    ))
}

fn record(plan: &Blueprint, observers: &Observers, events: u64, fingerprint: u64) -> Record {
    let rows = plan.timing.samples * SERIES.len();
    let mut scalars = Vec::new();
    for (f, totals) in observers.totals.iter().enumerate() {
        let summary = Summary {
            samples: &observers.series[f * rows..(f + 1) * rows],
            yearly: (365.25 / plan.timing.sample.as_days()).round().max(1.0) as usize,
            population: plan.nations[plan.focus[f].at()].parameters.population,
            resilience: observers.resilience[f],
            weights: &plan.welfare,
        };
        scalars.extend(SCALARS.iter().map(|(_, read)| read(totals, &summary)));
    }
    Record {
        scalars,
        series: observers.series.clone(),
        withdrawal: observers.withdrawal_means(),
        capacity: observers.capacity.clone(),
        events,
        fingerprint,
    }
}

impl Market<'_> {
    /// Installs the initial fleet and schedules the first event of every family.
    ///
    /// # Errors
    /// When the calendar refuses an event, or clearing a parameter.
    pub fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
        self.world.begin(self.plan, &self.rules, ctx)
    }
}

impl World {
    /// The world before its first event: no nodes yet.
    ///
    /// # Errors
    /// When a parameter lies outside the range in which clearing is defined.
    #[expect(clippy::too_many_lines, reason = "a line for each part of the state")]
    pub fn new(plan: &Blueprint, seed: u64, replication: u64) -> Result<Self, ModelError> {
        let stream = |process: Process, entity| {
            Stream::new(StreamKey { seed, replication, process: process as u64, entity })
        };
        let cells = plan.groups() * plan.hardware.len();
        let pairs = plan.controllers.len() * plan.nations.len();
        let (ledger, accounts) = open_books(plan);
        let (operators, owners) = operator::initial(plan, seed, replication);
        let mut world = Self {
            seed,
            replication,
            day: 0.0,
            cohorts: Vec::new(),
            live: Vec::new(),
            counted: Vec::new(),
            providers_changed: false,
            at_site: vec![Vec::new(); plan.sites.len()],
            site_up: vec![true; plan.sites.len()],
            outage: plan.sites.iter().map(|s| stream(Process::Outage, s.key)).collect(),
            available: vec![0; cells],
            installed: vec![0; cells],
            operators,
            owners,
            sites: plan.sites.clone(),
            networks: Vec::new(),
            tokens: Vec::new(),
            pools: plan
                .pools
                .iter()
                .map(|p| pool_state(plan, p, stream(Process::Repair, p.key)))
                .collect(),
            vendors: plan
                .vendors
                .iter()
                .map(|v| VendorState::new(stream(Process::Output, v.key), plan.pools.len()))
                .collect(),
            chain: ChainState::new(plan, |key| stream(Process::StageDisruption, key)),
            orders: Slots::default(),
            shipments: Slots::default(),
            released: plan.hardware.iter().map(Hardware::first_sale).collect(),
            capital: vec![f64::INFINITY; plan.hardware.len()],
            regimes: vec![Regimes::OPEN; pairs],
            politics: PoliticsState::new(plan),
            grey: GreyState::new(plan),
            remote: RemoteState::new(plan),
            capped: vec![(0, 0.0); pairs],
            licences: StandingLicence::all_free(plan),
            connectivity: ConnectivityState::new(plan, stream),
            market: market_state(plan, seed, replication)?,
            shocks: ShockState::new(plan, seed, replication),
            hard_currency: HardCurrency::new(plan, seed, replication),
            governments: plan.nations.iter().map(Government::new).collect(),
            projects: vec![ProjectState::default(); plan.projects.list.len()],
            facilities: vec![Facility::unlimited(); plan.pools.len()],
            stockpiles: stockpile::empty(plan),
            openness: Openness::default(),
            models: ModelState::new(plan),
            talent: vec![None; plan.nations.len()],
            alliances: AllianceState::new(plan)?,
            security: SecurityState::new(plan),
            contracts: ContractState::new(plan),
            regions: vec![RegionState::default(); plan.pools.len()],
            ledger,
            accounts,
            node_books: NodeBooks::default(),
            observers: Observers::new(plan),
            withdrawn: None,
        };
        world.open_networks(plan);
        Ok(world)
    }

    fn open_networks(&mut self, plan: &Blueprint) {
        let pools = plan.networks.list.iter().map(|n| n.pool);
        self.networks = pools.filter_map(|pool| NetworkState::new(self, plan, pool)).collect();
        let tokens = 0..plan.networks.tokens.len();
        self.tokens = tokens.map(|at| TokenState::new(self, plan, at)).collect();
    }

    /// Installs the initial fleet and schedules the first event of every family.
    fn begin(
        &mut self,
        plan: &Blueprint,
        rules: &Rules<'_>,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.price_hardware(plan, 0.0);
        for one in &plan.initial {
            let vintage = -one.age;
            let new = Installation {
                site: one.site,
                hardware: one.hardware,
                nodes: one.nodes,
                servers: one.servers,
                vintage,
                grey: false,
            };
            self.install(plan, new, ctx)?;
        }
        self.count_past_sales(plan);
        self.begin_security(plan, ctx)?;
        for p in 0..plan.pools.len() {
            self.begin_pool(plan, PoolId::new(p), ctx)?;
        }
        for s in 0..plan.sites.len() {
            if !plan.pools[plan.sites[s].pool.at()].candidate {
                self.schedule_outage(plan, SiteId::new(s), ctx)?;
            }
        }
        for s in 0..plan.chain.sources.len() {
            self.schedule_disruption(plan, SourceId::new(s), ctx)?;
        }
        for v in 0..plan.vendors.len() {
            ctx.schedule_at(SimTime::ZERO, phase::DECISIONS, Event::Allocation(VendorId::new(v)))?;
        }
        for (h, hardware) in plan.hardware.iter().enumerate().filter(|(_, h)| h.release > 0.0) {
            let mut draw = self.stream(Process::Release, hardware.key);
            let delay = hardware.release + hardware.parameters.release_delay * draw.exponential();
            let release = Event::HardwareReleased(HardwareId::new(h));
            schedule_after(ctx, delay, (phase::RULES, release))?;
        }
        self.begin_politics(plan, ctx)?;
        self.begin_connectivity(plan, ctx)?;
        for n in 0..plan.nations.len() {
            self.schedule_currency(plan, NationId::new(n), ctx)?;
        }
        Self::begin_fiscal_years(plan, rules, ctx)?;
        self.begin_projects(plan, ctx)?;
        self.begin_talent(plan, ctx)?;
        self.schedule_models(plan, ctx)?;
        Self::begin_contracts(plan, ctx)?;
        Self::begin_regions(plan, ctx)?;
        self.begin_networks(plan, ctx)?;
        ctx.schedule_at(SimTime::ZERO, phase::MARKET, Event::Tick)?;
        ctx.schedule_in(
            SimDuration::from_days_f64(crate::handler::MONTH)?,
            phase::SETTLEMENT,
            Event::MonthEnd,
        )?;
        ctx.schedule_in(plan.timing.sample, phase::OBSERVATION, Event::Sample)?;
        Ok(())
    }

    fn begin_pool(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let nodes = self.nodes_by_shelf(plan, pool);
        for (parts, nodes) in self.pools[pool.at()].parts.iter_mut().zip(nodes) {
            parts.stock = (provider.spares * nodes as f64).round() as u32;
        }
        self.reprice(plan, pool);
        if provider.capacity_target == CapacityTarget::OfferedLoad {
            self.pools[pool.at()].load =
                self.installed_compute(plan, pool) * provider.target_utilisation;
        }
        if plan.pools[pool.at()].candidate {
            return Ok(());
        }
        // Reviews are staggered so that pools do not order on the same day; regions that may come change no other pool's day.
        let there = |pools: &[Pool]| pools.iter().filter(|p| !p.candidate).count() as f64;
        let share = (there(&plan.pools[..pool.at()]) + 0.5) / there(&plan.pools);
        let first = SimDuration::from_days_f64(share * provider.review_interval)?;
        ctx.schedule_in(first, phase::DECISIONS, Event::Review(pool))?;
        Ok(())
    }
}

fn open_books(plan: &Blueprint) -> (Ledger, Accounts) {
    let mut ledger = Ledger::new();
    let currencies: Vec<Currency> = plan
        .nations
        .iter()
        .map(|n| if n.focus { ledger.add_currency() } else { Currency::USD })
        .collect();
    let accounts = Accounts {
        buyers: currencies.iter().map(|&c| ledger.open(c)).collect(),
        power: currencies.iter().map(|&c| ledger.open(c)).collect(),
        services: currencies.iter().map(|&c| ledger.open(c)).collect(),
        treasuries: currencies.iter().map(|&c| ledger.open(c)).collect(),
        taxpayers: currencies.iter().map(|&c| ledger.open(c)).collect(),
        dealers: currencies.iter().map(|&c| ledger.open(c)).collect(),
        providers: plan.providers.iter().map(|p| ledger.open(currencies[p.home.at()])).collect(),
        vendors: plan.vendors.iter().map(|v| ledger.open(currencies[v.home.at()])).collect(),
        grey: ledger.open(Currency::USD),
        operators: plan.networks.list.iter().map(|_| ledger.open(Currency::USD)).collect(),
        owners: currencies.iter().map(|&c| ledger.open(c)).collect(),
        holders: currencies.iter().map(|&c| ledger.open(c)).collect(),
        holders_abroad: ledger.open(Currency::USD),
        used: ledger.open(Currency::USD),
        clubs: plan.sharing.clubs.iter().map(|_| ledger.open(Currency::USD)).collect(),
        currencies,
    };
    (ledger, accounts)
}

fn pool_state(plan: &Blueprint, pool: &Pool, repair: Stream) -> PoolState {
    PoolState {
        operators: pool.operators.clone().map(OperatorId::new).collect(),
        nodes: 0,
        purchases: 0,
        busy: 0,
        queue: std::collections::VecDeque::new(),
        repair,
        parts: vec![Parts::default(); plan.shelves()],
        on_order: vec![0.0; plan.vendors.len()],
        part_price: vec![0.0; plan.vendors.len()],
        price: 0.0,
        unit_cost: 0.0,
        avoidable_cost: 0.0,
        months_since_review: 0,
        load: 0.0,
        revenue: vec![0.0; plan.nations.len()],
        energy: 0.0,
        other_fees: 0.0,
        parts_paid: 0.0,
        security_paid: 0.0,
        loss: 0.0,
    }
}

fn market_state(plan: &Blueprint, seed: u64, replication: u64) -> Result<MarketState, ModelError> {
    let stream = |process: Process, entity| {
        Stream::new(StreamKey { seed, replication, process: process as u64, entity })
    };
    let mut noise_streams: Vec<_> =
        plan.segments.iter().map(|s| stream(Process::Demand, s.key)).collect();
    let mut rate_streams: Vec<_> =
        plan.nations.iter().map(|n| stream(Process::ExchangeRate, n.key)).collect();
    let groups: Vec<GroupId> = Vec::new();
    let Compiled { structure, pairs, first_pair, queues, price_sources, borders, first_border } =
        problem(plan, &groups)?;
    let churn = |p: &Pool| {
        let terms = &plan.providers[p.provider.at()].parameters;
        churn_trials(terms.leave_rate, terms.return_rate_offline, plan.timing.tick_days)
    };
    Ok(MarketState {
        inputs: Inputs::new(&structure),
        outcome: Outcome::new(&structure),
        solver: Solver::new(&structure),
        structure,
        pairs,
        first_pair,
        price_sources,
        border_of: Vec::new(),
        borders,
        first_border,
        queues,
        tiers: plan.segments.iter().map(|s| s.priority as usize + 1).max().unwrap_or(1),
        groups,
        groups_changed: true,
        carried: false,
        tastes_changed: true,
        sizes_changed: true,
        closed: Vec::new(),
        listed: true,
        eligible: Vec::new(),
        given_up: Vec::new(),
        cells: Vec::new(),
        server_compute: (0..plan.hardware.len())
            .map(|h| plan.server_compute(HardwareId::new(h)))
            .collect(),
        churn: plan.pools.iter().map(churn).collect::<Result<_, _>>()?,
        noise: noise_streams.iter_mut().map(|s| plan.demand.noise.start(s)).collect(),
        noise_streams,
        demand: vec![0.0; plan.segments.len()],
        log_rate: plan
            .nations
            .iter()
            .zip(&mut rate_streams)
            .map(|(n, s)| n.exchange_rate.start(s))
            .collect(),
        rate_streams,
        rate: vec![1.0; plan.nations.len()],
        reference_price: plan.demand.reference_price,
        border_price: vec![0.0; plan.pools.len() * plan.nations.len()],
        power: vec![0.0; plan.pools.len()],
        offered: vec![0.0; plan.pools.len()],
        capacity: vec![0.0; plan.pools.len()],
        served: vec![0.0; plan.pools.len() * plan.nations.len()],
        controllers: Controllers::default(),
    })
}
