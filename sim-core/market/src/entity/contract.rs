//! Long-term contracts between states and clouds; terms are bargained, see `mechanism/bargaining.rs`.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// Whether the buyers keep buying from other clouds.
    pub enum ContractForm {
        /// One seller; other foreign clouds are closed to the work that the contract covers, and the seller pays for that in its price.
        Exclusive = "exclusive",
        /// One or several sellers; other clouds stay open.
        Diversified = "diversified",
    }
}

parameters! {
    /// A long-term contract of one or several states with one or several clouds. It is served before the spot market.
    pub struct ContractParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Zones that buy; several make one pooled tender.
        buyers: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "policy";
        /// Providers that sell, with their shares of the size.
        sellers: Vec<(String, f64)> = Vec::new(), Kind::Shares("provider"), Assumed, "policy";
        /// Whether the buyers keep buying from other clouds.
        form: ContractForm = ContractForm::Diversified, Kind::Choice(ContractForm::WORDS), Assumed, "policy";
        /// Size over the expected reference demand of each buyer when the terms are set.
        share["size.share"]: f64 = 0.3, Kind::Number { unit: "1", range: Range::above(0.0, 3.0) }, Assumed, "policy";
        /// Size of all buyers together, in proportion to their reference demand; unset follows `size.share`.
        compute["size.compute"]: Option<f64> = None, Kind::Number { unit: "H100e", range: Range::above(0.0, 1e12) }, Assumed, "policy";
        /// When negotiations open: a date or a span from the start.
        at: f64 = 0.0, Kind::Instant, Assumed, "policy";
        /// From the opening of negotiations to the first day of service.
        lead_time["negotiation.lead_time"]: f64 = 180.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "half a year of public tender";
        /// Fixed cost of negotiating and serving the contract, per contract and seller; the seller pays it and bargains over it.
        fixed_cost["negotiation.cost"]: f64 = 500_000.0, Kind::Number { unit: "USD", range: Range::closed(0.0, 1e12) }, Assumed, "some three staff years of sales, legal work and integration";
        /// Bargaining power β of the buyers: their share of the gain of the bargain.
        buyer_power: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "symmetric Nash bargain";
        /// Share of the margin on the buyers' purchases from other clouds that a seller counts as its gain from exclusivity.
        exclusivity: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "half of what rivals lose comes to the seller, half stays at home or unserved";
        /// How long the terms hold.
        term: f64 = 1095.75, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "three years, the longer of the clouds' common commitments of one and three years";
        /// Whether it is negotiated anew so that a new term follows the old.
        renewal: bool = false, Kind::Flag, Assumed, "policy";
        /// Order in which contracts are served: smaller first; equal priorities share what a seller has in proportion to size.
        priority: i64 = 0, Kind::Integer { min: 0, max: 7 }, Assumed, "equal contracts share";
        /// Share of the size that is paid for whether used or not, while the seller can deliver it.
        take_or_pay: f64 = 0.8, Kind::Number { unit: "1", range: Range::share() }, Assumed, "committed spending is paid nearly in full";
    }
}
