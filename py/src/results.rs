//! A recorded study: its tables.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use autarky_engine::stop::StopFlag;
use autarky_study::job::{Job, again, reopen_to_read};
use autarky_study::output::{Stored, batches, bibtex, csv, design_table, table};
use autarky_study::replay::Replay;
use autarky_study::run::schedule::Task;
use pyo3::prelude::*;
use serde_json::json;

use crate::error::{self, UsageError, guard, internal, json as to_python};
use crate::table::Table;
use crate::watch::watch_whole;

/// A results folder that is read.
#[pyclass(frozen, module = "autarky._autarky")]
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) stored: Stored,
    pub(crate) job: Arc<Job>,
}

impl Results {
    pub(crate) fn read(folder: &Path) -> PyResult<Self> {
        let stored = Stored::open(folder).map_err(|e| error::output(&e))?;
        let job = reopen_to_read(&stored).map_err(error::job)?;
        Ok(Self { stored, job: Arc::new(job) })
    }

    /// Of a folder whose study is at hand: nothing is loaded and compiled again.
    pub(crate) fn of(folder: &Path, job: &Arc<Job>) -> PyResult<Self> {
        let stored = Stored::open(folder).map_err(|e| error::output(&e))?;
        Ok(Self { stored, job: Arc::clone(job) })
    }
}

#[pymethods]
impl Results {
    /// Opens a folder.
    #[staticmethod]
    fn open(py: Python<'_>, folder: PathBuf) -> PyResult<Self> {
        guard(|| py.detach(|| Self::read(&folder)))
    }

    /// The folder.
    #[getter]
    fn path(&self) -> PathBuf {
        self.stored.path.clone()
    }

    /// What the manifest says: scenario, status, runs, seed, versions, digest.
    #[getter]
    fn manifest<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &json!(self.stored.manifest))
    }

    /// The command that makes the study again.
    #[getter]
    fn command(&self) -> String {
        again(&self.stored.manifest)
    }

    /// Names of the nations that are recorded.
    #[getter]
    fn nations(&self) -> Vec<String> {
        self.job.market.study.policies[0].layout.nations.clone()
    }

    /// Title of every policy, in order.
    #[getter]
    fn policy_titles(&self) -> Vec<(String, String)> {
        let policies = self.job.market.study.policies.iter();
        policies.map(|policy| (policy.name.clone(), policy.title.clone())).collect()
    }

    /// Titles of nations, by identifier.
    #[getter]
    fn nation_titles(&self) -> Vec<(String, String)> {
        let titles = self.job.market.study.nation_titles.iter().cloned();
        self.nations().into_iter().zip(titles).collect()
    }

    /// Titles of actors of the withdrawal test: kind, identifier, title.
    #[getter]
    fn actor_titles(&self) -> Vec<(String, String, String)> {
        let titles = self.job.market.study.actor_titles.iter();
        titles.map(|(a, title)| (a.kind.as_str().to_owned(), a.id.clone(), title.clone())).collect()
    }

    /// Recorded series: name, unit, meaning.
    #[getter]
    fn series_columns(&self) -> Vec<(String, String, String)> {
        let columns = self.job.market.study.policies[0].layout.series.iter();
        columns.map(|c| (c.name.to_owned(), c.unit.to_owned(), c.doc.to_owned())).collect()
    }

    /// BibTeX of the study.
    fn cite(&self) -> String {
        bibtex(&self.stored.manifest)
    }

    /// `summary.csv` as a table: one row per policy, nation and quantity.
    fn summary(&self, py: Python<'_>) -> PyResult<Table> {
        guard(|| {
            let text = py.detach(|| {
                let study = &self.job.market.study;
                let statistics = self.stored.statistics(study).map_err(|e| error::output(&e))?;
                Ok::<_, PyErr>(csv::summary(study, &statistics))
            })?;
            Table::from_csv(&text)
        })
    }

    /// The summary as the command line prints it.
    fn summary_text(&self, py: Python<'_>) -> PyResult<String> {
        guard(|| {
            py.detach(|| {
                let study = &self.job.market.study;
                let statistics = self.stored.statistics(study).map_err(|e| error::output(&e))?;
                Ok(table::summary(study, &statistics))
            })
        })
    }

    /// A recorded table by name; none if it has no rows.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Option<Table>> {
        guard(|| {
            py.detach(|| {
                let all = batches(&self.stored, name).map_err(|e| error::output(&e))?;
                let Some(first) = all.first() else { return Ok(None) };
                let schema = first.schema();
                Table::new(all, schema).map(Some)
            })
        })
    }

    /// What each point of the design sets; none without a design.
    fn design(&self) -> PyResult<Option<Table>> {
        guard(|| {
            let design = self.job.market.design();
            design.map(|d| design_table(d).map_err(internal).and_then(Table::of)).transpose()
        })
    }

    /// Reads every file, and says which are damaged.
    fn verify(&self, py: Python<'_>) -> Vec<String> {
        py.detach(|| self.stored.verify().iter().map(ToString::to_string).collect())
    }

    /// One run again, by the functions that decide its policy: its numbers as a dict. The fingerprint is compared with the recorded one. Ctrl-C ends it.
    fn replay<'py>(
        &self,
        py: Python<'py>,
        policy: &str,
        replication: u64,
        point: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        guard(|| {
            let stop = StopFlag::new();
            let work = || {
                let policy = autarky_study::ask::policy_of(&self.job.market.study, Some(policy));
                let task = Task { policy: policy.map_err(error::ask)?, point, replication };
                let refused = |e: &dyn std::fmt::Display| UsageError::new_err(e.to_string());
                let replay = Replay::of(&self.job, task).map_err(|e| refused(&e))?;
                let record = replay.run(&stop).map_err(|e| refused(&e))?;
                let mut value = replay.json(&record);
                let recorded = self.stored.fingerprint(task).map_err(|e| error::output(&e))?;
                value["as_recorded"] =
                    recorded.map(|recorded| recorded == record.fingerprint).into();
                Ok::<_, PyErr>(value)
            };
            let value = watch_whole(py, &stop, work)??;
            to_python(py, &value)
        })
    }
}
