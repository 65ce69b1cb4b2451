//! What a finished study says: sensitivities of an outcome to what varied.

pub mod morris;
mod resample;
pub mod sobol;

pub use resample::{AnalysisError, Estimate, Resampling};
