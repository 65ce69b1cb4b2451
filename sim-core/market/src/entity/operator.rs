//! Types of operators of networks, owners behind them, and companies that host their nodes.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// How a candidate decides on entry; see `mechanism/operator/entry.rs`.
    pub enum EntryRule {
        /// By chance, the likelier the better it pays.
        Logit = "logit",
        /// From the value on at which waiting is worth no more (Dixit and Pindyck).
        Trigger = "trigger",
        /// Whenever it does not lose: expected profit goes to zero.
        Free = "free",
    }
}

parameters! {
    /// A type of operators of networks: universities, telecoms, local data centres, former miners, individuals. Networks name their types in `operator_mix`.
    pub struct OperatorParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Candidates of the type that look at one network; those who enter are drawn from them.
        candidates: f64 = 6.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1e5) }, Assumed, "scenario; networks have grown by up to 19 % a month (Helium 2019 to 2023)";
        /// Mean size of a candidate.
        size: f64 = 32.0, Kind::Number { unit: "H100e", range: Range::above(0.0, 1e9) }, Assumed, "four servers of eight accelerators";
        /// Log standard deviation of sizes.
        size_dispersion: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Calibrated, "calibration/compute_by_country.csv: cluster sizes";
        /// Share of candidates who have their hardware at hand.
        at_hand["hardware.at_hand"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Whether the others order theirs, and all order more when they grow.
        orders["hardware.orders"]: bool = true, Kind::Flag, Assumed, "scenario";
        /// Avoidable cost over the network's (power and operation).
        cost_factor: f64 = 1.0, Kind::Number { unit: "1", range: Range::above(0.0, 100.0) }, Assumed, "equal for all types";
        /// Log standard deviation of that factor over operators.
        cost_dispersion: f64 = 0.2, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "power prices and cooling differ by some 20 % within a country";
        /// Returns to scale ρ: avoidable cost falls with size as q^(1/ρ − 1).
        returns_to_scale: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.5, 2.0) }, Assumed, "constant returns; in the sensitivity table";
        /// Rate of return r that it asks.
        return_rate: f64 = 0.12, Kind::Number { unit: "1/year", range: Range::closed(0.0, 5.0) }, Assumed, "small firms pay more for capital than clouds";
        /// Memory of its expectations of price, load and rewards.
        memory: f64 = 180.0, Kind::Number { unit: "day", range: Range::closed(0.0, 36_525.0) }, Assumed, "half a year";
        /// How candidates decide.
        entry["entry.rule"]: EntryRule = EntryRule::Logit, Kind::Choice(EntryRule::WORDS), Assumed, "scenario";
        /// NPV per dollar of capital at which half of the candidates enter under `logit`.
        hurdle["entry.hurdle"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(-10.0, 100.0) }, Assumed, "break even";
        /// Spread b of what candidates know under `logit`.
        scale["entry.scale"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Calibrated, "an elasticity of providers to rewards of 0.09 a month: Helium 2019 to 2023 (0.055 to 0.119)";
        /// Volatility σ of the value of a unit under `trigger`.
        volatility["entry.volatility"]: f64 = 0.3, Kind::Number { unit: "1/year^0.5", range: Range::closed(0.0, 5.0) }, Assumed, "rental prices";
        /// Payout d of a unit over its value under `trigger`.
        payout["entry.payout"]: f64 = 0.12, Kind::Number { unit: "1/year", range: Range::closed(0.0, 5.0) }, Assumed, "no expected growth of the value";
        /// Share of free cash that it reinvests while that pays; the rest goes to its owner.
        reinvested: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Reserve of cash, in running cost.
        reserve: f64 = 90.0, Kind::Number { unit: "day", range: Range::closed(0.0, 36_525.0) }, Assumed, "a quarter";
        /// Reviews in a row with a negative variable profit after which it may leave.
        patience["exit.patience"]: i64 = 3, Kind::Integer { min: 1, max: 1200 }, Assumed, "a quarter of monthly reviews";
        /// Time ahead over which it compares the loss with the stake that it would forfeit.
        exit_horizon["exit.horizon"]: f64 = 365.25, Kind::Number { unit: "day", range: Range::closed(0.0, 36_525.0) }, Assumed, "a year";
        /// Hazard that it is bought by another owner of the network.
        merger_rate: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "off; 0.05 to 0.1 in young industries";
        /// Share that cheats whatever it costs.
        dishonest: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off; in the sensitivity table";
        /// Share that cheats where it pays.
        rational: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off; in the sensitivity table";
        /// Share of its jobs that a cheater corrupts.
        cheat_share["cheat.share"]: f64 = 0.1, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Nodes that a dishonest operator claims and does not have, over those that it has.
        fake["cheat.fake"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "off; self-reported networks have counted multiples of what answers";
        /// Incidents a year of one of its operators over those of the vectors.
        security_factor: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "equal for all types";
        /// Time over which a rational operator counts the rents that it would lose.
        rents["cheat.rents"]: f64 = 365.25, Kind::Number { unit: "day", range: Range::closed(0.0, 36_525.0) }, Assumed, "a year";
        /// Where its owners live; empty: in the zone of the network.
        residence: Vec<(String, f64)> = Vec::new(), Kind::Shares("nation"), Assumed, "scenario";
        /// Companies that host its nodes, by share; empty: on its own premises.
        hosts: Vec<(String, f64)> = Vec::new(), Kind::Shares("host"), Assumed, "scenario";
        /// Share of its tokens that it sells at every epoch.
        sells: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "costs are paid in money";
    }
}

parameters! {
    /// A beneficial owner that stands behind several operators. Every other operator has an owner of its own.
    pub struct OwnerParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Who owns it in turn; unset: nobody.
        parent: Option<String> = None, Kind::Reference("owner"), Assumed, "scenario";
        /// Where it lives.
        residence: String = String::new(), Kind::Reference("nation"), Assumed, "scenario";
        /// Networks in which it stands behind operators.
        networks: Vec<String> = Vec::new(), Kind::References("provider"), Assumed, "scenario";
        /// Share of their operators at the start behind which it stands.
        share: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of the candidates that enter in its name.
        entrants: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
    }
}

parameters! {
    /// A company that hosts nodes of operators.
    pub struct HostParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
    }
}
