//! Claims about diff, replay and plan on the command line.

use std::process::{Command, Output, Stdio};

fn autarky(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autarky"));
    command.args(arguments).current_dir(std::env::temp_dir()).env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::null()).output().expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "stderr: {}", text(&output.stderr));
}

#[test]
fn diff_shows_what_a_policy_sets_and_ends_with_0_either_way() {
    let output = autarky(&["diff", "small-state", "--policies", "base", "ban_second_vendor"]);
    assert_code(&output, 0);
    let shown = text(&output.stdout);
    assert!(shown.contains("nation.EST.vendor_mix") && shown.contains("Only in B"), "{shown}");
    let same = autarky(&["diff", "small-state", "small-state", "--format", "json"]);
    assert_code(&same, 0);
    let found: serde_json::Value = serde_json::from_slice(&same.stdout).expect("JSON");
    assert_eq!(found["same_results"], true);
    assert_code(&autarky(&["diff", "small-state"]), 2);
    let wrong = autarky(&["diff", "small-state", "--policies", "base", "bann"]);
    assert_code(&wrong, 3);
    assert!(text(&wrong.stderr).contains("did you mean `ban`?"));
}

#[test]
fn replay_repeats_the_events_and_its_trace_ends_with_the_same_fingerprint() {
    let common = ["replay", "small-state", "--set", "horizon.years=1", "--replication", "3"];
    let plain = autarky(&[&common[..], &["--format", "ndjson"]].concat());
    assert_code(&plain, 0);
    let record: serde_json::Value = serde_json::from_slice(&plain.stdout).expect("JSON");
    let more = ["--trace", "--event", "tick,review", "--limit", "10", "--from", "2026-02-01"];
    let traced = autarky(&[&common[..], &more].concat());
    assert_code(&traced, 0);
    let lines = text(&traced.stdout);
    assert_eq!(lines.lines().count(), 10);
    assert!(lines.lines().all(|line| line.starts_with("2026-02-")), "{lines}");
    let fingerprint = record["fingerprint"].as_str().expect("a text");
    let messages = text(&traced.stderr);
    assert!(messages.contains(fingerprint) && messages.contains("the same without"), "{messages}");
    let wrong = autarky(&[&common[..], &["--trace", "--event", "tock"]].concat());
    assert_code(&wrong, 2);
}

#[test]
fn plan_says_what_it_timed_and_refuses_what_does_not_fit() {
    let common = ["plan", "small-state", "--set", "horizon.years=1", "--policy", "base"];
    let output = autarky(&[&common[..], &["-n", "50", "--jobs", "2"]].concat());
    assert_code(&output, 0);
    let shown = text(&output.stdout);
    for word in ["50 runs", "run now, took", "series every week", "on disk"] {
        assert!(shown.contains(word), "{shown}");
    }
    let many = ["-n", "1000000000000", "--format", "json"];
    let refused = autarky(&[&common[..], &many].concat());
    assert_code(&refused, 74);
    assert!(text(&refused.stderr).contains("of disk and"), "{}", text(&refused.stderr));
    let plan: serde_json::Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(plan["fits"], false);
}
