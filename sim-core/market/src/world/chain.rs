//! State of the production chain: which jurisdictions' parts are interrupted, and what each vendor's stages deliver.

use autarky_engine::rng::Stream;

use super::World;
use crate::blueprint::Blueprint;
use crate::entity::controller::Regime;
use crate::id::{ControllerId, StageId, VendorId};
use crate::mechanism::chain::{Link, leontief};

/// The chain.
#[derive(Debug, Clone)]
pub struct ChainState {
    /// By source: whether it is interrupted.
    pub down: Vec<bool>,
    /// By source: times between disruptions, and their lengths.
    pub streams: Vec<Stream>,
    /// By vendor: its stages, in the order of its chain.
    pub links: Vec<Vec<Link>>,
}

impl ChainState {
    /// Whole, with full stocks.
    #[must_use]
    pub fn new(plan: &Blueprint, stream: impl Fn(u64) -> Stream) -> Self {
        let chain = &plan.chain;
        let link = |s: &StageId| Link::new(&chain.stages[s.at()].parameters);
        Self {
            down: vec![false; chain.sources.len()],
            streams: chain.sources.iter().map(|source| stream(source.key)).collect(),
            links: chain.vendors.iter().map(|stages| stages.iter().map(link).collect()).collect(),
        }
    }
}

impl World {
    /// Brings every vendor's stages up to the day and to what is interrupted now. To be called after anything of it has changed.
    pub fn refresh_chain(&mut self, plan: &Blueprint, day: f64) {
        for (v, stages) in plan.chain.vendors.iter().enumerate() {
            for (at, &stage) in stages.iter().enumerate() {
                let sources = plan.chain.stages[stage.at()].sources.clone();
                let down = |&source: &usize| self.is_lost(plan, VendorId::new(v), source);
                let lost = sources.filter(down).map(|s| plan.chain.sources[s].share).sum();
                self.chain.links[v][at].change(
                    &plan.chain.stages[stage.at()].parameters,
                    day,
                    lost,
                );
            }
        }
    }

    /// Whether a vendor receives nothing from a source today: it is interrupted or has withdrawn, or a controller of its jurisdiction withholds it from the vendor's home.
    fn is_lost(&self, plan: &Blueprint, vendor: VendorId, source: usize) -> bool {
        let jurisdiction = plan.chain.sources[source].jurisdiction;
        let home = plan.vendors[vendor.at()].home;
        let withheld =
            |c: &ControllerId| self.regime(plan, c.at(), home).chain.regime == Regime::Ban;
        self.chain.down[source]
            || self.stage_is_withdrawn(plan, jurisdiction)
            || plan.chain.governors[jurisdiction.at()].iter().any(withheld)
    }

    /// The part of full output that a vendor's chain let it make since its last allocation: the least of the means over its stages, because what one
    /// stage makes early waits for the others.
    pub fn take_chain_factor(&mut self, plan: &Blueprint, vendor: VendorId, day: f64) -> f64 {
        let stages = &plan.chain.vendors[vendor.at()];
        let mut available = vec![1.0; plan.chain.stages.len()];
        for (link, stage) in self.chain.links[vendor.at()].iter_mut().zip(stages) {
            let terms = &plan.chain.stages[stage.at()].parameters;
            link.advance(terms, day);
            available[stage.at()] = link.take_mean(terms);
        }
        leontief(stages, &available)
    }

    /// The part of full output that a vendor's chain lets it make as things stand, from production and stocks.
    #[must_use]
    pub fn chain_factor(&self, plan: &Blueprint, vendor: VendorId) -> f64 {
        let stages = &plan.chain.vendors[vendor.at()];
        let mut available = vec![1.0; plan.chain.stages.len()];
        for (link, stage) in self.chain.links[vendor.at()].iter().zip(stages) {
            available[stage.at()] = link.delivers(&plan.chain.stages[stage.at()].parameters);
        }
        leontief(stages, &available)
    }
}
