//! Sellers of compute under one governance: `cloud`, `data_centre`, `network` and `commons` on one supply structure.

use super::alliance::Priority;
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
        /// Capacity that several states own and use together.
        Commons = "commons",
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
        /// Nothing: each of its operators decides; see `mechanism/operator/`.
        Operators = "operators",
    }
}

vocabulary! {
    /// How the work of a network is spread over its operators; see `mechanism/scheduling.rs`.
    pub enum Scheduling {
        /// In proportion to working capacity.
        Proportional = "proportional",
        /// By avoidable cost, the cheapest first.
        CheapestFirst = "cheapest_first",
        /// In proportion to stake, up to capacity.
        StakeWeighted = "stake_weighted",
    }
}

vocabulary! {
    /// How a network knows that work was done; see `mechanism/verification.rs`.
    pub enum Verification {
        /// It does not.
        None = "none",
        /// Every job is run by several operators, and the majority counts.
        Redundancy = "redundancy",
        /// A share of the jobs is run again by somebody trusted.
        SpotCheck = "spot_check",
        /// Every job carries a proof.
        Proof = "proof",
        /// Attested hardware keeps most operators from cheating.
        Enclave = "enclave",
    }
}

vocabulary! {
    /// Whose votes are counted together.
    pub enum VotingIdentity {
        /// Every operator by its name.
        Name = "name",
        /// Every beneficial owner.
        Owner = "owner",
    }
}

vocabulary! {
    /// How a commons is divided over its members.
    pub enum Allotment {
        /// Every member the same.
        Equal = "equal",
        /// By population.
        Population = "population",
        /// By contribution.
        Contribution = "contribution",
        /// As given in `commons.allotments`.
        Given = "given",
    }
}

vocabulary! {
    /// How buyers pay.
    pub enum Payment {
        /// In money.
        Currency = "currency",
        /// In the network's token.
        Token = "token",
        /// In money, and from abroad in tokens while hard currency is short and tokens are the cheaper way.
        Either = "either",
    }
}

parameters! {
    /// A seller of compute under one governance. `[provider.cloud]`, `[provider.data_centre]`, `[provider.network]` and `[provider.commons]` set the defaults of all providers of that kind.
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
        /// Whether the state of its home owns it: lever `data_centre` pays for its hardware, and its treasury takes its surplus or makes it up.
        public: bool = false, Kind::Flag, Assumed, "scenario";
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
        /// Types of its operators, by share of those at the start, under `capacity_target = "operators"`.
        operator_mix: Vec<(String, f64)> = Vec::new(), Kind::Shares("operator"), Assumed, "scenario";
        /// Token protocol that pays its operators; unset: none.
        token: Option<String> = None, Kind::Reference("token"), Assumed, "scenario";
        /// Interval at which work is assigned to operators and checked, and concentration and votes are counted.
        round: f64 = 7.0, Kind::Number { unit: "day", range: Range::closed(1.0, 3650.0) }, Assumed, "weekly";
        /// How work is spread over its operators.
        scheduling: Scheduling = Scheduling::Proportional, Kind::Choice(Scheduling::WORDS), Assumed, "scenario";
        /// How results are checked.
        verification["verification.method"]: Verification = Verification::None, Kind::Choice(Verification::WORDS), Assumed, "off";
        /// Copies of a job under `redundancy`, an odd number.
        copies["verification.copies"]: i64 = 3, Kind::Integer { min: 1, max: 101 }, Assumed, "the smallest majority";
        /// Probability q that a job is checked under `spot_check`.
        audit_rate: f64 = 0.01, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Probability that a check finds a bad result.
        audit_accuracy: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "a rerun; less where results are not reproducible";
        /// Work that a proof or an enclave adds, over the work of the job.
        overhead["verification.overhead"]: f64 = 0.1, Kind::Number { unit: "1", range: Range::closed(0.0, 1e6) }, Assumed, "confidential computing on accelerators costs some percent; proofs of inference multiples";
        /// Probability that a bad result fails its proof.
        soundness["verification.soundness"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "cryptographic soundness";
        /// Probability that an enclave prevents a cheat.
        strength["verification.strength"]: f64 = 0.95, Kind::Number { unit: "1", range: Range::share() }, Assumed, "enclaves have been broken";
        /// Challenges a day to a random part of the capacity that an operator claims.
        challenges["verification.challenges"]: f64 = 0.0, Kind::Number { unit: "1/day", range: Range::closed(0.0, 1e4) }, Assumed, "off";
        /// Whether an operator found to cheat is ejected.
        ejects["verification.ejects"]: bool = true, Kind::Flag, Assumed, "blacklisting: Sarmenta 2002";
        /// How buyers pay.
        payment["payment.rail"]: Payment = Payment::Currency, Kind::Choice(Payment::WORDS), Assumed, "scenario";
        /// Time for which a buyer holds the tokens that it pays with.
        holding["payment.holding"]: f64 = 7.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "a week";
        /// Relative aversion γ of buyers to the risk of the token's price meanwhile.
        aversion["payment.aversion"]: f64 = 3.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "common estimates of relative risk aversion";
        /// Share of fees that the protocol takes.
        take_rate["governance.take_rate"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Highest take that votes can set.
        take_most["governance.take_most"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "no bound";
        /// Exponent η of votes by stake; by compute where there is no stake. One: linear; one half: quadratic voting; zero: a vote each.
        vote_exponent["governance.exponent"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 10.0) }, Assumed, "one token, one vote";
        /// Whose votes are counted together.
        identity["governance.identity"]: VotingIdentity = VotingIdentity::Name, Kind::Choice(VotingIdentity::WORDS), Assumed, "networks know names and not owners";
        /// Share of votes from which one beneficial owner's bloc has captured the network.
        threshold["governance.threshold"]: f64 = 0.5, Kind::Number { unit: "1", range: Range::above(0.0, 1.0) }, Assumed, "simple majority";
        /// Whether a captor may exclude the other operators.
        exclusion["governance.exclusion"]: bool = false, Kind::Flag, Assumed, "scenario";
        /// Disputes a year.
        dispute_rate["governance.dispute.rate"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "off";
        /// Mean length of a dispute, in which upgrades stall.
        dispute_time["governance.dispute.time"]: f64 = 90.0, Kind::Number { unit: "day", range: Range::above(0.0, 3650.0) }, Assumed, "contested upgrades took months (Bitcoin 2015 to 2017)";
        /// Rate at which effective compute erodes while upgrades stall.
        stall_erosion["governance.dispute.erosion"]: f64 = 0.1, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "as without a vendor's services";
        /// Probability that a dispute ends in a fork instead: operators outside of the largest bloc leave for a network of their own.
        fork_probability["governance.dispute.fork"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// Share of its work that runs in enclaves.
        enclave["security.enclave"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// Work that an enclave adds, over the work of the job.
        enclave_overhead["security.enclave_overhead"]: f64 = 0.06, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Calibrated, "middle of the 4 to 8 % of throughput that inference on H100s loses under confidential computing (Chrapek et al. 2025; below 7 %: Zhu et al. 2024); loading models and training lose more";
        /// What enclaves for all of its work cost beside that work.
        enclave_cost["security.enclave_cost"]: f64 = 0.0, Kind::Number { unit: "USD/H100e/year", range: Range::closed(0.0, 1e6) }, Assumed, "attestation comes with the hardware";
        /// Level of its audits.
        audits["security.audits"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// What audits at level one cost.
        audits_cost["security.audits_cost"]: f64 = 100.0, Kind::Number { unit: "USD/H100e/year", range: Range::closed(0.0, 1e6) }, Assumed, "some 1 % of the yearly cost of an H100e; no operator publishes it";
        /// Level of its red-teaming.
        red_team["security.red_team"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// What red-teaming at level one costs.
        red_team_cost["security.red_team_cost"]: f64 = 50.0, Kind::Number { unit: "USD/H100e/year", range: Range::closed(0.0, 1e6) }, Assumed, "half of the audits; no operator publishes it";
        /// Incidents a year over those of the vectors.
        security_factor["security.factor"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "equal for all kinds, so that the null holds";
        /// Time constant τ with which lost trust returns.
        trust_memory["security.trust_memory"]: f64 = 365.25, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "a year";
        /// Log taste lost in a year in which every accepted result of the network is bad; in proportion to their share.
        bad_trust["security.bad_trust"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "off: buyers do not notice";
        /// Log taste lost when operators that did all of a round's work are found to cheat; in proportion to their part.
        cheat_trust["security.cheat_trust"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 20.0) }, Assumed, "off";
        /// Largest share of the network that one beneficial owner may hold by growth, entry or merger.
        owner_cap: f64 = 1.0, Kind::Number { unit: "1", range: Range::above(0.0, 1.0) }, Assumed, "no cap";
        /// States that own it together and alone may use it; empty: nobody shares it.
        members["commons.members"]: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "scenario";
        /// How it is divided over its members.
        allotment["commons.allotment"]: Allotment = Allotment::Contribution, Kind::Choice(Allotment::WORDS), Assumed, "the LUMI consortium: the share of each country follows its contribution to the funding";
        /// Share of each member under the rule `given`; what is allotted to nobody is lent to all.
        allotments["commons.allotments"]: Vec<(String, f64)> = Vec::new(), Kind::Numbers { root: "nation", unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of its costs that each member pays, and of its revenue that each receives; empty: equal shares.
        contributions["commons.contributions"]: Vec<(String, f64)> = Vec::new(), Kind::Shares("nation"), Assumed, "scenario";
        /// Whose work goes first: each member's on its allotment, whose rest is lent to the others, or all alike.
        priority["commons.priority"]: Priority = Priority::OwnFirst, Kind::Choice(Priority::WORDS), Assumed, "an allotment is a claim";
        /// Whether members recognise its rules as their own: no compliance cost, and residency `alliance` is met.
        recognition["commons.recognition"]: bool = false, Kind::Flag, Assumed, "policy";
        /// Value of used hardware over that of new hardware with the same life left.
        salvage: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "second-hand prices";
        /// Whether it buys through the grey channel what export control refuses.
        grey: bool = false, Kind::Flag, Assumed, "public and large providers keep the law";
        /// Power of accelerators for which its buildings in each zone have room at the start. Unset: no limit, or, where a project adds room, what its nodes at the start take.
        facility: Option<f64> = None, Kind::Number { unit: "MW", range: Range::closed(0.0, 1e6) }, Assumed, "off: buildings never limit";
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
