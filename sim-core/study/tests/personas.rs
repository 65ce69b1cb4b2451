//! Files of persons: what they amount to equals a hand computation, whatever the format and the order of rows; made-up files have the shares of the table.

mod support;

use autarky_market::entity::nation::IncomeGroup;
use autarky_study::calibration;
use autarky_study::persona::{
    Demand, Made, Population, World, demand, generate, read, report_json,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const WORLD: World = World { sensitivity: [0.5, 0.3, 0.2], class: [0.6, 0.15, 0.25] };
const BANDS: [&str; 4] = ["age_18_29", "age_30_49", "age_50_64", "age_65_up"];
const LEVELS: [&str; 3] = ["secondary_or_less", "some_tertiary", "bachelor"];
const STATUSES: [&str; 5] = ["employed", "student", "unemployed", "retired", "home"];

fn figure(subject: &str, quantity: &str) -> f64 {
    let figure = calibration::personas().get(subject, quantity);
    figure.and_then(|f| f.value.parse().ok()).unwrap_or_else(|| panic!("{subject} {quantity}"))
}

fn write(name: &str, text: &[u8]) -> PathBuf {
    let path = support::scratch("personas").join(name);
    std::fs::write(&path, text).expect("writable");
    path
}

fn counted(rows: &[&str]) -> Population {
    let text = format!("age,sex,occupation,region,schooling\n{}\n", rows.join("\n"));
    read(&write("people.csv", text.as_bytes())).unwrap_or_else(|e| panic!("{e:?}"))
}

fn demanded(population: &Population) -> Demand {
    demand(population, IncomeGroup::High, &WORLD).expect("adults")
}

/// Use by sensitivity and class of one person, by hand.
fn person(u: f64, at_work: bool, sector: &str, specialism: &str) -> [[f64; 3]; 3] {
    let work = if at_work { figure("use", "work_share_of_employed") } else { 0.0 };
    let mut out = [[0.0; 3]; 3];
    for (s, kind) in ["open", "regulated", "critical"].into_iter().enumerate() {
        for (k, class) in ["inference", "fine_tuning", "training"].into_iter().enumerate() {
            let of_work = figure(&format!("sector.{sector}"), kind)
                * figure(&format!("class.{specialism}"), class);
            let private = if (s, k) == (0, 0) { 1.0 - work } else { 0.0 };
            out[s][k] = u * (private + work * of_work);
        }
    }
    out
}

/// Sector and specialism of the occupations of the table that are not plain, by hand.
fn special(title: &str) -> (&str, &str) {
    match title {
        "software_developer" => ("open", "developer"),
        "research_scientist" => ("open", "researcher"),
        "soldier"
        | "army_officer"
        | "power_plant_manager"
        | "energy_engineer"
        | "paramedic"
        | "grid_control_technician"
        | "police_officer"
        | "firefighter"
        | "power_line_repairer"
        | "water_treatment_operator" => ("critical", "ordinary"),
        "finance_manager"
        | "public_administration_manager"
        | "hospital_manager"
        | "registered_nurse"
        | "physician"
        | "accountant"
        | "lawyer"
        | "government_policy_analyst"
        | "bookkeeper"
        | "tax_officer"
        | "practical_nurse"
        | "bank_loan_officer"
        | "bank_teller"
        | "court_clerk"
        | "municipal_clerk"
        | "health_care_assistant" => ("regulated", "ordinary"),
        _ => ("open", "ordinary"),
    }
}

fn developer(specialism: &str) -> f64 {
    if specialism == "developer" { figure("factor.specialism", "developer") } else { 1.0 }
}

/// Mean intensity and use by sensitivity and class of the typical high-income population, by an enumeration of its own.
fn typical() -> (f64, [[f64; 3]; 3]) {
    let (mut adults, mut total, mut used) = (0.0, 0.0, [[0.0; 3]; 3]);
    let mut add = |share: f64, u: f64, of: [[f64; 3]; 3]| {
        adults += share;
        total += share * u;
        for (sum, part) in used.iter_mut().flatten().zip(of.iter().flatten()) {
            *sum += share * part;
        }
    };
    for band in BANDS {
        for level in LEVELS {
            let here = figure("high.age", band) * figure(&format!("high.schooling.{band}"), level);
            let base = figure("factor.age", band) * figure("factor.schooling", level);
            for status in &STATUSES[1..] {
                let u = base * figure("factor.occupation", status);
                let share = here * figure(&format!("high.status.{band}"), status);
                add(share, u, person(u, false, "open", "ordinary"));
            }
            let employed = here * figure(&format!("high.status.{band}"), "employed");
            for group in 0..10 {
                let isco = format!("isco_{group}");
                let of_group = employed * figure(&format!("high.isco.{level}"), &isco);
                for (title, of_title) in calibration::personas().of(&format!("titles.{isco}")) {
                    let (sector, specialism) = special(title);
                    let u = base * figure("factor.occupation", &isco) * developer(specialism);
                    add(of_group * of_title, u, person(u, true, sector, specialism));
                }
            }
        }
    }
    (total / adults, used)
}

#[test]
fn the_aggregate_of_five_people_equals_a_hand_computation() {
    let population = counted(&[
        "25,female,software_developer,North,bachelors",
        "40,male,truck driver,South,high_school",
        "55,F,Registered Nurse,North,some_college",
        "70,M,retired,South,graduate",
        "10,male,,South,",
    ]);
    let u = [
        figure("factor.age", BANDS[0])
            * figure("factor.schooling", LEVELS[2])
            * figure("factor.occupation", "isco_2")
            * figure("factor.specialism", "developer"),
        figure("factor.age", BANDS[1])
            * figure("factor.schooling", LEVELS[0])
            * figure("factor.occupation", "isco_8"),
        figure("factor.age", BANDS[2])
            * figure("factor.schooling", LEVELS[1])
            * figure("factor.occupation", "isco_2"),
        figure("factor.age", BANDS[3])
            * figure("factor.schooling", LEVELS[2])
            * figure("factor.occupation", "retired"),
    ];
    let people = [
        person(u[0], true, "open", "developer"),
        person(u[1], true, "open", "ordinary"),
        person(u[2], true, "regulated", "ordinary"),
        person(u[3], false, "open", "ordinary"),
    ];
    let (mean, reference) = typical();
    let found = demanded(&population);
    let near = |a: f64, b: f64, what: &str| {
        assert!((a / b - 1.0).abs() < 1e-12 || (a == 0.0 && b == 0.0), "{what}: {a} is not {b}");
    };
    near(found.mean, u.iter().sum::<f64>() / 4.0, "mean intensity");
    near(found.reference, mean, "reference");
    near(found.scale(), u.iter().sum::<f64>() / 4.0 / mean, "scale");
    let q: [[f64; 3]; 3] = std::array::from_fn(|s| {
        std::array::from_fn(|k| {
            let own: f64 = people.iter().map(|p| p[s][k]).sum();
            WORLD.sensitivity[s] * WORLD.class[k] * own / reference[s][k]
        })
    });
    let all: f64 = q.iter().flatten().sum();
    for (s, row) in q.iter().enumerate() {
        let of_kind: f64 = row.iter().sum();
        near(found.sensitivity.expect("known")[s], of_kind / all, "sensitivity");
        for (k, part) in row.iter().enumerate() {
            // Nobody of the five has critical work, so its classes stay the world's.
            match found.classes[s] {
                Some(classes) => near(classes[k], part / of_kind, "class"),
                None => assert_eq!((s, of_kind.to_bits()), (2, 0)),
            }
        }
    }
}

/// Rows that use every kind of word.
fn people() -> Vec<String> {
    let occupations = [
        "software_developer",
        "physician",
        "soldier",
        "cleaner",
        "student",
        "retired",
        "",
        "Wizard",
        "2512",
        "not_in_workforce",
    ];
    let schooling = ["high_school", "associates", "bachelors", "???", ""];
    (0..2000_usize)
        .map(|i| {
            let sex = ["female", "M", "x"][i % 3];
            let (occupation, level) = (occupations[i * 7 % 10], schooling[i * 3 % 5]);
            format!("{},{sex},{occupation},Region {},{level}", i * 31 % 121, i % 13)
        })
        .collect()
}

#[test]
fn the_order_of_rows_does_not_matter_bit_for_bit() {
    let rows = people();
    let forward: Vec<&str> = rows.iter().map(String::as_str).collect();
    let backward: Vec<&str> = forward.iter().rev().copied().collect();
    let (a, b) = (counted(&forward), counted(&backward));
    assert_eq!(a, b);
    let bits = |d: Demand| {
        [d.mean.to_bits(), d.scale().to_bits(), d.sensitivity.expect("known")[1].to_bits()]
    };
    assert_eq!(bits(demanded(&a)), bits(demanded(&b)));
}

#[test]
fn csv_and_parquet_of_the_same_people_are_the_same_population() {
    for seed in [1, 2] {
        let made = Made { rows: 70_000, nation: "EST".to_owned(), group: IncomeGroup::High, seed };
        let folder = support::scratch("personas");
        let [csv, parquet] = ["p.csv", "p.parquet"].map(|name| folder.join(name));
        generate(&csv, &made).expect("CSV is written");
        generate(&parquet, &made).expect("Parquet is written");
        assert_eq!(read(&csv).expect("CSV is read"), read(&parquet).expect("Parquet is read"));
    }
}

#[test]
fn semicolons_tabs_quotes_other_names_and_a_byte_order_mark_are_read_alike() {
    let plain = counted(&["34,female,nurse,Võru,bachelors", "51,male,farmer,Hiiu,high_school"]);
    for text in [
        "uuid;Age;Gender;Education Level;occupation;State;persona\n1;34;F;bachelors;nurse;Võru;\"a; b\"\n2;51;M;high_school;farmer;Hiiu;c\n",
        "\u{feff}age\tsex\toccupation\tprefecture\teducation_level\r\n34.0\tfemale\tnurse\tVõru\tbachelors\r\n51\tmale\tfarmer\tHiiu\thigh_school\r\n\r\n",
        "story,region,schooling,occupation,sex,age\n\"two\nlines, \"\"quoted\"\"\",Võru,bachelors,\"nurse\",female,34\nx,Hiiu,high_school,farmer,male,51",
    ] {
        assert_eq!(
            read(&write("p.csv", text.as_bytes())).unwrap_or_else(|e| panic!("{text}\n{e:?}")),
            plain,
            "{text}"
        );
    }
}

/// Shares that a group of rows should have, and how many rows have each.
#[derive(Default)]
struct Observed(BTreeMap<String, BTreeMap<String, f64>>);

/// Theory: given the age band, schooling and status are multinomial with the table's shares; given the schooling, so are the major groups of the
/// employed. Seed 3, 200,000 rows. About 120 z-scores with a bound of 6, two-sided: false alarms are rarer than 3e-7. A share off by 0.7 points of a tenth of the rows would be found.
#[test]
fn a_made_up_file_has_the_shares_of_the_table_within_binomial_error() {
    let path = support::scratch("personas").join("p.csv");
    let made =
        Made { rows: 200_000, nation: "SLV".to_owned(), group: IncomeGroup::LowerMiddle, seed: 3 };
    generate(&path, &made).expect("written");
    let mut seen = Observed::default();
    let titles: BTreeMap<&str, usize> = (0..10)
        .flat_map(|g| {
            calibration::personas().of(&format!("titles.isco_{g}")).map(move |(t, _)| (t, g))
        })
        .collect();
    for line in std::fs::read_to_string(&path).expect("read").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let age: usize = cells[0].parse().expect("a number");
        let band = [18, 30, 50, 65].iter().filter(|first| age >= **first).count();
        let mut count = |group: String, item: &str| {
            *seen.0.entry(group).or_default().entry(item.to_owned()).or_default() += 1.0;
        };
        count("age".to_owned(), ["age_0_17", BANDS[0], BANDS[1], BANDS[2], BANDS[3]][band]);
        if band == 0 {
            continue;
        }
        count(format!("schooling.{}", BANDS[band - 1]), cells[4]);
        let group = titles.get(cells[2]);
        let status = if group.is_some() {
            "employed"
        } else if cells[2] == "homemaker" {
            "home"
        } else {
            cells[2]
        };
        count(format!("status.{}", BANDS[band - 1]), status);
        if let Some(group) = group {
            count(format!("isco.{}", cells[4]), &format!("isco_{group}"));
        }
    }
    let mut checked = 0;
    for (group, counts) in &seen.0 {
        let n: f64 = counts.values().sum();
        for (item, count) in counts {
            let p = figure(&format!("lower_middle.{group}"), item);
            let z = (count - n * p) / (n * p * (1.0 - p)).sqrt();
            assert!(z.abs() < 6.0, "{group} {item}: {count} of {n}, expected {p}: z = {z:.1}");
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked} shares");
}

/// A typical population has scale one and the world's shares: 100,000 people, six standard errors of the mean (false alarm 2e-9).
#[test]
fn a_typical_population_has_scale_one_and_the_worlds_shares() {
    for group in IncomeGroup::ALL {
        let path = support::scratch("personas").join("p.parquet");
        generate(&path, &Made { rows: 100_000, nation: "X".to_owned(), group: *group, seed: 5 })
            .expect("written");
        let population = read(&path).expect("read");
        let found = demand(&population, *group, &WORLD).expect("adults");
        assert!(
            (found.mean - found.reference).abs() < 6.0 * found.standard_error,
            "{group:?} {found:?}"
        );
        for (share, world) in found.sensitivity.expect("known").iter().zip(WORLD.sensitivity) {
            assert!((share / world - 1.0).abs() < 0.1, "{group:?} {found:?}");
        }
    }
}

#[test]
fn more_developers_train_more_and_more_soldiers_have_more_critical_work() {
    let typical: Vec<String> = (0..50)
        .map(|i| {
            format!(
                "{},F,{},a,bachelors",
                30 + i % 20,
                ["teacher", "accountant", "soldier", "software developer", "scientist"][i % 5]
            )
        })
        .collect();
    let with = |occupation: &str| {
        let mut rows = typical.clone();
        rows.extend((0..50).map(|_| format!("35,M,{occupation},a,bachelors")));
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        demanded(&counted(&rows))
    };
    let training = |d: &Demand| d.classes[0].expect("open work")[2];
    let critical = |d: &Demand| d.sensitivity.expect("known")[2];
    let (teachers, developers, soldiers) =
        (with("teacher"), with("software developer"), with("soldier"));
    assert!(training(&developers) > training(&teachers) && developers.scale() > teachers.scale());
    assert!(critical(&soldiers) > critical(&teachers));
}

#[test]
fn unknown_words_are_counted_and_listed_and_no_error() {
    let population =
        counted(&["34,F,Wizard,a,bachelors", "35,M,Wizard,a,???", "36,M,Witch,b,bachelors"]);
    assert_eq!((population.persons(), population.unknown()), (3, 3));
    let found = demanded(&population);
    assert!(found.mean > 0.0 && found.sensitivity.is_none(), "use without known work has no mix");
    let shown = report_json(&population, &found, "");
    assert_eq!(shown["unknown_occupations"][0]["word"], "Wizard");
    assert_eq!(shown["unknown_occupations"][0]["persons"], 2);
    assert_eq!(shown["unknown_schooling"][0]["word"], "???");
}

fn arbitrary_row() -> impl Strategy<Value = String> {
    let occupation = prop::sample::select(vec![
        "nurse",
        "soldier",
        "software developer",
        "scientist",
        "retired",
        "?",
        "cook",
        "0",
        "9999",
    ]);
    let schooling = prop::sample::select(vec!["high_school", "associates", "phd", "?"]);
    (0..121_u8, prop::sample::select(vec!["F", "M", ""]), occupation, 0..5_u8, schooling).prop_map(
        |(age, sex, occupation, region, level)| {
            format!("{age},{sex},{occupation},{region},{level}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shares_sum_to_one_and_scale_is_finite_for_any_people(mut rows in prop::collection::vec(arbitrary_row(), 1..40)) {
        rows.push("44,F,teacher,1,phd".to_owned());
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let found = demanded(&counted(&rows));
        prop_assert!(found.scale().is_finite() && found.scale() > 0.0);
        for shares in found.classes.iter().chain([&found.sensitivity]).flatten() {
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}

/// Reads a damaged copy: findings or a population, never a panic.
fn survives(bytes: &[u8], name: &str) {
    if let Err(found) = read(&write(name, bytes)) {
        assert!(!found.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_damaged_file_gives_findings_and_never_a_panic(at in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 1..4), cut in 0.0..1.5_f64) {
        let (csv, parquet) = samples();
        for (sample, name) in [(csv, "p.csv"), (parquet, "p.parquet")] {
            let mut bytes = sample.clone();
            for (place, byte) in &at {
                let place = (place * bytes.len() as f64) as usize;
                bytes[place] = *byte;
            }
            let length = (cut * bytes.len() as f64) as usize;
            bytes.truncate(length.max(1));
            survives(&bytes, name);
        }
    }
}

/// A negative offset in the footer is asserted against by the Parquet library; found by the property above.
#[test]
fn a_parquet_file_with_a_column_before_its_start_gives_a_finding() {
    let mut bytes = samples().1.clone();
    let place = (0.696_660_881_540_059_1 * bytes.len() as f64) as usize;
    bytes[place] = 155;
    let found = read(&write("p.parquet", &bytes)).expect_err("it is damaged");
    assert!(
        found.len() == 1 && found[0].message.contains("cannot be read as Parquet"),
        "{found:?}"
    );
}

fn samples() -> &'static (Vec<u8>, Vec<u8>) {
    static SAMPLES: std::sync::OnceLock<(Vec<u8>, Vec<u8>)> = std::sync::OnceLock::new();
    SAMPLES.get_or_init(|| {
        let folder = support::scratch("personas");
        let made = Made { rows: 200, nation: "EST".to_owned(), group: IncomeGroup::High, seed: 9 };
        let bytes = |path: &Path| {
            generate(path, &made).expect("written");
            std::fs::read(path).expect("read")
        };
        (bytes(&folder.join("p.csv")), bytes(&folder.join("p.parquet")))
    })
}
