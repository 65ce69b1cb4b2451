//! State of the links abroad: which causes of outages are at work.

use autarky_engine::rng::{Stream, child_key};

use super::World;
use crate::blueprint::Blueprint;
use crate::id::{NationId, PoolId};
use crate::process::Process;

/// Links of one nation.
#[derive(Debug, Clone)]
struct Links {
    /// Whether each link is up by itself; the last stands for the cause that takes them all.
    up: Vec<bool>,
    /// Streams of outages, in the same order.
    streams: Vec<Stream>,
}

/// Links of every nation.
#[derive(Debug, Clone)]
pub struct ConnectivityState {
    nations: Vec<Links>,
}

impl ConnectivityState {
    /// Everything up. `stream` gives the stream of a process and an entity.
    #[must_use]
    pub fn new(plan: &Blueprint, stream: impl Fn(Process, u64) -> Stream) -> Self {
        let links = |nation: &crate::blueprint::Nation| {
            // Nations without outages keep no streams: there may be hundreds.
            let causes = if nation.parameters.link_outage_rate > 0.0 {
                nation.parameters.links as u64 + 1
            } else {
                0
            };
            // The common cause has the first key, so that more links add streams and change none.
            let key = |cause| child_key(nation.key, (cause + 1) % causes);
            Links {
                up: vec![true; causes as usize],
                streams: (0..causes).map(|c| stream(Process::LinkOutage, key(c))).collect(),
            }
        };
        Self { nations: plan.nations.iter().map(links).collect() }
    }

    /// The next unit exponential of a cause.
    pub fn draw(&mut self, nation: NationId, cause: u32) -> f64 {
        self.nations[nation.at()].streams[cause as usize].exponential()
    }

    /// Whether a cause of outages is not at work.
    #[must_use]
    pub fn is_up(&self, nation: NationId, cause: u32) -> bool {
        self.nations[nation.at()].up[cause as usize]
    }

    /// Gives every cause a stream of its own for the label.
    pub fn fork(&mut self, label: u64) {
        for stream in self.nations.iter_mut().flat_map(|links| &mut links.streams) {
            *stream = stream.fork(label);
        }
    }

    /// A cause of outages ends (`up`) or begins.
    pub fn set(&mut self, nation: NationId, cause: u32, up: bool) {
        self.nations[nation.at()].up[cause as usize] = up;
    }

    /// Whether a link of the nation works.
    #[must_use]
    pub fn is_connected(&self, nation: NationId) -> bool {
        let Some((common, own)) = self.nations[nation.at()].up.split_last() else { return true };
        *common && own.iter().any(|up| *up)
    }
}

impl World {
    /// Whether work of a nation can reach a pool: at home always, abroad while both ends have a link.
    #[must_use]
    pub fn is_reachable(&self, plan: &Blueprint, pool: PoolId, buyer: NationId) -> bool {
        let zone = plan.pools[pool.at()].zone;
        zone == buyer
            || (self.connectivity.is_connected(buyer) && self.connectivity.is_connected(zone))
    }
}
