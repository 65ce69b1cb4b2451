//! Claims about policies that functions decide: a policy like any other, noted with its source, and never run with another one.

mod support;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use autarky_engine::stop::StopFlag;
use autarky_market::mechanism::policy::Change;
use autarky_market::rule::{Rule, StateView};
use autarky_study::design::{DesignSpec, Kind};
use autarky_study::job::{
    Growth, Job, JobError, Request, Vary, again, load_recipe, reopen, reopen_to_read, reopen_with,
};
use autarky_study::output::{Claim, Ending, ExportFormat, OutputError, Results, Stored, export};
use autarky_study::replay::{Replay, ReplayError};
use autarky_study::rule::{RuleNote, Ruling, change};
use autarky_study::run::schedule::{Shard, Task};
use autarky_study::run::{Keep, Recipe, Runner, TaskError};
use autarky_study::scenario::{
    Loaded, Options, Source, load, render_all, resolved_toml, scenario_hash,
};
use support::scratch;

/// Does what the scenario says.
#[derive(Debug)]
struct Idle;

impl Rule for Idle {
    fn decide(&self, _: &StateView<'_>) -> Result<Change, String> {
        Ok(Change::default())
    }
}

/// Raises the tariff while less than a level of demand is served.
#[derive(Debug)]
struct Guard(f64);

impl Rule for Guard {
    fn decide(&self, view: &StateView<'_>) -> Result<Change, String> {
        let served = view.sample.and_then(|sample| sample.value("served_share"));
        change([("tariff", if served.is_some_and(|s| s > self.0) { 0.05 } else { 0.3 })])
    }
}

/// Refuses the second year.
#[derive(Debug)]
struct Strike;

impl Rule for Strike {
    fn decide(&self, view: &StateView<'_>) -> Result<Change, String> {
        if view.year == 1 { Err("no majority".to_owned()) } else { Ok(Change::default()) }
    }
}

fn ruling(source: &str, rule: impl Rule + 'static) -> Ruling {
    let note = RuleNote::new(("mine", "EST"), "decide", source);
    Ruling { note, rule: Arc::new(rule) }
}

fn guard() -> Ruling {
    ruling("def decide(state):\n    return {\"tariff\": 0.3}\n", Guard(0.8))
}

/// Two years of `small-state` under its base, a ban and a copy of the ban.
fn recipe() -> Recipe {
    Recipe {
        file: "small-state".to_owned(),
        sets: vec![
            "horizon.years=2.2".to_owned(),
            "nation.EST.policy.appropriation=\"40e6 USD/year\"".to_owned(),
        ],
        policies: vec!["ban".to_owned()],
        copies: vec![("mine".to_owned(), "ban".to_owned())],
        ..Recipe::default()
    }
}

fn job(replications: u64, vary: Option<Vary>) -> Job {
    let request = Request {
        recipe: recipe(),
        command: "autarky run small-state".to_owned(),
        seed: 3,
        first: 0,
        replications,
        vary,
        keep: Keep::Series,
        shard: Shard::WHOLE,
    };
    request.prepare().expect("it loads")
}

fn governed(replications: u64, ruling: Ruling) -> Job {
    let mut job = job(replications, None);
    job.market.govern(ruling).expect("it is a policy of the study");
    job
}

/// Runs a study into a folder.
fn run(job: &Job, folder: &Path, threads: usize) -> Stored {
    let study = &job.market.study;
    let mut results =
        Results::open(study, &Claim::Exact(folder.to_owned())).expect("it is the same study");
    let stop = StopFlag::new();
    let threads = NonZeroUsize::new(threads).expect("positive");
    let simulate = |task: Task| job.market.simulate(task, &stop);
    let mut runner = Runner { threads, stop: &stop, simulate, progress: || {} };
    let outcome = results.run_all(&mut runner).expect("threads start");
    assert!(outcome.sink_error.is_none());
    results.finish(Ending::Complete).expect("it is written");
    Stored::open(folder).expect("a results folder")
}

fn folder(job: &Job, threads: usize) -> (PathBuf, Stored) {
    let path = scratch("rule");
    let stored = run(job, &path, threads);
    (path, stored)
}

/// Lines of a table under a policy, without its name.
fn lines(stored: &Stored, table: &str, policy: &str) -> Vec<String> {
    let mut out = Vec::new();
    export(stored, table, ExportFormat::Csv, &mut out).expect("it has rows");
    let text = String::from_utf8(out).expect("text");
    let prefix = format!("{policy},");
    text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
}

fn asked(error: JobError) -> String {
    match error {
        JobError::Asked(text) => text,
        other => panic!("{other}"),
    }
}

fn values(loaded: &Loaded, name: &str) -> String {
    scenario_hash(&loaded.policy(name).expect("a policy").scenario)
}

#[test]
fn a_copy_of_a_policy_has_its_values_and_a_resolved_text_of_its_own() {
    let copies = [("mine", "ban"), ("second", "mine"), ("third", "base")];
    let options = Options {
        copies: copies.map(|(name, of)| (name.to_owned(), of.to_owned())).to_vec(),
        ..Options::default()
    };
    let source = Source::Catalogue("small-state".to_owned());
    let loaded = load(&source, &options).unwrap_or_else(|e| panic!("{}", render_all(&e)));
    for (name, of) in copies {
        assert_eq!(values(&loaded, name), values(&loaded, of));
        assert_eq!(loaded.policy(name).expect("it is there").title, name);
    }
    assert_ne!(values(&loaded, "mine"), values(&loaded, "third"));
    let text = Source::Text { name: "resolved.toml".to_owned(), text: resolved_toml(&loaded) };
    let again = load(&text, &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)));
    assert_eq!(again.hash(), loaded.hash());
    // A policy that sets nothing is one as well.
    for overlay in ["", "set = {}\n"] {
        let path = scratch("overlay").join("empty.toml");
        let text = format!("format = 1\n[policies.empty]\n{overlay}");
        std::fs::write(&path, text).expect("the folder is writable");
        let options = Options { overlays: vec![path], ..Options::default() };
        let loaded = load(&source, &options).unwrap_or_else(|e| panic!("{}", render_all(&e)));
        assert_eq!(values(&loaded, "empty"), values(&loaded, "base"));
    }
}

#[test]
fn a_copy_needs_a_name_of_its_own_and_something_to_copy() {
    let said = |name: &str, of: &str| {
        let copies = vec![(name.to_owned(), of.to_owned())];
        let error = load_recipe(&Recipe { copies, ..recipe() }).expect_err("it is refused");
        render_all(&error)
    };
    assert!(said("ban", "base").contains("the scenario has a policy `ban`"));
    assert!(said("base", "ban").contains("the scenario has a policy `base`"));
    let unknown = said("mine", "bann");
    assert!(unknown.contains("no policy `bann`") && unknown.contains("did you mean `ban`?"));
    assert!(said("my policy", "ban").contains("`my policy` is not an identifier"));
}

#[test]
fn a_rule_that_decides_nothing_gives_the_rows_of_the_policy_it_copies() {
    let (_, plain) = folder(&job(2, None), 2);
    let (_, stored) = folder(&governed(2, ruling("def decide(state): return {}", Idle)), 2);
    assert_eq!(stored.manifest.result_digest, plain.manifest.result_digest);
    assert_ne!(stored.manifest.identity, plain.manifest.identity, "it is another study");
    for table in ["runs", "series", "withdrawal"] {
        let (own, copied) = (lines(&stored, table, "mine"), lines(&stored, table, "ban"));
        assert!(!own.is_empty() && own == copied, "{table}");
    }
}

#[test]
fn ten_threads_or_one_give_the_same_bits_and_the_rule_moves_them() {
    let (_, one) = folder(&governed(4, guard()), 1);
    let (_, ten) = folder(&governed(4, guard()), 10);
    assert_eq!(one.manifest.result_digest, ten.manifest.result_digest);
    assert_eq!(one.manifest.runs.failed, 0);
    assert_ne!(lines(&one, "series", "mine"), lines(&one, "series", "ban"));
}

#[test]
fn a_rule_governs_at_every_point_of_a_design() {
    let spec = DesignSpec {
        kind: Kind::Factorial,
        axes: vec!["nation.EST.policy.coverage={0.2, 0.4}".to_owned()],
        seed: 0,
    };
    let mut job = job(1, Some(Vary::Design(spec)));
    job.market.govern(guard()).expect("it is a policy of the study");
    let policies = &job.market.study.policies;
    let scalars = |point, name: &str| {
        let policy = policies.iter().position(|p| p.name == name).expect("a policy");
        let task = Task { replication: 0, point, policy };
        let record = job.market.simulate(task, &StopFlag::new()).expect("it runs");
        record.scalars.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    for point in [0, 1] {
        assert_ne!(scalars(point, "mine"), scalars(point, "ban"), "point {point}");
    }
    assert_ne!(scalars(0, "mine"), scalars(1, "mine"), "the axis reaches the governed policy");
}

#[test]
fn a_rule_that_fails_fails_its_runs_with_its_words_and_no_other() {
    let (_, stored) = folder(&governed(2, ruling("raise", Strike)), 2);
    let failures = stored.failures().expect("they are whole");
    assert_eq!((failures.len(), stored.manifest.runs.recorded), (2, 6));
    for failure in failures {
        assert_eq!(stored.manifest.scenario.policies[failure.task.policy], "mine");
        let text = "the rule of `EST` in fiscal year 1 failed: no majority";
        assert!(failure.error.contains(text), "{}", failure.error);
    }
}

#[test]
fn policies_and_nations_that_are_none_and_second_rules_are_refused() {
    let mut job = governed(1, guard());
    let mut said = |policy: &str, nation: &str| {
        let note = RuleNote::new((policy, nation), "f", "");
        job.market.govern(Ruling { note, rule: Arc::new(Idle) }).expect_err("it is refused")
    };
    assert!(said("mime", "EST").contains("no policy `mime`; did you mean `mine`?"));
    let nation = said("mine", "ESP");
    assert!(nation.contains("`ESP`") && nation.contains("(EST, SLV)"), "{nation}");
    assert!(said("mine", "EST").contains("is decided by the function `decide` (SHA-256"));
    job.market
        .govern(Ruling { note: RuleNote::new(("mine", "SLV"), "f", ""), rule: Arc::new(Idle) })
        .expect("another nation may have another rule");
    assert_eq!(job.market.study.rules.len(), 2);
}

#[test]
fn a_folder_goes_on_with_the_same_function_and_with_no_other() {
    let (path, stored) = folder(&governed(1, guard()), 2);
    let more = Growth { replications: Some(3), points: None };
    let without = asked(reopen(&stored, more).expect_err("no function"));
    assert!(without.contains("policy `mine` in EST is decided by the function `decide` (SHA-256"));
    assert!(without.contains("go on from Python with the same function"), "{without}");
    let other = ruling("def decide(state): return {}", Idle);
    let changed =
        reopen_with(&stored, more, std::slice::from_ref(&other)).expect_err("another source");
    assert!(asked(changed).contains("another source is another study"));
    let (_, plain) = folder(&job(1, None), 2);
    let new = reopen_with(&plain, more, &[guard()]).expect_err("there was none");
    assert!(asked(new).contains("decided by no function in the folder"));

    let refused = governed(1, other);
    let claim = Claim::Exact(path.clone());
    let Err(OutputError::Mismatch { differences, .. }) =
        Results::open(&refused.market.study, &claim)
    else {
        panic!("another function was let in")
    };
    assert_eq!(differences.len(), 1);
    let text = "function that decides policy `mine` in EST: `decide` (SHA-256";
    assert!(differences[0].starts_with(text), "{differences:?}");
    let bare = job(1, None);
    let Err(OutputError::Mismatch { differences, .. }) = Results::open(&bare.market.study, &claim)
    else {
        panic!("a study without the function was let in")
    };
    assert!(differences[0].ends_with("there, none now"), "{differences:?}");

    let job = reopen_with(&stored, more, &[guard()]).expect("it is the same");
    let grown = run(&job, &path, 2);
    let (_, whole) = folder(&governed(3, guard()), 2);
    assert_eq!(grown.manifest.result_digest, whole.manifest.result_digest);
    assert_eq!(grown.manifest.identity, whole.manifest.identity);
}

#[test]
fn a_folder_is_read_without_the_function_and_says_who_decided() {
    let (_, stored) = folder(&governed(2, guard()), 2);
    let job = reopen_to_read(&stored).expect("it reads");
    let study = &job.market.study;
    let statistics = stored.statistics(study).expect("it is the same study");
    let text = autarky_study::output::table::summary(study, &statistics);
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = &stored.manifest.rules[0];
    assert!(words.contains("is decided at each fiscal year by the function `decide` (SHA-256"));
    assert_eq!((note.source.as_str(), study.rules.len()), (guard().note.source.as_str(), 1));
    assert!(again(&stored.manifest).contains("# from Python: policy `mine` in EST"));
    // What the function decides cannot be run; the rest can.
    let policy = |name: &str| study.policies.iter().position(|p| p.name == name).expect("a policy");
    let run = |name| {
        let task = Task { replication: 0, point: 0, policy: policy(name) };
        job.market.simulate(task, &StopFlag::new())
    };
    assert_eq!(run("mine").expect_err("no function"), TaskError::Failed(note.missing()));
    assert!(run("ban").is_ok());
}

#[test]
fn a_replay_with_the_function_is_the_recorded_run() {
    let job = governed(2, guard());
    let (_, stored) = folder(&job, 2);
    let mine = job.loaded.policy("mine").expect("a policy");
    let mut replay = Replay::new(mine, (3, 1)).expect("it compiles");
    let policy = job.market.study.policies.iter().position(|p| p.name == "mine").expect("mine");
    let known = stored.fingerprint(Task { replication: 1, point: 0, policy }).expect("whole");
    replay.govern(guard()).expect("it is a rule of that policy");
    let record = replay.run(&StopFlag::new()).expect("it runs");
    assert_eq!(Some(record.fingerprint), known);
    let task = Task { replication: 1, point: 0, policy };
    let same = job.market.simulate(task, &StopFlag::new()).expect("it runs");
    assert_eq!(record.series.len(), same.series.len());
    assert!(record.series.iter().zip(&same.series).all(|(a, b)| a.to_bits() == b.to_bits()));
    let other = RuleNote::new(("ban", "EST"), "f", "");
    let error = replay.govern(Ruling { note: other, rule: Arc::new(Idle) }).expect_err("another");
    assert!(error.contains("of policy `ban`, not of `mine`"));
}

#[test]
fn a_replay_of_a_study_is_decided_by_its_functions_or_refused() {
    let job = governed(2, guard());
    let (_, stored) = folder(&job, 2);
    let at = |name: &str| {
        let named = |p: &autarky_study::run::Policy| p.name == name;
        job.market.study.policies.iter().position(named).expect("a policy")
    };
    let task = |name: &str, point| Task { replication: 1, point, policy: at(name) };
    let fingerprint = |job: &Job, task: Task| {
        let replay = Replay::of(job, task).expect("it compiles");
        replay.run(&StopFlag::new()).expect("it runs").fingerprint
    };
    for name in ["base", "ban", "mine"] {
        let known = stored.fingerprint(task(name, 0)).expect("whole");
        assert_eq!(Some(fingerprint(&job, task(name, 0))), known, "{name}");
    }
    let refused = |job: &Job, task: Task| Replay::of(job, task).expect_err("refused");
    let far = refused(&job, task("base", 5));
    assert_eq!(far, ReplayError::Asked("the study has point 0 only, not 5".to_owned()));
    // Without the function nothing but its policy can be run again.
    let read = reopen_to_read(&stored).expect("it reads");
    let missing = stored.manifest.rules[0].missing();
    assert_eq!(refused(&read, task("mine", 0)), ReplayError::Asked(missing));
    let known = stored.fingerprint(task("ban", 0)).expect("whole");
    assert_eq!(Some(fingerprint(&read, task("ban", 0))), known);
}

#[test]
fn a_replay_at_a_point_of_a_design_is_the_recorded_run() {
    let axes = vec!["nation.EST.policy.coverage={0.2, 0.4}".to_owned()];
    let spec = DesignSpec { kind: Kind::Factorial, axes, seed: 1 };
    let mut job = job(1, Some(Vary::Design(spec)));
    job.market.govern(guard()).expect("it is a policy of the study");
    let (_, stored) = folder(&job, 2);
    let policy = job.market.study.policies.iter().position(|p| p.name == "mine").expect("mine");
    let mut seen = Vec::new();
    for point in [0, 1] {
        let task = Task { replication: 0, point, policy };
        let replay = Replay::of(&job, task).expect("it compiles");
        let found = replay.run(&StopFlag::new()).expect("it runs").fingerprint;
        assert_eq!(stored.fingerprint(task).expect("whole"), Some(found));
        seen.push(found);
    }
    assert_ne!(seen[0], seen[1]);
    let far = Replay::of(&job, Task { replication: 0, point: 2, policy }).expect_err("none");
    assert_eq!(far.to_string(), "the study has points 0 to 1, not 2");
}
