//! What operators of a network decide: what they expect, whether they enter, how they grow, when they leave.

pub mod entry;
pub mod exit;
pub mod expansion;
pub mod expectation;
