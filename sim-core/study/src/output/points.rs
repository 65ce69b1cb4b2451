//! `design.parquet`: what each point of the design sets.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
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

/// The points of a design as a table: numbers in canonical units where all values of an axis are numbers (dates as days from 1970), texts elsewhere.
///
/// # Errors
///
/// Never in practice: columns have one length.
pub fn design_table(design: &Design) -> Result<RecordBatch, String> {
    let rows: Vec<Vec<Option<String>>> = (0..design.len()).map(|p| design.values(p)).collect();
    let mut fields = vec![Field::new("point", DataType::UInt64, false)];
    let mut columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(0..design.len()))];
    for (at, axis) in design.axes().iter().enumerate() {
        let text = |row: &Vec<Option<String>>| row[at].clone();
        let figure = |row: &Vec<Option<String>>| row[at].as_deref().map(|text| axis.figure(text));
        let figures: Vec<Option<Option<f64>>> = rows.iter().map(figure).collect();
        let (kind, column): (DataType, ArrayRef) = if figures.contains(&Some(None)) {
            (DataType::Utf8, Arc::new(rows.iter().map(text).collect::<StringArray>()))
        } else {
            let figures = figures.into_iter().map(Option::flatten);
            (DataType::Float64, Arc::new(figures.collect::<Float64Array>()))
        };
        let unit = [("unit".to_owned(), axis.unit().to_owned())].into();
        fields.push(Field::new(axis.name(), kind, true).with_metadata(unit));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|e| e.to_string())
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
