//! Rules that govern nations in a study: what is noted of each, and the function itself. The market asks them (`autarky_market::rule`).
//!
//! A function cannot be stored, so a results folder holds its source and what proves that it is the same. Only the text of the function counts: what it
//! calls, imports or remembers is outside of it (decision 0072).

use std::sync::Arc;

use autarky_market::blueprint::Blueprint;
use autarky_market::mechanism::policy::Change;
use autarky_market::rule::{Governed, Rule, Rules, levers, set};
use serde::{Deserialize, Serialize};

use crate::output::sha256;
use crate::scenario::nearest;

/// What is noted of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleNote {
    /// The policy under which it governs.
    pub policy: String,
    /// The nation.
    pub nation: String,
    /// Name of the function, for readers.
    pub name: String,
    /// Its source.
    pub source: String,
    /// SHA-256 of the source, in hexadecimal.
    pub sha256: String,
}

impl RuleNote {
    /// Of a function with a name and a source.
    #[must_use]
    pub fn new((policy, nation): (&str, &str), name: &str, source: &str) -> Self {
        Self {
            policy: policy.to_owned(),
            nation: nation.to_owned(),
            name: name.to_owned(),
            source: source.to_owned(),
            sha256: sha256(source.as_bytes()),
        }
    }

    /// Whether both govern the same nation under the same policy.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        (&self.policy, &self.nation) == (&other.policy, &other.nation)
    }

    /// Whether both are the same rule: names of functions do not count, their sources do.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_beside(other) && self.sha256 == other.sha256
    }

    /// The function, as errors and tables name it.
    #[must_use]
    pub fn function(&self) -> String {
        let digits: String = self.sha256.chars().take(12).collect();
        format!("`{}` (SHA-256 {digits}…)", self.name)
    }

    /// What a reader must know.
    pub(crate) fn sentence(&self) -> String {
        let (policy, nation, function) = (&self.policy, &self.nation, self.function());
        format!(
            "Policy `{policy}` in {nation} is decided at each fiscal year by the function {function}, whose source is in the manifest; its results repeat if the function is pure."
        )
    }

    /// Why nothing can be run without the function.
    #[must_use]
    pub fn missing(&self) -> String {
        let (policy, nation, function) = (&self.policy, &self.nation, self.function());
        format!(
            "policy `{policy}` in {nation} is decided by the function {function}: go on from Python with the same function"
        )
    }
}

/// A rule with what is noted of it.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// What is noted.
    pub note: RuleNote,
    /// What decides.
    pub rule: Arc<dyn Rule>,
}

/// A blueprint with the rules that govern in it.
///
/// # Errors
/// A rule would govern a nation that is not recorded.
pub(crate) fn governed<'p>(
    plan: &'p Blueprint,
    rulings: impl Iterator<Item = &'p Ruling>,
) -> Result<Governed<'p>, String> {
    let mut rules = Rules::default();
    for Ruling { note, rule } in rulings {
        rules.govern(plan, &note.nation, rule.as_ref()).map_err(|error| {
            let near = nearest(&note.nation, error.known.iter().map(String::as_str));
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("{error}{help}")
        })?;
    }
    Ok(Governed { plan, rules })
}

/// The change of policy that sets levers by their names under `set` of a change of policy: `tariff`, `portfolio.network`. Values are checked when a run comes
/// to them.
///
/// # Errors
/// A name is no lever; with the nearest one, or all.
pub fn change<'n>(values: impl IntoIterator<Item = (&'n str, f64)>) -> Result<Change, String> {
    set(values).map_err(|wanted| {
        let known: Vec<&str> = levers().map(|(name, _)| name).collect();
        let shown: String = wanted.chars().take(64).collect();
        let help = nearest(wanted, known.iter().copied()).map_or_else(
            || format!("levers: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        format!("there is no lever `{shown}`; {help}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lever_that_is_none_is_refused_with_the_nearest_or_with_all() {
        let near = change([("tarif", 0.1)]).expect_err("it is none");
        assert_eq!(near, "there is no lever `tarif`; did you mean `tariff`?");
        let far = change([("zzz", 0.1)]).expect_err("it is none");
        assert!(far.contains("levers: appropriation, coverage, portfolio.data_centre"), "{far}");
        let last = change([("subsidy", 0.1), ("tariff", 0.1)]).expect_err("it is none");
        assert!(last.contains("`subsidy`"), "{last}");
    }

    #[test]
    fn the_source_makes_a_rule_and_its_name_does_not() {
        let of = |name, source| RuleNote::new(("mine", "EST"), name, source);
        assert!(of("f", "def f(s): ...").is_same(&of("g", "def f(s): ...")));
        assert!(!of("f", "def f(s): ...").is_same(&of("f", "def f(s): return {}")));
        assert_eq!(
            of("f", "").sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
