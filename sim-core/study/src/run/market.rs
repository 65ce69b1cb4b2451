//! A loaded scenario as something to run: blueprints of all policies, and what results need to know about them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::event::{EventKind, EventParameters};
use autarky_market::record::{Actor, ActorKind, Record};
use autarky_market::scenario::Scenario;
use autarky_market::{MODEL_VERSION, SimulationError, layout, simulate};

use super::points::Points;
use super::schedule::{Shard, Task};
use super::{Incomparable, Keep, Mark, Policy, Recipe, Study, TaskError};
use crate::design::{Design, DesignSpec};
use crate::rule::{RuleNote, Ruling, governed};
use crate::scenario::{self, Diagnostic, Loaded, nearest, resolved_toml};

/// How often and with which draws to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replications {
    /// Seed of all random streams.
    pub seed: u64,
    /// Number of the first replication.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// The command that loads the same scenario, for replays.
    pub command: String,
    /// How it was loaded.
    pub recipe: Recipe,
}

/// A study of the market model.
#[derive(Debug)]
pub struct MarketStudy {
    /// What is run.
    pub study: Study,
    blueprints: Vec<Blueprint>,
    points: Option<Points>,
    /// The functions of `study.rules` that are at hand.
    rulings: Vec<Ruling>,
}

/// Why a loaded scenario cannot be run.
#[derive(Debug, Clone, PartialEq)]
pub enum PrepareError {
    /// A policy contradicts itself.
    Policy {
        /// The policy.
        name: String,
        /// Path of the parameter.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// The policies cannot be compared.
    Incomparable(Incomparable),
    /// The design does not fit the scenario.
    Design(Vec<Diagnostic>),
}

impl fmt::Display for PrepareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy { name, path, message } => {
                write!(f, "policy `{name}`: {path}: {message}")
            }
            Self::Incomparable(reason) => reason.fmt(f),
            Self::Design(found) => f.write_str(&scenario::render_all(found)),
        }
    }
}

impl std::error::Error for PrepareError {}

impl MarketStudy {
    /// Compiles every policy of a loaded scenario; the first is the base.
    ///
    /// # Errors
    ///
    /// A policy cannot be compiled, or policies record different things.
    pub fn prepare(loaded: &Loaded, replications: Replications) -> Result<Self, PrepareError> {
        let mut blueprints = Vec::with_capacity(loaded.policies.len());
        let mut policies = Vec::with_capacity(loaded.policies.len());
        for policy in &loaded.policies {
            let blueprint = Blueprint::new(&policy.scenario).map_err(|e| PrepareError::Policy {
                name: policy.name.clone(),
                path: e.path,
                message: e.message,
            })?;
            let (name, title) = (policy.name.clone(), policy.title.clone());
            policies.push(Policy { name, title, layout: layout(&blueprint) });
            blueprints.push(blueprint);
        }
        let base = &loaded.policies[0].scenario;
        let study = Study {
            id: loaded.id.clone(),
            title: loaded.title.clone(),
            scenario_hash: loaded.hash(),
            resolved: resolved_toml(loaded),
            parameters: parameters(loaded),
            start_day: base.horizon.start,
            nation_titles: policies[0]
                .layout
                .nations
                .iter()
                .map(|id| nation_title(base, id))
                .collect(),
            actor_titles: actor_titles(loaded, &policies),
            marks: marks(loaded),
            assumptions: assumptions(loaded),
            rules: Vec::new(),
            model_version: MODEL_VERSION,
            seed: replications.seed,
            first: replications.first,
            replications: replications.count,
            points: 1,
            design: String::new(),
            design_spec: None,
            shard: Shard::WHOLE,
            keep: Keep::Series,
            until: None,
            recipe: replications.recipe,
            command: replications.command,
            policies,
        };
        study.check().map_err(PrepareError::Incomparable)?;
        Ok(Self { study, blueprints, points: None, rulings: Vec::new() })
    }

    /// The same study at every point of a design, whose settings lie on top of the resolved scenario.
    ///
    /// # Errors
    ///
    /// The design does not fit the scenario.
    pub fn at_points(mut self, spec: &DesignSpec, loaded: &Loaded) -> Result<Self, PrepareError> {
        let design = Design::new(spec, loaded).map_err(PrepareError::Design)?;
        self.study.points = design.len();
        self.study.design = design.identity();
        self.study.design_spec = Some(spec.clone());
        self.points = Some(Points::new(&self.study, design).map_err(PrepareError::Design)?);
        Ok(self)
    }

    /// Checks that all policies and points have the dates of the base's start, which are those that series are recorded with. What is wrong, as text.
    pub(crate) fn check_start(&self) -> Result<(), String> {
        let way_out = "keep runs only (`--keep runs`, in Python keep=\"runs\")";
        let begins = |at: usize| self.blueprints[at].timing.start_day.to_bits();
        if let Some(at) = (1..self.blueprints.len()).find(|&at| begins(at) != begins(0)) {
            let name = &self.study.policies[at].name;
            return Err(format!(
                "the dates of series are those of one start, and `horizon.start` under policy `{name}` is not that of the base: {way_out}"
            ));
        }
        let mut axes = self.design().into_iter().flat_map(Design::axes);
        if axes.any(|axis| axis.name().ends_with("horizon.start")) {
            return Err(format!(
                "the dates of series are those of one start, so `horizon.start` cannot vary: {way_out}"
            ));
        }
        Ok(())
    }

    /// The design, if the study has one.
    #[must_use]
    pub fn design(&self) -> Option<&Design> {
        self.points.as_ref().map(Points::design)
    }

    /// What a user should know about the design before it runs, a text each.
    #[must_use]
    pub fn advice(&self) -> Vec<String> {
        let Some(design) = self.design() else { return Vec::new() };
        design.advice().into_iter().chain(self.levelled(design)).collect()
    }

    /// Axes of all policies whose parameter a policy sets itself: at every point the policy then has the value of the others.
    fn levelled(&self, design: &Design) -> Vec<String> {
        let rows = scenario::policies_rows(&self.study.parameters).unwrap_or_default();
        let mut out = Vec::new();
        for axis in design.axes().iter().filter(|axis| axis.policy().is_none()) {
            let sets = |rows: &[scenario::Row]| rows.iter().any(|row| row.path == axis.path());
            let own = rows.iter().skip(1).filter(|(_, rows)| sets(rows));
            let names: Vec<String> = own.map(|(name, _)| format!("`{name}`")).collect();
            if !names.is_empty() {
                let (path, names) = (axis.path(), names.join(", "));
                out.push(format!("`{path}` varies under all policies, in place of what {names} sets; `policies.NAME.{path}` varies it under one"));
            }
        }
        out
    }

    /// The scenario at a point of the design; none without a design.
    ///
    /// # Errors
    ///
    /// The settings of the point contradict the scenario.
    pub fn loaded_at(&self, point: u64) -> Option<Result<Loaded, String>> {
        self.points.as_ref().map(|points| points.load(point))
    }

    /// What is simulated under a policy at a point.
    ///
    /// # Errors
    ///
    /// The settings of the point contradict the scenario.
    pub fn with_blueprint<T>(
        &self,
        (policy, point): (usize, u64),
        then: impl FnOnce(&Blueprint) -> T,
    ) -> Result<T, TaskError> {
        let Some(points) = &self.points else { return Ok(then(&self.blueprints[policy])) };
        let compiled = points.compiled(&self.study, point);
        let blueprints = compiled.as_ref().as_ref();
        blueprints.map(|all| then(&all[policy])).map_err(|e| TaskError::Failed(e.clone()))
    }

    /// Runs one replication of one policy.
    pub fn simulate(&self, task: Task, stop: &StopFlag) -> Result<Record, TaskError> {
        if let Some(note) = self.missing_rule(task.policy) {
            return Err(TaskError::Failed(note.missing()));
        }
        let run = |blueprint: &Blueprint| {
            let market =
                governed(blueprint, self.rulings(task.policy)).map_err(TaskError::Failed)?;
            simulate(market, self.study.seed, task.replication, stop).map_err(|error| match error {
                SimulationError::Stopped => TaskError::Stopped,
                SimulationError::Run(reason) => TaskError::Failed(reason.to_string()),
            })
        };
        self.with_blueprint((task.policy, task.point), run)?
    }

    /// Lets a rule govern a nation under a policy of the study.
    ///
    /// # Errors
    ///
    /// There is no such policy, the nation is not recorded, or another rule governs it there.
    pub fn govern(&mut self, ruling: Ruling) -> Result<(), String> {
        let RuleNote { policy, nation, .. } = &ruling.note;
        let names = || self.study.policies.iter().map(|p| p.name.as_str());
        let Some(at) = names().position(|name| name == policy) else {
            let help = nearest(policy, names()).map_or_else(
                || format!("policies: {}", names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(format!("the study has no policy `{policy}`; {help}"));
        };
        governed(&self.blueprints[at], std::iter::once(&ruling))?;
        if let Some(other) = self.study.rules.iter().find(|note| note.is_beside(&ruling.note)) {
            let function = other.function();
            return Err(format!(
                "policy `{policy}` in {nation} is decided by the function {function} already"
            ));
        }
        let place = |note: &RuleNote| {
            let at = self.study.policies.iter().position(|p| p.name == note.policy);
            (at, note.nation.clone())
        };
        let before = place(&ruling.note);
        let at = self.study.rules.partition_point(|note| place(note) < before);
        self.study.assumptions.push(ruling.note.sentence());
        self.study.rules.insert(at, ruling.note.clone());
        self.rulings.push(ruling);
        Ok(())
    }

    /// Hands over the function of a rule that the study has.
    ///
    /// # Errors
    ///
    /// The study has another rule there, or none.
    pub(crate) fn supply(&mut self, ruling: Ruling) -> Result<(), String> {
        let (note, function) = (&ruling.note, ruling.note.function());
        let RuleNote { policy, nation, .. } = note;
        match self.study.rules.iter().find(|known| known.is_beside(note)) {
            Some(known) if known.is_same(note) => {
                self.rulings.retain(|other| !other.note.is_beside(note));
                self.rulings.push(ruling);
                Ok(())
            }
            Some(known) => Err(format!(
                "policy `{policy}` in {nation} is decided by the function {} in the folder, not by {function}: another source is another study",
                known.function()
            )),
            None => Err(format!(
                "policy `{policy}` in {nation} is decided by no function in the folder, and now by {function}: that is another study"
            )),
        }
    }

    /// The functions at hand that decide a policy.
    pub(crate) fn rulings(&self, policy: usize) -> impl Iterator<Item = &Ruling> {
        let name = &self.study.policies[policy].name;
        self.rulings.iter().filter(move |ruling| ruling.note.policy == *name)
    }

    /// A rule that governs under a policy and whose function is not at hand.
    #[must_use]
    pub fn missing_rule(&self, policy: usize) -> Option<&RuleNote> {
        let name = &self.study.policies[policy].name;
        let here = |note: &&RuleNote| self.rulings.iter().any(|ruling| ruling.note.is_same(note));
        self.study.rules.iter().filter(|note| note.policy == *name).find(|note| !here(note))
    }
}

/// The rows of `autarky show` of the base, and of other policies where they differ from it, as CSV.
fn parameters(loaded: &Loaded) -> String {
    let base = scenario::show(&loaded.policies[0]);
    let known: BTreeMap<&str, &str> =
        base.iter().map(|row| (row.path.as_str(), row.value.as_str())).collect();
    let same = |row: &scenario::Row| known.get(row.path.as_str()) == Some(&row.value.as_str());
    let of = |(at, policy): (usize, &scenario::Policy)| {
        let mut rows = scenario::show(policy);
        let own: BTreeSet<String> = rows.iter().map(|row| row.path.clone()).collect();
        rows.retain(|row| at == 0 || !same(row));
        let gone = base.iter().filter(|row| !own.contains(&row.path));
        rows.extend(gone.map(|row| scenario::Row { value: "–".to_owned(), ..row.clone() }));
        (policy.name.clone(), rows)
    };
    let policies: Vec<_> = loaded.policies.iter().enumerate().map(of).collect();
    // A text in memory takes every row.
    scenario::show_policies_csv(&policies).unwrap_or_default()
}

fn nation_title(scenario: &Scenario, id: &str) -> String {
    let title = scenario.nations.get(id).map_or("", |nation| nation.title.as_str());
    if title.is_empty() { id.to_owned() } else { title.to_owned() }
}

/// Titles of the actors of all policies, as the first policy that has the actor calls it.
fn actor_titles(loaded: &Loaded, policies: &[Policy]) -> Vec<(Actor, String)> {
    let mut out: Vec<(Actor, String)> = Vec::new();
    for (policy, compiled) in loaded.policies.iter().zip(policies) {
        for actor in &compiled.layout.actors {
            let title = actor_title(&policy.scenario, actor);
            if !title.is_empty() && out.iter().all(|(known, _)| known != actor) {
                out.push((actor.clone(), title.to_owned()));
            }
        }
    }
    out
}

/// Title of the entry that an actor's identifier names; empty where it names none.
fn actor_title<'s>(scenario: &'s Scenario, actor: &Actor) -> &'s str {
    let id = actor.id.as_str();
    match actor.kind {
        ActorKind::Controller => scenario.controllers.get(id).map(|c| c.title.as_str()),
        ActorKind::Vendor => scenario.vendors.get(id).map(|v| v.title.as_str()),
        ActorKind::Cloud => scenario.providers.get(id).map(|p| p.title.as_str()),
        ActorKind::Coalition => scenario.alliances.get(id).map(|a| a.title.as_str()),
        ActorKind::Chain | ActorKind::Host => scenario.nations.get(id).map(|n| n.title.as_str()),
        ActorKind::Model
        | ActorKind::Connectivity
        | ActorKind::Power
        | ActorKind::Payments
        | ActorKind::Staff
        | ActorKind::Data
        | ActorKind::Operator => None,
    }
    .unwrap_or_default()
}

/// Dates of the events that policies add to the base, each once; of the base where there is no policy.
fn marks(loaded: &Loaded) -> Vec<Mark> {
    let of = |policy: &scenario::Policy| -> Vec<Mark> {
        policy.scenario.events.iter().flat_map(|(_, event)| event_marks(event)).collect()
    };
    let base = of(&loaded.policies[0]);
    let mut marks: Vec<Mark> = Vec::new();
    for mark in loaded.policies[1..].iter().flat_map(of) {
        if !base.contains(&mark) && !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    if loaded.policies.len() == 1 { base } else { marks }
}

/// Start and end of an event with a date; what hangs on chance has none.
fn event_marks(event: &EventParameters) -> Vec<Mark> {
    let Some(at) = event.at else { return Vec::new() };
    let what = match event.kind {
        EventKind::ExportRegime => event.regime.as_str(),
        EventKind::CloudSuspension => "suspension",
        EventKind::RemoteSwitchOff => "switch-off",
        EventKind::PolicyChange => "new policy",
        EventKind::ModelAccessCut => "closure of models",
        EventKind::OpenModelRelease => "release of models",
        EventKind::AllianceChange => "change of alliance",
    };
    let start = Mark { day: at, label: format!("{what} starts") };
    let end = event.until.map(|day| Mark { day, label: format!("{what} ends") });
    [start].into_iter().chain(end).collect()
}

fn assumptions(loaded: &Loaded) -> Vec<String> {
    let base = &loaded.policies[0];
    let variability: Vec<String> = base
        .scenario
        .workloads
        .iter()
        .map(|(id, workload)| format!("{id} {}", workload.variability))
        .collect();
    let assumed = base.origins.values().filter(|origin| origin.status == "assumed").count();
    vec![
        format!(
            "The effective variability V of waits ({}): it has not been fitted to jobs simulated one by one.",
            variability.join(", ")
        ),
        format!(
            "{assumed} of {} parameters; `autarky show {} --resolved --origins` lists each with its source.",
            base.origins.len(),
            loaded.id
        ),
    ]
}
