//! Time span of a run, and which economies are simulated in detail. Parameters only.

use crate::parameters;
use crate::schema::{Kind, Range};

parameters! {
    /// The time span of a run and its resolution.
    pub struct Horizon {
        /// First day of the simulation.
        start: f64 = 20_454.0, Kind::Date, Assumed, "2026-01-01";
        /// Length of the simulation.
        years: f64 = 10.0, Kind::Number { unit: "1", range: Range::above(0.0, 100.0) }, Assumed, "ten years cover two hardware lives";
        /// Length of a market tick Δt: clearing, churn and price updates happen once a tick.
        tick: f64 = 1.0, Kind::Number { unit: "day", range: Range::closed(0.25, 28.0) }, Assumed, "daily; a test compares 1, 7 and 28 days";
        /// Interval between samples of the series and withdrawal tests.
        sample: f64 = 91.3125, Kind::Number { unit: "day", range: Range::closed(1.0, 3660.0) }, Assumed, "quarterly, as power-system adequacy reports";
        /// Deliveries of one model to one operator's site within this time form one cohort.
        cohort_window: f64 = 182.625, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "vintages of half a year";
        /// Largest number of events in one replication; more is an error, not a hang.
        event_budget: i64 = 200_000_000, Kind::Integer { min: 1000, max: 100_000_000_000 }, Assumed, "guard against runaway scenarios";
    }
}

parameters! {
    /// Which economies are simulated one by one; all others are aggregated into blocs.
    pub struct Focus {
        /// ISO 3166 codes of the economies in detail.
        nations: Vec<String> = Vec::new(), Kind::Economies, Assumed, "chosen by the question";
    }
}

parameters! {
    /// A group of economies that is simulated as one zone. An economy goes to the first bloc that names it, then to the first whose region and income group match.
    pub struct BlocParameters {
        /// ISO 3166 codes that belong here whatever their region.
        members: Vec<String> = Vec::new(), Kind::Economies, Assumed, "named";
        /// World Bank regions taken in; empty takes all.
        regions: Vec<String> = Vec::new(), Kind::Words, Assumed, "World Bank regions";
        /// World Bank income groups taken in; empty takes all.
        income_groups: Vec<String> = Vec::new(), Kind::Words, Assumed, "World Bank income groups";
        /// Order in which blocs are asked; smaller first.
        precedence: i64 = 100, Kind::Integer { min: 0, max: 1_000_000 }, Assumed, "catch-all blocs last";
    }
}
