//! Made-up populations in files of the shape that is read: typical for an income group, the same for the same seed.
//!
//! Age, then schooling given age, status given age, major group given schooling, and an occupation of the group, all with the shares of
//! `calibration/personas.csv`. Every person takes the same number of draws, so person n does not depend on how many follow. Regions are numbered;
//! the r-th has a share in proportion to 1/r. Nobody in such a file is anybody.

use super::column::COLUMNS;
use super::rules::{Rules, Typical, ages, rules};
use super::word::LEVELS;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use autarky_engine::rng::{Stream, StreamKey, entity_key};
use autarky_market::entity::nation::IncomeGroup;
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

const REGIONS: usize = 8;
/// Rows of a batch and of a row group.
const BATCH: usize = 65_536;
const STATUSES: [&str; 4] = ["student", "retired", "unemployed", "homemaker"];
/// Age at which children become pupils.
const SCHOOL_AGE: u8 = 6;

/// What to make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Persons.
    pub rows: u64,
    /// Identifier of the nation, for the names of regions and the draws.
    pub nation: String,
    /// Whose typical population it is.
    pub group: IncomeGroup,
    /// Seed of all draws.
    pub seed: u64,
}

/// Writes a new file: Parquet or CSV by its extension.
///
/// # Errors
/// Why the file cannot be written; an existing file never is, and an unfinished one is removed.
pub fn generate(path: &Path, made: &Made) -> std::io::Result<()> {
    let is = |word: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(word));
    let (csv, parquet) = (is("csv"), is("parquet"));
    if !csv && !parquet {
        let reason = "the name of a file of persons ends in .csv or .parquet";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, reason));
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = if parquet { write_parquet(file, made) } else { write_csv(file, made) };
    if written.is_err() {
        // The first error is the one to report.
        let _ = std::fs::remove_file(path);
    }
    written
}

fn write_csv(file: File, made: &Made) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(BufWriter::new(file));
    let regions = region_names(made);
    let years: Vec<String> = (0..=u8::MAX).map(|age| age.to_string()).collect();
    writer.write_record(COLUMNS.map(|(name, _)| name))?;
    for person in People::new(made) {
        let Person { age, sex, occupation, region, schooling } = person;
        writer.write_record([
            years[usize::from(age)].as_str(),
            sex,
            occupation,
            &regions[region],
            schooling,
        ])?;
    }
    let inner = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    inner.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

fn write_parquet(file: File, made: &Made) -> std::io::Result<()> {
    use ::parquet::arrow::ArrowWriter;
    use ::parquet::basic::{Compression, ZstdLevel};
    use ::parquet::file::properties::WriterProperties;
    let other = std::io::Error::other::<Box<dyn std::error::Error + Send + Sync>>;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(|e| other(e.into()))?))
        .set_max_row_group_row_count(Some(BATCH))
        .set_created_by(concat!("autarky ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let handle = file.try_clone()?;
    let regions = region_names(made);
    let mut people = People::new(made);
    let first: Vec<Person> = people.by_ref().take(BATCH).collect();
    let mut batch = record_batch(&first, &regions).map_err(|e| other(e.into()))?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))
        .map_err(|e| other(e.into()))?;
    while batch.num_rows() > 0 {
        writer.write(&batch).map_err(|e| other(e.into()))?;
        let next: Vec<Person> = people.by_ref().take(BATCH).collect();
        batch = record_batch(&next, &regions).map_err(|e| other(e.into()))?;
    }
    writer.close().map_err(|e| other(e.into()))?;
    handle.sync_all()
}

fn record_batch(
    people: &[Person],
    regions: &[String],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let texts = |text: &dyn Fn(&Person) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(people.iter().map(text)))
    };
    let ages: ArrayRef =
        Arc::new(Int64Array::from_iter_values(people.iter().map(|p| i64::from(p.age))));
    let columns = [
        ages,
        texts(&|p| p.sex),
        texts(&|p| p.occupation),
        Arc::new(StringArray::from_iter_values(people.iter().map(|p| regions[p.region].as_str()))),
        texts(&|p| p.schooling),
    ];
    RecordBatch::try_from_iter(COLUMNS.iter().map(|(name, _)| *name).zip(columns))
}

fn region_names(made: &Made) -> Vec<String> {
    (1..=REGIONS).map(|r| format!("{}-{r}", made.nation)).collect()
}

struct Person {
    age: u8,
    sex: &'static str,
    occupation: &'static str,
    region: usize,
    schooling: &'static str,
}

struct People {
    left: u64,
    draws: Stream,
    rules: &'static Rules,
    typical: &'static Typical,
    regions: Vec<f64>,
}

impl People {
    fn new(made: &Made) -> Self {
        let key = StreamKey {
            seed: made.seed,
            replication: 0,
            process: entity_key("personas"),
            entity: entity_key(&made.nation),
        };
        let weights: Vec<f64> = (1..=REGIONS).map(|r| 1.0 / r as f64).collect();
        let total: f64 = weights.iter().sum();
        Self {
            left: made.rows,
            draws: Stream::new(key),
            rules: rules(),
            typical: &rules().typical[made.group as usize],
            regions: weights.into_iter().map(|w| w / total).collect(),
        }
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        self.left = self.left.checked_sub(1)?;
        let [band, year, sex, schooling, status, group, title, region] =
            [(); 8].map(|()| self.draws.uniform());
        let band = pick(&self.typical.age, band);
        let age = age_in(band, year);
        let adult = band.checked_sub(1);
        let level = adult.map_or(0, |b| pick(&self.typical.schooling[b], schooling));
        let occupation = match adult.map(|b| pick(&self.typical.status[b], status)) {
            None if age < SCHOOL_AGE => "not_in_workforce",
            None => STATUSES[0],
            Some(0) => {
                let titles = &self.rules.titles[pick(&self.typical.isco[level], group)];
                let shares: f64 = titles.iter().map(|t| t.2).sum();
                pick_by(titles, |t| t.2 / shares, title).map_or("", |t| t.0)
            }
            Some(status) => STATUSES[status - 1],
        };
        let sex = if sex < self.rules.women[band] { "female" } else { "male" };
        let region = pick(&self.regions, region);
        Some(Person { age, sex, occupation, region, schooling: LEVELS[level] })
    }
}

/// An age of a band: every year alike, from 65 on fewer the older (falling linearly to zero at 100).
fn age_in(band: usize, uniform: f64) -> u8 {
    let (first, last) = ages(band);
    let years = f64::from(last - first + 1);
    let is_oldest = band + 1 == super::rules::BANDS.len();
    let at = if is_oldest { 1.0 - (1.0 - uniform).sqrt() } else { uniform };
    first + (years * at) as u8
}

fn pick(shares: &[f64], uniform: f64) -> usize {
    let mut left = uniform;
    for (at, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return at;
        }
    }
    shares.iter().rposition(|share| *share > 0.0).unwrap_or_default()
}

fn pick_by<T>(items: &[T], share: impl Fn(&T) -> f64, uniform: f64) -> Option<&T> {
    let mut left = uniform;
    for item in items {
        left -= share(item);
        if left < 0.0 {
            return Some(item);
        }
    }
    items.last()
}
