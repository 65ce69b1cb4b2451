//! A nation's file of persons: it fills the demand parameters, says so, gives way to what is stated, and is not needed by the resolved scenario.

mod support;

use autarky_study::scenario::{
    Diagnostic, LayerKind, Loaded, Options, Source, load, render_all, resolved_toml, scenario_hash,
    show,
};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FIELDS: [&str; 5] = [
    "demand_scale",
    "sensitivity_mix",
    "workload_mix.open",
    "workload_mix.regulated",
    "workload_mix.critical",
];
const NAMED: &str = "[nation.EST]\npersonas = \"people.csv\"";

/// Some 1,200 people of every sector.
fn people() -> String {
    let mut text = String::from("age,sex,occupation,region,schooling\n");
    let work = ["software developer", "physician", "soldier", "cleaner", "student", "retired"];
    for i in 0..1200_usize {
        let (sex, level) = (["F", "M"][i % 2], ["bachelors", "high_school"][i % 3 % 2]);
        let _ =
            writeln!(text, "{},{sex},{},Region {},{level}", 18 + i * 7 % 70, work[i % 6], i % 4);
    }
    text
}

/// A scenario with `tail` in a folder with `people.csv`.
fn folder(csv: &str, tail: &str) -> PathBuf {
    let folder = support::scratch("scenario-personas");
    std::fs::write(folder.join("people.csv"), csv).expect("writable");
    let parent = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/parent.toml");
    let parent = parent.display().to_string().replace('\\', "/");
    let text = format!("format = 1\nextends = \"{parent}\"\nfocus.nations = [\"EST\"]\n{tail}\n");
    std::fs::write(folder.join("mine.toml"), text).expect("writable");
    folder
}

fn read(folder: &Path, options: &Options) -> Result<Loaded, Vec<Diagnostic>> {
    load(&Source::Path(folder.join("mine.toml")), options)
}

fn good(folder: &Path) -> Loaded {
    read(folder, &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

fn hash(loaded: &Loaded) -> String {
    scenario_hash(&loaded.policies[0].scenario)
}

#[test]
fn the_file_fills_the_demand_parameters_and_their_origins_say_so() {
    let loaded = good(&folder(&people(), NAMED));
    let base = &loaded.policies[0];
    let nation = base.scenario.nations.get("EST").expect("the nation");
    assert!(nation.personas.is_empty() && (nation.demand_scale - 1.0).abs() > 1e-6);
    for mix in [&nation.sensitivity_mix, &nation.workload_mix_open, &nation.workload_mix_critical] {
        assert!(
            mix.len() == 3 && (mix.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9
        );
    }
    for field in FIELDS {
        let origin = &base.origins[&format!("nation.EST.{field}")];
        assert_eq!((origin.layer, origin.status.as_str()), (LayerKind::File, "calibrated"));
        assert!(
            origin.at.contains("mine.toml:5") && origin.at.contains("1200 persons of "),
            "{}",
            origin.at
        );
        assert!(
            origin.at.contains("people.csv") && origin.source.contains("calibration/personas.csv")
        );
    }
    let rows = show(base);
    let row = rows.iter().find(|row| row.path == "nation.EST.sensitivity_mix").expect("shown");
    assert!(row.value.contains("critical") && row.origin.contains("people.csv"));
    assert!(loaded.files.iter().any(|name| name.ends_with("people.csv")));
}

#[test]
fn a_resolved_scenario_runs_without_the_file_and_its_identity_rests_on_what_was_counted() {
    let place = folder(&people(), NAMED);
    let loaded = good(&place);
    let text = resolved_toml(&loaded);
    let values = |line: &str| line.split("  # ").next().map(str::to_owned);
    assert!(!text.lines().filter_map(values).any(|value| value.contains("people.csv")), "{text}");
    std::fs::remove_file(place.join("people.csv")).expect("removed");
    let again = load(&Source::Text { name: "again".into(), text }, &Options::default());
    let again = again.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    assert_eq!(again.policies[0].scenario, loaded.policies[0].scenario);
    assert_eq!(hash(&again), hash(&loaded));
    let mut rows: Vec<String> = people().lines().skip(1).map(str::to_owned).collect();
    rows.reverse();
    let reversed = format!("age,sex,occupation,region,schooling\n{}\n", rows.join("\n"));
    assert_eq!(
        hash(&good(&folder(&reversed, NAMED))),
        hash(&loaded),
        "the order of rows is no figure"
    );
    let other = people().replacen("retired", "soldier", 1);
    assert_ne!(hash(&good(&folder(&other, NAMED))), hash(&loaded));
}

#[test]
fn without_a_file_a_nation_is_as_before() {
    let plain = good(&folder("", ""));
    assert_eq!(hash(&good(&folder("", "[nation.EST]\npersonas = \"\""))), hash(&plain));
    let nation = plain.policies[0].scenario.nations.get("EST").expect("the nation");
    assert!(nation.sensitivity_mix.is_empty() && nation.workload_mix_open.is_empty());
    assert_eq!(nation.demand_scale.to_bits(), 1.0_f64.to_bits());
}

#[test]
fn what_the_scenario_states_wins_over_the_file_unless_a_lower_layer_states_it() {
    let stated = format!(
        "{NAMED}\ndemand_scale = 3.5\nworkload_mix.open = {{ inference = 0.9, training = 0.1 }}"
    );
    let loaded = good(&folder(&people(), &stated));
    let nation = loaded.policies[0].scenario.nations.get("EST").expect("the nation");
    assert_eq!(nation.demand_scale.to_bits(), 3.5_f64.to_bits());
    assert_eq!((nation.workload_mix_open.len(), nation.sensitivity_mix.len()), (2, 3));
    let below = "[nation.EST]\ndemand_scale = 3.5\n[policies.own.set]\n\"nation.EST.personas\" = \"people.csv\"\n[policies.both.set]\n\"nation.EST.personas\" = \"people.csv\"\n\"nation.EST.demand_scale\" = 2";
    let loaded = good(&folder(&people(), below));
    let scale = |policy: &str| {
        loaded
            .policy(policy)
            .expect("loaded")
            .scenario
            .nations
            .get("EST")
            .expect("the nation")
            .demand_scale
    };
    assert!((scale("base") - 3.5).abs() < 1e-12 && (scale("both") - 2.0).abs() < 1e-12);
    assert!(
        (scale("own") - 3.5).abs() > 0.1,
        "the policy's file replaces the scale of the layer below"
    );
}

#[test]
fn a_setting_names_a_file_anywhere_and_every_nation_may_have_one() {
    let place = folder(&people(), "");
    let set = |text: String| {
        read(&place, &Options { sets: vec![text], ..Options::default() })
            .unwrap_or_else(|e| panic!("{}", render_all(&e)))
    };
    let file = place.join("people.csv");
    let one = set(format!("nation.EST.personas={}", file.display()));
    assert_eq!(
        one.policies[0].scenario.nations.get("EST").expect("there").sensitivity_mix.len(),
        3
    );
    let all = set(format!("nation.*.personas={}", file.display()));
    assert!(
        all.policies[0]
            .scenario
            .nations
            .iter()
            .all(|(_, nation)| nation.sensitivity_mix.len() == 3)
    );
}

#[test]
fn bad_persons_are_found_at_their_line_and_a_bad_name_at_its_own() {
    let wrong = |csv: &str, tail: &str| {
        read(&folder(csv, tail), &Options::default()).expect_err("it is bad")
    };
    let found = wrong(&people().replacen("18,F", "-18,F", 1).replacen(",M,", ",masc,", 1), NAMED);
    let shown = render_all(&found);
    assert_eq!(found.len(), 2, "{shown}");
    for (finding, line) in found.iter().zip([2, 3]) {
        assert!(finding.file.ends_with("people.csv") && finding.line == line, "{shown}");
        assert_eq!(finding.path, "nation.EST.personas");
    }
    for (tail, words) in [
        ("[nation.EST]\npersonas = \"none.csv\"", "relative to the folder of the scenario"),
        ("[nation.EST]\npersonas = \"../people.csv\"", "outside the folder"),
        ("[nation.EST]\npersonas = 3", "has the wrong type"),
        ("[nation.EST]\npersonas = \"a\\u001b.csv\"", "control character"),
        ("[nation.EST]\nsensitivity_mix = { open = 0.5 }", "does not sum to one"),
        ("[nation.EST]\nsensitivity_mix = { opne = 1 }", "did you mean `open`?"),
    ] {
        let found = wrong(&people(), tail);
        let shown = render_all(&found);
        assert!(
            found.len() == 1 && found[0].file.ends_with("mine.toml") && found[0].line == 5,
            "{tail}\n{shown}"
        );
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[test]
fn few_people_and_many_unknown_occupations_are_warnings() {
    let rows: String =
        people().lines().take(200).map(|line| line.replace("soldier", "wizard") + "\n").collect();
    let loaded = good(&folder(&rows.replace("physician", "witch"), NAMED));
    let shown = render_all(&loaded.warnings);
    assert!(
        shown.contains("shares of so few are noisy") && shown.contains("are unknown"),
        "{shown}"
    );
    assert!(good(&folder(&people(), NAMED)).warnings.is_empty());
}
