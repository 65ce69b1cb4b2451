//! How a network of many owners is governed: votes by stake, and what those do who hold enough of them.
//!
//! [`voting`] counts votes; [`capture`] is the conduct of an owner that commands the treasury and the list of admitted operators. What share of
//! votes commands them, and when votes are held, is the handlers' to say.

pub mod capture;
pub mod voting;
