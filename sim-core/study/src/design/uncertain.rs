//! Designs that draw the parameters that a scenario declares uncertain.

use super::{DesignSpec, Kind};
use crate::scenario::{Diagnostic, Loaded};

/// How the uncertain parameters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncertainDraws {
    /// Independently; draws can be added later.
    Random,
    /// As a Latin hypercube.
    Latin,
}

/// The design of `draws` joint draws of all uncertain parameters of a scenario.
///
/// # Errors
/// The scenario declares none.
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
    let axes = loaded.uncertain.iter().map(|one| one.axis.text()).collect();
    Ok(DesignSpec { kind, axes, seed })
}
