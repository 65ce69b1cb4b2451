//! What differs between two scenarios: nothing is missed, nothing is made up, origins come with it.

use autarky_market::scenario::Scenario;
use autarky_market::schema::{Kind, Value};
use autarky_study::scenario::{
    Loaded, Options, Policy, Side, Source, difference, difference_csv, difference_json,
    difference_text, load, render_all, scenario_hash,
};

fn small_state(sets: &[&str]) -> Loaded {
    let sets = sets.iter().map(|&s| s.to_owned()).collect();
    let options = Options { sets, ..Options::default() };
    load(&Source::Catalogue("small-state".to_owned()), &options)
        .unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

fn sides(a: &Policy, b: &Policy) -> [Side; 2] {
    [a, b].map(|policy| Side {
        scenario: "small-state".to_owned(),
        policy: policy.name.clone(),
        hash: scenario_hash(&policy.scenario),
    })
}

#[test]
fn a_scenario_does_not_differ_from_itself() {
    let loaded = small_state(&[]);
    for policy in &loaded.policies {
        let found = difference(policy, policy);
        assert!(found.is_empty() && found.titles.is_empty(), "{found:?}");
    }
}

#[test]
fn every_number_that_moves_by_one_bit_is_found_and_nothing_else() {
    let base = small_state(&[]).policies.remove(0);
    let mut moved = 0;
    for spec in Scenario::ROOTS {
        let Some(&id) = base.scenario.identifiers(spec.name).first() else { continue };
        for (at, field) in spec.fields.iter().enumerate() {
            let mut other = base.clone();
            let entry = other.scenario.entry_mut(spec.name, id).expect("the entry exists");
            let Some(Value::Number(x)) = entry.get(at) else { continue };
            assert!(entry.set(at, Value::Number(x.next_up())));
            let found = difference(&base, &other);
            assert_eq!(found.changes.len(), 1, "{} {}", spec.name, field.name);
            assert!(found.changes[0].a.path.ends_with(field.name));
            assert_ne!(found.changes[0].a.value, found.changes[0].b.value, "{}", field.name);
            assert!(found.only_a.is_empty() && found.only_b.is_empty() && found.titles.is_empty());
            moved += 1;
        }
    }
    assert!(moved > 100, "{moved} numbers tried");
}

#[test]
fn the_difference_is_empty_exactly_when_the_hashes_agree() {
    let loaded = small_state(&[]);
    for a in &loaded.policies {
        for b in &loaded.policies {
            let same = scenario_hash(&a.scenario) == scenario_hash(&b.scenario);
            assert_eq!(difference(a, b).is_empty(), same, "{} and {}", a.name, b.name);
        }
    }
    let base = &loaded.policies[0];
    let mut other = base.clone();
    let ten = other.scenario.horizon.years;
    other.scenario.horizon.years = -0.0;
    let mut zero = base.clone();
    zero.scenario.horizon.years = 0.0;
    assert!(ten > 0.0 && difference(&other, &zero).is_empty(), "both zeros are one parameter");
    assert_eq!(scenario_hash(&other.scenario), scenario_hash(&zero.scenario));
}

#[test]
fn what_a_policy_adds_is_grouped_and_what_it_sets_comes_with_both_origins() {
    let loaded = small_state(&[]);
    let (base, ban) = (&loaded.policies[0], loaded.policy("ban_second_vendor").expect("a policy"));
    let found = difference(base, ban);
    assert!(found.only_a.is_empty());
    let added: Vec<&str> = found.only_b.iter().map(|l| l.path.as_str()).collect();
    assert_eq!(added, ["event.chip_ban"]);
    let mix = found.changes.iter().find(|c| c.a.path == "nation.EST.vendor_mix");
    let mix = mix.expect("the policy sets it");
    assert!(mix.a.value.contains("0.85") && mix.b.value.contains("huawei = 0.25"), "{mix:?}");
    assert_eq!((mix.a.layer.as_str(), mix.b.layer.as_str()), ("file", "policy"));
    let [a, b] = sides(base, ban);
    let text = difference_text(&found, [&a, &b]);
    let parameters = found.only_b[0].parameters;
    assert!(text.contains(&format!("event.chip_ban ({parameters} parameters)")), "{text}");
    assert!(text.contains("small-state.toml:") || text.contains("small-state:"), "{text}");
    let backwards = difference(ban, base);
    assert_eq!(backwards.only_a, found.only_b);
    assert_eq!(backwards.changes.len(), found.changes.len());
}

#[test]
fn titles_stand_apart_and_change_no_result() {
    let one = small_state(&[]).policies.remove(0);
    let two = small_state(&["nation.EST.title=Eesti"]).policies.remove(0);
    let found = difference(&one, &two);
    assert!(found.is_empty());
    assert_eq!(found.titles.len(), 1);
    assert_eq!(
        (found.titles[0].a.value.as_str(), found.titles[0].b.value.as_str()),
        ("Estonia", "Eesti")
    );
    let [a, b] = sides(&one, &two);
    assert!(difference_text(&found, [&a, &b]).contains("no parameter differs"));
    assert_eq!(difference_json(&found, [&a, &b])["same_results"], true);
}

#[test]
fn paths_of_equal_length_say_where_they_part() {
    let mut one = small_state(&[]).policies.remove(0);
    let path = |price: f64| Value::Path(vec![(20_454.0, 1.0), (20_820.0, price)]);
    let mut two = one.clone();
    let shock = Scenario::ROOTS.iter().find(|spec| spec.name == "shock").expect("a root");
    let at = shock.fields.iter().position(|f| f.kind == Kind::Path).expect("shocks take a path");
    for (policy, price) in [(&mut one, 2.0), (&mut two, 2.5)] {
        let entry = policy.scenario.entry_mut("shock", "power").expect("it is created");
        assert!(entry.set(at, path(price)));
    }
    let found = difference(&one, &two);
    assert_eq!(found.changes.len(), 1);
    assert!(found.changes[0].b.value.ends_with("; value 2 is 2.5 on 2027-01-02"), "{found:?}");
}

#[test]
fn csv_has_a_row_per_parameter_and_entry_and_starts_no_formula() {
    let loaded = small_state(&["nation.EST.title==1+1"]);
    let plain = small_state(&[]);
    let (base, ban) = (&plain.policies[0], loaded.policy("ban").expect("a policy"));
    let found = difference(base, ban);
    let text = difference_csv(&found).expect("memory suffices");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().expect("every row has as many cells");
    assert_eq!(rows.len(), found.changes.len() + found.titles.len() + found.only_b.len());
    assert!(rows.iter().any(|row| &row[0] == "only_b" && &row[1] == "event.chip_ban"));
    let title = rows.iter().find(|row| &row[0] == "title").expect("a title differs");
    assert_eq!(&title[3], "'=1+1");
}
