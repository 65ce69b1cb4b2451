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
        /// Total processing performance from which hardware is controlled.
        tpp_threshold: f64 = 4800.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1e9) }, Measured, "BIS, 88 FR 73458 (2023)";
    }
}
