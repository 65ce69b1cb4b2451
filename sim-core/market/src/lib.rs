//! The model of `docs/model.md`: nations, vendors, providers, demand, and what remains when a foreign party
//! withdraws. No input, no output.
#![forbid(unsafe_code)]

pub mod entity;
pub mod mechanism;
pub mod record;
pub mod scenario;
pub mod schema;

/// Raised, with a reason in `CHANGELOG.md`, whenever the same scenario and seed give other bits.
pub const MODEL_VERSION: u32 = 1;
