//! Arrow tables that any library reads without a copy, through the Arrow PyCapsule interface.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchIterator, StringArray,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::ffi::FFI_ArrowSchema;
use arrow::ffi_stream::FFI_ArrowArrayStream;
use arrow::json::LineDelimitedWriter;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use autarky_study::output::csv;
use autarky_study::scenario::nearest;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde_json::Value;

use crate::error::{guard, internal, json};

/// Columns of texts in a CSV text, whatever stands in them.
const TEXTS: [&str; 7] = ["policy", "against", "nation", "quantity", "unit", "doc", "better"];
/// Columns of whole numbers.
const COUNTS: [&str; 2] = ["n", "pairs"];

/// Columns that an error names.
const SHOWN: usize = 20;

/// A table in memory, in batches of one schema.
#[pyclass(frozen, module = "autarky._autarky")]
#[derive(Debug)]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    /// Batches of one schema. Texts become views, which is how other libraries keep them, so that they are not copied when read.
    pub(crate) fn new(batches: Vec<RecordBatch>, schema: SchemaRef) -> PyResult<Self> {
        let viewed = |batch: RecordBatch| -> Result<RecordBatch, String> {
            let fields = batch.schema();
            let columns: Result<Vec<ArrayRef>, _> = batch.columns().iter().map(as_view).collect();
            RecordBatch::try_new(Arc::new(views(&fields)), columns?).map_err(|e| e.to_string())
        };
        let batches: Result<Vec<RecordBatch>, String> = batches.into_iter().map(viewed).collect();
        Ok(Self { schema: Arc::new(views(&schema)), batches: batches.map_err(internal)? })
    }

    pub(crate) fn of(batch: RecordBatch) -> PyResult<Self> {
        let schema = batch.schema();
        Self::new(vec![batch], schema)
    }

    /// A CSV text of the study crate. Columns have types by their names, so that tables of two studies fit together although one has a column without numbers.
    pub(crate) fn from_csv(text: &str) -> PyResult<Self> {
        let format = Format::default().with_header(true);
        let (named, _) =
            format.infer_schema(Cursor::new(text), Some(0)).map_err(|e| internal(&e))?;
        let typed = |field: &Arc<Field>| {
            let name = field.name().as_str();
            let kind = if TEXTS.contains(&name) {
                DataType::Utf8
            } else if COUNTS.contains(&name) {
                DataType::Int64
            } else {
                DataType::Float64
            };
            Field::new(name, kind, true)
        };
        let schema = Arc::new(Schema::new(named.fields().iter().map(typed).collect::<Vec<_>>()));
        let reader = ReaderBuilder::new(Arc::clone(&schema)).with_header(true);
        let reader = reader.build(Cursor::new(text)).map_err(|e| internal(&e))?;
        let batches: Result<Vec<RecordBatch>, String> =
            reader.map(|batch| bare(&batch.map_err(|e| e.to_string())?)).collect();
        Self::new(batches.map_err(internal)?, schema)
    }

    fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Rows as JSON objects; undefined values are left out.
    fn objects(&self, limit: usize) -> Result<Vec<Value>, String> {
        let mut writer = LineDelimitedWriter::new(Vec::new());
        let mut left = limit;
        for batch in &self.batches {
            let rows = batch.num_rows().min(left);
            writer.write(&batch.slice(0, rows)).map_err(|e| e.to_string())?;
            left -= rows;
        }
        writer.finish().map_err(|e| e.to_string())?;
        let text = String::from_utf8(writer.into_inner()).map_err(|e| e.to_string())?;
        text.lines().map(|line| serde_json::from_str(line).map_err(|e| e.to_string())).collect()
    }
}

/// A batch whose texts are as they were before a CSV text guarded them from spreadsheets.
fn bare(batch: &RecordBatch) -> Result<RecordBatch, String> {
    let columns = batch.columns().iter().map(|column| -> ArrayRef {
        match column.as_string_opt::<i32>() {
            Some(texts) => {
                Arc::new(texts.iter().map(|text| text.map(csv::bare)).collect::<StringArray>())
            }
            None => Arc::clone(column),
        }
    });
    RecordBatch::try_new(batch.schema(), columns.collect()).map_err(|e| e.to_string())
}

fn as_view(column: &ArrayRef) -> Result<ArrayRef, String> {
    match column.data_type() {
        DataType::Utf8 => cast(column, &DataType::Utf8View).map_err(|e| e.to_string()),
        _ => Ok(Arc::clone(column)),
    }
}

fn views(schema: &Schema) -> Schema {
    let view = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    Schema::new_with_metadata(
        schema.fields().iter().map(view).collect::<Vec<_>>(),
        schema.metadata().clone(),
    )
}

#[pymethods]
impl Table {
    /// Number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.rows()
    }

    fn __len__(&self) -> usize {
        self.rows()
    }

    /// Names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Unit of every column that has one, by name.
    #[getter]
    fn units(&self) -> BTreeMap<String, String> {
        self.note("unit")
    }

    /// Meaning of every column that has one, by name.
    #[getter]
    fn docs(&self) -> BTreeMap<String, String> {
        self.note("doc")
    }

    /// The values of a column; None where undefined.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let table = self.selected(vec![name.to_owned()])?;
        let objects = table.objects(usize::MAX).map_err(internal)?;
        let values = objects.iter().map(|o| o.get(name).cloned().unwrap_or(Value::Null)).collect();
        json(py, &Value::Array(values))
    }

    /// The first rows as dicts; undefined values are None, dates are texts.
    #[pyo3(signature = (limit=None))]
    fn to_dicts<'py>(&self, py: Python<'py>, limit: Option<usize>) -> PyResult<Bound<'py, PyAny>> {
        guard(|| {
            let objects = self.objects(limit.unwrap_or(usize::MAX)).map_err(internal)?;
            let whole = |object: &Value| -> Value {
                let value = |name: &String| object.get(name).cloned().unwrap_or(Value::Null);
                Value::Object(self.columns().into_iter().map(|n| (n.clone(), value(&n))).collect())
            };
            json(py, &Value::Array(objects.iter().map(whole).collect()))
        })
    }

    /// The first rows with every value as a text.
    fn texts(&self, limit: usize) -> PyResult<Vec<Vec<String>>> {
        let options = FormatOptions::default();
        let mut out = Vec::new();
        for batch in &self.batches {
            let formatters: Result<Vec<ArrayFormatter<'_>>, _> =
                batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options)).collect();
            let formatters = formatters.map_err(|e| internal(&e))?;
            for row in 0..batch.num_rows().min(limit.saturating_sub(out.len())) {
                out.push(formatters.iter().map(|f| f.value(row).to_string()).collect());
            }
        }
        Ok(out)
    }

    /// Some of the columns, in that order.
    fn selected(&self, names: Vec<String>) -> PyResult<Self> {
        let at: PyResult<Vec<usize>> = names.iter().map(|name| self.position(name)).collect();
        let at = at?;
        let project = |batch: &RecordBatch| batch.project(&at).map_err(|e| internal(&e));
        let batches: PyResult<Vec<RecordBatch>> = self.batches.iter().map(project).collect();
        let schema = self.schema.project(&at).map_err(|e| internal(&e))?;
        Ok(Self { schema: Arc::new(schema), batches: batches? })
    }

    /// The rows in which a column of texts has one of the values.
    fn filtered(&self, name: &str, values: Vec<String>) -> PyResult<Self> {
        let at = self.position(name)?;
        let wanted: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        let batches: PyResult<Vec<RecordBatch>> = self
            .batches
            .iter()
            .map(|batch| {
                let texts = batch.column(at).as_string_view_opt().ok_or_else(|| {
                    PyKeyError::new_err(format!("column `{name}` holds no texts"))
                })?;
                let is_wanted = |text: Option<&str>| text.is_some_and(|t| wanted.contains(t));
                let mask: BooleanArray = texts.iter().map(|text| Some(is_wanted(text))).collect();
                filter_record_batch(batch, &mask).map_err(|e| internal(&e))
            })
            .collect();
        Ok(Self { schema: Arc::clone(&self.schema), batches: batches? })
    }

    /// Bytes that the columns take.
    #[getter]
    fn nbytes(&self) -> usize {
        self.batches.iter().map(RecordBatch::get_array_memory_size).sum()
    }

    /// The schema as an Arrow C schema in a capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(|e| internal(&e))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The rows as an Arrow C stream in a capsule. A requested schema is not cast to, as the protocol allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches: Vec<_> = self.batches.iter().cloned().map(Ok).collect();
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

impl Table {
    fn position(&self, name: &str) -> PyResult<usize> {
        self.schema.index_of(name).map_err(|_| {
            let known = self.columns();
            let near = nearest(name, known.iter().map(String::as_str));
            let help = near.map_or_else(
                || {
                    let more = known.len().saturating_sub(SHOWN);
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    format!("columns: {}{more}", known[..known.len().min(SHOWN)].join(", "))
                },
                |near| format!("did you mean `{near}`?"),
            );
            PyKeyError::new_err(format!("the table has no column `{name}`; {help}"))
        })
    }

    fn note(&self, key: &str) -> BTreeMap<String, String> {
        let fields = self.schema.fields().iter();
        let noted =
            fields.filter_map(|f| f.metadata().get(key).map(|n| (f.name().clone(), n.clone())));
        noted.filter(|(_, note)| !note.is_empty()).collect()
    }
}
