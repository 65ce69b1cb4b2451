//! Stages of the production chain of accelerators: who holds which part of each, and what interrupts it.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// What a stage contributes.
    pub enum StageKind {
        /// Software and blocks for the design of chips.
        DesignTools = "design_tools",
        /// Wafers.
        Foundry = "foundry",
        /// Memory that goes into the package.
        Memory = "memory",
        /// Packaging, test and assembly.
        Assembly = "assembly",
        /// Materials and production equipment.
        Materials = "materials",
    }
}

parameters! {
    /// A stage of the production chain of accelerators. Vendors name the stages they need in `vendor.*.chain`.
    pub struct StageParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// What it contributes: a label, on which no rule depends.
        kind: StageKind = StageKind::Foundry, Kind::Choice(StageKind::WORDS), Assumed, "scenario";
        /// Share of its output made in each jurisdiction.
        shares: Vec<(String, f64)> = Vec::new(), Kind::EconomyShares, Assumed, "scenario";
        /// What is left of the stage can make this multiple of what it makes today: spare capacity.
        slack: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(1.0, 100.0) }, Assumed, "leading-edge capacity is sold out: none to spare";
        /// Stock of its output that each vendor holds, in days of full output.
        buffer: f64 = 30.0, Kind::Number { unit: "day", range: Range::closed(0.0, 36_525.0) }, Assumed, "a month of inventory; work in progress of a fab is longer, safety stocks shorter";
        /// Time in which the jurisdictions that remain build what the whole stage makes; never if unset.
        ramp: Option<f64> = None, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "a leading-edge fab takes three to five years to build and ramp; unset: nobody replaces it";
        /// Hazard that one of its jurisdictions leaves the chain for a year or more; of several stages in one jurisdiction the largest counts.
        hazard: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "as a controller's: no jurisdiction has left the chain of accelerators for a year yet, and many are feared to";
        /// Disruptions a year in each of its jurisdictions: earthquake, fire, blockade.
        disruption_rate["disruption.rate"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "off until a scenario states it";
        /// Mean length of a disruption.
        disruption_time["disruption.time"]: f64 = 30.0, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "weeks after an earthquake or fire, longer under a blockade";
    }
}
