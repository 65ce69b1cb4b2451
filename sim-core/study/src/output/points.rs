//! `design.parquet`: what each point of the design sets.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};

use super::{OutputError, Results};
use crate::design::Design;

/// Points written at once.
const POINTS: u64 = 65_536;

impl Results<'_> {
    /// Writes the design: a row a point, a column an axis, each value as a setting takes it; null where a table leaves a parameter as it is.
    ///
    /// # Errors
    ///
    /// The folder refuses.
    pub fn write_design(&self, design: &Design) -> Result<(), OutputError> {
        let content = |reason: String| OutputError::Content {
            path: self.folder().path().join("design.parquet"),
            reason,
        };
        let bytes = bytes(design).map_err(content)?;
        self.folder().write_bytes("design.parquet", &bytes)
    }
}

fn bytes(design: &Design) -> Result<Vec<u8>, String> {
    let mut fields = vec![Field::new("point", DataType::UInt64, false)];
    fields.extend(design.axes().iter().map(|axis| Field::new(axis.name(), DataType::Utf8, true)));
    let schema = Arc::new(Schema::new(fields));
    let mut out = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut out, Arc::clone(&schema), None).map_err(|e| e.to_string())?;
    let mut first = 0;
    while first < design.len() {
        let end = design.len().min(first + POINTS);
        let rows: Vec<Vec<Option<String>>> =
            (first..end).map(|point| design.values(point)).collect();
        let mut columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(first..end))];
        for axis in 0..design.axes().len() {
            let values = rows.iter().map(|row| row.get(axis).and_then(Option::as_deref));
            columns.push(Arc::new(values.collect::<StringArray>()));
        }
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|e| e.to_string())?;
        writer.write(&batch).map_err(|e| e.to_string())?;
        first = end;
    }
    writer.close().map_err(|e| e.to_string())?;
    Ok(out)
}
