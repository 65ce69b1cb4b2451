//! Claims about the three sentences of a report, on made-up statistics.

mod support;

use autarky_market::record::{
    Actor, ActorKind, Column, HORIZONS_DAYS, Layer, Layout, Record, Withdrawal,
};
use autarky_study::analysis::Estimate;
use autarky_study::design::{DesignSpec, Kind};
use autarky_study::report::{self, Input, NestedRow, Variances};
use autarky_study::run::schedule::Task;
use autarky_study::run::{Policy, Study};
use support::report::{input, statistics};

/// What a made-up replication ends with.
#[derive(Clone, Copy)]
struct End {
    served: f64,
    unserved: f64,
    cost: f64,
    left: f64,
    loss: f64,
    fiscal: f64,
}

const END: End = End { served: 0.6, unserved: 0.4, cost: 2.0, left: 0.5, loss: 0.3, fiscal: 0.0 };

/// A study of one nation with nothing but scalars and one foreign party.
fn bare(policies: &[&str], replications: u64) -> Study {
    let column = |name, unit| Column { name, unit, doc: "made up" };
    let layout = Layout {
        nations: vec!["EST".to_owned()],
        sample_days: vec![365.25, 730.5],
        series: vec![column("reference_demand", "H100e")],
        scalars: vec![
            column("served_share", "1"),
            column("unserved", "1"),
            column("cost", "USD/H100eh"),
            column("sovereignty_365d", "1"),
            column("fiscal_cost", "USD"),
        ],
        actors: vec![Actor { id: "us".to_owned(), kind: ActorKind::Controller }],
        kinds: vec![],
        vendors: vec![],
    };
    let policy = |name: &&str| Policy {
        name: (*name).to_owned(),
        title: (*name).to_owned(),
        layout: layout.clone(),
    };
    Study {
        policies: policies.iter().map(policy).collect(),
        nation_titles: vec!["Estonia".to_owned()],
        ..support::study(replications)
    }
}

fn record(end: End) -> Record {
    let End { served, unserved, cost, left, loss, fiscal } = end;
    let layer = Layer::Chips;
    Record {
        scalars: vec![served, unserved, cost, left, fiscal],
        series: vec![100.0, 100.0],
        withdrawal: vec![
            Withdrawal { level: left, loss, loss_max: loss, layer };
            HORIZONS_DAYS.len()
        ],
        capacity: vec![],
        events: 1,
        fingerprint: 1,
    }
}

/// The three sentences of every nation, without Markdown's backslashes and with plain spaces.
fn answer(study: &Study, ends: impl Fn(usize, u64) -> End + Sync) -> [String; 3] {
    sentences(&written(study, None, |task| ends(task.policy, task.replication)))
}

/// The whole report, without Markdown's backslashes and with plain spaces.
fn written(
    study: &Study,
    nested: Option<Vec<NestedRow>>,
    ends: impl Fn(Task) -> End + Sync,
) -> String {
    let statistics = statistics(study, |task| Ok(record(ends(task))));
    let input = Input { nested, ..input(study, &statistics) };
    report::markdown(&input).replace('\\', "").replace('\u{a0}', " ")
}

fn sentences(text: &str) -> [String; 3] {
    let sentence = |n: usize| {
        let start = format!("{n}. ");
        let found = text.lines().find_map(|line| line.strip_prefix(&start));
        found.expect("three numbered sentences").to_owned()
    };
    [sentence(1), sentence(2), sentence(3)]
}

/// Noise that all policies share; its mean over replications 0 and 1 is zero.
fn shock(replication: u64) -> f64 {
    if replication.is_multiple_of(2) { 0.05 } else { -0.05 }
}

#[test]
fn a_clear_gain_is_said_with_its_interval() {
    let study = bare(&["base", "network"], 10);
    let [served, cost, left] = answer(&study, |policy, replication| {
        let gain = if policy == 1 { 0.08 + 0.01 * shock(replication) } else { 0.0 };
        End {
            served: END.served + gain + shock(replication),
            unserved: END.unserved - gain,
            cost: END.cost + 0.5 * gain,
            left: END.left + gain,
            ..END
        }
    });
    // s = 0.0005·√(10/9), s/√10 = 0.000167, t(9) = 2.262: half width 0.038 points.
    assert!(
        served
            .starts_with("“network” serves more than the base: Estonia is served 68 % of its need"),
        "{served}"
    );
    assert!(
        served.contains("against 60 % (+8.00 points, 95 % interval +7.96 to +8.04)"),
        "{served}"
    );
    assert!(
        served.contains("32.00 % of that need goes unserved against 40.00 % (−8.00 points"),
        "{served}"
    );
    assert!(cost.starts_with("Under “network” an H100e-hour served costs 2.04000 USD against 2.00000 USD (+0.04000 USD, "), "{cost}");
    assert!(
        left.contains("58.00 % of critical need is served against 50.00 % (+8.00 points"),
        "{left}"
    );
    assert!(
        left.ends_with("the party that takes most is us (controls exports) under both."),
        "{left}"
    );
    assert!(!format!("{served}{cost}{left}").contains("unclear"));
}

#[test]
fn a_clear_loss_is_no_gain() {
    let [served, ..] = answer(&bare(&["base", "ban"], 10), |policy, replication| End {
        served: END.served - 0.1 * policy as f64 * (1.0 + shock(replication)),
        ..END
    });
    assert!(
        served.starts_with("“ban” serves less than the base: Estonia is served 50.0 %"),
        "{served}"
    );
    assert!(served.contains("(−10.0 points, 95 % interval −10.4 to −9.6)"), "{served}");
}

#[test]
fn an_interval_with_zero_inside_is_called_unclear() {
    let noise = |policy: usize, replication: u64| policy as f64 * (0.01 + 4.0 * shock(replication));
    let [served, ..] = answer(&bare(&["base", "network"], 10), |policy, replication| End {
        served: END.served + noise(policy, replication),
        ..END
    });
    assert!(
        served.starts_with("Whether “network” serves more or less than the base is unclear: "),
        "{served}"
    );
    assert!(served.contains(": unclear)"), "{served}");
    let [served, ..] = answer(&bare(&["base", "a", "b"], 10), |policy, replication| End {
        served: END.served + noise(policy, replication),
        ..END
    });
    assert!(served.starts_with("Of three policies, “b” serves most on average, but whether more than the base is unclear: "), "{served}");
}

#[test]
fn of_many_policies_the_best_is_named_and_of_none_better_the_nearest() {
    let gains = |gains: [f64; 4]| {
        let [served, ..] = answer(&bare(&["base", "a", "b", "c"], 10), |policy, replication| End {
            served: END.served + gains[policy] * (1.0 + shock(replication)),
            ..END
        });
        served
    };
    let better = gains([0.0, 0.1, 0.3, 0.2]);
    assert!(
        better.starts_with(
            "Of four policies, “b” serves most on average, and more than the base: Estonia"
        ),
        "{better}"
    );
    let worse = gains([0.0, -0.3, -0.1, -0.2]);
    assert!(
        worse.starts_with(
            "Of four policies none serves more than the base on average, and “b” comes nearest: "
        ),
        "{worse}"
    );
    assert!(worse.contains("(−10.0 points"), "{worse}");
}

#[test]
fn one_policy_is_compared_with_nothing() {
    let [served, cost, left] = answer(&bare(&["base"], 10), |_, replication| End {
        served: END.served + shock(replication),
        ..END
    });
    assert!(served.starts_with("Estonia is served 60 % (95 % interval 56 to 64) of its need at the reference price, and 40 % of that"), "{served}");
    assert!(cost.starts_with("An H100e-hour served costs 2 USD (95 % interval 2 to 2)."), "{cost}");
    assert!(
        left.ends_with(
            "of critical need is served; the party that takes most is us (controls exports)."
        ),
        "{left}"
    );
    assert!(!format!("{served}{cost}{left}").contains("against"));
}

#[test]
fn where_nothing_differs_or_nothing_is_lost_the_sentences_say_so() {
    let nothing = |_: usize, replication: u64| End {
        served: END.served + shock(replication),
        loss: 0.0,
        ..END
    };
    let [served, _, left] = answer(&bare(&["base", "idle"], 10), nothing);
    assert!(served.starts_with("“idle” serves exactly what the base serves: "), "{served}");
    assert!(served.contains("(equal in every replication)"), "{served}");
    assert!(left.ends_with("under neither does a single party take anything away."), "{left}");
    let [.., left] = answer(&bare(&["base"], 10), nothing);
    assert!(left.ends_with("no single party takes anything away."), "{left}");
}

#[test]
fn one_replication_gives_no_interval() {
    let [served, ..] = answer(&bare(&["base", "network"], 1), |policy, _| End {
        served: END.served + 0.1 * policy as f64,
        ..END
    });
    assert!(
        served.starts_with("Whether “network” serves more or less than the base is unclear: "),
        "{served}"
    );
    assert!(served.contains("(no interval from so few replications)"), "{served}");
}

/// The same study at the points of a design.
fn at_points(study: Study, points: u64, kind: Kind) -> Study {
    let design_spec = Some(DesignSpec { kind, axes: vec![], seed: 1 });
    Study { points, design: "made up".to_owned(), design_spec, ..study }
}

#[test]
fn points_that_are_no_draws_have_averages_and_no_interval() {
    let study = at_points(bare(&["base", "network"], 2), 32, Kind::Factorial);
    // With runs taken as independent this would be clear: 64 pairs that all differ by 3.2 points or less.
    let text = written(&study, None, |task| End {
        served: END.served + task.policy as f64 * 0.001 * (task.point + 1) as f64,
        ..END
    });
    let [served, cost, left] = sentences(&text);
    assert!(
        served.starts_with("On average over the points of the design “network” serves more than the base: Estonia is served"),
        "{served}"
    );
    // Mean of 1 to 32 is 16.5.
    assert!(served.contains("against 60 % (+1.650 points, no interval)"), "{served}");
    for said in [&served, &cost, &left] {
        assert!(!said.contains("95 %") && !said.contains("nclear"), "{said}");
    }
    let size = "32 points of a factorial design, 2 replications each";
    assert!(text.contains(&format!("Averages over the points of the design ({size})")), "{text}");
    assert!(
        text.contains(&format!("Points, replications: {size} (finished: 64 of 1. base")),
        "{text}"
    );
    assert!(!text.contains("64 replications") && !text.contains("±"), "{text}");
    for heading in ["## Key numbers", "## What each policy changes"] {
        let section = text.split(heading).nth(1).expect("a section").split("\n## ").next();
        let section = section.expect("text").replace("95 % interval | Variance", "");
        assert!(!section.contains(" to ") || !section.contains("95 %"), "{section}");
    }
}

#[test]
fn key_outcomes_over_draws_have_the_interval_of_the_draws_and_both_variances() {
    let study = at_points(bare(&["base", "network"], 2), 16, Kind::Random { points: 16 });
    let row = |policy: usize, difference: bool, mean: f64| NestedRow {
        quantity: "served_share".to_owned(),
        nation: 0,
        policy,
        difference,
        draws: 16,
        mean: Estimate {
            mean,
            standard_error: Some(0.02),
            low: Some(mean - 0.04),
            high: Some(mean + 0.04),
        },
        variances: Some(Variances { parameters: 0.0036, shocks: 0.0012, share: Some(0.75) }),
    };
    let rows = vec![row(0, false, 0.6), row(1, false, 0.63), row(1, true, 0.03)];
    // Every pair differs by the same: taken as independent runs, the difference would be certain.
    let text = written(&study, Some(rows), |task| End {
        served: END.served + 0.03 * task.policy as f64 + shock(task.replication),
        ..END
    });
    let [served, cost, _] = sentences(&text);
    assert!(
        served.starts_with("Whether “network” serves more or less than the base is unclear: "),
        "{served}"
    );
    assert!(served.contains("(+3 points, 95 % interval −1 to +7: unclear)"), "{served}");
    assert!(cost.contains("equal in every run"), "{cost}");
    assert!(
        text.contains("Means over 16 points of a random design, 2 replications each"),
        "{text}"
    );
    let table = text.split("what parameters and what shocks add").nth(1).expect("a table");
    // √0.0036 and √0.0012 in percentage points.
    assert!(table.contains("| 6.0 | 3.5 | 75 % |"), "{}", &table[..600.min(table.len())]);
}

#[test]
fn a_treasury_that_takes_in_more_than_it_pays_gains() {
    let costs = |of: [f64; 2]| {
        let [_, cost, _] = answer(&bare(&["base", "tax"], 10), |policy, replication| End {
            fiscal: of[policy] * (1.0 + shock(replication)),
            ..END
        });
        cost
    };
    let gain = costs([1.0e6, -2.8e6]);
    assert!(gain.contains("the treasury gains net 2.80 million USD against a payment of 1.00 million USD (net payments −3.80 million USD, 95 % interval"), "{gain}");
    let less = costs([-3.0e6, 2.0e6]);
    assert!(less.contains("the treasury pays net 2.00 million USD against a gain of 3.00 million USD (net payments +5.00 million USD"), "{less}");
    // s = 0.14·√(10/9), s/√10 = 0.0467, t(9) = 2.262: half width 0.106 million.
    let [_, alone, _] = answer(&bare(&["base"], 10), |_, replication| End {
        fiscal: -2.8e6 * (1.0 + shock(replication)),
        ..END
    });
    assert!(
        alone.contains("the treasury gains net 2.80 million USD (95 % interval 2.69 to 2.91)"),
        "{alone}"
    );
}

#[test]
fn parties_are_called_by_their_titles() {
    let actor = Actor { id: "us".to_owned(), kind: ActorKind::Controller };
    let titles = vec![(actor, "United States".to_owned())];
    let study = Study { actor_titles: titles, ..bare(&["base"], 10) };
    let text = written(&study, None, |_| END);
    let [.., left] = sentences(&text);
    assert!(
        left.contains("the party that takes most is United States (controls exports)"),
        "{left}"
    );
    assert!(text.contains("| United States (controls exports) |"), "{text}");
}
