//! How a pool's price is set: one seam, several rules.
//!
//! `posted`: unit cost times one plus a mark-up, with stickiness, every month. `administered`: set by the state, at a figure or at cost plus a mark-up
//! once in a number of months, and deaf in between: scarcity shows in waits. `cournot` ([`cournot`]): cost plus the mark-up of a seller that sees its
//! share, every month. `utilisation_controller` and `eip1559` ([`controller`]) and `uniform_auction` ([`auction`]) move every tick.

pub mod auction;
pub mod controller;
pub mod cournot;

use auction::Auction;
use controller::UtilisationController;

/// A rule that moves a price every tick.
#[derive(Debug, Clone, PartialEq)]
pub enum TickRule {
    /// By utilisation.
    Controller(UtilisationController),
    /// By merit order.
    Auction(Auction),
}

/// A sticky price: closes `adjustment` of the gap to its target.
#[must_use]
pub fn toward(price: f64, target: f64, adjustment: f64) -> f64 {
    price + adjustment * (target - price)
}

/// What an H100e-hour costs a pool that buys the best hardware on sale today:
/// `[price·system·(r + 1/life + opex)/8766 + power·PUE·power price] / u*`, in USD per H100e-hour (user cost of capital, Jorgenson 1963).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCost {
    /// Price of the accelerators with their system, per H100e.
    pub capital: f64,
    /// Rate of return r a year.
    pub return_rate: f64,
    /// Depreciation 1/life a year.
    pub depreciation: f64,
    /// Operating cost over capital a year.
    pub opex: f64,
    /// Power of the accelerators, kW per H100e.
    pub power: f64,
    /// Power usage effectiveness.
    pub pue: f64,
    /// Price of power, USD per kWh.
    pub power_price: f64,
    /// Target utilisation u*.
    pub utilisation: f64,
}

impl UnitCost {
    /// Hours in a year of 365.25 days.
    pub const YEAR_HOURS: f64 = 8766.0;

    /// USD per H100e-hour served.
    #[must_use]
    pub fn per_hour(&self) -> f64 {
        let capital =
            self.capital * (self.return_rate + self.depreciation + self.opex) / Self::YEAR_HOURS;
        (capital + self.power * self.pue * self.power_price) / self.utilisation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_cost_of_an_h100_is_of_the_order_of_its_rental_price() {
        let cost = UnitCost {
            capital: 30_000.0 * 1.35,
            return_rate: 0.08,
            depreciation: 1.0 / 6.0,
            opex: 0.05,
            power: 0.7,
            pue: 1.3,
            power_price: 0.1,
            utilisation: 0.75,
        };
        let by_hand = (40_500.0 * (0.08 + 1.0 / 6.0 + 0.05) / 8766.0 + 0.7 * 1.3 * 0.1) / 0.75;
        assert!((cost.per_hour() - by_hand).abs() < 1e-12);
    }
}
