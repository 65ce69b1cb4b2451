//! Designs of experiments against a scenario: what axes mean, which are refused, and which points come out.

use autarky_study::design::{Design, DesignSpec, Kind, MAX_POINTS, SaltelliRow};
use autarky_study::scenario::{Diagnostic, Loaded, Options, Source, load, render_all};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

fn source() -> Source {
    Source::Path(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/child.toml"))
}

fn scenario() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| {
        load(&source(), &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)))
    })
}

fn spec(kind: Kind, axes: &[&str]) -> DesignSpec {
    DesignSpec { kind, axes: axes.iter().map(|a| (*a).to_owned()).collect(), seed: 7 }
}

fn design(kind: Kind, axes: &[&str]) -> Design {
    Design::new(&spec(kind, axes), scenario()).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

fn errors(kind: Kind, axes: &[&str]) -> Vec<Diagnostic> {
    Design::new(&spec(kind, axes), scenario()).expect_err("a wrong design")
}

fn sobol(points: u64) -> Kind {
    Kind::Sobol { points, scramble: true, skip: 0 }
}

fn saltelli(samples: u64, second_order: bool) -> Kind {
    Kind::Saltelli { samples, second_order, scramble: true, skip: 0 }
}

/// All values of one axis at the points of a factorial.
fn levels(axis: &str) -> Vec<String> {
    let design = design(Kind::Factorial, &[axis]);
    (0..design.len()).filter_map(|p| design.values(p)[0].clone()).collect()
}

#[test]
fn lists_grids_and_counts_become_levels_with_units() {
    let price = "nation.EST.power_price";
    for (values, expected) in [
        ("{0.1 USD/kWh, \"200 USD/MWh\"}", vec!["0.1 USD/kWh", "\"200 USD/MWh\""]),
        (
            "0.1 USD/kWh..0.2 USD/kWh:0.05 USD/kWh",
            vec!["0.1 USD/kWh", "0.15 USD/kWh", "0.2 USD/kWh"],
        ),
        ("0.1..0.4 USD/kWh:0.1", vec!["0.1 USD/kWh", "0.2 USD/kWh", "0.3 USD/kWh", "0.4 USD/kWh"]),
        ("100 USD/MWh..300 USD/MWh/3", vec!["0.1 USD/kWh", "0.2 USD/kWh", "0.3 USD/kWh"]),
    ] {
        assert_eq!(levels(&format!("{price}={values}")), expected, "{values}");
    }
    assert_eq!(levels("provider.EST-network.operators=1..4"), ["1", "2", "3", "4"]);
    assert_eq!(levels("provider.EST-network.operators=10..30:10"), ["10", "20", "30"]);
    assert_eq!(levels("event.chip_ban.enabled={true, false}"), ["true", "false"]);
    assert_eq!(
        levels("event.dated.at=2026-07-01..2026-07-05/3"),
        ["2026-07-01", "2026-07-03", "2026-07-05"]
    );
    assert_eq!(levels("nation.EST.policy.portfolio={{network = 0.5, cloud = 0.5, data_centre = 0}, {cloud = 1.0, network = 0, data_centre = 0}}").len(), 2);
}

#[test]
fn a_factorial_has_every_combination_once_and_changes_the_last_axis_first() {
    let axes =
        ["nation.EST.power_price=0.1..0.2 USD/kWh/2", "provider.EST-network.operators={1, 2, 3}"];
    let design = design(Kind::Factorial, &axes);
    let rows: Vec<String> = (0..design.len()).map(|p| design.row_text(p)).collect();
    assert_eq!(rows[0], "nation.EST.power_price=0.1 USD/kWh\tprovider.EST-network.operators=1");
    assert_eq!(rows[1], "nation.EST.power_price=0.1 USD/kWh\tprovider.EST-network.operators=2");
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 6);
}

#[test]
fn every_setting_of_every_kind_loads_and_arrives() {
    let axes = [
        "nation.EST.power_price~log_uniform(0.08, 0.2 USD/kWh)",
        "provider.EST-network.operators=10..500",
        "policies.ban.nation.SLV.power_price~triangular(0.1, 0.15, 0.3 USD/kWh)",
        "event.dated.at=2026-07-01..2026-09-30",
        "provider.network.leave_rate~log_normal(2 %/day, 0.3, 0.5 %/day, 10 %/day)",
    ];
    for kind in [
        sobol(4),
        saltelli(1, true),
        Kind::Latin { points: 3 },
        Kind::Random { points: 3 },
        Kind::Morris { trajectories: 1, levels: 4 },
    ] {
        let design = design(kind, &axes);
        for point in 0..design.len() {
            let settings = design.settings(point);
            assert_eq!((settings.sets.len(), settings.policy_sets.len()), (4, 1));
            let options = Options {
                sets: settings.sets,
                policy_sets: settings.policy_sets,
                ..Options::default()
            };
            let loaded = load(&source(), &options).unwrap_or_else(|e| panic!("{}", render_all(&e)));
            let price = |policy: &str, nation: &str| {
                let scenario = &loaded.policy(policy).unwrap().scenario;
                format!("{:?} USD/kWh", scenario.nations.get(nation).unwrap().power_price)
            };
            let values: Vec<String> = design.values(point).into_iter().flatten().collect();
            assert_eq!(price("base", "EST"), values[0]);
            assert_eq!(price("ban", "EST"), values[0]);
            assert_eq!(price("ban", "SLV"), values[2]);
            assert_ne!(price("base", "SLV"), values[2]);
            let base = &loaded.policy("base").unwrap().scenario;
            let operators = base.providers.get("EST-network").unwrap().operators;
            assert_eq!(operators.to_string(), values[1]);
        }
    }
}

/// Sobol points in one dimension have each of 2^m bins once, so 4096 points in 0..=7 give each number 512 times.
#[test]
fn whole_numbers_have_bins_of_equal_width() {
    let design = design(sobol(4096), &["provider.EST-network.operators=1..8"]);
    let mut counts = [0; 8];
    for point in 0..design.len() {
        let value = design.values(point)[0].clone().unwrap();
        counts[value.parse::<usize>().unwrap() - 1] += 1;
    }
    assert_eq!(counts, [512; 8]);
}

#[test]
fn a_latin_hypercube_visits_each_stratum_once() {
    let axes =
        ["nation.EST.power_price=0.1..0.2 USD/kWh", "nation.SLV.power_price=0.1..0.2 USD/kWh"];
    for n in [1_u64, 2, 7, 1000] {
        let design = design(Kind::Latin { points: n }, &axes);
        for axis in 0..2 {
            let strata: BTreeSet<u64> =
                (0..n).map(|p| (design.unit(p)[axis] * n as f64) as u64).collect();
            assert_eq!(strata, (0..n).collect());
        }
    }
}

/// Spearman's rank correlation of the two permutations of an independent Latin hypercube has variance 1/(n − 1): for n = 2000 six
/// standard errors are 0.134 (false alarm 2e-9).
#[test]
fn the_axes_of_a_latin_hypercube_are_uncorrelated() {
    let axes =
        ["nation.EST.power_price=0.1..0.2 USD/kWh", "nation.SLV.power_price=0.1..0.2 USD/kWh"];
    let n = 2000;
    let design = design(Kind::Latin { points: n }, &axes);
    let product = |p| (design.unit(p)[0] - 0.5) * (design.unit(p)[1] - 0.5);
    let correlation = 12.0 * (0..n).map(product).sum::<f64>() / n as f64;
    assert!(correlation.abs() < 6.0 / (n as f64 - 1.0).sqrt(), "{correlation}");
}

#[test]
fn a_saltelli_sample_swaps_one_column_a_row() {
    let axes = [
        "nation.EST.power_price=0.1..0.2 USD/kWh",
        "nation.SLV.power_price=0.1..0.2 USD/kWh",
        "provider.EST-network.operators=1..9",
    ];
    for second in [false, true] {
        let design = design(saltelli(8, second), &axes);
        let rows = SaltelliRow::per_sample(3, second) as u64;
        assert_eq!(design.len(), 8 * rows);
        for sample in 0..8 {
            let (a, b) = (design.unit(sample * rows), design.unit(sample * rows + rows - 1));
            for position in 0..rows {
                let row = design.unit(sample * rows + position);
                for axis in 0..3 {
                    let from_b = match SaltelliRow::at(position as usize, 3, second) {
                        SaltelliRow::A => false,
                        SaltelliRow::AB(swapped) => swapped == axis,
                        SaltelliRow::BA(swapped) => swapped != axis,
                        SaltelliRow::B => true,
                    };
                    let expected = if from_b { b[axis] } else { a[axis] };
                    assert_eq!(row[axis].to_bits(), expected.to_bits());
                }
            }
        }
    }
}

#[test]
fn a_trajectory_moves_every_axis_once_by_half_of_the_levels() {
    let axes = [
        "nation.EST.power_price=0.1..0.2 USD/kWh",
        "nation.SLV.power_price=0.1..0.2 USD/kWh",
        "provider.EST-network.operators=1..9",
    ];
    let design = design(Kind::Morris { trajectories: 50, levels: 6 }, &axes);
    assert_eq!(design.len(), 200);
    let mut seen = BTreeSet::new();
    for trajectory in 0..50 {
        let mut moved = BTreeSet::new();
        for step in 1..4 {
            let (one, two) =
                (design.unit(trajectory * 4 + step - 1), design.unit(trajectory * 4 + step));
            let changed: Vec<usize> =
                (0..3).filter(|i| one[*i].to_bits() != two[*i].to_bits()).collect();
            assert_eq!(changed.len(), 1);
            assert!(((one[changed[0]] - two[changed[0]]).abs() - 0.5).abs() < 1e-15);
            moved.insert(changed[0]);
            seen.insert((two[0] * 12.0).round() as u64);
        }
        assert_eq!(moved.len(), 3);
    }
    assert_eq!(seen, [1, 3, 5, 7, 9, 11].into(), "all six midpoints (2j + 1)/12");
}

#[test]
fn a_table_is_rows_of_settings_and_an_empty_cell_sets_nothing() {
    let csv = "nation.EST.power_price,policies.ban.provider.EST-network.operators\n0.2 USD/kWh,5\n,\"7\"\n";
    let design = design(Kind::Table { csv: csv.to_owned() }, &[]);
    assert_eq!(design.len(), 2);
    assert_eq!(
        design.row_text(0),
        "nation.EST.power_price=0.2 USD/kWh\tpolicies.ban.provider.EST-network.operators=5"
    );
    let second = design.settings(1);
    assert!(second.sets.is_empty());
    assert_eq!(
        second.policy_sets,
        [("ban".to_owned(), "provider.EST-network.operators=7".to_owned())]
    );
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

#[test]
fn wrong_axes_are_refused_with_what_would_be_right() {
    for (axis, message, right) in [
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
        (
            "nation.EST.power_price~lognormal(0.1 USD/kWh, 0.2)",
            "unknown distribution",
            "log_normal",
        ),
        (
            "nation.EST.power_price~normal(0.1 USD/kWh)",
            "other arguments",
            "normal(mean, deviation)",
        ),
        ("nation.EST.power_price~log_normal(0 USD/kWh, 0.2)", "out of range", "above 0"),
        ("nation.EST.power_price~normal(0.1 USD/kWh, 1 USD/kWh)", "leaves its range", "low, high"),
        (
            "nation.EST.power_price~uniform(0.2, 0.1 USD/kWh)",
            "other arguments",
            "uniform(low, high)",
        ),
        ("horizon.start~uniform(2026-01-01, 2027-01-01)", "is a date", "2028-01-01..2030-12-31"),
        ("event.dated.at=2026-07-01..24 months", "from a date to a span", "two dates"),
    ] {
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

#[test]
fn the_points_of_a_seed_are_others_than_those_of_another() {
    let axis = "nation.EST.power_price=0.1..0.2 USD/kWh";
    for kind in [
        sobol(8),
        saltelli(8, false),
        Kind::Random { points: 8 },
        Kind::Latin { points: 8 },
        Kind::Morris { trajectories: 8, levels: 8 },
    ] {
        let one = spec(kind, &[axis]);
        let two = DesignSpec { seed: 8, ..one.clone() };
        let points = |spec: &DesignSpec| {
            let design = Design::new(spec, scenario()).unwrap();
            (0..design.len()).map(|p| design.row_text(p)).collect::<Vec<_>>()
        };
        assert_eq!(points(&one), points(&one.clone()));
        assert_ne!(points(&one), points(&two), "{one:?}");
    }
}

#[test]
fn a_spec_reads_back_from_json() {
    for kind in [
        Kind::Factorial,
        sobol(8),
        saltelli(4, true),
        Kind::Morris { trajectories: 3, levels: 4 },
        Kind::Table { csv: "a\n1\n".to_owned() },
    ] {
        let spec = spec(kind, &["nation.EST.power_price=0.1..0.2 USD/kWh"]);
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<DesignSpec>(&text).unwrap(), spec, "{text}");
    }
}

#[test]
fn advice_names_the_powers_of_two_about_an_unbalanced_number() {
    let axis = "nation.EST.power_price=0.1..0.2 USD/kWh";
    assert!(design(sobol(500), &[axis]).advice().is_some_and(|a| a.contains("256 or 512")));
    assert_eq!(design(sobol(512), &[axis]).advice(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_longer_design_begins_with_the_shorter_one(few in 1_u64..40, more in 0_u64..40, seed: u64, skip in 0_u64..9) {
        let axes = ["nation.EST.power_price~log_uniform(0.1, 0.2 USD/kWh)", "provider.EST-network.operators=1..99"];
        let kinds: [fn(u64, u64) -> Kind; 5] = [
            |points, skip| Kind::Sobol { points, scramble: true, skip },
            |points, skip| Kind::Sobol { points, scramble: false, skip },
            |samples, skip| Kind::Saltelli { samples, second_order: skip % 2 == 0, scramble: true, skip },
            |trajectories, _| Kind::Morris { trajectories, levels: 4 },
            |points, _| Kind::Random { points },
        ];
        for kind in kinds {
            let of = |count| {
                let spec = DesignSpec { seed, ..spec(kind(count, skip), &axes) };
                Design::new(&spec, scenario()).unwrap()
            };
            let (short, long) = (of(few), of(few + more));
            prop_assert_eq!(short.identity(), long.identity());
            for point in 0..short.len() {
                prop_assert_eq!(short.row_text(point), long.row_text(point));
                let bits = |d: &Design| d.unit(point).iter().map(|u| u.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(&short), bits(&long));
            }
        }
    }

    #[test]
    fn units_lie_in_the_unit_cube_and_values_reread_to_the_same_axis(seed: u64, points in 1_u64..30) {
        let axes = ["nation.EST.power_price~normal(0.15, 0.02, 0.05, 0.4 USD/kWh)", "nation.SLV.power_price=0.1 USD/kWh..0.2 USD/kWh/7"];
        for kind in [sobol(points), Kind::Latin { points }, Kind::Random { points }] {
            let spec = DesignSpec { seed, ..spec(kind, &axes) };
            let one = Design::new(&spec, scenario()).unwrap();
            let texts = one.axes().iter().map(autarky_study::design::Axis::text).collect();
            let two = Design::new(&DesignSpec { axes: texts, ..spec }, scenario()).unwrap();
            prop_assert_eq!(one.axes(), two.axes());
            for point in 0..points {
                prop_assert!(one.unit(point).iter().all(|u| (0.0..1.0).contains(u)));
                prop_assert_eq!(one.row_text(point), two.row_text(point));
            }
        }
    }

    #[test]
    fn no_axis_text_panics(text in "[a-z.EST=~{}()/: 0-9\"-]{0,60}", kept in 0_usize..60) {
        let _ = Design::new(&spec(sobol(2), &[&text]), scenario());
        let good = "nation.EST.power_price~log_normal(0.1 USD/kWh, 0.3, 0.05 USD/kWh, 0.4 USD/kWh)";
        let cut = format!("{}{text}", &good[..kept.min(good.len())]);
        let _ = Design::new(&spec(sobol(2), &[&cut]), scenario());
        let range = format!("nation.EST.power_price={text}..{text}");
        let _ = Design::new(&spec(Kind::Factorial, &[&range]), scenario());
        let _ = Design::new(&spec(Kind::Table { csv: text }, &[]), scenario());
    }
}
