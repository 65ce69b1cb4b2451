//! Events of a scenario: what happens between states, and what triggers it. One trigger each: a date, a level of tension, or another event.

use super::controller::{Regime, Scope};
use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// What an event does.
    pub enum EventKind {
        /// A controller changes its regime towards destinations.
        ExportRegime = "export_regime",
        /// Providers close their services to destinations, contracts included.
        CloudSuspension = "cloud_suspension",
        /// Nodes in the destinations that carry a remote lock are switched off.
        RemoteSwitchOff = "remote_switch_off",
        /// The destinations change their own policy.
        PolicyChange = "policy_change",
        /// Interfaces to AI models are closed to destinations.
        ModelAccessCut = "model_access_cut",
        /// Open weights come out, beside those that chance brings; it has no destination and no end.
        OpenModelRelease = "open_model_release",
        /// States join or leave alliances and commons.
        AllianceChange = "alliance_change",
    }
}

vocabulary! {
    /// What a change of an alliance is.
    pub enum Change {
        /// They join.
        Join = "join",
        /// They leave.
        Leave = "leave",
    }
}

parameters! {
    /// Something that happens between states: at a date, at a level of tension, or in answer to another event.
    pub struct EventParameters {
        /// What happens.
        kind: EventKind = EventKind::ExportRegime, Kind::Choice(EventKind::WORDS), Assumed, "scenario";
        /// Trigger: a date or a span from the start.
        at: Option<f64> = None, Kind::Instant, Assumed, "scenario";
        /// When an event with a date is lifted again; never if unset.
        until: Option<f64> = None, Kind::Instant, Assumed, "scenario";
        /// Trigger: in force while this tension is at `level` or above.
        tension: Option<String> = None, Kind::Reference("tension"), Assumed, "scenario";
        /// Level of the tension from which the event is in force.
        level: i64 = 1, Kind::Integer { min: 1, max: 100 }, Assumed, "scenario";
        /// Trigger: answers another event (retaliation), and lasts as long as that is in force.
        answers: Option<String> = None, Kind::Reference("event"), Assumed, "scenario";
        /// Probability of the answer, drawn anew each time the answered event takes effect.
        probability: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Time from the answered event to the answer.
        delay: f64 = 0.0, Kind::Number { unit: "day", range: Range::closed(0.0, 36_500.0) }, Assumed, "scenario";
        /// The controller that changes its regime.
        controller: Option<String> = None, Kind::Reference("controller"), Assumed, "scenario";
        /// Vendors whose nodes are switched off; with `providers` named as well, only their nodes of these vendors. Empty means all.
        vendors: Vec<String> = Vec::new(), Kind::References("vendor"), Assumed, "scenario";
        /// Share of the nodes named that carry a remote lock.
        share: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "the worst case; no count of locks is known";
        /// Providers that close their services, or whose nodes are switched off; commons that the destinations join or leave.
        providers: Vec<String> = Vec::new(), Kind::References("provider"), Assumed, "scenario";
        /// Interfaces that are closed, all if none is named; or open weights that come out.
        models: Vec<String> = Vec::new(), Kind::References("model"), Assumed, "scenario";
        /// The alliance that the destinations join or leave; a commons is named in `providers`.
        alliance: Option<String> = None, Kind::Reference("alliance"), Assumed, "scenario";
        /// Whether they join or leave.
        change: Change = Change::Leave, Kind::Choice(Change::WORDS), Assumed, "scenario";
        /// Destinations.
        to["to.nations"]: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "scenario";
        /// New money a year under `policy_change`, from the next fiscal year on.
        set_appropriation["set.appropriation"]: Option<f64> = None, Kind::Number { unit: "USD/year", range: Range::closed(0.0, 1e13) }, Assumed, "scenario";
        /// New coverage under `policy_change`.
        set_coverage["set.coverage"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "scenario";
        /// New share of the data centre in the portfolio under `policy_change`; shares that are not set rescale.
        set_data_centre["set.portfolio.data_centre"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// New share of the network.
        set_network["set.portfolio.network"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// New share of the clouds.
        set_cloud["set.portfolio.cloud"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// New share of commons.
        set_commons["set.portfolio.commons"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// New tariff under `policy_change`.
        set_tariff["set.tariff"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 10.0) }, Assumed, "scenario";
        /// New rebate on the bills of clouds.
        set_cloud_rebate["set.cloud_rebate"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 0.99) }, Assumed, "scenario";
        /// New subsidy on hardware of node networks.
        set_capital_subsidy["set.node_subsidy.capital"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 0.99) }, Assumed, "scenario";
        /// New subsidy on power of node networks.
        set_energy_subsidy["set.node_subsidy.energy"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// New tax on profit.
        set_profit_tax["set.tax.profit"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 0.95) }, Assumed, "scenario";
        /// New tax break.
        set_tax_break["set.tax.break"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// New regime.
        regime: Regime = Regime::Ban, Kind::Choice(Regime::WORDS), Assumed, "scenario";
        /// What it applies to.
        scope: Vec<Scope> = vec![Scope::Hardware, Scope::Spares], Kind::Choices(Scope::WORDS), Assumed, "scenario";
        /// Time from an application for a licence to its decision.
        licence_delay: f64 = 90.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "BIS average processing of some 30 to 90 days";
        /// Probability that a licence is granted.
        licence_approval: f64 = 0.8, Kind::Number { unit: "1", range: Range::share() }, Assumed, "BIS annual reports: most applications are approved";
        /// Fixed cost of a licence application.
        licence_cost: f64 = 50_000.0, Kind::Number { unit: "USD", range: Range::closed(0.0, 1e9) }, Assumed, "legal fees";
        /// Compute that a destination may receive in a calendar year under a cap on hardware.
        cap: f64 = 25_000.0, Kind::Number { unit: "H100e/year", range: Range::closed(0.0, 1e12) }, Calibrated, "diffusion rule of 2025-01: about 50,000 over two years";
        /// Orders up to this compute are exempt from the cap.
        small_order: f64 = 1700.0, Kind::Number { unit: "H100e", range: Range::closed(0.0, 1e9) }, Measured, "diffusion rule of 2025-01: 26.9M TPP";
    }
}
