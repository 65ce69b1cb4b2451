//! The model of `docs/model.md`: nations, vendors, providers, demand, and what remains when a foreign party
//! withdraws. No input, no output.
//!
//! [`scenario::Scenario`] is compiled into a [`blueprint::Blueprint`]; [`simulate`] runs one replication of it, with
//! [`rule::Rules`] for nations whose policy is a function, and returns a [`record::Record`].
#![forbid(unsafe_code)]

pub mod blueprint;
pub mod entity;
pub mod event;
pub mod handler;
pub mod id;
pub mod ledger;
pub mod mechanism;
pub mod metric;
pub mod process;
pub mod record;
mod rollout;
pub mod rule;
pub mod scenario;
pub mod schema;
mod simulate;
pub mod validation;
pub mod world;

pub use simulate::{SimulationError, layout, simulate, simulate_traced};

/// Raised, with a reason in `CHANGELOG.md`, whenever the same scenario and seed give other bits.
pub const MODEL_VERSION: u32 = 1;
