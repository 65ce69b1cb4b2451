//! A CSV file of persons, read as a stream: one record is held at a time, and nothing is allocated for a row.
//!
//! Commas, semicolons or tabs separate; quotes as in RFC 4180. Findings have line and column; the line is read again only for those that are shown.

use super::column::{self, COLUMNS, WithHelp, in_header};
use super::fault::{Fault, Faults, age};
use super::population::{Person, Tally};
use super::word;
use crate::scenario::{Diagnostic, printable};
use csv::{ByteRecord, Position, ReaderBuilder};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

const BUFFER: usize = 1 << 18;
/// Bytes of a row that are read again for a finding.
const MAX_ROW: u64 = 1 << 16;
const MAX_SHOWN_CHARS: usize = 160;
/// Different words of sexes that are remembered.
const MAX_SEXES: usize = 1000;

/// Counts the persons of a file.
pub(super) fn read(path: &Path, file: &str, tally: &mut Tally) -> Result<(), Vec<Diagnostic>> {
    let fail = |error: std::io::Error| vec![unreadable(file, &error)];
    let mut input = BufReader::with_capacity(BUFFER, File::open(path).map_err(fail)?);
    let start = input.fill_buf().map_err(fail)?;
    if start.is_empty() {
        let message = format!("`{file}` is empty");
        let empty = Diagnostic { file: file.to_owned(), ..Diagnostic::error(message) };
        return Err(vec![
            empty
                .with_help("the first line names the columns: age,sex,occupation,region,schooling"),
        ]);
    }
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) || start.contains(&0) {
        let message = format!("`{file}` is not text in UTF-8");
        return Err(vec![in_header(file, message).with_help("save the file as CSV in UTF-8")]);
    }
    let separator = separator(start);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .buffer_capacity(BUFFER)
        .from_reader(input);
    let header = reader.byte_headers().map_err(|e| vec![not_csv(file, &e)])?.clone();
    let names = header.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>();
    let names: Vec<String> = names
        .map_err(|_| {
            let message = "the names of the columns are not UTF-8".to_owned();
            vec![in_header(file, message).with_help("save the file as UTF-8")]
        })?
        .into_iter()
        .map(str::to_owned)
        .collect();
    let at = column::find(file, &names)?;
    let place = Place { path, file, separator };
    let mut rows =
        Rows { place, at, width: names.len(), sexes: HashMap::new(), faults: Faults::default() };
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| vec![not_csv(file, &e)])? {
        rows.row(&record, tally);
    }
    let wrong = rows.faults.finish(file);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The separator that is most frequent in the first line.
fn separator(start: &[u8]) -> u8 {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |separator: u8| line.split(|b| *b == separator).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|s| count(*s)).unwrap_or(b',')
}

fn unreadable(file: &str, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot read `{file}`: {error}");
    Diagnostic { file: file.to_owned(), ..Diagnostic::error(message) }
}

fn not_csv(file: &str, error: &csv::Error) -> Diagnostic {
    let (line, column) = error.position().map_or((0, 0), |at| (at.line() as usize, 1));
    let message = format!("`{file}` cannot be read as CSV: {error}");
    Diagnostic { file: file.to_owned(), line, column, ..Diagnostic::error(message) }
}

/// Where findings are.
#[derive(Clone, Copy)]
struct Place<'f> {
    path: &'f Path,
    file: &'f str,
    separator: u8,
}

struct Rows<'f> {
    place: Place<'f>,
    /// Positions of age, sex, occupation, region, schooling.
    at: [usize; 5],
    width: usize,
    sexes: HashMap<Box<[u8]>, Option<u8>>,
    faults: Faults,
}

impl Rows<'_> {
    fn row(&mut self, record: &ByteRecord, tally: &mut Tally) {
        if record.len() != self.width {
            // A last line of blanks is no person.
            if record.len() > 1 || record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                self.wrong_width(record);
            }
            return;
        }
        let cells = self.at.map(|i| record.get(i).unwrap_or_default().trim_ascii());
        match self.person(cells, tally) {
            Ok(person) => tally.add(person),
            Err(faults) => {
                for fault in faults.into_iter().flatten() {
                    let (place, at) = (self.place, self.at[fault.column()]);
                    self.faults.push(|| {
                        let text = record.get(at).unwrap_or_default();
                        let finding = fault.finding(&String::from_utf8_lossy(text));
                        placed(finding, place, record.position(), at)
                    });
                }
            }
        }
    }

    fn wrong_width(&mut self, record: &ByteRecord) {
        let (place, width) = (self.place, self.width);
        self.faults.push(|| {
            let message = format!("the row has {} entries and the header {width}", record.len());
            let finding =
                Diagnostic::error(message).with_help("quote entries that contain the separator");
            placed(finding, place, record.position(), 0)
        });
    }

    /// The person of a row, or what is wrong with its age, its sex and its texts.
    fn person(
        &mut self,
        cells: [&[u8]; 5],
        tally: &mut Tally,
    ) -> Result<Person, [Option<Fault>; 5]> {
        let age = age(cells[0]);
        let sex = self.sex(cells[1]);
        let text = |i: usize| {
            let is_text = cells[i].is_ascii() || std::str::from_utf8(cells[i]).is_ok();
            (!is_text).then_some(Fault::NotUtf8(COLUMNS[i].0))
        };
        let texts = [text(2), text(3), text(4)];
        if let (Ok(age), Some(sex), [None, None, None]) = (age, sex, texts) {
            return Ok(Person {
                age,
                sex,
                occupation: tally.occupation(cells[2]),
                region: tally.region(cells[3]),
                schooling: tally.schooling(cells[4]),
            });
        }
        let sex = sex.is_none().then(|| text(1).unwrap_or(Fault::Sex));
        Err([age.err(), sex, texts[0], texts[1], texts[2]])
    }

    fn sex(&mut self, raw: &[u8]) -> Option<u8> {
        if let Some(known) = self.sexes.get(raw) {
            return *known;
        }
        let sex = std::str::from_utf8(raw).ok().and_then(word::sex);
        if self.sexes.len() < MAX_SEXES {
            self.sexes.insert(raw.into(), sex);
        }
        sex
    }
}

/// A finding at an entry of a row, with the line that it is in.
fn placed(finding: Diagnostic, place: Place<'_>, at: Option<&Position>, cell: usize) -> Diagnostic {
    let (line, byte) = at.map_or((1, 0), |at| (at.line() as usize, at.byte()));
    let read = row_at(place.path, byte).unwrap_or_default();
    // A record is said to begin at the line ends, blank lines among them, that follow the one before.
    let skipped = read.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let line = line + line_ends(&read[..skipped]);
    let row = &read[skipped..];
    let (entry, length) = entry(row, place.separator, cell);
    let before = &row[..entry];
    let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let line = line + line_ends(before);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let column = text(&row[line_start..entry]).chars().count();
    let width = text(&row[entry..entry + length]).chars().count();
    let rest = row[line_start..].split(|b| *b == b'\n').next().unwrap_or_default();
    let first = if column + width > MAX_SHOWN_CHARS { column.saturating_sub(40) } else { 0 };
    let shown: String = text(rest).trim_end().chars().skip(first).take(MAX_SHOWN_CHARS).collect();
    let shown_width = shown.chars().count();
    let from = (column - first).min(shown_width);
    Diagnostic {
        file: place.file.to_owned(),
        line,
        column: column + 1,
        underline: from..(from + width).clamp(from, shown_width.max(from)),
        source_line: Some(printable(&shown)),
        ..finding
    }
}

fn line_ends(text: &[u8]) -> usize {
    text.split(|b| *b == b'\n').count() - 1
}

/// The row that starts at, or after blank lines behind, a byte of the file; the beginning of a very long one.
fn row_at(path: &Path, byte: u64) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(byte))?;
    let mut row = Vec::new();
    file.take(MAX_ROW).read_to_end(&mut row)?;
    Ok(row)
}

/// Where an entry of the row begins, and its bytes.
fn entry(row: &[u8], separator: u8, cell: usize) -> (usize, usize) {
    let (mut start, mut seen, mut quoted) = (0, 0, false);
    for (at, byte) in row.iter().enumerate() {
        let ends = !quoted && (*byte == separator || *byte == b'\n' || *byte == b'\r');
        if ends && seen == cell {
            return (start, at - start);
        }
        if ends {
            seen += 1;
            start = at + 1;
        }
        quoted ^= *byte == b'"';
    }
    (start, row.len() - start)
}
