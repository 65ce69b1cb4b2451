//! What a study costs beyond its replications: time, memory, start of a resume, report. The layouts are those of `small-state`; the
//! numbers of a run are made up from its place, so that a million runs take minutes.
//!
//!     cargo run --release -p autarky-benches --example study -- overhead 200        CPU time of a study over bare replications of 50 ms
//!     cargo run --release -p autarky-benches --example study -- overhead-real 40    the same with replications of the market
//!     cargo run --release -p autarky-benches --example study -- threads 400         two threads against one, to be run on a quiet machine
//!     cargo run --release -p autarky-benches --example study -- memory 1000000      peak memory; leaves the folder for the next two
//!     cargo run --release -p autarky-benches --example study -- chunks 10           1,000 chunks of 10 runs taken in order and in reverse
//!     cargo run --release -p autarky-benches --example study -- resume FOLDER       start of a resume
//!     cargo run --release -p autarky-benches --example study -- report FOLDER       report as HTML
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use autarky_engine::replicate::replicate;
use autarky_engine::stop::StopFlag;
use autarky_market::record::{HORIZONS_DAYS, Layer, Record, Withdrawal};
use autarky_study::job::{Growth, Job, Request, reopen};
use autarky_study::output::{Claim, Ending, Results, Stored, chunk};
use autarky_study::report::{Material, html};
use autarky_study::run::schedule::{Segment, Shard, Task};
use autarky_study::run::{Fold, Keep, Recipe, Runner, Sink, Study, TaskError};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["overhead", n] => overhead(n.parse()?, &Work::Burn(calibrate(0.05))),
        ["overhead-real", n] => overhead(n.parse()?, &Work::Market),
        ["threads", n] => threads(n.parse()?),
        ["memory", n] => memory(n.parse()?),
        ["chunks", n] => chunks(n.parse()?),
        ["resume", folder] => resume(Path::new(folder)),
        ["report", folder] => report(Path::new(folder)),
        _ => {
            println!(
                "say overhead N, overhead-real N, threads N, memory N, chunks N, resume FOLDER or report FOLDER"
            );
            Ok(())
        }
    }
}

/// What a replication does.
enum Work {
    /// So many rounds of arithmetic, and made-up numbers.
    Burn(u64),
    /// The market.
    Market,
}

impl Work {
    fn record(&self, job: &Job, task: Task) -> Result<Record, TaskError> {
        match self {
            Self::Burn(rounds) => {
                black_box(burn(*rounds));
                Ok(made_up(&job.market.study, task))
            }
            Self::Market => job.market.simulate(task, &StopFlag::new()),
        }
    }
}

fn burn(rounds: u64) -> f64 {
    (0..rounds).fold(1.0, |x, i| f64::mul_add(x, 0.999, i as f64).sqrt())
}

/// Rounds that take so many seconds.
fn calibrate(seconds: f64) -> u64 {
    let rounds = 20_000_000;
    let start = cpu();
    black_box(burn(rounds));
    (rounds as f64 * seconds / (cpu() - start).max(0.01)) as u64
}

/// Uniform in [0, 1) from a key; splitmix64.
fn uniform(key: u64) -> f64 {
    let mut z = key.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A record whose numbers spread around the number of their column by a tenth.
fn made_up(study: &Study, task: Task) -> Record {
    let layout = &study.policies[task.policy].layout;
    let key = (task.replication << 20) ^ (task.policy as u64) << 16;
    let number = |i: usize, width: usize| {
        let around = 1.0 + (i % width) as f64;
        around * (0.95 + 0.1 * uniform(key + i as u64))
    };
    let numbers =
        |count: usize, width: usize| (0..count).map(|i| number(i, width.max(1))).collect();
    let nations = layout.nations.len();
    let cells = nations * layout.sample_days.len();
    let test = |i| {
        let level = 0.5 * uniform(key ^ i as u64);
        Withdrawal { level, loss: 0.5 - level, loss_max: 0.6, layer: Layer::ALL[i % 3] }
    };
    Record {
        scalars: numbers(nations * layout.scalars.len(), layout.scalars.len()),
        series: numbers(cells * layout.series.len(), layout.series.len()),
        withdrawal: (0..nations * layout.actors.len() * HORIZONS_DAYS.len()).map(test).collect(),
        capacity: numbers(cells * layout.kinds.len() * layout.vendors.len(), 7),
        events: 100_000,
        fingerprint: key,
    }
}

/// `small-state` under the base and a ban.
fn job(runs: u64, keep: Keep) -> Outcome<Job> {
    let recipe = Recipe {
        file: "small-state".to_owned(),
        policies: vec!["ban".to_owned()],
        ..Recipe::default()
    };
    let command = "autarky run small-state".to_owned();
    let replications = runs.div_ceil(2);
    let request = Request {
        recipe,
        command,
        seed: 1,
        first: 0,
        replications,
        vary: None,
        keep,
        shard: Shard::WHOLE,
    };
    request.prepare().map_err(|e| e.to_string().into())
}

fn folder() -> PathBuf {
    let stamp = std::process::id();
    std::env::temp_dir().join(format!("autarky-figures-{stamp}"))
}

/// Runs a study into a new folder; seconds from its start to its end.
fn study(job: &Job, work: &Work, threads: usize, folder: &Path) -> Outcome<f64> {
    let start = Instant::now();
    let study = &job.market.study;
    let mut results = Results::open(study, &Claim::Exact(folder.to_owned()))?;
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let simulate = |task| work.record(job, task);
    let mut runner = Runner { threads, stop: &StopFlag::new(), simulate, progress: || {} };
    let outcome = results.run_all(&mut runner)?;
    if let Some(error) = outcome.sink_error {
        return Err(error.into());
    }
    results.finish(Ending::Complete)?;
    Ok(start.elapsed().as_secs_f64())
}

/// CPU seconds of a study with and without its folder, against the same replications alone.
fn overhead(runs: u64, work: &Work) -> Outcome<()> {
    for keep in [Keep::Runs, Keep::Series] {
        let job = job(runs, keep)?;
        let of = &job.market.study;
        let whole = Segment { points: 0..1, replications: 0..of.replications, shard: Shard::WHOLE };
        let one = NonZeroUsize::MIN;
        let (stop, start) = (StopFlag::new(), cpu());
        let run = |k| work.record(&job, whole.task(k, 2, 0));
        replicate(0..whole.groups() * 2, one, &stop, run, |_, record| drop(black_box(record)))?;
        let bare = cpu() - start;
        let start = cpu();
        let mut fold = Fold::new(of);
        replicate(0..whole.groups() * 2, one, &stop, run, |k, record| {
            let result = record.map_err(|e| format!("{e:?}"));
            let _ = fold.task(whole.task(k, 2, 0), result);
        })?;
        let folded = cpu() - start;
        let (folder, start) = (folder(), cpu());
        study(&job, work, 1, &folder)?;
        let stored = cpu() - start;
        let bytes = size(&folder)?;
        std::fs::remove_dir_all(folder)?;
        let share = |x: f64| 100.0 * (x / bare - 1.0);
        println!(
            "{keep:?}: {runs} runs, bare {bare:.2} s; with statistics {:+.1} %; as a study {:+.1} %, {:.1} kB a run",
            share(folded),
            share(stored),
            bytes as f64 / 1e3 / runs as f64
        );
    }
    Ok(())
}

/// Wall time of one thread against two.
fn threads(runs: u64) -> Outcome<()> {
    let job = job(runs, Keep::Series)?;
    let work = Work::Burn(calibrate(0.05));
    let mut seconds = [0.0; 2];
    for (at, time) in seconds.iter_mut().enumerate() {
        let folder = folder();
        *time = study(&job, &work, at + 1, &folder)?;
        std::fs::remove_dir_all(folder)?;
    }
    let [one, two] = seconds;
    println!(
        "{runs} runs: {one:.2} s on one thread, {two:.2} s on two: {:.1} % efficient",
        50.0 * one / two
    );
    Ok(())
}

/// Peak memory of a study of so many runs.
fn memory(runs: u64) -> Outcome<()> {
    let job = job(runs, Keep::Runs)?;
    let folder = folder();
    println!("before: {:.0} MB", peak());
    let seconds = study(&job, &Work::Burn(0), 2, &folder)?;
    let stored = Stored::open(&folder)?;
    let state = stored.manifest.state.as_ref().map_or(0, |file| file.bytes);
    println!(
        "{runs} runs in {seconds:.0} s: {:.0} MB at most; {} parts, {:.1} MB in all, state {:.1} MB; {}",
        peak(),
        stored.manifest.parts.len(),
        size(&folder)? as f64 / 1e6,
        state as f64 / 1e6,
        folder.display()
    );
    Ok(())
}

/// What the owner of a folder does with a thousand chunks of so many runs that came in order, and in reverse.
fn chunks(runs: u64) -> Outcome<()> {
    const CHUNKS: u64 = 1000;
    for keep in [Keep::Runs, Keep::Series] {
        let job = job(CHUNKS * runs, keep)?;
        println!("{keep:?}: parcel {:.2} MB", job.parcel().len() as f64 / 1e6);
        for reverse in [false, true] {
            taken(&job, (CHUNKS, runs), reverse)?;
        }
    }
    Ok(())
}

fn taken(job: &Job, (count, runs): (u64, u64), reverse: bool) -> Outcome<()> {
    let (study, folder) = (&job.market.study, folder());
    let mut results = Results::open(study, &Claim::Exact(folder.clone()))?;
    let segment = results.pending()?.ok_or("nothing is pending")?.segment;
    let (mut bytes, mut worker, mut owner, before) = (0, 0.0, 0.0, peak());
    for k in 0..count {
        let at = if reverse { count - 1 - k } else { k };
        let start = Instant::now();
        let simulate = |task| Ok(made_up(study, task));
        let range = at * runs..(at + 1) * runs;
        let made = chunk(study, (&segment, range), &StopFlag::new(), simulate)?;
        worker += start.elapsed().as_secs_f64();
        bytes += made.len();
        let start = Instant::now();
        results.hold(&made)?;
        owner += start.elapsed().as_secs_f64();
    }
    let start = Instant::now();
    results.finish(Ending::Complete)?;
    println!(
        "  {}: {:.1} kB a run; {count} chunks of {runs} runs made in {worker:.1} s, taken in {owner:.1} s, finished in {:.1} s; \
         {} parts; {before:.0} MB before, {:.0} MB at most",
        if reverse { "in reverse" } else { "in order" },
        bytes as f64 / 1e3 / (count * runs) as f64,
        start.elapsed().as_secs_f64(),
        results.manifest().parts.len(),
        peak(),
    );
    drop(results);
    Ok(std::fs::remove_dir_all(folder)?)
}

/// From nothing to the first run of a resume.
fn resume(folder: &Path) -> Outcome<()> {
    let start = Instant::now();
    let stored = Stored::open(folder)?;
    let more = stored.manifest.replications.asked + 1;
    let growth = Growth { replications: Some(more), points: None };
    let job = reopen(&stored, growth).map_err(|e| e.to_string())?;
    let results = Results::open(&job.market.study, &Claim::Exact(folder.to_owned()))?;
    let runs = results.manifest().runs.recorded;
    println!("resume of {runs} runs starts after {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn report(folder: &Path) -> Outcome<()> {
    let start = Instant::now();
    let stored = Stored::open(folder)?;
    let job = reopen(&stored, Growth::default()).map_err(|e| e.to_string())?;
    let material = Material::read(&stored, &job)?;
    let text = html(&material.input(&job))?;
    let (runs, seconds) = (stored.manifest.runs.recorded, start.elapsed().as_secs_f64());
    println!("report of {runs} runs: {seconds:.2} s, {:.1} MB", text.len() as f64 / 1e6);
    Ok(())
}

fn size(folder: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            size(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}

/// CPU seconds of this process so far, from Linux.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e9
}

/// Peak memory in MB, from Linux.
fn peak() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|text| text.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1e3
}
