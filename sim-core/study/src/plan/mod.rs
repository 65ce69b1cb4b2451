//! What a study will cost before it starts: runs, time, disk and memory, and what a fuller record would.
//!
//! Runs, rows and uncompressed bytes are exact. Bytes on disk follow a line per table, fixed bytes a part and bytes a number, fitted to the
//! parts of one results folder (`docs/studies/plan.md`); time is that of replications measured on this machine, at full use of the threads;
//! memory is what is held at once, never more with more replications. [`estimate`] is a pure function; [`measure`] runs a replication, [`room`] asks the system.

mod measure;
mod room;
mod show;

use autarky_market::record::{HORIZONS_DAYS, Layout};

use crate::run::{Keep, PATH_NATIONS, quantities};

pub use measure::{Asked, measure};
pub use room::{Refusal, Room, room};
pub use show::{plan_json, plan_text};

/// Bytes after which the writer closes a part, and the seconds after which it does.
const PART_BYTES: u64 = 32 << 20;
const PART_SECONDS: f64 = 5.0;
/// Replications that each thread may be ahead of the fold.
const LOOK_AHEAD: u64 = 16;
/// Program, scenario and blueprints, as measured: 55 MB at the end of a study of four policies.
const BASE_BYTES: u64 = 48 << 20;
/// Moments, pairs and regrets of one quantity.
const CELL_BYTES: u64 = 320;
/// A bucket of a quantile sketch, and how many its logarithmic buckets of 0.4 % fill at most in practice.
const BUCKET_BYTES: u64 = 20;
const BUCKETS: u64 = 1_000;
/// Files beside the tables: resolved scenario, summary, pictures, manifest.
const OTHER_FILES: u64 = 1 << 20;

/// A table of the results, its numbers and its line on disk.
#[derive(Debug, Clone, Copy)]
struct Table {
    name: &'static str,
    /// Bytes of a part without numbers: schema with units and meanings, dictionaries.
    part: f64,
    /// Bytes on disk a number (8 bytes uncompressed).
    number: f64,
    /// Rows of one run, and numbers in each.
    shape: fn(&Sizes) -> (u64, u64),
}

const TABLES: [Table; 4] = [
    Table {
        name: "runs",
        part: 95_700.0,
        number: 3.9,
        shape: |s| (s.nations, s.quantities.saturating_add(2)),
    },
    Table {
        name: "series",
        part: 62_900.0,
        number: 2.36,
        shape: |s| (s.nations.saturating_mul(s.dates), s.series),
    },
    Table {
        name: "withdrawal",
        part: 4_720.0,
        number: 1.51,
        shape: |s| (product([s.nations, s.actors, HORIZONS_DAYS.len() as u64]), 3),
    },
    Table {
        name: "capacity",
        part: 3_330.0,
        number: 0.83,
        shape: |s| (product([s.nations, s.dates, s.kinds, s.vendors]), 1),
    },
];

fn product<const N: usize>(factors: [u64; N]) -> u64 {
    factors.into_iter().fold(1, u64::saturating_mul)
}

/// How much one run records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Nations in detail.
    pub nations: u64,
    /// Dates of the series.
    pub dates: u64,
    /// Quantities a date.
    pub series: u64,
    /// Of these, those whose course is followed with quantiles a date: what is served or not, capacities, levels after withdrawal.
    pub paths: u64,
    /// Quantities of a run: recorded once, shares and means.
    pub quantities: u64,
    /// Actors of the withdrawal test.
    pub actors: u64,
    /// Kinds of providers.
    pub kinds: u64,
    /// Vendors.
    pub vendors: u64,
}

impl Sizes {
    /// Of a layout.
    #[must_use]
    pub fn of(layout: &Layout) -> Self {
        let followed = ["served", "unserved", "capacity_", "sovereignty_"];
        let is_path = |name: &str| followed.iter().any(|prefix| name.starts_with(prefix));
        Self {
            paths: layout.series.iter().filter(|column| is_path(column.name)).count() as u64,
            nations: layout.nations.len() as u64,
            dates: layout.sample_days.len() as u64,
            series: layout.series.len() as u64,
            quantities: quantities(layout).len() as u64,
            actors: layout.actors.len() as u64,
            kinds: layout.kinds.len() as u64,
            vendors: layout.vendors.len() as u64,
        }
    }

    /// Numbers that one run records, in all tables.
    #[must_use]
    pub fn numbers(&self) -> u64 {
        TABLES.iter().fold(0, |sum, table| sum.saturating_add(table.numbers(self)))
    }
}

impl Table {
    fn numbers(&self, sizes: &Sizes) -> u64 {
        let (rows, width) = (self.shape)(sizes);
        rows.saturating_mul(width)
    }
}

/// A policy of the study.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyWork {
    /// Name.
    pub name: String,
    /// What a run records.
    pub sizes: Sizes,
    /// Seconds of one replication on one thread.
    pub seconds: f64,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The base and every policy.
    pub policies: Vec<PolicyWork>,
    /// Points of the design; one without a sweep.
    pub points: u64,
    /// Replications of every policy at every point.
    pub replications: u64,
    /// Threads.
    pub jobs: u64,
    /// Length of a run in days.
    pub days: f64,
    /// Zones of the market: nations in detail and blocs.
    pub zones: u64,
    /// What is kept of a run.
    pub keep: Keep,
}

/// One table of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableCost {
    /// Name of its folder.
    pub name: &'static str,
    /// Rows.
    pub rows: u64,
    /// Bytes of its numbers uncompressed.
    pub raw: u64,
    /// Bytes on disk.
    pub disk: u64,
}

/// Bytes held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Program, scenario, blueprints.
    pub base: u64,
    /// Records that wait for their turn.
    pub waiting: u64,
    /// The part being filled, and its copy while it is written.
    pub part: u64,
    /// Moments and quantiles of every quantity and policy, of all points together.
    pub statistics: u64,
}

impl Memory {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.base, self.waiting, self.part, self.statistics]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

/// What a fuller record would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fuller {
    /// What would be recorded.
    pub what: &'static str,
    /// Bytes on disk.
    pub disk: u64,
    /// Bytes of memory.
    pub memory: u64,
}

/// What a study will cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Runs: points × policies × replications.
    pub runs: u64,
    /// Seconds of one thread.
    pub thread_seconds: f64,
    /// Seconds until the end, with every thread at work.
    pub seconds: f64,
    /// Parts of each table.
    pub parts: u64,
    /// The tables.
    pub tables: Vec<TableCost>,
    /// Bytes on disk, all files.
    pub disk: u64,
    /// Bytes of memory.
    pub memory: Memory,
    /// Fuller records.
    pub fuller: Vec<Fuller>,
}

/// What a study will cost. Counts that pass 2⁶⁴ stop there.
#[must_use]
pub fn estimate(work: &Work) -> Plan {
    let mut plan = without_fuller(work);
    let weekly = (work.days / 7.0).floor().max(1.0) as u64;
    let variants: [(&str, bool, bool); 4] = [
        ("series as sampled (--keep series)", false, false),
        ("series every week", true, false),
        ("all zones in detail", false, true),
        ("series every week of all zones", true, true),
    ];
    let shown = usize::from(work.keep == Keep::Series);
    for (what, every_week, everywhere) in variants.into_iter().skip(shown) {
        let mut fuller = Work { keep: Keep::Series, ..work.clone() };
        for policy in &mut fuller.policies {
            let sizes = &mut policy.sizes;
            sizes.dates = if every_week { sizes.dates.max(weekly) } else { sizes.dates };
            sizes.nations = if everywhere { sizes.nations.max(work.zones) } else { sizes.nations };
        }
        let cost = without_fuller(&fuller);
        plan.fuller.push(Fuller { what, disk: cost.disk, memory: cost.memory.total() });
    }
    plan
}

/// The tables that are written.
fn kept(keep: Keep) -> impl Iterator<Item = &'static Table> + Clone {
    let of_series = |table: &&Table| matches!(table.name, "series" | "capacity");
    TABLES.iter().filter(move |table| keep == Keep::Series || !of_series(table))
}

fn without_fuller(work: &Work) -> Plan {
    let each = work.points.saturating_mul(work.replications);
    let runs = each.saturating_mul(work.policies.len() as u64);
    let thread_seconds = each as f64 * work.policies.iter().map(|p| p.seconds).sum::<f64>();
    let seconds = thread_seconds / work.jobs.clamp(1, runs.max(1)) as f64;
    let numbers = |table: &Table| {
        let one =
            work.policies.iter().map(|p| table.numbers(&p.sizes)).fold(0, u64::saturating_add);
        one.saturating_mul(each)
    };
    let all = kept(work.keep).map(numbers).fold(0, u64::saturating_add);
    let by_size = all.saturating_mul(8) / PART_BYTES;
    let by_time = (seconds / PART_SECONDS) as u64;
    let parts = by_size.max(by_time).saturating_add(1).min(runs.max(1));
    let tables: Vec<TableCost> = kept(work.keep)
        .map(|table| {
            let rows = work.policies.iter().map(|p| (table.shape)(&p.sizes).0);
            let numbers = numbers(table);
            TableCost {
                name: table.name,
                rows: rows.fold(0, u64::saturating_add).saturating_mul(each),
                raw: numbers.saturating_mul(8),
                disk: (table.part * parts as f64 + table.number * numbers as f64) as u64,
            }
        })
        .collect();
    let disk = tables.iter().map(|t| t.disk).fold(OTHER_FILES, u64::saturating_add);
    let memory = memory(work, all.saturating_mul(8));
    Plan { runs, thread_seconds, seconds, parts, tables, disk, memory, fuller: Vec::new() }
}

fn memory(work: &Work, raw: u64) -> Memory {
    let largest = work.policies.iter().map(|p| p.sizes.numbers()).max().unwrap_or(0);
    let record = largest.saturating_mul(8);
    let runs = work.replications.saturating_mul(work.points);
    let samples = BUCKETS.min(runs).saturating_mul(BUCKET_BYTES);
    let statistics = work.policies.iter().map(|policy| {
        let Sizes { nations, dates, paths, quantities, actors, .. } = policy.sizes;
        // Quantities by nation, actors by horizon, paths of the first nations by date.
        let cells = nations.saturating_mul(quantities);
        let withdrawal = product([nations, actors, HORIZONS_DAYS.len() as u64]);
        let paths = product([nations.min(PATH_NATIONS as u64), dates, paths]);
        cells
            .saturating_mul(CELL_BYTES.saturating_add(samples))
            .saturating_add(withdrawal.saturating_mul(CELL_BYTES / 2))
            .saturating_add(paths.saturating_mul(samples))
    });
    Memory {
        base: BASE_BYTES,
        waiting: product([record, LOOK_AHEAD, work.jobs.max(1)]).min(raw),
        part: PART_BYTES.saturating_mul(2).min(raw.saturating_mul(2)),
        statistics: statistics.fold(0, u64::saturating_add),
    }
}
