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
    let Some(table) = TABLES.into_iter().find(|name| *name == table) else {
        let suggestion = nearest(table, TABLES)
            .map_or_else(String::new, |name| format!("did you mean `{name}`? "));
        let reason = format!(
            "there is no table `{}`; {suggestion}tables: {}",
            super::without_control(table),
            TABLES.join(", ")
        );
        return Err(OutputError::Asked { path: stored.path.clone(), reason });
    };
    let failed = |reason: String| OutputError::Content { path: stored.path.join(table), reason };
    let mut runs = Runs::open(&[(&stored.path, &stored.manifest)], table)?;
    let mut writer: Option<Target<_>> = None;
    let mut out = Some(out);
    let (mut open, mut rows, mut written) = (Vec::new(), 0, 0);
    loop {
        let slice = runs.next_slice()?;
        let end = slice.is_none();
        if let Some((_, batch)) = slice {
            rows += batch.num_rows();
            open.push(batch);
        }
        if open.is_empty() && end {
            break;
        }
        if rows < ROWS && !end {
            continue;
        }
        let batch = joined(&open).map_err(failed)?;
        if let Some(out) = out.take() {
            writer = Some(Target::new(out, format, batch.schema()).map_err(failed)?);
        }
        if let Some(writer) = &mut writer {
            writer.write(&batch).map_err(failed)?;
        }
        written += batch.num_rows() as u64;
        open.clear();
        rows = 0;
        if end {
            break;
        }
    }
    match writer {
        Some(writer) => writer.close().map_err(failed)?,
        None => return Err(empty(stored, table)),
    }
    Ok(written)
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
