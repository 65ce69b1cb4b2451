//! `manifest.json`: what was run, by what, how far it came, and the digest of its numbers.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::OutputError;
use crate::run::Study;

/// Name of the file.
pub const FILE: &str = "manifest.json";

/// How far a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is running, or was killed.
    Running,
    /// All replications are there.
    Complete,
    /// All replications ended, some failed.
    CompleteWithFailures,
    /// It was asked to stop; what was finished is there.
    Interrupted,
    /// Results could no longer be written; what was recorded before is there.
    Failed,
}

/// The scenario of a run.
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

/// Counts of replications. Each stands for all policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replications {
    /// Number of the first.
    pub first: u64,
    /// Asked for.
    pub asked: u64,
    /// Recorded: finished or failed under every policy.
    pub recorded: u64,
    /// Replication–policy pairs that failed.
    pub failed: u64,
}

/// One part of each table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// First replication.
    pub first: u64,
    /// Number of replications.
    pub replications: u64,
    /// Paths of the files below the folder.
    pub files: Vec<String>,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// How far the run came.
    pub status: Status,
    /// SHA-256 over the recorded numbers in replication order; the same on every machine and for any number of threads.
    pub result_digest: String,
    /// What identifies the run: scenario, policies, seed, replications, model version.
    pub run_hash: String,
    /// Scenario.
    pub scenario: Scenario,
    /// Seed.
    pub seed: u64,
    /// Counts of replications.
    pub replications: Replications,
    /// Version of the model's bits.
    pub model_version: u32,
    /// Version of the program.
    pub program_version: String,
    /// Parts, in replication order.
    pub parts: Vec<Part>,
}

impl Manifest {
    /// The manifest of a run that begins.
    #[must_use]
    pub fn new(study: &Study) -> Self {
        let Study { id, title, scenario_hash, seed, first, replications, .. } = study;
        Self {
            format: 1,
            status: Status::Running,
            result_digest: String::new(),
            run_hash: run_hash(study),
            scenario: Scenario {
                id: id.clone(),
                title: title.clone(),
                hash: scenario_hash.clone(),
                policies: study.policies.iter().map(|p| p.name.clone()).collect(),
            },
            seed: *seed,
            replications: Replications {
                first: *first,
                asked: *replications,
                recorded: 0,
                failed: 0,
            },
            model_version: study.model_version,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            parts: Vec::new(),
        }
    }

    /// Reads a manifest.
    pub fn read(path: &Path) -> Result<Self, OutputError> {
        let text = fs::read(path).map_err(OutputError::io("read", path))?;
        serde_json::from_slice(&text)
            .map_err(|e| OutputError::Content { path: path.to_owned(), reason: e.to_string() })
    }

    /// The manifest as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }
}

/// SHA-256 of what identifies a run, in hexadecimal.
#[must_use]
pub fn run_hash(study: &Study) -> String {
    let mut hasher = Sha256::new();
    let text = |hasher: &mut Sha256, text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    text(&mut hasher, &study.scenario_hash);
    for policy in &study.policies {
        text(&mut hasher, &policy.name);
    }
    for number in [study.seed, study.first, study.replications, u64::from(study.model_version)] {
        hasher.update(number.to_le_bytes());
    }
    super::digest::hex(&hasher.finalize())
}
