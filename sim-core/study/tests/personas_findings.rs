//! A bad file of persons gives findings with their places, all at once up to a number that is said; nothing of it reaches a terminal raw.

mod support;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use autarky_study::persona::read;
use autarky_study::scenario::{Diagnostic, render_all};
use parquet::arrow::ArrowWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HEADER: &str = "age,sex,occupation,region,schooling";

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = support::scratch("persons").join(name);
    std::fs::write(&path, bytes).expect("writable");
    path
}

fn found(path: &Path) -> Vec<Diagnostic> {
    read(path).expect_err("the file is bad")
}

fn csv(rows: &str) -> Vec<Diagnostic> {
    found(&write("p.csv", format!("{HEADER}\n{rows}").as_bytes()))
}

fn underlined(d: &Diagnostic) -> String {
    let line = d.source_line.as_deref().unwrap_or_default();
    line.chars().skip(d.underline.start).take(d.underline.len()).collect()
}

/// Line, column and underlined text of every finding.
fn places(found: &[Diagnostic]) -> Vec<(usize, usize, String)> {
    found.iter().map(|d| (d.line, d.column, underlined(d))).collect()
}

#[test]
fn impossible_ages_and_unknown_sexes_are_named_by_line_and_column_and_text() {
    let wrong = csv(
        "34,F,cook,a,phd\n-3,F,cook,a,phd\n121,female,cook,a,phd\n\nold,fmale,cook,a,phd\n,M,cook,a,phd\n3.5,M,cook,a,phd\n",
    );
    let shown = render_all(&wrong);
    assert_eq!(
        places(&wrong),
        [
            (3, 1, "-3".to_owned()),
            (4, 1, "121".to_owned()),
            (6, 1, "old".to_owned()),
            (6, 5, "fmale".to_owned()),
            (7, 1, String::new()),
            (8, 1, "3.5".to_owned()),
        ],
        "{shown}"
    );
    for words in [
        "is negative",
        "above 120",
        "is not a number",
        "no sex that is known",
        "has no age",
        "is not whole",
        "whole years from 0 to 120",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[test]
fn a_place_behind_quotes_and_line_breaks_is_the_place_in_the_file() {
    let text = "story;region;schooling;occupation;sex;age\r\n\"a;\r\nb \"\"c\"\"\";Võru;phd;cook;F;130\r\nx;Võru;phd;cook;?;30\r\n";
    let wrong = found(&write("p.csv", text.as_bytes()));
    assert_eq!(
        places(&wrong),
        [(3, 26, "130".to_owned()), (4, 17, "?".to_owned())],
        "{}",
        render_all(&wrong)
    );
}

#[test]
fn many_findings_are_cut_with_a_count_of_the_rest() {
    let rows: String = (0..5000).map(|_| "-1,?,cook,a,phd\n").collect();
    let wrong = csv(&rows);
    assert_eq!(wrong.len(), 21);
    assert!(wrong[20].message.starts_with("9980 more entries of"), "{}", wrong[20].message);
}

#[test]
fn missing_columns_are_named_all_at_once_with_what_was_found_and_what_is_near() {
    let wrong = found(&write("p.csv", b"uuid,agee,sex,ocupation,place\n1,2,F,cook,a\n"));
    let shown = render_all(&wrong);
    assert_eq!(wrong.len(), 4, "{shown}");
    for words in [
        "there is no column for age",
        "rename `agee` to `age`?",
        "there is no column for occupation",
        "rename `ocupation` to `occupation`?",
        "there is no column for region",
        "there is no column for schooling",
        "found: uuid, agee, sex, ocupation, place",
        "one of sex",
    ] {
        assert_eq!(shown.contains(words), words != "one of sex", "{words}\n{shown}");
    }
    let twice = found(&write("p.csv", b"age,sex,occupation,region,schooling,Age\n"));
    assert!(render_all(&twice).contains("`age` is the name of columns 1 and 6"));
}

#[test]
fn rows_of_another_width_and_texts_that_are_not_utf8_are_named_by_line() {
    let wrong = csv("34,F,cook,a,phd\n34,F,cook, with a comma,a,phd\n34,F,cook\n");
    assert_eq!((wrong.len(), wrong[0].line, wrong[1].line), (2, 3, 4), "{}", render_all(&wrong));
    assert!(wrong[0].message.contains("has 6 entries and the header 5"));
    let latin = [HEADER.as_bytes(), b"\n34,F,cook,V\xf5ru,phd\n"].concat();
    let wrong = found(&write("p.csv", &latin));
    assert_eq!((wrong.len(), wrong[0].line, wrong[0].column), (1, 2, 11), "{}", render_all(&wrong));
    assert!(wrong[0].message.contains("the region is not UTF-8"));
}

#[test]
fn files_without_persons_or_of_another_kind_say_so() {
    for (name, bytes, words) in [
        ("p.csv", &b""[..], "is empty"),
        ("p.csv", b"age,sex,occupation,region,schooling\n", "has no persons"),
        ("p.csv", b"age,sex,occupation,region,schooling\n9,F,,a,\n", "no person of 18 or older"),
        ("p.csv", b"\xff\xfea\0g\0e\0", "not text in UTF-8"),
        ("p.csv", b"\xe5ge,sex\n", "names of the columns are not UTF-8"),
        ("p.parquet", b"age,sex\n", "cannot be read as Parquet"),
        ("p.parquet", b"", "cannot be read as Parquet"),
        ("p.csv", b"PAR1", "cannot be read as Parquet"),
    ] {
        let wrong = found(&write(name, bytes));
        assert_eq!(wrong.len(), 1, "{words}");
        assert!(render_all(&wrong).contains(words), "{words}\n{}", render_all(&wrong));
    }
    let folder = support::scratch("persons");
    assert!(render_all(&found(&folder)).contains("is a folder"));
    assert!(render_all(&found(&folder.join("none.csv"))).contains("cannot read"));
}

#[test]
fn control_characters_of_a_file_never_reach_the_terminal() {
    for text in [
        format!("{HEADER}\n34,F\u{1b}[31m,cook,a,phd\n\u{202e}9,F,cook,a,phd\n"),
        "a\u{1b}[2Jge,sex\n1,F\n".to_owned(),
    ] {
        let shown = render_all(&found(&write("p.csv", text.as_bytes())));
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
    }
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn a_parquet_file_names_rows_wrong_types_and_where_it_is_cut_off() {
    let ages: ArrayRef = Arc::new(Int64Array::from(vec![Some(34), Some(-1), None, Some(500)]));
    let good = |ages: ArrayRef, sex: ArrayRef| {
        let text = texts(&["a"; 4]);
        parquet(vec![
            ("age", ages),
            ("sex", sex),
            ("occupation", text.clone()),
            ("state", text.clone()),
            ("education_level", text),
        ])
    };
    let bytes = good(ages.clone(), texts(&["F", "M", "M", "?"]));
    let shown = render_all(&found(&write("p.parquet", &bytes)));
    for words in [
        "row 2: the age `-1` is negative",
        "row 3: the person has no age",
        "row 4: the age `500` is above 120",
        "row 4: `?` is no sex",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true; 4]));
    let shown = render_all(&found(&write("p.parquet", &good(flags, ages))));
    for words in [
        "column `age` has the wrong type",
        "found: Boolean",
        "column `sex` has the wrong type",
        "found: Int64",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    for cut in [bytes.len() - 5, bytes.len() / 2, 10] {
        let wrong = found(&write("p.parquet", &bytes[..cut]));
        assert!(
            wrong.len() == 1 && render_all(&wrong).contains("cut off or damaged"),
            "{}",
            render_all(&wrong)
        );
    }
    let missing = found(&write(
        "p.parquet",
        &parquet(vec![("age", texts(&["1"])), ("gendre", texts(&["F"]))]),
    ));
    assert!(
        missing.len() == 4 && render_all(&missing).contains("rename `gendre` to `sex`?"),
        "{}",
        render_all(&missing)
    );
}

#[test]
fn parquet_texts_numbers_and_missing_entries_are_read_as_in_csv() {
    let bytes = parquet(vec![
        ("age", texts(&["34", "51", "70.0"])),
        ("sex", texts(&["F", "M", "M"])),
        ("occupation", Arc::new(Int64Array::from(vec![Some(2512), Some(6), None]))),
        ("region", Arc::new(StringArray::from(vec![Some("a"), None, Some("a")]))),
        ("schooling", Arc::new(Int64Array::from(vec![7, 3, 4]))),
    ]);
    let of_parquet = read(&write("p.parquet", &bytes)).expect("read");
    let text = format!("{HEADER}\n34,F,2512,a,7\n51,M,6,,3\n70,M,,a,4\n");
    assert_eq!(of_parquet, read(&write("p.csv", text.as_bytes())).expect("read"));
}
