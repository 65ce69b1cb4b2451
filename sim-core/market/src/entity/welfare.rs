//! How what happens to a nation is valued. Parameters only; see `metric/state.rs`.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// Which integral of demand is the consumer surplus; see `mechanism/clearing/surplus.rs`.
    pub enum Surplus {
        /// Over the price index, in closed form.
        Index = "index",
        /// Along the path on which all prices rise in proportion, by quadrature: slower, and free of the weighting error.
        Path = "path",
    }
}

parameters! {
    /// How what happens to a nation is valued: the weights of national welfare, and the one discount rate for cost and for work.
    pub struct WelfareParameters {
        /// Marginal cost of public funds λ: what a dollar of the treasury costs its citizens.
        public_funds: f64 = 1.3, Kind::Number { unit: "1", range: Range::closed(0.0, 10.0) }, Calibrated, "Ballard, Shoven and Whalley 1985: 1.17 to 1.56 in the United States";
        /// Loss by an H100e-hour of sensitive work that was exposed.
        exposure_loss: f64 = 1.0, Kind::Number { unit: "USD/H100eh", range: Range::closed(0.0, 1e6) }, Assumed, "half of the reference price; in the sensitivity table";
        /// Discount rate of money and of work.
        discount_rate: f64 = 0.03, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1.0) }, Calibrated, "social discount rate of the European Commission, 2014";
        /// Which integral of demand is the consumer surplus.
        surplus: Surplus = Surplus::Index, Kind::Choice(Surplus::WORDS), Assumed, "closed form; overstates by 8 to 16 % at a price spread of 0.3";
    }
}
