//! Designs of experiments against a scenario: what axes mean, and which points come out.

use autarky_study::design::{Design, DesignSpec, Kind, SaltelliRow};
use autarky_study::scenario::{Loaded, Options, Source, load, render_all};
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

/// Beta is the one law whose quantiles come from elsewhere: none may be undefined or leave its bounds.
#[test]
fn beta_quantiles_stay_within_their_bounds_for_extreme_shapes() {
    for (a, b) in [(0.01, 0.01), (0.01, 1000.0), (1000.0, 0.01), (1000.0, 1000.0), (1.0, 1.0)] {
        let axis = format!("nation.EST.power_price~beta({a}, {b}, 0.1, 0.2 USD/kWh)");
        let design = design(Kind::Sobol { points: 256, scramble: false, skip: 0 }, &[&axis]);
        let value = |point| {
            let value = design.values(point)[0].clone().unwrap();
            value.strip_suffix(" USD/kWh").unwrap().parse::<f64>().unwrap()
        };
        let values: Vec<f64> = (0..256).map(value).collect();
        assert!(values.iter().all(|x| (0.1..=0.2).contains(x)), "{axis}: {values:?}");
        let mean = values.iter().sum::<f64>() / 256.0;
        assert!((mean - 0.1 - 0.1 * a / (a + b)).abs() < 0.002, "{axis}: {mean}");
    }
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

#[test]
fn a_setting_of_one_policy_lies_above_those_of_all() {
    let policy_sets = vec![("ban".to_owned(), "nation.EST.power_price=0.2 USD/kWh".to_owned())];
    let sets = vec!["nation.EST.power_price=0.1 USD/kWh".to_owned()];
    let loaded = load(&source(), &Options { sets, policy_sets, ..Options::default() });
    let loaded = loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    let price =
        |name| loaded.policy(name).unwrap().scenario.nations.get("EST").unwrap().power_price;
    let prices = ["base", "ban", "network_first"].map(|name| price(name).to_string());
    assert_eq!(prices, ["0.1", "0.2", "0.1"]);
    let policy_sets = vec![("bann".to_owned(), "nation.EST.power_price=0.2 USD/kWh".to_owned())];
    let wrong = load(&source(), &Options { policy_sets, ..Options::default() }).unwrap_err();
    assert!(wrong[0].message.contains("no policy `bann`"), "{}", render_all(&wrong));
}
