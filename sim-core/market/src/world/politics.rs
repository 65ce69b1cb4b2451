//! State of what happens between states: levels of tension, events in force, answers under way.

use autarky_engine::calendar::{ClockId, Handle};
use autarky_engine::time::SimTime;

use super::World;
use crate::blueprint::{Blueprint, Effect};
use crate::id::{NationId, ProviderId};

/// Tensions and events of the scenario.
#[derive(Debug, Clone)]
pub struct PoliticsState {
    /// Level of each tension.
    pub levels: Vec<u32>,
    /// Clocks by which each tension rises and falls.
    pub clocks: Vec<(ClockId, ClockId)>,
    /// Whether each event is in force.
    pub active: Vec<bool>,
    /// When each event last took effect: of those in force the later goes over the earlier.
    pub since: Vec<SimTime>,
    /// How often each event took effect.
    pub times: Vec<u64>,
    /// Answers under way, by event.
    pub pending: Vec<Option<Handle>>,
}

impl PoliticsState {
    /// Before the first event.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        let events = plan.events.len();
        Self {
            levels: plan.tensions.iter().map(|t| t.parameters.initial as u32).collect(),
            clocks: Vec::new(),
            active: vec![false; events],
            since: vec![SimTime::ZERO; events],
            times: vec![0; events],
            pending: vec![None; events],
        }
    }
}

impl World {
    /// Whether an event in force closes a provider's services to a nation.
    #[must_use]
    pub fn is_suspended(&self, plan: &Blueprint, provider: ProviderId, nation: NationId) -> bool {
        plan.events.iter().zip(&self.politics.active).any(|(event, &active)| {
            let closes = matches!(&event.effect, Effect::Suspension { providers } if providers.contains(&provider));
            active && closes && event.destinations.contains(&nation)
        })
    }
}
