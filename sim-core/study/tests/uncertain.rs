//! `[uncertain]`: distributions that a scenario declares, where they are refused, and the draws from them.

use autarky_study::design::{Design, UncertainDraws, of_uncertain};
use autarky_study::scenario::{
    Diagnostic, Loaded, Options, Severity, Source, json_schema, load, render_all, resolved_toml,
};
use std::path::PathBuf;

/// A child of the test scenario with lines added at its end.
fn child(lines: &str) -> Result<Loaded, Vec<Diagnostic>> {
    let parent = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml");
    let text = format!("format = 1\nextends = \"{}\"\n{lines}", parent.display());
    load(&Source::Text { name: "mine.toml".to_owned(), text }, &Options::default())
}

fn good(lines: &str) -> Loaded {
    child(lines).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

const TWO: &str = r#"
[uncertain]
"nation.EST.power_price" = "log_uniform(0.08 USD/kWh, 0.2 USD/kWh)"
"provider.EST-network.operators" = { distribution = "10..500", source = "two operators' words", status = "calibrated" }
"#;

#[test]
fn what_is_uncertain_is_read_with_source_status_and_place() {
    let loaded = good(TWO);
    let [price, operators] = &loaded.uncertain[..] else { panic!("{:?}", loaded.uncertain) };
    assert_eq!(price.axis.text(), "nation.EST.power_price~log_uniform(0.08 USD/kWh, 0.2 USD/kWh)");
    assert_eq!((price.status.as_str(), price.source.as_str()), ("assumed", ""));
    assert_eq!(price.at, "mine.toml:5");
    assert_eq!(
        (operators.status.as_str(), operators.distribution.as_str()),
        ("calibrated", "10..500")
    );
}

#[test]
fn uncertainty_changes_neither_hash_nor_scenario() {
    let (with, without) = (good(TWO), good(""));
    assert_eq!(with.hash(), without.hash());
    assert_eq!(with.policies[0].scenario, without.policies[0].scenario);
}

#[test]
fn the_resolved_file_keeps_what_is_uncertain() {
    let loaded = good(TWO);
    let text = resolved_toml(&loaded);
    let source = Source::Text { name: "again.toml".to_owned(), text };
    let again = load(&source, &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)));
    for (one, two) in loaded.uncertain.iter().zip(&again.uncertain) {
        assert_eq!((&one.axis, &one.source, &one.status), (&two.axis, &two.source, &two.status));
    }
    assert_eq!((again.uncertain.len(), again.hash()), (2, loaded.hash()));
}

/// An overlay replaces one entry, drops the other and adds a third.
#[test]
fn later_files_replace_add_and_drop_entries() {
    let overlay =
        std::env::temp_dir().join(format!("autarky-uncertain-{}.toml", std::process::id()));
    let text = "format = 1\n[uncertain]\n\"nation.EST.power_price\" = \"none\"\n\"nation.SLV.power_price\" = \"0.1..0.3 USD/kWh\"\n\"provider.EST-network.operators\" = \"{10, 20}\"\n";
    std::fs::write(&overlay, text).unwrap();
    let source = Source::Text {
        name: "mine.toml".to_owned(),
        text: format!(
            "format = 1\nextends = \"{}\"\n{TWO}",
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml").display()
        ),
    };
    let options = Options { overlays: vec![overlay.clone()], ..Options::default() };
    let loaded = load(&source, &options);
    std::fs::remove_file(&overlay).unwrap();
    let loaded = loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    let texts: Vec<String> = loaded.uncertain.iter().map(|u| u.axis.text()).collect();
    assert_eq!(
        texts,
        ["nation.SLV.power_price=0.1..0.3 USD/kWh", "provider.EST-network.operators={10, 20}"]
    );
}

#[test]
fn wrong_entries_are_refused_at_their_places_all_at_once() {
    let lines = r#"
[uncertain]
"nation.EST.power_prise" = "log_uniform(0.08 USD/kWh, 0.2 USD/kWh)"
"nation.EST.power_price" = "log_uniform(0.08 USD/kWh, 9 USD/kWh)"
"nation.EST.gdp" = 3
"nation.XXX.gdp" = "1..2 USD/year"
"nation.SLV.gdp" = { source = "nobody", state = "x" }
"nation.SLV.power_price" = { distribution = "0.1..0.2 USD/kWh", status = "sure" }
"policies.ban.nation.SLV.gdp" = "1..2 USD/year"
"#;
    let wrong = child(lines).expect_err("wrong entries");
    let found: Vec<(usize, usize, &str)> =
        wrong.iter().map(|d| (d.line, d.column, d.message.as_str())).collect();
    assert!(wrong.iter().all(|d| d.file == "mine.toml" && d.severity == Severity::Error));
    let expected = [
        (5, 1, "`nation` has no parameter `power_prise`"),
        (6, 55, "`nation.EST.power_price` is out of range"),
        (7, 20, "`uncertain.\"nation.EST.gdp\"` has the wrong type"),
        (8, 1, "`nation.XXX.gdp` is uncertain, but no policy of the scenario has it"),
        (9, 1, "the distribution is not given"),
        (9, 41, "`uncertain` has no `state`"),
        (10, 74, "`status` cannot be `sure`"),
        (11, 1, "a path begins with a root, and `policies` is none"),
    ];
    assert_eq!(found, expected, "{}", render_all(&wrong));
}

#[test]
fn draws_follow_the_declared_distributions() {
    let loaded = good(TWO);
    for how in [UncertainDraws::Random, UncertainDraws::Latin] {
        let spec = of_uncertain(&loaded, how, 16, 3).unwrap();
        let design = Design::new(&spec, &loaded).unwrap();
        assert_eq!(design.len(), 16);
        for point in 0..16 {
            let values: Vec<String> = design.values(point).into_iter().flatten().collect();
            let price: f64 = values[0].strip_suffix(" USD/kWh").unwrap().parse().unwrap();
            assert!((0.08..=0.2).contains(&price));
            assert!((10..=500).contains(&values[1].parse::<i64>().unwrap()));
        }
    }
    let none = of_uncertain(&good(""), UncertainDraws::Random, 16, 3).unwrap_err();
    assert!(none.message.contains("declares no uncertain parameter"));
}

#[test]
fn the_schema_knows_the_table() {
    let schema = json_schema();
    assert!(schema["properties"]["uncertain"]["additionalProperties"]["anyOf"][1]["properties"]["distribution"].is_object());
}
