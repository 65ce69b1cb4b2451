//! A synthetic market: every entity has one pending event, handlers change its state, schedule its next event, and in
//! 20 % of cases bring another entity's event forward. Statistics and fingerprint are on.

use autarky_engine::calendar::{CalendarError, Handle, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::simulation::{Context, EventCode, Limits, Model, RunError, Simulation};
use autarky_engine::stats::{TimeWeighted, Welford};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{MICROS_PER_DAY, SimDuration, SimTime};

/// What a market run finds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketResult {
    /// Events brought forward or put off by another entity.
    pub rescheduled: u64,
    /// Time average of the stock, in units of output.
    pub mean_stock: f64,
    /// Mean of the amounts sold, in units of output.
    pub mean_sale: f64,
}

/// What an entity does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Add to its own stock.
    Produce,
    /// Sell what it has, up to the demand.
    Sell,
    /// Change its rate of output.
    Invest,
}

/// The action that `bits` choose: 45 % produce, 45 % sell, 10 % invest.
#[inline]
#[must_use]
pub fn action(bits: u64) -> Action {
    match bits % 20 {
        0..9 => Action::Produce,
        9..18 => Action::Sell,
        _ => Action::Invest,
    }
}

/// Stock and output of one entity.
#[derive(Debug, Clone, Copy)]
pub struct Firm {
    /// Units in stock.
    pub stock: f64,
    /// Units per production.
    pub output: f64,
    /// Units sold so far.
    pub sold: f64,
}

impl Firm {
    /// A firm with nothing in stock.
    pub const NEW: Self = Self { stock: 0.0, output: 1.0, sold: 0.0 };

    /// Act, with one uniform number for demand or productivity, and return the change of stock.
    #[inline]
    pub fn act(&mut self, action: Action, uniform: f64) -> f64 {
        let change = match action {
            Action::Produce => self.output,
            Action::Sell => {
                let sale = if self.stock < 2.0 * uniform { self.stock } else { 2.0 * uniform };
                self.sold += sale;
                -sale
            }
            Action::Invest => {
                self.output = 0.9 * self.output + 0.2 * uniform;
                0.0
            }
        };
        self.stock += change;
        change
    }
}

const PHASE: Phase = Phase::FIRST;

#[derive(Debug, Clone, Copy)]
struct Event {
    action: Action,
    entity: u32,
}

impl EventCode for Event {
    #[inline]
    fn code(&self) -> u16 {
        self.action as u16
    }

    #[inline]
    fn entity(&self) -> u32 {
        self.entity
    }
}

/// The model; made and run by [`EngineMarket`].
struct Market {
    firms: Vec<Firm>,
    pending: Vec<Handle>,
    stream: Stream,
    stock: TimeWeighted,
    sales: Welford,
    rescheduled: u64,
}

impl Market {
    fn new(entities: u32) -> Self {
        let stream = Stream::new(StreamKey { seed: 3, replication: 0, process: 0, entity: 0 });
        Self {
            firms: vec![Firm::NEW; entities as usize],
            pending: Vec::with_capacity(entities as usize),
            stream,
            stock: TimeWeighted::new(SimTime::ZERO, 0.0),
            sales: Welford::new(),
            rescheduled: 0,
        }
    }

    fn start(&mut self, ctx: &mut Context<'_, Event>) -> Result<(), CalendarError> {
        for entity in 0..self.firms.len() as u32 {
            let event = Event { action: action(self.stream.next_u64()), entity };
            let handle = ctx.schedule_in(self.delay()?, PHASE, event)?;
            self.pending.push(handle);
        }
        Ok(())
    }

    #[inline]
    fn delay(&mut self) -> Result<SimDuration, CalendarError> {
        let wait = self.stream.exponential() * MICROS_PER_DAY as f64;
        Ok(SimDuration::from_micros_f64(wait)?)
    }
}

impl Model for Market {
    type Event = Event;
    type Error = CalendarError;

    #[inline]
    fn handle(&mut self, ctx: &mut Context<'_, Event>, event: Event) -> Result<(), CalendarError> {
        let Event { action: act, entity } = event;
        let bits = self.stream.next_u64();
        let uniform = (bits >> 32) as f64 / 4_294_967_296.0;
        let change = self.firms[entity as usize].act(act, uniform);
        if act != Action::Invest {
            self.stock.add(ctx.now(), change);
        }
        if act == Action::Sell {
            self.sales.push(-change);
        }
        let next = Event { action: action(bits & 0xffff), entity };
        self.pending[entity as usize] = ctx.schedule_in(self.delay()?, PHASE, next)?;
        if (bits >> 16) & 0xffff < 13_107 {
            let other = self.stream.uniform_below(self.pending.len() as u64) as usize;
            let at = ctx.now().checked_add(self.delay()?)?;
            self.pending[other] = ctx.reschedule(self.pending[other], at)?;
            self.rescheduled += 1;
        }
        Ok(())
    }
}

/// A market that can be run piece by piece.
pub struct EngineMarket {
    simulation: Simulation<Market>,
}

impl EngineMarket {
    /// `entities` at the start of time, each with one pending event.
    ///
    /// # Panics
    /// Never at fewer than 2^28 entities.
    #[must_use]
    pub fn new(entities: u32) -> Self {
        let mut simulation = Simulation::new(Market::new(entities));
        simulation.set_up(Market::start).expect("the first events fit on the calendar");
        Self { simulation }
    }

    /// Handle as many more live events, and return how many events were rescheduled so far.
    ///
    /// # Panics
    /// When the simulated time leaves the calendar's 142 years, which takes 50,000 events an entity.
    pub fn run(&mut self, events: u64) -> u64 {
        let limits = Limits { events, ..Limits::default() };
        match self.simulation.run_until(SimTime::MAX, &limits, &StopFlag::new()) {
            Err(RunError::EventBudget { .. }) => self.simulation.model().rescheduled,
            other => unreachable!("a market never falls silent: {other:?}"),
        }
    }

    /// What the market has come to.
    #[must_use]
    pub fn result(&self) -> MarketResult {
        let Market { stock, sales, rescheduled, .. } = self.simulation.model();
        let mean_stock = stock.mean(self.simulation.now()).unwrap_or(0.0);
        MarketResult { rescheduled: *rescheduled, mean_stock, mean_sale: sales.mean() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rival::market::RivalMarket;

    #[test]
    fn engine_and_rival_simulate_the_same_market() {
        // Both are the same stochastic process on different random numbers. Theory: reschedules are binomial with
        // p = 0.2; sales agree within 2 %, some six standard errors of their mean over 10^5 autocorrelated sales.
        let (mut engine, mut rival) = (EngineMarket::new(1_000), RivalMarket::new(1_000));
        engine.run(400_000);
        rival.run(400_000);
        let (engine, rival) = (engine.result(), rival.result());
        for result in [engine, rival] {
            assert!((result.rescheduled as f64 - 80_000.0).abs() < 6.0 * 253.0, "{result:?}");
        }
        assert!((engine.mean_sale / rival.mean_sale - 1.0).abs() < 0.02, "{engine:?} {rival:?}");
    }
}
