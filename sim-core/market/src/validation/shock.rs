//! Contradictions within a shock and between shocks that share a factor.

use super::problem;
use crate::blueprint::shock::size;
use crate::entity::horizon::Horizon;
use crate::entity::shock::{Law, ShockParameters, SizeLaw};
use crate::process::mean_reverting::log_variance;
use crate::scenario::{Problem, Scenario};

/// Largest standard deviation of the log of a mean-reverting factor over a run: beyond it the mean of one is carried by paths that no sample has.
const LARGEST_SPREAD: f64 = 3.0;

/// What makes a scenario's shocks impossible.
pub(super) fn shocks(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, shock) in scenario.shocks.iter() {
        members(id, shock, out);
        means(id, shock, out);
        spread(id, shock, scenario.horizon.years, out);
        correlation(id, shock, out);
        path(id, shock, &scenario.horizon, out);
        let others = scenario.shocks.iter().take_while(|(other, _)| *other != id);
        let first = others.into_iter().find(|(_, other)| {
            !shock.factor.is_empty() && other.factor == shock.factor && other.law != shock.law
        });
        if let Some((other, _)) = first {
            let message = format!(
                "`{id}` and `{other}` name the factor `{}` under different laws and would have nothing in common",
                shock.factor
            );
            let help = "give both the law `mean_reverting` or both `jumps`, or rename the factor";
            out.push(problem(format!("shock.{id}.factor"), message, help));
        }
    }
}

/// What runs but has no effect.
pub(super) fn warnings(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, shock) in scenario.shocks.iter().filter(|(_, s)| !s.factor.is_empty()) {
        let users =
            scenario.shocks.iter().filter(|(_, other)| other.factor == shock.factor).count();
        if users == 1 {
            let message = format!("no other shock names the factor `{}` of `{id}`", shock.factor);
            let help = "check its spelling, or leave `factor` out";
            out.push(problem(format!("shock.{id}.factor"), message, help));
        } else if shock.loading <= 0.0 {
            let message = format!("`{id}` names the factor `{}` with a loading of 0", shock.factor);
            out.push(problem(format!("shock.{id}.loading"), message, "a loading above 0 up to 1"));
        }
    }
}

/// `of` names entries of the root that the target hits.
fn members(id: &str, shock: &ShockParameters, out: &mut Vec<Problem>) {
    let lists = [
        ("vendor", &shock.of_vendors),
        ("nation", &shock.of_nations),
        ("provider", &shock.of_providers),
    ];
    let right = shock.target.root();
    for (root, _) in lists.iter().filter(|(root, list)| *root != right && !list.is_empty()) {
        let message = format!(
            "a shock to `{}` hits {right}s, but `of.{root}s` is given",
            shock.target.as_str()
        );
        let help = format!("name them in of.{right}s, or leave `of` out to hit all");
        out.push(problem(format!("shock.{id}.of.{root}s"), message, help));
    }
}

/// Every target is multiplied by money, and a mean is compensated: both need one.
fn means(id: &str, shock: &ShockParameters, out: &mut Vec<Problem>) {
    if shock.law != Law::Jumps || size(shock).has_mean() {
        return;
    }
    let (name, value, allowed) = match shock.size {
        SizeLaw::Pareto => ("size.tail", shock.size_tail, "a tail above 1, such as 3"),
        _ => ("size.mean_up", shock.size_mean_up, "above 0 and below 1, such as 0.2"),
    };
    let message = format!(
        "a jump factor e^J with {name} = {value} has no mean, and `{}` is a quantity that is paid for",
        shock.target.as_str()
    );
    out.push(problem(format!("shock.{id}.{name}"), message, allowed));
}

fn spread(id: &str, shock: &ShockParameters, years: f64, out: &mut Vec<Problem>) {
    if shock.law != Law::MeanReverting {
        return;
    }
    let spread = log_variance(shock.volatility, shock.reversion, years).sqrt();
    if spread > LARGEST_SPREAD {
        let message = format!(
            "after {years} years the log of the factor has a standard deviation of {spread:.1}: its mean is no longer that of any sample"
        );
        let help = format!("at most {LARGEST_SPREAD}: lower `volatility` or raise `reversion`");
        out.push(problem(format!("shock.{id}.volatility"), message, help));
    }
}

/// A factor and partial correlation exist for normals and jumps.
fn correlation(id: &str, shock: &ShockParameters, out: &mut Vec<Problem>) {
    if shock.factor.is_empty() && shock.loading > 0.0 {
        let message = format!("`{id}` has a loading of {} and names no factor", shock.loading);
        let help = "name the factor, the same in every shock that shares it";
        out.push(problem(format!("shock.{id}.loading"), message, help));
    }
    if !matches!(shock.law, Law::RegimeSwitching | Law::Path) {
        return;
    }
    if !shock.factor.is_empty() {
        let law = shock.law.as_str();
        let message = format!("`{id}` follows `{law}`, which takes no common factor");
        let help = "leave `factor` and `loading` out, or let one shock hit all";
        out.push(problem(format!("shock.{id}.factor"), message, help));
    }
    if shock.law == Law::RegimeSwitching && shock.common > 0.0 && shock.common < 1.0 {
        let message =
            format!("regimes are common to all or each has its own, not {}", shock.common);
        out.push(problem(format!("shock.{id}.common"), message, "0 or 1 under `regime_switching`"));
    }
}

/// A path has values from the first to the last day of the run, without gaps.
fn path(id: &str, shock: &ShockParameters, horizon: &Horizon, out: &mut Vec<Problem>) {
    if shock.law != Law::Path {
        return;
    }
    let at = |row: usize| format!("shock.{id}.path.values[{row}]");
    let days: Vec<f64> = shock.path_values.iter().map(|(day, _)| *day).collect();
    let (Some(&first), Some(&last), true) = (days.first(), days.last(), days.len() > 1) else {
        let message = format!("`{id}` follows `path` and has {} dated values", days.len());
        let help = "name a CSV file with the columns date,value, or a list of at least two";
        return out.push(problem(format!("shock.{id}.path.values"), message, help));
    };
    let (start, end) = (horizon.start, horizon.start + horizon.years * 365.25);
    if first > start {
        let message = format!("the path of `{id}` begins {} days after the run", first - start);
        let help = "add a value on or before horizon.start, or start later";
        out.push(problem(at(0), message, help));
    }
    if last < end {
        let message =
            format!("the path of `{id}` ends {} days before the run", (end - last).ceil());
        let help = "add values up to the last day, or shorten horizon.years";
        out.push(problem(at(days.len() - 1), message, help));
    }
    let mut spans: Vec<f64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let gaps: Vec<(usize, f64)> = spans.iter().copied().enumerate().collect();
    spans.sort_by(f64::total_cmp);
    let longest = shock.path_max_gap.unwrap_or(3.0 * spans[spans.len() / 2]);
    for (row, span) in gaps.into_iter().filter(|(_, span)| *span > longest) {
        let message = format!("the path of `{id}` has a gap of {span} days before this date");
        let help = format!(
            "at most {longest} days between two dates: fill the gap, or raise shock.{id}.path.max_gap"
        );
        out.push(problem(at(row + 1), message, help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::shock::Target;

    fn paths(change: impl Fn(&mut ShockParameters)) -> Vec<String> {
        let mut scenario = Scenario::default();
        change(scenario.shocks.entry("s"));
        let mut out = Vec::new();
        shocks(&scenario, &mut out);
        out.into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn a_shock_without_a_mean_is_refused_at_the_parameter_that_takes_it_away() {
        let tail = |tail: f64| {
            paths(move |s| {
                (s.law, s.size, s.size_tail) = (Law::Jumps, SizeLaw::Pareto, tail);
            })
        };
        assert_eq!(tail(1.0), ["shock.s.size.tail"]);
        assert_eq!(tail(0.7), ["shock.s.size.tail"]);
        assert!(tail(1.01).is_empty());
        let kou = |law, mean_up: f64| {
            paths(move |s| {
                (s.law, s.size, s.size_mean_up) = (law, SizeLaw::DoubleExponential, mean_up);
                s.compensated = false;
            })
        };
        assert_eq!(kou(Law::Jumps, 1.0), ["shock.s.size.mean_up"]);
        assert!(kou(Law::Jumps, 0.99).is_empty() && kou(Law::MeanReverting, 2.0).is_empty());
    }

    #[test]
    fn each_contradiction_of_a_shock_is_named_at_its_parameter() {
        type Break = fn(&mut ShockParameters);
        let cases: [(&str, Break); 6] = [
            ("shock.s.of.nations", |s| s.of_nations = vec!["EST".into()]),
            ("shock.s.of.vendors", |s| {
                (s.target, s.of_vendors) = (Target::Demand, vec!["v".into()]);
            }),
            ("shock.s.volatility", |s| (s.volatility, s.reversion) = (1.0, 0.0)),
            ("shock.s.loading", |s| s.loading = 0.5),
            ("shock.s.factor", |s| {
                (s.law, s.factor) = (Law::RegimeSwitching, "f".into());
            }),
            ("shock.s.common", |s| (s.law, s.common) = (Law::RegimeSwitching, 0.5)),
        ];
        for (path, change) in cases {
            assert_eq!(paths(change), [path]);
        }
        assert!(paths(|_| {}).is_empty());
    }

    /// Paths of a monthly file over a run of ten years from day 20,454, after a change.
    fn of_a_path(change: impl Fn(&mut Vec<(f64, f64)>), max_gap: Option<f64>) -> Vec<String> {
        paths(|s| {
            s.law = Law::Path;
            s.path_values = (0..123).map(|m| (20_454.0 + 30.0 * f64::from(m), 1.0)).collect();
            s.path_max_gap = max_gap;
            change(&mut s.path_values);
        })
    }

    #[test]
    fn a_path_covers_the_run_without_gaps() {
        assert!(of_a_path(|_| {}, None).is_empty());
        let cut =
            |range: std::ops::Range<usize>| move |v: &mut Vec<_>| drop(v.drain(range.clone()));
        assert_eq!(of_a_path(cut(0..1), None), ["shock.s.path.values[0]"]);
        assert_eq!(of_a_path(cut(110..123), None), ["shock.s.path.values[109]"]);
        assert!(of_a_path(cut(50..52), None).is_empty(), "three spans are no gap");
        assert_eq!(of_a_path(cut(50..53), None), ["shock.s.path.values[50]"]);
        assert!(of_a_path(cut(50..53), Some(120.0)).is_empty());
        assert_eq!(of_a_path(cut(50..51), Some(40.0)), ["shock.s.path.values[50]"]);
        assert_eq!(of_a_path(Vec::clear, None), ["shock.s.path.values"]);
    }

    #[test]
    fn a_factor_is_shared_under_one_law_by_more_than_one_shock() {
        let mut scenario = Scenario::default();
        for (id, law) in [("a", Law::Jumps), ("b", Law::MeanReverting)] {
            let shock = scenario.shocks.entry(id);
            (shock.law, shock.factor, shock.loading) = (law, "f".into(), 0.5);
        }
        let (mut out, mut mild) = (Vec::new(), Vec::new());
        shocks(&scenario, &mut out);
        assert_eq!(out.iter().map(|p| p.path.as_str()).collect::<Vec<_>>(), ["shock.b.factor"]);
        warnings(&scenario, &mut mild);
        assert!(mild.is_empty());
        scenario.shocks.remove("b");
        warnings(&scenario, &mut mild);
        assert_eq!(mild[0].path, "shock.a.factor");
    }
}
