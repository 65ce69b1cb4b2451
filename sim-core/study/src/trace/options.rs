//! Which events a trace shows: a range of dates, kinds, a number.

use autarky_engine::time::{SimDuration, SimTime};

use super::name::KINDS;
use crate::scenario::{Diagnostic, nearest};

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TraceFormat {
    /// Aligned text.
    #[default]
    Text,
    /// One JSON object a line: `time`, `day` (from the start), `phase`, `event`, `entity`, `number`.
    Ndjson,
}

/// What a user asks for, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// First date, as in `2027-01-01`; none: the start.
    pub from: Option<String>,
    /// Last date, included; none: the end.
    pub to: Option<String>,
    /// Kinds of events, of [`KINDS`]; empty: all.
    pub events: Vec<String>,
    /// Most events; none: all.
    pub limit: Option<u64>,
    /// How they are written.
    pub format: TraceFormat,
}

/// Which events a trace shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceOptions {
    /// The first instant.
    pub from: SimTime,
    /// The instant after the last.
    pub until: Option<SimTime>,
    /// Kinds, of [`KINDS`]; empty: all.
    pub events: Vec<&'static str>,
    /// Most events.
    pub limit: u64,
    /// How they are written.
    pub format: TraceFormat,
}

impl Default for TraceOptions {
    /// All events, as text.
    fn default() -> Self {
        let (from, format) = (SimTime::ZERO, TraceFormat::Text);
        Self { from, until: None, events: Vec::new(), limit: u64::MAX, format }
    }
}

impl TraceOptions {
    /// Reads what a user asks for; `start_day` is the start of the run in days from 1970-01-01.
    ///
    /// # Errors
    /// A date that is none, an end before its begin, or an unknown kind, with the nearest known one.
    pub fn read(wanted: &Wanted, start_day: f64) -> Result<Self, Box<Diagnostic>> {
        let from = wanted.from.as_ref().map(|text| date("--from", text)).transpose()?;
        let to = wanted.to.as_ref().map(|text| date("--to", text)).transpose()?;
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let (from, to) = (&wanted.from, &wanted.to);
            let text = format!(
                "the trace would end on {} before it begins on {}",
                to.as_deref().unwrap_or_default(),
                from.as_deref().unwrap_or_default()
            );
            return Err(Box::new(Diagnostic::error(text)));
        }
        Ok(Self {
            from: from.map_or(SimTime::ZERO, |day| instant(day as f64 - start_day.floor())),
            until: to.map(|day| instant((day + 1) as f64 - start_day.floor())),
            events: wanted.events.iter().map(|word| kind(word)).collect::<Result<_, _>>()?,
            limit: wanted.limit.unwrap_or(u64::MAX),
            format: wanted.format,
        })
    }

    /// Whether an event is shown, but for the limit.
    pub(super) fn takes(&self, time: SimTime, kind: &str) -> bool {
        time >= self.from
            && self.until.is_none_or(|until| time < until)
            && (self.events.is_empty() || self.events.contains(&kind))
    }
}

/// Days from 1970-01-01.
fn date(option: &str, text: &str) -> Result<i64, Box<Diagnostic>> {
    let shown: String = text.chars().take(40).collect();
    let epoch = jiff::civil::date(1970, 1, 1);
    let day = text.parse::<jiff::civil::Date>().ok();
    let day = day.and_then(|date| epoch.until(date).ok()).map(|span| i64::from(span.get_days()));
    day.ok_or_else(|| {
        let mut found = Diagnostic::error(format!("`{option}` is no date: `{shown}`"));
        found.allowed = Some("a date as in 2027-01-31".to_owned());
        Box::new(found)
    })
}

/// The instant a number of days after the start; the start for earlier ones, the last instant for what time cannot hold.
fn instant(days: f64) -> SimTime {
    let span = SimDuration::from_days_f64(days.max(0.0)).unwrap_or(SimDuration::MAX);
    SimTime::ZERO.checked_add(span).unwrap_or(SimTime::MAX)
}

fn kind(word: &str) -> Result<&'static str, Box<Diagnostic>> {
    if let Some(known) = KINDS.iter().find(|known| **known == word) {
        return Ok(known);
    }
    let shown: String = word.chars().take(40).collect();
    let mut found = Diagnostic::error(format!("there is no kind of event `{shown}`"));
    found.allowed = Some(KINDS.join(", "));
    found.help = nearest(word, KINDS.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    Err(Box::new(found))
}
