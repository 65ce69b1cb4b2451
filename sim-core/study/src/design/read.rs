//! Axes as they are written: what they aim at, and their ranges, lists and distributions.
//!
//! Every level and every bound passes the check that a setting passes: unit, kind and declared range.

use super::axis::{Axis, Form, Levels, grid, written};
use super::law::Law;
use super::passage::Passage;
use crate::scenario::level::{self, Figure, Target};
use crate::scenario::source::{Files, Finding, Findings, Place};
use crate::scenario::suggest;
use crate::scenario::unit::number_length;
use crate::scenario::value::range_text;
use autarky_market::schema::{FieldSpec, Kind, Range};

/// Most levels of one axis.
pub(crate) const MAX_LEVELS: usize = 10_000;
/// How far from a whole number of steps a range may be, in steps.
const STEP_TOLERANCE: f64 = 1e-9;
const SHAPES: &str = "LO..HI, LO..HI:STEP, LO..HI/N, {a, b, c}, or ~ and one of uniform, log_uniform, normal, log_normal, triangular, beta";

const UNREADABLE: &str =
    "· has a distribution with other arguments than it takes, or in another order";

/// Distributions and how they are written.
const LAWS: [(&str, &str); 6] = [
    ("uniform", "uniform(low, high)"),
    ("log_uniform", "log_uniform(low, high), both above 0"),
    ("normal", "normal(mean, deviation) or normal(mean, deviation, low, high)"),
    (
        "log_normal",
        "log_normal(median, sigma) or log_normal(median, sigma, low, high), where sigma is the deviation of the logarithm",
    ),
    ("triangular", "triangular(low, mode, high)"),
    ("beta", "beta(a, b, low, high), or beta(a, b) for a number without unit from 0 to 1"),
];

/// An axis with its target and where the path stands.
pub(crate) fn axis(
    text: &str,
    files: &mut Files,
    findings: &mut Findings,
) -> Option<(Axis, Target, Place)> {
    let whole = Passage::new(files, "design", text);
    let Some(at) = text.find(['=', '~']) else {
        let finding = Finding::error(Some(whole.place()), "", "an axis is written `PATH=VALUES`");
        findings.push(finding.allowed(SHAPES));
        return None;
    };
    let (mut path, values) = (whole.part(0..at).trim(), whole.part(at + 1..text.len()).trim());
    let mut policy = None;
    if let Some(rest) = path.text().strip_prefix("policies.") {
        let Some((name, below)) = rest.split_once('.').filter(|(name, _)| !name.is_empty()) else {
            let finding = Finding::error(Some(path.place()), path.text(), "the path ends too soon");
            findings.push(finding.allowed("policies.NAME.PATH, such as policies.ban.event.x.at"));
            return None;
        };
        policy = Some(name.to_owned());
        path = path.part(path.text().len() - below.len()..path.text().len());
    }
    let target = level::target(path.text(), path.place(), files, findings)?;
    let axis = Axis::of(path.text(), (&target, path.place()), &values, files, findings)?;
    Some((Axis { policy, ..axis }, target, path.place()))
}

/// The levels of a path from the right side of an axis.
pub(crate) fn levels(
    path: &str,
    (target, place): (&Target, Place),
    values: &Passage,
    (files, findings): (&mut Files, &mut Findings),
) -> Option<Levels> {
    let values = values.trim();
    let mut reader = Levelled { path, place, files, findings };
    let text = values.text();
    if text.len() > 1 && text.starts_with('{') && text.ends_with('}') {
        return reader.list(&values.part(1..text.len() - 1));
    }
    let law = text.split_once('(').filter(|(name, _)| is_word(name) && text.ends_with(')'));
    if law.is_none() && !text.contains("..") {
        return reader.fail(&values, "· needs values that it varies over", Some(SHAPES.to_owned()));
    }
    let Some(spec) = target.spec().filter(|s| is_measure(s.kind)) else {
        let message = "· has no range: only numbers, whole numbers and dates have one";
        let allowed = "a list, such as {true, false} or {a, b, c}";
        return reader.fail(&values, message, Some(allowed.to_owned()));
    };
    match law {
        Some((name, _)) => {
            let arguments = values.part(name.len() + 1..text.len() - 1);
            reader.law(spec, &values, (name.trim(), &arguments))
        }
        None => reader.range(spec, &values),
    }
}

fn is_word(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_measure(kind: Kind) -> bool {
    matches!(kind, Kind::Number { .. } | Kind::Integer { .. } | Kind::Instant | Kind::Date)
}

/// A declaration with another kind, to read arguments that are no levels.
fn like(spec: &FieldSpec, unit: &'static str, range: Range) -> FieldSpec {
    FieldSpec { kind: Kind::Number { unit, range }, ..*spec }
}

const ANY: Range = Range::closed(-1e18, 1e18);
const POSITIVE: Range = Range::above(0.0, 1e18);

/// Unit, range and form of the numbers of a parameter.
fn measure(spec: &FieldSpec) -> (&'static str, Range, Form) {
    match spec.kind {
        Kind::Number { unit, range } => (unit, range, Form::Number(unit)),
        Kind::Integer { min, max } => {
            let clamp = |i: i64| i.clamp(-(1 << 53), 1 << 53) as f64;
            ("1", Range::closed(clamp(min), clamp(max)), Form::Whole)
        }
        _ => ("day", Range::closed(-36_525.0, 73_050.0), Form::Number("day")),
    }
}

/// Reads the values of one path.
struct Levelled<'r> {
    path: &'r str,
    place: Place,
    files: &'r mut Files,
    findings: &'r mut Findings,
}

impl Levelled<'_> {
    fn fail<T>(&mut self, at: &Passage, message: &str, allowed: Option<String>) -> Option<T> {
        let message = message.replacen('·', &format!("`{}`", self.path), 1);
        let mut finding = Finding::error(Some(at.place()), self.path, message);
        finding.inner.allowed = allowed;
        self.findings.push(finding);
        None
    }

    fn figure(&mut self, spec: &FieldSpec, at: &Passage, unit: &str) -> Option<Figure> {
        level::figure(self.path, spec, (at.place(), unit), self.files, self.findings)
    }

    fn number(&mut self, spec: &FieldSpec, at: &Passage, unit: &str) -> Option<f64> {
        match self.figure(spec, at, unit)? {
            Figure::Number(x) => Some(x),
            Figure::Whole(i) | Figure::Date(i) => Some(i as f64),
        }
    }

    fn list(&mut self, inside: &Passage) -> Option<Levels> {
        let items = inside.items();
        if items.len() > MAX_LEVELS {
            let message = format!("· has {} levels; at most {MAX_LEVELS} fit", items.len());
            return self.fail(inside, &message, None);
        }
        let (mut values, mut whole) = (Vec::with_capacity(items.len()), true);
        for item in items {
            if item.text().is_empty() {
                return self.fail(&item, "· has an empty level", Some("{a, b, c}".to_owned()));
            }
            let path = (self.path, self.place);
            whole &= level::is_level(path, item.place(), self.files, self.findings);
            if values.iter().any(|v| v == item.text()) {
                return self.fail(&item, "· has the same level twice", None);
            }
            values.push(item.text().to_owned());
        }
        whole.then_some(Levels::List(values))
    }

    fn range(&mut self, spec: &FieldSpec, values: &Passage) -> Option<Levels> {
        let text = values.text();
        let dots = text.find("..")?;
        let low = values.part(0..dots).trim();
        let tail = values.part(dots + 2..text.len()).trim();
        let (high, cut) = after_range(&tail);
        let unit = unit_text(&high);
        let (a, b) = (self.figure(spec, &low, unit), self.figure(spec, &high, unit));
        let (low, high, form) = self.ends(spec, values, (a?, b?))?;
        match cut {
            None => Some(continuous(low, high, form)),
            Some((true, step)) => self.stepped(spec, &step, (low, high, form), unit),
            Some((false, count)) => self.counted(&count, (low, high, form)),
        }
    }

    /// Both ends in one form.
    fn ends(
        &mut self,
        spec: &FieldSpec,
        at: &Passage,
        (a, b): (Figure, Figure),
    ) -> Option<(f64, f64, Form)> {
        let (low, high, form) = match (a, b) {
            (Figure::Number(a), Figure::Number(b)) => (a, b, measure(spec).2),
            (Figure::Whole(a), Figure::Whole(b)) => (a as f64, b as f64, Form::Whole),
            (Figure::Date(a), Figure::Date(b)) => (a as f64, b as f64, Form::Date),
            _ => {
                let allowed = Some("two dates or two spans".to_owned());
                return self.fail(at, "· has a range from a date to a span", allowed);
            }
        };
        if low < high {
            return Some((low, high, form));
        }
        self.fail(at, "· has a range whose lower end is not below its upper end", None)
    }

    fn stepped(
        &mut self,
        spec: &FieldSpec,
        at: &Passage,
        (low, high, form): (f64, f64, Form),
        unit: &str,
    ) -> Option<Levels> {
        let (own, scale) = match form {
            Form::Date => ("day", POSITIVE),
            _ => (measure(spec).0, POSITIVE),
        };
        let step = self.number(&like(spec, own, scale), at, unit)?;
        let steps = (high - low) / step;
        let fits = (steps - steps.round()).abs() <= STEP_TOLERANCE * steps.max(1.0);
        let whole = matches!(form, Form::Number(_)) || step.fract() == 0.0;
        if steps >= MAX_LEVELS as f64 {
            let message = format!("· has {:.0} levels; at most {MAX_LEVELS} fit", steps.floor());
            return self.fail(at, &message, None);
        }
        if fits && whole && steps.round() >= 1.0 {
            return Some(Levels::Grid { low, high, count: steps.round() as u64 + 1, form });
        }
        let near = nearest_steps(high - low, steps, form);
        let near: Vec<String> = near.into_iter().map(|s| written(s, span_form(form))).collect();
        let message = format!("· is left at {} by this step: it misses the end of the range", {
            written(low + steps.floor() * step, form)
        });
        let allowed = format!("a step that meets the end, such as {}", near.join(" or "));
        self.fail(at, &message, Some(allowed))
    }

    fn counted(&mut self, at: &Passage, (low, high, form): (f64, f64, Form)) -> Option<Levels> {
        let count: usize = at.text().parse().unwrap_or(usize::MAX);
        if !(2..=MAX_LEVELS).contains(&count) {
            let allowed = Some(format!("from 2 to {MAX_LEVELS} levels"));
            return self.fail(at, "· has a number of levels that does not fit", allowed);
        }
        let steps = count as f64 - 1.0;
        let width = high - low;
        if matches!(form, Form::Number(_)) || width % steps == 0.0 {
            return Some(Levels::Grid { low, high, count: count as u64, form });
        }
        let near = nearest_steps(width, steps, form);
        let near: Vec<String> = near.iter().map(|s| format!("{}", width / s + 1.0)).collect();
        let allowed = Some(format!("{} levels", near.join(" or ")));
        self.fail(at, "· takes whole values, and this many levels do not fall on them", allowed)
    }

    fn law(
        &mut self,
        spec: &FieldSpec,
        at: &Passage,
        (name, inside): (&str, &Passage),
    ) -> Option<Levels> {
        let Some((_, usage)) = LAWS.iter().find(|(known, _)| *known == name) else {
            let names = LAWS.map(|(name, _)| name);
            let message = format!("`{}` has the unknown distribution `{name}`", self.path);
            let finding = Finding::error(Some(at.place()), self.path, message);
            let help = suggest::nearest(name, names).map(|n| format!("did you mean `{n}`?"));
            self.findings.push(finding.allowed(names.join(", ")).maybe_help(help));
            return None;
        };
        if spec.kind == Kind::Date {
            let allowed = Some("a range of dates: 2028-01-01..2030-12-31".to_owned());
            return self.fail(at, "· is a date, which has no distribution but a range", allowed);
        }
        let items = inside.items();
        let Some(kinds) = arguments(spec, name, items.len()) else {
            return self.fail(at, UNREADABLE, Some((*usage).to_owned()));
        };
        let law = made(name, &self.numbers(&kinds, &items)?);
        if !law.is_ordered() {
            return self.fail(at, UNREADABLE, Some((*usage).to_owned()));
        }
        self.checked(spec, at, (name, law))
    }

    /// The arguments of a distribution, each read as its declaration says; one unit may serve all.
    fn numbers(&mut self, kinds: &[FieldSpec], items: &[Passage]) -> Option<Vec<f64>> {
        let unit = items.iter().rev().map(unit_text).find(|u| !u.is_empty()).unwrap_or_default();
        let mut numbers = Vec::with_capacity(kinds.len());
        for (kind, item) in kinds.iter().zip(items) {
            let is_pure = matches!(kind.kind, Kind::Number { unit: "1", .. });
            numbers.push(self.number(kind, item, if is_pure { "" } else { unit }));
        }
        numbers.into_iter().collect()
    }

    /// A distribution all of whose values the parameter allows.
    fn checked(
        &mut self,
        spec: &FieldSpec,
        at: &Passage,
        (name, law): (&str, Law),
    ) -> Option<Levels> {
        let (unit, range, form) = measure(spec);
        let ends = (law.quantile(0.0), law.quantile(1.0));
        if range.contains(ends.0) && range.contains(ends.1) {
            if ends.0 >= ends.1 {
                return self.fail(at, "· has a distribution with nothing between its bounds", None);
            }
            if form == Form::Whole && ends.0.ceil() > ends.1.floor() {
                return self.fail(at, "· has a distribution that holds no whole number", None);
            }
            if form == Form::Whole && name == "uniform" {
                return Some(continuous(ends.0.ceil(), ends.1.floor(), form));
            }
            return Some(Levels::Law { law, ends, form });
        }
        let message = format!("`{}` has a distribution that leaves its range", self.path);
        let reach = format!("from {:.6e} to {:.6e}", ends.0, ends.1);
        let finding = Finding::error(Some(at.place()), self.path, message)
            .found(format!("values {reach}"))
            .allowed(range_text(range, unit))
            .help(format!("cut it: {name}(…, …, low, high)"));
        self.findings.push(finding);
        None
    }
}

/// The upper end of a range, and what follows it: a step after `:`, or a number of levels after the last `/`.
fn after_range(tail: &Passage) -> (Passage, Option<(bool, Passage)>) {
    let text = tail.text();
    let count = text.rfind('/').filter(|at| {
        let rest = text[at + 1..].trim();
        *at > 0 && !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
    });
    let step = text.find(':');
    match step.or(count) {
        Some(at) => {
            let rest = tail.part(at + 1..text.len()).trim();
            (tail.part(0..at).trim(), Some((step.is_some(), rest)))
        }
        None => (tail.clone(), None),
    }
}

/// How each argument of a distribution is read; none for a number of arguments that it does not take.
fn arguments(spec: &FieldSpec, name: &str, count: usize) -> Option<Vec<FieldSpec>> {
    let (own, range, _) = measure(spec);
    let level = like(spec, own, range);
    let (any, scale) = (like(spec, own, ANY), like(spec, own, POSITIVE));
    let pure = like(spec, "1", Range::above(0.0, 100.0));
    // Beyond these the incomplete beta function loses its inverse.
    let shape = like(spec, "1", Range::closed(0.01, 1000.0));
    Some(match (name, count) {
        ("uniform" | "log_uniform", 2) => vec![level, level],
        ("triangular", 3) => vec![level; 3],
        ("normal", 2) => vec![any, scale],
        ("normal", 4) => vec![any, scale, level, level],
        ("log_normal", 2) => vec![scale, pure],
        ("log_normal", 4) => vec![scale, pure, level, level],
        ("beta", 4) => vec![shape, shape, level, level],
        ("beta", 2) if own == "1" => vec![shape, shape],
        _ => return None,
    })
}

/// The distribution of a known name and as many numbers as it takes.
fn made(name: &str, x: &[f64]) -> Law {
    let cut = x.get(2).copied().zip(x.get(3).copied());
    match name {
        "uniform" => Law::Uniform { low: x[0], high: x[1] },
        "log_uniform" => Law::LogUniform { low: x[0], high: x[1] },
        "normal" => Law::Normal { mean: x[0], deviation: x[1], cut },
        "log_normal" => Law::LogNormal { median: x[0], sigma: x[1], cut },
        "triangular" => Law::Triangular { low: x[0], mode: x[1], high: x[2] },
        _ => {
            let (low, high) = cut.unwrap_or((0.0, 1.0));
            Law::Beta { a: x[0], b: x[1], low, high }
        }
    }
}

/// A range without steps: every whole number, or the uniform distribution.
fn continuous(low: f64, high: f64, form: Form) -> Levels {
    match form {
        Form::Number(_) => Levels::Law { law: Law::Uniform { low, high }, ends: (low, high), form },
        _ => Levels::Whole { low: low as i64, high: high as i64, form },
    }
}

/// The unit of a quantity, as written.
fn unit_text(at: &Passage) -> &str {
    let text = at.text();
    text[number_length(text)..].trim()
}

/// Steps of dates are days.
fn span_form(form: Form) -> Form {
    if form == Form::Date { Form::Number("day") } else { form }
}

/// The steps next to a wanted one, in number of steps, that divide a width.
fn nearest_steps(width: f64, steps: f64, form: Form) -> Vec<f64> {
    let divides = |n: f64| n >= 1.0 && (matches!(form, Form::Number(_)) || width % n == 0.0);
    let below = (0..1000).map(|i| steps.floor() - f64::from(i)).find(|n| divides(*n));
    let above = (0..1000).map(|i| steps.floor() + 1.0 + f64::from(i)).find(|n| divides(*n));
    let of = |n: f64| grid(0.0, width, n as u64 + 1, 1);
    below
        .into_iter()
        .chain(above.filter(|n| *n <= width || matches!(form, Form::Number(_))))
        .map(of)
        .collect()
}
