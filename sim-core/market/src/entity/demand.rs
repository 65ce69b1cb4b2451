//! Demand segments: one nation's demand of one workload class and sensitivity.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// Workload class k.
    pub enum Class {
        /// Answering queries; unserved work is lost.
        Inference = "inference",
        /// Adapting models; work waits in a backlog.
        FineTuning = "fine_tuning",
        /// Training models with gangs of accelerators; work waits in a backlog.
        Training = "training",
    }
}

vocabulary! {
    /// Sensitivity of the data.
    pub enum Sensitivity {
        /// May be processed anywhere.
        Open = "open",
        /// Under data-protection or sector rules.
        Regulated = "regulated",
        /// Vital to the state.
        Critical = "critical",
    }
}

vocabulary! {
    /// How reference demand grows over time.
    pub enum GrowthLaw {
        /// At a rate that falls from `growth.initial` to `growth.long_run`.
        Slowing = "slowing",
        /// With the share of adopters of Bass 1969, each of whom uses more at `growth.long_run`.
        Bass = "bass",
    }
}

parameters! {
    /// The world's demand for compute and how it grows.
    pub struct DemandParameters {
        /// Reference demand D₀ of the world at the start, at reference prices.
        world: f64 = 8.0e6, Kind::Number { unit: "H100e", range: Range::above(0.0, 1e15) }, Calibrated, "calibration/compute_by_country.csv over its coverage of 15 % and utilisation";
        /// Elasticity of a nation's demand with respect to its GDP.
        gdp_elasticity: f64 = 0.97, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Calibrated, "calibration/compute_by_country.csv, 37 economies";
        /// Demand of a low-income nation over that of a high-income nation of the same GDP.
        low_income["income.low"]: f64 = 0.15, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "use of AI services by income group";
        /// The same for lower middle income.
        lower_middle_income["income.lower_middle"]: f64 = 0.3, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "use of AI services by income group";
        /// The same for upper middle income.
        upper_middle_income["income.upper_middle"]: f64 = 0.6, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "use of AI services by income group";
        /// How reference demand grows.
        growth_law["growth.law"]: GrowthLaw = GrowthLaw::Slowing, Kind::Choice(GrowthLaw::WORDS), Assumed, "growth that slows with diffusion";
        /// Rate of innovation p of Bass adoption.
        innovation["adoption.innovation"]: f64 = 0.03, Kind::Number { unit: "1/year", range: Range::above(0.0, 10.0) }, Calibrated, "mean of 213 applications: Sultan, Farley and Lehmann 1990";
        /// Rate of imitation q of Bass adoption.
        imitation["adoption.imitation"]: f64 = 0.38, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Calibrated, "mean of 213 applications: Sultan, Farley and Lehmann 1990";
        /// Time since the introduction at the start of the run.
        adoption_age["adoption.age"]: f64 = 3.1, Kind::Number { unit: "year", range: Range::above(0.0, 100.0) }, Assumed, "from ChatGPT, 2022-11-30, to 2026-01-01";
        /// Growth of reference demand at the start, continuously compounded, g₀.
        growth_initial["growth.initial"]: f64 = 0.6, Kind::Number { unit: "1/year", range: Range::closed(-3.0, 5.0) }, Assumed, "Epoch AI: installed compute grows about 2.3 times a year; slower for demand at constant price";
        /// Growth in the long run, g_∞.
        growth_long["growth.long_run"]: f64 = 0.2, Kind::Number { unit: "1/year", range: Range::closed(-3.0, 5.0) }, Assumed, "slows with diffusion";
        /// Time constant with which growth slows, T_g.
        growth_time["growth.time"]: f64 = 3.0, Kind::Number { unit: "year", range: Range::above(0.0, 100.0) }, Assumed, "diffusion within a decade";
        /// Relative amplitude of the season.
        season: f64 = 0.03, Kind::Number { unit: "1", range: Range::closed(0.0, 0.9) }, Assumed, "business calendars";
        /// Stationary standard deviation of log demand noise (Ornstein–Uhlenbeck).
        noise: f64 = 0.08, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "weekly demand of clusters";
        /// Mean-reversion rate of the demand noise.
        noise_reversion: f64 = 0.03, Kind::Number { unit: "1/day", range: Range::above(0.0, 100.0) }, Assumed, "half-life of three weeks";
        /// Reference price P_ref of an H100e-hour at which demand is D_ref.
        reference_price: f64 = 2.0, Kind::Number { unit: "USD/H100eh", range: Range::above(0.0, 1e6) }, Calibrated, "calibration/rental_prices.csv";
        /// Yearly decline of the reference price, continuously compounded.
        reference_price_decline: f64 = 0.30, Kind::Number { unit: "1/year", range: Range::closed(-1.0, 5.0) }, Calibrated, "calibration/hardware_trends.csv: performance per dollar doubles in 2.29 years";
    }
}

parameters! {
    /// A workload class: what its jobs need and how its buyers respond.
    pub struct WorkloadParameters {
        /// Share of reference demand.
        share: f64 = 1.0 / 3.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "Epoch AI and industry reports: inference dominates";
        /// Mean service time σ_k of a job.
        service_time: f64 = 1.0, Kind::Number { unit: "hour", range: Range::above(0.0, 1e5) }, Calibrated, "calibration/job_sizes.csv";
        /// Effective variability V_k of waits. Assumed until jobs are simulated one by one, and reported as such.
        variability: f64 = 2.0, Kind::Number { unit: "1", range: Range::above(0.0, 1e4) }, Assumed, "raw (1+Cs²)/2 overstates waits 3 to 15 times";
        /// Patience τ_k: mean waiting time after which a job is given up.
        patience: f64 = 24.0, Kind::Number { unit: "hour", range: Range::above(0.0, 1e6) }, Assumed, "class of service";
        /// Value of waiting time v_k.
        waiting_value: f64 = 0.1, Kind::Number { unit: "USD/H100eh/hour", range: Range::closed(0.0, 1e6) }, Assumed, "in the sensitivity table";
        /// Cost κ_k of a failed attempt, per H100e-hour of the job.
        failed_attempt_cost: f64 = 0.5, Kind::Number { unit: "USD/H100eh", range: Range::closed(0.0, 1e6) }, Assumed, "in the sensitivity table";
        /// Whether unserved work waits for the next tick.
        backlog: bool = true, Kind::Flag, Assumed, "inference is lost, jobs wait";
        /// Compute G that one job needs in one site of one operator.
        gang: f64 = 0.0, Kind::Number { unit: "H100e", range: Range::closed(0.0, 1e9) }, Assumed, "calibration/job_sizes.csv";
        /// Mean work of a job; unset: its gang, at least one H100e, over its service time.
        job_size: Option<f64> = None, Kind::Number { unit: "H100eh", range: Range::above(0.0, 1e12) }, Calibrated, "calibration/job_sizes.csv";
        /// Least memory of the accelerators.
        memory: f64 = 0.0, Kind::Number { unit: "GB", range: Range::closed(0.0, 1e6) }, Assumed, "model sizes";
        /// Least bandwidth between accelerators.
        interconnect: f64 = 0.0, Kind::Number { unit: "GB/s", range: Range::closed(0.0, 1e6) }, Assumed, "tensor-parallel work";
        /// Elasticity η of demand with respect to the price index.
        elasticity: f64 = 0.7, Kind::Number { unit: "1", range: Range::closed(0.0, 20.0) }, Assumed, "in the sensitivity table";
        /// Elasticity of substitution θ between providers.
        substitution: f64 = 4.0, Kind::Number { unit: "1", range: Range::closed(0.0, 50.0) }, Assumed, "in the sensitivity table";
        /// Choke price over the reference price.
        choke: f64 = 8.0, Kind::Number { unit: "1", range: Range::above(1.0, 1e4) }, Assumed, "rental price of 2023 over today's";
        /// Log taste lost per round-trip time, ψ: what the class would give up to be near.
        latency_sensitivity: f64 = 0.0, Kind::Number { unit: "1/ms", range: Range::closed(0.0, 10.0) }, Assumed, "off; interactive inference feels tens of milliseconds, training none";
        /// Width δ of the taper below the choke price.
        taper: f64 = 0.15, Kind::Number { unit: "1", range: Range::above(0.0, 1.0) }, Assumed, "at most 1/(1+θ−η)";
    }
}

parameters! {
    /// A sensitivity of data.
    pub struct SensitivityParameters {
        /// Share of reference demand.
        share: f64 = 1.0 / 3.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "public sector and regulated industries in GDP";
        /// Order in which a queue serves: smaller first; equal priorities share.
        priority: i64 = 1, Kind::Integer { min: 0, max: 7 }, Assumed, "policy";
    }
}
