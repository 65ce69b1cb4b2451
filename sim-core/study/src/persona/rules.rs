//! The figures of `calibration/personas.csv`: factors of intensity, what use at work is for, and reference populations.
//!
//! It reads the embedded table once. It knows no file and counts nobody.

use super::word::{LEVELS, OCCUPATIONS, SECTORS, SPECIALISMS, STUDENT, UNKNOWN, Work, work};
use crate::calibration::{self, Table};
use autarky_market::entity::demand::{Class, Sensitivity};
use autarky_market::entity::nation::IncomeGroup;
use std::sync::OnceLock;

/// Age bands, with the first age of each.
pub(crate) const BANDS: [&str; 5] =
    ["age_0_17", "age_18_29", "age_30_49", "age_50_64", "age_65_up"];
const FIRST_AGE: [u8; 5] = [0, 18, 30, 50, 65];
/// Oldest age that a file may have.
pub(crate) const OLDEST: u8 = 120;

/// Sizes of the cells that people are counted in: band, level, occupation, sector, specialism, sex.
pub(crate) const SHAPE: [usize; 6] =
    [BANDS.len(), LEVELS.len(), OCCUPATIONS.len(), SECTORS.len(), SPECIALISMS.len(), 3];
/// Number of cells.
pub(crate) const CELLS: usize = SHAPE[0] * SHAPE[1] * SHAPE[2] * SHAPE[3] * SHAPE[4] * SHAPE[5];

/// The band of an age.
pub(crate) const fn band(age: u8) -> usize {
    match age {
        0..=17 => 0,
        18..=29 => 1,
        30..=49 => 2,
        50..=64 => 3,
        _ => 4,
    }
}

/// First and last age of a band.
pub(crate) const fn ages(band: usize) -> (u8, u8) {
    (FIRST_AGE[band], if band + 1 < FIRST_AGE.len() { FIRST_AGE[band + 1] - 1 } else { 99 })
}

/// The number of a cell.
pub(crate) fn cell(at: [usize; 6]) -> usize {
    at.iter().zip(SHAPE).fold(0, |cell, (at, size)| cell * size + at)
}

/// Where a cell lies.
pub(crate) fn place(mut cell: usize) -> [usize; 6] {
    let mut at = [0; 6];
    for axis in (0..SHAPE.len()).rev() {
        at[axis] = cell % SHAPE[axis];
        cell /= SHAPE[axis];
    }
    at
}

/// A typical population of one income group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typical {
    /// Shares of age bands.
    pub(crate) age: Vec<f64>,
    /// By adult band: shares of levels of schooling.
    pub(crate) schooling: Vec<Vec<f64>>,
    /// By adult band: shares of employed, student, retired, unemployed, home.
    pub(crate) status: Vec<Vec<f64>>,
    /// By level: shares of major groups of the employed.
    pub(crate) isco: Vec<Vec<f64>>,
}

/// Words of statuses: the employed, then those who do not work in the order of the occupation classes.
const STATUSES: [&str; 5] =
    ["employed", OCCUPATIONS[10], OCCUPATIONS[11], OCCUPATIONS[12], OCCUPATIONS[13]];

/// Everything that the table says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// Intensity of use u of a cell, by cell; zero for children.
    pub(crate) intensity: Vec<f64>,
    /// Share of use that is for work, ω, of the employed.
    work_share: f64,
    /// By sector: shares of use at work by sensitivity, σ.
    sectors: Vec<Vec<f64>>,
    /// By specialism: shares of use at work by class, κ.
    classes: Vec<Vec<f64>>,
    /// Typical populations in the order of the income groups.
    pub(crate) typical: Vec<Typical>,
    /// By major group: occupations that stand for it, with their shares.
    pub(crate) titles: Vec<Vec<(&'static str, Work, f64)>>,
    /// By band: share of women in made-up populations.
    pub(crate) women: Vec<f64>,
}

/// The rules.
pub(crate) fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| read(calibration::personas()))
}

fn figure(table: &Table, subject: &str, quantity: &str) -> f64 {
    table.get(subject, quantity).and_then(|f| f.value.parse().ok()).unwrap_or_default()
}

fn figures(table: &Table, subject: &str, quantities: &[&str]) -> Vec<f64> {
    quantities.iter().map(|quantity| figure(table, subject, quantity)).collect()
}

fn read(table: &'static Table) -> Rules {
    let typical = IncomeGroup::WORDS.iter().map(|group| typical(table, group)).collect();
    let of_group = |g| table.of(&format!("titles.isco_{g}")).map(|(t, share)| (t, work(t), share));
    let titles = (0..10).map(|g| of_group(g).collect()).collect();
    let named = |kind: &str, names: &[&str], of: &[&str]| -> Vec<Vec<f64>> {
        names.iter().map(|name| figures(table, &format!("{kind}.{name}"), of)).collect()
    };
    let mut rules = Rules {
        work_share: figure(table, "use", "work_share_of_employed"),
        sectors: named("sector", &SECTORS, Sensitivity::WORDS),
        classes: named("class", &SPECIALISMS, Class::WORDS),
        women: figures(table, "women", &BANDS),
        typical,
        titles,
        ..Rules::default()
    };
    rules.intensity = intensities(table, &rules);
    rules
}

fn typical(table: &Table, group: &str) -> Typical {
    let by_band = |kind: &str, names: &[&str]| -> Vec<Vec<f64>> {
        BANDS[1..].iter().map(|b| figures(table, &format!("{group}.{kind}.{b}"), names)).collect()
    };
    let known = &LEVELS[..3];
    Typical {
        age: figures(table, &format!("{group}.age"), &BANDS),
        schooling: by_band("schooling", known),
        status: by_band("status", &STATUSES),
        isco: known
            .iter()
            .map(|l| figures(table, &format!("{group}.isco.{l}"), &OCCUPATIONS[..10]))
            .collect(),
    }
}

/// u = A(age) E(schooling) O(occupation) D(specialism) of every cell. What is unknown has the mean factor of the typical
/// high-income population: of its adults for schooling, of its employed for occupations.
fn intensities(table: &Table, rules: &Rules) -> Vec<f64> {
    let age = figures(table, "factor.age", &BANDS);
    let mut level = figures(table, "factor.schooling", &LEVELS);
    let mut occupation = figures(table, "factor.occupation", &OCCUPATIONS);
    let developer = figure(table, "factor.specialism", "developer");
    let specialism = |s: usize| if s == 1 { developer } else { 1.0 };
    let (mut adults, mut schooled, mut employed, mut working) = (0.0, 0.0, 0.0, 0.0);
    rules.typical_cells(IncomeGroup::High, |at, share| {
        adults += share;
        schooled += share * level[at[1]];
        if at[2] < STUDENT as usize {
            employed += share;
            working += share * occupation[at[2]] * specialism(at[4]);
        }
    });
    level[3] = schooled / adults;
    occupation[UNKNOWN as usize] = working / employed;
    let of = |at: [usize; 6]| age[at[0]] * level[at[1]] * occupation[at[2]] * specialism(at[4]);
    (0..CELLS).map(|c| of(place(c))).collect()
}

impl Rules {
    /// The adults of a typical population, cell by cell (sex left out), with shares that sum to the share of adults.
    pub(crate) fn typical_cells(&self, group: IncomeGroup, mut each: impl FnMut([usize; 6], f64)) {
        let typical = &self.typical[group as usize];
        for (b, (schooling, status)) in typical.schooling.iter().zip(&typical.status).enumerate() {
            for (level, of_level) in schooling.iter().enumerate() {
                let here = typical.age[b + 1] * of_level;
                for (s, of_status) in status.iter().enumerate().skip(1) {
                    let occupation = usize::from(STUDENT) + s - 1;
                    each([b + 1, level, occupation, 0, 0, 0], here * of_status);
                }
                for (isco, titles) in typical.isco[level].iter().zip(&self.titles) {
                    for (_, work, of_title) in titles {
                        let at = [work.occupation, work.sector, work.specialism].map(usize::from);
                        let share = here * status[0] * isco * of_title;
                        each([b + 1, level, at[0], at[1], at[2], 0], share);
                    }
                }
            }
        }
    }

    /// Shares of a person's use by sensitivity and class: what is not for work is open inference. `None` where the occupation is unknown.
    pub(crate) fn segments(&self, at: [usize; 6]) -> Option<[[f64; 3]; 3]> {
        let occupation = at[2];
        if occupation == usize::from(UNKNOWN) {
            return None;
        }
        let work = if occupation < usize::from(STUDENT) { self.work_share } else { 0.0 };
        let mut out = [[0.0; 3]; 3];
        out[0][0] = 1.0 - work;
        for (s, of_sector) in self.sectors[at[3]].iter().enumerate() {
            for (k, of_class) in self.classes[at[4]].iter().enumerate() {
                out[s][k] += work * of_sector * of_class;
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_their_places_are_one_to_one() {
        assert!((0..CELLS).all(|c| cell(place(c)) == c));
        assert_eq!(place(CELLS - 1), SHAPE.map(|size| size - 1));
    }

    #[test]
    fn every_title_of_the_table_belongs_to_its_group() {
        for (group, titles) in rules().titles.iter().enumerate() {
            assert!(!titles.is_empty());
            for (title, work, _) in titles {
                assert_eq!(usize::from(work.occupation), group, "{title}");
            }
        }
    }

    #[test]
    fn typical_populations_are_whole_and_use_by_sensitivity_and_class_is_too() {
        for (group, typical) in IncomeGroup::ALL.iter().zip(&rules().typical) {
            let mut sum = typical.age[0];
            rules().typical_cells(*group, |_, share| sum += share);
            assert!((sum - 1.0).abs() < 1e-9, "{group:?} {sum}");
        }
        for c in (0..CELLS).filter(|c| place(*c)[2] != usize::from(UNKNOWN)) {
            let use_by: f64 = rules().segments(place(c)).unwrap_or_default().iter().flatten().sum();
            assert!((use_by - 1.0).abs() < 1e-12, "{:?}", place(c));
        }
    }

    /// Hand-checked: the factors were fitted so that the product has mean one where nobody is a developer.
    #[test]
    fn without_developers_the_high_income_population_has_mean_intensity_one() {
        let (mut adults, mut total) = (0.0, 0.0);
        rules().typical_cells(IncomeGroup::High, |at, share| {
            adults += share;
            total += share * rules().intensity[cell([at[0], at[1], at[2], 0, 0, 0])];
        });
        assert!((total / adults - 1.0).abs() < 1e-5, "{}", total / adults);
    }

    #[test]
    fn everybody_above_17_has_some_use_and_children_have_none() {
        for c in 0..CELLS {
            assert_eq!(rules().intensity[c] > 0.0, place(c)[0] > 0, "{:?}", place(c));
        }
    }
}
