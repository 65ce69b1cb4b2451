//! Designs that are refused, each with what would be right, before anything is allocated.

use autarky_study::design::{Design, DesignSpec, Kind, MAX_POINTS};
use autarky_study::scenario::{Diagnostic, Loaded, Options, Source, load, render_all};
use std::path::PathBuf;
use std::sync::OnceLock;

fn scenario() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml");
    LOADED.get_or_init(|| {
        let loaded = load(&Source::Path(path), &Options::default());
        loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)))
    })
}

fn errors(kind: Kind, axes: &[&str]) -> Vec<Diagnostic> {
    let axes = axes.iter().map(|a| (*a).to_owned()).collect();
    let spec = DesignSpec { kind, axes, seed: 7 };
    Design::new(&spec, scenario()).expect_err("a wrong design")
}

fn sobol(points: u64) -> Kind {
    Kind::Sobol { points, scramble: true, skip: 0 }
}

fn saltelli(samples: u64, second_order: bool) -> Kind {
    Kind::Saltelli { samples, second_order, scramble: true, skip: 0 }
}

#[test]
fn the_wrong_cells_of_a_table_are_named_by_their_lines() {
    let csv =
        "nation.EST.power_price,nation.EST.gdp\n0.2 USD/kWh,1 USD/year\n0.2 kW,1\n99 USD/kWh,\n";
    let wrong = errors(Kind::Table { csv: csv.to_owned() }, &[]);
    let found: Vec<(&str, &str)> =
        wrong.iter().map(|d| (d.file.as_str(), d.path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("line 3 of the table", "nation.EST.power_price"),
            ("line 3 of the table", "nation.EST.gdp"),
            ("line 4 of the table", "nation.EST.power_price")
        ]
    );
    for (csv, message) in [
        ("", "no columns"),
        ("nation.EST.power_price\n", "no rows"),
        ("nation.EST.power_prise\n1\n", "no parameter `power_prise`"),
        ("nation.EST.gdp,nation.EST.gdp\n1 USD/year,1 USD/year\n", "twice"),
        ("nation.EST.gdp,nation.SLV.gdp\n1 USD/year\n", "cannot read it"),
        ("policies.bann.nation.EST.gdp\n1 USD/year\n", "no policy `bann`"),
        ("nation.XXX.gdp\n1 USD/year\n", "no nation `XXX`"),
    ] {
        let wrong = errors(Kind::Table { csv: csv.to_owned() }, &[]);
        assert!(wrong[0].message.contains(message), "{csv:?}: {}", wrong[0].message);
    }
}

/// An axis, a part of what is wrong with it, and a part of what would be right.
const WRONG: &[(&str, &str, &str)] = &[
    ("nation.EST.power_prise=0.1..0.2 USD/kWh", "no parameter `power_prise`", "power_price"),
    ("nations.EST.power_price=0.1..0.2 USD/kWh", "begins with a root", "nation"),
    ("nation.EZT.power_price=0.1..0.2 USD/kWh", "no nation `EZT`", "EST"),
    ("policies.bam.nation.EST.power_price=0.1..0.2 USD/kWh", "no policy `bam`", "ban"),
    ("policies.ban=0.1..0.2", "ends too soon", "policies.NAME.PATH"),
    ("nation.EST.power_price", "PATH=VALUES", "LO..HI"),
    ("nation.EST.power_price=0.1 USD/kWh", "needs values", "LO..HI"),
    ("nation.EST.power_price=0.1..99 USD/kWh", "out of range", "USD/kWh"),
    ("nation.EST.power_price=0.1..0.2", "needs a unit", "USD/kWh"),
    ("nation.EST.power_price=0.1..0.2 kW", "another dimension", "USD/kWh"),
    ("nation.EST.power_price=0.2..0.1 USD/kWh", "lower end", ""),
    (
        "nation.EST.power_price=0.1..0.2 USD/kWh:0.03",
        "0.19 USD/kWh",
        "0.0333333333333 USD/kWh or 0.025 USD/kWh",
    ),
    ("nation.EST.power_price=0.1..0.2 USD/kWh/1", "number of levels", "from 2 to"),
    ("nation.EST.power_price=0.1..0.2 USD/kWh:0.0000001", "levels; at most", ""),
    ("provider.EST-network.operators=1..10:2", "left at 9", "3 or 1"),
    ("provider.EST-network.operators=1..10/3", "whole values", "2 or 4 levels"),
    ("provider.EST-network.operators=0.5..3", "wrong type", "whole number"),
    ("nation.EST.power_price={0.1 USD/kWh, 3 kW}", "another dimension", "USD/kWh"),
    ("nation.EST.power_price={0.1 USD/kWh,,}", "empty level", ""),
    ("nation.EST.power_price={0.1 USD/kWh, 0.1 USD/kWh}", "same level twice", ""),
    ("event.chip_ban.enabled=0..1", "has no range", "a list"),
    ("nation.EST.policy=0..1", "has no range", "a list"),
    ("nation.EST.power_price~lognormal(0.1 USD/kWh, 0.2)", "unknown distribution", "log_normal"),
    ("nation.EST.power_price~normal(0.1 USD/kWh)", "other arguments", "normal(mean, deviation)"),
    ("nation.EST.power_price~log_normal(0 USD/kWh, 0.2)", "out of range", "above 0"),
    ("nation.EST.power_price~normal(0.1 USD/kWh, 1 USD/kWh)", "leaves its range", "low, high"),
    ("nation.EST.power_price~uniform(0.2, 0.1 USD/kWh)", "other arguments", "uniform(low, high)"),
    ("horizon.start~uniform(2026-01-01, 2027-01-01)", "is a date", "2028-01-01..2030-12-31"),
    ("provider.EST-network.operators~normal(1.5, 1, 1.2, 1.8)", "holds no whole number", ""),
    ("nation.EST.power_price~normal(0.1, 0.001, 4, 5 USD/kWh)", "nothing between its bounds", ""),
    ("nation.EST.power_price~beta(0.001, 2, 0.1, 0.2 USD/kWh)", "out of range", "0.01"),
    ("event.dated.at=2026-07-01..24 months", "from a date to a span", "two dates"),
];

#[test]
fn wrong_axes_are_refused_with_what_would_be_right() {
    for (axis, message, right) in WRONG {
        let all = errors(sobol(2), &[axis]);
        let text = render_all(&all);
        assert!(text.contains(message) && text.contains(right), "{axis}\n{text}");
        // Both ends of a range may be wrong in the same way.
        assert!(
            all.len() == 1 || all.iter().all(|d| d.message == all[0].message),
            "{axis}\n{text}"
        );
    }
}

#[test]
fn all_wrong_axes_are_reported_at_once() {
    let axes = ["nation.EST.gdp=1..2", "nation.EST.power_price=3", "nation.EZT.gdp=1..2 USD/year"];
    assert_eq!(errors(sobol(2), &axes).iter().filter(|d| d.line == 1).count(), 4);
}

#[test]
fn an_axis_that_stands_twice_is_refused() {
    let axis = "nation.EST.power_price=0.1..0.2 USD/kWh";
    assert!(errors(sobol(2), &[axis, axis])[0].message.contains("twice"));
}

#[test]
fn a_million_millions_of_points_are_refused_with_their_number() {
    let hundred = "..0.2 USD/kWh/100";
    let axes: Vec<String> = (0..6)
        .map(|i| {
            let entry = ["nation.EST.power_price", "nation.SLV.power_price"][i % 2];
            let policy = ["", "policies.ban.", "policies.network_first."][i / 2];
            format!("{policy}{entry}=0.1{hundred}")
        })
        .collect();
    let axes: Vec<&str> = axes.iter().map(String::as_str).collect();
    let wrong = errors(Kind::Factorial, &axes);
    assert!(
        wrong[0].message.contains("1000000000000 points; at most 1000000 fit"),
        "{}",
        wrong[0].message
    );
    assert!(wrong[0].help.is_some());
    for kind in [
        sobol(MAX_POINTS + 1),
        saltelli(u64::MAX, true),
        Kind::Latin { points: u64::MAX },
        Kind::Morris { trajectories: u64::MAX, levels: 4 },
    ] {
        assert!(errors(kind, &axes)[0].message.contains("at most 1000000 fit"));
    }
}

#[test]
fn designs_that_cannot_be_are_refused() {
    let axis = "nation.EST.power_price=0.1..0.2 USD/kWh";
    for (kind, axes, message) in [
        (Kind::Factorial, vec![axis], "needs levels"),
        (sobol(0), vec![axis], "no points"),
        (sobol(4), vec![], "no axis"),
        (Kind::Morris { trajectories: 3, levels: 5 }, vec![axis], "even number of levels"),
        (Kind::Sobol { points: 4, scramble: false, skip: u64::MAX }, vec![axis], "starts at most"),
        (
            Kind::Table { csv: "nation.EST.gdp\n1 USD/year".to_owned() },
            vec![axis],
            "takes no others",
        ),
    ] {
        let found = errors(kind, &axes);
        assert!(found[0].message.contains(message), "{}", found[0].message);
    }
}
