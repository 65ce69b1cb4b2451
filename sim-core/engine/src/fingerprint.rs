//! What happened in a run, as one number: a rolling 64-bit hash over the time, code and entity of every event.
//!
//! Two runs with equal fingerprints processed the same events in the same order, but for a chance of about 2^−64 a
//! pair. Checkpoints of the hash along the way say where two runs part: find the first checkpoint that differs, then
//! trace both runs from the one before. One step is a widening multiplication whose halves are xored (the "mum" of
//! wyhash, Wang Yi 2019). Not for cryptography.

use crate::time::SimTime;

/// First 64 bits of the fractional part of π; keeps the multiplier away from 0.
const PI: u64 = 0x243f_6a88_85a3_08d3;
/// Most checkpoints kept; when full, every other one goes and the interval doubles.
const CHECKPOINTS_MAX: usize = 1024;

/// The hash of the events so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(PI.rotate_left(32))
    }
}

impl Fingerprint {
    /// Append one event.
    #[inline]
    #[must_use]
    pub fn with(self, time: SimTime, code: u16, entity: u32) -> Self {
        let what = PI ^ (u64::from(code) << 32 | u64::from(entity));
        let product = u128::from(self.0 ^ time.as_micros()) * u128::from(what);
        // The chain's own value stays in, so a zero product forgets nothing.
        Self((product as u64) ^ ((product >> 64) as u64) ^ self.0.rotate_left(23))
    }

    /// The hash as a number.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

/// The fingerprint after a number of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Events processed so far.
    pub events: u64,
    /// Instant of the last of them.
    pub time: SimTime,
    /// Their hash.
    pub fingerprint: Fingerprint,
}

/// Checkpoints of one run, evenly spaced in events and at most 1024 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoints {
    interval: u64,
    kept: Vec<Checkpoint>,
}

impl Checkpoints {
    /// Checkpoints every `interval` events at first (at least 1); the interval doubles as the run grows.
    #[must_use]
    pub fn every(interval: u64) -> Self {
        Self { interval: interval.max(1), kept: Vec::new() }
    }

    /// Keep a checkpoint if it falls on the interval.
    pub(crate) fn offer(&mut self, checkpoint: Checkpoint) {
        if !checkpoint.events.is_multiple_of(self.interval) {
            return;
        }
        self.kept.push(checkpoint);
        if self.kept.len() == CHECKPOINTS_MAX {
            self.interval = self.interval.saturating_mul(2);
            let interval = self.interval;
            self.kept.retain(|kept| kept.events.is_multiple_of(interval));
        }
    }

    /// The checkpoints, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Checkpoint] {
        &self.kept
    }

    /// Where two runs part: the range of event counts `(same, different]` between the last checkpoint that agrees and
    /// the first that differs; `None` when all that both have agree.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<(u64, u64)> {
        let mut same = 0;
        let mut theirs = other.kept.iter().peekable();
        for ours in &self.kept {
            while theirs.next_if(|twin| twin.events < ours.events).is_some() {}
            match theirs.peek() {
                Some(twin) if twin.events > ours.events => {}
                Some(&twin) if twin == ours => same = ours.events,
                Some(_) => return Some((same, ours.events)),
                None => break,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(events: &[(u64, u16, u32)]) -> Fingerprint {
        events.iter().fold(Fingerprint::default(), |hash, &(micros, code, entity)| {
            hash.with(SimTime::from_micros(micros).unwrap(), code, entity)
        })
    }

    #[test]
    fn the_fingerprint_is_sensitive_to_order_time_code_and_entity() {
        let base = [(5, 1, 1), (5, 1, 2), (9, 2, 1)];
        assert_eq!(hash(&base), hash(&base));
        assert_ne!(hash(&base), hash(&[(5, 1, 2), (5, 1, 1), (9, 2, 1)]));
        assert_ne!(hash(&base), hash(&[(5, 1, 1), (5, 1, 2), (8, 2, 1)]));
        assert_ne!(hash(&base), hash(&[(5, 1, 1), (5, 1, 2), (9, 3, 1)]));
        assert_ne!(hash(&base), hash(&[(5, 1, 1), (5, 1, 2), (9, 2, 0)]));
        assert_ne!(hash(&base), hash(&base[..2]));
    }

    #[test]
    fn a_million_short_histories_do_not_collide() {
        // Theory: 2^20 random 64-bit values collide with probability 2^39 / 2^64 = 3e-8.
        let mut seen: Vec<u64> = (0..1 << 20)
            .map(|i: u32| hash(&[(u64::from(i >> 10), 1, i & 31), (70, 2, i >> 5 & 31)]).value())
            .collect();
        seen.sort_unstable();
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]));
    }

    fn run(length: u64, change_at: u64) -> Checkpoints {
        let mut checkpoints = Checkpoints::every(10);
        let mut fingerprint = Fingerprint::default();
        for events in 1..=length {
            let time = SimTime::from_micros(events).unwrap();
            fingerprint = fingerprint.with(time, 0, u32::from(events == change_at));
            checkpoints.offer(Checkpoint { events, time, fingerprint });
        }
        checkpoints
    }

    #[test]
    fn checkpoints_bracket_the_first_difference() {
        assert_eq!(run(1_000, 0).first_difference(&run(1_000, 500)), Some((490, 500)));
        assert_eq!(run(1_000, 0).first_difference(&run(1_000, 501)), Some((500, 510)));
        assert_eq!(run(1_000, 0).first_difference(&run(900, 0)), None);
    }

    #[test]
    fn long_runs_keep_bounded_checkpoints_comparable_with_short_ones() {
        let long = run(100_000, 7_777);
        assert!(long.as_slice().len() < CHECKPOINTS_MAX);
        assert!(long.as_slice().len() >= CHECKPOINTS_MAX / 2 - 1);
        let (same, different) = run(9_000, 0).first_difference(&long).expect("they differ");
        assert!(same < 7_777 && 7_777 <= different);
        let (same, different) = long.first_difference(&run(9_000, 0)).expect("they differ");
        assert!(same < 7_777 && 7_777 <= different);
    }
}
