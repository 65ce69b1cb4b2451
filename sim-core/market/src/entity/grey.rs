//! The grey channel: how what export control refuses is bought all the same.

use crate::parameters;
use crate::schema::{Kind, Range};

parameters! {
    /// The grey channel for hardware that export control refuses. Providers use it whose `grey` is true.
    pub struct GreyParameters {
        /// Compute that it brings to each destination in a calendar year at most; zero closes it.
        volume: f64 = 0.0, Kind::Number { unit: "H100e/year", range: Range::closed(0.0, 1e12) }, Assumed, "closed; for China in 2024 estimates span 10,000 to several 100,000 chips, median 140,000 (Grunewald and Fist, CNAS 2025)";
        /// Mark-up over the price of the vendor.
        premium: f64 = 0.5, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "press reports of 2025: servers with eight B200 in China at about half above the price elsewhere";
        /// Time from purchase to arrival.
        delay: f64 = 60.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "shipping by way of a third country, about twice the delivery time of a vendor";
        /// Probability that a shipment is seized; it was paid in advance.
        seizure: f64 = 0.1, Kind::Number { unit: "1", range: Range::share() }, Assumed, "no rate is known; cases in court are few against the estimated volumes";
    }
}
