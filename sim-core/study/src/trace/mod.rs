//! One replication again, event by event, with names: what happened when, to whom.
//!
//! A trace may have millions of events, so it is written as the replication runs; memory does not grow with it. It shows each event before it
//! is handled, and nothing of the copies that nested rollouts run. Tracing draws nothing and changes nothing: the record and its fingerprint are
//! those of the untraced replication.

mod name;
mod options;

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use autarky_engine::simulation::{TraceRecord, Witness};
use autarky_engine::stop::StopFlag;
use autarky_market::event::Event;
use autarky_market::handler::Market;
use autarky_market::record::Record;
use autarky_market::rule::Governed;
use autarky_market::{SimulationError, simulate_traced};
use serde::Serialize;

pub use name::KINDS;
pub use options::{TraceFormat, TraceOptions, Wanted};

use crate::scenario::date_text;

/// A traced replication.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// The same as without a trace.
    pub record: Record,
    /// Events written.
    pub written: u64,
    /// Events that passed the filters.
    pub matched: u64,
}

/// Why a trace ended early.
#[derive(Debug)]
pub enum TraceError {
    /// The replication failed or was stopped; the last event written is at or before the one that failed.
    Simulation(SimulationError),
    /// The trace could not be written.
    Io(io::Error),
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulation(e) => write!(f, "{e}"),
            Self::Io(e) => write!(f, "cannot write the trace: {e}"),
        }
    }
}

impl std::error::Error for TraceError {}

/// Runs one replication and writes its events to `out`, one a line. A failure of `out` requests the stop.
///
/// # Errors
/// The replication failed, was stopped, or `out` failed.
pub fn write_trace<'p, W: Write>(
    market: impl Into<Governed<'p>>,
    (seed, replication): (u64, u64),
    options: &TraceOptions,
    stop: &StopFlag,
    out: W,
) -> Result<Traced, TraceError> {
    let mut writer = Writer {
        options,
        stop,
        out,
        error: None,
        matched: 0,
        written: 0,
        day: u64::MAX,
        date: String::new(),
        entity: String::new(),
    };
    let ended = simulate_traced(market, (seed, replication), stop, &mut writer);
    let flushed = writer.out.flush();
    if let Some(error) = writer.error.or(flushed.err()) {
        return Err(TraceError::Io(error));
    }
    let record = ended.map_err(TraceError::Simulation)?;
    Ok(Traced { record, written: writer.written, matched: writer.matched })
}

/// Phases of an instant, by number.
const PHASES: [&str; 6] = ["rules", "nodes", "decisions", "market", "settlement", "observation"];

/// Writes what passes the filters.
struct Writer<'o, W> {
    options: &'o TraceOptions,
    stop: &'o StopFlag,
    out: W,
    error: Option<io::Error>,
    matched: u64,
    written: u64,
    /// The day whose date is kept.
    day: u64,
    date: String,
    entity: String,
}

/// One event as an object.
#[derive(Serialize)]
struct Line<'a> {
    time: &'a str,
    day: f64,
    phase: &'a str,
    event: &'a str,
    entity: &'a str,
    number: u32,
}

impl<W: Write> Witness<Market<'_>> for Writer<'_, W> {
    fn witness(&mut self, market: &Market<'_>, event: Event, record: TraceRecord) {
        let kind = name::kind(&event);
        if self.error.is_some() || !self.options.takes(record.time, kind) {
            return;
        }
        self.matched += 1;
        if self.written >= self.options.limit {
            return;
        }
        self.entity.clear();
        name::entity(&mut self.entity, market, event);
        if let Err(error) = self.line(market.plan.timing.start_day, kind, record) {
            self.error = Some(error);
            self.stop.request();
            return;
        }
        self.written += 1;
    }
}

impl<W: Write> Writer<'_, W> {
    fn line(&mut self, start_day: f64, kind: &str, record: TraceRecord) -> io::Result<()> {
        self.stamp(start_day, record);
        let phase = PHASES.get(usize::from(record.phase.number())).copied().unwrap_or_default();
        let (time, entity) = (&self.date, &self.entity);
        match self.options.format {
            TraceFormat::Text => {
                let line = format_args!("{time}  {phase:<11}  {kind:<24}  {entity}").to_string();
                writeln!(self.out, "{}", line.trim_end())?;
            }
            TraceFormat::Ndjson => {
                let (day, number) = (record.time.as_days(), record.entity);
                let line = Line { time, day, phase, event: kind, entity, number };
                serde_json::to_writer(&mut self.out, &line)?;
                self.out.write_all(b"\n")?;
            }
        }
        if self.written + 1 == self.options.limit { self.out.flush() } else { Ok(()) }
    }

    /// The date and time of day, as in `2026-03-01T06:00:00.000000`.
    fn stamp(&mut self, start_day: f64, record: TraceRecord) {
        const DATE: usize = "2026-03-01".len();
        let day = record.time.day();
        if day != self.day {
            self.day = day;
            let date = start_day.floor() + day as f64;
            self.date = date_text(date).unwrap_or_else(|| format!("day {day:<6}"));
        }
        self.date.truncate(DATE);
        let micros = record.time.as_micros() % 86_400_000_000;
        let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let _ = write!(self.date, "T{hour:02}:{minute:02}:{second:02}.{micros:06}");
    }
}
