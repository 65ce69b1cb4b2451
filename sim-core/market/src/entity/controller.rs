//! Jurisdictions that control exports, and the dated regimes they impose.

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

vocabulary! {
    /// What a dated event does.
    pub enum EventKind {
        /// A controller changes its regime towards destinations.
        ExportRegime = "export_regime",
    }
}

parameters! {
    /// A dated event.
    pub struct EventParameters {
        /// What happens.
        kind: EventKind = EventKind::ExportRegime, Kind::Choice(EventKind::WORDS), Assumed, "scenario";
        /// When: a date or a span from the start.
        at: f64 = 0.0, Kind::Instant, Assumed, "scenario";
        /// When it is lifted again; never if unset.
        until: Option<f64> = None, Kind::Instant, Assumed, "scenario";
        /// The controller that acts.
        controller: String = String::new(), Kind::Reference("controller"), Assumed, "scenario";
        /// Destinations.
        to["to.nations"]: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "scenario";
        /// New regime.
        regime: Regime = Regime::Ban, Kind::Choice(Regime::WORDS), Assumed, "scenario";
        /// What it applies to.
        scope: Vec<Scope> = vec![Scope::Hardware, Scope::Spares], Kind::Choices(Scope::WORDS), Assumed, "scenario";
        /// Delay of a licence.
        licence_delay: f64 = 90.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "BIS average processing of some 30 to 90 days";
        /// Probability that a licence is granted.
        licence_approval: f64 = 0.8, Kind::Number { unit: "1", range: Range::share() }, Assumed, "BIS annual reports: most applications are approved";
        /// Fixed cost of a licence application.
        licence_cost: f64 = 50_000.0, Kind::Number { unit: "USD", range: Range::closed(0.0, 1e9) }, Assumed, "legal fees";
        /// Compute that a destination may receive a year under a cap.
        cap: f64 = 25_000.0, Kind::Number { unit: "H100e/year", range: Range::closed(0.0, 1e12) }, Calibrated, "diffusion rule of 2025-01: about 50,000 over two years";
        /// Orders up to this compute are exempt from the cap.
        small_order: f64 = 1700.0, Kind::Number { unit: "H100e", range: Range::closed(0.0, 1e9) }, Measured, "diffusion rule of 2025-01: 26.9M TPP";
    }
}
