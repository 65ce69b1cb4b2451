//! Claims about the clearing of the market, checked against a slow reference written apart.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod case;
mod claims;
mod fuzz;
mod reference;
