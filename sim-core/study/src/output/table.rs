//! The summary on a terminal, within 100 columns.
//!
//! Per nation: headline quantities of every policy with standard errors, paired effects on what each provider serves with 95 %
//! intervals and the share of variance that pairing removed, the weakest link of the withdrawal test and the loss by every actor that
//! matters. Then what is assumed.

use std::fmt::Write;

use autarky_market::record::{Actor, HORIZONS_DAYS};

use super::{number, without_control, words};
use crate::run::{Quantity, Statistics, Study};

/// Widest line.
const WIDTH: usize = 96;
/// Width of a policy's column.
const COLUMN: usize = 22;
/// Scalars shown at most; `summary.csv` has all.
const SCALARS_SHOWN: usize = 12;
/// What is shown besides where operators of networks decide for themselves.
const INSIDE: &[&str] = &[
    "operators_last",
    "hhi_owner_last",
    "nakamoto_50_owner_last",
    "hhi_host_last",
    "hhi_vendor_last",
    "captured",
    "bad_results",
    "token_subsidy",
    "network_cost",
    "network_social_cost",
    "network_margin",
    "network_margin_without_tokens",
];
/// What is shown besides of what a policy is worth, costs the state and leaves at home.
const STATE: &[&str] = &[
    "welfare",
    "fiscal_cost",
    "value_retained",
    "data_exposure",
    "exposed_share",
    "resilience_loss",
];
/// Actors shown at most, those with the largest losses; the withdrawal table has all.
const ACTORS_SHOWN: usize = 10;
/// Loss after a year from which an actor is shown, as a share of critical need.
const LOSS_SHOWN: f64 = 0.0005;
/// Width of a policy's column in the table of losses.
const LOSS_COLUMN: usize = 18;

/// The summary of a study as text.
#[must_use]
pub fn summary(study: &Study, statistics: &Statistics) -> String {
    let mut text = String::new();
    for nation in 0..study.policies[0].layout.nations.len() {
        let section = Section { study, statistics, nation };
        text += &section.heading();
        text += &section.quantities();
        text += &section.effects();
        text += &section.weakest_links();
        text += &section.losses();
    }
    if !study.assumptions.is_empty() {
        text += "Assumed, not measured\n";
        for assumption in &study.assumptions {
            text += &paragraph(&without_control(assumption));
        }
    }
    text
}

/// One nation.
struct Section<'a> {
    study: &'a Study,
    statistics: &'a Statistics,
    nation: usize,
}

impl Section<'_> {
    fn heading(&self) -> String {
        let id = &self.study.policies[0].layout.nations[self.nation];
        let title = self.study.nation_titles.get(self.nation).unwrap_or(id);
        let finished: Vec<u64> =
            (0..self.study.policies.len()).map(|p| self.statistics.finished(p)).collect();
        let n = finished.iter().copied().min().unwrap_or(0);
        let years = self.study.policies[0].layout.sample_days.last().map_or(0.0, |d| d / 365.25);
        let runs = number::fixed(n as f64, 0);
        let runs = match (self.study.points, n) {
            (1, 1) => "1 replication".to_owned(),
            (1, _) => format!("{runs} replications"),
            (points, _) => format!("{runs} runs at {points} points taken together"),
        };
        let years = number::fixed(years, usize::from((years - years.round()).abs() > 0.01));
        let years = if years == "1" { "1 year".to_owned() } else { format!("{years} years") };
        format!(
            "{} ({id}), {years}, {runs}, seed {}; mean ± standard error\n\n",
            without_control(title),
            self.study.seed,
        )
    }

    /// The quantities worth a line: what was served as shares of demand, then scalars.
    fn shown(&self) -> impl Iterator<Item = (usize, &Quantity)> {
        let all = || self.statistics.quantities().iter().enumerate();
        let defined = |(q, _): &(usize, &Quantity)| self.count(*q) > 0 && !self.is_nil(*q);
        let plain = |(_, q): &(usize, &Quantity)| {
            // The share says it better.
            q.is_scalar() && self.statistics.quantity(&format!("{}_share", q.name)).is_none()
        };
        let listed = |(_, q): &(usize, &Quantity)| INSIDE.contains(&q.name.as_str());
        let ruled_inside = |q: &&Quantity| q.is_scalar() && q.name == "operator_entries";
        let entries = self.statistics.quantities().iter().position(|q| ruled_inside(&q));
        let inside = entries.is_some_and(|q| self.count(q) > 0 && !self.is_nil(q));
        let plain_scalars = || all().filter(plain).filter(defined);
        let first = plain_scalars().filter(move |q| !listed(q)).take(SCALARS_SHOWN);
        let rest = plain_scalars().filter(move |q| inside && listed(q));
        let taken: Vec<usize> = first.clone().map(|(at, _)| at).collect();
        let of_state = |(at, q): &(usize, &Quantity)| {
            STATE.contains(&q.name.as_str()) && !taken.contains(at) && !self.is_nil(*at)
        };
        let state: Vec<(usize, &Quantity)> = plain_scalars().filter(of_state).collect();
        let scalars = first.chain(state).chain(rest);
        let shares = all().filter(|(_, q)| q.is_share()).filter(defined);
        shares.chain(scalars)
    }

    /// Whether a quantity is zero under every policy: of a mechanism that nothing switches on.
    fn is_nil(&self, quantity: usize) -> bool {
        (0..self.study.policies.len()).all(|p| {
            let moments = self.statistics.cell(p, self.nation, quantity).moments;
            let spread = moments.standard_error().unwrap_or(0.0);
            moments.count() == 0 || (moments.mean() == 0.0 && spread == 0.0)
        })
    }

    fn count(&self, quantity: usize) -> u64 {
        let policies = 0..self.study.policies.len();
        policies
            .map(|p| self.statistics.cell(p, self.nation, quantity).moments.count())
            .max()
            .unwrap_or(0)
    }

    /// Blocks of as many policies as fit side by side.
    fn quantities(&self) -> String {
        let per_block = (WIDTH - 36) / (COLUMN + 1);
        let policies: Vec<usize> = (0..self.study.policies.len()).collect();
        policies.chunks(per_block.max(1)).map(|block| self.quantity_block(block)).collect()
    }

    fn quantity_block(&self, policies: &[usize]) -> String {
        let mut text = format!("  {:<34}", "");
        for &p in policies {
            let _ =
                write!(text, " {:>COLUMN$}", words::short(&self.study.policies[p].name, COLUMN));
        }
        text.push('\n');
        for (at, quantity) in self.shown() {
            let scale = if quantity.is_share() { 100.0 } else { 1.0 };
            let unit = if quantity.is_share() { "%" } else { &quantity.unit };
            let unit = if unit == "1" { String::new() } else { format!(" [{unit}]") };
            let _ = write!(text, "  {:<34}", words::short(&format!("{}{unit}", quantity.name), 34));
            for &p in policies {
                let moments = self.statistics.cell(p, self.nation, at).moments;
                let error = moments.standard_error().map(|e| scale * e);
                let shown = if moments.count() == 0 {
                    "–".to_owned()
                } else {
                    number::with_error(scale * moments.mean(), error)
                };
                let _ = write!(text, " {shown:>COLUMN$}");
            }
            text.push('\n');
        }
        text.push('\n');
        text
    }

    fn effects(&self) -> String {
        if self.study.policies.len() < 2 {
            return String::new();
        }
        let mut text = String::from(
            "  Effect against base, in points of demand served            95 % interval   variance removed\n",
        );
        for (p, policy) in self.study.policies.iter().enumerate().skip(1) {
            let there = |kind: &str| {
                let quantity = self.statistics.quantity(&format!("served_{kind}_share"));
                quantity.is_some_and(|q| !self.is_nil(q))
            };
            for kind in words::PROVIDERS.iter().filter(|kind| there(kind)) {
                text += &self.effect(
                    p,
                    &policy.name,
                    (&format!("served_{kind}_share"), &words::provider(kind)),
                );
            }
            text += &self.effect(p, &policy.name, ("served_share", "all that is served"));
        }
        text.push('\n');
        text
    }

    fn effect(&self, policy: usize, name: &str, (quantity, label): (&str, &str)) -> String {
        let Some(at) = self.statistics.quantity(quantity) else { return String::new() };
        let Some(effect) = self.statistics.cell(policy, self.nation, at).effect() else {
            return String::new();
        };
        let places = number::decimals(100.0 * effect.standard_error, 2);
        let points = |x: f64| signed(100.0 * x, places);
        let interval =
            format!("{} to {}", points(effect.interval.low()), points(effect.interval.high()));
        let removed = effect
            .variance_removed
            .map_or_else(|| "–".to_owned(), |v| format!("{:.0} %", 100.0 * v));
        let clear = if effect.is_clear() { "" } else { "  (unclear)" };
        format!(
            "  {:<20} {:<19} {:>10} {:>22} {:>10}{clear}\n",
            words::short(name, 20),
            label,
            points(effect.interval.estimate),
            interval,
            removed,
        )
    }

    fn weakest_links(&self) -> String {
        let mut text = String::new();
        for (p, policy) in self.study.policies.iter().enumerate() {
            for (h, days) in HORIZONS_DAYS.iter().enumerate() {
                let Some((actor, cell)) = self.statistics.weakest_link(p, self.nation, h) else {
                    continue;
                };
                let actor = &policy.layout.actors[actor];
                let who = if cell.loss.mean() > 0.0 {
                    format!("{} ({})", actor.id, actor.kind.as_str())
                } else {
                    "nobody: nothing is lost".to_owned()
                };
                let level = cell.level.standard_error().map(|e| 100.0 * e);
                let _ = writeln!(
                    text,
                    "  {:<20} {:<13} {:<24} {:>15} {:>6}  {}",
                    words::short(&policy.name, 20),
                    words::horizon(*days),
                    words::short(&who, 24),
                    number::with_error(100.0 * cell.level.mean(), level),
                    number::fixed(100.0 * cell.loss.mean(), 1),
                    cell.layer().map_or("–", |layer| layer.as_str()),
                );
            }
        }
        if text.is_empty() {
            return text;
        }
        format!(
            "  {:<20} {:<13} {:<24} {:>15} {:>6}  {}\n{text}\n",
            "Weakest link", "withdrawal", "of", "level %", "loss %", "layer"
        )
    }

    /// Mean loss a year after the withdrawal of each actor, policies side by side: many policies tie on the worst actor and differ in the others.
    fn losses(&self) -> String {
        let per_block = (WIDTH - 28) / (LOSS_COLUMN + 1);
        let policies: Vec<usize> = (0..self.study.policies.len()).collect();
        policies.chunks(per_block).map(|block| self.loss_block(block)).collect()
    }

    fn loss_block(&self, policies: &[usize]) -> String {
        let mut rows: Vec<(f64, String)> = Vec::new();
        let actors = &self.study.policies[policies[0]].layout.actors;
        for (at, actor) in actors.iter().enumerate() {
            let means: Vec<Option<f64>> =
                policies.iter().map(|&p| self.loss_after_a_year(p, (at, actor))).collect();
            let most = means.iter().flatten().copied().fold(0.0, f64::max);
            let mut row = format!(
                "  {:<28}",
                words::short(&format!("{} ({})", actor.id, actor.kind.as_str()), 28)
            );
            for mean in means {
                let shown = mean.map_or_else(|| "–".to_owned(), |m| number::fixed(100.0 * m, 1));
                let _ = write!(row, " {shown:>LOSS_COLUMN$}");
            }
            rows.push((most, row));
        }
        rows.retain(|(most, _)| *most >= LOSS_SHOWN);
        if rows.is_empty() {
            return String::new();
        }
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut text = format!("  {:<28}", "Loss %, a year without");
        for &p in policies {
            let name = words::short(&self.study.policies[p].name, LOSS_COLUMN);
            let _ = write!(text, " {name:>LOSS_COLUMN$}");
        }
        for (_, row) in rows.iter().take(ACTORS_SHOWN) {
            text.push('\n');
            text += row;
        }
        text + "\n\n"
    }

    fn loss_after_a_year(&self, policy: usize, (at, actor): (usize, &Actor)) -> Option<f64> {
        let actors = &self.study.policies[policy].layout.actors;
        let same = |other: &Actor| other == actor;
        let at =
            if actors.get(at).is_some_and(same) { at } else { actors.iter().position(same)? };
        let cell = self.statistics.withdrawal(policy, self.nation, (at, HORIZONS_DAYS.len() - 1));
        (cell.loss.count() > 0).then(|| cell.loss.mean())
    }
}

fn signed(value: f64, places: usize) -> String {
    let text = number::fixed(value, places);
    if text.starts_with('-') || text.bytes().all(|b| !(b'1'..=b'9').contains(&b)) {
        text
    } else {
        format!("+{text}")
    }
}

/// A list item, wrapped.
fn paragraph(text: &str) -> String {
    let mut lines = String::from("  -");
    let mut used = 3;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if used + length > WIDTH {
            lines.push_str("\n   ");
            used = 3;
        }
        lines.push(' ');
        lines.push_str(word);
        used += length;
    }
    lines.push('\n');
    lines
}
