//! A Parquet file of persons, read by record batches of the five columns that are needed.
//!
//! Text columns are asked for as dictionaries: each different text of a batch is looked up once, and rows are numbers.
//! Numbers are taken for text columns (codes of ISCO or ISCED), text for ages.

use super::column::{self, COLUMNS, WithHelp};
use super::fault::{Fault, Faults, age, in_range};
use super::population::{Person, Said, Tally};
use super::word::{self, Work};
use crate::scenario::Diagnostic;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::ParquetError;
use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float64Array, RecordBatch, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Schema};
use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Rows of a batch.
const BATCH: usize = 16_384;

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside the Parquet reader, where a panic becomes a finding.
pub(super) fn is_reading() -> bool {
    READING.get()
}

/// Counts the persons of a file. The Parquet library asserts what a damaged file can break; that becomes a finding too.
pub(super) fn read(path: &Path, file: &str, tally: &mut Tally) -> Result<(), Vec<Diagnostic>> {
    READING.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| count(path, file, tally)));
    READING.set(false);
    result.unwrap_or_else(|_| Err(vec![damaged(file, 0, "its structure contradicts itself")]))
}

fn count(path: &Path, file: &str, tally: &mut Tally) -> Result<(), Vec<Diagnostic>> {
    let damaged = |error: &ParquetError| vec![damaged(file, 0, &error.to_string())];
    let mut source = open(path, file)?;
    let plain =
        ArrowReaderMetadata::load(&source, ArrowReaderOptions::new()).map_err(|e| damaged(&e))?;
    let schema = plain.schema();
    let names: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    let at = column::find(file, &names)
        .map_err(|found| found.into_iter().map(without_place).collect::<Vec<_>>())?;
    let wrong = wrong_types(file, schema, at);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    // The schema with dictionaries may not fit every encoding; then the file's own does.
    let options = ArrowReaderOptions::new().with_schema(Arc::new(with_dictionaries(schema, at)));
    let metadata = ArrowReaderMetadata::load(&source, options).unwrap_or(plain);
    source = open(path, file)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata);
    let mask = ProjectionMask::roots(builder.parquet_schema(), at);
    let reader =
        builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|e| damaged(&e))?;
    persons(reader, file, at.map(|i| names[i].as_str()), tally)
}

fn open(path: &Path, file: &str) -> Result<File, Vec<Diagnostic>> {
    File::open(path).map_err(|error| {
        let message = format!("cannot read `{file}`: {error}");
        vec![Diagnostic { file: file.to_owned(), ..Diagnostic::error(message) }]
    })
}

fn damaged(file: &str, row: u64, reason: &str) -> Diagnostic {
    let place = if row > 0 { format!(" after row {row}") } else { String::new() };
    let reason: String = reason.chars().take(300).collect();
    let message = format!("`{file}` cannot be read as Parquet{place}: {reason}");
    let finding = Diagnostic { file: file.to_owned(), ..Diagnostic::error(message) };
    finding.with_help("the file is cut off or damaged, or written in a way that is not supported; copy or write it again")
}

/// A Parquet file has no lines.
fn without_place(finding: Diagnostic) -> Diagnostic {
    Diagnostic { line: 0, column: 0, ..finding }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn wrong_types(file: &str, schema: &Schema, at: [usize; 5]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for (slot, (column, _)) in at.into_iter().zip(COLUMNS) {
        let field = schema.field(slot);
        let kind = field.data_type();
        let (fits, allowed) = match column {
            "age" => (kind.is_numeric() || is_text(kind), "a number"),
            "sex" => (is_text(kind), "text"),
            _ => (is_text(kind) || kind.is_integer(), "text, or the numbers of a classification"),
        };
        if !fits {
            let message = format!("column `{}` has the wrong type", field.name());
            let finding = Diagnostic { file: file.to_owned(), ..Diagnostic::error(message) };
            let found = Some(kind.to_string().chars().take(80).collect());
            wrong.push(Diagnostic { found, allowed: Some(allowed.to_owned()), ..finding });
        }
    }
    wrong
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The schema with the text columns that are read as dictionaries.
fn with_dictionaries(schema: &Schema, at: [usize; 5]) -> Schema {
    let as_read = |(i, field): (usize, &Arc<Field>)| {
        let is_plain_text =
            matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        let wanted = at[1..].contains(&i) && is_plain_text;
        if wanted {
            Arc::new(field.as_ref().clone().with_data_type(dictionary()))
        } else {
            Arc::clone(field)
        }
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().enumerate().map(as_read).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn persons(
    reader: ParquetRecordBatchReader,
    file: &str,
    names: [&str; 5],
    tally: &mut Tally,
) -> Result<(), Vec<Diagnostic>> {
    let (mut faults, mut row) = (Faults::default(), 0_u64);
    for batch in reader {
        let done = batch.map_err(|e| e.to_string()).and_then(|batch| {
            let rows = batch.num_rows() as u64;
            Batch::new(&batch, names, tally)?.count(tally, |fault, text, i| {
                let at = row + i as u64 + 1;
                faults.push(|| {
                    let finding = fault.finding(text);
                    let message = format!("row {at}: {}", finding.message);
                    Diagnostic { file: file.to_owned(), message, ..finding }
                });
            });
            Ok(rows)
        });
        match done {
            Ok(rows) => row += rows,
            Err(reason) => {
                let mut wrong = faults.finish(file);
                wrong.push(damaged(file, row, &reason));
                return Err(wrong);
            }
        }
    }
    let wrong = faults.finish(file);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// A text column: a number for every row, and what each number stands for; the last one is for rows without an entry.
struct Codes<C> {
    keys: Keys,
    values: Vec<C>,
}

/// What the rows of a text column are.
struct Keys(DictionaryArray<Int32Type>);

impl<C: Copy> Codes<C> {
    fn new(array: &ArrayRef, mut code: impl FnMut(&str) -> C) -> Result<Self, String> {
        // Numbers become texts first: a dictionary of numbers would have numbers as values.
        let is_dictionary = array.data_type() == &dictionary();
        let array = if is_dictionary || matches!(array.data_type(), DataType::Utf8) {
            Arc::clone(array)
        } else {
            cast(array, &DataType::Utf8).map_err(|e| e.to_string())?
        };
        let array = if is_dictionary {
            array
        } else {
            cast(&array, &dictionary()).map_err(|e| e.to_string())?
        };
        let keys = array.as_dictionary_opt::<Int32Type>().ok_or("unreadable texts")?.clone();
        let texts: &StringArray = keys.values().as_string_opt().ok_or("unreadable texts")?;
        let mut values: Vec<C> =
            texts.iter().map(|text| code(text.unwrap_or_default().trim())).collect();
        values.push(code(""));
        Ok(Self { keys: Keys(keys), values })
    }

    fn get(&self, row: usize) -> Option<C> {
        let at = self.keys.0.key(row).unwrap_or(self.values.len() - 1);
        self.values.get(at).copied()
    }

    fn text(&self, row: usize) -> &str {
        let texts = self.keys.0.values().as_string_opt::<i32>();
        let at = self.keys.0.key(row);
        at.zip(texts)
            .filter(|(at, texts)| *at < texts.len())
            .map_or("", |(at, texts)| texts.value(at))
    }
}

/// Ages as numbers or as texts.
enum Ages {
    Numbers(Float64Array),
    Texts(StringArray),
}

impl Ages {
    fn get(&self, row: usize) -> Result<u8, Fault> {
        match self {
            Self::Numbers(ages) if ages.is_null(row) => Err(Fault::NoAge),
            Self::Numbers(ages) => in_range(ages.value(row)),
            Self::Texts(ages) if ages.is_null(row) => Err(Fault::NoAge),
            Self::Texts(ages) => age(ages.value(row).as_bytes()),
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            Self::Numbers(ages) => ages.value(row).to_string(),
            Self::Texts(ages) => ages.value(row).to_owned(),
        }
    }
}

struct Batch {
    rows: usize,
    ages: Ages,
    sexes: Codes<Option<u8>>,
    occupations: Codes<Said<Work>>,
    regions: Codes<Said<()>>,
    schoolings: Codes<Said<u8>>,
}

impl Batch {
    fn new(batch: &RecordBatch, names: [&str; 5], tally: &mut Tally) -> Result<Self, String> {
        let column = |i: usize| batch.column_by_name(names[i]).ok_or("a column is gone");
        let ages = column(0)?;
        let ages = if is_text(ages.data_type()) {
            let texts = cast(ages, &DataType::Utf8).map_err(|e| e.to_string())?;
            Ages::Texts(texts.as_string_opt().ok_or("unreadable ages")?.clone())
        } else {
            let numbers = cast(ages, &DataType::Float64).map_err(|e| e.to_string())?;
            Ages::Numbers(
                numbers.as_primitive_opt::<Float64Type>().ok_or("unreadable ages")?.clone(),
            )
        };
        Ok(Self {
            rows: batch.num_rows(),
            ages,
            sexes: Codes::new(column(1)?, word::sex)?,
            occupations: Codes::new(column(2)?, |text| tally.occupation(text.as_bytes()))?,
            regions: Codes::new(column(3)?, |text| tally.region(text.as_bytes()))?,
            schoolings: Codes::new(column(4)?, |text| tally.schooling(text.as_bytes()))?,
        })
    }

    /// Counts the rows; what is wrong goes to `fail` with the text that is wrong and the row.
    fn count(&self, tally: &mut Tally, mut fail: impl FnMut(Fault, &str, usize)) {
        for row in 0..self.rows {
            let age = self.ages.get(row);
            let sex = self.sexes.get(row).flatten();
            let texts =
                (self.occupations.get(row), self.regions.get(row), self.schoolings.get(row));
            if let (Ok(age), Some(sex), (Some(occupation), Some(region), Some(schooling))) =
                (age, sex, texts)
            {
                tally.add(Person { age, sex, occupation, region, schooling });
                continue;
            }
            if let Err(fault) = age {
                fail(fault, &self.ages.text(row), row);
            }
            if sex.is_none() {
                fail(Fault::Sex, self.sexes.text(row), row);
            }
        }
    }
}
