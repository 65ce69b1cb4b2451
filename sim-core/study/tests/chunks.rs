//! Claims about chunks: runs that other processes did make the folder that one process makes, and nothing else gets in. Records are synthetic.

mod support;

use std::fs;
use std::ops::Range;
use std::path::Path;

use autarky_engine::stop::StopFlag;
use autarky_study::output::manifest::identity;
use autarky_study::output::{
    ChunkError, Claim, Ending, OutputError, Pending, Results, Stored, Until, chunk,
};
use autarky_study::run::schedule::{Segment, Shard, Task};
use autarky_study::run::{Keep, Study, TaskError};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use support::scratch;
use support::store::{End, Found, Session, at_point, go_on, sized, through};

fn opened<'s>(study: &'s Study, folder: &Path) -> Results<'s> {
    Results::open(study, &Claim::Exact(folder.to_owned())).expect("a folder of this study")
}

/// A chunk as a worker makes it.
fn worked(study: &Study, segment: &Segment, runs: Range<u64>) -> Vec<u8> {
    chunk(study, (segment, runs), &StopFlag::new(), at_point).expect("a chunk")
}

/// What is pending, cut into chunks of at most so many runs.
fn cut(pending: &Pending, most: u64) -> Vec<Range<u64>> {
    let cut = |runs: &Range<u64>| {
        let end = runs.end;
        let starts = (runs.start..end).step_by(most as usize);
        starts.map(move |start| start..end.min(start + most)).collect::<Vec<_>>()
    };
    pending.runs.iter().flat_map(cut).collect()
}

/// Hands out and takes what is pending, in order, until nothing is.
fn fill(study: &Study, results: &mut Results<'_>, most: u64) {
    while let Some(pending) = results.pending().expect("the folder can be written") {
        for runs in cut(&pending, most) {
            results.hold(&worked(study, &pending.segment, runs)).expect("it is due");
        }
    }
}

fn finished(study: &Study, folder: &Path) {
    let mut results = opened(study, folder);
    fill(study, &mut results, 7);
    results.finish(Ending::Complete).expect("it can be written");
    drop(results);
    let left = fs::read_dir(folder.join("chunks")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "what is recorded waits no more");
}

/// Numbers that put things out of order, from a seed; splitmix64.
fn shuffle<T>(things: &mut [T], seed: u64) {
    for at in (1..things.len()).rev() {
        let mut z = seed.wrapping_add(at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        things.swap(at, ((z ^ (z >> 27)) % (at as u64 + 1)) as usize);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn chunks_in_any_order_given_twice_overlapping_and_a_client_killed_between_make_the_same_folder(
        (points, replications) in prop_oneof![(Just(1_u64), 1..40_u64), (2..4_u64, 1..14_u64)],
        keep in prop_oneof![Just(Keep::Runs), Just(Keep::Series)],
        (most, order, first) in (1..30_u64, any::<u64>(), 0..5_u64),
        (killed_every, part) in (1..9_usize, 1..400_000_usize),
    ) {
        let study = Study { keep, first, ..sized(points, replications) };
        let (whole, chunked) = (scratch("whole"), scratch("chunked"));
        through(&study, &whole);
        let mut results = opened(&study, &chunked);
        let pending = results.pending().expect("a folder").expect("a new study");
        let mut ranges = cut(&pending, most);
        // Twice each, and once over two neighbours' border.
        let end = pending.runs[0].end;
        let over = ranges.iter().map(|r| r.start + (r.end - r.start) / 2..end.min(r.end + 2));
        let over: Vec<_> = over.filter(|r| !r.is_empty()).collect();
        ranges.extend(ranges.clone());
        ranges.extend(over);
        shuffle(&mut ranges, order);
        results.limit_parts(part);
        let mut new = 0;
        for (at, runs) in ranges.into_iter().enumerate() {
            if at % killed_every == killed_every - 1 {
                drop(results);
                results = opened(&study, &chunked);
                results.limit_parts(part);
            }
            new += results.hold(&worked(&study, &pending.segment, runs)).expect("it is due");
        }
        prop_assert_eq!(new, end, "every run is new once");
        prop_assert_eq!(results.pending().expect("a folder"), None);
        results.finish(Ending::Complete).expect("it can be written");
        drop(results);
        Found::of(&study, &whole).assert_same(&Found::of(&study, &chunked));
        prop_assert_eq!(fs::read_dir(chunked.join("chunks")).map_or(0, Iterator::count), 0);
    }

    #[test]
    fn a_study_begun_by_threads_and_chunks_grows_and_ends_by_either(
        (points, replications) in (1..4_u64, 1..14_u64), (more_points, more) in (0..2_u64, 0..9_u64),
        (runs, most, order) in (0..40_u64, 1..9_u64, any::<u64>()), chunks_last in any::<bool>(),
    ) {
        let sized = |points, replications| {
            Study { design: "made up".to_owned(), ..sized(points, replications) }
        };
        let study = sized(points, replications);
        let (whole, mixed) = (scratch("whole"), scratch("mixed"));
        let end = Some((runs, End::Killed));
        go_on(&study, &mixed, Session { threads: 2, end, part: 1 }, at_point).expect("it goes on");
        let mut results = opened(&study, &mixed);
        if let Some(pending) = results.pending().expect("a folder") {
            let mut ranges = cut(&pending, most);
            shuffle(&mut ranges, order);
            ranges.truncate(ranges.len().div_ceil(2));
            for runs in ranges {
                results.hold(&worked(&study, &pending.segment, runs)).expect("it is due");
            }
        }
        drop(results);
        let study = sized(points + more_points, replications + more);
        if chunks_last { finished(&study, &mixed) } else { through(&study, &mixed) }
        through(&study, &whole);
        Found::of(&study, &whole).assert_same(&Found::of(&study, &mixed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_that_are_no_whole_chunk_are_refused_and_never_panic(
        at in any::<prop::sample::Index>(), flip in 1..=255_u8, sealed in any::<bool>(),
    ) {
        let (study, folder) = (sized(1, 3), scratch("crafted"));
        let mut results = opened(&study, &folder);
        let segment = results.pending().expect("a folder").expect("new").segment;
        let mut bytes = worked(&study, &segment, 1..3);
        let body = bytes.len() - 32;
        let at = at.index(body);
        bytes[at] ^= flip;
        if sealed {
            let seal = Sha256::digest(&bytes[..body]);
            bytes[body..].copy_from_slice(&seal);
        }
        match results.hold(&bytes) {
            Err(OutputError::Chunk(_)) => {}
            Err(other) => prop_assert!(false, "refused for another reason: {other}"),
            // Numbers that somebody made are numbers.
            Ok(new) => {
                prop_assert!(sealed && new <= 2);
                fill(&study, &mut results, 2);
                results.finish(Ending::Complete).expect("it can be written");
            }
        }
        prop_assert!(matches!(results.hold(&bytes[..at]), Err(OutputError::Chunk(_))));
    }
}

#[test]
fn chunks_of_other_studies_and_of_runs_that_are_not_due_are_refused_by_name() {
    let (study, folder) = (sized(1, 9), scratch("foreign"));
    let mut results = opened(&study, &folder);
    let segment = results.pending().expect("a folder").expect("new").segment;
    let mut refusal = |bytes: &[u8]| {
        let error = results.hold(bytes).expect_err("refused");
        assert!(matches!(error, OutputError::Chunk(_)), "{error}");
        error.to_string()
    };
    let others = [
        Study { scenario_hash: "cd".repeat(32), ..study.clone() },
        Study { seed: 8, ..study.clone() },
        Study { model_version: 2, ..study.clone() },
        Study { keep: Keep::Runs, ..study.clone() },
        Study { first: 1, ..study.clone() },
    ];
    for other in &others {
        let text = refusal(&worked(other, &segment, 0..4));
        assert!(text.contains("the chunk is refused: it is of another study"), "{text}");
    }
    let shard = Study { shard: Shard { index: 1, of: 2 }, ..study.clone() };
    let text = refusal(&worked(&shard, &Segment { shard: shard.shard, ..segment.clone() }, 0..4));
    assert!(text.contains("runs that the study does not have"), "{text}");
    let larger = sized(1, 20);
    let text =
        refusal(&worked(&larger, &Segment { replications: 0..20, ..segment.clone() }, 10..30));
    assert!(text.contains("neither recorded nor due"), "{text}");
    let whole = worked(&study, &segment, 0..4);
    assert!(refusal(b"").contains("it is no chunk"));
    assert!(refusal(&whole[..whole.len() - 1]).contains("cut off or damaged"));
    let mut newer = whole;
    newer[14] = b'2';
    assert!(refusal(&newer).contains("another version of the program"));
    assert!(!folder.join("chunks").exists(), "nothing was written");
}

#[test]
fn a_study_with_pending_runs_is_not_called_complete_and_goes_on() {
    for (study, due) in [(sized(1, 9), 18), (sized(2, 3), 12)] {
        let folder = scratch("early");
        let mut results = opened(&study, &folder);
        let refused = |results: &mut Results<'_>| {
            let error = results.finish(Ending::Complete).expect_err("runs are pending");
            assert!(matches!(error, OutputError::Asked { .. }), "{error}");
            error.to_string()
        };
        assert!(refused(&mut results).contains(&format!("0 of {due} runs are recorded")));
        let segment = results.pending().expect("a folder").expect("new").segment;
        for runs in [0..3, 7..9] {
            results.hold(&worked(&study, &segment, runs)).expect("due");
        }
        assert!(refused(&mut results).contains(&format!("3 of {due} runs are recorded")));
        let pending = results.pending().expect("a folder").expect("not whole");
        assert_eq!(pending.runs, [3..7, 9..due], "what waits is kept");
        fill(&study, &mut results, 5);
        results.finish(Ending::Complete).expect("it is whole");
        drop(results);
        let whole = scratch("whole");
        through(&study, &whole);
        Found::of(&study, &whole).assert_same(&Found::of(&study, &folder));
    }
}

#[test]
fn a_chunk_is_of_one_version_of_the_program() {
    let study = sized(1, 3);
    let segment = Segment { points: 0..1, replications: 0..3, shard: Shard::WHOLE };
    let bytes = worked(&study, &segment, 0..2);
    let of = |program: &str| {
        let mut hasher = Sha256::new();
        for text in [&identity(&study), "", program] {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        hasher.update(u64::from(study.keep == Keep::Series).to_le_bytes());
        hasher.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    };
    let names = |hash: &str| bytes.windows(hash.len()).any(|window| window == hash.as_bytes());
    assert!(names(&of(env!("CARGO_PKG_VERSION"))) && !names(&of("0.0.9")));
}

#[test]
fn a_late_chunk_of_recorded_runs_is_known_even_when_the_study_is_whole() {
    let (study, folder) = (sized(2, 5), scratch("late"));
    let mut results = opened(&study, &folder);
    let segment = results.pending().expect("a folder").expect("new").segment;
    let late = worked(&study, &segment, 3..9);
    fill(&study, &mut results, 4);
    assert_eq!(results.hold(&late).expect("known"), 0);
    results.finish(Ending::Complete).expect("it can be written");
    assert_eq!(results.hold(&late).expect("known"), 0);
    assert_eq!(results.taken(), 20);
}

#[test]
fn held_files_that_were_damaged_are_due_again() {
    let (study, folder) = (sized(1, 9), scratch("damaged"));
    let mut results = opened(&study, &folder);
    let segment = results.pending().expect("a folder").expect("new").segment;
    for runs in [4..6, 8..12] {
        assert_eq!(
            results.hold(&worked(&study, &segment, runs.clone())).expect("due"),
            runs.end - runs.start
        );
    }
    drop(results);
    let files = fs::read_dir(folder.join("chunks")).expect("chunks");
    let mut files: Vec<_> = files.map(|file| file.expect("an entry").path()).collect();
    files.sort();
    fs::write(&files[0], b"autarky chunk 1\nno more").expect("writable");
    let mut results = opened(&study, &folder);
    let pending = results.pending().expect("a folder").expect("not whole");
    assert_eq!(pending.runs, [0..8, 12..18], "the damaged one is left out, the whole one is not");
    drop(results);
    finished(&study, &folder);
    let whole = scratch("whole");
    through(&study, &whole);
    Found::of(&study, &whole).assert_same(&Found::of(&study, &folder));
}

#[test]
fn a_stopped_worker_hands_back_what_it_finished_and_a_panic_is_a_failed_run() {
    let (study, folder) = (sized(1, 6), scratch("stopped"));
    let mut results = opened(&study, &folder);
    let segment = results.pending().expect("a folder").expect("new").segment;
    let stop = StopFlag::new();
    let simulate = |task: Task| {
        if task.replication == 3 {
            stop.request();
            return Err(TaskError::Stopped);
        }
        assert!((task.policy, task.replication) != (0, 2), "a made-up fault");
        at_point(task)
    };
    let part = chunk(&study, (&segment, 2..12), &stop, simulate).expect("some runs ended");
    assert_eq!(results.hold(&part).expect("due"), 4);
    assert_eq!(chunk(&study, (&segment, 0..2), &stop, simulate), Err(ChunkError::Stopped));
    let pending = results.pending().expect("a folder").expect("not whole");
    assert_eq!(pending.runs, [0..2, 6..12]);
    fill(&study, &mut results, 6);
    results.finish(Ending::Complete).expect("it can be written");
    let failures = results.failures();
    assert!(failures[0].error.contains("a made-up fault"), "{failures:?}");
    assert_eq!(failures[1].error, "the ledger does not balance");
    let none = chunk(&study, (&segment, 10..13), &StopFlag::new(), at_point).expect_err("too far");
    let text = none.to_string();
    assert!(
        text.contains("no runs 10..13") && text.contains("6 replications and 2 policies"),
        "{text}"
    );
}

#[test]
fn a_study_with_a_rule_stops_at_the_same_look() {
    let rule = |halfwidth| Until {
        quantities: vec!["served_share".to_owned()],
        nation: 0,
        halfwidth,
        block: 40,
    };
    for (halfwidth, looks) in [(0.0026, 80), (1e-9, 130)] {
        let study = Study { until: Some(rule(halfwidth)), ..sized(1, 130) };
        let (whole, chunked) = (scratch("whole"), scratch("chunked"));
        through(&study, &whole);
        finished(&study, &chunked);
        Found::of(&study, &whole).assert_same(&Found::of(&study, &chunked));
        let read = |folder: &Path| Stored::open(folder).expect("a folder").manifest;
        let (whole, chunked) = (read(&whole), read(&chunked));
        assert!(whole.stopping.is_some());
        assert_eq!(whole.replications.recorded, looks);
        assert_eq!((whole.stopping, whole.runs), (chunked.stopping, chunked.runs));
    }
}
