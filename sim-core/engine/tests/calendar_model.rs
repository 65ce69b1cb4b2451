//! The calendar agrees with a list that is searched from end to end at each pop, for any interleaving of schedule,
//! cancel, reschedule, clock changes and pops.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

use autarky_engine::calendar::{
    Calendar, CalendarError, ClockId, Handle, LadderQueue, PackedHeap, PendingSet, Phase,
};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::time::{MICROS_PER_DAY, SimDuration, SimTime};
use proptest::prelude::*;

fn stream(entity: u64) -> Stream {
    Stream::new(StreamKey { seed: 11, replication: 0, process: 1, entity })
}

#[derive(Debug, Clone)]
enum Step {
    Schedule { delay: u64, phase: u8 },
    Cancel { which: usize },
    Reschedule { which: usize, delay: u64 },
    AddClock { phase: u8, rate: f64 },
    SetRate { which: usize, rate: f64 },
    RemoveClock { which: usize },
    Peek,
    Pop { then_rate: Option<f64> },
}

fn delays() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..4, (0_u64..4).prop_map(|n| 1_000 * n), 0_u64..1_000_000, 0_u64..1 << 44]
}

fn rates() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1e-12), 0.5_f64..4.0, 1e5_f64..1e6, Just(2e10), Just(f64::MAX)]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (delays(), 0_u8..3).prop_map(|(delay, phase)| Step::Schedule { delay, phase }),
        2 => any::<usize>().prop_map(|which| Step::Cancel { which }),
        4 => (any::<usize>(), delays())
            .prop_map(|(which, delay)| Step::Reschedule { which, delay }),
        1 => (0_u8..3, rates()).prop_map(|(phase, rate)| Step::AddClock { phase, rate }),
        3 => (any::<usize>(), rates()).prop_map(|(which, rate)| Step::SetRate { which, rate }),
        1 => any::<usize>().prop_map(|which| Step::RemoveClock { which }),
        1 => Just(Step::Peek),
        5 => prop::option::of(rates()).prop_map(|then_rate| Step::Pop { then_rate }),
    ]
}

#[derive(Debug, Clone)]
struct NaiveClock {
    stream: Stream,
    remaining: f64,
    rate: f64,
    since: u64,
    order: (u8, u64),
    payload: u32,
}

impl NaiveClock {
    /// The firing instant, if it comes before the end of time.
    fn fires(&self) -> Option<u64> {
        let wait = (self.remaining * MICROS_PER_DAY as f64 / self.rate).ceil();
        let at = self.since as f64 + wait;
        (self.rate > 0.0 && at < (1_u64 << 52) as f64).then(|| self.since + wait as u64)
    }
}

/// Where the list keeps something.
#[derive(Debug, Clone, Copy)]
enum Place {
    Event(usize),
    Clock(usize),
}

/// The list. Handles and clocks are kept by position; a finished one is `None`.
#[derive(Default)]
struct Naive {
    now: u64,
    sequence: u64,
    events: Vec<Option<(u64, u8, u64, u32)>>,
    clocks: Vec<Option<NaiveClock>>,
}

impl Naive {
    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Instant, order among ties, payload and place of what happens next.
    fn next(&self) -> Option<(u64, (u8, u64), u32, Place)> {
        let events = self.events.iter().enumerate().filter_map(|(i, event)| {
            event.map(|(at, phase, sequence, payload)| {
                (at, (phase, sequence), payload, Place::Event(i))
            })
        });
        let clocks = self.clocks.iter().enumerate().filter_map(|(i, clock)| {
            let clock = clock.as_ref()?;
            Some((clock.fires()?, clock.order, clock.payload, Place::Clock(i)))
        });
        events.chain(clocks).min_by_key(|&(at, order, ..)| (at, order))
    }

    fn set_rate(&mut self, which: usize, rate: f64) {
        let now = self.now;
        let Some(Some(clock)) = self.clocks.get_mut(which) else { return };
        if clock.rate.to_bits() == rate.to_bits() {
            return;
        }
        let used = (now - clock.since) as f64 * (clock.rate / MICROS_PER_DAY as f64);
        clock.remaining = if used < clock.remaining { clock.remaining - used } else { 0.0 };
        clock.rate = rate;
        clock.since = now;
    }

    fn pop(&mut self) -> Option<(u64, u8, u32, Option<usize>)> {
        let (at, (phase, _), payload, which) = self.next()?;
        self.now = at;
        let fired = match which {
            Place::Event(event) => {
                self.events[event] = None;
                None
            }
            Place::Clock(index) => {
                let clock = self.clocks[index].as_mut()?;
                clock.remaining = clock.stream.exponential();
                clock.since = at;
                Some(index)
            }
        };
        Some((at, phase, payload, fired))
    }
}

/// The calendar and the list, fed the same calls.
struct Twin<Q: PendingSet> {
    calendar: Calendar<u32, Q>,
    naive: Naive,
    handles: Vec<Handle>,
    ids: Vec<ClockId>,
    payload: u32,
}

impl<Q: PendingSet> Twin<Q> {
    fn new() -> Self {
        let (calendar, naive) = (Calendar::new(), Naive::default());
        Self { calendar, naive, handles: Vec::new(), ids: Vec::new(), payload: 0 }
    }

    fn at(&self, delay: u64) -> SimTime {
        SimTime::from_micros((self.naive.now + delay).min((1 << 52) - 1)).unwrap()
    }

    fn apply(&mut self, step: &Step) {
        self.payload += 1;
        let payload = self.payload;
        match *step {
            Step::Schedule { delay, phase } => {
                let at = self.at(delay);
                let handle = self.calendar.schedule(at, Phase::new(phase).unwrap(), payload);
                self.handles.push(handle.unwrap());
                let sequence = self.naive.next_sequence();
                self.naive.events.push(Some((at.as_micros(), phase, sequence, payload)));
            }
            Step::Cancel { which } if !self.handles.is_empty() => {
                let which = which % self.handles.len();
                let expected = self.naive.events[which].take().map(|event| event.3);
                assert_eq!(self.calendar.cancel(self.handles[which]), expected);
                assert!(!self.calendar.is_pending(self.handles[which]));
            }
            Step::Reschedule { which, delay } if !self.handles.is_empty() => {
                self.reschedule(which % self.handles.len(), delay);
            }
            Step::AddClock { phase, rate } => self.add_clock(phase, rate),
            Step::SetRate { which, rate } if !self.ids.is_empty() => {
                let which = which % self.ids.len();
                let known = self.naive.clocks[which].is_some();
                self.naive.set_rate(which, rate);
                let answer = self.calendar.set_clock_rate(self.ids[which], rate);
                assert_eq!(answer, if known { Ok(()) } else { Err(CalendarError::UnknownClock) });
            }
            Step::RemoveClock { which } if !self.ids.is_empty() => {
                let which = which % self.ids.len();
                let known = self.naive.clocks[which].take().is_some();
                assert_eq!(self.calendar.remove_clock(self.ids[which]).is_ok(), known);
            }
            Step::Peek => {
                let next = self.calendar.peek_time().map(SimTime::as_micros);
                assert_eq!(next, self.naive.next().map(|next| next.0));
            }
            Step::Pop { then_rate } => {
                self.pop(then_rate);
            }
            _ => {}
        }
    }

    fn reschedule(&mut self, which: usize, delay: u64) {
        let at = self.at(delay);
        let old = self.handles[which];
        let Some((_, phase, _, payload)) = self.naive.events[which] else {
            assert_eq!(self.calendar.reschedule(old, at), Err(CalendarError::NotPending));
            return;
        };
        self.handles[which] = self.calendar.reschedule(old, at).unwrap();
        assert!(!self.calendar.is_pending(old));
        assert!(self.calendar.is_pending(self.handles[which]));
        let sequence = self.naive.next_sequence();
        self.naive.events[which] = Some((at.as_micros(), phase, sequence, payload));
    }

    fn add_clock(&mut self, phase: u8, rate: f64) {
        let payload = self.payload;
        let mut stream = stream(u64::from(payload));
        let id = self.calendar.add_clock(stream.clone(), Phase::new(phase).unwrap(), payload);
        self.ids.push(id.unwrap());
        let order = (phase, self.naive.next_sequence());
        let (remaining, since) = (stream.exponential(), self.naive.now);
        let clock = NaiveClock { stream, remaining, rate: 0.0, since, order, payload };
        self.naive.clocks.push(Some(clock));
        let which = self.ids.len() - 1;
        self.naive.set_rate(which, rate);
        self.calendar.set_clock_rate(self.ids[which], rate).unwrap();
    }

    fn pop(&mut self, then_rate: Option<f64>) -> bool {
        let expected = self.naive.pop();
        let popped = self.calendar.pop();
        let seen = popped.map(|(at, phase, payload)| (at.as_micros(), phase.number(), payload));
        assert_eq!(seen, expected.map(|(at, phase, payload, _)| (at, phase, payload)));
        if let Some((.., Some(clock))) = expected
            && let Some(rate) = then_rate
        {
            self.naive.set_rate(clock, rate);
            self.calendar.set_clock_rate(self.ids[clock], rate).unwrap();
        }
        popped.is_some()
    }
}

fn agrees<Q: PendingSet>(steps: &[Step]) {
    let mut twin = Twin::<Q>::new();
    for step in steps {
        twin.apply(step);
    }
    // Drain: clocks fire for ever, so only as many pops as there were steps.
    for _ in steps {
        if !twin.pop(None) {
            break;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_agrees_with_a_list(steps in prop::collection::vec(steps(), 1..600)) {
        agrees::<LadderQueue>(&steps);
        agrees::<PackedHeap>(&steps);
    }
}

#[test]
fn scheduling_in_the_past_is_refused_and_now_is_allowed() {
    let mut calendar = Calendar::<u8>::new();
    let (one, two) = (SimTime::from_micros(1).unwrap(), SimTime::from_micros(2).unwrap());
    let later = calendar.schedule(two, Phase::LAST, 1).unwrap();
    calendar.schedule(two, Phase::FIRST, 0).unwrap();
    assert_eq!(calendar.pop(), Some((two, Phase::FIRST, 0)));
    let in_past = CalendarError::InPast { at: one, now: two };
    assert_eq!(calendar.schedule(one, Phase::FIRST, 2), Err(in_past));
    assert_eq!(calendar.reschedule(later, one), Err(in_past));
    assert!(calendar.schedule(two, Phase::FIRST, 3).is_ok());
    assert_eq!(calendar.pop(), Some((two, Phase::FIRST, 3)));
    assert_eq!(calendar.pop(), Some((two, Phase::LAST, 1)));
    assert_eq!(calendar.len(), 0);
}

#[test]
fn handles_of_past_events_never_touch_the_event_that_reuses_their_slot() {
    let mut calendar = Calendar::<u8>::new();
    let first = calendar.schedule(SimTime::ZERO, Phase::FIRST, 1).unwrap();
    calendar.pop();
    let second = calendar.schedule(SimTime::MAX, Phase::FIRST, 2).unwrap();
    assert!(!calendar.is_pending(first));
    assert_eq!(calendar.cancel(first), None);
    assert_eq!(calendar.reschedule(first, SimTime::MAX), Err(CalendarError::NotPending));
    assert_eq!(calendar.cancel(second), Some(2));
    assert_eq!(calendar.pop(), None);
}

#[test]
fn rates_that_are_no_rates_are_refused_and_change_nothing() {
    let mut calendar = Calendar::<u8>::new();
    let id = calendar.add_clock(stream(1), Phase::FIRST, 0).unwrap();
    calendar.set_clock_rate(id, 2.0).unwrap();
    let next = calendar.peek_time();
    for rate in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = calendar.set_clock_rate(id, rate);
        assert!(matches!(refused, Err(CalendarError::BadRate(_))), "{refused:?}");
    }
    assert_eq!(calendar.clock_rate(id), Ok(2.0));
    assert_eq!(calendar.peek_time(), next);
}

#[test]
fn the_id_of_a_removed_clock_stays_unknown_after_its_place_is_reused() {
    let mut calendar = Calendar::<u8>::new();
    let old = calendar.add_clock(stream(1), Phase::FIRST, 0).unwrap();
    calendar.remove_clock(old).unwrap();
    let new = calendar.add_clock(stream(2), Phase::FIRST, 0).unwrap();
    assert_ne!(old, new);
    assert_eq!(calendar.set_clock_rate(old, 1.0), Err(CalendarError::UnknownClock));
    assert_eq!(calendar.remove_clock(old), Err(CalendarError::UnknownClock));
    assert_eq!(calendar.set_clock_rate(new, 1.0), Ok(()));
}

#[test]
fn a_change_of_rate_rescales_the_wait_and_draws_nothing() {
    // Theory: with unit exponential T, rate 1 for half of T and rate ¼ after it fires at ½ T + ½ T · 4.
    let draw = stream(7).exponential();
    let mut calendar = Calendar::<u8>::new();
    let id = calendar.add_clock(stream(7), Phase::FIRST, 0).unwrap();
    calendar.set_clock_rate(id, 1.0).unwrap();
    let half = SimDuration::from_days_f64(draw / 2.0).unwrap();
    let half = SimTime::ZERO.checked_add(half).unwrap();
    calendar.schedule(half, Phase::FIRST, 1).unwrap();
    assert_eq!(calendar.pop(), Some((half, Phase::FIRST, 1)));
    calendar.set_clock_rate(id, 0.0).unwrap();
    calendar.set_clock_rate(id, 0.25).unwrap();
    let fires = calendar.peek_time().expect("the clock runs").as_days();
    // Two roundings up, each below a microsecond.
    assert!((fires - 2.5 * draw).abs() < 6.0 / MICROS_PER_DAY as f64, "{fires} for {draw}");
}

#[test]
fn a_clock_at_constant_rate_fires_at_the_partial_sums_of_its_stream() {
    let mut draws = stream(3);
    let mut calendar = Calendar::<u8>::new();
    let id = calendar.add_clock(stream(3), Phase::FIRST, 9).unwrap();
    calendar.set_clock_rate(id, 1_000.0).unwrap();
    let mut at = SimTime::ZERO;
    for _ in 0..1_000 {
        let wait = SimDuration::from_micros_f64(draws.exponential() * 86_400e6 / 1_000.0).unwrap();
        at = at.checked_add(wait).unwrap();
        assert_eq!(calendar.pop(), Some((at, Phase::FIRST, 9)));
    }
}

#[test]
fn a_clock_too_slow_for_the_end_of_time_never_fires_and_wakes_when_rescaled() {
    let mut calendar = Calendar::<u8>::new();
    let id = calendar.add_clock(stream(1), Phase::FIRST, 0).unwrap();
    calendar.set_clock_rate(id, 1e-300).unwrap();
    assert_eq!(calendar.peek_time(), None);
    assert!(calendar.is_empty());
    calendar.set_clock_rate(id, 1.0).unwrap();
    assert!(calendar.peek_time().is_some());
}
