//! A study from what a user asks for, or from the folder of one that was begun. The command line and Python both come through here.

use std::fmt::{self, Write};

use autarky_market::MODEL_VERSION;

use crate::design::{DesignSpec, Kind, UncertainDraws, left_out, of_uncertain};
use crate::output::manifest::Manifest;
use crate::output::{OutputError, Stored, without_control};
use crate::rule::Ruling;
use crate::run::schedule::Shard;
use crate::run::{Keep, MarketStudy, PrepareError, Recipe, Replications};
use crate::scenario::{
    Diagnostic, Loaded, Options, Policy, Side, Source, difference, difference_text, load,
    render_all, scenario_hash,
};

/// What shall vary over the points of a study.
#[derive(Debug, Clone, PartialEq)]
pub enum Vary {
    /// The axes of a design.
    Design(DesignSpec),
    /// The parameters that the scenario declares uncertain, in so many joint draws.
    Uncertain {
        /// Joint draws.
        draws: u64,
        /// Seed of the draws.
        seed: u64,
    },
}

/// What a user asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Path or catalogue id, overlays, settings, policies.
    pub recipe: Recipe,
    /// The command that loads the same scenario.
    pub command: String,
    /// Seed of all random streams.
    pub seed: u64,
    /// Number of the first replication.
    pub first: u64,
    /// Replications of every policy and point.
    pub replications: u64,
    /// What varies over points, if anything.
    pub vary: Option<Vary>,
    /// What is kept of each run.
    pub keep: Keep,
    /// The share to run here.
    pub shard: Shard,
}

/// A study ready to run, with the scenario that it came from.
#[derive(Debug)]
pub struct Job {
    /// What is run.
    pub market: MarketStudy,
    /// The scenario.
    pub loaded: Loaded,
}

/// How far an old study shall go now; none: as far as it was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Growth {
    /// Replications.
    pub replications: Option<u64>,
    /// Points, samples or trajectories of the design, as it counts them.
    pub points: Option<u64>,
}

/// Why there is no study.
#[derive(Debug)]
pub enum JobError {
    /// The scenario is invalid.
    Scenario(Vec<Diagnostic>),
    /// It cannot be run.
    Prepare(PrepareError),
    /// The folder cannot be read or written.
    Output(OutputError),
    /// What is asked for does not fit the study.
    Asked(String),
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(found) => f.write_str(&render_all(found)),
            Self::Prepare(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
            Self::Asked(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for JobError {}

impl From<OutputError> for JobError {
    fn from(error: OutputError) -> Self {
        Self::Output(error)
    }
}

/// Loads what a recipe names.
///
/// # Errors
///
/// All that is wrong with the scenario.
pub fn load_recipe(recipe: &Recipe) -> Result<Loaded, Vec<Diagnostic>> {
    let mut policies = recipe.policies.clone();
    if !policies.is_empty() && !policies.iter().any(|name| name == "base") {
        policies.push("base".to_owned());
    }
    if !policies.is_empty() {
        policies.extend(recipe.copies.iter().map(|(name, _)| name.clone()));
    }
    let options = Options {
        overlays: recipe.overlays.iter().map(Into::into).collect(),
        sets: recipe.sets.clone(),
        policies,
        copies: recipe.copies.clone(),
        ..Options::default()
    };
    load(&Source::from_argument(&recipe.file), &options)
}

impl Request {
    /// Loads and compiles the study. Warnings of the scenario say which uncertain parameters are not drawn.
    ///
    /// # Errors
    ///
    /// The scenario or the design is invalid.
    pub fn prepare(&self) -> Result<Job, JobError> {
        self.prepare_loaded(load_recipe(&self.recipe).map_err(JobError::Scenario)?)
    }

    /// Compiles the study of a scenario that is loaded already; the recipe only tells where it came from.
    ///
    /// # Errors
    ///
    /// The scenario or the design is invalid.
    pub fn prepare_loaded(&self, mut loaded: Loaded) -> Result<Job, JobError> {
        let replications = Replications {
            seed: self.seed,
            first: self.first,
            count: self.replications,
            command: self.command.clone(),
            recipe: self.recipe.clone(),
        };
        let mut market = MarketStudy::prepare(&loaded, replications).map_err(JobError::Prepare)?;
        if let Some(spec) = self.spec(&loaded)? {
            market = market.at_points(&spec, &loaded).map_err(JobError::Prepare)?;
        }
        if let Some(Vary::Uncertain { .. }) = self.vary {
            loaded.warnings.extend(left_out(&loaded));
        }
        market.study.keep = self.keep;
        market.study.shard = self.shard;
        if self.keep == Keep::Series {
            market.check_start().map_err(JobError::Asked)?;
        }
        Ok(Job { market, loaded })
    }

    fn spec(&self, loaded: &Loaded) -> Result<Option<DesignSpec>, JobError> {
        match &self.vary {
            None => Ok(None),
            Some(Vary::Design(spec)) => Ok(Some(spec.clone())),
            Some(Vary::Uncertain { draws, seed }) => {
                let spec = of_uncertain(loaded, UncertainDraws::Random, *draws, *seed);
                spec.map(Some).map_err(|found| JobError::Scenario(vec![*found]))
            }
        }
    }
}

/// A scenario under one of its policies, as a policy of another study.
#[derive(Debug, Clone, Copy)]
pub struct Variant<'l> {
    /// Name of the policy in the other study.
    pub name: &'l str,
    /// Where it comes from.
    pub loaded: &'l Loaded,
    /// Its policy.
    pub policy: &'l str,
}

/// One scenario whose policies are variants, of one scenario or of several. The one that is named `base`, with which others are compared, comes first, the others
/// in the order of their names, as a file has them.
///
/// # Errors
///
/// There is none, none of several is named `base`, a name is no identifier or stands twice, or a policy does not exist.
pub fn variants(all: &[Variant<'_>]) -> Result<Loaded, JobError> {
    if all.len() > 1 && all.iter().all(|variant| variant.name != "base") {
        let text = "name the scenario that the others are compared with `base`";
        return Err(JobError::Asked(text.to_owned()));
    }
    let mut all = all.to_vec();
    all.sort_by_key(|variant| (variant.name != "base", variant.name));
    let Some(first) = all.first() else {
        return Err(JobError::Asked("there is nothing to run: no policy is named".to_owned()));
    };
    let mut loaded = Loaded { policies: Vec::new(), about: None, ..first.loaded.clone() };
    for variant in &all {
        let name = without_control(variant.name);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            let text = format!("`{name}` is no name of a policy: letters, digits, `_` and `-`");
            return Err(JobError::Asked(text));
        }
        if loaded.policy(variant.name).is_some() {
            return Err(JobError::Asked(format!("two policies are named `{name}`")));
        }
        let Some(policy) = variant.loaded.policy(variant.policy) else {
            let known: Vec<&str> =
                variant.loaded.policies.iter().map(|p| p.name.as_str()).collect();
            let wanted = without_control(variant.policy);
            let known = known.join(", ");
            let text = format!("the scenario has no policy `{wanted}`; there are: {known}");
            return Err(JobError::Asked(text));
        };
        loaded.policies.push(Policy { name, ..policy.clone() });
        if !std::ptr::eq(variant.loaded, first.loaded) {
            let known = |w: &Diagnostic| loaded.warnings.contains(w);
            let new: Vec<Diagnostic> =
                variant.loaded.warnings.iter().filter(|w| !known(w)).cloned().collect();
            loaded.warnings.extend(new);
        }
    }
    Ok(loaded)
}

/// The study of a folder again to run it, as it was or grown.
///
/// # Errors
///
/// The folder is damaged, the model has another version, the design cannot grow, or a function decides a policy ([`reopen_with`]).
pub fn reopen(stored: &Stored, growth: Growth) -> Result<Job, JobError> {
    reopen_with(stored, growth, &[])
}

/// As [`reopen`], with the functions that decide policies.
///
/// # Errors
///
/// As [`reopen`]; or a function is missing, or has another source than the recorded one.
pub fn reopen_with(stored: &Stored, growth: Growth, rulings: &[Ruling]) -> Result<Job, JobError> {
    supplied(opened(stored, growth)?, rulings)
}

/// A study with the functions that decide its policies, all of them.
pub(crate) fn supplied(mut job: Job, rulings: &[Ruling]) -> Result<Job, JobError> {
    for ruling in rulings {
        job.market.supply(ruling.clone()).map_err(JobError::Asked)?;
    }
    let mut policies = 0..job.market.study.policies.len();
    match policies.find_map(|policy| job.market.missing_rule(policy)) {
        Some(note) => Err(JobError::Asked(note.missing())),
        None => Ok(job),
    }
}

/// The study of a folder again to read its results; what a function decides cannot be run.
///
/// # Errors
///
/// The folder is damaged, or the model has another version.
pub fn reopen_to_read(stored: &Stored) -> Result<Job, JobError> {
    opened(stored, Growth::default())
}

fn opened(stored: &Stored, growth: Growth) -> Result<Job, JobError> {
    let manifest = &stored.manifest;
    if manifest.model_version != MODEL_VERSION {
        return Err(mismatch(
            stored,
            vec![format!(
                "model version: {} there, {MODEL_VERSION} now (program {} there)",
                manifest.model_version, manifest.program_version
            )],
        ));
    }
    let text = stored.resolved()?;
    let loaded = recorded(manifest, &text)?;
    if loaded.hash() != manifest.scenario.hash {
        let text = "resolved.toml was changed after the study had begun".to_owned();
        return Err(mismatch(stored, vec![text]));
    }
    let mut job = rebuilt(manifest, (loaded, text), growth)?;
    job.market.study.parameters = stored.parameters()?;
    Ok(job)
}

/// The resolved scenario of a study; whether it is the one that was recorded is for the caller to look.
pub(crate) fn recorded(manifest: &Manifest, text: &str) -> Result<Loaded, JobError> {
    let source = Source::Text { name: "resolved.toml".to_owned(), text: text.to_owned() };
    let options = Options { policies: manifest.scenario.policies.clone(), ..Options::default() };
    let mut loaded = load(&source, &options).map_err(JobError::Scenario)?;
    loaded.id.clone_from(&manifest.scenario.id);
    Ok(loaded)
}

/// The study that a manifest and its resolved scenario (with its text) describe, as it was or grown; without the table of its parameters.
pub(crate) fn rebuilt(
    manifest: &Manifest,
    (loaded, text): (Loaded, String),
    growth: Growth,
) -> Result<Job, JobError> {
    let replications = Replications {
        seed: manifest.seed,
        first: manifest.replications.first,
        count: growth.replications.unwrap_or(manifest.replications.asked),
        command: manifest.command.clone(),
        recipe: manifest.recipe.clone(),
    };
    let mut market = MarketStudy::prepare(&loaded, replications).map_err(JobError::Prepare)?;
    market.study.resolved = text;
    match (&manifest.design_spec, growth.points) {
        (Some(spec), points) => {
            let spec = grown(spec, points)?;
            market = market.at_points(&spec, &loaded).map_err(JobError::Prepare)?;
        }
        (None, Some(_)) => {
            return Err(JobError::Asked("the study has no design, so no points".to_owned()));
        }
        (None, None) => {}
    }
    market.study.keep = manifest.keep;
    if growth.replications.is_none() {
        market.study.until.clone_from(&manifest.until);
    }
    market.study.shard = manifest.shard;
    market.study.assumptions.clone_from(&manifest.assumptions);
    market.study.rules.clone_from(&manifest.rules);
    market.study.parameters.clear();
    Ok(Job { market, loaded })
}

fn mismatch(stored: &Stored, differences: Vec<String>) -> JobError {
    JobError::Output(OutputError::Mismatch { path: stored.path.clone(), differences })
}

/// A design with more points.
fn grown(spec: &DesignSpec, points: Option<u64>) -> Result<DesignSpec, JobError> {
    let mut spec = spec.clone();
    let Some(count) = points else { return Ok(spec) };
    match &mut spec.kind {
        Kind::Sobol { points, .. } | Kind::Random { points } => *points = count,
        Kind::Saltelli { samples, .. } => *samples = count,
        Kind::Morris { trajectories, .. } => *trajectories = count,
        Kind::Factorial | Kind::Latin { .. } | Kind::Table { .. } => {
            let kind = spec.kind.as_str();
            return Err(JobError::Asked(format!(
                "a {kind} design does not grow by a number of points{}",
                if kind == "table" {
                    "; sweep again with a longer table and the same --out"
                } else {
                    ""
                }
            )));
        }
    }
    Ok(spec)
}

/// The command that makes a study again; a remark follows it where functions decide policies, because a command cannot name them.
#[must_use]
pub fn again(manifest: &Manifest) -> String {
    let mut text = command(manifest);
    for note in &manifest.rules {
        let (policy, function) = (&note.policy, note.function());
        let _ = write!(
            text,
            "  # from Python: policy `{policy}` in {} is decided by {function}",
            note.nation
        );
    }
    text
}

fn command(manifest: &Manifest) -> String {
    let mut words = vec![manifest.command.clone()];
    for policy in &manifest.recipe.policies {
        words.push(format!("--policy {policy}"));
    }
    words.push(format!("-n {} --seed {}", manifest.replications.asked, manifest.seed));
    if manifest.replications.first > 0 {
        words.push(format!("--first {}", manifest.replications.first));
    }
    let usual = if manifest.design_spec.is_some() { Keep::Runs } else { Keep::Series };
    if manifest.keep != usual {
        let keep = if manifest.keep == Keep::Runs { "runs" } else { "series" };
        words.push(format!("--keep {keep}"));
    }
    let Some(spec) = &manifest.design_spec else { return words.join(" ") };
    words[0] = words[0].replacen("autarky run", "autarky sweep", 1);
    words.push(format!("--design {} --design-seed {}", spec.kind.as_str(), spec.seed));
    words.push(match &spec.kind {
        Kind::Factorial => String::new(),
        Kind::Latin { points } | Kind::Random { points } => format!("--points {points}"),
        Kind::Sobol { points, scramble, skip } => sobol(*points, *scramble, *skip),
        Kind::Saltelli { samples, second_order, scramble, skip } => {
            let second = if *second_order { " --second-order" } else { "" };
            sobol(*samples, *scramble, *skip) + second
        }
        Kind::Morris { trajectories, levels } => {
            format!("--points {trajectories} --levels {levels}")
        }
        Kind::Table { .. } => "--table FILE".to_owned(),
    });
    words.extend(spec.axes.iter().map(|axis| format!("--axis '{}'", axis.replace('\'', "'\\''"))));
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

fn sobol(points: u64, scramble: bool, skip: u64) -> String {
    let plain = if scramble { "" } else { " --unscrambled" };
    format!("--points {points}{plain} --skip {skip}")
}

/// What became of the scenario that a folder was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Now {
    /// It resolves to the same values.
    Same,
    /// It resolves to other values: what differs.
    Changed(String),
    /// It cannot be loaded any more.
    Gone,
}

/// What became of the scenario that a folder was made from.
#[must_use]
pub fn now(stored: &Stored, job: &Job) -> Now {
    let Ok(now) = load_recipe(&stored.manifest.recipe) else { return Now::Gone };
    if now.hash() == stored.manifest.scenario.hash {
        return Now::Same;
    }
    let mut text = String::new();
    for policy in &job.loaded.policies {
        let Some(other) = now.policy(&policy.name) else {
            let _ = writeln!(text, "policy `{}` is gone", without_control(&policy.name));
            continue;
        };
        let found = difference(policy, other);
        if found.is_empty() {
            continue;
        }
        let side = |scenario: &str, policy: &Policy| Side {
            scenario: scenario.to_owned(),
            policy: policy.name.clone(),
            hash: scenario_hash(&policy.scenario),
        };
        let sides = [side("recorded", policy), side("now", other)];
        text += &difference_text(&found, [&sides[0], &sides[1]]);
    }
    for policy in now.policies.iter().filter(|p| job.loaded.policy(&p.name).is_none()) {
        let _ = writeln!(text, "policy `{}` is new", without_control(&policy.name));
    }
    Now::Changed(text)
}
