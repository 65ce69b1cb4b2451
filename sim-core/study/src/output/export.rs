//! One table of a folder as one file: Parquet, CSV, or JSON lines; rows in canonical order, so that equal studies give equal files.

use std::io::Write;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;

use super::folder::TABLES;
use super::streams::Runs;
use super::{OutputError, Stored};
use crate::scenario::nearest;

/// Rows written at once.
const ROWS: usize = 65_536;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Apache Parquet.
    Parquet,
    /// Comma-separated values with a header; undefined is empty.
    Csv,
    /// One JSON object a line; undefined is absent.
    Json,
}

/// Writes a table of a folder; the number of its rows.
///
/// # Errors
///
/// There is no such table, a file is damaged, or the target cannot be written.
pub fn export(
    stored: &Stored,
    table: &str,
    format: ExportFormat,
    out: impl Write + Send,
) -> Result<u64, OutputError> {
    let table = named(stored, table)?;
    let failed = |reason: String| OutputError::Content { path: stored.path.join(table), reason };
    let mut writer: Option<Target<_>> = None;
    let mut out = Some(out);
    let mut written = 0;
    for_each_batch(stored, table, |batch| {
        if let Some(out) = out.take() {
            writer = Some(Target::new(out, format, batch.schema()).map_err(failed)?);
        }
        written += batch.num_rows() as u64;
        writer.as_mut().map_or(Ok(()), |writer| writer.write(&batch)).map_err(failed)
    })?;
    match writer {
        Some(writer) => writer.close().map_err(failed)?,
        None => return Err(empty(stored, table)),
    }
    Ok(written)
}

/// A table of a folder in memory, in batches that all have one schema; no batch where it has no rows.
///
/// # Errors
///
/// There is no such table, or a file is damaged.
pub fn batches(stored: &Stored, table: &str) -> Result<Vec<RecordBatch>, OutputError> {
    let table = named(stored, table)?;
    let mut out: Vec<RecordBatch> = Vec::new();
    for_each_batch(stored, table, |batch| {
        let same = out.first().is_none_or(|first| first.schema() == batch.schema());
        let batch = if same { Ok(batch) } else { batch.with_schema(out[0].schema()) };
        out.push(batch.map_err(|e| OutputError::Content {
            path: stored.path.join(table),
            reason: e.to_string(),
        })?);
        Ok(())
    })?;
    Ok(out)
}

/// The name of a table that folders have.
fn named(stored: &Stored, table: &str) -> Result<&'static str, OutputError> {
    TABLES.into_iter().find(|name| *name == table).ok_or_else(|| {
        let suggestion = nearest(table, TABLES)
            .map_or_else(String::new, |name| format!("did you mean `{name}`? "));
        let reason = format!(
            "there is no table `{}`; {suggestion}tables: {}",
            super::without_control(table),
            TABLES.join(", ")
        );
        OutputError::Asked { path: stored.path.clone(), reason }
    })
}

/// Hands over the rows of a table in canonical order, some ten thousands at once.
fn for_each_batch(
    stored: &Stored,
    table: &str,
    mut take: impl FnMut(RecordBatch) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let failed = |reason: String| OutputError::Content { path: stored.path.join(table), reason };
    let mut runs = Runs::open(&[(&stored.path, &stored.manifest)], table)?;
    let (mut open, mut rows) = (Vec::new(), 0);
    loop {
        let slice = runs.next_slice()?;
        let end = slice.is_none();
        if let Some((_, batch)) = slice {
            rows += batch.num_rows();
            open.push(batch);
        }
        if open.is_empty() && end {
            return Ok(());
        }
        if rows < ROWS && !end {
            continue;
        }
        take(joined(&open).map_err(failed)?)?;
        open.clear();
        rows = 0;
        if end {
            return Ok(());
        }
    }
}

fn empty(stored: &Stored, table: &str) -> OutputError {
    let reason = format!("the study has no rows in the table `{table}`");
    OutputError::Asked { path: stored.path.clone(), reason }
}

/// Slices as one batch; a column that is nullable in one is nullable in all.
fn joined(slices: &[RecordBatch]) -> Result<RecordBatch, String> {
    let schema = slices[0].schema();
    concat_batches(&schema, slices).map_err(|e| e.to_string())
}

enum Target<W: Write + Send> {
    Parquet(Box<ArrowWriter<W>>),
    Csv(Box<arrow::csv::Writer<W>>),
    Json(Box<arrow::json::LineDelimitedWriter<W>>),
}

impl<W: Write + Send> Target<W> {
    fn new(out: W, format: ExportFormat, schema: SchemaRef) -> Result<Self, String> {
        Ok(match format {
            ExportFormat::Parquet => {
                let level = ZstdLevel::try_new(3).map_err(|e| e.to_string())?;
                let properties =
                    WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
                let writer = ArrowWriter::try_new(out, schema, Some(properties));
                Self::Parquet(Box::new(writer.map_err(|e| e.to_string())?))
            }
            ExportFormat::Csv => Self::Csv(Box::new(arrow::csv::Writer::new(out))),
            ExportFormat::Json => Self::Json(Box::new(arrow::json::LineDelimitedWriter::new(out))),
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        match self {
            Self::Parquet(writer) => writer.write(batch).map_err(|e| e.to_string()),
            Self::Csv(writer) => writer.write(batch).map_err(|e| e.to_string()),
            Self::Json(writer) => writer.write(batch).map_err(|e| e.to_string()),
        }
    }

    fn close(self) -> Result<(), String> {
        match self {
            Self::Parquet(writer) => writer.close().map(drop).map_err(|e| e.to_string()),
            Self::Csv(writer) => writer.into_inner().flush().map_err(|e| e.to_string()),
            Self::Json(mut writer) => writer.finish().map_err(|e| e.to_string()),
        }
    }
}
