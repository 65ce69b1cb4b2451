//! Parquet tables of a study: `runs`, `series`, `withdrawal`, `capacity`, `failures`.
//!
//! One schema per table, with unit and meaning of every column in the field's metadata (`unit`, `doc`). A quantity that is
//! undefined in a run is null.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use arrow::array::{
    ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema};
use autarky_market::record::{HORIZONS_DAYS, Layout, Record};

use crate::run::schedule::Task;
use crate::run::{Failure, Policy, Quantity, Study};

/// A finished run on its way to the tables.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) task: Task,
    /// `[nation][quantity]`.
    pub(crate) quantities: Vec<f64>,
    pub(crate) record: Record,
}

/// A batch as the bytes of a Parquet file.
pub(crate) fn bytes(batch: &RecordBatch) -> Result<Vec<u8>, String> {
    let level = ZstdLevel::try_new(3).map_err(|e| e.to_string())?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        // Parts are small and wide: what is kept of each column weighs more than its numbers.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_dictionary_enabled(false)
        .set_created_by(concat!("autarky ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, batch.schema(), Some(properties))
        .map_err(|e| e.to_string())?;
    writer.write(batch).map_err(|e| e.to_string())?;
    writer.close().map_err(|e| e.to_string())?;
    Ok(out)
}

/// Columns with their names, units and meanings, on the way to a batch.
#[derive(Default)]
struct Table {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Table {
    /// Adds a column from its name, unit and meaning.
    fn push(&mut self, [name, unit, doc]: [&str; 3], kind: DataType, array: ArrayRef) {
        let metadata = [("unit".to_owned(), unit.to_owned()), ("doc".to_owned(), doc.to_owned())];
        let nullable = array.null_count() > 0 || kind == DataType::Float64;
        let field = Field::new(name, kind, nullable);
        self.fields.push(field.with_metadata(metadata.into_iter().collect()));
        self.arrays.push(array);
    }

    fn text<'a>(
        &mut self,
        name: &'static str,
        doc: &'static str,
        values: impl Iterator<Item = &'a str>,
    ) {
        let array = Arc::new(StringArray::from(values.collect::<Vec<&str>>()));
        self.push([name, "", doc], DataType::Utf8, array);
    }

    fn count(&mut self, name: &'static str, doc: &'static str, values: impl Iterator<Item = u64>) {
        let array = Arc::new(UInt64Array::from_iter_values(values));
        self.push([name, "1", doc], DataType::UInt64, array);
    }

    fn number(&mut self, column: [&str; 3], values: impl Iterator<Item = f64>) {
        let array = Arc::new(values.map(|x| (!x.is_nan()).then_some(x)).collect::<Float64Array>());
        self.push(column, DataType::Float64, array);
    }

    /// Policy, point and replication of every line.
    fn keys<'r>(&mut self, policies: &'r [Policy], tasks: impl Iterator<Item = Task> + Clone + 'r) {
        self.text("policy", POLICY, tasks.clone().map(|task| policies[task.policy].name.as_str()));
        self.count("point", POINT, tasks.clone().map(|task| task.point));
        self.count("replication", REPLICATION, tasks.map(|task| task.replication));
    }

    fn date(&mut self, values: impl Iterator<Item = i32>) {
        let dates = Arc::new(Date32Array::from_iter_values(values));
        self.push(["date", "", "Date of the sample."], DataType::Date32, dates);
    }

    fn batch(self) -> Result<RecordBatch, String> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
            .map_err(|e| e.to_string())
    }
}

/// Every row with the positions of what it crosses with, in order.
fn crossed<'r>(
    rows: &'r [Row],
    count: impl Fn(&Row) -> usize + Clone + 'r,
) -> impl Iterator<Item = (&'r Row, usize)> + Clone {
    rows.iter().flat_map(move |row| (0..count(row)).map(move |i| (row, i)))
}

const POLICY: &str = "Policy; `base` for the scenario itself.";
const POINT: &str = "Point of the design; 0 without a design.";
const REPLICATION: &str = "Number of the replication; equal numbers share all random draws.";
const NATION: &str = "Nation, ISO 3166 alpha-3.";

/// One row per run and nation with all quantities.
pub(crate) fn runs(
    policies: &[Policy],
    quantities: &[Quantity],
    rows: &[Row],
) -> Result<RecordBatch, String> {
    let nations = &policies[0].layout.nations;
    let lines = || crossed(rows, |_| nations.len());
    let mut table = Table::default();
    table.keys(policies, lines().map(|(row, _)| row.task));
    table.text("nation", NATION, lines().map(|(_, n)| nations[n].as_str()));
    for (at, quantity) in quantities.iter().enumerate() {
        let column = [quantity.name.as_str(), &quantity.unit, &quantity.doc];
        let value = |(row, n): (&Row, usize)| row.quantities[n * quantities.len() + at];
        table.number(column, lines().map(value));
    }
    table.count("events", "Events executed.", lines().map(|(row, _)| row.record.events));
    let doc = "Rolling hash over time, type and entity of every event.";
    table.count("fingerprint", doc, lines().map(|(row, _)| row.record.fingerprint));
    table.batch()
}

/// One row per replication, policy, nation and sample date with the series.
pub(crate) fn series(study: &Study, rows: &[Row]) -> Result<RecordBatch, String> {
    let layout = &study.policies[0].layout;
    let (dates, width) = (layout.sample_days.len(), layout.series.len());
    let lines = || crossed(rows, |_| layout.nations.len() * dates);
    let mut table = Table::default();
    table.keys(&study.policies, lines().map(|(row, _)| row.task));
    table.text("nation", NATION, lines().map(|(_, i)| layout.nations[i / dates].as_str()));
    let date =
        lines().map(|(_, i)| (study.start_day + layout.sample_days[i % dates]).floor() as i32);
    table.date(date);
    let day = ["day", "day", "Days from the start of the simulation."];
    table.number(day, lines().map(|(_, i)| layout.sample_days[i % dates]));
    for (at, column) in layout.series.iter().enumerate() {
        let column = [column.name, column.unit, column.doc];
        table.number(column, lines().map(|(row, i)| row.record.series[i * width + at]));
    }
    table.batch()
}

/// One row per replication, policy, nation, actor and horizon with the withdrawal test.
pub(crate) fn withdrawal(policies: &[Policy], rows: &[Row]) -> Result<RecordBatch, String> {
    let horizons = HORIZONS_DAYS.len();
    let layout = |row: &Row| -> &Layout { &policies[row.task.policy].layout };
    let lines = || crossed(rows, |row| row.record.withdrawal.len());
    let actor = |row: &Row, i: usize| {
        let actors = &policies[row.task.policy].layout.actors;
        &actors[i / horizons % actors.len()]
    };
    let nation = |row: &Row, i: usize| {
        let layout = layout(row);
        i / (horizons * layout.actors.len())
    };
    let mut table = Table::default();
    table.keys(policies, lines().map(|(row, _)| row.task));
    let nations = &policies[0].layout.nations;
    table.text("nation", NATION, lines().map(|(row, i)| nations[nation(row, i)].as_str()));
    table.text(
        "actor",
        "Foreign party that withdraws.",
        lines().map(|(row, i)| actor(row, i).id.as_str()),
    );
    table.text("kind", "Kind of the actor.", lines().map(|(row, i)| actor(row, i).kind.as_str()));
    let horizon = UInt32Array::from_iter_values(lines().map(|(_, i)| HORIZONS_DAYS[i % horizons]));
    let column = ["horizon", "day", "Days after the withdrawal."];
    table.push(column, DataType::UInt32, Arc::new(horizon));
    for (name, doc, value) in withdrawal_numbers() {
        table.number([name, "1", doc], lines().map(|(row, i)| value(&row.record, i)));
    }
    let doc = "Layer that bound most often where there was a loss.";
    table.text("layer", doc, lines().map(|(row, i)| row.record.withdrawal[i].layer.as_str()));
    table.batch()
}

/// One row per replication, policy, nation, sample date, kind of provider and vendor with what is installed.
pub(crate) fn capacity(study: &Study, rows: &[Row]) -> Result<RecordBatch, String> {
    let layout = |row: &Row| -> &Layout { &study.policies[row.task.policy].layout };
    // Position of a cell's date, kind and vendor among those of its row's layout.
    let place = |row: &Row, i: usize| {
        let (kinds, vendors) = (layout(row).kinds.len(), layout(row).vendors.len());
        (i / (kinds * vendors), i / vendors % kinds, i % vendors)
    };
    let lines = || crossed(rows, |row| row.record.capacity.len());
    let dates = study.policies[0].layout.sample_days.len();
    let nations = &study.policies[0].layout.nations;
    let mut table = Table::default();
    table.keys(&study.policies, lines().map(|(row, _)| row.task));
    let nation = lines().map(|(row, i)| nations[place(row, i).0 / dates].as_str());
    table.text("nation", NATION, nation);
    table.date(lines().map(|(row, i)| {
        (study.start_day + layout(row).sample_days[place(row, i).0 % dates]).floor() as i32
    }));
    let kind = lines().map(|(row, i)| layout(row).kinds[place(row, i).1]);
    table.text("kind", "Kind of the provider.", kind);
    let vendor = lines().map(|(row, i)| layout(row).vendors[place(row, i).2].as_str());
    table.text("vendor", "Vendor of the hardware.", vendor);
    let doc = "Compute installed in the nation, whoever governs it.";
    table.number(["installed", "H100e", doc], lines().map(|(row, i)| row.record.capacity[i]));
    table.batch()
}

type Number = (&'static str, &'static str, fn(&Record, usize) -> f64);

fn withdrawal_numbers() -> [Number; 3] {
    [
        (
            "level",
            "Share of critical reference demand served after the withdrawal, mean over dates.",
            |r, i| r.withdrawal[i].level,
        ),
        ("loss", "Level without the withdrawal minus level with it, mean over dates.", |r, i| {
            r.withdrawal[i].loss
        }),
        ("loss_max", "Largest loss over dates.", |r, i| r.withdrawal[i].loss_max),
    ]
}

/// One row per failed run.
pub(crate) fn failures(study: &Study, failures: &[Failure]) -> Result<RecordBatch, String> {
    let mut table = Table::default();
    let replay: Vec<String> =
        failures.iter().map(|f| study.replay_command("DIR", f.task)).collect();
    table.keys(&study.policies, failures.iter().map(|f| f.task));
    table.count("seed", "Seed of all random streams.", failures.iter().map(|_| study.seed));
    table.text("error", "What went wrong.", failures.iter().map(|f| f.error.as_str()));
    table.text(
        "replay",
        "The command that runs it again; DIR is the results folder.",
        replay.iter().map(String::as_str),
    );
    table.batch()
}
