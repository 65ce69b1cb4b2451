//! Who shares a queue: pools in one zone whose providers name the same dispatcher.
//!
//! Nodes stay with their pool, which sets its price and buys its hardware; work that any of the pools sold goes to the nodes of all of them.

use super::{Blueprint, LEVELS};
use crate::id::{DispatcherId, NationId, PoolId, QueueId};

impl Blueprint {
    /// The dispatcher of a new pool, by the name its provider gives and its zone. One without a name is the pool's own.
    pub(super) fn join_dispatcher(
        &mut self,
        pool: PoolId,
        (name, zone): (&str, NationId),
    ) -> DispatcherId {
        let same = |other: &&super::Pool| {
            // The provider of earlier pools may be the one that is being added: it names the same dispatcher in other zones only.
            let of = self.providers.get(other.provider.at());
            other.zone == zone && of.is_some_and(|of| of.parameters.dispatcher == name)
        };
        let shared = self.pools.iter().find(same).filter(|_| !name.is_empty());
        if let Some(dispatcher) = shared.map(|other| other.dispatcher) {
            self.dispatchers[dispatcher.at()].push(pool);
            return dispatcher;
        }
        self.dispatchers.push(vec![pool]);
        DispatcherId::new(self.dispatchers.len() - 1)
    }

    /// Queues in all.
    #[must_use]
    pub fn queues(&self) -> usize {
        (self.dispatchers.len() + self.sharing.desks.len()) * LEVELS
    }

    /// The pool of a queue that no other pool shares.
    #[must_use]
    pub fn sole_pool(&self, queue: QueueId) -> Option<PoolId> {
        match self.dispatchers.get(queue.at() / LEVELS).map(Vec::as_slice) {
            Some(&[pool]) => Some(pool),
            _ => None,
        }
    }
}
