//! Claims about the files of a report.

mod support;

use autarky_engine::stop::StopFlag;
use autarky_market::record::Column;
use autarky_study::analysis::Resampling;
use autarky_study::analysis::frontier::{Frontier as Found, Place};
use autarky_study::report::{
    self, About, Assumption, Bar, Cited, Estimate, Input, Measure, NationFrontier, PolicyValue,
    Provenance, Tornado,
};
use autarky_study::run::{MarketStudy, Recipe, Replications, Statistics, Study, TaskError};
use autarky_study::scenario::{Options, Source, load};
use support::report::{input, statistics};

/// A study with hostile names everywhere, and every optional part.
fn full(study: &Study, statistics: &Statistics) -> (String, String) {
    let evil = "<script>alert(1)</script>\"'&";
    let estimate = |value: f64| Estimate { value, low: value - 0.1, high: value + 0.1 };
    let input = Input {
        about: About {
            question: format!("Why {evil}?"),
            claim: evil.to_owned(),
            citations: ["makes", "denies", "background"]
                .map(|stance| Cited { text: evil.to_owned(), stance: stance.to_owned() })
                .to_vec(),
            limits: vec![evil.to_owned()],
            flips: vec![evil.to_owned()],
        },
        assumptions: vec![Assumption {
            path: "nation.EST.power_price".to_owned(),
            value: evil.to_owned(),
            unit: "USD/kWh".to_owned(),
            source: evil.to_owned(),
            status: "assumed".to_owned(),
            policies: vec![PolicyValue { policy: "export_ban".to_owned(), value: evil.to_owned() }],
            ..Assumption::default()
        }],
        tornado: Some(Tornado {
            outcome: evil.to_owned(),
            method: evil.to_owned(),
            measure: Measure::Effects { unit: evil.to_owned() },
            bars: vec![Bar {
                label: evil.to_owned(),
                strength: estimate(2.0),
                mean: Some(estimate(-1.0)),
            }],
        }),
        provenance: Provenance {
            command: evil.to_owned(),
            citation: evil.to_owned(),
            ..Provenance::default()
        },
        ..input(study, statistics)
    };
    (report::html(&input).expect("charts can be drawn"), report::markdown(&input))
}

fn hostile() -> (Study, Statistics) {
    let mut study = support::study(6);
    study.title = "<script>alert('title')</script>".to_owned();
    study.policies[1].title = "<img src=x onerror=alert(2)>".to_owned();
    study.policies[1].name = "<i>ban</i>".to_owned();
    study.nation_titles[0] = "</title><script>alert(3)</script>".to_owned();
    study.marks[0].label = "<b onclick=alert(4)>".to_owned();
    let statistics = statistics(&study, support::simulate);
    (study, statistics)
}

/// Tags of a page in order, with their attributes.
fn tags(html: &str) -> Vec<&str> {
    let tag = |rest: &'_ str| -> usize { rest.find('>').expect("every tag ends") };
    html.split('<').skip(1).map(|rest| &rest[..tag(rest)]).collect()
}

#[test]
fn names_from_outside_are_inert() {
    let (study, statistics) = hostile();
    let (html, markdown) = full(&study, &statistics);
    for tag in tags(&html) {
        let name = tag.split([' ', '\n', '/']).next().unwrap_or("");
        assert!(!["script", "img", "b", "i"].contains(&name), "<{tag}>");
    }
    assert!(html.contains("&lt;script&gt;alert(&#39;title&#39;)"));
    // Indented lines are code, in which nothing is a tag.
    let texts = markdown.lines().filter(|line| !line.starts_with("    "));
    for line in texts {
        assert!(!line.replace("\\<", "").contains('<'), "{line}");
    }
}

#[test]
fn every_tag_is_closed_in_its_order() {
    let (study, statistics) = hostile();
    let mut open: Vec<&str> = Vec::new();
    let html = full(&study, &statistics).0;
    for tag in tags(&html) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim()));
        } else if !tag.starts_with('!') && !tag.ends_with('/') {
            let name = tag.split([' ', '\n']).next().expect("a name");
            if !["meta", "link"].contains(&name) {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_loads_nothing() {
    let (study, statistics) = hostile();
    let html = full(&study, &statistics).0;
    for word in [" src=", "url(", "@import", "<script", "<iframe", "<object", "srcset"] {
        let in_tags =
            tags(&html).iter().any(|tag| format!("<{tag}").contains(word) && !tag.contains("&lt;"));
        assert!(!in_tags, "{word}");
    }
    let links = html.match_indices("href=\"").map(|(at, found)| &html[at + found.len()..]);
    assert!(links.clone().all(|link| link.starts_with('#') || link.starts_with("data:,")));
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn all_sections_stand_in_their_order_and_every_chart_has_words_and_numbers() {
    let (study, statistics) = hostile();
    let html = full(&study, &statistics).0;
    let sections: Vec<&str> = html
        .match_indices("<section id=\"")
        .map(|(at, found)| html[at + found.len()..].split('"').next().expect("a name"))
        .collect();
    let expected = [
        "question",
        "answer",
        "numbers",
        "time",
        "differences",
        "mix",
        "control",
        "drivers",
        "assumptions",
        "limits",
        "provenance",
    ];
    assert_eq!(sections, expected);
    let charts = html.matches("role=\"img\" aria-label=\"").count();
    assert!(charts > 8, "{charts}");
    assert_eq!(html.matches("<desc id=\"").count(), charts);
    let figures: Vec<&str> = html.split("<figure").skip(1).collect();
    assert!(figures.iter().all(|figure| {
        let inside = figure.split("</figure>").next().expect("text");
        inside.contains("<summary>The same in numbers</summary>") && inside.contains("<td")
    }));
}

#[test]
fn every_anchor_is_unique_and_every_link_leads_somewhere() {
    let (study, statistics) = hostile();
    let html = full(&study, &statistics).0;
    let values = |start: &'static str| -> Vec<&str> {
        let found = html.match_indices(start).map(|(at, start)| &html[at + start.len()..]);
        found.map(|rest| rest.split('"').next().expect("a value")).collect()
    };
    let ids = values(" id=\"");
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    assert!(values("href=\"#").into_iter().all(|link| unique.contains(link)));
}

#[test]
fn the_same_numbers_give_the_same_bytes() {
    let (study, statistics) = hostile();
    assert_eq!(full(&study, &statistics), full(&study, &statistics));
}

#[test]
fn means_over_time_come_from_quantiles() {
    // Of 60 replications: the sketch is off by at most 0.2 %, the midpoint rule by less than 0.5 % for spreads of a tenth.
    let study = support::study(60);
    let statistics = statistics(&study, support::simulate);
    let text = report::markdown(&input(&study, &statistics));
    let table = text.split("Served by each kind of provider").nth(1).expect("the mix has a table");
    let rows = table.split("\n\n").nth(1).expect("a table follows its caption").lines();
    let last: Vec<f64> = rows
        .last()
        .expect("a row")
        .split('|')
        .filter_map(|cell| cell.trim().parse().ok())
        .collect();
    // Date, then data centre, network and cloud of the base.
    for (column, shown) in [(2, last[1]), (3, last[2]), (4, last[3])] {
        let share = |replication| {
            let series = support::record(0, replication).series;
            100.0 * series[39 * 8 + column] / series[39 * 8]
        };
        let mean = (0..60).map(share).sum::<f64>() / 60.0;
        assert!((shown / mean - 1.0).abs() < 0.01, "column {column}: {shown} instead of {mean}");
    }
}

#[test]
fn pictures_are_png_files_named_after_their_figures() {
    let study = support::study(3);
    let statistics = statistics(&study, support::simulate);
    let pictures = report::png(&input(&study, &statistics)).expect("charts can be drawn");
    let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.starts_with(&["served-1.png", "left-0-1.png", "left-365-1.png"]), "{names:?}");
    assert!(names.contains(&"mix-1.png") && names.contains(&"differences-2.png"), "{names:?}");
    assert!(pictures.iter().all(|(_, bytes)| bytes.starts_with(b"\x89PNG\r\n")));
}

#[test]
fn a_study_without_finished_replications_has_a_report_that_says_so() {
    let study = support::study(2);
    let statistics = statistics(&study, |_| Err(TaskError::Failed("made up".to_owned())));
    let html = report::html(&input(&study, &statistics)).expect("there is nothing to draw");
    assert!(html.contains("No replication is finished"));
}

#[test]
fn a_real_run_is_reported_with_every_assumption() {
    let options = Options {
        sets: vec!["horizon.years=3".to_owned()],
        policies: vec!["base".to_owned(), "ban".to_owned()],
        ..Options::default()
    };
    let loaded = load(&Source::Catalogue("small-state".to_owned()), &options).expect("it loads");
    let replications = Replications {
        seed: 1,
        first: 0,
        count: 2,
        command: "autarky run small-state".to_owned(),
        recipe: Recipe::default(),
    };
    let market = MarketStudy::prepare(&loaded, replications).expect("it compiles");
    let stop = StopFlag::new();
    let statistics = statistics(&market.study, |task| market.simulate(task, &stop));
    let assumptions = report::assumptions(&loaded);
    let changed: Vec<&str> =
        assumptions.iter().filter(|a| !a.policies.is_empty()).map(|a| a.path.as_str()).collect();
    assert!(changed.contains(&"event.chip_ban.regime"), "{changed:?}");
    assert!(assumptions.len() > 3000 && assumptions.iter().all(|a| !a.source.is_empty()));
    let about = About { question: loaded.question.clone(), ..About::default() };
    let input = Input { assumptions, about, ..input(&market.study, &statistics) };
    let html = report::html(&input).expect("charts can be drawn");
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
    for fact in [
        "Estonia is served",
        "El Salvador is served",
        "What the policies change",
        "nation.*.fx_reversion",
    ] {
        assert!(html.contains(fact), "{fact}");
    }
}

/// Name, strength and mean of a bar, each with its interval.
type BarOf<'n> = (&'n str, [f64; 3], Option<[f64; 3]>);

/// A report with nothing but a tornado, as Markdown and as HTML.
fn driven(measure: Measure, bars: &[BarOf<'_>]) -> [String; 2] {
    let study = support::study(2);
    let statistics = statistics(&study, support::simulate);
    let estimate = |[value, low, high]: [f64; 3]| Estimate { value, low, high };
    let bars = bars.iter().map(|(label, strength, mean)| Bar {
        label: (*label).to_owned(),
        strength: estimate(*strength),
        mean: mean.map(estimate),
    });
    let tornado = Tornado {
        outcome: "served".to_owned(),
        method: "Made up.".to_owned(),
        measure,
        bars: bars.collect(),
    };
    let input = Input { tornado: Some(tornado), ..input(&study, &statistics) };
    let html = report::html(&input).expect("charts can be drawn");
    let figure = |text: &str, start: &str, end: &str| -> String {
        let rest = text.split(start).nth(1).expect("there is a tornado");
        rest.split(end).next().expect("and something after it").replace('\\', "")
    };
    [
        figure(&report::markdown(&input), "## What drives the outcome, and", "\n## "),
        figure(&html, "<figure id=\"tornado\"", "</figure>"),
    ]
}

#[test]
fn an_index_has_one_column_no_sign_and_an_axis_from_zero_to_one() {
    let bars = [("weak", [0.1, 0.05, 0.15], None), ("strong", [0.6, 0.5, 0.7], None)];
    let [text, html] = driven(Measure::TotalOrder, &bars);
    assert!(text.contains("| Parameter | Index |"), "{text}");
    assert!(text.contains("Total-order index of served"), "{text}");
    assert!(!text.contains('+') && !text.contains("ffect"), "{text}");
    assert!(text.find("| strong") < text.find("| weak"), "{text}");
    for tick in ["\n0.0\n", "\n0.5\n", "\n1.0\n"] {
        assert!(html.contains(tick), "{tick:?} in {html}");
    }
    assert!(!html.contains("\n1.5\n") && !html.contains("\n−0.5\n"), "{html}");
}

#[test]
fn effects_are_ordered_by_the_mean_of_absolute_values_and_show_the_sign_of_the_mean() {
    // Effects of both signs cancel in the mean: the parameter matters most all the same.
    let bars = [
        ("one way", [1.0, 0.9, 1.1], Some([-1.0, -1.1, -0.9])),
        ("both ways", [3.0, 2.0, 4.0], Some([0.2, -1.0, 1.4])),
    ];
    let [text, _] = driven(Measure::Effects { unit: "H100e".to_owned() }, &bars);
    assert!(text.contains("| Mean absolute effect μ* | Mean effect μ |"), "{text}");
    assert!(text.find("| both ways") < text.find("| one way"), "{text}");
    assert!(text.contains("one way: 1.00 (μ −1.00)"), "{text}");
}

/// What a page says of charts that leave something out.
const LEFT_OUT: &str = "no axis can hold it is left out of the charts; the table has it.";

#[test]
fn a_bar_that_no_axis_can_hold_is_left_out_of_the_chart_and_stays_in_the_table() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let hopeless = [[3.0, -inf, inf], [inf; 3], [nan; 3], [3.0, nan, nan], [1e300, 0.0, 1e308]];
    for strength in hopeless {
        let bars = [("plain", [1.0, 0.9, 1.1], None), ("wide", strength, None)];
        for bars in [&bars[..], &bars[1..]] {
            let [text, html] = driven(Measure::Effects { unit: "H100e".to_owned() }, bars);
            assert!(text.contains(LEFT_OUT) && html.contains(LEFT_OUT), "{strength:?}: {text}");
            assert!(text.contains("| wide"), "{text}");
        }
        let [text, _] = driven(Measure::TotalOrder, &[("plain", [0.5, 0.4, 0.6], None)]);
        assert!(!text.contains(LEFT_OUT), "{text}");
    }
}

#[test]
fn differences_and_means_that_no_axis_can_hold_are_left_out_of_the_charts() {
    let mut study = support::study(6);
    let column = |name, unit| Column { name, unit, doc: "Made up." };
    for policy in &mut study.policies {
        policy.layout.scalars =
            vec![column("cost", "USD"), column("unserved", "1"), column("loss_365d", "1")];
    }
    // Squares of such numbers overflow, so that their intervals have no ends.
    let statistics = statistics(&study, |task| {
        let mut record = support::record(task.policy, task.replication);
        let cost = 1e200 * (task.policy as f64 + 0.1 * task.replication as f64);
        record.scalars = [cost, 0.4, 0.3, cost, 0.4, 0.3].to_vec();
        Ok(record)
    });
    let html = report::html(&input(&study, &statistics)).expect("charts can be drawn");
    let figure = |start: &str| {
        let rest = html.split(start).nth(1).expect("the figure is there");
        rest.split("</figure>").next().expect("it ends").to_owned()
    };
    assert!(figure("<figure id=\"frontier-1\"").contains(LEFT_OUT));
}

/// The table below the frontier, cell by cell.
fn frontier_rows(
    study: &Study,
    statistics: &Statistics,
    frontiers: Vec<NationFrontier>,
) -> Vec<Vec<String>> {
    let text = report::markdown(&Input { frontiers, ..input(study, statistics) });
    let table = text.split("Policies by cost, unserved need and loss").nth(1).expect("a frontier");
    let rows = table.split("\n\n").nth(1).expect("a table follows its caption").lines();
    let cells = |row: &str| row.split('|').map(|cell| cell.trim().replace('\\', "")).collect();
    rows.map(cells).collect()
}

#[test]
fn the_frontier_that_was_found_is_shown_with_its_probabilities_and_else_means_tell() {
    let mut study = support::study(4);
    for policy in &mut study.policies {
        let column = |name, unit| Column { name, unit, doc: "Made up." };
        policy.layout.scalars =
            vec![column("cost", "USD"), column("unserved", "1"), column("loss_365d", "1")];
    }
    // Cheaper and no worse: the second policy dominates the base.
    let statistics = statistics(&study, |task| {
        let mut record = support::record(task.policy, task.replication);
        let cost = 2.0 - task.policy as f64 + 0.1 * task.replication as f64;
        record.scalars = [cost, 0.4, 0.3, cost, 0.4, 0.3].to_vec();
        Ok(record)
    });
    let rows = frontier_rows(&study, &statistics, Vec::new());
    assert_eq!(rows[0].last().map(String::as_str), Some(""));
    assert!(!rows[0].contains(&"Probability of that".to_owned()), "{rows:?}");
    assert_eq!((rows[2][5].as_str(), rows[3][5].as_str()), ("no", "yes"), "{rows:?}");
    let estimate = |mean| autarky_study::analysis::Estimate {
        mean,
        standard_error: Some(0.1),
        low: Some(mean - 0.2),
        high: Some(mean + 0.2),
    };
    let place = |name: &str, probability| Place {
        name: name.to_owned(),
        means: vec![estimate(1.0); 3],
        on_frontier: probability > 0.5,
        probability,
        dominated_by: vec![],
    };
    let found = Found {
        objectives: vec![],
        replications: 4,
        left_out: 0,
        resampling: Resampling::default(),
        candidates: vec![place("base", 0.83), place("export_ban", 0.41)],
    };
    let given = vec![NationFrontier { nation: 0, found }];
    let rows = frontier_rows(&study, &statistics, given);
    assert_eq!(rows[2][5..7], ["yes", "83 %"], "{rows:?}");
    assert_eq!(rows[3][5..7], ["no", "41 %"], "{rows:?}");
}

#[test]
fn what_is_better_neither_way_has_no_regret() {
    // Who serves is a means: neither more nor less of it is better, so there is no regret to report.
    let study = support::study(6);
    let statistics = statistics(&study, support::simulate);
    let text = report::markdown(&input(&study, &statistics)).replace('\\', "");
    let table = text.split("differences under the same shocks").nth(1).expect("a table");
    let row = |start: &str| {
        let found = table.lines().find(|line| line.starts_with(&format!("| {start}")));
        let cells = found.expect("a row").trim_end_matches(" |").rsplit(" | ");
        cells.take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("Served by data centres"), ["–", "–"]);
    assert!(row("Served, of the need").iter().all(|cell| cell != "–"));
}
