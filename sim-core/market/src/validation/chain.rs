//! Contradictions in the production chain.

use super::problem;
use crate::blueprint::chain::governors;
use crate::entity::controller::ControllerParameters;
use crate::scenario::{Problem, Scenario};

/// Stages that nobody makes, and controllers of economies that make nothing.
pub(super) fn chain(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, _) in scenario.stages.iter().filter(|(_, stage)| stage.shares.is_empty()) {
        let message = format!("no jurisdiction makes anything of stage `{id}`");
        let help = "write shares = { TWN = 0.9, KOR = 0.1 }";
        out.push(problem(format!("stage.{id}.shares"), message, help));
    }
    for (id, controller) in scenario.controllers.iter() {
        for code in controller.economies.iter().filter(|code| !makes(scenario, code)) {
            let message =
                format!("controller `{id}` names `{code}`, which makes no part of any stage");
            let help = "name economies with a share in a [stage.*], or leave `economies` out";
            out.push(problem(format!("controller.{id}.economies"), message, help));
        }
    }
}

/// What runs but is probably not meant: a stage that no vendor needs.
pub(super) fn unused(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, _) in scenario.stages.iter() {
        if !scenario.vendors.iter().any(|(_, vendor)| vendor.chain.iter().any(|stage| stage == id))
        {
            let message = format!("no vendor needs stage `{id}`: it limits nobody");
            out.push(problem(format!("stage.{id}"), message, "name it in a vendor's `chain`"));
        }
    }
}

fn makes(scenario: &Scenario, code: &str) -> bool {
    let shares = |(_, stage): (_, &crate::entity::stage::StageParameters)| {
        stage.shares.iter().any(|(other, share)| other == code && *share > 0.0)
    };
    scenario.stages.iter().any(shares)
}

/// Whether a controller of a zone can withhold a part of any stage.
pub(super) fn withholds(scenario: &Scenario, zone: &str) -> bool {
    let of_zone = |(_, c): &(&str, &ControllerParameters)| c.jurisdiction == zone;
    let able: Vec<bool> = scenario.controllers.iter().map(|c| of_zone(&c)).collect();
    let shares = scenario.stages.iter().flat_map(|(_, stage)| &stage.shares);
    let mut codes = shares.filter(|(_, share)| *share > 0.0).map(|(code, _)| code);
    codes.any(|code| governors(scenario, code).iter().any(|c| able[c.at()]))
}
