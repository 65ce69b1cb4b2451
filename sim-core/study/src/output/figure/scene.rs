//! What the picture shows, in numbers and words, before anything is drawn.

use std::fmt::Write;

use super::drawable;
use crate::output::{number, without_control, words};
use crate::run::{Effect, Policy, Statistics, Study};

/// Policies that are drawn; more would hide each other.
const POLICIES_SHOWN: usize = 5;

/// Policies whose bands are drawn: the base and the first policy; of the others, the median.
pub(super) const FANS_SHOWN: usize = 2;

/// Quantiles of a fan, from the lowest to the highest.
const FAN: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// The picture of the first nation of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub(super) title: String,
    pub(super) subtitle: String,
    /// Names of the policies shown, the base first.
    pub(super) legend: Vec<String>,
    /// First and last year, as fractions.
    pub(super) span: (f64, f64),
    /// Year and label of dated events.
    pub(super) marks: Vec<(f64, String)>,
    /// What each provider serves.
    pub(super) providers: Vec<TimePanel>,
    /// What remains after the worst withdrawal.
    pub(super) sovereignty: Option<TimePanel>,
    pub(super) effects: Vec<EffectRow>,
}

/// A quantity over time under every policy shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimePanel {
    pub(super) title: String,
    pub(super) axis: String,
    /// Per policy.
    pub(super) fans: Vec<Vec<FanPoint>>,
}

/// Quantiles at a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FanPoint {
    pub(super) year: f64,
    pub(super) quantiles: [f64; FAN.len()],
}

/// The effects of all policies on one quantity, in percentage points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EffectRow {
    pub(super) label: String,
    /// Position of the policy in the legend, estimate, lower and upper end.
    pub(super) intervals: Vec<(usize, [f64; 3])>,
}

impl TimePanel {
    /// The largest value shown.
    pub(super) fn top(&self) -> f64 {
        let values = self.fans.iter().flatten().flat_map(|point| point.quantiles);
        values.fold(0.0, f64::max)
    }
}

/// Name and title of a policy.
fn label(policy: &Policy) -> String {
    let (name, title) = (without_control(&policy.name), without_control(&policy.title));
    let title = words::short(&title, 72);
    if title.eq_ignore_ascii_case(&name) { title } else { format!("{name}: {title}") }
}

/// Year as a fraction from days since 1970-01-01.
fn year(days: f64) -> f64 {
    1970.0 + days / 365.2425
}

impl Scene {
    /// Picks what to show of a study.
    #[must_use]
    pub fn new(study: &Study, statistics: &Statistics) -> Self {
        let source =
            Source { study, statistics, policies: study.policies.len().min(POLICIES_SHOWN) };
        let days = &study.policies[0].layout.sample_days;
        let at = |day: f64| year(study.start_day + day);
        Self {
            title: source.title(),
            subtitle: source.subtitle(),
            legend: study.policies[..source.policies].iter().map(label).collect(),
            span: (at(0.0), days.last().map_or_else(|| at(0.0) + 1.0, |&day| at(day))),
            marks: study
                .marks
                .iter()
                .map(|m| (at(m.day), words::short(&without_control(&m.label), 24)))
                .collect(),
            providers: source.providers(),
            sovereignty: source.sovereignty(),
            effects: source.effects(),
        }
    }
}

/// Where the numbers come from.
struct Source<'a> {
    study: &'a Study,
    statistics: &'a Statistics,
    policies: usize,
}

impl Source<'_> {
    /// The nation, or a word for it where none is recorded.
    fn nation(&self) -> String {
        self.study
            .nation_titles
            .first()
            .map_or_else(|| "No nation".to_owned(), |title| without_control(title))
    }

    fn panel(&self, series: &str, title: String, what: &str) -> Option<TimePanel> {
        let (path, (_, unit)) =
            self.statistics.paths().enumerate().find(|(_, (name, _))| *name == series)?;
        let scale = if unit == "1" { 100.0 } else { 1.0 };
        let axis = if unit == "1" { format!("% of {what}") } else { unit.to_owned() };
        let fans: Vec<Vec<FanPoint>> =
            (0..self.policies).map(|policy| self.fan(policy, path, scale)).collect();
        fans.iter().any(|fan| !fan.is_empty()).then_some(TimePanel { title, axis, fans })
    }

    fn fan(&self, policy: usize, path: usize, scale: f64) -> Vec<FanPoint> {
        let days = self.study.policies[0].layout.sample_days.iter().enumerate();
        let point = |(sample, day): (usize, &f64)| {
            let mut quantiles = [0.0; FAN.len()];
            for (value, q) in quantiles.iter_mut().zip(FAN) {
                *value = scale * self.statistics.band(policy, (0, path, sample), q)?;
            }
            drawable(&quantiles)
                .then_some(FanPoint { year: year(self.study.start_day + day), quantiles })
        };
        days.filter_map(point).collect()
    }

    fn providers(&self) -> Vec<TimePanel> {
        let served = |kind: &&str| {
            self.panel(&format!("served_{kind}"), provider_title(kind), "reference demand served")
        };
        // A kind that nobody has needs no panel.
        let serves = |panel: &TimePanel| panel.top() > 0.0;
        let panels = words::PROVIDERS.iter().filter_map(served).filter(serves);
        let panels: Vec<TimePanel> = panels.take(3).collect();
        if !panels.is_empty() {
            return panels;
        }
        let capacity =
            |kind: &&str| self.panel(&format!("capacity_{kind}"), provider_title(kind), "capacity");
        words::PROVIDERS.iter().filter_map(capacity).take(3).collect()
    }

    fn sovereignty(&self) -> Option<TimePanel> {
        let horizons = autarky_market::record::HORIZONS_DAYS;
        horizons.iter().rev().find_map(|days| {
            let title = match days {
                0 => "What remains at once when the worst foreign party withdraws".to_owned(),
                365 => "What remains a year after the worst foreign party withdraws".to_owned(),
                days => format!("What remains {days} days after the worst foreign party withdraws"),
            };
            self.panel(&format!("sovereignty_{days}d"), title, "critical demand served")
        })
    }

    /// Effects on the share that each provider serves, on the total, and on sovereignty.
    fn effects(&self) -> Vec<EffectRow> {
        let providers = words::PROVIDERS
            .iter()
            .map(|kind| (format!("served_{kind}_share"), provider_title(kind)));
        let total = [("served_share".to_owned(), "All that is served".to_owned())];
        let sovereignty =
            [("sovereignty_365d_mean".to_owned(), "Left a year after withdrawal".to_owned())];
        let rows = providers.chain(total).chain(sovereignty);
        rows.filter_map(|(quantity, label)| {
            let intervals: Vec<(usize, [f64; 3])> = (1..self.policies)
                .filter_map(|p| {
                    let interval = self.effect(p, &quantity)?.interval;
                    let ends = [interval.estimate, interval.low(), interval.high()];
                    let ends = ends.map(|x| 100.0 * x);
                    drawable(&ends).then_some((p, ends))
                })
                .collect();
            // Neither does it need a row: nothing there, and nothing that differs.
            let any = |p: usize| self.mean(p, &quantity).is_some_and(|mean| mean.abs() > 0.0);
            let seen = (0..self.policies).any(any);
            (seen && !intervals.is_empty()).then_some(EffectRow { label, intervals })
        })
        .collect()
    }

    fn effect(&self, policy: usize, quantity: &str) -> Option<Effect> {
        self.study.nation_titles.first()?;
        self.statistics.cell(policy, 0, self.statistics.quantity(quantity)?).effect()
    }

    fn mean(&self, policy: usize, quantity: &str) -> Option<f64> {
        self.study.nation_titles.first()?;
        let moments = self.statistics.cell(policy, 0, self.statistics.quantity(quantity)?).moments;
        (moments.count() > 0).then(|| moments.mean())
    }

    /// What the first policy does to data centre and network, in a sentence.
    fn title(&self) -> String {
        let years =
            self.study.policies[0].layout.sample_days.last().map_or(0.0, |d| (d / 365.25).round());
        let nation = self.nation();
        let clauses: Vec<String> =
            ["data_centre", "network"].iter().filter_map(|kind| self.clause(kind)).collect();
        if clauses.is_empty() {
            return format!("{nation}, {years} years: {}", without_control(&self.study.title));
        }
        let clauses = clauses.join(", ");
        match self.study.policies.get(1) {
            Some(policy) => {
                // A long title is in the legend beside the name.
                let title =
                    if policy.title.chars().count() <= 40 { &policy.title } else { &policy.name };
                let policy = without_control(title);
                format!("{nation}, {years} years under “{policy}”: {clauses}")
            }
            None => format!("{nation}, {years} years: {clauses}"),
        }
    }

    fn clause(&self, kind: &str) -> Option<String> {
        let quantity = format!("served_{kind}_share");
        let percent = |x: f64| number::fixed(100.0 * x, 1);
        let (provider, base) = (words::provider(kind), self.mean(0, &quantity)?);
        let Some(policy) = self.study.policies.get(1).and_then(|_| self.mean(1, &quantity)) else {
            return Some(format!("the {provider} serves {} % of demand", percent(base)));
        };
        let clear = self.effect(1, &quantity).is_some_and(|effect| effect.is_clear());
        Some(if clear && percent(policy) != percent(base) {
            format!(
                "the {provider} serves {} % of demand instead of {} %",
                percent(policy),
                percent(base)
            )
        } else {
            format!("the {provider} serves {} % of demand as before", percent(policy))
        })
    }

    fn subtitle(&self) -> String {
        let n =
            (0..self.study.policies.len()).map(|p| self.statistics.finished(p)).min().unwrap_or(0);
        let mut text = format!(
            "{} replications on common random numbers. Lines: median; bands: the middle 50 % and 90 % of replications.",
            number::fixed(n as f64, 0)
        );
        if self.policies > FANS_SHOWN {
            text += " Further policies: median only.";
        }
        if self.study.policies.len() > self.policies {
            let _ = write!(
                text,
                " The first {} of {} policies.",
                self.policies,
                self.study.policies.len()
            );
        }
        text
    }
}

fn provider_title(kind: &str) -> String {
    words::sentence(&words::provider(kind))
}
