//! The summary as one JSON object, for `--format json`.

use autarky_market::record::{HORIZONS_DAYS, Layer};
use serde_json::{Value, json};

use super::manifest::Manifest;
use crate::run::{Effect, Statistics, Study};

/// The summary of a study: manifest, a list of quantities, a list of withdrawals, what is assumed.
#[must_use]
pub fn summary(study: &Study, statistics: &Statistics, manifest: &Manifest) -> Value {
    let mut quantities = Vec::new();
    let mut withdrawal = Vec::new();
    for (p, policy) in study.policies.iter().enumerate() {
        for (n, nation) in policy.layout.nations.iter().enumerate() {
            let names = json!({ "policy": policy.name, "nation": nation });
            quantities.extend(
                (0..statistics.quantities().len()).map(|q| quantity(statistics, &names, (p, n, q))),
            );
            for (a, actor) in policy.layout.actors.iter().enumerate() {
                for (h, days) in HORIZONS_DAYS.iter().enumerate() {
                    let cell = statistics.withdrawal(p, n, (a, h));
                    withdrawal.push(json!({
                        "policy": policy.name, "nation": nation, "actor": actor.id,
                        "kind": actor.kind.as_str(), "horizon": days, "n": cell.level.count(),
                        "level": mean(&cell.level), "level_standard_error": cell.level.standard_error(),
                        "loss": mean(&cell.loss), "loss_standard_error": cell.loss.standard_error(),
                        "layer": cell.layer().map(Layer::as_str),
                    }));
                }
            }
        }
    }
    json!({
        "manifest": manifest, "quantities": quantities, "withdrawal": withdrawal,
        "assumptions": study.assumptions,
    })
}

fn mean(moments: &autarky_engine::stats::Welford) -> Option<f64> {
    (moments.count() > 0).then(|| moments.mean())
}

fn quantity(statistics: &Statistics, names: &Value, (p, n, q): (usize, usize, usize)) -> Value {
    let quantity = &statistics.quantities()[q];
    let cell = statistics.cell(p, n, q);
    json!({
        "policy": names["policy"], "nation": names["nation"], "quantity": quantity.name, "unit": quantity.unit,
        "n": cell.moments.count(), "mean": mean(&cell.moments),
        "standard_error": cell.moments.standard_error(),
        "q05": cell.quantile(0.05), "q50": cell.quantile(0.5), "q95": cell.quantile(0.95),
        "cvar05": cell.tails(0.05)[0], "cvar95": cell.tails(0.05)[1],
        "share_above": cell.share_above(), "regret_more": cell.regret()[0], "regret_less": cell.regret()[1],
        "effect": cell.effect().map(|e| effect(&e)),
    })
}

fn effect(effect: &Effect) -> Value {
    json!({
        "pairs": effect.pairs, "difference": effect.interval.estimate,
        "standard_error": effect.standard_error, "low": effect.interval.low(), "high": effect.interval.high(),
        "confidence": effect.interval.level, "variance_removed": effect.variance_removed,
    })
}
