//! The answer in three sentences a nation: what is served, what it costs, what remains after the worst withdrawal.
//!
//! Sentences say no more than the numbers. A difference whose 95 % interval contains zero is called unclear, however large; "most on average" is said
//! of means, since policies are compared with the base only. Where a number was not recorded, the sentence says so.

use autarky_market::record::{ActorKind, HORIZONS_DAYS};

use super::control::party;
use super::format::{Format, in_words};
use super::reader::{Difference, Level, Over, Reader};

/// Share of need that a party's withdrawal must take to count as a loss: half of the last digit that is printed.
const NO_LOSS: f64 = 0.000_5;

const TOO_FEW: &str = "no interval from so few replications";
const UNCLEAR: &str = "“Unclear” means that the interval contains zero.";
/// What the treasury does, as a verb and after `against`.
const GAIN: [&str; 2] = ["gains", "a gain of"];
const PAY: [&str; 2] = ["pays", "a payment of"];

/// The three sentences about a nation.
pub(super) fn sentences(reader: Reader<'_>, nation: usize) -> Vec<String> {
    let answer = Answer { reader, nation, chosen: None };
    let chosen = answer.best(1);
    let answer = Answer { chosen, ..answer };
    let sentences = [answer.served(), answer.cost(), answer.withdrawal()];
    // No line ends between a number and its unit.
    sentences.map(|text| text.replace(" %", "\u{a0}%").replace(" USD", "\u{a0}USD")).to_vec()
}

struct Answer<'a> {
    reader: Reader<'a>,
    nation: usize,
    /// The policy that is set against the base: of those beside it, the one with the highest mean share served.
    chosen: Option<usize>,
}

impl Answer<'_> {
    /// The policy with the highest mean share served, from a position on; the first of equals.
    fn best(&self, from: usize) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for p in self.reader.policies().skip(from) {
            let mean = self.level(p, "served_share").map_or(f64::NEG_INFINITY, |level| level.mean);
            if best.is_none_or(|(_, most)| mean > most) {
                best = Some((p, mean));
            }
        }
        best.map(|(p, _)| p)
    }

    fn level(&self, policy: usize, name: &str) -> Option<Level> {
        self.reader.level(policy, self.nation, name)
    }

    /// `the base` or the policy's name in quotes.
    fn policy(&self, policy: usize) -> String {
        if policy == 0 {
            return "the base".to_owned();
        }
        let name = &self.reader.study.policies[policy].name;
        format!("“{}”", crate::output::without_control(name))
    }

    /// `63.1 %` and `against 60.2 % (+2.9 points, 95 % interval …)`: the chosen policy, then the base and their difference with what it is worth.
    fn against(&self, format: &Format, policy: usize, name: &str) -> Option<(String, String)> {
        let (level, base) = (self.level(policy, name)?, self.level(0, name)?);
        let error = level.error.into_iter().chain(base.error).reduce(f64::max);
        let [mean, of_base] = [level, base].map(|l| format.brief(l.mean, error));
        let difference = self.difference(format, policy, name);
        Some((mean, format!("against {of_base} ({difference})")))
    }

    fn difference(&self, format: &Format, policy: usize, name: &str) -> String {
        let found = self.reader.difference(policy, self.nation, name);
        match (found, self.reader.over()) {
            (Some(found), _) if found.never => format!("equal in every {}", self.reader.unit()),
            (Some(Difference { effect: Some(effect), .. }), _) if effect.is_clear() => {
                format.effect(&effect)
            }
            (Some(Difference { effect: Some(effect), .. }), _) => {
                format!("{}: unclear", format.effect(&effect))
            }
            (None, _) | (_, Over::Shocks) => TOO_FEW.to_owned(),
            (Some(found), _) => format!("{}, no interval", format.change(found.mean)),
        }
    }

    fn with_interval(&self, format: &Format, level: &Level) -> String {
        let mean = format.brief(level.mean, level.error);
        let format = format.fitted(level.mean.abs());
        match level.interval {
            Some(interval) => format!(
                "{mean} (95 % interval {} to {})",
                format.brief_number(interval.low(), level.error),
                format.brief_number(interval.high(), level.error)
            ),
            None if self.reader.over() == Over::Shocks => format!("{mean} ({TOO_FEW})"),
            None => format!("{mean} on average over the points of the design (no interval)"),
        }
    }

    fn served(&self) -> String {
        let nation = self.reader.nation(self.nation);
        let Some((format, base)) = self.both("served_share") else {
            return format!(
                "How much of its need for compute {nation} is served was not recorded."
            );
        };
        let unserved = self.unserved();
        let served = self.chosen.and_then(|p| Some((p, self.against(&format, p, "served_share")?)));
        let Some((p, (mean, of_base))) = served else {
            let served = self.with_interval(&format, &base);
            return format!(
                "{nation} is served {served} of its need at the reference price{unserved}."
            );
        };
        let verdict = crate::output::figure::sentence(&self.verdict(p, base.mean));
        format!(
            "{verdict}: {nation} is served {mean} of its need at the reference price {of_base}{unserved}."
        )
    }

    /// Who serves most, as far as it is known.
    fn verdict(&self, chosen: usize, base: f64) -> String {
        let found = self.reader.difference(chosen, self.nation, "served_share");
        let without = found.filter(|found| !found.never && found.effect.is_none());
        if let Some(found) = without.filter(|_| self.reader.over() != Over::Shocks) {
            return self.verdict_on_means(chosen, found.mean);
        }
        let effect = found.and_then(|found| found.effect);
        let mean = self.level(chosen, "served_share").map_or(base, |level| level.mean);
        let many = self.reader.policies().len() > 2;
        let policy = self.policy(chosen);
        let all = in_words(self.reader.policies().len());
        let clear = effect.is_some_and(|e| e.is_clear());
        let same = found.is_some_and(|found| found.never);
        match (many, mean > base) {
            (false, _) if same => format!("{policy} serves exactly what the base serves"),
            (false, _) if !clear => {
                format!("whether {policy} serves more or less than the base is unclear")
            }
            (false, true) => format!("{policy} serves more than the base"),
            (false, false) => format!("{policy} serves less than the base"),
            (true, _) if same => {
                format!(
                    "of {all} policies none serves more than the base, and {policy} serves the same"
                )
            }
            (true, true) if clear => {
                format!(
                    "of {all} policies, {policy} serves most on average, and more than the base"
                )
            }
            (true, true) => {
                format!(
                    "of {all} policies, {policy} serves most on average, but whether more than the base is unclear"
                )
            }
            (true, false) if clear => {
                format!(
                    "of {all} policies none serves more than the base on average, and {policy} comes nearest"
                )
            }
            (true, false) => {
                format!(
                    "of {all} policies none serves more than the base on average, but whether {policy} serves less is unclear"
                )
            }
        }
    }

    /// The same of means over the points of a design, which no interval tells apart.
    fn verdict_on_means(&self, chosen: usize, difference: f64) -> String {
        let policy = self.policy(chosen);
        let points = "on average over the points of the design";
        let all = in_words(self.reader.policies().len());
        let many = self.reader.policies().len() > 2;
        match (many, difference > 0.0) {
            (false, true) => format!("{points} {policy} serves more than the base"),
            (false, false) if difference == 0.0 => {
                format!("{points} {policy} serves as much as the base")
            }
            (false, false) => format!("{points} {policy} serves less than the base"),
            (true, true) => format!("of {all} policies, {policy} serves most {points}"),
            (true, false) => format!(
                "of {all} policies none serves more than the base {points}, and {policy} comes nearest"
            ),
        }
    }

    /// What goes unserved, as the end of a sentence.
    fn unserved(&self) -> String {
        let Some((format, base)) = self.both("unserved") else { return String::new() };
        match self.chosen.and_then(|p| self.against(&format, p, "unserved")) {
            Some((mean, base)) => format!(", and {mean} of that need goes unserved {base}"),
            None => {
                format!(", and {} of that need goes unserved", format.brief(base.mean, base.error))
            }
        }
    }

    fn both(&self, name: &str) -> Option<(Format, Level)> {
        Some((self.reader.format(name)?, self.level(0, name)?))
    }

    fn cost(&self) -> String {
        let price = self.clause("cost", "an H100e-hour served costs");
        let fiscal = self.treasury();
        let clauses: Vec<String> = [price, fiscal].into_iter().flatten().collect();
        let Some(policy) = self.chosen.filter(|_| !clauses.is_empty()) else {
            return if clauses.is_empty() {
                "What that costs was not recorded.".to_owned()
            } else {
                crate::output::figure::sentence(&format!("{}.", clauses.join(", and ")))
            };
        };
        format!("Under {} {}.", self.policy(policy), clauses.join(", and "))
    }

    /// `an H100e-hour served costs 0.11 USD against 0.10 USD (…)`; none of what was not recorded or costs nothing.
    fn clause(&self, name: &str, verb: &str) -> Option<String> {
        let (format, base) = self.both(name).filter(|_| !self.reader.is_nil(self.nation, name))?;
        // The hour is in the words.
        let format = if name == "cost" { Format::in_unit("USD") } else { format };
        let value = match self.chosen {
            Some(policy) => {
                let (mean, base) = self.against(&format, policy, name)?;
                format!("{mean} {base}")
            }
            None => self.with_interval(&format, &base),
        };
        Some(format!("{verb} {value}"))
    }

    /// `the treasury pays net 2 million USD against …`; a negative payment is a gain, and is called that.
    fn treasury(&self) -> Option<String> {
        let name = "fiscal_cost";
        let (format, base) = self.both(name).filter(|_| !self.reader.is_nil(self.nation, name))?;
        let Some(policy) = self.chosen else {
            let text = if base.mean < 0.0 {
                format!("gains net {}", self.with_interval(&format, &base.negative()))
            } else {
                format!("pays net {}", self.with_interval(&format, &base))
            };
            return Some(format!("the treasury {text}"));
        };
        let level = self.level(policy, name)?;
        if level.mean >= 0.0 && base.mean >= 0.0 {
            return self.clause(name, "the treasury pays net");
        }
        let error = level.error.into_iter().chain(base.error).reduce(f64::max);
        let [own, of_base] = [level, base].map(|l| format.brief(l.mean.abs(), error));
        let [verb, _] = if level.mean < 0.0 { GAIN } else { PAY };
        let [_, noun] = if base.mean < 0.0 { GAIN } else { PAY };
        let difference = self.difference(&format, policy, name);
        Some(format!(
            "the treasury {verb} net {own} against {noun} {of_base} (net payments {difference})"
        ))
    }

    fn withdrawal(&self) -> String {
        let horizon = HORIZONS_DAYS.len() - 1;
        let Some(worst) = self.worst(0, horizon) else {
            return "No withdrawal of a foreign party was tested.".to_owned();
        };
        let scalar = format!("sovereignty_{}d", HORIZONS_DAYS[horizon]);
        // Where it is not recorded once a replication, the mean over the dates says the same.
        let names = [format!("{scalar}_mean"), scalar];
        let recorded = names.iter().rev().find_map(|name| Some((name, self.both(name)?)));
        let Some((name, (format, base))) = recorded else {
            return "What is left after a withdrawal was not recorded.".to_owned();
        };
        let after = "A year after the worst withdrawal of a foreign party";
        let Some((p, (mean, kept))) =
            self.chosen.and_then(|p| Some((p, self.against(&format, p, name)?)))
        else {
            let kept = self.with_interval(&format, &base);
            return match worst {
                Worst::Nobody => format!(
                    "{after}, {kept} of critical need is served; no single party takes anything away."
                ),
                Worst::Party(who) => format!(
                    "{after}, {kept} of critical need is served; the party that takes most is {who}."
                ),
            };
        };
        let who = self.who(p, worst, self.worst(p, horizon));
        format!("{after}, {mean} of critical need is served {kept}; {who}.")
    }

    /// Whose withdrawal takes most under a policy and under the base.
    fn who(&self, policy: usize, base: Worst, other: Option<Worst>) -> String {
        let policy = self.policy(policy);
        match (base, other) {
            (Worst::Nobody, Some(Worst::Nobody) | None) => {
                "under neither does a single party take anything away".to_owned()
            }
            (Worst::Party(a), Some(Worst::Party(b))) if a == b => {
                format!("the party that takes most is {a} under both")
            }
            (Worst::Party(a), Some(Worst::Party(b))) => {
                format!("the party that takes most is {b} under {policy} and {a} under the base")
            }
            (Worst::Party(a), _) => {
                format!(
                    "the party that takes most is {a} under the base, and under {policy} no single party takes anything"
                )
            }
            (Worst::Nobody, Some(Worst::Party(b))) => {
                format!(
                    "the party that takes most is {b} under {policy}, and under the base no single party takes anything"
                )
            }
        }
    }

    /// The foreign party with the largest mean loss, which leaves least of what there was.
    fn worst(&self, policy: usize, horizon: usize) -> Option<Worst> {
        let Reader { study, statistics, .. } = self.reader;
        let mut most: Option<(usize, f64)> = None;
        for (at, actor) in study.policies[policy].layout.actors.iter().enumerate() {
            let loss = statistics.withdrawal(policy, self.nation, (at, horizon)).loss;
            let foreign = actor.kind != ActorKind::Operator && loss.count() > 0;
            if foreign && most.is_none_or(|(_, most)| loss.mean() > most) {
                most = Some((at, loss.mean()));
            }
        }
        let (actor, loss) = most?;
        Some(if loss < NO_LOSS {
            Worst::Nobody
        } else {
            Worst::Party(party(self.reader, &study.policies[policy].layout.actors[actor]))
        })
    }
}

/// Who takes most by withdrawing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Worst {
    Nobody,
    Party(String),
}

/// What the sentences rest on.
pub(super) fn footing(reader: Reader<'_>) -> String {
    let over = reader.over();
    let same = if over == Over::Shocks { "shocks" } else { "parameters and shocks" };
    let shocks = if reader.policies().len() > 1 {
        format!(
            ", in which every policy meets the same {same}; “against” sets a policy against the base, and in brackets is the paired difference"
        )
    } else {
        String::new()
    };
    let size = reader.size();
    let (of, intervals) = match over {
        Over::Shocks => (
            format!("Means over {size}"),
            format!(
                "Intervals are 95 % by Student's t, each on its own: they cover the chance in the model, not what is assumed about the world. {UNCLEAR} "
            ),
        ),
        Over::Draws => (
            format!("Means over {size}"),
            format!(
                "Intervals are 95 % over the draws of the uncertain parameters, each on its own: they cover what is not known about these parameters and the chance in the model; a table below shows the two apart. {UNCLEAR} "
            ),
        ),
        Over::Points => (
            format!("Averages over the points of the design ({size})"),
            "No interval: the points were chosen, not drawn, so the averages say nothing about how likely an outcome is. ".to_owned(),
        ),
    };
    format!(
        "{of}{shocks}. {intervals}An H100e is the computing power of one NVIDIA H100; the need at the reference price is what \
         buyers would use at the price of the first day, so cheaper compute can serve more than all of it."
    )
}
