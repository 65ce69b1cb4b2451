//! Claims about traced replications: the same bits, names that mean something, filters that take what they say.

use std::io::{self, Write};

use autarky_engine::simulation::TraceRecord;
use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::{simulate, simulate_traced};
use autarky_study::scenario::{Options, Policy, Source, load, render_all};
use autarky_study::trace::{KINDS, TraceError, TraceFormat, TraceOptions, Wanted, write_trace};
use serde_json::Value;

fn policy(name: &str) -> Policy {
    let sets = vec!["horizon.years=3".to_owned()];
    let options = Options { sets, policies: vec![name.to_owned()], ..Options::default() };
    let loaded = load(&Source::Catalogue("small-state".to_owned()), &options);
    loaded.unwrap_or_else(|e| panic!("{}", render_all(&e))).policies.remove(0)
}

fn plan(name: &str) -> Blueprint {
    Blueprint::new(&policy(name).scenario).expect("the catalogue compiles")
}

fn trace(plan: &Blueprint, options: &TraceOptions) -> (String, autarky_study::trace::Traced) {
    let mut out = Vec::new();
    let traced =
        write_trace(plan, (7, 3), options, &StopFlag::new(), &mut out).expect("memory suffices");
    (String::from_utf8(out).expect("text"), traced)
}

fn read(plan: &Blueprint, wanted: &Wanted) -> TraceOptions {
    TraceOptions::read(wanted, plan.timing.start_day).expect("the words are known")
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

#[test]
fn a_trace_changes_no_bit_and_has_every_event_in_order() {
    let plan = plan("ban");
    let untraced = simulate(&plan, 7, 3, &StopFlag::new()).expect("it runs");
    let mut records: Vec<TraceRecord> = Vec::new();
    simulate_traced(&plan, (7, 3), &StopFlag::new(), &mut records).expect("it runs");
    let options = TraceOptions { format: TraceFormat::Ndjson, ..TraceOptions::default() };
    let (text, traced) = trace(&plan, &options);
    assert_eq!(traced.record.fingerprint, untraced.fingerprint);
    assert_eq!(format!("{:?}", traced.record), format!("{untraced:?}"), "NaN equals itself here");
    let lines = objects(&text);
    assert_eq!((lines.len() as u64, traced.written), (untraced.events, untraced.events));
    for (line, record) in lines.iter().zip(&records) {
        // The JSON reader is exact to a unit in the last place.
        let day = line["day"].as_f64().expect("a number");
        assert!((day - record.time.as_days()).abs() < 1e-9, "{line}");
        assert_eq!(line["number"], record.entity);
    }
    assert!(lines.is_sorted_by_key(|line| line["time"].as_str().map(str::to_owned)));
}

#[test]
fn events_carry_dates_phases_and_names_that_the_scenario_has() {
    let plan = plan("ban");
    let options = TraceOptions { format: TraceFormat::Ndjson, ..TraceOptions::default() };
    let lines = objects(&trace(&plan, &options).0);
    let of = |kind: &str| lines.iter().filter(|l| l["event"] == kind).collect::<Vec<_>>();
    let mut ban = of("dated_start");
    ban.retain(|line| line["entity"] == "chip_ban");
    assert_eq!(ban.len(), 1);
    assert_eq!(ban[0]["phase"], "rules");
    let day = ban[0]["day"].as_f64().expect("a number");
    assert!((day - 730.5).abs() < 1e-9, "24 months of 30.4375 days: {day}");
    assert!(
        ban[0]["time"].as_str().is_some_and(|t| t.starts_with("2028-01-01T12:00:00")),
        "{}",
        ban[0]
    );
    let pools: Vec<&str> = plan.pools.iter().map(|p| p.id.as_str()).collect();
    for line in of("node_fails") {
        let entity = line["entity"].as_str().expect("a text");
        let (pool, hardware) = entity
            .split_once(" of ")
            .and_then(|(_, rest)| rest.split_once(": "))
            .unwrap_or_else(|| panic!("{entity}"));
        assert!(pools.contains(&pool), "{entity}");
        assert!(plan.hardware.iter().any(|h| h.id == hardware), "{entity}");
    }
    assert!(!of("node_fails").is_empty() && !of("delivery").is_empty());
    for line in &lines {
        let entity = line["entity"].as_str().expect("a text");
        assert!(!entity.contains('?'), "nameless: {line}");
    }
}

#[test]
fn filters_take_dates_inclusively_kinds_and_a_number() {
    let plan = plan("base");
    let json = Wanted { format: TraceFormat::Ndjson, ..Wanted::default() };
    let all = objects(&trace(&plan, &read(&plan, &json)).0);
    let wanted = Wanted {
        from: Some("2027-03-01".to_owned()),
        to: Some("2027-03-31".to_owned()),
        events: vec!["review".to_owned(), "tick".to_owned()],
        ..json.clone()
    };
    let some = objects(&trace(&plan, &read(&plan, &wanted)).0);
    let expected: Vec<&Value> = all
        .iter()
        .filter(|line| {
            line["time"].as_str().is_some_and(|time| time.starts_with("2027-03-"))
                && (line["event"] == "review" || line["event"] == "tick")
        })
        .collect();
    assert!(expected.len() > 31, "31 ticks and some reviews");
    assert_eq!(some.iter().collect::<Vec<_>>(), expected);
    let (text, traced) = trace(&plan, &read(&plan, &Wanted { limit: Some(5), ..wanted }));
    assert_eq!(objects(&text), some[..5]);
    assert_eq!((traced.written, traced.matched), (5, some.len() as u64));
}

#[test]
fn text_lines_say_the_same_as_objects() {
    let plan = plan("base");
    let limit = Some(200);
    let text = trace(&plan, &read(&plan, &Wanted { limit, ..Wanted::default() })).0;
    let json = Wanted { limit, format: TraceFormat::Ndjson, ..Wanted::default() };
    let lines = objects(&trace(&plan, &read(&plan, &json)).0);
    assert_eq!(text.lines().count(), 200);
    for (line, object) in text.lines().zip(&lines) {
        for key in ["time", "phase", "event", "entity"] {
            assert!(line.contains(object[key].as_str().expect("a text")), "{line} {object}");
        }
    }
}

#[test]
fn unknown_kinds_and_impossible_dates_are_precise_errors() {
    let read = |wanted: Wanted| TraceOptions::read(&wanted, 20_454.0).expect_err("it is wrong");
    let found = read(Wanted { events: vec!["node_fail".to_owned()], ..Wanted::default() });
    assert_eq!(found.help.as_deref(), Some("did you mean `node_fails`?"));
    for text in ["2027-02-30", "yesterday", "", "99999-01-01"] {
        let found = read(Wanted { from: Some(text.to_owned()), ..Wanted::default() });
        assert!(found.message.contains("--from") && found.allowed.is_some(), "{found:?}");
    }
    let (from, to) = (Some("2028-01-02".to_owned()), Some("2028-01-01".to_owned()));
    let found = read(Wanted { from, to, ..Wanted::default() });
    assert!(found.message.contains("would end on 2028-01-01"), "{found:?}");
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    let mut words = KINDS.to_vec();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), KINDS.len());
}

/// A disk that is full after some bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_ends_the_trace_with_its_reason() {
    let plan = plan("base");
    let options = TraceOptions::default();
    let stop = StopFlag::new();
    let error = write_trace(&plan, (7, 3), &options, &stop, Full(1_000)).expect_err("it is full");
    assert!(
        matches!(&error, TraceError::Io(e) if e.kind() == io::ErrorKind::StorageFull),
        "{error}"
    );
}
