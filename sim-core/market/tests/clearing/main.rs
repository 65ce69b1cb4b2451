//! Claims about the clearing of the market, checked against a slow reference written apart.

mod case;
mod claims;
mod fuzz;
mod reference;
