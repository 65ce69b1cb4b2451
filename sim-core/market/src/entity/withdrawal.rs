//! How the withdrawal test is checked by nested rollouts. Parameters only.

use crate::parameters;
use crate::schema::Kind;

parameters! {
    /// The nested rollout of the withdrawal test: copies of the running replication in which the worst foreign party withdraws.
    pub struct WithdrawalParameters {
        /// Copies at each date, each with random draws of its own; zero turns rollouts off.
        replications["rollout.replications"]: i64 = 0, Kind::Integer { min: 0, max: 10_000 }, Assumed, "a check, run when asked for: each copy costs a year of simulation";
        /// Sample dates from one rollout to the next.
        every["rollout.every"]: i64 = 4, Kind::Integer { min: 1, max: 10_000 }, Assumed, "yearly at quarterly samples";
        /// Whether each copy is also run with demand, prices, regimes and orders free to move.
        free["rollout.free"]: bool = true, Kind::Flag, Assumed, "their difference is what reactions are worth";
    }
}
