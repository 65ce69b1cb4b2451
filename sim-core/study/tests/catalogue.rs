//! The catalogue keeps its promises: what `[about]` says can be checked, is complete, and reaches readers as text, JSON and BibTeX.

use autarky_study::catalogue::{all, bibtex, list_json, list_text, open, show_json, show_text};
use autarky_study::scenario::{
    About, Diagnostic, Loaded, Options, Source, Stance, load, render_all, resolved_toml,
    scenario_hash, show,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SEVEN: [&str; 7] = [
    "data-centre-or-network",
    "emerging-market",
    "export-ban",
    "quiet-capture",
    "small-state",
    "walled-gardens",
    "weakest-link-null",
];

fn text(about: &str) -> Result<Loaded, Vec<Diagnostic>> {
    let text = format!("format = 1\nextends = \"catalog:world-2026\"\n{about}");
    load(&Source::Text { name: "mine.toml".to_owned(), text }, &Options::default())
}

fn scenario(id: &str) -> Loaded {
    open(id).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

fn about(loaded: &Loaded) -> &About {
    loaded.about.as_ref().unwrap_or_else(|| panic!("{} has no [about]", loaded.id))
}

fn catalogue() -> Vec<Loaded> {
    all().unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

#[test]
fn seven_scenarios_say_all_that_a_reader_needs() {
    for id in SEVEN {
        let loaded = scenario(id);
        let about = about(&loaded);
        assert!(!loaded.question.is_empty() && !about.claim.is_empty(), "{id}");
        assert!(loaded.policies.len() >= 2, "{id} compares nothing");
        assert!(!about.made_by.is_empty(), "{id} does not say where its claim is made");
        let lists = [&about.outcomes, &about.findings, &about.limits];
        assert!(lists.iter().all(|list| !list.is_empty()), "{id}");
        assert!(!about.flips.is_empty(), "{id} does not say what would flip it");
        assert!(about.reference.is_some(), "{id} names no run of reference");
        for finding in &about.findings {
            assert!(has_interval(finding), "{id}: no interval in: {finding}");
        }
        assert!(about.findings.iter().any(|finding| has_count(finding)), "{id} hides its n");
        let makes = about.made_by.iter().any(|work| work.stance != Stance::Background);
        assert!(makes, "{id} cites nobody who makes or denies its claim");
    }
}

/// Words without the brackets and stops around them.
fn words(text: &str) -> Vec<&str> {
    let around = ['(', ')', ',', ';', '.', ':', '%'];
    text.split_whitespace().map(|word| word.trim_matches(around)).collect()
}

fn is_number(word: &str) -> bool {
    word.replace(',', "").parse::<f64>().is_ok()
}

/// `NUMBER to NUMBER` somewhere.
fn has_interval(text: &str) -> bool {
    words(text).windows(3).any(|w| w[1] == "to" && is_number(w[0]) && is_number(w[2]))
}

/// `n = N` somewhere.
fn has_count(text: &str) -> bool {
    words(text).windows(3).any(|w| w[..2] == ["n", "="] && w[2].parse::<u64>().is_ok())
}

#[test]
fn an_interval_has_two_numbers_and_a_count_one() {
    for yes in ["(-0.14 to +0.07 points)", "a 1,733 to 1,716 b", "95 % interval 1 to 19,"] {
        assert!(has_interval(yes), "{yes}");
    }
    for no in ["to 3 states", "from five to 6", "said to be 4", "3 to them"] {
        assert!(!has_interval(no), "{no}");
    }
    assert!(has_count("(95 %, n = 40; Latvia)") && has_count("(n = 8)."));
    assert!(!has_count("n = many") && !has_count("n 40"));
}

#[test]
fn every_setting_that_flips_a_finding_can_be_set() {
    for loaded in catalogue() {
        let about = loaded.about.iter();
        for flip in about.flat_map(|about| about.flips.iter().chain(&about.tried)) {
            let sets =
                flip.settings.iter().map(|(path, value)| format!("{path}={value}")).collect();
            let options = Options { sets, ..Options::default() };
            let set = load(&Source::Catalogue(loaded.id.clone()), &options);
            let set = set.unwrap_or_else(|e| panic!("{}: {}", loaded.id, render_all(&e)));
            assert_ne!(set.hash(), loaded.hash(), "{}: {} changes nothing", loaded.id, flip.text);
        }
    }
}

#[test]
fn every_reference_table_has_the_policies_and_outcomes_of_its_scenario() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/reference");
    let mut kept = BTreeSet::new();
    for loaded in catalogue() {
        let Some(reference) = loaded.about.as_ref().and_then(|about| about.reference) else {
            continue;
        };
        let path = folder.join(format!("{}.csv", loaded.id));
        let mut reader =
            csv::Reader::from_path(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut rows = BTreeSet::new();
        for record in reader.records() {
            let record = record.expect("a row");
            let n: u64 = record[4].parse().expect("a count");
            // Some quantities are not there in every replication, such as the time of a capture; these two are.
            let is_whole = ["unserved", "welfare"].contains(&&record[2]);
            let fits =
                if is_whole { n == reference.replications } else { n <= reference.replications };
            assert!(fits, "{}: {record:?}", loaded.id);
            rows.insert((record[0].to_owned(), record[2].to_owned()));
        }
        for policy in &loaded.policies {
            for outcome in &about(&loaded).outcomes {
                let row = (policy.name.clone(), outcome.clone());
                assert!(rows.contains(&row), "{}: {row:?} is missing", loaded.id);
            }
        }
        kept.insert(format!("{}.csv", loaded.id));
    }
    let files: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, kept, "tables and scenarios that name a run of reference");
}

/// Mean of a quantity in a reference table, by policy.
fn recorded(id: &str, quantity: &str) -> BTreeMap<String, f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/reference");
    let mut reader = csv::Reader::from_path(folder.join(format!("{id}.csv"))).expect("the table");
    let rows = reader.records().map(|record| record.expect("a row"));
    rows.filter(|row| &row[2] == quantity)
        .map(|row| (row[0].to_owned(), row[5].parse().expect("a mean")))
        .collect()
}

#[test]
fn the_reference_run_of_quiet_capture_captures_and_policies_differ() {
    let captured = recorded("quiet-capture", "captured");
    assert!(captured["base"] > 0.0, "{captured:?}");
    assert!(captured["quadratic_names"] > 0.0 && captured["quadratic_names"] < captured["base"]);
    for ends in ["cap", "quadratic_owners", "no_holding"] {
        assert!(captured[ends] < captured["base"] / 100.0, "{ends}: {captured:?}");
    }
}

/// The middle of every distribution is the value that is in force where nothing is drawn.
#[test]
fn what_is_uncertain_in_the_world_lies_around_the_value_in_force() {
    let world = scenario("world-2026");
    let rows = show(&world.policies[0]);
    assert_eq!(world.uncertain.len(), 9);
    for one in &world.uncertain {
        let (before, after) = one.axis.path().split_once('*').unwrap_or((one.axis.path(), ""));
        let covered: Vec<_> = rows
            .iter()
            .filter(|r| r.path.starts_with(before) && r.path.ends_with(after))
            .filter(|r| r.path[before.len()..r.path.len() - after.len()].find('.').is_none())
            .collect();
        assert!(!covered.is_empty(), "{}", one.axis.path());
        let middle = one.axis.value(0.5);
        let middle: f64 = middle.split(' ').next().unwrap_or_default().parse().expect("a number");
        for row in covered {
            let value: f64 = row.value.parse().expect("a number");
            assert!((value - middle).abs() < 1e-9, "{}: {value}, not {middle}", row.path);
        }
    }
}

#[test]
fn what_a_file_is_about_is_its_own_and_no_part_of_its_identity() {
    let with = text(
        "[about]\nclaim = \"All is well\"\nfindings = [\"It is\", \"with \\\"quotes\\\"\"]\n\
         made_by = [{ title = \"T\", author = \"A\", year = 2024, where = \"W\" }, \
         { title = \"U\", author = [\"B, C.\", \"others\"], year = 1999, where = \"X\", stance = \"denies\", note = \"N\" }]\n\
         flips = [{ text = \"dear\", path = \"nation.EST.power_price\", value = \"0.3 USD/kWh\" }]\n\
         tried = [{ text = \"two\", set = { \"nation.EST.power_price\" = \"0.2 USD/kWh\", \"demand.world\" = \"9 M H100e\" } }]\n\
         reference = { replications = 3, seed = 9 }\noutcomes = [\"unserved\", \"served_share\"]\nlimits = [\"one\"]",
    );
    let with = with.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    let without = text("").expect("a scenario");
    assert_eq!(
        scenario_hash(&with.policies[0].scenario),
        scenario_hash(&without.policies[0].scenario)
    );
    assert_eq!(with.hash(), without.hash());
    let written = Source::Text { name: "again".to_owned(), text: resolved_toml(&with) };
    let again = load(&written, &Options::default()).expect("it loads again");
    assert_eq!(again.about, with.about);
    let said = about(&with);
    assert_eq!(said.made_by[0].stance, Stance::Makes);
    assert_eq!(said.made_by[1].stance, Stance::Denies);
    assert_eq!(said.made_by[1].author.to_string(), "B, C. et al.");
    assert_eq!(said.tried[0].settings.len(), 2);
    let shown = show_text(&with);
    for part in ["\nMade by\n  A (2024). T. W\n", "\nDenied by\n  B, C. et al. (1999). U. X (N)\n"]
    {
        assert!(shown.contains(part), "{shown}");
    }
    let sets = "--set 'nation.EST.power_price=\"0.2 USD/kWh\"' --set 'demand.world=\"9 M H100e\"'";
    assert!(shown.contains(sets), "{shown}");
    assert!(without.about.is_none());
    let child = "format = 1\nextends = \"catalog:small-state\"\n".to_owned();
    let child = Source::Text { name: "child".to_owned(), text: child };
    assert!(load(&child, &Options::default()).expect("a child").about.is_none());
    assert!(scenario("small-state").about.is_some());
}

#[test]
fn what_is_wrong_in_about_is_said_with_its_place() {
    let cases = [
        ("claims = \"x\"", "`about` has no `claims`", "did you mean `claim`?"),
        ("claim = 3", "`claim` has the wrong type", ""),
        ("findings = \"x\"", "`about.findings` has the wrong type", "allowed: a list"),
        ("findings = [\"\"]", "`about.findings` is empty", ""),
        ("limits = [\"a\\u0007b\"]", "control character U+0007", "remove it"),
        ("outcomes = [\"unservd\"]", "there is no quantity `unservd`", "did you mean `unserved`?"),
        (
            "made_by = [{ title = \"T\", author = \"A\" }]",
            "does not say `year`, `where`",
            "title, author, year, where",
        ),
        (
            "made_by = [{ title = \"T\", author = \"A\", year = 20240, where = \"W\" }]",
            "`about.made_by` is out of range",
            "from 1500 to 2200",
        ),
        (
            "flips = [{ text = \"t\", path = \"nation.EST.powerprice\", value = 1 }]",
            "`nation` has no parameter `powerprice`",
            "did you mean `power_price`?",
        ),
        (
            "flips = [{ text = \"t\", path = \"nation.EST.power_price\", value = \"900 USD/kWh\" }]",
            "is out of range",
            "allowed",
        ),
        ("flips = [{ text = \"t\", set = {} }]", "`about.flips.set` sets nothing", ""),
        (
            "tried = [{ text = \"t\", set = { \"nation.EST.powerprice\" = 1 } }]",
            "no parameter `powerprice`",
            "",
        ),
        (
            "tried = [{ text = \"t\", set = { \"demand.world\" = \"9 M H100e\" }, path = \"x\" }]",
            "has no `path`",
            "",
        ),
        (
            "made_by = [{ title = \"T\", author = \"A\", year = 2024, where = \"W\", stance = \"denys\" }]",
            "`stance` cannot be `denys`",
            "did you mean `denies`?",
        ),
        (
            "made_by = [{ title = \"T\", author = [], year = 2024, where = \"W\" }]",
            "`about.made_by` names no author",
            "Last, F.",
        ),
        ("reference = { replications = 0, seed = 1 }", "out of range", "from 1 to 10000000"),
        ("reference = { replications = 1, seed = 1, jobs = 2 }", "has no `jobs`", "replications"),
        ("reference = 4", "`about.reference` has the wrong type", "a table"),
    ];
    for (line, message, help) in cases {
        let found = text(&format!("[about]\n{line}\n")).expect_err(line);
        let shown = render_all(&found);
        assert!(shown.contains(message) && shown.contains(help), "{line}\n{shown}");
        assert!(shown.contains("--> mine.toml:4:"), "{line}\n{shown}");
        assert_eq!(found.len(), 1, "{line}\n{shown}");
    }
}

#[test]
fn the_list_has_an_object_for_every_scenario() {
    let scenarios = catalogue();
    let list = list_json(&scenarios);
    let ids: Vec<&str> =
        list.as_array().into_iter().flatten().filter_map(|o| o["id"].as_str()).collect();
    assert_eq!(ids, autarky_scenarios::scenario_ids().collect::<Vec<_>>());
    for object in list.as_array().into_iter().flatten() {
        assert!(object["policies"].as_array().is_some_and(|all| all[0] == "base"), "{object}");
        let seven = SEVEN.contains(&object["id"].as_str().unwrap_or_default());
        assert!(!seven || object["claim"].is_string(), "{object}");
    }
    let text = list_text(&scenarios);
    assert!(ids.iter().all(|id| text.contains(&format!("{id}: "))));
}

#[test]
fn a_scenario_is_shown_with_all_that_its_file_says() {
    for id in SEVEN {
        let loaded = scenario(id);
        let (shown, object) = (show_text(&loaded), show_json(&loaded));
        let about = about(&loaded);
        let flips = about.flips.iter().chain(&about.tried).map(|flip| &flip.text);
        for line in about.findings.iter().chain(&about.limits).chain(flips).chain([&about.claim]) {
            assert!(shown.contains(line.as_str()), "{id}: {line}");
        }
        assert_eq!(object["findings"].as_array().map(Vec::len), Some(about.findings.len()));
        let inputs = object["inputs"].as_array().cloned().unwrap_or_default();
        assert!(
            inputs.iter().any(|row| row["path"].as_str().is_some_and(|p| p.contains("policy.")))
        );
        assert!(inputs.iter().all(|row| row["status"].is_string() && row["source"] != ""), "{id}");
    }
}

#[test]
fn bibtex_names_scenario_claim_and_sources_each_once_with_balanced_braces() {
    for loaded in catalogue() {
        let text = bibtex(&loaded);
        let opened = text.matches('{').count();
        assert_eq!(opened, text.matches('}').count(), "{}", loaded.id);
        let keys: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_prefix('@')?.split_once('{'))
            .map(|k| k.1)
            .collect();
        assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), "{}", loaded.id);
        assert!(text.starts_with(&format!("@software{{autarky_{},", loaded.id)));
        let works = loaded.about.iter().map(|about| about.made_by.len()).sum::<usize>();
        assert_eq!(keys.iter().filter(|k| k.contains("_claim_")).count(), works);
        let authors = text.lines().filter(|line| line.trim_start().starts_with("author"));
        assert!(authors.clone().count() > works && !authors.clone().any(|l| l.contains("et al.")));
        assert!(text.contains("@misc{epoch-hardware,\n") && text.contains("{{Epoch AI}}"));
        let has_nation = !loaded.policies[0].scenario.focus.nations.is_empty();
        assert_eq!(text.contains("@misc{wb-gdp,\n"), has_nation, "{}", loaded.id);
    }
}

#[test]
fn bibtex_joins_persons_by_and_keeps_organisations_whole_and_notes_apart() {
    let text = bibtex(&scenario("data-centre-or-network"));
    for line in [
        "= {Kassab, S. and Gala, S.},",
        "= {Diskin, M. and others},",
        "= {{Council of the European Union}},",
        "= {Messari and Escape Velocity},",
        "= {capital is crowdsourced, resilience decentralised},",
    ] {
        assert!(text.lines().any(|l| l.ends_with(line)), "{line}\n{text}");
    }
}

#[test]
fn an_unknown_identifier_is_answered_with_the_nearest() {
    let found = open("walled-garden").expect_err("no such scenario");
    assert!(render_all(&found).contains("did you mean `walled-gardens`?"));
    assert_eq!(open("catalog:small-state").map(|s| s.id), Ok("small-state".to_owned()));
}
