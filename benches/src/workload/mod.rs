//! The workloads, written as any model of the engine would be.

pub mod clocks;
pub mod hold;
pub mod market;
pub mod mm1;
pub mod scaling;
