//! AI models on which inference and fine-tuning run, and the technical frontier by which they are measured.

use super::demand::Sensitivity;
use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// How a model is had.
    pub enum ModelKind {
        /// Over an interface that its developer can close.
        ForeignApi = "foreign_api",
        /// Weights that anybody has downloaded; nobody can take them back.
        OpenWeights = "open_weights",
        /// Trained by a state for its own use.
        National = "national",
    }
}

parameters! {
    /// An AI model. Without any entry, all work runs at the frontier and for nothing.
    pub struct ModelParameters {
        /// How it is had.
        kind: ModelKind = ModelKind::OpenWeights, Kind::Choice(ModelKind::WORDS), Assumed, "scenario";
        /// Zone whose law governs the developer; of a national model, the nation that trains it and alone uses it.
        home: Option<String> = None, Kind::Reference("nation"), Assumed, "scenario";
        /// Cloud over which an interface is sold: where that is closed to a nation, so is the model.
        provider: Option<String> = None, Kind::Reference("provider"), Assumed, "scenario";
        /// How far behind the frontier an interface always is, and open weights are when they are released; of no meaning for a national model.
        lag: f64 = 0.33, Kind::Number { unit: "year", range: Range::closed(0.0, 50.0) }, Calibrated, "open models: four months on the Epoch Capabilities Index (Epoch AI 2026), about a year in 2024 (Cottier et al. 2024); set zero for an interface at the frontier";
        /// Licence fee over the reference price of compute, paid to the home.
        fee: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "none; one where compute is half of what an interface charges";
        /// Releases of open weights a year (Poisson).
        release_rate: f64 = 3.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "families of open weights saw two to four large releases a year in 2023 to 2025";
        /// Hazard that the developer closes an interface to one foreign nation.
        cut_rate["cut.rate"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "off; in the sensitivity table";
        /// Mean time for which it stays closed.
        cut_length["cut.length"]: f64 = 365.0, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Assumed, "a year";
        /// Hazard of its withdrawal, for the expected loss.
        hazard: f64 = 0.02, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "as of a cloud; in the sensitivity table";
        /// Training work that a national model has at the start.
        trained: f64 = 0.0, Kind::Number { unit: "H100eh", range: Range::closed(0.0, 1e15) }, Assumed, "policy";
        /// Compute that the training of a national model asks for at the reference price, beside all other demand; the lever for models pays it.
        training["training.demand"]: f64 = 0.0, Kind::Number { unit: "H100e", range: Range::closed(0.0, 1e12) }, Assumed, "policy";
        /// Sensitivity of that training: where it may be done.
        training_sensitivity["training.sensitivity"]: Sensitivity = Sensitivity::Critical, Kind::Choice(Sensitivity::WORDS), Assumed, "policy";
    }
}

parameters! {
    /// The technical frontier: what models are measured by, and what openness does to the price of hardware.
    pub struct FrontierParameters {
        /// Training work C₀ of the model at the frontier at the start.
        training_work: f64 = 3.5e8, Kind::Number { unit: "H100eh", range: Range::above(0.0, 1e18) }, Calibrated, "5e26 FLOP (Grok 4, Epoch AI 2025) at 40 % of 989 TFLOP/s";
        /// Growth γ of that work, continuously compounded.
        training_growth: f64 = 1.526, Kind::Number { unit: "1/year", range: Range::above(0.0, 20.0) }, Calibrated, "4.6 times a year since 2010 (Epoch AI 2024)";
        /// Rate a at which algorithms lower the work that a quality needs, continuously compounded.
        algorithms: f64 = 1.04, Kind::Number { unit: "1/year", range: Range::closed(0.0, 20.0) }, Calibrated, "halved every 8 months, 95 % from 5 to 14 (Ho et al. 2024)";
        /// Share of its usefulness that a model loses for each year behind the frontier, continuously compounded, δ.
        obsolescence: f64 = 0.5, Kind::Number { unit: "1/year", range: Range::closed(0.0, 20.0) }, Assumed, "in the sensitivity table";
        /// Elasticity θ of the choice between models with respect to usefulness over price.
        substitution: f64 = 4.0, Kind::Number { unit: "1", range: Range::closed(0.0, 50.0) }, Assumed, "as between providers; in the sensitivity table";
        /// Time in which work that loses its model moves to another; it is not served meanwhile.
        switching: f64 = 30.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "prompts, evaluations and integrations are done anew; in the sensitivity table";
        /// Elasticity ε of the growth of hardware performance per dollar with respect to openness of the trade in it.
        spillover: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 20.0) }, Assumed, "none; in the sensitivity table";
    }
}
