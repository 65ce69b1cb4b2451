//! What is written about a scenario: the resolved file, its hash, tables, explanations, the JSON Schema.

use autarky_market::scenario::Scenario;
use autarky_study::scenario::{
    Loaded, Options, Source, explain, json_schema, json_schema_text, load, render_all,
    resolved_toml, scenario_hash, show, show_csv, show_json, show_text,
};
use std::path::PathBuf;

fn source() -> Source {
    Source::Path(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml"))
}

fn good(source: &Source, options: &Options) -> Loaded {
    load(source, options).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

fn child() -> Loaded {
    good(&source(), &Options::default())
}

fn again(loaded: &Loaded) -> Loaded {
    let text = resolved_toml(loaded);
    good(&Source::Text { name: loaded.id.clone(), text }, &Options::default())
}

#[test]
fn the_resolved_file_loads_again_to_the_same_scenarios() {
    let loaded = child();
    let second = again(&loaded);
    assert_eq!(second.policies.len(), loaded.policies.len());
    for (one, two) in loaded.policies.iter().zip(&second.policies) {
        assert_eq!((&one.name, &one.title), (&two.name, &two.title));
        assert_eq!(one.scenario, two.scenario, "{}", one.name);
    }
    assert_eq!(loaded.hash(), second.hash());
    assert_eq!(
        resolved_toml(&second).lines().count(),
        resolved_toml(&again(&second)).lines().count()
    );
}

#[test]
fn the_resolved_file_keeps_awkward_numbers_bit_by_bit() {
    for value in
        ["0.1", "1e-300", "123456789012345.67", "0.30000000000000004", "999999999999999", "4.9e-7"]
    {
        let sets = vec![format!("nation.EST.gdp={value} USD/year")];
        let options = Options { sets, ..Options::default() };
        let loaded = good(&source(), &options);
        assert_eq!(again(&loaded).policies[0].scenario, loaded.policies[0].scenario, "{value}");
    }
}

#[test]
fn the_hash_sees_every_number_and_no_title() {
    let loaded = child();
    let base = &loaded.policies[0].scenario;
    let mut other = base.clone();
    other.nations.entry("EST").title = "Eesti".to_owned();
    assert_eq!(scenario_hash(base), scenario_hash(&other));
    let power = &mut other.nations.entry("EST").power_price;
    *power = f64::from_bits(power.to_bits() + 1);
    assert_ne!(scenario_hash(base), scenario_hash(&other));
    assert_eq!(scenario_hash(base).len(), 64);
}

#[test]
fn the_table_has_every_parameter_of_every_entry_with_its_origin() {
    let loaded = child();
    let rows = show(&loaded.policies[0]);
    let entries = |root| loaded.policies[0].scenario.identifiers(root).len();
    let expected: usize = Scenario::ROOTS.iter().map(|r| r.fields.len() * entries(r.name)).sum();
    assert_eq!(rows.len(), expected);
    let row = rows.iter().find(|r| r.path == "nation.EST.power_price").unwrap();
    assert_eq!(
        (row.value.as_str(), row.unit.as_str(), row.status.as_str()),
        ("0.14", "USD/kWh", "measured")
    );
    assert!(rows.iter().all(|r| !r.status.is_empty() && !r.source.is_empty()));
    assert_eq!(show_text(&rows, true).lines().count(), rows.len() + 1);
    assert_eq!(show_json(&rows).as_array().unwrap().len(), rows.len());
    let csv = show_csv(&rows).unwrap();
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count(), rows.len());
}

#[test]
fn a_name_never_starts_a_formula_in_csv() {
    let sets = vec!["nation.EST.title=\"=HYPERLINK(1)\"".to_owned()];
    let loaded = good(&source(), &Options { sets, ..Options::default() });
    let csv = show_csv(&show(&loaded.policies[0])).unwrap();
    assert!(csv.contains("'=HYPERLINK"));
}

#[test]
fn every_parameter_is_explained_with_meaning_range_default_and_source() {
    for root in Scenario::ROOTS {
        for field in root.fields {
            let found = explain(&format!("{}.{}", root.name, field.name)).unwrap();
            assert_eq!(found.len(), 1);
            assert!(
                !found[0].meaning.is_empty() && !found[0].source.is_empty(),
                "{}",
                found[0].path
            );
        }
    }
    assert_eq!(explain("nation.EST.power_price").unwrap(), explain("nation.power_price").unwrap());
    assert!(explain("nation.policy").unwrap().len() > 3);
    assert_eq!(
        explain("nation.power_prize").unwrap_err().help.unwrap(),
        "did you mean `nation.power_price`?"
    );
    assert_eq!(explain("nations").unwrap_err().help.unwrap(), "did you mean `nation`?");
}

#[test]
fn every_default_lies_in_its_own_range_and_survives_the_file() {
    let text = std::fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/parent.toml"),
    );
    let loaded = good(&Source::Text { name: "p".into(), text: text.unwrap() }, &Options::default());
    assert_eq!(again(&loaded).policies[0].scenario, loaded.policies[0].scenario);
}

#[test]
fn the_schema_declares_every_parameter() {
    let schema = json_schema();
    for root in Scenario::ROOTS {
        for field in root.fields {
            let pointer = format!(
                "/$defs/{}/properties/{}",
                root.name,
                field.name.replace('.', "/properties/")
            );
            let declared = schema.pointer(&pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert!(declared["description"].as_str().unwrap().contains("Source"));
        }
    }
}

#[test]
fn the_schema_file_is_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/schema.json");
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == json_schema_text(),
        "scenarios/schema.json is out of date; write it with `autarky schema > scenarios/schema.json`"
    );
}
