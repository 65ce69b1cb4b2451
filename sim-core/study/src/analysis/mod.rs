//! What a finished study says: sensitivities of an outcome to what varied.

pub mod morris;
pub mod resample;
pub mod sobol;
