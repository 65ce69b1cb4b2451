//! `[uncertain]`: distributions that a scenario declares, where they are refused, and the draws from them.

use autarky_market::scenario::Scenario;
use autarky_study::design::{Design, UncertainDraws, left_out, of_uncertain};
use autarky_study::scenario::{
    Diagnostic, Loaded, Options, Severity, Source, json_schema, load, render_all, resolved_toml,
};
use std::path::PathBuf;

/// A child of the test scenario with lines added at its end.
fn child(lines: &str) -> Result<Loaded, Vec<Diagnostic>> {
    child_with(lines, &Options::default())
}

fn child_with(lines: &str, options: &Options) -> Result<Loaded, Vec<Diagnostic>> {
    let parent = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml");
    let text = format!("format = 1\nextends = \"{}\"\n{lines}", parent.display());
    load(&Source::Text { name: "mine.toml".to_owned(), text }, options)
}

fn with(lines: &str, options: &Options) -> Loaded {
    child_with(lines, options).unwrap_or_else(|e| panic!("{}", render_all(&e)))
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

/// What is left out, each with its reason.
fn reasons(loaded: &Loaded) -> Vec<String> {
    left_out(loaded).into_iter().map(|warning| warning.message).collect()
}

const WIDE: &str = r#"
[uncertain]
"workload.*.elasticity" = "uniform(0.4, 1.2)"
"provider.network.operators" = "10..500"
"nation.EST.power_price" = "0.1..0.3 USD/kWh"
"#;

#[test]
fn what_a_policy_a_later_file_or_a_setting_states_is_not_drawn() {
    let drawn = |loaded: &Loaded| {
        let spec = of_uncertain(loaded, UncertainDraws::Random, 1, 1).unwrap();
        spec.axes.iter().map(|a| a.split(['~', '=']).next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((drawn(&good(WIDE)).len(), reasons(&good(WIDE)).len()), (3, 0));
    let cases = [
        ("workload.inference.elasticity = 0.5", "workload.*.elasticity"),
        ("workload.*.elasticity = 0.5", "workload.*.elasticity"),
        ("provider.EST-network.operators = 7", "provider.network.operators"),
        ("provider.network.operators = 7", "provider.network.operators"),
        ("nation.*.power_price = \"0.2 USD/kWh\"", "nation.EST.power_price"),
    ];
    for (setting, out) in cases {
        let (path, value) = setting.split_once(" = ").unwrap();
        let policy = format!("{WIDE}\n[policies.mine.set]\n\"{path}\" = {value}\n");
        let loaded = good(&policy);
        assert_eq!(
            reasons(&loaded),
            [format!("`{out}` is not drawn: policy `mine` states it (mine.toml:10)")]
        );
        assert_eq!(drawn(&loaded).len(), 2);
        assert!(!drawn(&loaded).contains(&out.to_owned()), "{setting}");
        let base = Options { policies: vec!["base".to_owned()], ..Options::default() };
        assert_eq!(reasons(&with(&policy, &base)), [""; 0], "a policy that is not taken");
        let set = Options { sets: vec![setting.replace(" = ", "=")], ..Options::default() };
        let set = with(WIDE, &set);
        assert_eq!(reasons(&set), [format!("`{out}` is not drawn: `--set` states it")]);
        let resolved = Source::Text { name: "again".to_owned(), text: resolved_toml(&set) };
        let again =
            load(&resolved, &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)));
        assert_eq!(drawn(&again), drawn(&set), "resolved.toml keeps what is drawn");
    }
    for other in ["provider.EST-data_centre.operators = 2", "workload.inference.variability = 3.0"]
    {
        let (path, value) = other.split_once(" = ").unwrap();
        let loaded = good(&format!("{WIDE}\n[policies.mine.set]\n\"{path}\" = {value}\n"));
        assert_eq!(reasons(&loaded), [""; 0], "{other}");
    }
}

#[test]
fn a_file_above_the_entry_keeps_its_values_and_its_own_entries_hold() {
    let name = format!("autarky-uncertain-above-{}.toml", std::process::id());
    let parent = std::env::temp_dir().join(name);
    let grandparent = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml");
    let text = format!("format = 1\nextends = \"{}\"\n{WIDE}", grandparent.display());
    std::fs::write(&parent, text).unwrap();
    let stating = "[nation.EST]\npower_price = \"0.2 USD/kWh\"\n";
    let own = "[uncertain]\n\"nation.EST.power_price\" = \"0.1..0.2 USD/kWh\"\n";
    let [above, both] = [stating.to_owned(), stating.to_owned() + own].map(|lines| {
        let text = format!("format = 1\nextends = \"{}\"\n{lines}", parent.display());
        load(&Source::Text { name: "mine.toml".to_owned(), text }, &Options::default())
    });
    std::fs::remove_file(&parent).unwrap();
    let [above, both] = [above, both].map(|l| l.unwrap_or_else(|e| panic!("{}", render_all(&e))));
    assert_eq!(reasons(&above), ["`nation.EST.power_price` is not drawn: mine.toml:3 states it"]);
    assert_eq!(reasons(&both), [""; 0]);
}

#[test]
fn policies_keep_their_values_at_every_draw() {
    let lines = format!("{WIDE}\n[policies.mine.set]\n\"workload.inference.elasticity\" = 0.5\n");
    let loaded = good(&lines);
    let spec = of_uncertain(&loaded, UncertainDraws::Random, 8, 3).unwrap();
    let design = Design::new(&spec, &loaded).unwrap();
    for point in 0..design.len() {
        let sets = design.settings(point).sets;
        let at = with(&lines, &Options { sets, ..Options::default() });
        let [base, mine] =
            ["base", "mine"].map(|name| &at.policy(name).expect("the policy").scenario);
        let elasticity = |s: &Scenario| s.workloads.get("inference").unwrap().elasticity;
        assert_eq!(elasticity(mine).to_bits(), 0.5_f64.to_bits());
        let before = &loaded.policies[0].scenario;
        assert_eq!(elasticity(base).to_bits(), elasticity(before).to_bits());
        let price = |s: &Scenario| s.nations.get("EST").unwrap().power_price;
        let bits = [base, before, mine].map(|policy| price(policy).to_bits());
        assert!(bits[0] != bits[1] && bits[0] == bits[2]);
    }
}

#[test]
fn a_scenario_that_states_all_that_is_uncertain_draws_nothing() {
    let lines = format!(
        "{TWO}\n[policies.mine.set]\n\"nation.*.power_price\" = \"0.2 USD/kWh\"\n\"provider.*.operators\" = 3\n"
    );
    let none = of_uncertain(&good(&lines), UncertainDraws::Random, 16, 3).unwrap_err();
    let shown = render_all(&[*none]);
    assert!(shown.contains("states every parameter that is uncertain"), "{shown}");
    assert!(shown.contains("policy `mine` states it (mine.toml:10)"), "{shown}");
}

#[test]
fn dropping_an_entry_that_is_not_there_is_refused() {
    let lines = r#"
[uncertain]
"nation.EST.power_prize" = "none"
"nation.EST.power_price" = "none"
"#;
    let found = child(lines).expect_err("nothing to drop");
    let shown = render_all(&found);
    assert_eq!(found.len(), 2, "{shown}");
    assert!(shown.contains("no parameter `power_prize`"), "{shown}");
    assert!(shown.contains("did you mean `power_price`?"), "{shown}");
    assert!(shown.contains("`nation.EST.power_price` = \"none\" drops nothing"), "{shown}");
    let text = "format = 1\nextends = \"catalog:world-2026\"\n[uncertain]\n\"nation.*.crew\" = \"none\"\n\"nation.*.crews\" = \"none\"\n\"nation.*.home_tast\" = \"none\"";
    let source = Source::Text { name: "mine.toml".to_owned(), text: text.to_owned() };
    let found = load(&source, &Options::default()).expect_err("two misspelt paths");
    assert_eq!(found.len(), 2, "{}", render_all(&found));
}

#[test]
fn the_schema_knows_the_table() {
    let schema = json_schema();
    assert!(schema["properties"]["uncertain"]["additionalProperties"]["anyOf"][1]["properties"]["distribution"].is_object());
}
