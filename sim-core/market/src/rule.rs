//! Rules: a nation's policy as a function of the state, asked at the start of every fiscal year.
//!
//! With `P_0` the policy of the scenario, `c_1 … c_k` the changes of policy in force and `s_y` what the rule sees at the start of fiscal year y,
//! the policy in force is `P_0 ⊕ c_1 ⊕ … ⊕ c_k ⊕ r(s_y)`, where ⊕ lays a [`Change`] over a policy (`mechanism/policy.rs`). What a rule decided holds
//! until it decides again, and then is gone: a lever that it does not name falls back. Rules decide nothing that a change of policy cannot, and
//! see nothing that records do not hold. Section 7.21 of `docs/model.md`, decision 0071.

use std::fmt;

use crate::blueprint::Blueprint;
use crate::blueprint::politics::{change, parameters};
use crate::entity::event::EventParameters;
use crate::id::NationId;
use crate::mechanism::government::LEVERS;
use crate::mechanism::policy::{Change, Policy};
use crate::metric::Observers;
use crate::metric::series::SERIES;
use crate::record::Column;
use crate::schema::{Entry, FieldSpec, Kind, Range, Value};
use crate::validation::{SHARE_TOLERANCE, tidy};

/// A policy as a function of the state.
///
/// A run is reproducible if `decide` is pure: the same view, the same change, whatever was asked before and on whichever thread.
pub trait Rule: Send + Sync + fmt::Debug {
    /// What the nation of the view sets for the fiscal year that begins; what it leaves open is as scenario and changes of policy have it.
    ///
    /// # Errors
    /// Why it cannot decide, for readers; the run fails with this text.
    fn decide(&self, view: &StateView<'_>) -> Result<Change, String>;
}

/// What a rule sees at the start of a fiscal year: read-only, and nothing that comes later.
#[derive(Debug, Clone, Copy)]
pub struct StateView<'a> {
    /// Identifier of the nation.
    pub nation: &'a str,
    /// Fiscal year, counted from zero.
    pub year: u32,
    /// Days from the start of the run.
    pub day: f64,
    /// The start of the run in days from 1970-01-01.
    pub start_day: f64,
    /// Policy in force, with what the rule decided a year ago.
    pub policy: &'a Policy,
    /// What each lever of the budget spent since the start, USD; [`crate::mechanism::government::Lever::WORDS`] names them.
    pub spent: &'a [f64; LEVERS],
    /// What each lever has left of last year's appropriation, before it lapses, USD; none without an appropriation.
    pub left: Option<&'a [f64; LEVERS]>,
    /// The latest sample of every series of the nation; none before the first. A sample on the first day of the year is taken after the rule is asked.
    pub sample: Option<Sample<'a>>,
}

/// A sample of every recorded series of one nation.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Days from the start of the run.
    pub day: f64,
    /// One value a series of [`SERIES`], in its unit; NaN where undefined, as in records.
    pub values: &'a [f64],
}

impl<'a> Sample<'a> {
    /// The latest of a nation; none before the first, and of a nation that is not recorded.
    #[must_use]
    pub fn latest(observers: &'a Observers, plan: &Blueprint, nation: NationId) -> Option<Self> {
        let f = plan.focus.iter().position(|id| *id == nation)?;
        let last = observers.samples.checked_sub(1)?;
        let row = (f * plan.timing.samples + last) * SERIES.len();
        Some(Self {
            day: observers.samples as f64 * plan.timing.sample.as_days(),
            values: observers.series.get(row..row + SERIES.len())?,
        })
    }

    /// The value of a series by its name in result tables; none for an unknown name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        let at = SERIES.iter().position(|(column, _)| column.name == name)?;
        self.values.get(at).copied()
    }

    /// Every series with its value.
    pub fn series(&self) -> impl Iterator<Item = (&'static Column, f64)> {
        SERIES.iter().map(|(column, _)| column).zip(self.values.iter().copied())
    }
}

/// Which nations are governed by which rules; by default none is.
#[derive(Debug, Clone, Default)]
pub struct Rules<'r> {
    /// In order of nations, each once.
    list: Vec<(NationId, &'r dyn Rule)>,
}

impl<'r> Rules<'r> {
    /// Lets a rule govern a nation, in place of the one that did.
    ///
    /// # Errors
    /// The nation's series are not recorded, so that a rule would see nothing.
    pub fn govern(
        &mut self,
        plan: &Blueprint,
        nation: &str,
        rule: &'r dyn Rule,
    ) -> Result<(), Ungovernable> {
        let known = |id: NationId| plan.nations[id.at()].id.as_str();
        let Some(id) = plan.focus.iter().copied().find(|id| known(*id) == nation) else {
            let known = plan.focus.iter().map(|id| known(*id).to_owned()).collect();
            return Err(Ungovernable { nation: nation.to_owned(), known });
        };
        match self.list.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => self.list[at].1 = rule,
            Err(at) => self.list.insert(at, (id, rule)),
        }
        Ok(())
    }

    /// The rule of a nation, if it has one.
    #[must_use]
    pub fn of(&self, nation: NationId) -> Option<&'r dyn Rule> {
        let at = self.list.binary_search_by_key(&nation, |(id, _)| *id).ok()?;
        Some(self.list[at].1)
    }
}

/// What is simulated: a blueprint, and the rules that govern in it.
#[derive(Debug, Clone)]
pub struct Governed<'p> {
    /// What does not change.
    pub plan: &'p Blueprint,
    /// Who decides, of the nations that do not follow the scenario alone.
    pub rules: Rules<'p>,
}

impl<'p> From<&'p Blueprint> for Governed<'p> {
    fn from(plan: &'p Blueprint) -> Self {
        Self { plan, rules: Rules::default() }
    }
}

/// A nation that no rule can govern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ungovernable {
    /// What was asked for.
    pub nation: String,
    /// Nations that can be governed: those that are recorded.
    pub known: Vec<String>,
}

impl fmt::Display for Ungovernable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nation, known) = (&self.nation, self.known.join(", "));
        write!(f, "no rule can govern `{nation}`: rules govern nations that are recorded ({known})")
    }
}

impl std::error::Error for Ungovernable {}

/// Why a rule ended a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleError {
    /// The nation that it governs.
    pub nation: String,
    /// Fiscal year, counted from zero.
    pub year: u32,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with the decision of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// There is none, for this reason.
    Failed(String),
    /// A lever is set to what its parameter does not allow.
    Range {
        /// The lever, as under `set` of a change of policy.
        lever: &'static str,
        /// Its value.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// What is allowed.
        range: Range,
    },
    /// Shares of the portfolio that are set sum to more than one.
    Shares(f64),
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nation, year, fault } = self;
        write!(f, "the rule of `{nation}` in fiscal year {year} ")?;
        match fault {
            Fault::Failed(text) => write!(f, "failed: {text}"),
            Fault::Range { lever, value, unit, range } => {
                let Range { min, max, open_below } = range;
                let above = if *open_below { "above " } else { "" };
                let unit = if *unit == "1" { String::new() } else { format!(" {unit}") };
                write!(f, "set `{lever}` to {value}{unit}; allowed: {above}{min} to {max}{unit}")
            }
            Fault::Shares(sum) => write!(
                f,
                "set shares of the portfolio that sum to {}; allowed: at most 1, the others rescale",
                tidy(*sum)
            ),
        }
    }
}

impl std::error::Error for RuleError {}

/// What a change can set: the name of each lever under `set` of a change of policy (`tariff`, `portfolio.network`) with its declaration.
pub fn levers() -> impl Iterator<Item = (&'static str, &'static FieldSpec)> {
    settable().map(|(_, name, spec)| (name, spec))
}

fn settable() -> impl Iterator<Item = (usize, &'static str, &'static FieldSpec)> {
    let fields = EventParameters::FIELDS.iter().enumerate();
    fields.filter_map(|(at, spec)| Some((at, spec.name.strip_prefix("set.")?, spec)))
}

/// What a change says of every lever, in the order of [`levers`]; none where it leaves it open.
#[must_use]
pub fn values(change: &Change) -> Vec<(&'static str, Option<f64>)> {
    let event = parameters(change);
    let value = |at| match event.get(at) {
        Some(Value::Number(x)) => Some(x),
        _ => None,
    };
    settable().map(|(at, name, _)| (name, value(at))).collect()
}

/// The change that sets levers by their names; of a lever that is named twice the last value holds. Values are checked when a run comes to them.
///
/// # Errors
/// The first name that is no lever.
pub fn set<'n>(levers: impl IntoIterator<Item = (&'n str, f64)>) -> Result<Change, &'n str> {
    let mut event = EventParameters::default();
    for (wanted, value) in levers {
        let lever = settable().find(|(_, name, _)| *name == wanted).ok_or(wanted)?;
        event.set(lever.0, Value::Number(value));
    }
    Ok(change(&event))
}

/// Refuses a change that a scenario could not state.
pub(crate) fn check(change: &Change) -> Result<(), Fault> {
    for ((_, lever, spec), (_, value)) in settable().zip(values(change)) {
        if let (Kind::Number { unit, range }, Some(value)) = (spec.kind, value)
            && !range.contains(value)
        {
            return Err(Fault::Range { lever, value, unit, range });
        }
    }
    let sum: f64 = change.portfolio.iter().flatten().sum();
    if sum > 1.0 + SHARE_TOLERANCE { Err(Fault::Shares(sum)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_lever_is_a_number_with_a_range_and_a_field_of_the_policy() {
        let all = Change::from(&Policy {
            appropriation: Some(0.1),
            coverage: 0.2,
            portfolio: [0.3, 0.4, 0.5, 0.6],
            tariff: 0.7,
            cloud_rebate: 0.8,
            capital_subsidy: 0.9,
            energy_subsidy: 0.11,
            profit_tax: 0.12,
            tax_break: 0.13,
        });
        let mut seen: Vec<f64> =
            values(&all).into_iter().map(|(_, x)| x.expect("it is set")).collect();
        assert!(levers().all(|(_, spec)| matches!(spec.kind, Kind::Number { .. })));
        seen.sort_by(f64::total_cmp);
        assert_eq!(seen, [0.1, 0.11, 0.12, 0.13, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    }

    #[test]
    fn an_unknown_lever_is_named_and_of_two_values_the_last_holds() {
        assert_eq!(set([("tariff", 0.1), ("tarif", 0.2)]), Err("tarif"));
        let twice = set([("tariff", 0.1), ("tariff", 0.2)]);
        assert_eq!(twice, Ok(Change { tariff: Some(0.2), ..Change::default() }));
    }

    #[test]
    fn what_no_scenario_may_say_no_rule_may_decide() {
        for (lever, bad) in [("tariff", -0.1), ("tariff", 10.5), ("coverage", f64::NAN)] {
            let change = set([(lever, bad)]).expect("a lever");
            let Err(Fault::Range { lever: named, value, .. }) = check(&change) else {
                panic!("{lever} = {bad} passed")
            };
            assert!(named == lever && value.to_bits() == bad.to_bits());
        }
        let infinite = set([("appropriation", f64::INFINITY)]).expect("a lever");
        assert!(matches!(check(&infinite), Err(Fault::Range { .. })));
        let shares = [("portfolio.network", 0.7), ("portfolio.data_centre", 0.4)];
        let too_much = set(shares).expect("levers");
        assert!(matches!(check(&too_much), Err(Fault::Shares(sum)) if (sum - 1.1).abs() < 1e-12));
        assert_eq!(check(&Change::default()), Ok(()));
    }

    proptest! {
        /// Names and values go to a change and back without loss.
        #[test]
        fn a_change_is_what_was_set(set_to in prop::collection::vec(prop::option::of(0.0..1.0_f64), 12)) {
            let names: Vec<&str> = levers().map(|(name, _)| name).collect();
            let given = names.iter().zip(&set_to).filter_map(|(name, x)| Some((*name, (*x)?)));
            let change = set(given).expect("levers");
            let back: Vec<Option<f64>> = values(&change).into_iter().map(|(_, x)| x).collect();
            prop_assert_eq!(back, set_to);
        }
    }
}
