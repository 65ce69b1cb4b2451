//! Every bad input gets an error at its place: the text underlined, what is allowed, a suggestion.

mod support;

use autarky_study::scenario::{Options, Severity, Source, load};
use std::path::{Path, PathBuf};
use support::findings::{check, findings, one, underlined, with};

#[test]
fn the_sound_scenario_has_no_finding() {
    assert_eq!(findings(""), []);
}

#[test]
fn unknown_names_get_a_suggestion() {
    one("titel = \"x\"", "titel", &["unknown key", "did you mean `title`?"]);
    one("[nations.EST]", "nations", &["unknown key", "did you mean `nation`?"]);
    one("[nation.EST]\npower_prize = 1", "power_prize", &["did you mean `power_price`?"]);
    one("[nation.EST.policy]\nportfolo = {}", "portfolo", &["has no parameter `policy.portfolo`"]);
    one(
        "[nation.EST]\nincome_group = \"hihg\"",
        "\"hihg\"",
        &["did you mean `high`?", "low, lower_middle"],
    );
    one(
        "[event.e]\nat = \"1 month\"\ncontroller = \"usa\"\nto.nations = [\"EST\"]\nscope = [\"hardwear\"]",
        "\"hardwear\"",
        &["did you mean `hardware`?"],
    );
    one(
        "[provider.EST-network]\nvendor_mix = { nvidea = 1 }",
        "nvidea",
        &["no vendor of this scenario", "did you mean `nvidia`?"],
    );
    one(
        "[bloc.x]\nregions = [\"South Asai\"]\nprecedence = 0",
        "\"South Asai\"",
        &["did you mean `south_asia`?"],
    );
    one("[bloc.x]\nmembers = [\"TWM\", \"CAN\"]\nprecedence = 0", "\"TWM\"", &["did you mean"]);
    one("[policies.p]\nsets = {}", "sets", &["a policy has no `sets`", "did you mean `set`?"]);
}

#[test]
fn wrong_types_say_what_is_expected() {
    one(
        "[provider.EST-network]\noperators = \"many\"",
        "\"many\"",
        &["wrong type", "a whole number from 1"],
    );
    one("[provider.EST-network]\noperators = 1.5", "1.5", &["wrong type"]);
    one("[provider.cloud]\nexports = 1", "1", &["`true` or `false`"]);
    one("[nation.EST]\ntitle = 3", "3", &["a text"]);
    one("[nation.EST]\nincome_group = 3", "3", &["low, lower_middle"]);
    one("[vendor.amd]\nhome = [\"USA\"]", "[\"USA\"]", &["wrong type"]);
    one("[provider.EST-network]\nhardware = \"mi300x\"", "\"mi300x\"", &["a list of texts"]);
    one("[nation.EST]\nvendor_mix = [1]", "[1]", &["shares by vendor"]);
    one("[nation.EST]\ngdp = true", "true", &["wrong type", "USD/year"]);
    one("[nation.EST]\npower_price = { x = 1 }", "{ x = 1 }", &["wrong type"]);
    one("nation = 3", "3", &["a table"]);
    one("[nation]\nEST = 3", "3", &["a table"]);
    one("[nation.EST]\nenabled = \"no\"", "\"no\"", &["`true` or `false`"]);
    one("policies = 1", "1", &["a table"]);
    one("provenance = 1", "1", &["a table"]);
}

#[test]
fn numbers_are_finite_normal_in_range_and_exact() {
    one(
        "[nation.EST]\npower_price = \"9 USD/kWh\"",
        "\"9 USD/kWh\"",
        &["out of range", "above 0 up to 5 USD/kWh"],
    );
    one("[nation.EST]\npower_price = \"-0.1 USD/kWh\"", "\"-0.1 USD/kWh\"", &["out of range"]);
    one(
        "[workload.training]\nchoke = nan",
        "nan",
        &["not a finite, normal number", "above 1 up to 10000"],
    );
    one("[workload.training]\nchoke = inf", "inf", &["not a finite"]);
    one("[workload.training]\nchoke = -inf", "-inf", &["not a finite"]);
    one("[workload.training]\nchoke = 1e-310", "1e-310", &["not a finite, normal number"]);
    one("[nation.EST]\ngdp = \"nan USD/year\"", "\"nan USD/year\"", &["not a finite"]);
    one("[nation.EST]\ngdp = \"1e999 USD/year\"", "\"1e999 USD/year\"", &["not a finite"]);
    one("[nation.EST]\npopulation = 9007199254740993", "9007199254740993", &["2^53"]);
    one(
        "[nation.EST]\npopulation = 0.12345678901234567891",
        "0.12345678901234567891",
        &["17 significant digits"],
    );
    one("[provider.EST-network]\noperators = 9007199254740993", "9007199254740993", &["2^53"]);
    one(
        "[provider.EST-network]\noperators = 99999999999999999999",
        "99999999999999999999",
        &["2^53"],
    );
    one("[provider.EST-network]\noperators = 0", "0", &["from 1 to 1000000"]);
    one("[withdrawal.rollout]\nreplications = -1", "-1", &["from 0 to 10000"]);
    one("[withdrawal.rollout]\nevery = 0", "0", &["from 1 to 10000"]);
    one("[vendor.nvidia]\nhazard = \"-0.1 1/year\"", "\"-0.1 1/year\"", &["from 0 up to 10"]);
    one("[provider.EST-network]\nleave_rate = \"-1 %/day\"", "\"-1 %/day\"", &["out of range"]);
}

#[test]
fn units_are_checked_for_their_dimension() {
    one("[nation.EST]\npower_price = 0.1", "0.1", &["needs a unit", "write \"0.1 USD/kWh\""]);
    one("[nation.EST]\npower_price = \"0.1\"", "\"0.1\"", &["needs a unit"]);
    one("[nation.EST]\npower_price = \"0.1 USD/kW\"", "\"0.1 USD/kW\"", &["another dimension"]);
    one("[nation.EST]\npower_price = \"0.1 EUR/kWh\"", "\"0.1 EUR/kWh\"", &["unknown unit `EUR`"]);
    one("[nation.EST]\npower_price = \"0.1 USD/kwh\"", "\"0.1 USD/kwh\"", &["did you mean `kWh`?"]);
    one("[nation.EST]\npower_price = \"cheap\"", "\"cheap\"", &["does not begin with a number"]);
    one("[nation.EST]\npower_price = \"0.1 USD//kWh\"", "\"0.1 USD//kWh\"", &["cannot be read"]);
    one("[horizon]\ntick = 1", "1", &["write \"1 day\""]);
    one("[horizon]\nyears = \"10 years\"", "\"10 years\"", &["another dimension"]);
}

#[test]
fn dates_exist() {
    one("[horizon]\nstart = 2026-02-30", "2026-02-30", &["no day `2026-02-30`"]);
    one("[horizon]\nstart = \"2026-13-01\"", "\"2026-13-01\"", &["no day"]);
    one("[horizon]\nstart = 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", &["no time of day"]);
    one("[horizon]\nstart = 07:32:00", "07:32:00", &["no time of day"]);
    one("[horizon]\nstart = 9999-01-01", "9999-01-01", &["outside 1900 to 2200"]);
    one("[horizon]\nstart = \"soon\"", "\"soon\"", &["a date such as"]);
    let event = "[event.e]\ncontroller = \"usa\"\nto.nations = [\"EST\"]\n";
    one(&format!("{event}at = \"2026-02-29\""), "\"2026-02-29\"", &["no day"]);
    one(&format!("{event}at = \"soon\""), "\"soon\"", &["a span from the start"]);
    one(&format!("{event}at = 3"), "3", &["a span from the start"]);
}

#[test]
fn shares_sum_to_one() {
    one(
        "[nation.EST]\nvendor_mix = { amd = 0.5, nvidia = 0.6 }",
        "{ amd = 0.5, nvidia = 0.6 }",
        &["the sum is 1.1"],
    );
    one("[nation.EST.policy.portfolio]\nnetwork = 0.5", "0.5", &["sum to 1.1", "give all shares"]);
    one("[workload.training]\nshare = 0.5", "0.5", &["all entries of `workload` sum to 1.35"]);
    one("[sensitivity.open]\nenabled = false", "0.3", &["all entries of `sensitivity` sum to 0.5"]);
}

#[test]
fn references_lead_somewhere() {
    one("[vendor.amd]\nhome = \"Atlantis\"", "\"Atlantis\"", &["refers to `Atlantis`"]);
    one("[vendor.other]", "other", &["`vendor.other.home` is missing"]);
    one("[provider.EST-netwrok]", "EST-netwrok", &["does not say its kind", "`EST-network`"]);
    one(
        "[hardware.mi300x]\nenabled = false\n[provider.EST-network]\nhardware = [\"mi300x\"]",
        "\"mi300x\"",
        &["disabled in bad.toml:5"],
    );
    one("[provider.hyperscaler]\nzones = [\"EST\", \"EST\"]\nzone_mix = {}", "\"EST\"", &["twice"]);
    one(
        "[policies.p]\nset = { \"event.ban.enabled\" = true }",
        "\"event.ban.enabled\"",
        &["there is no event `ban`"],
    );
    one(
        "[policies.p]\nset = { \"natoin.EST.crews\" = 1 }",
        "\"natoin.EST.crews\"",
        &["did you mean `nation`?"],
    );
    one(
        "[policies.p]\nset = { \"nation.EST.crew\" = 1 }",
        "\"nation.EST.crew\"",
        &["did you mean `crews`?"],
    );
    one(
        "[policies.p]\nset = { \"horizon.years\" = 1 }",
        "\"horizon.years\"",
        &["a policy cannot change `horizon`"],
    );
    one(
        "[provenance.\"nation.EST.gpd\"]\nsource = \"x\"",
        "\"nation.EST.gpd\"",
        &["did you mean `gdp`?"],
    );
    one(
        "[provenance.\"nation.EST.gdp\"]\nstatus = \"guess\"",
        "\"guess\"",
        &["measured, calibrated, assumed"],
    );
    one("[nation.FRA]\ncrews = 1", "FRA", &["part of bloc `europe`"]);
}

#[test]
fn what_is_switched_off_is_there() {
    one(
        "[event.nothing]\nenabled = false",
        "enabled",
        &["warning", "no event `nothing` to switch off"],
    );
    one(
        "[policies.p]\nset = { \"hardware.mi300.enabled\" = false }",
        "\"hardware.mi300.enabled\"",
        &["did you mean `mi300x`?"],
    );
    one("[nation.EST]\nenabled = false", "enabled", &["cannot be switched off"]);
    assert_eq!(
        findings(
            "[provider.EST-network]\nenabled = false\n[provider.hyperscaler]\nenabled = false"
        ),
        []
    );
    assert_eq!(findings("[policies.p]\nset = { \"provider.hyperscaler.enabled\" = false }"), []);
    assert_eq!(findings("[hardware.h100-sxm5-80gb]\nenabled = false"), []);
}

#[test]
fn identifiers_are_ascii_and_unique() {
    one("[provider.\"bad id\"]", "\"bad id\"", &["is not an identifier"]);
    one("[provider.\"é\"]", "\"é\"", &["is not an identifier"]);
    one("[provider.\"\"]", "\"\"", &["is not an identifier"]);
    one("[policies.\"a b\"]", "\"a b\"", &["is not an identifier"]);
    one("[nation.EST]\n[nation.EST]", "EST", &["defined twice", "first defined in line 4"]);
    one("[nation.EST]\ncrews = 1\ncrews = 2", "crews", &["defined twice"]);
}

#[test]
fn events_make_sense() {
    let event = |tail: &str| format!("[event.e]\n{tail}");
    let aimed = "controller = \"usa\"\nto.nations = [\"EST\"]\n";
    let sound = &format!("{aimed}at = \"1 month\"\n");
    assert_eq!(findings(&event(sound)), []);
    one(
        &event("at = \"1 month\"\nto.nations = [\"EST\"]"),
        "e",
        &["`event.e.controller` is missing"],
    );
    one(&event("at = \"1 month\"\ncontroller = \"usa\""), "e", &["no destination"]);
    one(&event(aimed), "e", &["has no trigger", "write at = \"24 months\""]);
    one(
        &event(&format!("{aimed}at = \"2 months\"\nuntil = \"1 month\"")),
        "\"1 month\"",
        &["ends at day 30.4375"],
    );
    one(
        &event(&format!("{aimed}at = 2026-06-01\nuntil = 2026-06-01")),
        "2026-06-01",
        &["ends at day"],
    );
    one(&event(&format!("{sound}scope = []")), "[]", &["applies to nothing"]);
    let late = findings(&event(&format!("{aimed}at = \"30 years\"")));
    assert_eq!((late.len(), late[0].severity), (1, Severity::Warning));
    assert!(late[0].message.contains("outside the 730.5 days"));
}

#[test]
fn events_have_one_trigger_that_can_come_true() {
    let event = |tail: &str| {
        format!(
            "[tension.blocs]\nlevels = 2\n[event.e]\ncontroller = \"usa\"\nto.nations = [\"EST\"]\n{tail}"
        )
    };
    assert_eq!(findings(&event("tension = \"blocs\"\nlevel = 2")), []);
    one(&event("tension = \"blocks\""), "\"blocks\"", &["no tension", "did you mean `blocs`?"]);
    one(
        &event("tension = \"blocs\"\nlevel = 3"),
        "3",
        &["level 3 of tension `blocs`", "at most 2"],
    );
    one(
        &event("tension = \"blocs\"\nat = \"1 month\""),
        "\"blocs\"",
        &["2 triggers: at, tension", "keep one of them"],
    );
    one(
        &event("tension = \"blocs\"\nuntil = \"1 month\""),
        "\"1 month\"",
        &["hangs on `tension`", "leave it out"],
    );
    one(&event("answers = \"d\""), "\"d\"", &["refers to `d`, which is no event"]);
    one(&event("answers = \"e\""), "\"e\"", &["circle: e → e"]);
    one("[tension.blocs]\ninitial = 9", "9", &["begins at level 9 of 3"]);
}

#[test]
fn a_regime_reaches_something() {
    let event = |tail: &str| {
        format!(
            "[controller.est]\njurisdiction = \"EST\"\n[event.e]\nat = \"1 month\"\nto.nations = [\"SLV\"]\n{tail}"
        )
    };
    for (scope, what) in [("hardware", "no vendor"), ("cloud", "no provider that sells abroad")] {
        one(
            &event(&format!("controller = \"est\"\nscope = [\"{scope}\"]")),
            "\"est\"",
            &["controls nothing", what, "controllers of this scope: usa"],
        );
    }
    one(
        &event("controller = \"usa\"\nregime = \"cap\"\nscope = [\"hardware\", \"cloud\"]"),
        "[\"hardware\", \"cloud\"]",
        &["`cloud` knows no cap", "without `cloud`"],
    );
    let closed = |tail: &str| event(&format!("kind = \"cloud_suspension\"\n{tail}"));
    assert_eq!(findings(&closed("providers = [\"hyperscaler\"]")), []);
    one(&closed(""), "e", &["suspends no provider"]);
    one(
        &closed("providers = [\"EST-network\"]"),
        "[\"EST-network\"]",
        &["serves none of the destinations"],
    );
    let off = |tail: &str| event(&format!("kind = \"remote_switch_off\"\n{tail}"));
    assert_eq!(findings(&off("vendors = [\"nvidia\"]\nshare = 0.5")), []);
    one(&off(""), "e", &["switches nothing off"]);
    one(&off("vendors = [\"nvidea\"]"), "\"nvidea\"", &["did you mean `nvidia`?"]);
    one(
        &off("providers = [\"hyperscaler\"]"),
        "[\"hyperscaler\"]",
        &["no site in the destinations"],
    );
    one(&event("controller = \"usa\"\nvendors = [\"nvidia\"]"), "[\"nvidia\"]", &["reaches all"]);
    one(
        &closed("providers = [\"hyperscaler\"]\ncontroller = \"usa\""),
        "\"usa\"",
        &["it is providers that suspend"],
    );
}

#[test]
fn the_model_has_a_solution() {
    one("[workload.training]\nsubstitution = 0.1", "0.1", &["below elasticity"]);
    one("[workload.training]\ntaper = 0.9", "0.9", &["above 1/(1 + θ − η)"]);
    one(
        "[provider.EST-network]\nmemory_min = \"1 TB\"",
        "\"1 TB\"",
        &["no hardware of the scenario fits"],
    );
    one("[provider.EST-network]\nprice_floor = 6", "6", &["above price cap"]);
    one("[workload.leisure]\nshare = 0", "leisure", &["is no workload of the model"]);
}

#[test]
fn what_does_not_fit_into_memory_says_how_large_it_is() {
    let tail = "[provider.EST-network]\noperators = 1000000\nsites_per_operator = 1000";
    one(tail, "1000000", &["would need about 2305 GB"]);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    for escape in ["\\u001b[2J", "\\u202e", "\\u0007", "\\u009b"] {
        let found = findings(&format!("title = \"a{escape}b\"\n[nation.\"{escape}\"]\nx = 1"));
        assert!(found.iter().any(|d| d.message.contains("control character")));
        for d in &found {
            assert!(d.render().chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'));
        }
    }
    let raw = findings("title = \"a\u{1b}[2Jb\"");
    assert!(!raw.is_empty());
    assert!(raw.iter().all(|d| !d.render().contains('\u{1b}')));
}

#[test]
fn all_errors_come_in_one_pass_in_the_order_of_lines() {
    let tail = "titel = 1\n[nation.EST]\ncrew = 1\npower_price = 3\n[vendor.amd]\nhome = \"Nowhere\"\n[workload.training]\ntaper = 0.9";
    let found = findings(tail);
    let lines: Vec<usize> = found.iter().map(|d| d.line).collect();
    assert_eq!(lines, [4, 6, 7, 9, 11], "{found:#?}");
}

#[test]
fn broken_syntax_has_a_place_and_hides_no_other_error() {
    let found = findings("[nation.EST]\npower_price = \ncrews = = 2\npower_prize = 1");
    assert!(found.iter().any(|d| d.line == 5) && found.iter().any(|d| d.line == 6), "{found:#?}");
    assert!(found.iter().any(|d| d.message.contains("power_prize")));
    for tail in [
        "[",
        "[[provider]]",
        "a.b.c",
        "x = {",
        "x = [1, ",
        "x = \"",
        "x = '''",
        "= 1",
        "x = 1 y = 2",
        "\u{0}",
    ] {
        let found = findings(tail);
        assert!(!found.is_empty() && found[0].line >= 4, "{tail:?} {found:#?}");
    }
}

#[test]
fn the_format_is_stated() {
    let found = check("title = \"x\"".into(), &Options::default());
    assert!(found[0].render().contains("add the line `format = 1`"));
    let found = check("format = 2".into(), &Options::default());
    assert!(found.iter().any(|d| d.message.contains("format is not known")));
}

fn temporary(name: &str, content: &[u8]) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("autarky-scenario-errors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a temporary file");
    path
}

fn first(path: &Path) -> String {
    let result = load(&Source::Path(path.to_owned()), &Options::default());
    result.err().map_or("loaded".to_owned(), |d| d[0].render())
}

#[test]
fn files_that_cannot_be_read_say_why() {
    assert!(first(Path::new("small-stat.toml")).contains("cannot read"));
    assert!(first(Path::new("small-stat.toml")).contains("did you mean `small-state`?"));
    assert!(first(&std::env::temp_dir()).contains("is a folder"));
    assert!(
        first(&temporary("latin.toml", b"title = \"\xe9\"")).contains("is not UTF-8 at byte 9")
    );
    assert!(first(&temporary("bom.toml", b"\xef\xbb\xbfformat = 1")).contains("byte-order mark"));
    assert!(first(&temporary("large.toml", &vec![b'#'; 10_000_001])).contains("at most 10000000"));
    assert!(first(&temporary("empty.toml", b"")).contains("does not say its format"));
    #[cfg(unix)]
    assert!(first(Path::new("/dev/zero")).contains("not a regular file"));
}

#[test]
fn parents_exist_and_do_not_run_in_a_circle() {
    let one = temporary("one.toml", b"format = 1\nextends = \"two.toml\"");
    temporary("two.toml", b"format = 1\nextends = \"one.toml\"");
    assert!(first(&one).contains("extends itself"), "{}", first(&one));
    let lost = temporary("lost.toml", b"format = 1\nextends = \"nowhere.toml\"");
    assert!(
        first(&lost).contains("cannot read") && first(&lost).contains("lost.toml:2:11"),
        "{}",
        first(&lost)
    );
    let slip = temporary("slip.toml", b"format = 1\nextends = \"catalog:wrld-2026\"");
    assert!(first(&slip).contains("did you mean `world-2026`?"));
}

#[test]
fn settings_are_checked_like_files() {
    let set = |text: &str| {
        let options = Options { sets: vec![text.to_owned()], ..Options::default() };
        let found = check(with(""), &options);
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        assert_eq!(found[0].file, "--set");
        (underlined(&found[0]), found[0].render())
    };
    assert_eq!(set("nation.EST.power_price=9 USD/kWh").0, "9 USD/kWh");
    assert_eq!(set("nation.EST.power_prize=9").0, "nation.EST.power_prize");
    assert_eq!(set("nation.ETS.crews=9").0, "nation.ETS.crews");
    assert_eq!(set("provider.EST-network.hardware=[\"h\"]").0, "\"h\"");
    assert_eq!(set("nation.EST.title=\"open").0, "\"open");
    assert!(set("nation.EST.crews").1.contains("path=value"));
    assert!(set("crews=3").1.contains("begins with a root"));
}

#[test]
fn unknown_policies_and_overlays_are_refused() {
    let options = Options { policies: vec!["ba".into()], ..Options::default() };
    assert!(check(with("[policies.ban]"), &options)[0].render().contains("no policy `ba`"));
    let options = Options { overlays: vec!["nowhere.toml".into()], ..Options::default() };
    assert!(check(with(""), &options)[0].message.contains("cannot read"));
}

#[test]
fn every_economy_has_a_bloc() {
    one("[bloc.rest]\nenabled = false", "", &["no bloc takes", "AFG"]);
    let found = findings("[bloc.all]\nprecedence = 0");
    assert!(found.iter().all(|d| d.message.contains("no economy is left for bloc")), "{found:#?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn large_input_ends_in_an_error_and_not_in_memory() {
    let many = format!("[provider.EST-network]\nhardware = [{}]", "\"h\",".repeat(200_000));
    let found = findings(&many);
    assert!(found.len() == 1 && found[0].message.contains("has 200000 items; at most 10000"));
    assert!(found[0].render().len() < 1000);
    let keys: Vec<String> = (0..200_000).map(|i| format!("k{i} = 1")).collect();
    let found = findings(&keys.join("\n"));
    assert!((1000..1100).contains(&found.len()), "{}", found.len());
    let twice = findings(&"k = 1\n".repeat(200_000));
    assert!((1000..1100).contains(&twice.len()), "{}", twice.len());
    let blocs: Vec<String> = (0..20_000).map(|i| format!("[bloc.b{i}]")).collect();
    assert!(findings(&blocs.join("\n"))[0].message.contains("has 20003 entries of `bloc`"));
    let policies: Vec<String> = (0..20_000).map(|i| format!("[policies.p{i}]")).collect();
    assert!(
        findings(&policies.join("\n"))[0].message.contains("values under each of 20001 policies")
    );
    let long = findings(&format!("title = \"{}\u{7}\"", "x".repeat(1_000_000)));
    assert!(long.iter().all(|d| d.render().len() < 2000));
}

#[test]
fn a_finding_is_the_same_in_json() {
    let found = findings("[nation.EST]\npower_prize = 1");
    let json = found[0].to_json();
    assert_eq!((json["line"].as_u64(), json["column"].as_u64()), (Some(5), Some(1)));
    assert_eq!(
        (json["path"].as_str(), json["severity"].as_str()),
        (Some("nation.EST.power_prize"), Some("error"))
    );
    assert_eq!(json["underline"], serde_json::json!([0, 11]));
}

#[test]
fn shocks_without_a_mean_and_shocks_to_nobody_are_refused_at_their_place() {
    one(
        "[shock.dram]\ntarget = \"chip\"\nlaw = \"jumps\"\nsize = { law = \"pareto\", tail = 0.9 }",
        "0.9",
        &["has no mean", "size.tail = 0.9", "a tail above 1"],
    );
    one(
        "[shock.power]\ntarget = \"energy\"\nlaw = \"jumps\"\nsize.law = \"double_exponential\"\nsize.mean_up = 1.2",
        "1.2",
        &["has no mean", "above 0 and below 1"],
    );
    one("[shock.x]\ntarget = \"chips\"", "\"chips\"", &["did you mean `chip`?"]);
    one("[shock.x]\nlaw = \"jump\"", "\"jump\"", &["did you mean `jumps`?", "mean_reverting"]);
    one("[shock.x]\nof.vendors = [\"nvidea\"]", "\"nvidea\"", &["did you mean `nvidia`?"]);
    one(
        "[shock.x]\ntarget = \"energy\"\nof.vendors = [\"nvidia\"]",
        "[\"nvidia\"]",
        &["a shock to `energy` hits nations", "of.nations"],
    );
    one("[shock.x]\nloading = 0.5", "0.5", &["names no factor"]);
    one("[shock.x]\nfactor = \"a b\"", "\"a b\"", &["is not an identifier"]);
    one(
        "[shock.x]\nfactor = \"boom\"\nloading = 0.5",
        "\"boom\"",
        &["no other shock names the factor `boom`"],
    );
    one("[shock.x]\nreversion = 0\n", "0", &["needs a unit"]);
    one(
        "[shock.x]\nreversion = \"0 1/year\"\nvolatility = \"5 1/year^0.5\"",
        "\"5 1/year^0.5\"",
        &["standard deviation of", "raise `reversion`"],
    );
}

#[test]
fn a_stage_whose_shares_are_no_partition_is_named_at_its_place() {
    let stage = |shares: &str| {
        format!("[vendor.nvidia]\nchain = [\"fab\"]\n[stage.fab]\nshares = {shares}")
    };
    assert_eq!(findings(&stage("{ TWN = 0.92, USA = 0.08 }")), []);
    one(
        &stage("{ TWN = 0.92, USA = 0.1 }"),
        "{ TWN = 0.92, USA = 0.1 }",
        &["`stage.fab.shares` does not sum to one", "the sum is 1.02", "shares that sum to one"],
    );
    one(
        &stage("{ TWN = 1.1, USA = -0.1 }").replace("1.1", "1.0"),
        "-0.1",
        &["out of range", "from 0 up to 1"],
    );
    one(&stage("{ taiwan = 1.0 }"), "taiwan", &["no ISO 3166 code", "such as TWN"]);
    one(
        "[vendor.nvidia]\nchain = [\"fab\"]\n[stage.fab]",
        "fab",
        &["no jurisdiction makes anything of stage `fab`"],
    );
    one("[stage.fab]\nshares = { TWN = 1.0 }", "fab", &["no vendor needs stage `fab`"]);
    one(
        "[vendor.nvidia]\nchain = [\"fob\"]\n[vendor.amd]\nchain = [\"fab\"]\n[stage.fab]\nshares = { TWN = 1.0 }",
        "\"fob\"",
        &["no stage of this scenario", "did you mean `fab`?"],
    );
    one(
        &format!(
            "{}\n[controller.us]\njurisdiction = \"EST\"\neconomies = [\"TWM\"]",
            stage("{ TWN = 1.0 }")
        ),
        "[\"TWM\"]",
        &["names `TWM`, which makes no part of any stage"],
    );
}

#[test]
fn contracts_have_parties_that_can_trade_and_exclusive_ones_stand_alone() {
    let clouds = "[provider.c]\nkind = \"cloud\"\nhome = \"usa\"\nzones = [\"usa\"]\n";
    let deal = |id: &str, tail: &str| {
        format!("[contract.{id}]\nbuyers = [\"EST\"]\nsellers = {{ c = 1 }}\n{tail}")
    };
    let sound = deal("a", "form = \"exclusive\"\nnegotiation.lead_time = \"3 months\"\n");
    assert_eq!(findings(&format!("{clouds}{sound}")), []);
    one(
        &format!("{clouds}{sound}{}", deal("b", "at = \"6 months\"\n")),
        "\"exclusive\"",
        &["exclusive contract `a`", "under `b`", "end one before the other begins"],
    );
    one(
        &format!("{clouds}[contract.a]\nbuyers = [\"EST\"]\nsellers = {{ d = 1 }}"),
        "d",
        &["no provider"],
    );
    one(
        &format!("{clouds}[contract.a]\nbuyers = [\"EST\"]\nsellers = {{ SLV-network = 1 }}"),
        "{ SLV-network = 1 }",
        &["cannot serve `EST`", "does not export"],
    );
    one(&format!("{clouds}{}", deal("a", "buyer_power = 1.5")), "1.5", &["from 0 up to 1"]);
}
