//! Security incidents by vector: how often they come, what they hit, and which controls lower what.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// What one incident of a vector takes at once: its common-cause group.
    pub enum Group {
        /// The nodes of a pool.
        Pool = "pool",
        /// The nodes of one operator of a pool.
        Operator = "operator",
        /// The nodes of one site of a pool.
        Site = "site",
        /// All nodes of a vendor, wherever they are.
        Vendor = "vendor",
    }
}

parameters! {
    /// Security incidents in general.
    pub struct SecurityParameters {
        /// Factor on the rates of all vectors; zero: no incidents.
        rates: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "switch, and axis of sensitivity tables";
    }
}

parameters! {
    /// A vector of security incidents: breach, insider, contractor leak, supply chain, physical, poisoning, model extraction, interception of inference.
    pub struct VectorParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Incidents a year in a pool of one operator without controls; under `group = "vendor"` for each vendor in the world. Zero: never.
        rate: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "off; one in four of the largest firms has a loss event a year, of small firms less than 2 % (Cyentia 2020)";
        /// Exponent γ by which the rate grows with the number of operators: zero, one attack surface a pool; one, one an operator.
        surface: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 2.0) }, Assumed, "one control plane";
        /// What one incident takes at once.
        group: Group = Group::Pool, Kind::Choice(Group::WORDS), Assumed, "scenario";
        /// Share of the group's nodes that it hits.
        share: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Mean time for which it goes undetected.
        dwell: f64 = 0.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "found at once; breaches take 241 days to identify and contain (IBM 2025)";
        /// Mean time for which the nodes hit are down once it is found.
        downtime: f64 = 0.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "none; ransomware took 16 days to recover from (Coveware 2020)";
        /// Share of the regulated and critical work done meanwhile on the nodes hit that is exposed.
        exposure: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "none";
        /// Share of the results made meanwhile on the nodes hit that are bad.
        corruption: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "none";
        /// Log taste that a pool loses when an incident that hit all of it is found; in proportion to the part hit.
        trust: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 20.0) }, Assumed, "none; customers of a breached retailer spent less (Janakiraman, Lim and Rishika 2018)";
        /// Incidents a year over those of a pool with current updates, for each year of updates that its nodes lack: λ grows by the factor 1 + υ·L.
        unpatched: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "none; exploited vulnerabilities begin a fifth of breaches (Verizon 2025)";
        /// Share of exposure and corruption that enclaves prevent on the work that runs in them.
        enclave: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of the rate that audits at level one remove.
        audits: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of the rate that red-teaming at level one removes.
        red_team: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
    }
}
