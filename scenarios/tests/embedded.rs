//! What is embedded is what lies in the folders, and every table keeps the common shape.

use std::path::Path;
use std::{fs, io};

/// Columns after the key columns of every table but `sources`.
const TAIL: &str = "quantity,value,low,high,n,unit,vintage,status,source_id,licence,rule";

fn stems(folder: &str, extension: &str) -> io::Result<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension) {
            found.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn every_table_of_the_folder_is_embedded_with_its_text() -> io::Result<()> {
    let names: Vec<_> = autarky_scenarios::table_names().collect();
    assert_eq!(names, stems("calibration", "csv")?);
    for name in names {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("calibration").join(format!("{name}.csv"));
        assert_eq!(
            autarky_scenarios::table(name),
            Some(fs::read_to_string(path)?.as_str()),
            "{name}"
        );
    }
    Ok(())
}

#[test]
fn every_scenario_of_the_catalogue_is_embedded_under_its_id() -> io::Result<()> {
    let ids: Vec<_> = autarky_scenarios::scenario_ids().collect();
    assert_eq!(ids, stems("catalogue", "toml")?);
    assert!(ids.iter().all(|id| autarky_scenarios::scenario(id).is_some()));
    Ok(())
}

#[test]
fn an_unknown_name_finds_nothing() {
    assert_eq!(autarky_scenarios::table("no-such-table"), None);
    assert_eq!(autarky_scenarios::scenario("no-such-scenario"), None);
}

#[test]
fn every_table_has_the_common_columns_and_unix_line_ends() {
    for name in autarky_scenarios::table_names().filter(|n| *n != "sources") {
        let text = autarky_scenarios::table(name).unwrap_or_default();
        assert!(
            text.lines().next().is_some_and(|header| header.ends_with(TAIL)),
            "{name}: columns"
        );
        assert!(!text.contains('\r') && text.ends_with('\n'), "{name}: line ends");
    }
}
