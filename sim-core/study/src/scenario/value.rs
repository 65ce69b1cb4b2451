//! One value of a file, checked against its parameter's declaration: type, unit, range, how it is written.

use super::diagnostic::is_printable;
use super::personas;
use super::points;
use super::source::{Files, Finding, Findings, Place};
use super::suggest;
use super::tree::{Data, Node};
use super::unit::{self, QuantityError, Unit};
use autarky_market::schema::{FieldSpec, Kind, Range, Value};

/// Tolerance of sums of shares.
pub(crate) const SHARE_TOLERANCE: f64 = 1e-9;
const MAX_ITEMS: usize = 10_000;
const MAX_TEXT: usize = 10_000;

/// A value as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parsed {
    /// In the field's canonical unit.
    Value(Value),
    /// An instant given as a date, in days from 1970-01-01.
    DateInstant(f64),
    /// The word `none`: an optional parameter stays unset.
    Unset,
}

/// A value as read, with the places of its elements (items of a list, keys of shares).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) parsed: Parsed,
    pub(crate) parts: Vec<Place>,
}

/// Whether a key, at its place, may name a share.
type KeyCheck = fn(&str, Place) -> Result<(), Finding>;

/// Reads one value; findings go to `findings` and give `None`.
pub(crate) struct Reader<'r> {
    pub(crate) files: &'r Files,
    pub(crate) findings: &'r mut Findings,
}

impl Reader<'_> {
    /// The value of `node` for `spec`. `optional` parameters may say `"none"`.
    pub(crate) fn read(
        &mut self,
        path: &str,
        spec: &FieldSpec,
        optional: bool,
        node: &Node,
    ) -> Option<Reading> {
        if matches!(node.data, Data::Broken) {
            return None;
        }
        if optional && matches!(&node.data, Data::Text(word) if word == "none") {
            return Some(Reading { parsed: Parsed::Unset, parts: Vec::new() });
        }
        let mut parts = Vec::new();
        let result = match spec.kind {
            Kind::Number { unit, range } => self.number(node, unit, range),
            Kind::Integer { min, max } => self.integer(node, min, max),
            Kind::Flag => match node.data {
                Data::Flag(flag) => Ok(Value::Flag(flag)),
                _ => Err(wrong_type(node, "`true` or `false`")),
            },
            Kind::Text => text(node).map(Value::Text),
            Kind::Name => name(node).map(Value::Text),
            Kind::Date => date(node).map(Value::Number),
            Kind::Instant => return self.instant(path, node),
            Kind::Choice(words) => choice(node, words).map(Value::Text),
            Kind::Reference(root) => identifier(node, root).map(Value::Text),
            Kind::Choices(_) | Kind::References(_) | Kind::Economies | Kind::Words => {
                return self.list(path, spec, node);
            }
            Kind::Shares(root) => return self.shares(path, (root, check_identifier), node),
            Kind::EconomyShares => return self.shares(path, ("ISO 3166 code", check_code), node),
            Kind::Numbers { root, unit, range } => {
                return self.numbers(path, (root, check_identifier), (unit, range), node);
            }
            Kind::Path => return self.points(path, node),
            Kind::Personas => personas::name(self.files, node).map(Value::Text),
        };
        if matches!(spec.kind, Kind::Reference(_)) {
            parts.push(node.place);
        }
        match result {
            Ok(value) => Some(Reading { parsed: Parsed::Value(value), parts }),
            Err(finding) => self.fail(path, finding),
        }
    }

    fn fail<T>(&mut self, path: &str, mut finding: Finding) -> Option<T> {
        path.clone_into(&mut finding.inner.path);
        if finding.inner.message.starts_with('·') {
            finding.inner.message = finding.inner.message.replacen('·', &format!("`{path}`"), 1);
        }
        self.findings.push(finding);
        None
    }

    fn number(&self, node: &Node, unit: &str, range: Range) -> Result<Value, Finding> {
        let x = self.in_unit(node, unit).map_err(|f| with_range(f, range, unit))?;
        if range.contains(x) {
            return Ok(Value::Number(x));
        }
        let finding = Finding::error(Some(node.place), "", "· is out of range");
        Err(finding.found(self.found(node)).allowed(range_text(range, unit)))
    }

    fn in_unit(&self, node: &Node, unit: &str) -> Result<f64, Finding> {
        let canonical = Unit::parse(unit).map_err(|_| {
            Finding::error(Some(node.place), "", format!("· has the unreadable unit `{unit}`"))
        })?;
        let raw = self.files.slice(node.place);
        let bare = |x: f64, whole: bool| {
            if whole {
                unit::check_digits(raw)?;
            } else {
                unit::check_digits(raw.trim_start_matches(['+', '-']))?;
            }
            let x = unit::check_normal(x)?;
            if canonical.is_pure() { Ok(x) } else { Err(QuantityError::NoUnit) }
        };
        let result = match &node.data {
            Data::Integer(i) => bare(*i as f64, true),
            Data::Float(x) => bare(*x, false),
            Data::Text(text) => unit::quantity(text, &canonical),
            _ => return Err(wrong_type(node, &expected_number(unit))),
        };
        result.map_err(|error| self.quantity_finding(node, unit, &error))
    }

    fn found(&self, node: &Node) -> String {
        let raw: String = self.files.slice(node.place).chars().take(60).collect();
        format!("found {raw}")
    }

    fn quantity_finding(&self, node: &Node, unit: &str, error: &QuantityError) -> Finding {
        let at = Some(node.place);
        let expected = expected_number(unit);
        let raw = self.files.slice(node.place).trim_matches(['"', '\'']);
        match error {
            QuantityError::NoNumber => {
                Finding::error(at, "", "· does not begin with a number").allowed(expected)
            }
            QuantityError::TooManyDigits => Finding::error(
                at,
                "",
                "· is written with more digits than a number carries",
            )
            .allowed("at most 17 significant digits; whole numbers up to 2^53 = 9007199254740992"),
            QuantityError::NotFinite => {
                Finding::error(at, "", "· is not a finite, normal number").allowed(expected)
            }
            QuantityError::UnknownUnit(word, near) => {
                Finding::error(at, "", format!("· has the unknown unit `{word}`"))
                    .allowed(expected)
                    .maybe_help(near.map(|n| format!("did you mean `{n}`?")))
            }
            QuantityError::Malformed => {
                Finding::error(at, "", "· has a unit that cannot be read").allowed(expected)
            }
            QuantityError::WrongDimension => {
                Finding::error(at, "", "· has a unit of another dimension")
                    .found(self.found(node))
                    .allowed(expected)
            }
            QuantityError::NoUnit => Finding::error(at, "", "· needs a unit")
                .allowed(expected)
                .help(format!("write \"{raw} {unit}\"")),
        }
    }

    fn integer(&self, node: &Node, min: i64, max: i64) -> Result<Value, Finding> {
        let value = match &node.data {
            Data::Integer(i) => *i,
            Data::Float(x) if x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0 => *x as i64,
            _ => return Err(wrong_type(node, &format!("a whole number from {min} to {max}"))),
        };
        if value.unsigned_abs() > 1 << 53 {
            return Err(self.quantity_finding(node, "1", &QuantityError::TooManyDigits));
        }
        if (min..=max).contains(&value) {
            return Ok(Value::Integer(value));
        }
        let finding = Finding::error(Some(node.place), "", "· is out of range");
        Err(finding.found(self.found(node)).allowed(format!("from {min} to {max}")))
    }

    fn instant(&mut self, path: &str, node: &Node) -> Option<Reading> {
        let is_date = match &node.data {
            Data::Date(_) => true,
            Data::Text(text) => looks_like_date(text),
            _ => false,
        };
        let parsed = if is_date {
            date(node).map(Parsed::DateInstant)
        } else {
            self.in_unit(node, "day").and_then(|x| {
                if (-36_525.0..=73_050.0).contains(&x) {
                    return Ok(Parsed::Value(Value::Number(x)));
                }
                Err(Finding::error(Some(node.place), "", "· is out of range")
                    .allowed("at most 200 years"))
            })
        };
        match parsed {
            Ok(parsed) => Some(Reading { parsed, parts: Vec::new() }),
            Err(finding) if finding.inner.allowed.is_some() && !is_date => self.fail(
                path,
                finding.allowed("a date (2028-01-01) or a span from the start (\"24 months\")"),
            ),
            Err(finding) => self.fail(path, finding),
        }
    }

    fn points(&mut self, path: &str, node: &Node) -> Option<Reading> {
        match points::read(self.files, node) {
            Ok((value, parts)) => Some(Reading { parsed: Parsed::Value(value), parts }),
            Err(wrong) => {
                for mut finding in wrong {
                    finding.inner.message = finding.inner.message.replace('·', path);
                    self.fail::<()>(path, finding);
                }
                None
            }
        }
    }

    fn list(&mut self, path: &str, spec: &FieldSpec, node: &Node) -> Option<Reading> {
        let Data::Array(items) = &node.data else {
            return self.fail(path, wrong_type(node, "a list of texts: [\"…\", \"…\"]"));
        };
        if items.len() > MAX_ITEMS {
            let message = format!("· has {} items; at most {MAX_ITEMS} make sense", items.len());
            return self.fail(path, Finding::error(Some(node.place), "", message));
        }
        let (mut words, mut parts, mut whole) = (Vec::new(), Vec::new(), true);
        let mut seen = std::collections::BTreeSet::new();
        for item in items {
            let word = match spec.kind {
                Kind::Choices(known) => choice(item, known),
                Kind::References(root) => identifier(item, root),
                _ => text(item),
            };
            let word = word.and_then(|w| {
                if seen.insert(w.clone()) {
                    return Ok(w);
                }
                Err(Finding::error(Some(item.place), "", format!("· names `{w}` twice")))
            });
            match word {
                Ok(word) => {
                    words.push(word);
                    parts.push(item.place);
                }
                Err(finding) => {
                    whole = false;
                    self.fail::<()>(path, finding);
                }
            }
        }
        whole.then_some(Reading { parsed: Parsed::Value(Value::List(words)), parts })
    }

    /// Shares by keys that pass `check`.
    fn shares(
        &mut self,
        path: &str,
        (keys, check): (&str, KeyCheck),
        node: &Node,
    ) -> Option<Reading> {
        let reading = self.numbers(path, (keys, check), ("1", Range::share()), node)?;
        let Parsed::Value(Value::Shares(shares)) = &reading.parsed else { return None };
        // In the order of the file, so that the sum has the bits that a reader would find.
        let Data::Table(table) = &node.data else { return None };
        let of = |key: &str| shares.iter().find(|(id, _)| id == key).map_or(0.0, |(_, x)| *x);
        let sum: f64 = table.iter().map(|member| of(&member.key)).sum();
        if !shares.is_empty() && (sum - 1.0_f64).abs() > SHARE_TOLERANCE {
            let finding = Finding::error(Some(node.place), "", "· does not sum to one");
            return self.fail(
                path,
                finding
                    .found(format!("the sum is {}", tidy(sum)))
                    .allowed("shares that sum to one"),
            );
        }
        Some(reading)
    }

    /// Numbers by keys that pass `check`, sorted by key.
    fn numbers(
        &mut self,
        path: &str,
        (keys, check): (&str, KeyCheck),
        (unit, range): (&str, Range),
        node: &Node,
    ) -> Option<Reading> {
        let Data::Table(table) = &node.data else {
            let (what, a, b) = match unit {
                "1" => ("shares", "0.6".to_owned(), "0.4".to_owned()),
                _ => ("numbers", format!("\"0.1 {unit}\""), format!("\"0.2 {unit}\"")),
            };
            let expected = format!("{what} by {keys}: {{ a = {a}, b = {b} }}");
            return self.fail(path, wrong_type(node, &expected));
        };
        let (mut numbers, mut parts, mut whole) = (Vec::new(), Vec::new(), true);
        for member in table.iter() {
            let id = check(&member.key, member.key_place);
            let number = self.number(&member.node, unit, range);
            match (id, number) {
                (Ok(()), Ok(Value::Number(number))) => {
                    numbers.push((member.key.clone(), number));
                    parts.push(member.key_place);
                }
                (id, number) => {
                    whole = false;
                    let path = format!("{path}.{}", member.key);
                    for finding in id.err().into_iter().chain(number.err()) {
                        self.fail::<()>(&path, finding);
                    }
                }
            }
        }
        numbers.sort_by(|a, b| a.0.cmp(&b.0));
        whole.then_some(Reading { parsed: Parsed::Value(Value::Shares(numbers)), parts })
    }
}

/// A number without the noise of the last bits.
pub(crate) fn tidy(x: f64) -> f64 {
    format!("{x:.9}").parse().unwrap_or(x)
}

pub(crate) fn wrong_type(node: &Node, expected: &str) -> Finding {
    Finding::error(Some(node.place), "", "· has the wrong type")
        .found(format!("found {}", node.data.type_name()))
        .allowed(expected)
}

fn expected_number(unit: &str) -> String {
    if unit == "1" {
        "a number without unit, or a text in % such as \"35 %\"".to_owned()
    } else {
        format!(
            "a number and a unit as text, in {unit} or a unit of the same dimension: \"1 {unit}\""
        )
    }
}

/// Adds the allowed range to a finding about how a number is written.
fn with_range(mut finding: Finding, range: Range, unit: &str) -> Finding {
    let allowed = finding.inner.allowed.take().unwrap_or_default();
    finding.allowed(format!("{allowed}; {}", range_text(range, unit)))
}

/// The range in words: `above 0 up to 5 USD/kWh`.
pub(crate) fn range_text(range: Range, unit: &str) -> String {
    let unit = if unit == "1" { String::new() } else { format!(" {unit}") };
    let from = if range.open_below { "above" } else { "from" };
    format!("{from} {} up to {}{unit}", range.min, range.max)
}

/// A Unicode text without control characters.
pub(crate) fn text(node: &Node) -> Result<String, Finding> {
    let Data::Text(text) = &node.data else { return Err(wrong_type(node, "a text")) };
    if let Some(bad) = text.chars().find(|c| !is_printable(*c)) {
        let message = format!("· contains the control character U+{:04X}", bad as u32);
        return Err(Finding::error(Some(node.place), "", message).help("remove it"));
    }
    if text.len() > MAX_TEXT {
        return Err(Finding::error(
            Some(node.place),
            "",
            format!("· is longer than {MAX_TEXT} bytes"),
        ));
    }
    Ok(text.clone())
}

fn choice(node: &Node, words: &'static [&'static str]) -> Result<String, Finding> {
    let allowed = || words.join(", ");
    let Data::Text(word) = &node.data else { return Err(wrong_type(node, &allowed())) };
    if words.contains(&word.as_str()) {
        return Ok(word.clone());
    }
    let near = suggest::nearest(word, words.iter().copied());
    Err(Finding::error(Some(node.place), "", format!("· cannot be `{word}`"))
        .allowed(allowed())
        .maybe_help(near.map(|n| format!("did you mean `{n}`?"))))
}

fn identifier(node: &Node, root: &str) -> Result<String, Finding> {
    let Data::Text(id) = &node.data else {
        return Err(wrong_type(node, &format!("the identifier of an entry of `{root}`")));
    };
    check_identifier(id, node.place).map(|()| id.clone())
}

/// An identifier that is declared nowhere, or nothing.
fn name(node: &Node) -> Result<String, Finding> {
    match &node.data {
        Data::Text(name) if name.is_empty() => Ok(String::new()),
        Data::Text(name) => check_identifier(name, node.place).map(|()| name.clone()),
        _ => Err(wrong_type(node, "an identifier")),
    }
}

/// Identifiers are ASCII letters, digits, `_` and `-`.
pub(crate) fn check_identifier(id: &str, place: Place) -> Result<(), Finding> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(fine) {
        return Ok(());
    }
    let shown: String = id.chars().take(64).collect();
    Err(Finding::error(Some(place), "", format!("`{shown}` is not an identifier"))
        .allowed("1 to 64 ASCII letters, digits, `_` and `-`; titles may be any text"))
}

/// Codes of economies are three capital letters.
fn check_code(code: &str, place: Place) -> Result<(), Finding> {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(());
    }
    let shown: String = code.chars().take(64).collect();
    Err(Finding::error(Some(place), "", format!("`{shown}` is no ISO 3166 code"))
        .allowed("three capital letters, such as TWN"))
}

fn looks_like_date(text: &str) -> bool {
    let text = text.trim().as_bytes();
    text.len() >= 8 && text[..4].iter().all(u8::is_ascii_digit) && text[4] == b'-'
}

/// Days from 1970-01-01 of a TOML date or an ISO text.
pub(crate) fn date(node: &Node) -> Result<f64, Finding> {
    let (Data::Date(text) | Data::Text(text)) = &node.data else {
        return Err(wrong_type(node, "a date such as 2026-01-01"));
    };
    parse_date(text).map_err(|reason| {
        Finding::error(Some(node.place), "", format!("· is not a date: {reason}"))
            .allowed("a date such as 2026-01-01")
    })
}

/// Days from 1970-01-01 of `YYYY-MM-DD`, in the years 1900 to 2200.
pub(crate) fn parse_date(text: &str) -> Result<f64, String> {
    let text = text.trim();
    if text.len() != 10 {
        return Err("a date has no time of day".to_owned());
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| format!("there is no day `{text}`"))?;
    if !(1900..=2200).contains(&date.year()) {
        return Err("the year lies outside 1900 to 2200".to_owned());
    }
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = epoch.until(date).map_err(|e| e.to_string())?.get_days();
    Ok(f64::from(days))
}

/// The ISO text of days from 1970-01-01; `None` out of range or for a fraction.
pub(crate) fn date_text(days: f64) -> Option<String> {
    if days.fract() != 0.0 || days.abs() > 1e6 {
        return None;
    }
    let span = jiff::Span::new().try_days(days as i64).ok()?;
    Some(jiff::civil::date(1970, 1, 1).checked_add(span).ok()?.to_string())
}
