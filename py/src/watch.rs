//! Long work off the interpreter's thread, which meanwhile looks for signals and reports progress.

use std::panic::{set_hook, take_hook};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use autarky_engine::stop::StopFlag;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

use crate::error::{UsageError, internal};

/// Between two looks for a signal.
const LOOK: Duration = Duration::from_millis(20);
/// Between two reports of progress.
const REPORT: Duration = Duration::from_millis(100);

/// The process that loaded the module.
static LOADED_IN: AtomicU32 = AtomicU32::new(0);
/// Runs under way with threads of their own, and above them the process that started the last one: this one, or the one that it was forked from.
static UNDER_WAY: AtomicU64 = AtomicU64::new(0);
/// Bits of the number of runs.
const RUNS: u32 = 32;

/// Panics that become failed runs print nothing; others go to the hook that was there.
pub(crate) fn quiet_panics() {
    LOADED_IN.store(std::process::id(), Ordering::Relaxed);
    let before = take_hook();
    set_hook(Box::new(move |info| {
        if !autarky_study::run::in_replication() && !autarky_study::persona::in_reader() {
            before(info);
        }
    }));
}

/// Whether this process was forked after the module was loaded.
pub(crate) fn is_forked() -> bool {
    LOADED_IN.load(Ordering::Relaxed) != std::process::id()
}

/// A run under way, until dropped.
struct UnderWay;

impl UnderWay {
    /// In a process forked while a run was under way its threads do not exist, nor will they ever let go of what they held.
    fn enter() -> PyResult<Self> {
        let own = u64::from(std::process::id());
        let entered = UNDER_WAY.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
            let (process, runs) = (now >> RUNS, now & ((1 << RUNS) - 1));
            (runs == 0 || process == own).then_some((own << RUNS) | (runs + 1))
        });
        match entered {
            Ok(_) => Ok(Self),
            Err(_) => Err(UsageError::new_err(
                "this process was forked while a run was under way; the threads of that run do not exist here. Start workers with the `spawn` or `forkserver` method (multiprocessing.get_context(\"spawn\")), or before the run",
            )),
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs that ended, of how many; written by the work, read by the watch.
#[derive(Debug, Default)]
pub(crate) struct Count {
    done: AtomicU64,
}

impl Count {
    pub(crate) fn set(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Does `work` on a thread of its own without the interpreter's lock. A signal whose handler raises, Ctrl-C above all, requests the stop, and so does an error of
/// `progress`, which is called with the runs that ended.
///
/// Returns what the work returned and whether Ctrl-C was pressed.
///
/// # Errors
///
/// What another handler or `progress` raised, a second Ctrl-C while the work was ending, or a panic of the work.
pub(crate) fn watch<T: Send>(
    py: Python<'_>,
    (stop, count): (&StopFlag, &Count),
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce() -> T + Send,
) -> PyResult<(T, bool)> {
    let _under_way = UnderWay::enter()?;
    let (result, raised, interrupted) = py.detach(|| {
        thread::scope(|scope| {
            let (ended, end) = channel();
            let worker = scope.spawn(move || {
                let result = work();
                // The other end waits for this very message.
                let _ = ended.send(());
                result
            });
            let (mut raised, mut interrupted, mut last) = (None, false, Instant::now());
            while end.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                let due = last.elapsed() >= REPORT;
                let Err(error) = look(due.then_some(progress).flatten(), count) else {
                    last = if due { Instant::now() } else { last };
                    continue;
                };
                let is_interrupt =
                    Python::attach(|py| error.is_instance_of::<PyKeyboardInterrupt>(py));
                if is_interrupt && !interrupted && raised.is_none() {
                    interrupted = true;
                } else {
                    raised = Some(error);
                }
                stop.request();
            }
            (worker.join(), raised, interrupted)
        })
    });
    if let Some(error) = raised {
        return Err(error);
    }
    let result = result.map_err(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        internal(text.unwrap_or("no message"))
    })?;
    Ok((result, interrupted))
}

/// As [`watch`], for work of which half is worth nothing: Ctrl-C ends it as it ends anything in Python.
pub(crate) fn watch_whole<T: Send>(
    py: Python<'_>,
    stop: &StopFlag,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    match watch(py, (stop, &Count::default()), None, work)? {
        (_, true) => Err(PyKeyboardInterrupt::new_err(())),
        (result, false) => Ok(result),
    }
}

/// Lets signal handlers run, and tells how far it is.
fn look(progress: Option<&Py<PyAny>>, count: &Count) -> PyResult<()> {
    Python::attach(|py| {
        py.check_signals()?;
        match progress {
            Some(progress) => progress.call1(py, (count.done.load(Ordering::Relaxed),)).map(drop),
            None => Ok(()),
        }
    })
}
