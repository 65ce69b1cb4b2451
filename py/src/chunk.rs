//! A study whose runs other processes do: what is due, and a folder that takes what comes back.
//!
//! The folder belongs to a thread of its own, which lives as long as the [`Recorder`]: a folder refers to its study, and Python's objects cannot.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use autarky_engine::stop::StopFlag;
use autarky_study::drive;
use autarky_study::job::Job;
use autarky_study::output::{ChunkError, Claim, Ending, OutputError, Results};
use autarky_study::parcel;
use autarky_study::run::schedule::Segment;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{self, UsageError, guard, internal};
use crate::rule::{Told, rulings};
use crate::study::Study;
use crate::watch::watch_whole;

/// What is due: a segment as text, and ranges of its runs.
type Due = (String, Vec<(u64, u64)>);

/// What the thread of a folder is asked.
enum Request {
    Pending(Sender<Result<Option<Due>, OutputError>>),
    Hold(Vec<u8>, Sender<Result<u64, OutputError>>),
    Taken(Sender<u64>),
    Finish(Ending, Sender<Result<(), OutputError>>),
}

/// A results folder that takes runs which other processes did.
#[pyclass(frozen, module = "autarky._autarky")]
#[derive(Debug)]
pub(crate) struct Recorder {
    requests: Mutex<Sender<Request>>,
}

impl Recorder {
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        request: impl FnOnce(Sender<T>) -> Request + Send,
    ) -> PyResult<T> {
        py.detach(|| {
            let (reply, answer) = channel();
            let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            let sent = requests.send(request(reply));
            drop(requests);
            let gone = || internal("the thread of the folder has ended");
            sent.map_err(|_| gone())?;
            answer.recv().map_err(|_| gone())
        })
    }
}

#[pymethods]
impl Recorder {
    /// Claims a folder for a study; if it was begun there, it goes on.
    #[staticmethod]
    fn open(py: Python<'_>, study: &Study, folder: PathBuf) -> PyResult<Self> {
        guard(|| {
            py.detach(|| {
                let job = Arc::clone(study.job());
                let (requests, incoming) = channel();
                let (opened, open) = channel();
                thread::Builder::new()
                    .name("results folder".to_owned())
                    .spawn(move || keep(&job, &Claim::Exact(folder), &opened, &incoming))
                    .map_err(internal)?;
                let open = open.recv().map_err(|_| internal("the folder cannot be opened"))?;
                open.map_err(|e| crate::study::driven(&e))?;
                Ok(Self { requests: Mutex::new(requests) })
            })
        })
    }

    /// The segment whose turn it is and the ranges of its runs that are neither recorded nor held; none if the study is whole.
    fn pending(&self, py: Python<'_>) -> PyResult<Option<Due>> {
        guard(|| self.ask(py, Request::Pending)?.map_err(|e| error::output(&e)))
    }

    /// Takes a chunk; the number of its runs that were not there before. They survive a kill from now on.
    fn hold(&self, py: Python<'_>, chunk: Vec<u8>) -> PyResult<u64> {
        guard(|| self.ask(py, |reply| Request::Hold(chunk, reply))?.map_err(|e| error::output(&e)))
    }

    /// Runs that are recorded or taken.
    #[getter]
    fn taken(&self, py: Python<'_>) -> PyResult<u64> {
        guard(|| self.ask(py, Request::Taken))
    }

    /// Writes the last part, summary and pictures, and closes the folder. `UsageError` if it is not interrupted and runs are pending; it stays open then.
    fn finish(&self, py: Python<'_>, interrupted: bool) -> PyResult<()> {
        let ending = if interrupted { Ending::Interrupted } else { Ending::Complete };
        guard(|| {
            self.ask(py, |reply| Request::Finish(ending, reply))?.map_err(|e| error::output(&e))
        })
    }
}

/// Keeps a folder open and answers, until nobody can ask any more.
fn keep(
    job: &Job,
    claim: &Claim,
    opened: &Sender<Result<(), drive::DriveError>>,
    incoming: &Receiver<Request>,
) {
    let mut results = match drive::open(job, claim) {
        Ok(results) => results,
        Err(error) => {
            let _ = opened.send(Err(error));
            return;
        }
    };
    // Who asked may have been interrupted meanwhile; the folder does not mind.
    let _ = opened.send(Ok(()));
    for request in incoming {
        match request {
            Request::Pending(reply) => drop(reply.send(due(&mut results))),
            Request::Hold(bytes, reply) => drop(reply.send(results.hold(&bytes))),
            Request::Taken(reply) => drop(reply.send(results.taken())),
            Request::Finish(ending, reply) => {
                let finished = results.finish(ending);
                if matches!(finished, Err(OutputError::Asked { .. })) {
                    // It is not whole, and can go on.
                    let _ = reply.send(finished);
                    continue;
                }
                // The folder is let go of before the answer, so that it can be opened again.
                drop(results);
                let _ = reply.send(finished);
                return;
            }
        }
    }
}

fn due(results: &mut Results<'_>) -> Result<Option<Due>, OutputError> {
    let pending = results.pending()?;
    Ok(pending.map(|pending| {
        let segment = serde_json::json!(pending.segment).to_string();
        (segment, pending.runs.into_iter().map(|runs| (runs.start, runs.end)).collect())
    }))
}

/// The study of a parcel, for `chunk`.
#[pyfunction]
pub(crate) fn unpack(py: Python<'_>, text: &str, rules: Vec<Told>) -> PyResult<Study> {
    let rulings = rulings(rules);
    guard(|| py.detach(|| parcel::open(text, &rulings).map(Study::known).map_err(error::job)))
}

/// Does some runs of a study on one thread; their bytes for `Recorder.hold`. Ctrl-C ends it with an error.
#[pyfunction]
pub(crate) fn chunk<'py>(
    py: Python<'py>,
    study: &Study,
    segment: &str,
    runs: (u64, u64),
) -> PyResult<Bound<'py, PyBytes>> {
    guard(|| {
        let segment: Segment = serde_json::from_str(segment)
            .map_err(|e| UsageError::new_err(format!("this is no segment: {e}")))?;
        let stop = StopFlag::new();
        let work = || study.job().chunk((&segment, runs.0..runs.1), &stop);
        let bytes = watch_whole(py, &stop, work)?.map_err(|error| match error {
            ChunkError::Content(_) => internal(error),
            _ => UsageError::new_err(error.to_string()),
        })?;
        Ok(PyBytes::new(py, &bytes))
    })
}
