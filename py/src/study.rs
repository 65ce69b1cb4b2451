//! A study that is ready to run, and its run.

use std::path::PathBuf;
use std::sync::Arc;

use autarky_engine::stop::StopFlag;
use autarky_study::drive::{DriveError, Watcher, drive, threads};
use autarky_study::job::{Growth, Job, reopen_to_read, reopen_with};
use autarky_study::output::{Claim, Stored, design_table};
use autarky_study::plan::{Asked, estimate, measure, plan_json, plan_text, room};
use autarky_study::run::schedule::Shard;
use autarky_study::scenario::Diagnostic;
use pyo3::prelude::*;

use crate::error::{self, StorageError, UsageError, guard, internal, json};
use crate::results::Results;
use crate::rule::{Told, rulings};
use crate::table::Table;
use crate::watch::{Count, is_forked, watch, watch_whole};

/// A study that is ready to run.
#[pyclass(frozen, module = "autarky._autarky")]
#[derive(Debug, Clone)]
pub(crate) struct Study {
    job: Arc<Job>,
    /// Warnings of the scenario that were told when it was loaded.
    told: usize,
}

impl Study {
    /// Of whose scenario the first `told` warnings are known.
    pub(crate) fn new(job: Job, told: usize) -> Self {
        Self { job: Arc::new(job), told }
    }

    /// Of a recorded study, about which everything was said when it began.
    pub(crate) fn known(job: Job) -> Self {
        let told = job.loaded.warnings.len();
        Self::new(job, told)
    }

    pub(crate) const fn job(&self) -> &Arc<Job> {
        &self.job
    }
}

impl Watcher for &Count {
    fn started(&mut self, recorded: u64, _asked: u64) {
        self.set(recorded);
    }

    fn advanced(&mut self) {
        self.advance();
    }
}

#[pymethods]
impl Study {
    /// The study of a folder, as it was or grown to so many replications or points.
    #[staticmethod]
    fn reopen(
        py: Python<'_>,
        folder: PathBuf,
        replications: Option<u64>,
        points: Option<u64>,
        rules: Vec<Told>,
    ) -> PyResult<Self> {
        let rulings = rulings(rules);
        guard(|| {
            py.detach(|| {
                let stored = Stored::open(&folder).map_err(|e| error::output(&e))?;
                let growth = Growth { replications, points };
                reopen_with(&stored, growth, &rulings).map(Self::known).map_err(error::job)
            })
        })
    }

    /// Names of the policies, the base first.
    #[getter]
    fn policies(&self) -> Vec<String> {
        self.job.market.study.policies.iter().map(|policy| policy.name.clone()).collect()
    }

    /// Number of points; 1 without a design.
    #[getter]
    fn points(&self) -> u64 {
        self.job.market.study.points
    }

    /// Runs asked for in all.
    #[getter]
    fn runs(&self) -> u64 {
        let study = &self.job.market.study;
        let groups = study.points.saturating_mul(study.replications);
        // A shard takes every policy of its points and replications.
        groups.div_ceil(study.shard.of).saturating_mul(study.policies.len() as u64)
    }

    /// What is probably not as meant and was not told when the scenario was loaded, a text each.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        let scenario = self.job.loaded.warnings.iter().skip(self.told).map(Diagnostic::render);
        scenario.chain(self.job.market.advice()).collect()
    }

    /// What each point of the design sets; none without a design.
    fn design(&self) -> PyResult<Option<Table>> {
        guard(|| {
            let design = self.job.market.design();
            design.map(|d| design_table(d).map_err(internal).and_then(Table::of)).transpose()
        })
    }

    /// Runs, time, disk and memory before anything starts: text and dict. One replication of the base is run and timed.
    fn plan<'py>(
        &self,
        py: Python<'py>,
        folder: PathBuf,
        jobs: Option<u64>,
    ) -> PyResult<(String, Bound<'py, PyAny>)> {
        guard(|| {
            let study = &self.job.market.study;
            let asked = Asked {
                points: study.points,
                replications: study.replications,
                jobs: threads(jobs).get() as u64,
                seed: study.seed,
                keep: study.keep,
            };
            let stop = StopFlag::new();
            let measured = watch_whole(py, &stop, || measure(&self.job.loaded, asked, &stop));
            let work = measured?.map_err(UsageError::new_err)?;
            let (plan, calibration) = (estimate(&work), work.calibration());
            let room = room(&folder).map_err(|e| {
                let what = "cannot find out how much disk and memory is free";
                StorageError::new_err(format!("{what}: {e}"))
            })?;
            let text = plan_text(&work, &plan, &room, &calibration);
            Ok((text, json(py, &plan_json(&work, &plan, &room, &calibration))?))
        })
    }

    /// What the study recorded in its folder.
    fn results(&self, folder: PathBuf) -> PyResult<Results> {
        guard(|| Results::of(&folder, &self.job))
    }

    /// The study as one text for `unpack` in another process.
    fn parcel(&self, py: Python<'_>) -> PyResult<String> {
        guard(|| Ok(py.detach(|| self.job.parcel())))
    }

    /// Runs the study into a folder, from where it is; returns whether it was interrupted by Ctrl-C. `progress` is called now and then with the runs that ended.
    fn run(
        &self,
        py: Python<'_>,
        folder: PathBuf,
        jobs: Option<u64>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<bool> {
        guard(|| {
            let (stop, count) = (StopFlag::new(), Count::default());
            // Other threads of the process that was forked may have held what ours would wait for.
            let jobs = if is_forked() { Some(1) } else { jobs };
            let work = || {
                let mut watcher = &count;
                let claim = Claim::Exact(folder);
                drive(&self.job, &claim, (threads(jobs), &stop), &mut watcher)
                    .map(|ran| ran.interrupted)
            };
            let (ran, interrupted) = watch(py, (&stop, &count), progress.as_ref(), work)?;
            match ran {
                Ok(early) => Ok(early || interrupted),
                Err(error) => Err(driven(&error)),
            }
        })
    }
}

/// Why a study did not run.
pub(crate) fn driven(error: &DriveError) -> PyErr {
    match error {
        DriveError::Output(error, 0) => error::output(error),
        DriveError::Output(..) | DriveError::Room(_) => StorageError::new_err(error.to_string()),
        DriveError::Threads(text) => internal(text),
    }
}

/// Puts the folders of all shards of a study together in a new one.
#[pyfunction]
pub(crate) fn merge(py: Python<'_>, folders: Vec<PathBuf>, out: PathBuf) -> PyResult<()> {
    guard(|| {
        py.detach(|| {
            let shards: Result<Vec<Stored>, _> = folders.iter().map(|f| Stored::open(f)).collect();
            let shards = shards.map_err(|e| error::output(&e))?;
            let first =
                shards.first().ok_or_else(|| UsageError::new_err("there is nothing to merge"))?;
            let mut job = reopen_to_read(first).map_err(error::job)?;
            job.market.study.shard = Shard::WHOLE;
            let merge = autarky_study::output::merge;
            merge(&job.market.study, &shards, &Claim::Exact(out)).map_err(|e| error::output(&e))?;
            Ok(())
        })
    })
}
