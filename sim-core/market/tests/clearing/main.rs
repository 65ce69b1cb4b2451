//! Claims about the clearing of the market, checked against a slow reference written apart.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod case;
mod claims;
mod fuzz;
mod reference;
