//! Tensions between blocs: a level that rises and falls by chance, and on which events may hang.

use crate::parameters;
use crate::schema::{Kind, Range};

parameters! {
    /// A tension between blocs: a Markov chain over the levels 0 to `levels`. Events name it as their trigger.
    pub struct TensionParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Highest level.
        levels: i64 = 3, Kind::Integer { min: 1, max: 100 }, Assumed, "open trade, controls, bans, rupture";
        /// Level at the start.
        initial: i64 = 0, Kind::Integer { min: 0, max: 100 }, Assumed, "scenario";
        /// Rate at which level 0 becomes level 1.
        escalation: f64 = 0.5, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "some one move a year in all: US rules on China tightened in 2022-10, 2023-10, 2025-01 and 2025-04";
        /// Factor on the rate of escalation for each level already reached.
        escalation_step: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "no momentum";
        /// Rate at which level 1 becomes level 0.
        relaxation: f64 = 0.5, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "some one move a year in all: they eased in 2025-05, 2025-07, 2025-12 and 2026-01";
        /// Factor on the rate of relaxation for each level above the first.
        relaxation_step: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "no momentum";
    }
}
