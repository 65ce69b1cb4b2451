//! Claims about studies that are interrupted, killed, grown, cut into shards: nothing is lost, and nothing depends on it. Records are synthetic.

mod support;

use std::fs;
use std::sync::Mutex;

use autarky_study::output::manifest::Status;
use autarky_study::output::{OutputError, Stored, Until};
use autarky_study::run::schedule::{Shard, Task};
use autarky_study::run::{Keep, Policy, Study};
use proptest::prelude::*;
use support::scratch;
use support::store::{End, Found, Session, at_point, go_on, put_together, shard, sized, through};

/// Sessions as a property draws them: threads, runs before the end, how it comes, size of parts.
fn sessions() -> impl Strategy<Value = Vec<Session>> {
    let end = prop_oneof![Just(End::Killed), Just(End::Killed), Just(End::Interrupted)];
    let session = (1..=3_usize, 0..50_u64, end, 1..400_000_usize)
        .prop_map(|(threads, runs, end, part)| Session { threads, end: Some((runs, end)), part });
    proptest::collection::vec(session, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_study_cut_anywhere_any_number_of_times_ends_as_one_that_ran_through(
        (points, replications) in prop_oneof![(Just(1_u64), 1..40_u64), (2..4_u64, 1..14_u64)],
        sessions in sessions(),
    ) {
        let study = sized(points, replications);
        let (whole, cut) = (scratch("whole"), scratch("cut"));
        through(&study, &whole);
        let mut recorded = 0;
        for session in sessions {
            go_on(&study, &cut, session, at_point).expect("it goes on");
            let now = Stored::open(&cut).expect("a results folder").manifest.runs.recorded;
            prop_assert!(now >= recorded, "{recorded} runs were recorded, now {now}");
            recorded = now;
        }
        through(&study, &cut);
        Found::of(&study, &whole).assert_same(&Found::of(&study, &cut));
    }

    #[test]
    fn a_study_that_grew_is_the_one_asked_for_at_once(
        sizes in proptest::collection::vec((0..3_u64, 0..14_u64), 1..4), first in 0..20_u64,
    ) {
        let (mut points, mut replications) = (1, 1);
        let grown = scratch("grown");
        for (more_points, more_replications) in sizes {
            (points, replications) = (points + more_points, replications + more_replications);
            let study = Study { first, design: "made up".to_owned(), ..sized(points, replications) };
            through(&study, &grown);
        }
        let study = Study { first, design: "made up".to_owned(), ..sized(points, replications) };
        let whole = scratch("at-once");
        through(&study, &whole);
        Found::of(&study, &whole).assert_same(&Found::of(&study, &grown));
    }

}

proptest! {
    // Every shard is run twice and draws its pictures: this takes seconds a case.
    #![proptest_config(ProptestConfig::with_cases(5))]

    #[test]
    fn shards_put_together_are_the_study_of_one_machine(
        (points, replications) in (1..4_u64, 1..12_u64), more in 0..9_u64, of in 1..4_u64,
    ) {
        let study = sized(points, replications + more);
        let (whole, merged) = (scratch("whole"), scratch("merged"));
        through(&study, &whole);
        let mut shards: Vec<Stored> = (0..of).map(|index| {
            let folder = scratch("shard");
            shard(&sized(points, replications), &folder, (index, of));
            // Those that grow take their share of what is new.
            shard(&study, &folder, (index, of))
        }).collect();
        let last = shards.pop().expect("there is one");
        shards.insert(0, last.clone());
        // Given twice it counts once.
        shards.push(last);
        put_together(&study, &shards, &merged).expect("they fit");
        Found::of(&study, &whole).assert_same(&Found::of(&study, &merged));
    }
}

#[test]
fn shards_that_do_not_make_a_study_are_refused_and_stay_as_they_are() {
    let study = sized(1, 9);
    let folders = [scratch("a"), scratch("b"), scratch("c")];
    let shards = [0, 1, 2].map(|index| shard(&study, &folders[index], (index as u64, 3)));
    let refusal = |shards: &[Stored]| {
        let error = put_together(&study, shards, &scratch("refused")).expect_err("refused");
        assert!(matches!(error, OutputError::Asked { .. }), "{error}");
        error.to_string()
    };
    let text = refusal(&[shards[0].clone(), shards[2].clone()]);
    assert!(text.contains("other shards are missing: 2/3"), "{text}");
    let other = shard(&Study { seed: 8, ..study.clone() }, &scratch("seed"), (1, 3));
    let text = refusal(&[shards[0].clone(), other, shards[2].clone()]);
    assert!(text.contains("no shard of the same study"), "{text}");
    let short = scratch("short");
    let part = Study { shard: Shard { index: 1, of: 3 }, ..study.clone() };
    let end = Some((2, End::Interrupted));
    go_on(&part, &short, Session { threads: 1, end, part: 1 }, at_point).expect("a new folder");
    let unfinished = Stored::open(&short).expect("a results folder");
    let text = refusal(&[shards[0].clone(), unfinished, shards[2].clone()]);
    assert!(text.contains("2 of 6 runs are recorded; `autarky resume` finishes it"), "{text}");
    let grown = scratch("grown");
    shard(&sized(1, 6), &grown, (1, 3));
    let grown = shard(&study, &grown, (1, 3));
    let text = refusal(&[shards[0].clone(), grown, shards[2].clone()]);
    assert!(text.contains("it grew in other steps"), "{text}");
    let error = put_together(&study, &shards, &folders[0]).expect_err("it is a shard itself");
    assert!(error.to_string().contains("holds a study already"), "{error}");
    assert!(shards.iter().all(|shard| shard.verify().is_empty()), "shards are as they were");
}

#[test]
fn another_study_is_refused_with_what_differs_and_the_old_one_stays() {
    let (study, folder) = (sized(1, 6), scratch("other"));
    through(&study, &folder);
    let before = fs::read(folder.join("manifest.json")).expect("a manifest");
    let one = Policy { name: "second_vendor".to_owned(), ..study.policies[1].clone() };
    let others = [
        (
            "SHA-256 of the scenario's values: abab",
            Study { scenario_hash: "cd".repeat(32), ..study.clone() },
        ),
        ("model version: 1 there, 2 now", Study { model_version: 2, ..study.clone() }),
        ("seed: 7 there, 8 now", Study { seed: 8, ..study.clone() }),
        ("first replication: 0 there, 3 now", Study { first: 3, ..study.clone() }),
        ("design: none there, axes now", Study { design: "axes".to_owned(), ..study.clone() }),
        (
            "what is kept of a run: series there, runs now",
            Study { keep: Keep::Runs, ..study.clone() },
        ),
        (
            "number of shards: 1 there, 2 now",
            Study { shard: Shard { index: 0, of: 2 }, ..study.clone() },
        ),
        ("replications: 6 were asked for there, 5 now; it can only grow", sized(1, 5)),
        (
            "policies: base, export_ban there, base, second_vendor now",
            Study { policies: vec![study.policies[0].clone(), one], ..study.clone() },
        ),
    ];
    for (expected, other) in others {
        let error = go_on(&other, &folder, Session::WHOLE, at_point).expect_err("refused");
        assert!(matches!(error, OutputError::Mismatch { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error} lacks {expected}");
    }
    assert_eq!(fs::read(folder.join("manifest.json")).expect("a manifest"), before);
    through(&study, &folder);
}

#[test]
fn recorded_runs_failed_ones_too_are_not_done_again() {
    let (study, folder) = (sized(1, 12), scratch("once"));
    let done = Mutex::new(Vec::new());
    let simulate = |task: Task| {
        done.lock().expect("no panic").push((task.replication, task.policy));
        at_point(task)
    };
    let session = |end, part| Session { threads: 1, end, part };
    let interrupted = session(Some((13, End::Interrupted)), 1);
    go_on(&study, &folder, interrupted, simulate).expect("a new folder");
    let manifest = Stored::open(&folder).expect("a results folder").manifest;
    assert_eq!((manifest.runs.recorded, manifest.runs.failed), (13, 1));
    assert_eq!(manifest.status, Status::Interrupted);
    go_on(&study, &folder, session(None, 1), simulate).expect("it goes on");
    let done = done.into_inner().expect("no panic");
    assert_eq!(done, (0..12).flat_map(|r| [(r, 0), (r, 1)]).collect::<Vec<_>>());
    let stored = Stored::open(&folder).expect("a results folder");
    assert_eq!(stored.manifest.status, Status::CompleteWithFailures);
    let failures = stored.failures().expect("they are whole");
    assert_eq!(failures.len(), 1);
    let failed = (failures[0].task.replication, failures[0].task.policy);
    assert_eq!((failed, failures[0].error.as_str()), ((4, 1), "the ledger does not balance"));
}

#[test]
fn until_halfwidth_stops_at_the_same_block_for_any_threads_and_interruptions() {
    let until = |halfwidth| Until {
        quantities: vec!["served_network_share".to_owned()],
        nation: 0,
        halfwidth,
        block: 20,
    };
    let study = |halfwidth| Study { until: Some(until(halfwidth)), ..sized(1, 400) };
    let all = scratch("all");
    through(&sized(1, 400), &all);
    let stored = Stored::open(&all).expect("a results folder");
    let statistics = stored.statistics(&sized(1, 400)).expect("they are whole");
    let share = statistics.quantity("served_network_share").expect("a derived quantity");
    let effect = statistics.cell(1, 0, share).effect().expect("pairs");
    // Half-widths fall as 1/√n: 1.5 times that of 400 is reached near 178 replications, 1.15 times near 302.
    let at = |times: f64| study(times * effect.interval.half_width);
    let whole = scratch("until");
    let narrow = at(1.5);
    through(&narrow, &whole);
    let expected = Stored::open(&whole).expect("a results folder").manifest;
    let stopped = expected.replications.recorded;
    assert!((100..260).contains(&stopped) && stopped.is_multiple_of(20), "stopped at {stopped}");
    assert_eq!(expected.replications.asked, stopped);
    assert!(expected.stopping.is_some());
    let cut = scratch("until-cut");
    for (threads, runs) in [(3, 30), (1, 50), (2, 41)] {
        let session = Session { threads, end: Some((runs, End::Killed)), part: 1 };
        go_on(&narrow, &cut, session, at_point).expect("it goes on");
    }
    through(&narrow, &cut);
    Found::of(&narrow_of(&narrow, stopped), &whole)
        .assert_same(&Found::of(&narrow_of(&narrow, stopped), &cut));
    assert_eq!(Stored::open(&cut).expect("a folder").manifest.stopping, expected.stopping);
    // Asked again it is still enough; asked for a narrower interval it goes on.
    through(&narrow, &cut);
    let again = Stored::open(&cut).expect("a folder").manifest;
    assert_eq!((again.runs, again.stopping), (expected.runs, expected.stopping));
    through(&at(1.15), &cut);
    let more = Stored::open(&cut).expect("a folder").manifest.replications.recorded;
    assert!(more > stopped && more <= 380, "{more}");
}

/// The study that a rule made of another.
fn narrow_of(study: &Study, replications: u64) -> Study {
    Study { replications, ..study.clone() }
}

#[test]
fn a_plain_study_that_was_interrupted_can_be_ended_by_a_rule() {
    let (plain, folder) = (sized(1, 400), scratch("plain"));
    let session = Session { threads: 1, end: Some((91, End::Interrupted)), part: 1 };
    go_on(&plain, &folder, session, at_point).expect("a new folder");
    let until = Until {
        quantities: vec!["served_network_share".to_owned()],
        nation: 0,
        halfwidth: 1.0,
        block: 20,
    };
    let ruled = Study { until: Some(until), ..plain };
    through(&ruled, &folder);
    let manifest = Stored::open(&folder).expect("a folder").manifest;
    assert_eq!(manifest.replications.recorded, 60, "the next look after 45 replications");
    assert_eq!(manifest.runs.asked, manifest.runs.recorded);
}
