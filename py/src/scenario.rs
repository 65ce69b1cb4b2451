//! A loaded scenario with the words that load it again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use autarky_study::catalogue::{bibtex, show_json};
use autarky_study::design::DesignSpec;
use autarky_study::job::{Request, Variant, Vary, load_recipe, variants};
use autarky_study::rule::Ruling;
use autarky_study::run::schedule::Shard;
use autarky_study::run::{Keep, Recipe};
use autarky_study::scenario::{
    Diagnostic, Explanation, Loaded, Row, Side, difference, difference_text, explain,
    resolved_toml, scenario_hash, show,
};
use pyo3::prelude::*;

use crate::error::{self, UsageError, guard, internal, json};
use crate::rule::{Told, rulings};
use crate::study::Study;
use crate::table::Table;

/// A scenario with all its policies.
#[pyclass(frozen, module = "autarky._autarky")]
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    recipe: Recipe,
    loaded: Arc<Loaded>,
}

impl Scenario {
    fn of(recipe: Recipe) -> PyResult<Self> {
        let loaded = load_recipe(&recipe).map_err(|found| error::scenario(&found))?;
        Ok(Self { recipe, loaded: Arc::new(loaded) })
    }

    fn policy(&self, name: &str) -> PyResult<&autarky_study::scenario::Policy> {
        self.loaded.policy(name).ok_or_else(|| {
            let known = self.policies().join(", ");
            UsageError::new_err(format!("the scenario has no policy `{name}`; there are: {known}"))
        })
    }
}

/// How a study is asked for; see `autarky.Scenario.run`.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Asked {
    replications: u64,
    seed: u64,
    first: u64,
    keep: Option<String>,
    /// As JSON.
    design: Option<String>,
    /// Draws and their seed.
    uncertain: Option<(u64, u64)>,
    /// Which share of how many, from 1.
    shard: Option<(u64, u64)>,
    /// Objectives, nation, half-width, replications between two looks.
    until: Option<(Vec<String>, Option<String>, f64, u64)>,
}

impl Asked {
    fn vary(&self) -> PyResult<Option<Vary>> {
        if let Some((draws, seed)) = self.uncertain {
            return Ok(Some(Vary::Uncertain { draws, seed }));
        }
        let Some(text) = &self.design else { return Ok(None) };
        let spec: DesignSpec = serde_json::from_str(text)
            .map_err(|e| UsageError::new_err(format!("this is no design: {e}")))?;
        Ok(Some(Vary::Design(spec)))
    }

    fn keep(&self) -> PyResult<Keep> {
        let usual =
            if self.design.is_some() || self.uncertain.is_some() { "runs" } else { "series" };
        match self.keep.as_deref().unwrap_or(usual) {
            "runs" => Ok(Keep::Runs),
            "series" => Ok(Keep::Series),
            other => {
                let text = format!("`{other}` cannot be kept of a run: \"runs\" or \"series\"");
                Err(UsageError::new_err(text))
            }
        }
    }

    fn shard(&self) -> PyResult<Shard> {
        let of_max = autarky_study::output::manifest::SHARDS;
        match self.shard {
            None => Ok(Shard::WHOLE),
            Some((i, of)) if (1..=of_max).contains(&of) && (1..=of).contains(&i) => {
                Ok(Shard { index: i - 1, of })
            }
            Some((i, of)) => Err(UsageError::new_err(format!(
                "a shard is (i, n) with 1 ≤ i ≤ n ≤ {of_max}; found ({i}, {of})"
            ))),
        }
    }

    fn study(&self, (recipe, loaded): (Recipe, Loaded), rulings: Vec<Ruling>) -> PyResult<Study> {
        let request = Request {
            command: recipe.command(),
            recipe,
            seed: self.seed,
            first: self.first,
            replications: self.replications,
            vary: self.vary()?,
            keep: self.keep()?,
            shard: self.shard()?,
        };
        let known = loaded.warnings.len();
        let mut job = request.prepare_loaded(loaded).map_err(error::job)?;
        for ruling in rulings {
            job.market.govern(ruling).map_err(UsageError::new_err)?;
        }
        if let Some((objectives, nation, halfwidth, block)) = &self.until {
            let study = &job.market.study;
            let until = autarky_study::ask::until;
            let rule = until(study, objectives, nation.as_deref(), (*halfwidth, *block));
            job.market.study.until = Some(rule.map_err(error::ask)?);
        }
        Ok(Study::new(job, known))
    }
}

#[pymethods]
impl Scenario {
    /// Loads a scenario: a path or an identifier of the catalogue, overlay files, settings `path=value`, policies (all if none is named).
    #[staticmethod]
    fn load(
        py: Python<'_>,
        file: String,
        overlays: Vec<String>,
        sets: Vec<String>,
        policies: Vec<String>,
    ) -> PyResult<Self> {
        let recipe = Recipe { file, overlays, sets, policies, ..Recipe::default() };
        guard(|| py.detach(|| Self::of(recipe)))
    }

    /// The same with more settings on top.
    fn with_sets(&self, py: Python<'_>, sets: Vec<String>) -> PyResult<Self> {
        let mut recipe = self.recipe.clone();
        recipe.sets.extend(sets);
        guard(|| py.detach(|| Self::of(recipe)))
    }

    /// The same with some of its policies only; `base` is always among them.
    fn with_policies(&self, py: Python<'_>, policies: Vec<String>) -> PyResult<Self> {
        let recipe = Recipe { policies, ..self.recipe.clone() };
        guard(|| py.detach(|| Self::of(recipe)))
    }

    /// The same with one more policy that copies another one.
    fn with_copy(&self, py: Python<'_>, name: String, of: String) -> PyResult<Self> {
        let mut recipe = self.recipe.clone();
        recipe.copies.push((name, of));
        guard(|| py.detach(|| Self::of(recipe)))
    }

    #[getter]
    fn id(&self) -> &str {
        &self.loaded.id
    }

    #[getter]
    fn title(&self) -> &str {
        &self.loaded.title
    }

    #[getter]
    fn question(&self) -> &str {
        &self.loaded.question
    }

    /// SHA-256 of all values under all policies, in hexadecimal.
    #[getter]
    fn hash(&self) -> String {
        self.loaded.hash()
    }

    /// The command that loads and runs it.
    #[getter]
    fn command(&self) -> String {
        self.recipe.command()
    }

    /// Names of the policies, `base` first.
    #[getter]
    fn policies(&self) -> Vec<String> {
        self.loaded.policies.iter().map(|policy| policy.name.clone()).collect()
    }

    /// Title and description of every policy, by name.
    #[getter]
    fn policy_texts(&self) -> BTreeMap<String, (String, String)> {
        let text = |p: &autarky_study::scenario::Policy| {
            (p.name.clone(), (p.title.clone(), p.description.clone()))
        };
        self.loaded.policies.iter().map(text).collect()
    }

    /// Nations in detail.
    #[getter]
    fn nations(&self) -> Vec<String> {
        self.loaded.policies[0].scenario.focus.nations.clone()
    }

    /// What is probably not as meant, a text each.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.loaded.warnings.iter().map(Diagnostic::render).collect()
    }

    /// What the scenario says about itself: claim, authors, outcomes, findings, limits.
    #[getter]
    fn about<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json(py, &show_json(&self.loaded))
    }

    /// BibTeX of the scenario and of the works that it rests on.
    fn cite(&self) -> String {
        bibtex(&self.loaded)
    }

    /// Every value as a scenario file that loads again to the same.
    fn toml(&self) -> String {
        resolved_toml(&self.loaded)
    }

    /// Every parameter of a policy: path, value, unit, allowed values, status, source, meaning.
    fn parameters(&self, policy: &str) -> PyResult<Table> {
        guard(|| Table::of(parameters(&show(self.policy(policy)?))?))
    }

    /// What differs from another scenario, policy by policy, as text; empty if nothing does.
    fn difference(&self, policy: &str, other: &Self, other_policy: &str) -> PyResult<String> {
        let (own, other_one) = (self.policy(policy)?, other.policy(other_policy)?);
        let side = |scenario: &Self, policy: &autarky_study::scenario::Policy| Side {
            scenario: scenario.loaded.id.clone(),
            policy: policy.name.clone(),
            hash: scenario_hash(&policy.scenario),
        };
        let found = difference(own, other_one);
        let sides = [side(self, own), side(other, other_one)];
        Ok(if found.is_empty() {
            String::new()
        } else {
            difference_text(&found, [&sides[0], &sides[1]])
        })
    }

    /// A study of the scenario and its policies.
    fn study(&self, py: Python<'_>, asked: Asked, rules: Vec<Told>) -> PyResult<Study> {
        let (rulings, scenario) =
            (rulings(rules), (self.recipe.clone(), self.loaded.as_ref().clone()));
        guard(|| py.detach(|| asked.study(scenario, rulings)))
    }

    /// A study whose policies are policies of scenarios: (name, scenario, policy) each, the base first.
    #[staticmethod]
    fn study_of(
        py: Python<'_>,
        named: Vec<(String, PyRef<'_, Self>, String)>,
        asked: Asked,
        rules: Vec<Told>,
    ) -> PyResult<Study> {
        let rulings = rulings(rules);
        let named: Vec<(String, Self, String)> = named
            .into_iter()
            .map(|(name, scenario, policy)| (name, scenario.clone(), policy))
            .collect();
        guard(|| {
            py.detach(|| {
                let all: Vec<Variant<'_>> = named
                    .iter()
                    .map(|(name, scenario, policy)| Variant {
                        name,
                        loaded: &scenario.loaded,
                        policy,
                    })
                    .collect();
                let loaded = variants(&all).map_err(error::job)?;
                let policies = named.iter().map(|(name, ..)| name.clone()).collect();
                let recipe =
                    Recipe { file: "resolved.toml".to_owned(), policies, ..Recipe::default() };
                asked.study((recipe, loaded), rulings)
            })
        })
    }
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

/// Rows of `autarky show` with what each parameter means and which values it takes.
fn parameters(rows: &[Row]) -> PyResult<RecordBatch> {
    let roots: BTreeSet<&str> = rows.iter().map(|row| root(&row.path)).collect();
    let mut known: BTreeMap<String, Explanation> = BTreeMap::new();
    for root in roots {
        let found = explain(root).map_err(|e| internal(e.render()))?;
        known.extend(found.into_iter().map(|e| (e.path.clone(), e)));
    }
    let find = |row: &Row| {
        // `nation.EST.power_price` is declared as `nation.power_price`, `horizon.years` as itself.
        let field = row.path.splitn(3, '.').nth(2);
        let short = field.map(|field| format!("{}.{field}", root(&row.path)));
        known.get(&row.path).or_else(|| known.get(&short?))
    };
    let meaning: Vec<Option<&Explanation>> = rows.iter().map(find).collect();
    let explained = |part: fn(&Explanation) -> &str| -> ArrayRef {
        Arc::new(meaning.iter().map(|e| e.map(part)).collect::<StringArray>())
    };
    let text = |part: fn(&Row) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(part(row))).collect::<StringArray>())
    };
    let columns = [
        ("path", text(|r| &r.path)),
        ("value", text(|r| &r.value)),
        ("unit", text(|r| &r.unit)),
        ("allowed", explained(|e| &e.allowed)),
        ("status", text(|r| &r.status)),
        ("layer", text(|r| &r.layer)),
        ("source", text(|r| &r.source)),
        ("vintage", text(|r| &r.vintage)),
        ("origin", text(|r| &r.origin)),
        ("meaning", explained(|e| &e.meaning)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .map_err(|e| internal(&e))
}
