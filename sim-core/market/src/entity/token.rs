//! Token protocols: the incentive layer of networks.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// How tokens are issued; see `mechanism/token/emission.rs`.
    pub enum Emission {
        /// At a rate that halves at every period.
        Halving = "halving",
        /// Towards a total, half of the rest in every period.
        Geometric = "geometric",
        /// Monthly stages that decline by a constant factor.
        Staged = "staged",
        /// At a constant rate.
        Fixed = "fixed",
        /// At a constant rate, while the tokens that buyers pay with are burned.
        BurnAndMint = "burn_and_mint",
    }
}

vocabulary! {
    /// What sets the price of a token; see `mechanism/token/price.rs`.
    pub enum TokenPrice {
        /// A jump diffusion that nothing in the market moves but sales.
        Exogenous = "exogenous",
        /// Mean reversion to the burn-and-mint equilibrium.
        BurnAndMint = "burn_and_mint",
    }
}

vocabulary! {
    /// How the stakers' part of the emission is divided.
    pub enum StakeReward {
        /// In proportion to stake.
        Proportional = "proportional",
        /// All to one, by a draw in proportion to stake.
        Lottery = "lottery",
        /// All to one, by the first of tickets whose rates are the stakes' inverses (single-lottery proof of stake).
        FirstTicket = "first_ticket",
    }
}

parameters! {
    /// A token protocol. Networks that name it pay their operators in it.
    pub struct TokenParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Tokens at the start, all held by buyers of tokens.
        initial["supply.initial"]: f64 = 1.0e9, Kind::Number { unit: "1", range: Range::closed(0.0, 1e15) }, Assumed, "scenario";
        /// Most tokens that there may ever be; unset: no bound.
        most["supply.most"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::above(0.0, 1e15) }, Assumed, "scenario";
        /// How tokens are issued.
        emission["emission.rule"]: Emission = Emission::Fixed, Kind::Choice(Emission::WORDS), Assumed, "scenario";
        /// Tokens issued a year at the start, under all rules but `geometric`.
        rate["emission.rate"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1e15) }, Assumed, "off";
        /// Tokens issued in all under `geometric`.
        total["emission.total"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1e15) }, Assumed, "off";
        /// Period of `halving`, half-life of `geometric`.
        period["emission.period"]: f64 = 4.0, Kind::Number { unit: "year", range: Range::above(0.0, 1000.0) }, Assumed, "Bitcoin; Filecoin's simple minting has six";
        /// Decline a month under `staged`.
        decline["emission.decline"]: f64 = 0.0102, Kind::Number { unit: "1", range: Range::share() }, Assumed, "io.net: 1.02 % a month";
        /// Part of the emission that goes to work.
        work["emission.work"]: f64 = 0.8, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Part that goes to stake; what is left goes to the treasury.
        stake["emission.stake"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Interval between epochs: tokens are issued, divided and sold, and the price moves.
        epoch: f64 = 7.0, Kind::Number { unit: "day", range: Range::closed(1.0, 3650.0) }, Assumed, "weekly";
        /// What sets the price; there is no default.
        price["price.rule"]: Option<TokenPrice> = None, Kind::Choice(TokenPrice::WORDS), Assumed, "the scenario says";
        /// Price at the start.
        price_initial["price.initial"]: f64 = 1.0, Kind::Number { unit: "USD", range: Range::above(0.0, 1e9) }, Assumed, "scenario";
        /// Volatility σ of the diffusion under `exogenous`; unset: 1.225.
        volatility["price.volatility"]: Option<f64> = None, Kind::Number { unit: "1/year^0.5", range: Range::closed(0.0, 5.0) }, Calibrated, "calibration/token_prices.csv: median of seven networks, without rare jumps";
        /// Jumps a year under `exogenous`; unset: 6.71.
        jump_rate["price.jump.rate"]: Option<f64> = None, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Calibrated, "calibration/token_prices.csv: moves beyond four robust standard deviations, median of seven networks";
        /// Mean of the log of a jump under `exogenous`; unset: 0.04.
        jump_mean["price.jump.mean"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(-3.0, 3.0) }, Calibrated, "calibration/token_prices.csv";
        /// Standard deviation of the log of a jump under `exogenous`; unset: 0.289.
        jump_deviation["price.jump.deviation"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Calibrated, "calibration/token_prices.csv";
        /// Expected growth of the price a year under `exogenous`; unset: none.
        drift["price.drift"]: Option<f64> = None, Kind::Number { unit: "1/year", range: Range::closed(-3.0, 3.0) }, Assumed, "no expected gain";
        /// Speed of the return to equilibrium under `burn_and_mint`; unset: 4 a year.
        reversion["price.reversion"]: Option<f64> = None, Kind::Number { unit: "1/year", range: Range::above(0.0, 1000.0) }, Assumed, "a quarter of a year";
        /// Price impact: what net sales of the whole circulation would take off the log of the price.
        impact["price.impact"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "one: the value of the circulation is kept";
        /// Share of the buyers of tokens who live in the zone whose operators sell.
        domestic["holders.domestic"]: f64 = 0.05, Kind::Number { unit: "1", range: Range::share() }, Assumed, "small states are small among holders";
        /// Value of the tokens that an operator must bind for an H100e when it installs it.
        required["stake.required"]: f64 = 0.0, Kind::Number { unit: "USD/H100e", range: Range::closed(0.0, 1e7) }, Assumed, "off";
        /// Time after which the stake of one who leaves is free.
        unbonding["stake.unbonding"]: f64 = 21.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "Cosmos: 21 days";
        /// How the stakers' part is divided.
        stake_reward["stake.reward"]: StakeReward = StakeReward::Proportional, Kind::Choice(StakeReward::WORDS), Assumed, "scenario";
        /// Share of rewards to stake that is bound again.
        compound["stake.compound"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of its stake that an operator loses when it is found to cheat.
        slash["stake.slash"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// Share of what is slashed that is burned; the rest goes to the treasury.
        burned["stake.burned"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of its stake that an operator forfeits when it leaves of its own will.
        forfeit["stake.forfeit"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// Share of its treasury that is granted for work a year.
        grants["treasury.grants"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 52.0) }, Assumed, "off";
    }
}
