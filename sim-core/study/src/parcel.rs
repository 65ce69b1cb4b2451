//! A study as one text that another process can work on, and its work there: chunks of runs.
//!
//! A parcel holds what `job::reopen` reads from a folder (manifest, resolved scenario), so a worker needs neither the folder nor the files that the
//! scenario came from. What it lacks is the table of parameters, which only a folder shows. Handing out parcels and chunks is for the caller.

use std::ops::Range;

use autarky_engine::stop::StopFlag;
use autarky_market::MODEL_VERSION;
use serde::{Deserialize, Serialize};

use crate::job::{Growth, Job, JobError, rebuilt, recorded, supplied};
use crate::output::manifest::{Manifest, identity};
use crate::output::{ChunkError, chunk};
use crate::rule::Ruling;
use crate::run::schedule::Segment;

/// Version of the text.
const FORMAT: u32 = 1;

/// The study as it is written.
#[derive(Serialize, Deserialize)]
struct Parcel {
    format: u32,
    manifest: Manifest,
    resolved: String,
}

/// Who made a parcel: read before the rest of it.
#[derive(Deserialize)]
struct Maker {
    format: u32,
    manifest: Versions,
}

#[derive(Deserialize)]
struct Versions {
    model_version: u32,
    program_version: String,
}

impl Job {
    /// The study as JSON text for [`open`] in another process of the same program.
    #[must_use]
    pub fn parcel(&self) -> String {
        let study = &self.market.study;
        let (manifest, resolved) = (Manifest::new(study), study.resolved.clone());
        serde_json::json!(Parcel { format: FORMAT, manifest, resolved }).to_string()
    }

    /// Does the runs of a range of a segment, as [`chunk`] says.
    ///
    /// # Errors
    ///
    /// The study has no such runs, or a stop was requested before the first one had ended.
    pub fn chunk(
        &self,
        (segment, runs): (&Segment, Range<u64>),
        stop: &StopFlag,
    ) -> Result<Vec<u8>, ChunkError> {
        let simulate = |task| self.market.simulate(task, stop);
        chunk(&self.market.study, (segment, runs), stop, simulate)
    }
}

/// The study of a parcel. Loading and compiling it takes much longer than a short run, so workers keep it.
///
/// # Errors
///
/// The text is no parcel, it was changed, another version of the model or of the program made it, or a function that decides a policy is missing.
pub fn open(text: &str, rulings: &[Ruling]) -> Result<Job, JobError> {
    let asked = |reason: String| JobError::Asked(format!("the parcel is refused: {reason}"));
    let none = |e: serde_json::Error| asked(format!("it is none ({e})"));
    let maker: Maker = serde_json::from_str(text).map_err(none)?;
    let there = &maker.manifest;
    if there.model_version != MODEL_VERSION {
        let version = there.model_version;
        return Err(asked(format!("model version: {version} there, {MODEL_VERSION} here")));
    }
    let here = env!("CARGO_PKG_VERSION");
    if there.program_version != here || maker.format != FORMAT {
        let version = &there.program_version;
        return Err(asked(format!(
            "program {version} with parcels of format {} there, {here} with format {FORMAT} here",
            maker.format
        )));
    }
    let Parcel { manifest, resolved, .. } = serde_json::from_str(text).map_err(none)?;
    if let Some(fault) = manifest.fault() {
        return Err(asked(fault));
    }
    let loaded = recorded(&manifest, &resolved)?;
    if loaded.hash() != manifest.scenario.hash {
        return Err(asked("it was changed: its scenario has other values".to_owned()));
    }
    let job = supplied(rebuilt(&manifest, (loaded, resolved), Growth::default())?, rulings)?;
    if identity(&job.market.study) == manifest.identity {
        Ok(job)
    } else {
        Err(asked("it was changed: its study has another identity".to_owned()))
    }
}
