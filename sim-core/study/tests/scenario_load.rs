//! What a scenario file means: layers, blocs, kinds, policies, origins.

use autarky_market::entity::nation::{IncomeGroup, Residency};
use autarky_market::scenario::Scenario;
use autarky_study::calibration;
use autarky_study::scenario::{LayerKind, Loaded, Options, Source, load, render_all};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario")
}

fn child_with(options: &Options) -> Loaded {
    match load(&Source::Path(folder().join("child.toml")), options) {
        Ok(loaded) => loaded,
        Err(errors) => panic!("{}", render_all(&errors)),
    }
}

fn child() -> Loaded {
    child_with(&Options::default())
}

fn sets(sets: &[&str]) -> Options {
    Options { sets: sets.iter().map(|s| (*s).to_owned()).collect(), ..Options::default() }
}

fn base(loaded: &Loaded) -> &Scenario {
    &loaded.policy("base").expect("a base").scenario
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

#[test]
fn a_child_takes_what_it_does_not_say_from_its_parent() {
    let loaded = child();
    assert_eq!(loaded.title, "Kleinstaat – made up");
    assert_eq!(loaded.question, "Does a parent pass on what its child does not say?");
    assert!((base(&loaded).horizon.years - 2.0).abs() < f64::EPSILON);
    assert_eq!(loaded.id, "child");
    assert!(loaded.warnings.is_empty(), "{}", render_all(&loaded.warnings));
}

#[test]
fn units_arrive_in_the_canonical_unit() {
    let loaded = child();
    let scenario = base(&loaded);
    let mi300x = scenario.hardware.get("mi300x").unwrap();
    assert!(close(mi300x.power, 0.75));
    assert!(close(scenario.nations.get("EST").unwrap().power_price, 0.14));
    assert!(close(scenario.workloads.get("fine_tuning").unwrap().share, 0.25));
    assert!(close(scenario.providers.get("EST-network").unwrap().leave_rate, 0.02));
    assert!(close(scenario.horizon.start, 20_454.0));
}

#[test]
fn focus_nations_and_hardware_are_filled_from_the_calibration_tables() {
    let loaded = child();
    let scenario = base(&loaded);
    let table = calibration::nations();
    let gdp: f64 = table.get("EST", "gdp_usd").unwrap().value.parse().unwrap();
    let estonia = scenario.nations.get("EST").unwrap();
    assert!(close(estonia.gdp, gdp));
    assert_eq!(estonia.title, "Estonia");
    assert_eq!(estonia.income_group, IncomeGroup::High);
    let h100 = scenario.hardware.get("h100-sxm5-80gb").unwrap();
    assert!(close(h100.power, 0.7));
    assert_eq!(h100.vendor, "nvidia");
    let origin = &loaded.policy("base").unwrap().origins["hardware.h100-sxm5-80gb.power"];
    assert_eq!(origin.layer, LayerKind::Table);
    assert!(origin.at.starts_with("calibration/accelerators.csv:"));
}

#[test]
fn every_economy_is_in_focus_or_in_exactly_one_bloc() {
    let loaded = child();
    let scenario = base(&loaded);
    let table = calibration::nations();
    let all: f64 =
        table.keys().filter_map(|k| table.get(k, "gdp_usd")?.value.parse::<f64>().ok()).sum();
    let zones: f64 = scenario.nations.iter().map(|(_, n)| n.gdp).sum();
    assert!((zones / all - 1.0).abs() < 1e-12, "{zones} {all}");
    let ids: Vec<&str> = scenario.nations.iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["EST", "SLV", "europe", "rest", "usa"]);
    let usa: f64 = table.get("USA", "gdp_usd").unwrap().value.parse().unwrap();
    assert!(close(scenario.nations.get("usa").unwrap().gdp, usa));
}

#[test]
fn a_bloc_weighs_prices_by_gdp() {
    let loaded = child();
    let table = calibration::nations();
    let figure = |k: &str, q: &str| table.get(k, q).unwrap().value.parse::<f64>().unwrap();
    let members = table.keys().filter(|k| {
        *k != "EST" && table.get(k, "region").unwrap().value == "Europe & Central Asia"
    });
    let (mut weighted, mut gdp) = (0.0, 0.0);
    for k in members {
        weighted += figure(k, "power_price_usd_per_kwh") * figure(k, "gdp_usd");
        gdp += figure(k, "gdp_usd");
    }
    let europe = base(&loaded).nations.get("europe").unwrap();
    assert!((europe.power_price / (weighted / gdp) - 1.0).abs() < 1e-12);
}

#[test]
fn economies_inside_a_bloc_resolve_to_its_zone() {
    let loaded = child();
    let scenario = base(&loaded);
    let cloud = scenario.providers.get("hyperscaler").unwrap();
    assert_eq!((cloud.home.as_str(), cloud.zones.join(" ")), ("usa", "usa europe".to_owned()));
    assert_eq!(cloud.zone_mix, [("europe".to_owned(), 0.25), ("usa".to_owned(), 0.75)]);
    assert_eq!(scenario.vendors.get("nvidia").unwrap().home, "usa");
    assert_eq!(scenario.events.get("dated").unwrap().to, ["SLV", "europe"]);
}

#[test]
fn every_zone_has_a_data_centre_and_a_network_unless_disabled() {
    let loaded = child();
    let ids: Vec<&str> = base(&loaded).providers.iter().map(|(id, _)| id).collect();
    for zone in ["EST", "SLV", "europe", "rest", "usa"] {
        assert!(ids.contains(&format!("{zone}-network").as_str()));
        assert_eq!(ids.contains(&format!("{zone}-data_centre").as_str()), zone != "SLV");
    }
    assert_eq!(ids.len(), 10);
}

#[test]
fn the_defaults_of_a_kind_reach_its_providers_and_their_own_settings_win() {
    let loaded = child();
    let scenario = base(&loaded);
    assert_eq!(scenario.providers.get("EST-network").unwrap().operators, 300);
    assert_eq!(scenario.providers.get("SLV-network").unwrap().operators, 30);
    assert!(close(scenario.providers.get("SLV-network").unwrap().leave_rate, 0.02));
    assert!(scenario.providers.get("hyperscaler").unwrap().exports);
    assert!(!scenario.providers.get("EST-data_centre").unwrap().exports);
    let origins = &loaded.policy("base").unwrap().origins;
    assert_eq!(origins["provider.SLV-network.operators"].layer, LayerKind::KindDefault);
    assert_eq!(origins["provider.EST-network.operators"].layer, LayerKind::File);
    assert!(scenario.providers.get("network").is_none());
}

#[test]
fn instants_are_dates_or_spans_from_the_start() {
    let loaded = child();
    let dated = base(&loaded).events.get("dated").unwrap().clone();
    assert_eq!((dated.at, dated.until), (Some(181.0), Some(364.0)));
    let ban = loaded.policy("ban").unwrap().scenario.events.get("chip_ban").unwrap();
    assert_eq!((ban.at, ban.until), (Some(730.5), None));
}

#[test]
fn a_policy_switches_events_and_names_itself() {
    let loaded = child();
    let names: Vec<&str> = loaded.policies.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["base", "all_domestic", "ban", "network_first"]);
    assert!(base(&loaded).events.get("chip_ban").is_none());
    let ban = loaded.policy("ban").unwrap();
    assert!(ban.scenario.events.get("chip_ban").is_some());
    assert_eq!(ban.title, "Export ban");
    let some = child_with(&Options { policies: vec!["ban".to_owned()], ..Options::default() });
    assert_eq!(some.policies.len(), 1);
}

#[test]
fn a_setting_is_refused_under_the_policies_that_are_asked_for_only() {
    // Under `network` all is in networks, so that nothing is left that could rescale.
    let with = |policies: &[&str]| {
        let policies = policies.iter().map(|p| (*p).to_owned()).collect();
        let options = Options { policies, ..sets(&["nation.EST.policy.portfolio.network=0.7"]) };
        load(&Source::Catalogue("small-state".to_owned()), &options)
    };
    let some = with(&["base", "ban"]).unwrap_or_else(|found| panic!("{}", render_all(&found)));
    let names: Vec<&str> = some.policies.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["base", "ban"]);
    for policies in [&["base", "network"][..], &[]] {
        let found = with(policies).map(|_| ()).expect_err("the shares do not fit");
        assert!(render_all(&found).contains("sum to one"), "{}", render_all(&found));
    }
}

#[test]
fn setting_one_share_rescales_the_others_in_proportion() {
    let loaded = child();
    let nation = loaded.policy("network_first").unwrap().scenario.nations.get("EST").unwrap();
    assert!(close(nation.portfolio_network, 0.7));
    assert!(close(nation.portfolio_data_centre, 0.2));
    assert!(close(nation.portfolio_cloud, 0.1));
    let origins = &loaded.policy("network_first").unwrap().origins;
    assert!(origins["nation.EST.policy.portfolio.cloud"].at.contains("rescaled"));
    let set = child_with(&sets(&["nation.EST.policy.portfolio.cloud=1"]));
    assert!(close(base(&set).nations.get("EST").unwrap().portfolio_cloud, 1.0));
    assert!(base(&set).nations.get("EST").unwrap().portfolio_network.abs() < f64::EPSILON);
}

#[test]
fn a_star_reaches_every_entry() {
    let loaded = child();
    for (_, nation) in loaded.policy("all_domestic").unwrap().scenario.nations.iter() {
        assert_eq!(nation.residency_regulated, Residency::Domestic);
    }
    assert_eq!(base(&loaded).nations.get("EST").unwrap().residency_regulated, Residency::Any);
}

#[test]
fn settings_on_the_command_line_have_the_last_word() {
    let loaded = child_with(&sets(&[
        "nation.EST.power_price=0.35 USD/kWh",
        "provider.EST-network.operators = 7",
        "provider.cloud.mark_up=50 %",
        "horizon.start=2027-01-01",
        "event.dated.to={ nations = [\"SLV\"] }",
    ]));
    let scenario = base(&loaded);
    assert!(close(scenario.nations.get("EST").unwrap().power_price, 0.35));
    assert_eq!(scenario.providers.get("EST-network").unwrap().operators, 7);
    assert!(close(scenario.providers.get("hyperscaler").unwrap().mark_up, 0.5));
    assert_eq!(scenario.events.get("dated").unwrap().to, ["SLV"]);
    let origin = &loaded.policy("base").unwrap().origins["nation.EST.power_price"];
    assert_eq!((origin.layer, origin.at.as_str()), (LayerKind::Set, "--set:1"));
}

#[test]
fn provenance_attaches_to_its_value() {
    let loaded = child();
    let origin = &loaded.policy("base").unwrap().origins["nation.EST.power_price"];
    assert_eq!(
        (origin.source.as_str(), origin.status.as_str()),
        ("Eurostat band IG, 2024", "measured")
    );
    assert!(origin.at.ends_with("child.toml:10"), "{}", origin.at);
}

#[test]
fn an_overlay_lies_over_the_file_and_under_the_policies() {
    let overlay = std::env::temp_dir().join(format!("autarky-overlay-{}.toml", std::process::id()));
    std::fs::write(&overlay, "format = 1\n[nation.EST]\npower_price = \"0.5 USD/kWh\"\n[provider.hyperscaler]\nprice_max = \"none\"\n").unwrap();
    let loaded = child_with(&Options { overlays: vec![overlay.clone()], ..Options::default() });
    std::fs::remove_file(overlay).unwrap();
    assert!(close(base(&loaded).nations.get("EST").unwrap().power_price, 0.5));
    assert_eq!(
        loaded.policy("base").unwrap().origins["nation.EST.power_price"].layer,
        LayerKind::Overlay
    );
}

#[test]
fn a_world_without_focus_and_blocs_is_made_of_its_declared_nations() {
    let text = std::fs::read_to_string(folder().join("parent.toml")).unwrap();
    let text = text
        .replace("[bloc.usa]\nmembers = [\"USA\"]\nprecedence = 1", "[nation.USA]\n[nation.DEU]");
    let text = text.replace(
        "[bloc.europe]\nregions = [\"Europe & Central Asia\"]\nprecedence = 2",
        "[nation.Utopia]",
    );
    let text = text.replace("[bloc.rest]", "").replace("usa = 0.75", "USA = 0.75");
    let loaded = load(&Source::Text { name: "made-up".into(), text }, &Options::default());
    let loaded = loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    let ids: Vec<&str> = base(&loaded).nations.iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DEU", "USA", "Utopia"]);
}

#[test]
fn the_order_of_tables_in_a_file_changes_nothing() {
    let text = std::fs::read_to_string(folder().join("parent.toml")).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut tables: Vec<&str> = body.split("\n\n").collect();
    tables.reverse();
    let turned = format!("{head}\n\n{}", tables.join("\n\n"));
    let one =
        load(&Source::Text { name: "a".into(), text: text.clone() }, &Options::default()).unwrap();
    let two = load(&Source::Text { name: "a".into(), text: turned }, &Options::default()).unwrap();
    assert_eq!(base(&one), base(&two));
}

#[test]
fn windows_line_ends_change_nothing() {
    let text = std::fs::read_to_string(folder().join("parent.toml")).unwrap();
    let crlf = text.replace('\n', "\r\n");
    let one = load(&Source::Text { name: "a".into(), text }, &Options::default()).unwrap();
    let two = load(&Source::Text { name: "a".into(), text: crlf }, &Options::default()).unwrap();
    assert_eq!(base(&one), base(&two));
}
