//! One replication of one policy again, alone: what it recorded, and proof that it is the same one.
//!
//! Needs no stored results: scenario, policy, seed and number of the replication say everything. It keeps no statistics.

use std::fmt::{self, Write as _};
use std::io;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::record::{Layout, Record};
use autarky_market::rule::Governed;
use autarky_market::{MODEL_VERSION, SimulationError, layout, simulate};
use serde_json::{Map, Value, json};

use crate::job::Job;
use crate::output::without_control;
use crate::rule::{Ruling, governed};
use crate::run::TaskError;
use crate::run::schedule::Task;
use crate::scenario::{Policy, scenario_hash};
use crate::trace::{TraceError, TraceOptions, Traced, write_trace};

/// A replication to run again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Name of the policy.
    pub policy: String,
    /// Hash of its scenario.
    pub scenario_hash: String,
    /// Seed of all random streams.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u64,
    blueprint: Blueprint,
    layout: Layout,
    rulings: Vec<Ruling>,
}

/// Why a run of a study cannot be run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayError {
    /// The study has no such run, or a function that decides its policy is not at hand.
    Asked(String),
    /// It cannot be compiled, as it could not in the study.
    Failed(String),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Asked(text) | Self::Failed(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for ReplayError {}

impl Replay {
    /// A run of a study, decided by the same functions at the same point of its design.
    ///
    /// # Errors
    /// See [`ReplayError`].
    pub fn of(job: &Job, task: Task) -> Result<Self, ReplayError> {
        let Task { policy, point, replication } = task;
        let study = &job.market.study;
        let asked = |text| Err(ReplayError::Asked(text));
        if point >= study.points {
            let there = match study.points {
                1 => "point 0 only".to_owned(),
                points => format!("points 0 to {}", points.saturating_sub(1)),
            };
            return asked(format!("the study has {there}, not {point}"));
        }
        if let Some(note) = job.market.missing_rule(policy) {
            return asked(note.missing());
        }
        // A point that cannot be compiled fails here as it did in the study.
        let compiled = job.market.with_blueprint((policy, point), |_| ());
        compiled.map_err(|error| match error {
            TaskError::Failed(reason) => ReplayError::Failed(reason),
            TaskError::Stopped => ReplayError::Failed("it was stopped".to_owned()),
        })?;
        let at_point = job.market.loaded_at(point).transpose().map_err(ReplayError::Failed)?;
        let loaded = at_point.as_ref().unwrap_or(&job.loaded);
        let replay = Self::new(&loaded.policies[policy], (study.seed, replication));
        let mut replay = replay.map_err(ReplayError::Failed)?;
        for ruling in job.market.rulings(policy) {
            replay.govern(ruling.clone()).map_err(ReplayError::Failed)?;
        }
        Ok(replay)
    }

    /// Compiles a policy.
    ///
    /// # Errors
    /// It contradicts itself; the text names the parameter.
    pub fn new(policy: &Policy, (seed, replication): (u64, u64)) -> Result<Self, String> {
        let blueprint = Blueprint::new(&policy.scenario)
            .map_err(|e| format!("policy `{}`: {}: {}", policy.name, e.path, e.message))?;
        Ok(Self {
            policy: policy.name.clone(),
            scenario_hash: scenario_hash(&policy.scenario),
            seed,
            replication,
            layout: layout(&blueprint),
            blueprint,
            rulings: Vec::new(),
        })
    }

    /// Lets a rule govern a nation, as in the study that is replayed.
    ///
    /// # Errors
    /// It is a rule of another policy, or the nation is not recorded.
    pub fn govern(&mut self, ruling: Ruling) -> Result<(), String> {
        let other = &ruling.note.policy;
        if *other != self.policy {
            return Err(format!("the rule is of policy `{other}`, not of `{}`", self.policy));
        }
        governed(&self.blueprint, std::iter::once(&ruling))?;
        self.rulings.retain(|other| !other.note.is_beside(&ruling.note));
        self.rulings.push(ruling);
        Ok(())
    }

    /// What is simulated.
    fn market(&self) -> Governed<'_> {
        governed(&self.blueprint, self.rulings.iter()).expect("each rule was tried when it came")
    }

    /// The start of the run in days from 1970-01-01.
    #[must_use]
    pub fn start_day(&self) -> f64 {
        self.blueprint.timing.start_day
    }

    /// Runs it.
    ///
    /// # Errors
    /// It failed or was stopped.
    pub fn run(&self, stop: &StopFlag) -> Result<Record, SimulationError> {
        simulate(self.market(), self.seed, self.replication, stop)
    }

    /// Runs it and writes its events.
    ///
    /// # Errors
    /// It failed, was stopped, or `out` failed.
    pub fn trace(
        &self,
        options: &TraceOptions,
        stop: &StopFlag,
        out: impl io::Write,
    ) -> Result<Traced, TraceError> {
        write_trace(self.market(), (self.seed, self.replication), options, stop, out)
    }

    /// What identifies it and its events, on one line.
    #[must_use]
    pub fn identity(&self, record: &Record) -> String {
        without_control(&format!(
            "policy {}, seed {}, replication {}, model version {MODEL_VERSION}: {} events, fingerprint {:016x}",
            self.policy, self.seed, self.replication, record.events, record.fingerprint
        ))
    }

    /// Every scalar of every nation as text.
    #[must_use]
    pub fn table(&self, record: &Record) -> String {
        const COLUMN: usize = 16;
        let Layout { nations, scalars, .. } = &self.layout;
        let name = scalars.iter().map(|c| c.name.len()).max().unwrap_or(0).max(8);
        let mut text = format!("{:<name$}", "quantity");
        for nation in nations {
            let _ = write!(text, "  {:>COLUMN$}", without_control(nation));
        }
        text += "  unit\n";
        for (at, column) in scalars.iter().enumerate() {
            let _ = write!(text, "{:<name$}", column.name);
            for n in 0..nations.len() {
                let value = record.scalars[n * scalars.len() + at];
                let cell = if value.is_nan() { "-".to_owned() } else { significant(value) };
                let _ = write!(text, "  {cell:>COLUMN$}");
            }
            let _ = writeln!(text, "  {}", column.unit);
        }
        text
    }

    /// What identifies it and every scalar of every nation, exact; what is undefined is null.
    #[must_use]
    pub fn json(&self, record: &Record) -> Value {
        let width = self.layout.scalars.len();
        let nation = |(n, id): (usize, &String)| {
            let scalars: Map<String, Value> = self
                .layout
                .scalars
                .iter()
                .zip(&record.scalars[n * width..])
                .map(|(column, value)| (column.name.to_owned(), Value::from(*value)))
                .collect();
            (id.clone(), Value::Object(scalars))
        };
        let nations: Map<String, Value> =
            self.layout.nations.iter().enumerate().map(nation).collect();
        json!({
            "policy": self.policy, "seed": self.seed, "replication": self.replication,
            "scenario_hash": self.scenario_hash, "model_version": MODEL_VERSION,
            "events": record.events, "fingerprint": format!("{:016x}", record.fingerprint),
            "nations": nations,
        })
    }
}

/// A number with seven significant digits.
fn significant(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{value:.6e}");
    }
    let whole = if size >= 1.0 { size.log10().floor() as usize } else { 0 };
    format!("{value:.*}", 6_usize.saturating_sub(whole))
}
