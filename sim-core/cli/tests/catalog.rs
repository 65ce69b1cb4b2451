//! `autarky catalog` at the command line.

use std::process::{Command, Output};

fn catalog(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_autarky"))
        .arg("catalog")
        .args(arguments)
        .output()
        .expect("the program starts")
}

#[test]
fn the_list_is_json_that_a_program_can_read() {
    let output = catalog(&["list", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let has = |id: &str| list.as_array().is_some_and(|all| all.iter().any(|o| o["id"] == id));
    assert!(has("small-state") && has("weakest-link-null"));
    assert!(output.stderr.is_empty());
}

#[test]
fn show_and_cite_speak_of_one_scenario() {
    let shown = catalog(&["show", "weakest-link-null"]);
    assert_eq!(shown.status.code(), Some(0));
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    for heading in ["Claim", "Policies", "What comes out", "What would flip it", "Limits"] {
        assert!(text.contains(&format!("\n{heading}\n")), "{heading}");
    }
    let cited = catalog(&["cite", "weakest-link-null"]);
    assert!(cited.stdout.starts_with(b"@software{autarky_weakest-link-null,"));
}

#[test]
fn an_unknown_scenario_is_refused_with_the_nearest_name() {
    for verb in ["show", "cite"] {
        let output = catalog(&[verb, "smal-state"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `small-state`?"));
        assert!(output.stdout.is_empty());
    }
}
