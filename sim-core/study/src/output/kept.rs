//! What a results folder takes of one run: its digest, its values for the statistics, what its rows need. As bytes too, for runs that another process did.
//!
//! Every run goes through [`Kept::of`], whoever does it, so a folder cannot tell where its runs were done.

use autarky_market::record::{HORIZONS_DAYS, Layer, Record, Withdrawal};
use serde::{Deserialize, Serialize};

use super::digest::ResultDigest;
use crate::run::schedule::Task;
use crate::run::{Keep, RunValues, Statistics, Study, TaskResult};

/// One run without what nobody asks for any more.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its share of the digest: of the whole record.
    pub(super) digest: ResultDigest,
    /// What it recorded, or why it failed.
    pub(super) outcome: Result<Finished, String>,
}

/// What is left of a finished run.
#[derive(Debug)]
pub(super) struct Finished {
    /// For the statistics.
    pub(super) values: RunValues,
    /// For the tables; without series and capacity where they are not kept, never with scalars.
    pub(super) record: Record,
}

/// A run as bytes.
#[derive(Serialize, Deserialize)]
struct Packed {
    digest: ResultDigest,
    outcome: Result<Numbers, String>,
}

/// The numbers of a finished run.
#[derive(Serialize, Deserialize)]
struct Numbers {
    quantities: Vec<f64>,
    paths: Vec<f64>,
    series: Vec<f64>,
    capacity: Vec<f64>,
    /// Level, loss, largest loss, position of the layer in [`Layer::ALL`].
    withdrawal: Vec<(f64, f64, f64, u8)>,
    events: u64,
    fingerprint: u64,
}

impl Kept {
    /// Reduces a run to what is kept of it; `statistics` are of the same study.
    pub(super) fn of(
        (study, statistics): (&Study, &Statistics),
        task: Task,
        result: TaskResult,
    ) -> Self {
        let digest = ResultDigest::of(task, &result);
        let outcome = result.map(|record| {
            let values = statistics.values(task.policy, &record);
            let (series, capacity) = match study.keep {
                Keep::Series => (record.series, record.capacity),
                Keep::Runs => (Vec::new(), Vec::new()),
            };
            let record = Record { scalars: Vec::new(), series, capacity, ..record };
            Finished { values, record }
        });
        Self { digest, outcome }
    }

    /// Appends its bytes.
    pub(super) fn pack(self, out: Vec<u8>) -> Result<Vec<u8>, String> {
        let outcome = self.outcome.map(|Finished { values, record }| Numbers {
            quantities: values.quantities,
            paths: values.paths,
            series: record.series,
            capacity: record.capacity,
            withdrawal: record.withdrawal.iter().map(packed).collect(),
            events: record.events,
            fingerprint: record.fingerprint,
        });
        let packed = Packed { digest: self.digest, outcome };
        postcard::to_extend(&packed, out).map_err(|e| e.to_string())
    }

    /// Reads a run off bytes; with those that follow it.
    ///
    /// # Errors
    ///
    /// Bytes are missing, or the run is not one of this study under this policy.
    pub(super) fn unpack<'b>(
        (study, statistics): (&Study, &Statistics),
        policy: usize,
        bytes: &'b [u8],
    ) -> Result<(Self, &'b [u8]), String> {
        let (Packed { digest, outcome }, rest) =
            postcard::take_from_bytes(bytes).map_err(|e| e.to_string())?;
        let outcome = match outcome {
            Err(error) => Err(error),
            Ok(numbers) => {
                numbers.check((study, statistics), policy)?;
                Ok(numbers.finished()?)
            }
        };
        Ok((Self { digest, outcome }, rest))
    }
}

impl Numbers {
    /// Refuses lengths that do not fit the layout, and infinities, which no quantity has.
    fn check(&self, of: (&Study, &Statistics), policy: usize) -> Result<(), String> {
        let lengths = [
            self.quantities.len(),
            self.paths.len(),
            self.series.len(),
            self.capacity.len(),
            self.withdrawal.len(),
        ];
        if lengths != shape(of, policy) {
            return Err("it has more or fewer numbers than a run of the study".to_owned());
        }
        if self.quantities.iter().chain(&self.paths).any(|x| x.is_infinite()) {
            return Err("it has a number that is infinite".to_owned());
        }
        Ok(())
    }

    fn finished(self) -> Result<Finished, String> {
        let withdrawal: Option<Vec<Withdrawal>> =
            self.withdrawal.iter().map(|test| unpacked(*test)).collect();
        let withdrawal = withdrawal.ok_or("it names a layer that does not exist")?;
        let values = RunValues {
            quantities: self.quantities,
            paths: self.paths,
            withdrawal: withdrawal.iter().map(Into::into).collect(),
        };
        let record = Record {
            scalars: Vec::new(),
            series: self.series,
            withdrawal,
            capacity: self.capacity,
            events: self.events,
            fingerprint: self.fingerprint,
        };
        Ok(Finished { values, record })
    }
}

/// Numbers of a run: quantities, paths, series, capacity, withdrawal tests.
fn shape((study, statistics): (&Study, &Statistics), policy: usize) -> [usize; 5] {
    let layout = &study.policies[policy].layout;
    let nations = layout.nations.len();
    let samples = nations * layout.sample_days.len();
    let [series, capacity] = match study.keep {
        Keep::Series => {
            [samples * layout.series.len(), samples * layout.kinds.len() * layout.vendors.len()]
        }
        Keep::Runs => [0, 0],
    };
    let quantities = nations * statistics.quantities().len();
    let tests = nations * layout.actors.len() * HORIZONS_DAYS.len();
    [quantities, statistics.path_values(), series, capacity, tests]
}

fn packed(test: &Withdrawal) -> (f64, f64, f64, u8) {
    let layer = Layer::ALL.iter().position(|layer| *layer == test.layer).unwrap_or(0);
    (test.level, test.loss, test.loss_max, layer as u8)
}

fn unpacked((level, loss, loss_max, layer): (f64, f64, f64, u8)) -> Option<Withdrawal> {
    let layer = *Layer::ALL.get(usize::from(layer))?;
    Some(Withdrawal { level, loss, loss_max, layer })
}
