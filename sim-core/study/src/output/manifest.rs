//! `manifest.json`: what was run, by what, how far it came, and the digest of its numbers.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::check::fault;
use super::digest::sha256;
use super::{OutputError, Until};
use crate::design::{DesignSpec, Kind};
use crate::rule::RuleNote;
use crate::run::schedule::{BLOCK, Segment, Shard, missing};
use crate::run::{Keep, Recipe, Study};

/// Name of the file.
pub const FILE: &str = "manifest.json";
/// Version of its format.
pub const FORMAT: u32 = 2;
/// Most shares of a study.
pub const SHARDS: u64 = 100_000;
/// What stands between the manifest and its own SHA-256.
const SEAL: &str = ",\n  \"sha256\": \"";

/// How far a study came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is running, or was killed.
    Running,
    /// All runs are there.
    Complete,
    /// All runs ended, some failed.
    CompleteWithFailures,
    /// It was asked to stop; what was finished is there.
    Interrupted,
    /// Results could no longer be written; what was recorded before is there.
    Failed,
}

/// The scenario of a study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// SHA-256 of the resolved numeric scenario and its policies.
    pub hash: String,
    /// Names of the policies, the base first.
    pub policies: Vec<String>,
}

/// Replications of every policy and point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replications {
    /// Number of the first.
    pub first: u64,
    /// Asked for.
    pub asked: u64,
    /// Recorded, finished or failed, for every policy and point.
    pub recorded: u64,
}

/// Counts of runs: replications of one policy at one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs {
    /// Asked for.
    pub asked: u64,
    /// Recorded: finished or failed.
    pub recorded: u64,
    /// Failed.
    pub failed: u64,
}

/// A segment of the study with how far it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Which runs.
    pub segment: Segment,
    /// Runs recorded, the first ones in canonical order.
    pub runs: u64,
}

/// A file with what proves that it is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the folder.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

/// One part of each table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Position of its segment.
    pub segment: usize,
    /// Runs in it.
    pub runs: u64,
    /// Its files.
    pub files: Vec<FileEntry>,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// How far the study came.
    pub status: Status,
    /// Digest of the recorded numbers; the same on every machine, for any number of threads, interrupted or not, in shards or whole.
    pub result_digest: String,
    /// What identifies the study but for its size: scenario, policies, rules, design, seed, first replication, model version.
    pub identity: String,
    /// Scenario.
    pub scenario: Scenario,
    /// What identifies the design; empty without one.
    pub design: String,
    /// The design, if any.
    pub design_spec: Option<DesignSpec>,
    /// Points of the design; 1 without one.
    pub points: u64,
    /// Seed.
    pub seed: u64,
    /// Replications.
    pub replications: Replications,
    /// Runs.
    pub runs: Runs,
    /// The share of the study that is in this folder.
    pub shard: Shard,
    /// What is kept of each run.
    pub keep: Keep,
    /// Replications of a point before the next point's turn.
    pub block: u64,
    /// When the study has enough replications, if it is not told by their number.
    pub until: Option<Until>,
    /// Why it had enough, if it had.
    pub stopping: Option<String>,
    /// Version of the model's bits.
    pub model_version: u32,
    /// Version of the program.
    pub program_version: String,
    /// How the scenario was loaded.
    pub recipe: Recipe,
    /// The command that did.
    pub command: String,
    /// What a reader must know to be assumed.
    pub assumptions: Vec<String>,
    /// Rules that govern nations under policies, with the sources of their functions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleNote>,
    /// What is recorded.
    pub segments: Vec<Recorded>,
    /// Whether every run so far was folded in canonical order.
    pub in_order: bool,
    /// Parts.
    pub parts: Vec<Part>,
    /// The statistics of what is recorded.
    pub state: Option<FileEntry>,
    /// Texts, tables and pictures beside the parts, as far as they are of what is recorded.
    pub files: Vec<FileEntry>,
}

impl Manifest {
    /// The manifest of a study that begins.
    #[must_use]
    pub fn new(study: &Study) -> Self {
        let mut manifest = Self {
            format: FORMAT,
            status: Status::Running,
            result_digest: String::new(),
            identity: identity(study),
            scenario: Scenario {
                id: study.id.clone(),
                title: study.title.clone(),
                hash: study.scenario_hash.clone(),
                policies: study.policies.iter().map(|p| p.name.clone()).collect(),
            },
            design: study.design.clone(),
            design_spec: study.design_spec.clone(),
            points: study.points,
            seed: study.seed,
            replications: Replications {
                first: study.first,
                asked: study.replications,
                recorded: 0,
            },
            runs: Runs { asked: 0, recorded: 0, failed: 0 },
            shard: study.shard,
            keep: study.keep,
            block: BLOCK,
            until: study.until.clone(),
            stopping: None,
            model_version: study.model_version,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            recipe: study.recipe.clone(),
            command: study.command.clone(),
            assumptions: study.assumptions.clone(),
            rules: study.rules.clone(),
            segments: Vec::new(),
            in_order: true,
            parts: Vec::new(),
            state: None,
            files: Vec::new(),
        };
        manifest.ask(study);
        manifest
    }

    /// Takes over how much is asked for.
    pub(crate) fn ask(&mut self, study: &Study) {
        self.points = study.points;
        self.design_spec.clone_from(&study.design_spec);
        self.until.clone_from(&study.until);
        self.replications.asked = study.replications;
        // A shard that grows takes its share of each segment, which is not its share of their sum.
        let done: Vec<Segment> = self.segments.iter().map(|s| s.segment.clone()).collect();
        let rest = missing(&done, study.points, study.replications, study.shard);
        let groups: u64 = done.iter().chain(&rest).map(Segment::groups).sum();
        self.runs.asked = groups * study.policies.len() as u64;
    }

    /// Counts what the segments hold.
    pub(crate) fn count(&mut self) {
        self.runs.recorded = self.segments.iter().map(|s| s.runs).sum();
        let policies = self.scenario.policies.len() as u64;
        let complete = |s: &&Recorded| s.runs == s.segment.groups() * policies;
        // Without a design replications follow one another; with one, a segment counts when it is whole.
        self.replications.recorded = if self.points == 1 && self.shard == Shard::WHOLE {
            self.runs.recorded / policies.max(1)
        } else if self.segments.iter().all(|s| complete(&s)) {
            self.segments.iter().map(|s| s.segment.replications.end).max().unwrap_or(0)
        } else {
            0
        };
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// It cannot be read, is of another format, or is not what was written.
    pub fn read(path: &Path) -> Result<Self, OutputError> {
        let text = fs::read(path).map_err(OutputError::io("read", path))?;
        let damaged = |reason: String| OutputError::Damaged { path: path.to_owned(), reason };
        let value: serde_json::Value =
            serde_json::from_slice(&text).map_err(|e| damaged(e.to_string()))?;
        let format = &value["format"];
        if *format != FORMAT {
            return Err(damaged(format!("it has format {format}, this program reads {FORMAT}")));
        }
        if !sealed(&text) {
            return Err(damaged("its SHA-256 is not the one that was written".to_owned()));
        }
        let manifest: Self = serde_json::from_value(value).map_err(|e| damaged(e.to_string()))?;
        match manifest.fault() {
            None => Ok(manifest),
            Some(fault) => Err(damaged(fault)),
        }
    }

    /// What is impossible in it; none if nothing is.
    pub(crate) fn fault(&self) -> Option<String> {
        fault(self)
    }

    /// The manifest as JSON text that ends with the SHA-256 of what stands before it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = format!("{:#}", serde_json::json!(self));
        let body = text.trim_end_matches("\n}");
        format!("{body}{SEAL}{}\"\n}}\n", sha256(body.as_bytes()))
    }

    /// Every file that it names.
    pub fn named(&self) -> impl Iterator<Item = &FileEntry> {
        let parts = self.parts.iter().flat_map(|part| &part.files);
        parts.chain(&self.state).chain(&self.files)
    }

    /// The entry of a file beside the parts.
    pub(crate) fn file(&self, name: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.path == name)
    }
}

/// Whether a text ends with its own SHA-256.
fn sealed(text: &[u8]) -> bool {
    let Some(at) = text.windows(SEAL.len()).rposition(|bytes| bytes == SEAL.as_bytes()) else {
        return false;
    };
    let (body, seal) = text.split_at(at);
    seal[SEAL.len()..] == *format!("{}\"\n}}\n", sha256(body)).as_bytes()
}

fn hash(texts: &[&str], numbers: &[u64]) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    for number in numbers {
        hasher.update(number.to_le_bytes());
    }
    super::digest::hex(&hasher.finalize())
}

/// SHA-256 of what identifies a study but for its size, in hexadecimal.
#[must_use]
pub fn identity(study: &Study) -> String {
    let mut texts = vec![study.scenario_hash.as_str(), study.design.as_str()];
    texts.extend(study.policies.iter().map(|p| p.name.as_str()));
    // A study without rules keeps the identity that it had before there were any.
    let of = |note: &RuleNote| format!("rule\0{}\0{}\0{}", note.policy, note.nation, note.sha256);
    let rules: Vec<String> = study.rules.iter().map(of).collect();
    texts.extend(rules.iter().map(String::as_str));
    hash(&texts, &[study.seed, study.first, u64::from(study.model_version)])
}

/// SHA-256 of [`identity`] and of what else the bytes of a run depend on: what is kept of it, the table of the design, whose rows its identity lacks, and the version of
/// the program, which says what its numbers are of.
pub(super) fn chunk_hash(study: &Study) -> String {
    chunk_hash_of(study, env!("CARGO_PKG_VERSION"))
}

fn chunk_hash_of(study: &Study, program: &str) -> String {
    let table = match study.design_spec.as_ref().map(|spec| &spec.kind) {
        Some(Kind::Table { csv }) => csv.as_str(),
        _ => "",
    };
    hash(&[&identity(study), table, program], &[u64::from(study.keep == Keep::Series)])
}

/// SHA-256 of [`identity`] and size, in hexadecimal: where a study's results lie by default.
#[must_use]
pub fn run_hash(study: &Study) -> String {
    let Study { points, replications, shard, .. } = study;
    let keep = u64::from(study.keep == Keep::Series);
    hash(&[&identity(study)], &[*points, *replications, shard.index, shard.of, keep])
}
