//! Time by kind of event: a trace that reads the clock at every event.

use std::time::Instant;

use autarky_engine::simulation::{Trace, TraceRecord};

/// Kinds of events, one more than the largest code.
const CODES: usize = 128;

/// Counts and times by event code. The clock is read once an event; [`Profile::overhead_ns`] says what that costs.
#[derive(Debug)]
pub(crate) struct Profile {
    last: Instant,
    code: usize,
    count: [u64; CODES],
    nanoseconds: [u64; CODES],
}

impl Profile {
    /// From now on.
    pub(crate) fn start() -> Self {
        Self { last: Instant::now(), code: 0, count: [0; CODES], nanoseconds: [0; CODES] }
    }

    /// Code, events and time in nanoseconds of every kind that occurred; code 0 is what came before the first event.
    pub(crate) fn rows(&mut self) -> Vec<(usize, u64, u64)> {
        self.switch(0);
        (0..CODES)
            .filter(|&code| self.count[code] > 0)
            .map(|code| (code, self.count[code], self.nanoseconds[code]))
            .collect()
    }

    /// What one reading of the clock costs here.
    pub(crate) fn overhead_ns() -> f64 {
        let start = Instant::now();
        let readings = 100_000;
        for _ in 0..readings {
            std::hint::black_box(Instant::now());
        }
        start.elapsed().as_nanos() as f64 / f64::from(readings)
    }

    #[inline]
    fn switch(&mut self, code: usize) {
        let now = Instant::now();
        self.nanoseconds[self.code] += now.duration_since(self.last).as_nanos() as u64;
        (self.last, self.code) = (now, code);
        self.count[code] += 1;
    }
}

impl Trace for Profile {
    #[inline]
    fn record(&mut self, record: TraceRecord) {
        self.switch(usize::from(record.code) % CODES);
    }
}
