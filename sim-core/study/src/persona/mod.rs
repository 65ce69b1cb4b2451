//! Demand from a population of personas: a file with one row a person, in the shape of national synthetic persona data sets.
//!
//! [`read`] counts a CSV or Parquet file by cells of age, schooling, occupation, sector, specialism and sex; [`demand`] weighs the counts with the
//! rules of `calibration/personas.csv`; [`generate`] writes made-up files of the same shape. The scenario reader puts the result into the parameters of
//! a nation (`scenario/personas.rs`). Section 7.27 of `docs/model.md`.

mod against;
mod aggregate;
mod column;
mod csv;
mod fault;
mod generate;
mod keyword;
mod parquet;
mod population;
mod report;
mod rules;
mod word;

pub use against::{Against, against, income_group};
pub use aggregate::{Demand, World, demand};
pub use generate::{Made, generate};
pub use population::Population;
pub use report::{report_json, report_text};

use crate::scenario::Diagnostic;
use population::Tally;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Whether this thread reads a file in a way that turns a panic into a finding, so that nothing else has to report it.
#[must_use]
pub fn in_reader() -> bool {
    parquet::is_reading()
}

/// Adults of a file below which its shares are noisy.
pub const FEW_ADULTS: u64 = 1000;
/// Share of adults with an unknown occupation above which the mixes rest on too few.
pub const MANY_UNKNOWN: f64 = 0.2;

/// Counts the persons of a file: Parquet if it begins as one or is called so, else CSV.
///
/// # Errors
/// All that is wrong, the first findings about persons with their places, and the rest as a number.
pub fn read(path: &Path) -> Result<Population, Vec<Diagnostic>> {
    let file = path.display().to_string();
    let fail =
        |message: String| vec![Diagnostic { file: file.clone(), ..Diagnostic::error(message) }];
    let metadata =
        std::fs::metadata(path).map_err(|e| fail(format!("cannot read `{file}`: {e}")))?;
    if metadata.is_dir() {
        return Err(fail(format!("`{file}` is a folder, not a file of persons")));
    }
    if !metadata.is_file() {
        return Err(fail(format!("`{file}` is not a regular file")));
    }
    let mut tally = Tally::new();
    let mut start = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    opened.map_err(|e| fail(format!("cannot read `{file}`: {e}")))?;
    let called_parquet = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
    if start == b"PAR1" || called_parquet {
        parquet::read(path, &file, &mut tally)?;
    } else {
        csv::read(path, &file, &mut tally)?;
    }
    let population = tally.finish();
    if population.persons() == 0 {
        return Err(fail(format!("`{file}` has no persons")));
    }
    if population.adults() == 0 {
        return Err(fail(format!(
            "`{file}` has no person of 18 or older; use is compared over adults"
        )));
    }
    Ok(population)
}
