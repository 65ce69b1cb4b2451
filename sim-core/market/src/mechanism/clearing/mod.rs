//! Clearing of the compute market, once per tick: who is served where, at which wait.
//!
//! Decides, and changes no state: a pure function of a [`Structure`] (zones, segments, queue groups,
//! feasible pairs) and the [`Inputs`] of the tick. No input or output, no randomness; nothing is
//! allocated after construction, and bits are the same on every machine and in every build.
//!
//! One unknown per queue group, its utilisation `ρ_q`, solves the balance of demand against
//! service net of impatience; the equations stand in [`evaluate`](self) (demand, balance), [`wait`]
//! (queueing) and [`surplus`] (welfare), with the symbols of `docs/model.md`. Priority tiers follow
//! in sequence on the capacity that remains, servers shrinking with it.
//!
//! What this module does not do: contracts, price rules and exchange rates (they enter as base
//! prices and capacities), or the ledger.

mod buffer;
mod evaluate;
mod groups;
mod inputs;
mod jacobian;
mod kernel;
mod layout;
mod outcome;
mod problem;
mod series;
mod solve;
pub mod surplus;
mod sweep;
pub mod wait;

pub use inputs::{Inputs, PriceSources};
pub use layout::Structure;
pub use outcome::{GroupState, Outcome, PairFlow, SegmentFlow};
pub use problem::{DemandCurve, InvalidParameter, Pair, Problem, Segment, WorkClass};
pub use solve::{Method, Report, Solver, TOLERANCE};
