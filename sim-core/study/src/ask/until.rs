//! When a study has enough replications: from what a user asks for to a rule.

use super::{AskError, Wanted, nation_of};
use crate::output::Until;
use crate::run::{Statistics, Study};

/// The rule that every interval of the objectives (as [`Wanted`] reads them) of a nation, the first without one, is at most so wide to each side.
///
/// # Errors
///
/// The study has no such quantity or nation, units differ, the half-width is none, or the study has points.
pub fn until(
    study: &Study,
    objectives: &[String],
    nation: Option<&str>,
    (halfwidth, block): (f64, u64),
) -> Result<Until, AskError> {
    let statistics = Statistics::new(study);
    let read = |text: &String| Wanted::read(text, &statistics).map(|wanted| wanted.quantity);
    let quantities = objectives.iter().map(read).collect::<Result<Vec<String>, _>>()?;
    let unit = |name: &String| {
        statistics.quantities().iter().find(|q| q.name == *name).map(|q| q.unit.clone())
    };
    if let Some(other) = quantities.iter().find(|name| unit(name) != unit(&quantities[0])) {
        return Err(AskError::Asked(format!(
            "one half-width cannot serve `{}` and `{other}`, whose units differ; name one objective",
            quantities[0]
        )));
    }
    let until = Until { quantities, nation: nation_of(study, nation)?, halfwidth, block };
    if study.points > 1 {
        let text = "--until-halfwidth goes with replications, not with the points of a design";
        return Err(AskError::Asked(text.to_owned()));
    }
    until.rule(study.replications)?;
    Ok(until)
}
