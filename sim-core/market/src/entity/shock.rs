//! Shocks to prices and demand: which quantity, whose, and by which law.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// What a shock multiplies.
    pub enum Target {
        /// Price of accelerators and of their parts, by vendor.
        Chip = "chip",
        /// Price of power, by zone.
        Energy = "energy",
        /// Real exchange rate (local units per dollar), by zone.
        ExchangeRate = "exchange_rate",
        /// Price that a provider charges, by provider; unnamed: those that sell abroad.
        Cloud = "cloud",
        /// Reference demand, by zone.
        Demand = "demand",
    }
}

impl Target {
    /// The root whose entries it hits.
    #[must_use]
    pub const fn root(self) -> &'static str {
        match self {
            Self::Chip => "vendor",
            Self::Cloud => "provider",
            Self::Energy | Self::ExchangeRate | Self::Demand => "nation",
        }
    }
}

vocabulary! {
    /// The law of a shock's factor.
    pub enum Law {
        /// Ornstein–Uhlenbeck process in logs (a Brownian motion without reversion).
        MeanReverting = "mean_reverting",
        /// Compound Poisson jumps in logs that decay.
        Jumps = "jumps",
        /// Two-state Markov chain between a factor of one and another.
        RegimeSwitching = "regime_switching",
        /// A given path, without randomness.
        Path = "path",
    }
}

vocabulary! {
    /// How a path runs between its dates.
    pub enum Interpolation {
        /// In logs: at a constant rate of growth.
        LogLinear = "log_linear",
        /// In the value itself.
        Linear = "linear",
    }
}

vocabulary! {
    /// The law of the size J of a jump in logs.
    pub enum SizeLaw {
        /// Normal (Merton 1976).
        Normal = "normal",
        /// Exponential on both sides (Kou 2002).
        DoubleExponential = "double_exponential",
        /// The factor e^J is Pareto from one upwards.
        Pareto = "pareto",
    }
}

parameters! {
    /// A shock: one random process that multiplies one quantity. Several shocks to one quantity multiply.
    pub struct ShockParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// What it multiplies.
        target: Target = Target::Chip, Kind::Choice(Target::WORDS), Assumed, "scenario";
        /// Vendors that a shock to `chip` hits; empty: all.
        of_vendors["of.vendors"]: Vec<String> = Vec::new(), Kind::References("vendor"), Assumed, "scenario";
        /// Zones that a shock to `energy`, `exchange_rate` or `demand` hits; empty: all.
        of_nations["of.nations"]: Vec<String> = Vec::new(), Kind::References("nation"), Assumed, "scenario";
        /// Providers that a shock to `cloud` hits; empty: all that sell abroad.
        of_providers["of.providers"]: Vec<String> = Vec::new(), Kind::References("provider"), Assumed, "scenario";
        /// Law of its factor.
        law: Law = Law::MeanReverting, Kind::Choice(Law::WORDS), Assumed, "scenario";
        /// Volatility σ of the log under `mean_reverting`.
        volatility: f64 = 0.2, Kind::Number { unit: "1/year^0.5", range: Range::closed(0.0, 5.0) }, Assumed, "scenario";
        /// Rate κ at which the log reverts under `mean_reverting`; zero: never (Brownian motion).
        reversion: f64 = 1.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "scenario";
        /// Rate λ of jumps under `jumps`.
        rate: f64 = 0.1, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "scenario";
        /// Rate β at which a jump decays in logs under `jumps`; zero: never.
        decay: f64 = 1.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "scenario";
        /// Law of the size of a jump in logs.
        size["size.law"]: SizeLaw = SizeLaw::Normal, Kind::Choice(SizeLaw::WORDS), Assumed, "scenario";
        /// Mean μ of a `normal` size.
        size_mean["size.mean"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(-10.0, 10.0) }, Assumed, "scenario";
        /// Standard deviation δ of a `normal` size.
        size_deviation["size.deviation"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "scenario";
        /// Share p of upward jumps of a `double_exponential` size.
        size_share_up["size.share_up"]: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Mean η₁ of the upward sizes of `double_exponential`; the factor has a mean below one only.
        size_mean_up["size.mean_up"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::above(0.0, 10.0) }, Assumed, "scenario";
        /// Mean η₂ of the downward sizes of `double_exponential`.
        size_mean_down["size.mean_down"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::above(0.0, 10.0) }, Assumed, "scenario";
        /// Tail α of a `pareto` size; the factor has a mean above one only.
        size_tail["size.tail"]: f64 = 3.0, Kind::Number { unit: "1", range: Range::above(0.0, 1000.0) }, Assumed, "scenario";
        /// Rate at which the regime begins under `regime_switching`.
        regime_onset["regime.onset"]: f64 = 0.1, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "scenario";
        /// Mean length of the regime under `regime_switching`.
        regime_length["regime.length"]: f64 = 365.25, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "scenario";
        /// Factor while the regime lasts under `regime_switching`.
        regime_factor["regime.factor"]: f64 = 1.5, Kind::Number { unit: "1", range: Range::above(0.0, 1000.0) }, Assumed, "scenario";
        /// Dated values of a `path`, from the first to the last day of the run or longer: a CSV file with the columns date,value beside the scenario, or a list.
        path_values["path.values"]: Vec<(f64, f64)> = Vec::new(), Kind::Path, Assumed, "scenario";
        /// How a `path` runs between its dates.
        path_interpolation["path.interpolation"]: Interpolation = Interpolation::LogLinear, Kind::Choice(Interpolation::WORDS), Assumed, "prices grow in proportion";
        /// Whether the values of a `path` are divided by the value on the first day, so that a file of prices serves as it is; else they are factors.
        path_rebase["path.rebase"]: bool = true, Kind::Flag, Assumed, "a shock multiplies what is known at the start";
        /// Longest span between two dates of a `path`; unset: three times their median span.
        path_max_gap["path.max_gap"]: Option<f64> = None, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "a missing stretch is a defect of the file";
        /// Name of a common factor: shocks of one law that name it move together.
        factor: String = String::new(), Kind::Name, Assumed, "scenario: empty: on its own";
        /// Loading ℓ on the common factor: two shocks with loadings ℓ₁ and ℓ₂ are correlated by ℓ₁·ℓ₂.
        loading: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "scenario";
        /// Share of what the factor leaves that all vendors, zones or providers it hits have in common: their correlation.
        common: f64 = 1.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "one world price";
        /// Whether the factor is divided by its mean, so that its mean is one at every date.
        compensated: bool = true, Kind::Flag, Assumed, "shocks add risk, and no trend";
    }
}
