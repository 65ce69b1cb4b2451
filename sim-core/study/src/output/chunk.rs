//! Some runs of a study as bytes: what a process that does not see the results folder hands to the one that writes it.
//!
//! A chunk is a range of runs of one [`Segment`] in canonical order. Its bytes are a line with the format, the study, segment and range, the runs
//! as [`Kept`] has them (all in postcard), and the SHA-256 of what stands before. It is whole or refused; one that somebody made can say wrong
//! numbers, but cannot reach outside of its study or cause a panic. Which chunks are due, and where they wait, is for [`super::Results`].

use std::convert::Infallible;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;

use autarky_engine::stop::StopFlag;
use autarky_market::record::Record;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::check::possible;
use super::kept::Kept;
use super::manifest::chunk_hash;
use crate::run::schedule::{Segment, Task};
use crate::run::{Runner, Sink, Statistics, Study, TaskError, TaskResult};

/// The first line; its number is raised whenever the bytes change.
const MAGIC: &[u8] = b"autarky chunk 1\n";
/// What the first line of every format begins with.
const ANY: &[u8] = b"autarky chunk ";
/// Bytes of the SHA-256 at the end.
const SEAL: usize = 32;

/// Which runs a chunk holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    study: String,
    pub(super) segment: Segment,
    pub(super) runs: Range<u64>,
}

/// Runs that another process did.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) head: Head,
    /// One for each of the range.
    pub(super) kept: Vec<Kept>,
}

/// Why a chunk was not computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkError {
    /// A stop was requested before the first run had ended.
    Stopped,
    /// The study has no such runs.
    Asked(String),
    /// The runs cannot be put into bytes.
    Content(String),
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped before the first run of the chunk had ended"),
            Self::Asked(text) => f.write_str(text),
            Self::Content(reason) => write!(f, "the chunk cannot be written: {reason}"),
        }
    }
}

impl std::error::Error for ChunkError {}

/// Does the runs of a range of a segment, one after the other on the calling thread, and gives their chunk. After a request to stop it holds
/// those that had ended. A run that fails or panics is a failed run of the chunk.
///
/// `segment` and `runs` come from [`super::Results::pending`] of the same study; `runs` counts the runs of the segment in canonical order.
///
/// # Errors
///
/// The study has no such runs, or a stop was requested before the first one had ended.
pub fn chunk(
    study: &Study,
    (segment, runs): (&Segment, Range<u64>),
    stop: &StopFlag,
    simulate: impl Fn(Task) -> Result<Record, TaskError> + Sync,
) -> Result<Vec<u8>, ChunkError> {
    check(study, segment, &runs)?;
    let mut packer =
        Packer { study, statistics: Statistics::new(study), done: 0, bytes: Ok(Vec::new()) };
    let mut runner = Runner { threads: NonZeroUsize::MIN, stop, simulate, progress: || {} };
    let ran = runner.run(study, (segment, runs.clone()), &mut packer);
    ran.map_err(ChunkError::Content)?;
    let body = packer.bytes.map_err(ChunkError::Content)?;
    if packer.done == 0 {
        return Err(ChunkError::Stopped);
    }
    let runs = runs.start..runs.start + packer.done;
    let head = Head { study: chunk_hash(study), segment: segment.clone(), runs };
    seal(&head, &body).map_err(|e| ChunkError::Content(e.to_string()))
}

/// Refuses runs that the study does not have.
fn check(study: &Study, segment: &Segment, runs: &Range<u64>) -> Result<(), ChunkError> {
    let policies = study.policies.len() as u64;
    let inside = possible(segment, policies)
        && segment.points.end <= study.points
        && segment.replications.end <= study.replications
        && segment.shard == study.shard
        && study.first.checked_add(study.replications).is_some();
    let all = if inside { segment.groups() * policies } else { 0 };
    if runs.start < runs.end && runs.end <= all {
        return Ok(());
    }
    let (Range { start, end }, Segment { points, replications, .. }) = (runs, segment);
    Err(ChunkError::Asked(format!(
        "the study has no runs {start}..{end} of points {points:?} and replications {replications:?}: \
         it has {} points, {} replications and {policies} policies",
        study.points, study.replications
    )))
}

/// Packs runs as they end.
struct Packer<'s> {
    study: &'s Study,
    statistics: Statistics,
    done: u64,
    bytes: Result<Vec<u8>, String>,
}

impl Sink for Packer<'_> {
    type Error = Infallible;

    fn task(&mut self, task: Task, result: TaskResult) -> Result<(), Infallible> {
        let kept = Kept::of((self.study, &self.statistics), task, result);
        let bytes = std::mem::replace(&mut self.bytes, Ok(Vec::new()));
        self.bytes = bytes.and_then(|bytes| kept.pack(bytes));
        self.done += 1;
        Ok(())
    }
}

fn seal(head: &Head, body: &[u8]) -> Result<Vec<u8>, postcard::Error> {
    let mut bytes = postcard::to_extend(head, MAGIC.to_vec())?;
    bytes.extend_from_slice(body);
    let seal = Sha256::digest(&bytes);
    bytes.extend_from_slice(&seal);
    Ok(bytes)
}

/// Whether bytes are a whole chunk of the study, and of which runs; with the bytes of the runs.
fn opened<'b>(study: &Study, bytes: &'b [u8]) -> Result<(Head, &'b [u8]), String> {
    if !bytes.starts_with(MAGIC) {
        return Err(if bytes.starts_with(ANY) {
            "another version of the program made it, in another format".to_owned()
        } else {
            "it is no chunk".to_owned()
        });
    }
    let whole = bytes.split_at_checked(bytes.len().saturating_sub(SEAL));
    let whole = whole.filter(|(sealed, seal)| Sha256::digest(sealed)[..] == **seal);
    let Some((sealed, _)) = whole.filter(|(sealed, _)| sealed.len() >= MAGIC.len()) else {
        return Err("it is cut off or damaged: its SHA-256 is not the one at its end".to_owned());
    };
    let (head, body): (Head, _) =
        postcard::take_from_bytes(&sealed[MAGIC.len()..]).map_err(|e| e.to_string())?;
    if head.study != chunk_hash(study) {
        return Err(
            "it is of another study: of another scenario, policies, rules, design, seed, version or --keep"
                .to_owned(),
        );
    }
    let possible = possible(&head.segment, study.policies.len() as u64);
    if !possible || head.runs.is_empty() || head.segment.shard != study.shard {
        return Err("it names runs that the study does not have".to_owned());
    }
    Ok((head, body))
}

impl Chunk {
    /// Reads a chunk of a study; `statistics` are of the same study.
    ///
    /// # Errors
    ///
    /// It is not whole, of another study, or has runs of another shape: why.
    pub(super) fn read(
        (study, statistics): (&Study, &Statistics),
        bytes: &[u8],
    ) -> Result<Self, String> {
        let (head, mut body) = opened(study, bytes)?;
        let policies = study.policies.len() as u64;
        let mut kept = Vec::new();
        for run in head.runs.clone() {
            let policy = (run % policies) as usize;
            let (next, rest) = Kept::unpack((study, statistics), policy, body)
                .map_err(|reason| format!("run {run}: {reason}"))?;
            kept.push(next);
            body = rest;
        }
        if !body.is_empty() {
            return Err("it has bytes after its last run".to_owned());
        }
        Ok(Self { head, kept })
    }
}
