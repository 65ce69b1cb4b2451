//! Claims about the command line: what goes where, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// A run of a year with few replications.
const SHORT: [&str; 4] = ["--set", "horizon.years=1", "--jobs", "2"];

fn scratch(name: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let unique = format!(
        "autarky-cli-{name}-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let path = std::env::temp_dir().join(unique);
    fs::create_dir_all(&path).expect("the temporary folder is writable");
    path
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autarky"));
    command.args(arguments).current_dir(folder).env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

fn autarky(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the binary starts")
}

fn short_run(folder: &Path, more: &[&str]) -> Output {
    let start: &[&str] = &["run", "small-state", "-n", "2", "--policy", "ban"];
    autarky(folder, &[start, &SHORT, more].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "stderr: {}", text(&output.stderr));
}

#[test]
fn run_writes_the_results_folder_and_prints_a_summary() {
    let folder = scratch("run");
    let output = short_run(&folder, &["--seed", "7", "--out", "out"]);
    assert_code(&output, 0);
    for file in [
        "manifest.json",
        "resolved.toml",
        "runs/part-00000.parquet",
        "series/part-00000.parquet",
        "withdrawal/part-00000.parquet",
        "failures.parquet",
        "summary.csv",
        "figure.png",
        "figure.svg",
        "CITATION.bib",
    ] {
        assert!(folder.join("out").join(file).is_file(), "{file} is missing");
    }
    let summary = text(&output.stdout);
    for word in
        ["Estonia", "El Salvador", "ban", "95 % interval", "Weakest link", "Assumed, not measured"]
    {
        assert!(summary.contains(word), "the summary lacks `{word}`:\n{summary}");
    }
    assert!(summary.lines().all(|line| line.chars().count() <= 100), "{summary}");
    let messages = text(&output.stderr);
    assert!(messages.contains("0 of 4 runs") && messages.contains("results in out"), "{messages}");
}

#[test]
fn same_seed_gives_the_same_digest_for_any_number_of_threads() {
    let folder = scratch("digest");
    let digest = |out: &str, jobs: &str, seed: &str| {
        let arguments = [
            "run",
            "small-state",
            "-n",
            "3",
            "--policy",
            "ban",
            "--set",
            "horizon.years=1",
            "--quiet",
            "--jobs",
            jobs,
            "--out",
            out,
            "--seed",
            seed,
        ];
        assert_code(&autarky(&folder, &arguments), 0);
        let manifest = fs::read(folder.join(out).join("manifest.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("it is JSON");
        manifest["result_digest"].as_str().expect("a digest").to_owned()
    };
    let one = digest("a", "1", "7");
    assert_eq!(one.len(), 64);
    assert_eq!(one, digest("b", "3", "7"));
    assert_ne!(one, digest("c", "3", "8"));
}

#[test]
fn default_folder_is_named_after_scenario_and_hash_and_other_seeds_go_elsewhere() {
    let folder = scratch("default");
    for seed in ["1", "2"] {
        assert_code(&short_run(&folder, &["--quiet", "--seed", seed]), 0);
    }
    let runs: Vec<String> = fs::read_dir(folder.join("results/small-state"))
        .expect("the default folder")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(runs.len(), 2);
    assert!(
        runs.iter().all(|name| name.len() == 12 && name.bytes().all(|b| b.is_ascii_hexdigit())),
        "{runs:?}"
    );
}

#[test]
fn quiet_run_says_nothing_on_standard_error() {
    let output = short_run(&scratch("quiet"), &["--quiet"]);
    assert_code(&output, 0);
    assert_eq!(text(&output.stderr), "");
    assert!(!output.stdout.is_empty());
}

#[test]
fn json_and_csv_summaries_are_data_alone_on_standard_output() {
    let folder = scratch("formats");
    let output = short_run(&folder, &["--format", "json", "--message-format", "json"]);
    assert_code(&output, 0);
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(summary["manifest"]["replications"]["recorded"], 2);
    assert!(summary["quantities"].as_array().is_some_and(|rows| rows.len() > 20));
    for line in text(&output.stderr).lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("every message is a JSON object");
    }
    let output = short_run(&folder, &["--format", "csv"]);
    assert_code(&output, 0);
    assert!(text(&output.stdout).starts_with(
        "policy,nation,quantity,unit,n,mean,standard_error,q05,q50,q95,cvar05,cvar95,"
    ));
}

#[test]
fn usage_errors_end_with_2() {
    let folder = scratch("usage");
    let wrong: [&[&str]; 11] = [
        &[],
        &["fly"],
        &["run"],
        &["run", "small-state", "--jobs", "0"],
        &["run", "small-state", "-n", "0"],
        &["run", "small-state", "-n", "-5"],
        &["run", "small-state", "-n", "99999999999999999999"],
        &["run", "small-state", "--seed", "9007199254740992"],
        &["run", "small-state", "--seed", "-1"],
        &["completions", "tcsh-of-1981"],
        &["explain", "nation.no_such_parameter"],
    ];
    for arguments in wrong {
        let output = autarky(&folder, arguments);
        assert_code(&output, 2);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    assert!(!folder.join("results").exists(), "nothing was started");
}

#[test]
fn invalid_scenarios_end_with_3_and_all_errors_with_their_places() {
    let folder = scratch("invalid");
    fs::write(
        folder.join("bad.toml"),
        "format = 1\nextends = \"catalog:small-state\"\n[horizon]\nyears = -4\nyeers = 2\n",
    )
    .expect("writable");
    for verb in ["check", "run", "show"] {
        let output = autarky(&folder, &[verb, "bad.toml"]);
        assert_code(&output, 3);
        let messages = text(&output.stderr);
        assert!(messages.contains("bad.toml:4") && messages.contains("bad.toml:5"), "{messages}");
    }
    let output = autarky(&folder, &["check", "bad.toml", "--message-format", "json"]);
    assert_code(&output, 3);
    for line in text(&output.stdout).lines() {
        let finding: serde_json::Value =
            serde_json::from_str(line).expect("one JSON object a line");
        assert!(finding["message"].is_string());
    }
    assert_code(&autarky(&folder, &["run", "no-such-scenario"]), 3);
    assert_code(&autarky(&folder, &["run", "small-state", "--policy", "no_such_policy"]), 3);
    assert_code(&autarky(&folder, &["run", "small-state", "--set", "horizon.years=ten"]), 3);
}

#[test]
fn check_says_that_a_catalogue_scenario_is_valid() {
    let output = autarky(&scratch("check"), &["check", "small-state"]);
    assert_code(&output, 0);
    assert!(text(&output.stdout).starts_with("small-state: valid"));
}

#[test]
fn new_scenario_is_valid_and_never_overwrites() {
    let folder = scratch("new");
    assert_code(&autarky(&folder, &["new", "small-state", "mine.toml"]), 0);
    assert_code(&autarky(&folder, &["check", "mine.toml"]), 0);
    let before = fs::read(folder.join("mine.toml")).expect("written");
    let output = autarky(&folder, &["new", "small-state", "mine.toml"]);
    assert_code(&output, 74);
    assert!(text(&output.stderr).contains("exists and is not overwritten"));
    assert_eq!(fs::read(folder.join("mine.toml")).expect("untouched"), before);
    assert_code(&autarky(&folder, &["new", "no-such-id"]), 3);
}

#[test]
fn show_and_explain_and_schema_print_data() {
    let folder = scratch("show");
    let stated = autarky(&folder, &["show", "small-state", "--format", "csv"]);
    let all = autarky(&folder, &["show", "small-state", "--resolved", "--origins"]);
    assert_code(&stated, 0);
    assert_code(&all, 0);
    assert!(text(&all.stdout).lines().count() > text(&stated.stdout).lines().count());
    assert!(text(&all.stdout).contains("nation.EST.power_price"));
    let explanation = autarky(&folder, &["explain", "nation.power_price"]);
    assert_code(&explanation, 0);
    assert!(text(&explanation.stdout).contains("USD/kWh"));
    let schema = autarky(&folder, &["schema"]);
    assert_code(&schema, 0);
    serde_json::from_slice::<serde_json::Value>(&schema.stdout).expect("the schema is JSON");
}

#[test]
fn personas_are_made_up_shown_and_run() {
    let folder = scratch("personas");
    let make = |out: &str, seed: &str| {
        let rows = ["--rows", "3000", "--nation", "EST", "--seed", seed, "--out", out];
        autarky(&folder, &[&["personas", "generate"], &rows[..]].concat())
    };
    for (out, seed) in [("a.csv", "1"), ("b.csv", "1"), ("c.csv", "2"), ("a.parquet", "1")] {
        assert_code(&make(out, seed), 0);
    }
    let bytes = |name: &str| fs::read(folder.join(name)).expect("written");
    assert_eq!(bytes("a.csv"), bytes("b.csv"), "the same seed gives the same bytes");
    assert_ne!(bytes("a.csv"), bytes("c.csv"));
    assert_code(&make("a.csv", "3"), 74);
    assert_eq!(bytes("a.csv"), bytes("b.csv"), "an existing file stays as it is");
    let shown = |file: &str| {
        let output =
            autarky(&folder, &["personas", "show", file, "--nation", "EST", "--format", "json"]);
        assert_code(&output, 0);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    assert_eq!(shown("a.csv"), shown("a.parquet"));
    assert_eq!(shown("a.csv")["persons"], 3000);
    let table = autarky(&folder, &["personas", "show", "a.csv"]);
    assert!(text(&table.stdout).contains("demand_scale") && table.stderr.is_empty());
    let arguments = [
        "run",
        "small-state",
        "-n",
        "1",
        "--policy",
        "base",
        "--set",
        "nation.EST.personas=a.csv",
        "--out",
        "out",
    ];
    assert_code(&autarky(&folder, &[&arguments[..], &SHORT].concat()), 0);
    let resolved = fs::read_to_string(folder.join("out/resolved.toml")).expect("written");
    assert!(resolved.contains("sensitivity_mix = { critical") && !resolved.contains("personas ="));
}

#[test]
fn bad_personas_end_with_3_wrong_words_with_2_and_no_control_character_comes_through() {
    let folder = scratch("bad-personas");
    let bad = "age,sex,occupation,region,schooling\n-4,F\u{1b}[31m,cook,a,phd\n34,F,cook\u{7},\u{1b}]0;x\u{7},phd\n";
    fs::write(folder.join("bad.csv"), bad).expect("writable");
    let output = autarky(&folder, &["personas", "show", "bad.csv"]);
    assert_code(&output, 3);
    assert!(output.stdout.is_empty());
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("bad.csv:2:1")
            && stderr.contains("bad.csv:2:4")
            && !stderr.contains(['\u{1b}', '\u{7}']),
        "{stderr}"
    );
    fs::write(folder.join("odd.csv"), bad.replace("-4,F\u{1b}[31m", "40,F")).expect("writable");
    let output = autarky(&folder, &["personas", "show", "odd.csv"]);
    assert_code(&output, 0);
    assert!(!text(&output.stdout).contains(['\u{1b}', '\u{7}']));
    assert_code(&autarky(&folder, &["personas", "show", "none.csv"]), 3);
    assert_code(&autarky(&folder, &["personas", "show", "odd.csv", "--nation", "ETS"]), 2);
    let make = |nation: &str, out: &str| {
        autarky(&folder, &["personas", "generate", "--rows", "9", "--nation", nation, "--out", out])
    };
    let output = make("ETS", "x.csv");
    assert_code(&output, 2);
    assert!(text(&output.stderr).contains("did you mean"), "{}", text(&output.stderr));
    assert_code(&make("EST", "x.xls"), 74);
    assert_code(&make("EST", "no-such-folder/x.csv"), 74);
}

/// The verbs that a help page lists.
fn verbs(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = lines.take_while(|line| line.starts_with(' '));
    // Deeper lines go on with the sentence above.
    let entries = listed.filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')));
    let first = entries.filter_map(|line| line.split_whitespace().next());
    first.filter(|verb| *verb != "help").map(str::to_owned).collect()
}

#[test]
fn every_verb_below_every_verb_has_help_with_an_example() {
    let folder = scratch("help");
    let mut paths = vec![Vec::new()];
    let mut seen = 0;
    while let Some(path) = paths.pop() {
        let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let output = autarky(&folder, &arguments);
        assert_code(&output, 0);
        let help = text(&output.stdout);
        let named = format!("autarky {}", path.join(" "));
        assert!(help.contains("Example:") && help.contains(named.trim_end()), "{named}: {help}");
        paths.extend(verbs(&help).into_iter().map(|verb| [path.clone(), vec![verb]].concat()));
        seen += 1;
    }
    assert!(seen > 14, "only {seen} help pages");
}

#[test]
fn completions_of_every_shell_name_every_verb() {
    let folder = scratch("completions");
    let all = verbs(&text(&autarky(&folder, &["--help"]).stdout));
    assert!(all.len() > 10, "{all:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = autarky(&folder, &["completions", shell]);
        assert_code(&output, 0);
        let script = text(&output.stdout);
        for verb in &all {
            let word = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
            assert!(script.split(word).any(|w| w == verb), "{shell} does not know {verb}");
        }
    }
}

#[test]
fn folders_in_the_way_end_with_74_or_6_and_stay_as_they_are() {
    let folder = scratch("foreign");
    fs::create_dir(folder.join("thesis")).expect("writable");
    fs::write(folder.join("thesis/chapter.tex"), "years of work").expect("writable");
    let output = short_run(&folder, &["--out", "thesis"]);
    assert_code(&output, 74);
    assert!(text(&output.stderr).contains("chapter.tex"), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(folder.join("thesis")).expect("readable").count(), 1);
    assert_code(&short_run(&folder, &["--out", "thesis/chapter.tex"]), 74);
    assert_code(&short_run(&folder, &["--out", "mine", "--seed", "1"]), 0);
    let output = short_run(&folder, &["--out", "mine", "--seed", "2"]);
    assert_code(&output, 6);
    assert!(text(&output.stderr).contains("another study"), "{}", text(&output.stderr));
}

#[test]
fn failed_runs_end_with_4_and_are_listed_with_the_command_that_repeats_them() {
    let folder = scratch("failed");
    let output = short_run(&folder, &["--set", "horizon.event_budget=1000", "--out", "out"]);
    assert_code(&output, 4);
    let messages = text(&output.stderr);
    let again = "autarky replay out --policy base --replication 0";
    assert!(messages.contains("4 runs failed") && messages.contains(again), "{messages}");
    assert!(
        folder.join("out/failures.parquet").is_file() && folder.join("out/summary.csv").is_file()
    );
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_ends_with_74_and_the_reason() {
    let folder = scratch("unwritable");
    let output = short_run(&folder, &["--out", "/proc/autarky"]);
    assert_code(&output, 74);
    assert!(text(&output.stderr).contains("/proc/autarky"), "{}", text(&output.stderr));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let status = command(&folder, &["schema"])
        .stdout(full)
        .stderr(Stdio::null())
        .status()
        .expect("it starts");
    assert_eq!(status.code(), Some(74));
}

#[cfg(unix)]
#[test]
fn reader_that_closes_the_pipe_is_no_error() {
    let folder = scratch("pipe");
    let mut child = command(&folder, &["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[cfg(unix)]
#[test]
fn interrupt_keeps_what_is_finished_and_ends_with_130() {
    use std::io::{BufRead, BufReader};
    let folder = scratch("interrupt");
    let arguments = [
        "run",
        "small-state",
        "-n",
        "1000000",
        "--policy",
        "ban",
        "--set",
        "horizon.years=1",
        "--out",
        "out",
    ];
    let mut child = command(&folder, &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let messages = BufReader::new(child.stderr.take().expect("piped"));
    // A line with progress after the first says that replications have been folded.
    let mut lines = messages.lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(" of 2000000 runs") && !line.starts_with("0 ")));
    let kill =
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(kill.success());
    assert!(lines.any(|line| line.contains("stopping")));
    drop(lines);
    let output = child.wait_with_output().expect("it ends");
    assert_code(&output, 130);
    let manifest = fs::read(folder.join("out/manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("it is JSON");
    assert_eq!(manifest["status"], "interrupted");
    assert!(manifest["replications"]["recorded"].as_u64().is_some_and(|n| n > 0));
    assert!(folder.join("out/summary.csv").is_file());
    assert!(text(&output.stdout).contains("Estonia"));
}
