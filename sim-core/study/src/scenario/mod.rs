//! Scenario files: read, checked in one pass, layered, resolved; shown, explained and written again.
//!
//! [`load`] is the door. A file is TOML 1.0 with units as text; it may extend one parent; overlays, a named policy and
//! `path=value` settings lie above it. The parameters themselves are declared in `autarky_market`; nothing here knows
//! one by name except where resolution is about it (zones of nations, kinds of providers, portfolios, files of persons).

mod about;
mod about_schema;
mod chain;
mod diagnostic;
mod difference;
mod explain;
mod hash;
mod json_schema;
mod layer;
pub(crate) mod level;
mod origin;
mod parse;
mod personas;
mod points;
mod portfolio;
mod references;
mod resolve;
mod show;
pub(crate) mod source;
pub(crate) mod suggest;
mod template;
mod tree;
mod uncertain;
pub(crate) mod unit;
pub(crate) mod value;
pub(crate) mod write;
mod zones;

pub use about::{About, Author, Citation, Flip, Reference, Stance};
pub use diagnostic::{Diagnostic, Severity, printable, render_all};
pub use difference::{
    Change, Difference, Lone, Side, difference, difference_csv, difference_json, difference_text,
};
pub use explain::{Explanation, explain};
pub use hash::scenario_hash;
pub use json_schema::{json_schema, json_schema_text};
pub use layer::LayerKind;
pub use origin::{Origin, Origins};
pub use show::{Row, policies_rows, show, show_csv, show_json, show_policies_csv, show_text};
pub use template::template;
pub use uncertain::Uncertain;
pub use write::resolved_toml;

pub(crate) use about::quantity;
pub(crate) use personas::world;
pub use suggest::nearest;
pub(crate) use value::date_text;

use autarky_market::scenario::Scenario;
use layer::{Layer, PolicyDraft};
use resolve::Resolved;
use source::{Files, Findings};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Most values of all policies together, each with its origin.
const MAX_VALUES: usize = 1_000_000;
/// Most entries of one root.
const MAX_ENTRIES: usize = 10_000;

/// What to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A scenario of the catalogue, by identifier.
    Catalogue(String),
    /// A file.
    Path(PathBuf),
    /// A text; `name` stands for the file in messages. Relative parents are looked for in the current folder.
    Text {
        /// Shown as the file.
        name: String,
        /// Content of the file.
        text: String,
    },
}

impl Source {
    /// What a user means by FILE: `catalog:<id>`, a path, or the identifier of a catalogue scenario.
    #[must_use]
    pub fn from_argument(argument: &str) -> Self {
        if let Some(id) = argument.strip_prefix("catalog:") {
            return Self::Catalogue(id.to_owned());
        }
        let path = PathBuf::from(argument);
        let is_word = !argument.contains(['/', '\\', '.']);
        let known = autarky_scenarios::scenario(argument).is_some();
        if is_word && (known || !path.exists()) {
            Self::Catalogue(argument.to_owned())
        } else {
            Self::Path(path)
        }
    }

    /// Identifier of the results: the catalogue's, or the file's name without extension, in ASCII.
    #[must_use]
    pub fn id(&self) -> String {
        let name = match self {
            Self::Catalogue(id) => id.clone(),
            Self::Path(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            Self::Text { name, .. } => name.trim_end_matches(".toml").to_owned(),
        };
        let safe =
            |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' };
        let id: String = name.chars().take(64).map(safe).collect();
        if id.is_empty() { "scenario".to_owned() } else { id }
    }
}

/// What lies above the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Overlay files, later ones on top.
    pub overlays: Vec<PathBuf>,
    /// Settings `path=value`, above every policy. A value that is no TOML value is a text: `nation.EST.power_price=0.3 USD/kWh`.
    pub sets: Vec<String>,
    /// Policies to load, in the order of the file; empty loads `base` and every policy. Others are read, and not resolved: what is wrong under them alone is not found.
    pub policies: Vec<String>,
    /// Settings `path=value` of one policy each (`base` is one), above `sets`: (policy, setting).
    pub policy_sets: Vec<(String, String)>,
    /// Policies beside those of the file that set what another one sets (`base` is one): (name, of which). A later copy may copy an earlier one.
    pub copies: Vec<(String, String)>,
}

/// A resolved scenario under one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Identifier; the scenario without policy is `base`.
    pub name: String,
    /// Title for reports.
    pub title: String,
    /// Description, or empty.
    pub description: String,
    /// What is run.
    pub scenario: Scenario,
    /// Where each value comes from.
    pub origins: Origins,
}

/// A scenario as loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Identifier: see [`Source::id`].
    pub id: String,
    /// Title, or the identifier.
    pub title: String,
    /// The question that the scenario answers, or empty.
    pub question: String,
    /// What the file says about itself, if it does.
    pub about: Option<About>,
    /// The policies asked for, `base` first.
    pub policies: Vec<Policy>,
    /// Parameters that the scenario declares uncertain, by path; they change nothing until a design draws them.
    pub uncertain: Vec<Uncertain>,
    /// What is probably not as meant.
    pub warnings: Vec<Diagnostic>,
    /// Files and catalogue scenarios that were read.
    pub files: Vec<String>,
}

impl Loaded {
    /// The policy of that name.
    #[must_use]
    pub fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|p| p.name == name)
    }
}

/// Loads, checks and resolves a scenario.
///
/// # Errors
/// All that is wrong, in the order of files and lines. Warnings come with a success only.
pub fn load(source: &Source, options: &Options) -> Result<Loaded, Vec<Diagnostic>> {
    Reader::new(source, options)?.load(&[], &[])
}

/// A scenario that is read once and resolved many times, each time with other settings on top.
#[derive(Debug, Clone)]
pub struct Reader {
    files: Files,
    chain: chain::Chain,
    options: Options,
    warnings: Findings,
}

impl Reader {
    /// Reads a scenario with what lies above it.
    ///
    /// # Errors
    /// All that is wrong with the texts, as [`load`].
    pub fn new(source: &Source, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        let (mut files, mut findings) = (Files::default(), Findings::default());
        let chain = chain::read(source, options, &mut files, &mut findings);
        let fine = chain.filter(|chain| {
            chain::check_selection(chain, options, &mut findings);
            chain.whole && is_small_enough(chain, &mut findings)
        });
        if let Some(chain) = fine {
            return Ok(Self { files, chain, options: options.clone(), warnings: findings });
        }
        let (errors, warnings) = findings.finish(&files);
        Err(errors.into_iter().chain(warnings).collect())
    }

    /// Resolves it with settings `path=value` on top: of every policy, and of one policy each (policy, setting).
    ///
    /// # Errors
    /// All that is wrong, as [`load`].
    pub fn load(
        &self,
        sets: &[String],
        policy_sets: &[(String, String)],
    ) -> Result<Loaded, Vec<Diagnostic>> {
        let Self { mut files, mut chain, options, warnings: mut findings } = self.clone();
        chain.set((sets, policy_sets), &mut files, &mut findings);
        let loaded = resolve_all(chain, &options, &mut files, &mut findings);
        let (errors, warnings) = findings.finish(&files);
        if errors.is_empty() {
            Ok(Loaded { warnings, files: files.names().collect(), ..loaded })
        } else {
            Err(errors.into_iter().chain(warnings).collect())
        }
    }
}

fn resolve_all(
    chain: chain::Chain,
    options: &Options,
    files: &mut Files,
    findings: &mut Findings,
) -> Loaded {
    let mut policies = Vec::new();
    let base = chain.policies.get_key_value("base");
    let others = chain.policies.iter().filter(|(name, _)| *name != "base");
    let blank = ("base".to_owned(), PolicyDraft::default());
    let first = base.into_iter().next().unwrap_or((&blank.0, &blank.1));
    // What is wrong under a policy that is not asked for is no concern of who asks.
    let wanted = |name: &String| options.policies.is_empty() || options.policies.contains(name);
    for (name, draft) in std::iter::once(first).chain(others).filter(|(name, _)| wanted(name)) {
        let resolved = resolve_policy(&chain, (name, draft), files, findings);
        let default_title = if name == "base" { "Base" } else { name };
        policies.push(Policy {
            name: name.clone(),
            title: draft.title.clone().unwrap_or_else(|| default_title.to_owned()),
            description: draft.description.clone().unwrap_or_default(),
            origins: origin::origins(&resolved, &chain, files),
            scenario: resolved.scenario,
        });
    }
    let title = chain.title.clone().unwrap_or_else(|| chain.id.clone());
    let question = chain.question.clone().unwrap_or_default();
    let uncertain = uncertain::check(&chain, &policies, files, findings);
    Loaded {
        id: chain.id,
        title,
        question,
        about: chain.about,
        policies,
        uncertain,
        warnings: Vec::new(),
        files: Vec::new(),
    }
}

/// Refuses scenarios whose values under all policies would not fit into memory.
fn is_small_enough(chain: &chain::Chain, findings: &mut Findings) -> bool {
    let settings = chain.layers.iter().flat_map(|l| &l.settings);
    let entries: BTreeSet<(usize, &str)> = settings.map(|s| (s.root, s.id.as_str())).collect();
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        let count = entries.range((root, "")..(root + 1, "")).count();
        if count > MAX_ENTRIES {
            let message = format!(
                "the scenario has {count} entries of `{}`; at most {MAX_ENTRIES} fit",
                spec.name
            );
            findings.push(source::Finding::error(None, spec.name, message));
            return false;
        }
    }
    let values: usize = entries.iter().map(|(root, _)| layer::root_spec(*root).fields.len()).sum();
    let policies = chain.policies.len() + 1;
    let total = values.saturating_mul(policies);
    if total <= MAX_VALUES {
        return true;
    }
    let message = format!(
        "the scenario has {values} values under each of {policies} policies; {MAX_VALUES} in all fit"
    );
    let help = "split it into several scenarios";
    findings.push(source::Finding::error(None, "", message).help(help));
    false
}

fn resolve_policy(
    chain: &chain::Chain,
    (name, draft): (&str, &PolicyDraft),
    files: &Files,
    findings: &mut Findings,
) -> Resolved {
    let policy = Layer { kind: LayerKind::Policy, settings: draft.settings.clone() };
    let own = chain.policy_sets.get(name).into_iter().flatten();
    let settings = chain.sets.iter().chain(own).cloned().collect();
    let sets = Layer { kind: LayerKind::Set, settings };
    let layers: Vec<&Layer> = chain.layers.iter().chain([&policy, &sets]).collect();
    let resolved = resolve::resolve(files, &layers, findings);
    origin::check_provenance(&resolved, chain, findings);
    origin::report_problems(&resolved, findings);
    resolved
}
