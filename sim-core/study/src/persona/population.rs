//! People counted: integers by cell, by region and by word, so that neither the order of rows nor the file format matters.

use super::rules::{BANDS, CELLS, band, cell, place, rules};
use super::word::{LEVELS, OCCUPATIONS, SEXES, UNKNOWN, UNKNOWN_LEVEL, Work, schooling, work};
use std::collections::{BTreeMap, HashMap};

/// Different texts of one column that are kept apart; more are still counted, but not listed.
const MAX_WORDS: usize = 65_536;
/// Bytes of a text that are looked at; longer texts that begin alike are one.
const MAX_BYTES: usize = 400;
/// Intensities of regions are summed in whole millionths.
const MILLION: f64 = 1e6;

/// The different texts of a column: what each stands for, and how often it came.
#[derive(Debug, Clone)]
pub(super) struct Words<C> {
    index: HashMap<Box<[u8]>, u32>,
    slots: Vec<(Box<str>, C, u64)>,
    /// Whether there were more texts than are kept.
    overflow: bool,
}

impl<C: Copy> Words<C> {
    fn new() -> Self {
        Self { index: HashMap::new(), slots: Vec::new(), overflow: false }
    }

    /// The slot of a text that is UTF-8, or what it stands for where no slot is left. Allocates only for a new text.
    fn slot(&mut self, raw: &[u8], classify: impl Fn(&str) -> C) -> Result<u32, C> {
        let raw = &raw[..raw.len().min(MAX_BYTES)];
        if let Some(slot) = self.index.get(raw) {
            return Ok(*slot);
        }
        let text = String::from_utf8_lossy(raw);
        let code = classify(&text);
        if self.slots.len() >= MAX_WORDS {
            self.overflow = true;
            return Err(code);
        }
        let slot = self.slots.len() as u32;
        self.slots.push((text.trim().into(), code, 0));
        self.index.insert(raw.into(), slot);
        Ok(slot)
    }
}

/// What a text column says about a person: a slot to count it in, if one is left, and what it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<C> {
    slot: Option<u32>,
    pub(super) code: C,
}

/// A person on the way into the counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) age: u8,
    pub(super) sex: u8,
    pub(super) occupation: Said<Work>,
    pub(super) region: Said<()>,
    pub(super) schooling: Said<u8>,
}

/// People of one region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) persons: u64,
    pub(super) adults: u64,
    /// Sum over adults, in millionths.
    pub(super) intensity: u128,
}

/// A population under construction.
#[derive(Debug)]
pub(super) struct Tally {
    counts: Vec<u64>,
    millionths: Vec<u64>,
    occupations: Words<Work>,
    schoolings: Words<u8>,
    regions: Words<()>,
    by_region: Vec<Region>,
}

impl Tally {
    pub(super) fn new() -> Self {
        let millionths = rules().intensity.iter().map(|u| (u * MILLION).round() as u64).collect();
        Self {
            counts: vec![0; CELLS],
            millionths,
            occupations: Words::new(),
            schoolings: Words::new(),
            regions: Words::new(),
            by_region: Vec::new(),
        }
    }

    pub(super) fn occupation(&mut self, raw: &[u8]) -> Said<Work> {
        said(&mut self.occupations, raw, work)
    }

    pub(super) fn schooling(&mut self, raw: &[u8]) -> Said<u8> {
        said(&mut self.schoolings, raw, schooling)
    }

    pub(super) fn region(&mut self, raw: &[u8]) -> Said<()> {
        said(&mut self.regions, raw, |_| ())
    }

    pub(super) fn add(&mut self, person: Person) {
        let work = person.occupation.code.at_age(person.age);
        let at = [person.schooling.code, work.occupation, work.sector, work.specialism, person.sex];
        let [level, occupation, sector, specialism, sex] = at.map(usize::from);
        let cell = cell([band(person.age), level, occupation, sector, specialism, sex]);
        self.counts[cell] += 1;
        if let Some(slot) = person.occupation.slot {
            self.occupations.slots[slot as usize].2 += 1;
        }
        if let Some(slot) = person.schooling.slot {
            self.schoolings.slots[slot as usize].2 += 1;
        }
        if let Some(slot) = person.region.slot {
            let slot = slot as usize;
            if slot >= self.by_region.len() {
                self.by_region.resize(slot + 1, Region::default());
            }
            let region = &mut self.by_region[slot];
            region.persons += 1;
            region.adults += u64::from(band(person.age) > 0);
            region.intensity += u128::from(self.millionths[cell]);
        }
    }

    pub(super) fn finish(self) -> Population {
        let unknown = |words: Vec<(Box<str>, u64)>| {
            let mut all: BTreeMap<Box<str>, u64> = BTreeMap::new();
            for (text, count) in words.into_iter().filter(|(_, count)| *count > 0) {
                *all.entry(text).or_default() += count;
            }
            all
        };
        let occupations = self.occupations.slots.into_iter();
        let schoolings = self.schoolings.slots.into_iter();
        let mut regions: BTreeMap<Box<str>, Region> = BTreeMap::new();
        for ((text, ..), region) in self.regions.slots.into_iter().zip(self.by_region) {
            let sum = regions.entry(text).or_default();
            sum.persons += region.persons;
            sum.adults += region.adults;
            sum.intensity += region.intensity;
        }
        Population {
            unknown_occupations: listed(self.occupations.overflow, || {
                let words = occupations.filter(|(_, w, _)| w.occupation == UNKNOWN);
                unknown(words.map(|(t, _, n)| (t, n)).collect())
            }),
            unknown_schoolings: listed(self.schoolings.overflow, || {
                let words = schoolings.filter(|(_, l, _)| *l == UNKNOWN_LEVEL);
                unknown(words.map(|(t, _, n)| (t, n)).collect())
            }),
            regions: listed(self.regions.overflow, || regions),
            counts: self.counts,
        }
    }
}

/// A list, unless more texts came than are kept: which ones those were would then depend on the order of rows.
fn listed<T>(overflow: bool, list: impl FnOnce() -> T) -> Option<T> {
    (!overflow).then(list)
}

fn said<C: Copy>(words: &mut Words<C>, raw: &[u8], classify: impl Fn(&str) -> C) -> Said<C> {
    match words.slot(raw, classify) {
        Ok(slot) => Said { slot: Some(slot), code: words.slots[slot as usize].1 },
        Err(code) => Said { slot: None, code },
    }
}

/// A population, counted.
#[derive(Clone, PartialEq, Eq)]
pub struct Population {
    counts: Vec<u64>,
    pub(super) regions: Option<BTreeMap<Box<str>, Region>>,
    pub(super) unknown_occupations: Option<BTreeMap<Box<str>, u64>>,
    pub(super) unknown_schoolings: Option<BTreeMap<Box<str>, u64>>,
}

impl std::fmt::Debug for Population {
    /// Thousands of counts say less than their sum.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (persons, adults) = (self.persons(), self.adults());
        f.debug_struct("Population")
            .field("persons", &persons)
            .field("adults", &adults)
            .finish_non_exhaustive()
    }
}

impl Population {
    /// Everybody.
    #[must_use]
    pub fn persons(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Those of 18 and older.
    #[must_use]
    pub fn adults(&self) -> u64 {
        self.sum(|at| at[0] > 0)
    }

    /// Adults whose occupation is unknown.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        self.sum(|at| at[0] > 0 && at[2] == usize::from(UNKNOWN))
    }

    fn sum(&self, wanted: impl Fn([usize; 6]) -> bool) -> u64 {
        self.counts.iter().enumerate().filter(|(c, _)| wanted(place(*c))).map(|(_, n)| n).sum()
    }

    /// People by cell, in the order of cells.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Shares and mean intensities of a dimension: name, persons, adults, sum of the adults' intensity.
    pub(super) fn along(&self, axis: usize) -> Vec<(&'static str, u64, u64, f64)> {
        let names: &[&str] = match axis {
            0 => &BANDS,
            1 => &LEVELS,
            2 => &OCCUPATIONS,
            _ => &SEXES,
        };
        let mut out: Vec<(&str, u64, u64, f64)> = names.iter().map(|n| (*n, 0, 0, 0.0)).collect();
        for (c, count) in self.counts.iter().enumerate() {
            let at = place(c);
            let row = &mut out[at[axis]];
            row.1 += count;
            row.2 += if at[0] > 0 { *count } else { 0 };
            row.3 += *count as f64 * rules().intensity[c];
        }
        out
    }
}
