//! Every scenario of the catalogue loads without warnings, is written and read again, and can be begun from.

use autarky_study::scenario::{
    Loaded, Options, Source, load, render_all, resolved_toml, show, template,
};

fn good(source: &Source) -> Loaded {
    load(source, &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

#[test]
fn every_scenario_of_the_catalogue_loads_without_warnings() {
    assert!(autarky_scenarios::scenario_ids().count() >= 2);
    for id in autarky_scenarios::scenario_ids() {
        let loaded = good(&Source::Catalogue(id.to_owned()));
        assert!(loaded.warnings.is_empty(), "{id}\n{}", render_all(&loaded.warnings));
        assert_eq!(loaded.id, id);
        assert!(
            !loaded.title.is_empty() && !loaded.question.is_empty(),
            "{id} has no title or question"
        );
    }
}

#[test]
fn every_scenario_of_the_catalogue_is_the_same_after_writing_and_reading() {
    for id in autarky_scenarios::scenario_ids() {
        let loaded = good(&Source::Catalogue(id.to_owned()));
        let again = good(&Source::Text { name: id.to_owned(), text: resolved_toml(&loaded) });
        assert_eq!(loaded.policies.len(), again.policies.len());
        for (one, two) in loaded.policies.iter().zip(&again.policies) {
            assert_eq!(one.scenario, two.scenario, "{id} {}", one.name);
        }
    }
}

#[test]
fn every_value_of_the_catalogue_says_how_well_it_is_founded() {
    let statuses = ["measured", "calibrated", "imputed", "assumed"];
    for id in autarky_scenarios::scenario_ids() {
        for policy in good(&Source::Catalogue(id.to_owned())).policies {
            for row in show(&policy) {
                assert!(
                    statuses.contains(&row.status.as_str()),
                    "{id} {} {:?}",
                    row.path,
                    row.status
                );
            }
        }
    }
}

#[test]
fn a_first_file_runs_unchanged_and_with_every_lever_uncommented() {
    let text = template("small-state").expect("a template");
    let base = good(&Source::Catalogue("small-state".to_owned()));
    let new = good(&Source::Text { name: "new".to_owned(), text: text.clone() });
    assert!(new.warnings.is_empty());
    assert_eq!(new.policies[0].scenario, base.policies[0].scenario);
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    let all: Vec<String> = text.lines().map(uncomment).collect();
    let levers = good(&Source::Text { name: "levers".to_owned(), text: all.join("\n") });
    assert_eq!(levers.policies[0].scenario, base.policies[0].scenario);
    assert_eq!(levers.policies.len(), base.policies.len() + 1);
    for lever in
        ["power_price", "policy.coverage", "policy.portfolio.network", "operators", "start", "tick"]
    {
        assert!(text.contains(&format!("\n#{lever} = ")), "{lever} is missing");
    }
}

#[test]
fn a_first_file_needs_a_scenario_of_the_catalogue() {
    let errors = template("smal-state").expect_err("no such scenario");
    assert!(errors[0].render().contains("did you mean `small-state`?"));
}

#[test]
fn the_shocks_of_the_base_world_are_off_and_can_each_be_switched_on() {
    let source = Source::Catalogue("small-state".to_owned());
    let base = good(&source);
    assert!(base.policies[0].scenario.shocks.is_empty());
    for id in ["accelerators", "memory", "power", "rental"] {
        let sets = vec![format!("shock.{id}.enabled=true")];
        let loaded = load(&source, &Options { sets, ..Options::default() });
        let loaded = loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)));
        assert!(loaded.warnings.is_empty(), "{}", render_all(&loaded.warnings));
        let shocks = &loaded.policies[0].scenario.shocks;
        assert_eq!(shocks.iter().map(|(id, _)| id).collect::<Vec<_>>(), [id]);
    }
}

#[test]
fn the_vectors_of_the_base_world_are_off_and_can_be_switched_on_one_by_one_or_all_at_once() {
    let source = Source::Catalogue("small-state".to_owned());
    assert!(good(&source).policies[0].scenario.vectors.is_empty());
    let on = |set: &str| -> Vec<String> {
        let loaded = load(&source, &Options { sets: vec![set.to_owned()], ..Options::default() });
        let loaded = loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)));
        assert!(loaded.warnings.is_empty(), "{}", render_all(&loaded.warnings));
        loaded.policies[0].scenario.vectors.iter().map(|(id, _)| id.to_owned()).collect()
    };
    assert_eq!(on("vector.breach.enabled=true"), ["breach"]);
    let all = [
        "breach",
        "contractor_leak",
        "insider",
        "interception",
        "model_extraction",
        "physical",
        "poisoning",
        "supply_chain",
    ];
    assert_eq!(on("vector.*.enabled=true"), all);
}
