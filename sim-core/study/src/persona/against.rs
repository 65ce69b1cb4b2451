//! What a file on its own is compared with: the typical population of a nation's income group, and the shares of the catalogue's world.

use super::aggregate::World;
use crate::calibration::{self, word};
use crate::scenario::{Diagnostic, Options, Source, load, nearest, world};
use autarky_market::entity::nation::IncomeGroup;
use autarky_market::schema::{FieldType, Value};

/// The scenario whose shares of demand stand for the world's.
const WORLD: &str = "world-2026";

/// A typical population and the world's shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Against {
    /// Whose typical population.
    pub group: IncomeGroup,
    /// The world's shares.
    pub world: World,
    /// Both in words.
    pub text: String,
}

/// Income group of a nation by its ISO 3166 code, from `calibration/nations.csv`.
///
/// # Errors
/// The code is unknown; what may have been meant.
pub fn income_group(nation: &str) -> Result<IncomeGroup, Box<Diagnostic>> {
    let table = calibration::nations();
    let group = table.get(nation, "income_group").map(|f| word(&f.value));
    if let Some(group) = group.and_then(|g| IncomeGroup::from_value(Value::Text(g))) {
        return Ok(group);
    }
    let shown: String = nation.chars().take(60).collect();
    let near = nearest(&shown, table.keys()).map(|n| format!("did you mean `{n}`?"));
    Err(Box::new(Diagnostic {
        allowed: Some("an ISO 3166 code of three letters of calibration/nations.csv".to_owned()),
        help: near,
        ..Diagnostic::error(format!("there is no nation `{shown}`"))
    }))
}

/// What a file is compared with; without a nation a typical high-income population.
///
/// # Errors
/// The nation is unknown, or the catalogue cannot be read.
pub fn against(nation: Option<&str>) -> Result<Against, Vec<Diagnostic>> {
    let group = nation.map_or(Ok(IncomeGroup::High), income_group).map_err(|found| vec![*found])?;
    let base = Options { policies: vec!["base".to_owned()], ..Options::default() };
    let loaded = load(&Source::Catalogue(WORLD.to_owned()), &base)?;
    let world = loaded.policies.first().map(|policy| world(&policy.scenario));
    let world = world.ok_or_else(|| vec![Diagnostic::error("the catalogue has no base policy")])?;
    let income = group.as_str().replace('_', " ");
    let text = format!("a typical {income} income population, with the shares of catalog:{WORLD}");
    Ok(Against { group, world, text })
}
