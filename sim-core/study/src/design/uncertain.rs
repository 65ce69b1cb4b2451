//! Designs that draw the parameters that a scenario declares uncertain.
//!
//! What a later file, a policy or `--set` states is left out: a draw lies below it, and must not replace what a policy is.

use super::{DesignSpec, Kind};
use crate::scenario::{Diagnostic, Loaded, Severity};

/// How the uncertain parameters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncertainDraws {
    /// Independently; draws can be added later.
    Random,
    /// As a Latin hypercube.
    Latin,
}

/// The design of `draws` joint draws of the uncertain parameters of a scenario, without those that [`left_out`] names.
///
/// # Errors
/// The scenario declares none, or states a value for each.
pub fn of_uncertain(
    loaded: &Loaded,
    how: UncertainDraws,
    draws: u64,
    seed: u64,
) -> Result<DesignSpec, Box<Diagnostic>> {
    if loaded.uncertain.is_empty() {
        let message = format!("scenario `{}` declares no uncertain parameter", loaded.id);
        let help = "add a table [uncertain], such as \"nation.EST.power_price\" = \"log_uniform(0.08 USD/kWh, 0.2 USD/kWh)\"";
        return Err(Box::new(Diagnostic {
            help: Some(help.to_owned()),
            ..Diagnostic::error(message)
        }));
    }
    let kind = match how {
        UncertainDraws::Random => Kind::Random { points: draws },
        UncertainDraws::Latin => Kind::Latin { points: draws },
    };
    let drawn = loaded.uncertain.iter().filter(|one| one.stated.is_none());
    let axes: Vec<String> = drawn.map(|one| one.axis.text()).collect();
    if axes.is_empty() {
        let message = format!("scenario `{}` states every parameter that is uncertain", loaded.id);
        let reasons: Vec<String> = left_out(loaded).into_iter().map(|one| one.message).collect();
        let (found, help) = (reasons.join("; "), "leave out the policies that do, with --policy");
        return Err(Box::new(Diagnostic {
            found: Some(found),
            help: Some(help.to_owned()),
            ..Diagnostic::error(message)
        }));
    }
    Ok(DesignSpec { kind, axes, seed })
}

/// A warning for each uncertain parameter that is not drawn, because a later file, a policy or `--set` states it.
#[must_use]
pub fn left_out(loaded: &Loaded) -> Vec<Diagnostic> {
    let warning = |one: &crate::scenario::Uncertain| {
        let path = one.axis.path();
        let message = format!("`{path}` is not drawn: {}", one.stated.as_ref()?);
        let severity = Severity::Warning;
        Some(Diagnostic { severity, path: path.to_owned(), ..Diagnostic::error(message) })
    };
    loaded.uncertain.iter().filter_map(warning).collect()
}
