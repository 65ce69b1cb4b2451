//! Replications in parallel, folded in order.
//!
//! Each replication is run by one thread; results are handed to one `fold` on the calling thread,
//! strictly in the order of their numbers. So whatever is folded has the same bits for any number of
//! threads, although floating-point sums are not associative. The calling thread runs replications
//! too, between folds. Threads may run ahead of the fold by a fixed number of replications, so
//! memory does not grow with their number.
//!
//! A request to stop starts no further replication; those already started end (they read the same
//! flag if `run` was given it) and are folded, so the folded ones are always a prefix of the range.
//! A panic in `run` becomes the error of its replication and the others go on; the panic hook still
//! runs.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::stop::StopFlag;

/// Replications per thread that may be started and not yet folded: enough that one of sixteen times
/// the usual length stalls nobody.
const LOOK_AHEAD: usize = 16;

/// Why a replication has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError<E> {
    /// `run` returned this error.
    Failed(E),
    /// `run` panicked with this message.
    Panicked(String),
}

impl<E: fmt::Display> fmt::Display for RunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Panicked(message) => write!(f, "internal error: {message}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for RunError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Panicked(_) => None,
        }
    }
}

/// The operating system refused to start threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadsError {
    /// Number of threads asked for.
    pub threads: usize,
    /// What the system said.
    pub reason: String,
}

impl fmt::Display for ThreadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot start {} threads: {}", self.threads, self.reason)
    }
}

impl std::error::Error for ThreadsError {}

/// Runs the replications of a range on a number of threads (the calling one included) and folds
/// their results in order on the calling thread. `fold` sees progress as it happens.
///
/// Returns the first replication that was not folded: the end of the range unless a stop was
/// requested. A panic in `fold` ends the replications and goes on to the caller.
///
/// # Errors
///
/// [`ThreadsError`] if threads cannot be started; nothing has run then.
pub fn replicate<T, E, R, F>(
    range: Range<u64>,
    threads: NonZeroUsize,
    stop: &StopFlag,
    run: R,
    fold: F,
) -> Result<u64, ThreadsError>
where
    T: Send,
    E: Send,
    R: Fn(u64) -> Result<T, E> + Sync,
    F: FnMut(u64, Result<T, RunError<E>>),
{
    let helpers = threads.get() - 1;
    let run = |replication| run_caught(&run, replication);
    let queue = Queue::new(range, LOOK_AHEAD.saturating_mul(threads.get()), stop);
    if helpers == 0 {
        return Ok(queue.fold_all(&run, fold));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(helpers)
        .thread_name(|i| format!("replications {i}"))
        .build()
        .map_err(|error| ThreadsError { threads: threads.get(), reason: error.to_string() })?;
    Ok(pool.in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| queue.help(&run));
        }
        queue.fold_all(&run, fold)
    }))
}

fn run_caught<T, E>(
    run: &impl Fn(u64) -> Result<T, E>,
    replication: u64,
) -> Result<T, RunError<E>> {
    // Nothing that a panicking run touched is used again but what it shares with others by `Sync`.
    match catch_unwind(AssertUnwindSafe(|| run(replication))) {
        Ok(result) => result.map_err(RunError::Failed),
        Err(payload) => Err(RunError::Panicked(panic_message(payload.as_ref()))),
    }
}

fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

/// Which replications are started, finished and folded.
struct Queue<'a, T> {
    state: Mutex<State<T>>,
    /// The next result to fold has arrived.
    head_arrived: Condvar,
    /// A result was folded, so that another replication may start.
    folded: Condvar,
    look_ahead: usize,
    stop: &'a StopFlag,
}

struct State<T> {
    /// Number of the first element of `results`.
    first: u64,
    end: u64,
    /// Results from `first` on, none while running.
    results: VecDeque<Option<T>>,
    abandoned: bool,
}

enum Claim {
    Run(u64),
    /// The fold must catch up first.
    Wait,
    NothingLeft,
}

impl<'a, T: Send> Queue<'a, T> {
    fn new(range: Range<u64>, look_ahead: usize, stop: &'a StopFlag) -> Self {
        let (first, end) = (range.start, range.end.max(range.start));
        let state = State { first, end, results: VecDeque::new(), abandoned: false };
        Self {
            state: Mutex::new(state),
            head_arrived: Condvar::new(),
            folded: Condvar::new(),
            look_ahead,
            stop,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Neither `run` nor `fold` is called under the lock, so the state is whole even if poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, state: &mut State<T>) -> Claim {
        let next = state.first + state.results.len() as u64;
        if state.abandoned || next == state.end || self.stop.is_requested() {
            Claim::NothingLeft
        } else if state.results.len() >= self.look_ahead {
            Claim::Wait
        } else {
            state.results.push_back(None);
            Claim::Run(next)
        }
    }

    /// Runs replications until none is left to start.
    fn help(&self, run: &(impl Fn(u64) -> T + Sync)) {
        let mut state = self.lock();
        loop {
            match self.claim(&mut state) {
                Claim::Run(replication) => {
                    drop(state);
                    let result = run(replication);
                    state = self.lock();
                    Self::store(&mut state, replication, result);
                    if replication == state.first {
                        self.head_arrived.notify_one();
                    }
                }
                Claim::Wait => {
                    state = self.folded.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                Claim::NothingLeft => return,
            }
        }
    }

    fn store(state: &mut State<T>, replication: u64, result: T) {
        let place = (replication - state.first) as usize;
        state.results[place] = Some(result);
    }

    /// Folds what has arrived and runs replications in between; returns the first one not folded.
    fn fold_all(&self, run: &impl Fn(u64) -> T, mut fold: impl FnMut(u64, T)) -> u64 {
        let _release = ReleaseHelpers(self);
        let mut state = self.lock();
        loop {
            if let Some(result) = state.results.front_mut().and_then(Option::take) {
                let replication = state.first;
                state.results.pop_front();
                state.first += 1;
                drop(state);
                self.folded.notify_all();
                fold(replication, result);
                state = self.lock();
                continue;
            }
            if let Claim::Run(replication) = self.claim(&mut state) {
                drop(state);
                let result = run(replication);
                state = self.lock();
                Self::store(&mut state, replication, result);
            } else if state.results.is_empty() {
                return state.first;
            } else {
                state = self.head_arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// Lets helpers go when the calling thread leaves, even by a panic in `fold`.
struct ReleaseHelpers<'q, 'a, T: Send>(&'q Queue<'a, T>);

impl<T: Send> Drop for ReleaseHelpers<'_, '_, T> {
    fn drop(&mut self) {
        self.0.lock().abandoned = true;
        self.0.folded.notify_all();
    }
}
