//! Sellers of accelerators: output, order backlog and the rule that allocates one to the other.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// How output is allocated over the backlog; see `mechanism/allocation.rs`.
    pub enum AllocationRule {
        /// The largest buyers are served first.
        LargestFirst = "largest_first",
        /// Every open order receives the same share of what it asks.
        Proportional = "proportional",
        /// Every buyer receives the same amount, up to what it asks.
        Uniform = "uniform",
        /// Buyers receive amounts in proportion to their past purchases, up to what they ask.
        TurnAndEarn = "turn_and_earn",
    }
}

parameters! {
    /// A seller of accelerators.
    pub struct VendorParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Zone of its headquarters, whose controller governs its exports.
        home: String = String::new(), Kind::Reference("nation"), Measured, "calibration/accelerators.csv";
        /// Compute of the accelerators that it can ship a year at the start.
        output: f64 = 1.0e6, Kind::Number { unit: "H100e/year", range: Range::closed(0.0, 1e15) }, Calibrated, "set so that orders of the first year wait about a quarter";
        /// Growth of its output, continuously compounded: more wafers and better chips.
        output_growth: f64 = 0.4, Kind::Number { unit: "1/year", range: Range::closed(-2.0, 3.0) }, Assumed, "compute per chip grows by 0.42 a year (calibration/hardware_trends.csv), wafers little";
        /// Volatility of its output from one allocation to the next, log sd.
        output_volatility: f64 = 0.1, Kind::Number { unit: "1", range: Range::closed(0.0, 2.0) }, Assumed, "yield and packaging bottlenecks";
        /// Stages of production that its output needs, all of them (Leontief); empty: no stage limits it.
        chain: Vec<String> = Vec::new(), Kind::References("stage"), Assumed, "scenario";
        /// How its output is allocated over the backlog.
        allocation: AllocationRule = AllocationRule::LargestFirst, Kind::Choice(AllocationRule::WORDS), Assumed, "lead times of small buyers in 2023";
        /// Memory of past purchases under `turn_and_earn`: a purchase counts e^(−age/memory).
        sales_memory: f64 = 365.25, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "allocations are set on the last year's purchases";
        /// Smallest lot that it accepts: what a pool orders waits until it makes up a lot. Zero: any order is accepted.
        minimum_lot: f64 = 0.0, Kind::Number { unit: "H100e", range: Range::closed(0.0, 1e12) }, Assumed, "off; makers of rack-scale systems sell by the rack or pod";
        /// Stock of unsold output that it keeps at most, in days of output; output beyond it is not made.
        stock_limit: f64 = 60.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "inventory of a quarter or less";
        /// Interval between allocations.
        allocation_interval: f64 = 7.0, Kind::Number { unit: "day", range: Range::closed(1.0, 365.0) }, Assumed, "weekly";
        /// Transport and installation after allocation.
        delivery_time: f64 = 30.0, Kind::Number { unit: "day", range: Range::closed(0.0, 1000.0) }, Assumed, "shipping and commissioning";
        /// Rate at which effective compute of its nodes erodes where its remote services and firmware are cut, ε.
        service_erosion: f64 = 0.1, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "no measurement; driver branches for data centres are maintained for one to three years, then frameworks and security fixes pass them by";
        /// Rate at which its nodes catch up when services come back, ρ.
        service_recovery: f64 = 12.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "monthly maintenance windows";
        /// Share of world purchases when buyers may choose (taste and software).
        market_share: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "Epoch AI clusters by vendor";
        /// Hazard of its withdrawal from one state by its own choice or failure.
        hazard: f64 = 0.005, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "half of a controller's: no leading vendor left a state in 2022 to 2026 without its government";
    }
}
