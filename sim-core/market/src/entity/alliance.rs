//! States that share capacity; see `mechanism/pooling.rs`. A commons is a provider with members, in `provider.rs`.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// Whose work goes first on capacity that is shared.
    pub enum Priority {
        /// Members serve their own first and lend what is left (no load loss sharing).
        OwnFirst = "own_first",
        /// Work of all members stands in one queue (load loss sharing).
        Equal = "equal",
    }
}

vocabulary! {
    /// By what a contribution is divided over members.
    pub enum Burden {
        /// Every member the same.
        Equal = "equal",
        /// By gross domestic product.
        Gdp = "gdp",
    }
}

parameters! {
    /// States that share capacity, recognise each other's rules, or buy together.
    pub struct AllianceParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Its members at the start.
        members: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "policy";
        /// Transfer limit L: share of a member's working capacity at home and under home governance that it offers to the others.
        transfer_limit: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off: a walled garden";
        /// Whose work goes first.
        priority: Priority = Priority::OwnFirst, Kind::Choice(Priority::WORDS), Assumed, "assistance among interconnected power systems as a rule shares no load loss: Billinton and Allan 1996";
        /// Share ι of what is offered that the others' work can use.
        interoperability: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "one software stack; in the sensitivity table";
        /// Cost of running work on another member's systems, over the price paid there; borne by the buyer and nobody's revenue.
        adaptation: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "one software stack; in the sensitivity table";
        /// Whether members recognise each other's rules: no compliance cost between them, and residency `alliance` is met.
        recognition: bool = false, Kind::Flag, Assumed, "policy";
        /// Whether contracts of members with the same sellers, dates and terms become one pooled tender.
        joint_tender: bool = false, Kind::Flag, Assumed, "policy";
        /// Contributions of all members together; paid out to those whose capacity the others used.
        contribution["contribution.sum"]: f64 = 0.0, Kind::Number { unit: "USD/year", range: Range::closed(0.0, 1e12) }, Assumed, "off";
        /// By what the contribution is divided over members.
        burden["contribution.by"]: Burden = Burden::Equal, Kind::Choice(Burden::WORDS), Assumed, "policy";
        /// Whether the withdrawal test also asks what happens when all other members withdraw together, with the vendors and clouds that they control.
        coalition: bool = false, Kind::Flag, Assumed, "off";
        /// Hazard that all other members withdraw together.
        hazard["hazard.coalition"]: f64 = 0.001, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "a tenth of a single controller's";
    }
}
