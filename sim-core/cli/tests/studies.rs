//! Claims about studies on the command line: what is refused, with which code and words, and that nothing there is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

const AXIS: &str = "nation.EST.power_price=0.05 USD/kWh..0.25 USD/kWh";

fn scratch(name: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unique = format!("autarky-studies-{name}-{}-{count}", std::process::id());
    let path = std::env::temp_dir().join(unique);
    fs::create_dir_all(&path).expect("the temporary folder is writable");
    path
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autarky"));
    command.args(arguments).current_dir(folder).env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// Runs the program, which must end with a code and say all of some words on standard error.
#[track_caller]
fn ends(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) -> Output {
    let output = command(folder, arguments).output().expect("the binary starts");
    let messages = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {messages}");
    for word in words {
        assert!(messages.contains(word), "{arguments:?} does not say `{word}`: {messages}");
    }
    output
}

/// A short study in `out`.
fn short<'a>(verb: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let scenario = ["small-state", "--policy", "ban", "--set", "horizon.years=1", "--quiet"];
    [verb, &scenario, more].concat()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("readable"))).collect();
    names.sort();
    names
}

#[test]
fn designs_that_cannot_be_end_before_the_first_run_and_leave_no_folder() {
    let folder = scratch("designs");
    let sweep = |more: &[&str], code, words: &[&str]| {
        let all = [&["-n", "1", "--out", "out"], more].concat();
        ends(&folder, &short(&["sweep"], &all), code, words);
        assert_eq!(names(&folder), [""; 0], "no folder was made");
    };
    let sobol = ["--design", "sobol", "--axis", AXIS];
    sweep(&[&sobol[..], &["--points", "1000000000000"]].concat(), 3, &["1000000000000", "1000000"]);
    let levels = ["--axis", "nation.EST.power_price=0.05..0.25 USD/kWh/2000"];
    let coverage = ["--axis", "nation.EST.policy.coverage=0.1..0.5/1000"];
    sweep(&[levels, coverage].concat(), 3, &["2000000 points", "at most 1000000"]);
    let missed = ["--axis", "nation.EST.power_price=0.1..0.2 USD/kWh:0.03"];
    sweep(&missed, 3, &["0.19 USD/kWh", "0.025 USD/kWh"]);
    sweep(&["--axis", "nation.EST.power_prize=0.05..0.25 USD/kWh/3"], 3, &["power_price"]);
    sweep(&["--axis", "nation.EST.policy.coverage=0.1..7/3"], 3, &["coverage"]);
    let starts = ["--axis", "horizon.start={2026-01-01,2027-01-01}", "--keep", "series"];
    sweep(&starts, 2, &["`horizon.start` cannot vary", "--keep runs"]);
    sweep(&[], 2, &["--axis PATH=LO..HI"]);
    sweep(&["--design", "table"], 2, &["--table FILE"]);
    sweep(&["--design", "sobol", "--axis", AXIS, "--points", "0"], 2, &["0"]);
}

#[test]
fn folders_in_the_way_of_a_sweep_end_with_74_and_stay_as_they_are() {
    let folder = scratch("way");
    fs::write(folder.join("thesis.tex"), "years of work").expect("writable");
    let sweep = ["sweep", "--axis", "nation.EST.policy.coverage=0.1..0.5/2", "-n", "1"];
    let out = |path: &'static str, words: &[&str]| {
        ends(&folder, &short(&sweep[..1], &[&sweep[1..], &["--out", path]].concat()), 74, words);
    };
    out("thesis.tex", &["thesis.tex", "not a folder"]);
    out("thesis.tex/below", &["thesis.tex"]);
    assert_eq!(fs::read_to_string(folder.join("thesis.tex")).expect("there"), "years of work");
    #[cfg(unix)]
    {
        let outside = scratch("outside");
        fs::create_dir(folder.join("linked")).expect("writable");
        std::os::unix::fs::symlink(&outside, folder.join("linked/runs"))
            .expect("links can be made");
        out("linked", &["linked/runs", "symbolic link"]);
        fs::create_dir(folder.join("results")).expect("writable");
        std::os::unix::fs::symlink(&outside, folder.join("results/small-state")).expect("links");
        ends(&folder, &short(&["run"], &["-n", "1"]), 74, &["symbolic link"]);
        assert_eq!(names(&outside), [""; 0], "nothing was written through a link");
    }
}

#[test]
fn another_study_in_the_folder_ends_with_6_and_says_what_differs() {
    let folder = scratch("mismatch");
    ends(&folder, &short(&["run"], &["-n", "2", "--out", "out"]), 0, &[]);
    let manifest = fs::read(folder.join("out/manifest.json")).expect("a manifest");
    let other = ["-n", "2", "--out", "out", "--seed", "9"];
    ends(&folder, &short(&["run"], &other), 6, &["another study", "seed: 1 there, 9 now"]);
    ends(&folder, &short(&["run"], &["-n", "1", "--out", "out"]), 6, &["can only grow"]);
    let priced = ["-n", "2", "--out", "out", "--set", "nation.EST.power_price=0.2 USD/kWh"];
    ends(&folder, &short(&["run"], &priced), 6, &["SHA-256 of the scenario's values"]);
    ends(&folder, &["resume", "out", "-n", "1"], 6, &["2 were asked for there, 1 now"]);
    ends(&folder, &["resume", "out", "--points", "8"], 2, &["no design"]);
    assert_eq!(fs::read(folder.join("out/manifest.json")).expect("there"), manifest);
    ends(&folder, &["resume", "out", "-n", "3", "--quiet"], 0, &[]);
}

#[test]
fn a_scenario_that_changed_is_shown_and_goes_on_as_recorded_only_when_told() {
    let folder = scratch("changed");
    let mine = folder.join("mine.toml");
    let write = |price: &str| {
        let text = format!(
            "format = 1\ntitle = \"Mine\"\nextends = \"catalog:small-state\"\n[nation.EST]\npower_price = \"{price} USD/kWh\"\n[horizon]\nyears = 1\n"
        );
        fs::write(&mine, text).expect("writable");
    };
    write("0.10");
    let run = ["run", "mine.toml", "--policy", "ban", "-n", "2", "--out", "out", "--quiet"];
    ends(&folder, &run, 0, &[]);
    write("0.20");
    let words = ["has changed", "nation.EST.power_price", "0.1", "0.2", "--as-recorded"];
    ends(&folder, &["resume", "out", "-n", "3"], 6, &words);
    ends(&folder, &["resume", "out", "-n", "3", "--as-recorded", "--quiet"], 0, &[]);
}

#[test]
fn a_sweep_over_chosen_points_is_reported_and_asked_about_at_one_of_them() {
    let folder = scratch("points");
    for (design, points) in
        [(["factorial", "nation.EST.policy.coverage={0.2,0.4}"], 2), (["morris", AXIS], 4)]
    {
        let [kind, axis] = design;
        let samples: &[&str] = if kind == "morris" { &["--points", "2"] } else { &[] };
        let all = [
            &["-n", "3", "--keep", "runs", "--design", kind, "--axis", axis, "--out", kind],
            samples,
        ]
        .concat();
        ends(&folder, &short(&["sweep"], &all), 0, &[]);
        ends(&folder, &["report", kind, "--quiet"], 0, &[]);
        let html = fs::read_to_string(folder.join(kind).join("report.html")).expect("a report");
        assert!(html.contains("the points were chosen, not drawn"), "{kind}");
        let words =
            [format!("the points of a {kind} design are no draws"), format!("0 to {}", points - 1)];
        ends(&folder, &["frontier", kind], 2, &words.each_ref().map(String::as_str));
        ends(&folder, &["frontier", kind, "--point", "1"], 0, &[]);
        ends(&folder, &["frontier", kind, "--point", "4"], 2, &["no point 4"]);
    }
}

#[test]
fn what_is_no_study_or_has_not_what_is_asked_is_said() {
    let folder = scratch("asked");
    for verb in ["resume", "status", "export", "report", "frontier"] {
        ends(&folder, &[verb, "absent"], 74, &["`absent` is no results folder"]);
    }
    ends(&folder, &short(&["run"], &["-n", "2", "--out", "out"]), 0, &[]);
    ends(
        &folder,
        &["export", "out", "--table", "serie"],
        2,
        &["did you mean `series`?", "capacity"],
    );
    ends(&folder, &["export", "out", "--table", "failures"], 2, &["no rows"]);
    let compare = |more: &[&str], words: &[&str]| {
        ends(&folder, &short(&["compare"], &[&["-n", "1"], more].concat()), 2, words);
        assert!(!folder.join("results").exists(), "no run was started");
    };
    compare(&["--objective", "served_sharr"], &["served_share"]);
    compare(&["--nation", "ESTX"], &["ESTX"]);
    compare(&["--against", "bann"], &["did you mean `ban`?"]);
    let unknown = ["compare", "small-state", "--policy", "bann", "-n", "1"];
    ends(&folder, &unknown, 3, &["did you mean `ban`?"]);
    for share in ["0/4", "5/4", "a/b", "3", "1/0", "1/1000000000000"] {
        ends(&folder, &["shard", share, "small-state"], 2, &["I/N", share]);
    }
    let exported = ["export", "out", "--out", "runs.csv"];
    ends(&folder, &exported, 0, &[]);
    ends(&folder, &exported, 74, &["exists already"]);
}

#[test]
fn shards_merge_to_the_digest_of_one_machine_and_incomplete_ones_do_not() {
    let folder = scratch("shards");
    ends(&folder, &short(&["run"], &["-n", "3", "--out", "whole"]), 0, &[]);
    for share in ["1/2", "2/2"] {
        let out = format!("shard-{}", &share[..1]);
        ends(&folder, &short(&["shard", share], &["-n", "3", "--out", &out]), 0, &[]);
    }
    let one = ["merge", "shard-1", "--out", "merged"];
    ends(&folder, &one, 2, &["other shards are missing: 2/2"]);
    ends(&folder, &["merge", "shard-1", "shard-2", "--out", "merged", "--quiet"], 0, &[]);
    ends(
        &folder,
        &["merge", "shard-1", "shard-2", "--out", "merged"],
        74,
        &["holds a study already"],
    );
    let digest = |name: &str| {
        let status = ends(&folder, &["status", name, "--format", "json"], 0, &[]);
        let value: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
        value["result_digest"].as_str().expect("a digest").to_owned()
    };
    assert_eq!(digest("whole"), digest("merged"));
    let read = |name: &str| fs::read(folder.join(name).join("summary.csv")).expect("a summary");
    assert_eq!(read("whole"), read("merged"));
}

#[test]
fn status_names_what_is_damaged_and_resume_refuses_a_torn_part() {
    let folder = scratch("verify");
    ends(&folder, &short(&["run"], &["-n", "2", "--out", "out"]), 0, &[]);
    ends(&folder, &["status", "out", "--verify"], 0, &["every file is as it was written"]);
    let part = folder.join("out/runs/part-00000.parquet");
    let mut bytes = fs::read(&part).expect("a part");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&part, &bytes).expect("writable");
    let words = ["runs/part-00000.parquet", "SHA-256"];
    ends(&folder, &["status", "out", "--verify"], 74, &words);
    ends(&folder, &["export", "out", "--out", "runs.csv"], 74, &words);
    assert!(!folder.join("runs.csv").exists(), "no half of a table stays");
    ends(&folder, &["export", "out", "--table", "series", "--out", "series.csv"], 0, &[]);
    fs::write(&part, &bytes[..middle]).expect("writable");
    ends(&folder, &["resume", "out", "-n", "3"], 74, &["were written"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_takes_no_more_ends_with_74_and_the_study_goes_on_when_there_is_room() {
    let folder = scratch("full");
    ends(&folder, &short(&["run"], &["-n", "40", "--out", "whole"]), 0, &[]);
    let whole = fs::read(folder.join("whole/summary.csv")).expect("a summary");
    // A limit on the size of files, in blocks of 512 or 1024 bytes; the signal that would end the process is ignored, so that writes fail.
    let program = env!("CARGO_BIN_EXE_autarky");
    let study = short(&["run"], &["-n", "40", "--out", "out"]);
    let line = format!("trap '' XFSZ; ulimit -f 8; exec {program} {}", study.join(" "));
    let shell = Command::new("sh").args(["-c", &line]).current_dir(&folder).output();
    let shell = shell.expect("sh starts");
    assert_eq!(shell.status.code(), Some(74), "{}", text(&shell.stderr));
    assert!(text(&shell.stderr).contains("cannot write"), "{}", text(&shell.stderr));
    ends(&folder, &[&study[..], &["--jobs", "1"]].concat(), 0, &[]);
    assert_eq!(fs::read(folder.join("out/summary.csv")).expect("a summary"), whole);
}

#[cfg(unix)]
#[test]
fn two_processes_on_one_folder_the_second_ends_with_74_and_the_first_goes_on() {
    let folder = scratch("two");
    let many = short(&["run"], &["-n", "100000", "--out", "out"]);
    let mut first = command(&folder, &many).stdout(Stdio::null()).spawn().expect("it starts");
    while !folder.join("out/manifest.json").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    ends(&folder, &many, 74, &["another run is writing there now"]);
    ends(&folder, &["resume", "out"], 74, &["another run is writing there now"]);
    let kill = Command::new("kill").args(["-KILL", &first.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    first.wait().expect("it ends");
    let before = recorded(&folder);
    let goes_on = ["resume", "out", "--quiet"];
    let mut second = command(&folder, &goes_on).stdout(Stdio::null()).spawn().expect("it starts");
    while recorded(&folder) <= before {
        assert_eq!(second.try_wait().expect("it can be asked"), None, "it runs");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = Command::new("kill").args(["-INT", &second.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    assert_eq!(second.wait().expect("it ends").code(), Some(130));
    ends(&folder, &["status", "out", "--verify"], 0, &[]);
}

fn recorded(folder: &Path) -> u64 {
    let manifest = fs::read(folder.join("out/manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("it is JSON");
    manifest["runs"]["recorded"].as_u64().expect("a count")
}
