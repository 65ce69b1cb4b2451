//! Jurisdictions that control exports, the forms of their regimes and what these apply to. The events that impose them are in `event.rs`.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// What a controller lets through to a destination.
    pub enum Regime {
        /// Free.
        Open = "open",
        /// With a licence: delay, approval probability, fixed cost.
        Licence = "licence",
        /// Up to a cap of compute a year; small orders exempt.
        Cap = "cap",
        /// Nothing.
        Ban = "ban",
    }
}

vocabulary! {
    /// What a regime applies to.
    pub enum Scope {
        /// New accelerators above the threshold.
        Hardware = "hardware",
        /// Spare parts for accelerators already delivered.
        Spares = "spares",
        /// Access to the clouds of the controlling jurisdiction.
        Cloud = "cloud",
        /// Remote services and firmware of its vendors.
        Services = "services",
        /// Stages of production in its jurisdiction, withheld from vendors at home in the destinations.
        Chain = "chain",
    }
}

parameters! {
    /// A jurisdiction that controls the exports of its vendors and clouds.
    pub struct ControllerParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Zone whose vendors and clouds it controls.
        jurisdiction: String = String::new(), Kind::Reference("nation"), Assumed, "law";
        /// Economies whose stages of production it can withhold beside those of its own zone.
        economies: Vec<String> = Vec::new(), Kind::Economies, Assumed, "law and treaties; the zones of a scenario need not be those of the chain";
        /// Total processing performance from which hardware is controlled.
        tpp_threshold: f64 = 4800.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1e9) }, Measured, "BIS, 88 FR 73458 (2023)";
        /// Hazard of its withdrawal from one state, chips, parts and clouds together, that lasts beyond the horizon of the test.
        hazard: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "between 0.003 (two of some 195 states cut off in full in 2022 to 2025: Russia and Belarus) and 0.27 (one rule in 3.7 years that capped some 120 states, 2025-01)";
    }
}
