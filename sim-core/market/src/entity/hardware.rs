//! Accelerator generations.

use crate::parameters;
use crate::schema::{Kind, Range};

parameters! {
    /// One accelerator generation.
    pub struct HardwareParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Measured, "calibration/accelerators.csv";
        /// Who sells it.
        vendor: String = String::new(), Kind::Reference("vendor"), Measured, "calibration/accelerators.csv";
        /// First day on which it can be ordered; a random delay may be added.
        release: f64 = 20_000.0, Kind::Date, Measured, "calibration/accelerators.csv";
        /// Mean delay of the release behind its date (exponential); zero for what is on sale at the start.
        release_delay: f64 = 0.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "announced generations slip by a quarter or two";
        /// Compute of one accelerator, dense FP16 relative to 989.4 TFLOP/s.
        compute: f64 = 1.0, Kind::Number { unit: "H100e", range: Range::above(0.0, 1e6) }, Measured, "calibration/accelerators.csv";
        /// Memory of one accelerator.
        memory: f64 = 80.0, Kind::Number { unit: "GB", range: Range::above(0.0, 1e6) }, Measured, "calibration/accelerators.csv";
        /// Bandwidth between accelerators of one node.
        interconnect: f64 = 900.0, Kind::Number { unit: "GB/s", range: Range::closed(0.0, 1e6) }, Measured, "calibration/accelerators.csv";
        /// Electric power of one accelerator.
        power: f64 = 0.7, Kind::Number { unit: "kW", range: Range::above(0.0, 1000.0) }, Measured, "calibration/accelerators.csv";
        /// Price of one accelerator at release.
        price: f64 = 30_000.0, Kind::Number { unit: "USD", range: Range::above(0.0, 1e8) }, Measured, "calibration/accelerators.csv";
        /// Yearly decline of its price after release, continuously compounded.
        price_decline: f64 = 0.15, Kind::Number { unit: "1/year", range: Range::closed(-1.0, 5.0) }, Assumed, "list prices fall within a generation";
        /// Total processing performance, TOPS times bit length.
        tpp: f64 = 15_832.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1e9) }, Measured, "calibration/accelerators.csv";
        /// Failures of a node per accelerator and day in mid-life, λ.
        failure_rate: f64 = 0.000_473_59, Kind::Number { unit: "1/day", range: Range::closed(0.0, 10.0) }, Measured, "Meta 2024: 419 stops in 54 days on 16,384 accelerators";
        /// Share of failures that need a spare part.
        part_share: f64 = 0.25, Kind::Number { unit: "1", range: Range::share() }, Assumed, "most stops end with a restart or reseating";
        /// Hazard multiple when new; it falls to one within a year (bathtub).
        infant_hazard: f64 = 2.0, Kind::Number { unit: "1", range: Range::closed(1.0, 100.0) }, Assumed, "burn-in";
        /// Hazard multiple at the end of life; it rises over the last year (bathtub).
        wear_out_hazard: f64 = 3.0, Kind::Number { unit: "1", range: Range::closed(1.0, 100.0) }, Assumed, "wear-out";
        /// Economic life, after which a node is retired.
        life: f64 = 6.0, Kind::Number { unit: "year", range: Range::above(0.05, 50.0) }, Assumed, "depreciation of servers at hyperscalers: five to six years";
        /// Accelerators in one node.
        node_size: i64 = 8, Kind::Integer { min: 1, max: 1_000_000 }, Measured, "HGX boards carry eight";
        /// Price of a node in multiples of its accelerators' price (host, network, rack).
        system_factor: f64 = 1.35, Kind::Number { unit: "1", range: Range::closed(1.0, 10.0) }, Assumed, "host, network and rack add about a third";
    }
}
