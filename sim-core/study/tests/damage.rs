//! Claims about results folders that are damaged, full, shared or foreign: the error is precise, and what was there stays. Records are synthetic.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use autarky_study::output::{Claim, OutputError, Results, Stored};
use autarky_study::run::schedule::Task;
use proptest::prelude::*;
use support::scratch;
use support::store::{End, Found, Session, TABLES, at_point, exported, go_on, sized, through};

/// All files of a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            out.extend(files(&path));
        } else {
            out.insert(path.clone(), fs::read(&path).expect("readable"));
        }
    }
    out
}

/// What a user may do with a folder, each with its error.
fn errors(folder: &Path) -> Vec<OutputError> {
    let stored = match Stored::open(folder) {
        Ok(stored) => stored,
        Err(error) => return vec![error],
    };
    let mut out = stored.verify();
    out.extend(TABLES.iter().filter_map(|table| exported(&stored, table).err()));
    out.extend(stored.statistics(&sized(1, 20)).err());
    out.extend(stored.resolved().err());
    out.extend(stored.parameters().err());
    out.extend(stored.failures().err());
    out
}

fn names(error: &OutputError, path: &Path) -> bool {
    match error {
        OutputError::Damaged { path: found, .. } | OutputError::Io { path: found, .. } => {
            found == path
        }
        _ => false,
    }
}

#[test]
fn any_damage_to_any_file_is_named_and_every_other_file_stays_usable() {
    let folder = scratch("damage");
    through(&sized(1, 20), &folder);
    let before = files(&folder);
    assert!(errors(&folder).is_empty(), "nothing is wrong yet");
    let kinds = before.keys().filter(|path| !path.ends_with(".lock"));
    for (at, path) in kinds.enumerate() {
        let whole = &before[path];
        // A byte somewhere else in every file: the position is the file's own number times a prime.
        let place = (at + 1) * 7919 % whole.len();
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << (at % 8);
        for damaged in [flipped, whole[..place].to_vec(), Vec::new()] {
            fs::write(path, damaged).expect("writable");
            let found = errors(&folder);
            assert!(!found.is_empty(), "{} was not missed", path.display());
            for error in &found {
                assert!(names(error, path), "{error} does not name {}", path.display());
            }
            fs::write(path, whole).expect("writable");
        }
        fs::remove_file(path).expect("writable");
        let found = errors(&folder);
        assert!(!found.is_empty(), "{} was not missed", path.display());
        fs::write(path, whole).expect("writable");
    }
    assert!(files(&folder) == before && errors(&folder).is_empty(), "nothing else was touched");
}

proptest! {
    #[test]
    fn any_flipped_bit_of_a_manifest_is_found(place in 0..1_000_000_usize, bit in 0..8) {
        let folder = scratch("flip");
        let manifest = folder.join("manifest.json");
        let study = sized(1, 2);
        drop(Results::open(&study, &Claim::Exact(folder.clone())).expect("a new folder"));
        let mut bytes = fs::read(&manifest).expect("a manifest");
        let place = place % bytes.len();
        bytes[place] ^= 1_u8 << bit;
        fs::write(&manifest, &bytes).expect("writable");
        let error = Stored::open(&folder).expect_err("it is damaged");
        prop_assert!(matches!(&error, OutputError::Damaged { path, .. } if *path == manifest), "{}", error);
        let error = Results::open(&study, &Claim::Exact(folder.clone())).expect_err("damaged");
        prop_assert!(matches!(&error, OutputError::Damaged { .. }), "{}", error);
        prop_assert!(fs::read(&manifest).expect("it is there") == bytes, "it stays as it is");
        fs::remove_dir_all(folder).expect("writable");
    }
}

#[test]
fn a_study_with_a_part_gone_or_torn_does_not_go_on_as_if_it_were_whole() {
    let (study, folder) = (sized(1, 20), scratch("torn"));
    let session = Session { threads: 1, end: Some((21, End::Killed)), part: 1 };
    go_on(&study, &folder, session, at_point).expect("a new folder");
    let part = folder.join("series/part-00003.parquet");
    let whole = fs::read(&part).expect("a part");
    fs::write(&part, &whole[..whole.len() - 1]).expect("writable");
    let error = go_on(&study, &folder, Session::WHOLE, at_point).expect_err("torn");
    assert!(names(&error, &part) && error.to_string().contains("were written"), "{error}");
    fs::remove_file(&part).expect("writable");
    let error = go_on(&study, &folder, Session::WHOLE, at_point).expect_err("gone");
    assert!(names(&error, &part), "{error}");
    fs::write(&part, whole).expect("writable");
    through(&study, &folder);
    let straight = scratch("straight");
    through(&study, &straight);
    Found::of(&study, &straight).assert_same(&Found::of(&study, &folder));
}

#[test]
fn what_a_kill_leaves_between_two_writes_is_swept_away() {
    let (study, folder, straight) = (sized(1, 20), scratch("stale"), scratch("straight"));
    through(&study, &straight);
    let session = Session { threads: 1, end: Some((21, End::Killed)), part: 1 };
    go_on(&study, &folder, session, at_point).expect("a new folder");
    for stale in [
        "runs/part-00021.parquet",
        "series/part-00021.parquet.tmp",
        "state-00022.bin",
        "state-00099.bin.tmp",
        "manifest.json.tmp",
        "summary.csv.tmp",
    ] {
        fs::write(folder.join(stale), "torn").expect("writable");
    }
    through(&study, &folder);
    Found::of(&study, &straight).assert_same(&Found::of(&study, &folder));
    let left = files(&folder);
    let temporary = |path: &&PathBuf| path.extension().is_some_and(|e| e == "tmp");
    assert_eq!(left.keys().find(temporary), None);
    assert!(!left.contains_key(&folder.join("state-00099.bin")));
}

/// A folder in the way of a file makes its write fail, for root too.
#[test]
fn a_write_that_fails_anywhere_ends_the_study_and_loses_nothing_recorded() {
    let (study, straight) = (sized(1, 20), scratch("straight"));
    through(&study, &straight);
    let expected = Found::of(&study, &straight);
    for blocked in [
        "runs/part-00005.parquet.tmp",
        "withdrawal/part-00007.parquet.tmp",
        "series/part-00000.parquet.tmp",
        "capacity/part-00011.parquet.tmp",
        "failures/part-00009.parquet.tmp",
        "state-00004.bin.tmp",
        "manifest.json.tmp",
        "summary.csv.tmp",
        "figure.png.tmp",
    ] {
        let folder = scratch("blocked");
        let obstacle = folder.join(blocked);
        // Blocked on the way: the manifest when it has been written before.
        let late = if blocked == "manifest.json.tmp" { 8 } else { 0 };
        let simulate = |task: Task| {
            if (task.replication, task.policy) == (late, 0) {
                let _ = fs::create_dir(&obstacle);
            }
            at_point(task)
        };
        let session = Session { threads: 2, end: None, part: 1 };
        let error = go_on(&study, &folder, session, simulate).expect_err("it is blocked");
        let name = blocked.trim_end_matches(".tmp");
        assert!(names(&error, &folder.join(name)), "{error} does not name {name}");
        let stored = Stored::open(&folder).expect("it can be read");
        assert!(stored.verify().is_empty(), "what is recorded is whole");
        fs::remove_dir(&obstacle).expect("it is empty");
        through(&study, &folder);
        expected.assert_same(&Found::of(&study, &folder));
    }
}

#[test]
fn a_second_writer_is_refused_and_one_that_waited_goes_on_with_what_it_finds() {
    let (study, folder) = (sized(1, 6), scratch("second"));
    let first = Results::open(&study, &Claim::Exact(folder.clone())).expect("a new folder");
    let error = Results::open(&study, &Claim::Exact(folder.clone())).expect_err("it is locked");
    assert!(error.to_string().contains("another run is writing there now"), "{error}");
    drop(first);
    through(&study, &folder);
    let recorded = files(&folder);
    through(&study, &folder);
    assert!(files(&folder) == recorded, "a whole study is left as it is, byte for byte");
}

#[test]
fn parts_of_others_are_not_taken_for_stale_ones() {
    let folder = scratch("foreign");
    fs::create_dir(folder.join("runs")).expect("writable");
    let foreign = folder.join("runs/part-00000.parquet");
    fs::write(&foreign, "years of work").expect("writable");
    let error = go_on(&sized(1, 2), &folder, Session::WHOLE, at_point).expect_err("refused");
    assert!(error.to_string().contains("runs/part-00000.parquet"), "{error}");
    assert_eq!(files(&folder).len(), 1, "nothing was written");
    assert_eq!(fs::read(foreign).expect("it is there"), b"years of work");
}

#[test]
fn a_folder_without_manifest_is_no_results_folder() {
    let folder = scratch("none");
    for path in [folder.clone(), folder.join("absent")] {
        let error = Stored::open(&path).expect_err("there is none");
        assert!(
            error.to_string().ends_with("is no results folder: it has no manifest.json"),
            "{error}"
        );
    }
}

#[test]
fn a_manifest_that_somebody_made_reaches_nothing_outside_of_its_folder() {
    let (study, folder) = (sized(1, 4), scratch("crafted"));
    through(&study, &folder);
    let mut manifest = Stored::open(&folder).expect("a results folder").manifest;
    let outside = scratch("outside").join("thesis.tex");
    fs::write(&outside, "years of work").expect("writable");
    let state = manifest.state.as_mut().expect("there is one");
    state.path =
        format!("../{}", outside.strip_prefix(std::env::temp_dir()).expect("below").display());
    fs::write(folder.join("manifest.json"), manifest.to_json()).expect("writable");
    let error = go_on(&sized(1, 9), &folder, Session::WHOLE, at_point).expect_err("refused");
    assert!(error.to_string().contains("which is no file of a results folder"), "{error}");
    assert_eq!(fs::read_to_string(outside).expect("it is there"), "years of work");
    let mut manifest = Stored::open(&scratch_study()).expect("a results folder").manifest;
    manifest.shard.of = 0;
    fs::write(folder.join("manifest.json"), manifest.to_json()).expect("writable");
    let error = Stored::open(&folder).expect_err("there is no such shard");
    assert!(error.to_string().contains("there is no shard 0 of 0"), "{error}");
}

fn scratch_study() -> PathBuf {
    let folder = scratch("made");
    through(&sized(1, 2), &folder);
    folder
}
