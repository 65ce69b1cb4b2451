//! Tokens of networks that pay their operators in a currency of their own.
//!
//! Issue by date ([`emission`]), the price that burning, sales and time make of it ([`price`]), and who gets what is issued ([`reward`]).
//! Amounts that are owned are whole micro-tokens (1e-6 of a token); rates, prices and weights are plain numbers. Nothing here holds a balance.

pub mod emission;
pub mod price;
pub mod reward;
