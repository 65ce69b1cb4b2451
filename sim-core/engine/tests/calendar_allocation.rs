//! In its steady state the calendar allocates nothing, event by event.
//!
//! This binary holds one test alone: its counting allocator sees every thread.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use autarky_engine::calendar::{Calendar, Handle, LadderQueue, PackedHeap, PendingSet, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::time::SimDuration;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn stream(entity: u64) -> Stream {
    Stream::new(StreamKey { seed: 9, replication: 0, process: 0, entity })
}

struct Holder<Q> {
    calendar: Calendar<u32, Q>,
    stream: Stream,
    handles: Vec<Handle>,
}

impl<Q: PendingSet> Holder<Q> {
    fn new(pending: u32) -> Self {
        let (calendar, handles) = (Calendar::new(), Vec::with_capacity(pending as usize));
        let mut holder = Self { calendar, stream: stream(0), handles };
        for event in 0..pending {
            let handle = holder.schedule(event);
            holder.handles.push(handle);
        }
        for entity in 1..=20 {
            let event = u32::MAX;
            let id = holder.calendar.add_clock(stream(entity), Phase::FIRST, event).unwrap();
            holder.calendar.set_clock_rate(id, 24.0).unwrap();
        }
        holder
    }

    fn schedule(&mut self, event: u32) -> Handle {
        let delay = SimDuration::from_days_f64(self.stream.exponential()).unwrap();
        let at = self.calendar.now().checked_add(delay).unwrap();
        self.calendar.schedule(at, Phase::FIRST, event).unwrap()
    }

    /// Pop, schedule again, and reschedule or cancel others.
    fn hold(&mut self, steps: u32) {
        for _ in 0..steps {
            let (_, _, event) = self.calendar.pop().unwrap();
            if event == u32::MAX {
                continue;
            }
            self.handles[event as usize] = self.schedule(event);
            let other = self.stream.uniform_below(self.handles.len() as u64) as usize;
            match self.stream.uniform_below(10) {
                0 | 1 => {
                    let delay = SimDuration::from_days_f64(self.stream.exponential()).unwrap();
                    let at = self.calendar.now().checked_add(delay).unwrap();
                    self.handles[other] =
                        self.calendar.reschedule(self.handles[other], at).unwrap();
                }
                2 => {
                    self.calendar.cancel(self.handles[other]).unwrap();
                    self.handles[other] = self.schedule(other as u32);
                }
                _ => {}
            }
        }
    }
}

fn allocations_while_holding<Q: PendingSet>(pending: u32) -> u64 {
    let mut holder = Holder::<Q>::new(pending);
    holder.hold(60 * pending.max(2_000));
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    holder.hold(40 * pending.max(2_000));
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

#[test]
fn the_steady_state_allocates_nothing() {
    for pending in [3, 40, 1_000, 10_000] {
        assert_eq!(allocations_while_holding::<LadderQueue>(pending), 0, "ladder at {pending}");
        assert_eq!(allocations_while_holding::<PackedHeap>(pending), 0, "heap at {pending}");
    }
}
