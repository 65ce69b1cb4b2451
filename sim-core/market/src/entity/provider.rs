//! Sellers of compute under one governance: `cloud`, `data_centre` and `network` on one supply structure.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// Governance of a provider. The kind sets default parameters, never the code that runs.
    pub enum ProviderKind {
        /// Commercial cloud with regions in several zones.
        Cloud = "cloud",
        /// National data centre.
        DataCentre = "data_centre",
        /// Network of nodes run by many operators.
        Network = "network",
    }
}

vocabulary! {
    /// How the posted price is set; see `mechanism/price/`.
    pub enum PriceRule {
        /// Unit cost plus a mark-up, adjusted with stickiness.
        Posted = "posted",
        /// Rises and falls with offered demand over capacity, exactly in the length of the tick.
        UtilisationController = "utilisation_controller",
        /// The same by one step a tick, as in EIP-1559; oscillates when it is too fast for the tick.
        Eip1559 = "eip1559",
        /// Set by the state and reviewed in long intervals.
        Administered = "administered",
        /// Uniform-price auction over the operators' avoidable costs.
        UniformAuction = "uniform_auction",
        /// Cost plus the mark-up of a seller that sees its share of the market.
        Cournot = "cournot",
    }
}

vocabulary! {
    /// What the provider's capacity target follows; see `mechanism/investment.rs`.
    pub enum CapacityTarget {
        /// The portfolio share of the zone's expected reference demand.
        Portfolio = "portfolio",
        /// The provider's own offered load.
        OfferedLoad = "offered_load",
    }
}

parameters! {
    /// A seller of compute under one governance. `[provider.cloud]`, `[provider.data_centre]` and `[provider.network]` set the defaults of all providers of that kind.
    pub struct ProviderParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Governance.
        kind: ProviderKind = ProviderKind::DataCentre, Kind::Choice(ProviderKind::WORDS), Assumed, "scenario";
        /// Zone whose law governs its control plane.
        home: String = String::new(), Kind::Reference("nation"), Assumed, "scenario";
        /// Zones in which it has sites; each has queues of its own.
        zones: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "calibration/cloud_regions.csv";
        /// Name of the dispatcher that spreads its work; providers that name the same one share their queues in each zone.
        dispatcher: String = String::new(), Kind::Name, Assumed, "scenario: empty: its own";
        /// Whether zones other than those of its sites may buy from it.
        exports: bool = false, Kind::Flag, Assumed, "clouds sell everywhere, national providers at home";
        /// What its capacity target follows.
        capacity_target: CapacityTarget = CapacityTarget::Portfolio, Kind::Choice(CapacityTarget::WORDS), Assumed, "scenario";
        /// Capacity at the start over the reference demand at the start: of its zone (target `portfolio`) or of the world (target `offered_load`).
        initial_coverage: f64 = 0.3, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Calibrated, "calibration/compute_by_country.csv, cloud_regions.csv";
        /// Share of its initial capacity in each zone; empty spreads by reference demand.
        zone_mix: Vec<(String, f64)> = Vec::new(), Kind::Shares("nation"), Assumed, "calibration/cloud_regions.csv";
        /// Operators that run its nodes, in each zone.
        operators: i64 = 1, Kind::Integer { min: 1, max: 1_000_000 }, Assumed, "scenario";
        /// Log standard deviation of the operators' sizes.
        operator_dispersion: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 5.0) }, Calibrated, "calibration/compute_by_country.csv: cluster sizes";
        /// Sites over which an operator's nodes are spread.
        sites_per_operator: i64 = 1, Kind::Integer { min: 1, max: 1000 }, Assumed, "scenario";
        /// Nodes in each zone at the start; a node then stands for as many servers as needed. Unset: real servers.
        aggregate_nodes: Option<i64> = None, Kind::Integer { min: 1, max: 10_000_000 }, Assumed, "blocs are simulated with coarser nodes";
        /// Vendors its hardware is bought from, by share; empty follows the nation, then the vendors' market shares.
        vendor_mix: Vec<(String, f64)> = Vec::new(), Kind::Shares("vendor"), Assumed, "scenario";
        /// Hardware models it may run; empty means all that fit `memory_min`.
        hardware: Vec<String> = Vec::new(), Kind::References("hardware"), Assumed, "scenario";
        /// Least memory of the accelerators it buys.
        memory_min: f64 = 0.0, Kind::Number { unit: "GB", range: Range::closed(0.0, 1e6) }, Assumed, "data centres buy data-centre parts";
        /// Least bandwidth between the accelerators of a node it buys.
        interconnect_min: f64 = 0.0, Kind::Number { unit: "GB/s", range: Range::closed(0.0, 1e6) }, Assumed, "data centres buy data-centre parts";
        /// Largest price of an accelerator it buys.
        price_max: Option<f64> = None, Kind::Number { unit: "USD", range: Range::above(0.0, 1e8) }, Assumed, "consumer networks buy consumer parts";
        /// How its posted price is set.
        price_rule: PriceRule = PriceRule::Posted, Kind::Choice(PriceRule::WORDS), Assumed, "scenario";
        /// Mark-up over unit cost of the posted rule, and starting point of the controller.
        mark_up: f64 = 0.3, Kind::Number { unit: "1", range: Range::closed(-0.99, 100.0) }, Assumed, "gross margins of clouds";
        /// Share of the gap between target and posted price closed in a month (stickiness).
        price_adjustment: f64 = 0.2, Kind::Number { unit: "1", range: Range::share() }, Assumed, "list prices change a few times a year";
        /// Price that the state sets under the rule `administered`; unset: unit cost with the mark-up, at each review.
        administered_price: Option<f64> = None, Kind::Number { unit: "USD/H100eh", range: Range::above(0.0, 1e6) }, Assumed, "policy";
        /// Months between reviews of an administered price.
        price_review: i64 = 12, Kind::Integer { min: 1, max: 1200 }, Assumed, "yearly, as regulated tariffs";
        /// Log standard deviation of avoidable cost over operators, for the auction.
        cost_dispersion: f64 = 0.2, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "power prices and cooling differ by some 20 % within a country";
        /// Target utilisation u* of prices and capacity.
        target_utilisation: f64 = 0.75, Kind::Number { unit: "1", range: Range::above(0.0, 0.99) }, Assumed, "clouds run at 60 to 85 %";
        /// Speed κ of the utilisation controller.
        controller_speed: f64 = 0.05, Kind::Number { unit: "1/day", range: Range::closed(0.0, 10.0) }, Assumed, "half of a gap in about five days at the default elasticities";
        /// Price floor over unit cost.
        price_floor: f64 = 0.5, Kind::Number { unit: "1", range: Range::above(0.0, 100.0) }, Assumed, "short-run marginal cost";
        /// Price cap over unit cost.
        price_cap: f64 = 5.0, Kind::Number { unit: "1", range: Range::above(0.0, 1000.0) }, Assumed, "H100 rental of 2023 over its cost";
        /// Power usage effectiveness: power of the site over power of its accelerators' nodes.
        pue: f64 = 1.3, Kind::Number { unit: "1", range: Range::closed(1.0, 5.0) }, Assumed, "Uptime Institute surveys";
        /// Operating cost without power and repair, a year, over the price of the hardware.
        opex: f64 = 0.05, Kind::Number { unit: "1/year", range: Range::closed(0.0, 5.0) }, Assumed, "staff, buildings, network";
        /// Rate of return on capital r in user cost r + δ.
        return_rate: f64 = 0.08, Kind::Number { unit: "1/year", range: Range::closed(0.0, 5.0) }, Assumed, "cost of capital";
        /// Smallest order, over the capacity target (the reorder point of an (s,S) rule).
        order_trigger: f64 = 0.03, Kind::Number { unit: "1", range: Range::closed(0.0, 10.0) }, Assumed, "orders are bundled";
        /// Interval between capacity reviews.
        review_interval: f64 = 30.4375, Kind::Number { unit: "day", range: Range::closed(1.0, 3650.0) }, Assumed, "monthly";
        /// Time ahead for which capacity is planned.
        planning_horizon: f64 = 180.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "lead time and review";
        /// Repair crews per crew that the zone's talent gives for a data centre of the same size.
        crew_factor: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "equal for all kinds, so that the null holds";
        /// Mean time of a repair once crew and part are there.
        repair_time: f64 = 1.0, Kind::Number { unit: "day", range: Range::above(0.0, 365.0) }, Assumed, "hours to days";
        /// Spare parts kept, in parts per node.
        spares: f64 = 0.05, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "a few percent of the fleet";
        /// Price of a spare part over the price of the accelerator.
        spare_price: f64 = 0.5, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "boards and modules";
        /// Time in which a spare part arrives from an open vendor.
        spare_time: f64 = 14.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "return-merchandise services";
        /// Rate at which a host takes a node offline.
        leave_rate: f64 = 0.0, Kind::Number { unit: "1/day", range: Range::closed(0.0, 100.0) }, Assumed, "calibration/failure_rates.csv";
        /// Rate at which an offline node returns.
        return_rate_offline["return_from_offline"]: f64 = 1.0, Kind::Number { unit: "1/day", range: Range::closed(0.0, 100.0) }, Assumed, "calibration/failure_rates.csv";
        /// Outages of a site a year (power, fire, network); a common cause for all its nodes.
        outage_rate: f64 = 0.3, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "calibration/failure_rates.csv";
        /// Mean length of a site outage.
        outage_time: f64 = 0.5, Kind::Number { unit: "day", range: Range::above(0.0, 3650.0) }, Assumed, "calibration/failure_rates.csv";
        /// Whether it buys through the grey channel what export control refuses.
        grey: bool = false, Kind::Flag, Assumed, "public and large providers keep the law";
        /// Whether it may open regions in the zones of `region.candidates`.
        region_entry["region.entry"]: bool = false, Kind::Flag, Assumed, "policy";
        /// Zones in which it may open a region.
        region_candidates["region.candidates"]: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "scenario";
        /// Fixed cost of a region, accelerators and their operation excluded.
        region_fixed_cost["region.fixed_cost"]: f64 = 4.0e7, Kind::Number { unit: "USD/year", range: Range::closed(0.0, 1e15) }, Assumed, "shells, links and staff of three small sites: 300 million USD written off in ten years and some 60 staff; no cloud publishes it";
        /// Interval at which it looks at a candidate zone.
        region_review["region.review"]: f64 = 182.625, Kind::Number { unit: "day", range: Range::closed(1.0, 3650.0) }, Assumed, "planning rounds of half a year";
        /// From the decision to build a region to its opening.
        region_build_time["region.build_time"]: f64 = 730.5, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "about two years from announcement to opening";
        /// Smallest region, in sales expected at its opening.
        region_minimum["region.minimum"]: f64 = 1000.0, Kind::Number { unit: "H100e", range: Range::closed(0.0, 1e12) }, Assumed, "a region has three sites of some forty nodes of eight";
        /// Time after the opening over which margin and fixed cost are compared.
        region_horizon["region.horizon"]: f64 = 5.0, Kind::Number { unit: "year", range: Range::above(0.0, 50.0) }, Assumed, "one life of hardware";
        /// Share of its sales from abroad that it counts as the region's: those it would lose to a rival with a region.
        region_at_risk["region.at_risk"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "the rule compares revenue there with fixed cost; below one it counts what the region takes from its own pools abroad";
        /// Taste for the provider at equal price.
        taste: f64 = 1.0, Kind::Number { unit: "1", range: Range::above(0.0, 1000.0) }, Assumed, "equal for all kinds";
        /// Hazard of its withdrawal from one foreign state by its own choice or failure.
        hazard: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "as a controller's: clouds have left single states (Russia 2022) and none has failed";
    }
}
