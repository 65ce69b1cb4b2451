//! What drives an outcome: sensitivities to what varied over the points of a design, with bootstrap intervals.

mod bootstrap;
pub mod morris;
pub mod sobol;

pub use bootstrap::{Bootstrap, IntervalEstimate, SensitivityError};
