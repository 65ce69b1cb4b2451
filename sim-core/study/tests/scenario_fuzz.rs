//! No input panics: random bytes, random TOML-like text, and mutations of sound files. Every finding can be shown.
//!
//! Property tests with `proptest`'s own seeds; a failure prints the shrunk input.

use autarky_study::scenario::{Options, Source, load, resolved_toml, show, show_csv, show_text};
use proptest::prelude::*;
use std::path::PathBuf;

fn sound() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario");
    let parent = folder.join("parent.toml").display().to_string().replace('\\', "/");
    let child = std::fs::read_to_string(folder.join("child.toml")).expect("a test file");
    child.replace("parent.toml", &parent)
}

/// Loads a text, shows all that comes of it, and says whether TOML and scenario were sound.
fn survives(text: String, sets: Vec<String>) {
    let source = Source::Text { name: "fuzz.toml".into(), text };
    match load(&source, &Options { sets, ..Options::default() }) {
        Ok(loaded) => {
            let rows = show(&loaded.policies[0]);
            assert!(show_text(&rows, true).len() > rows.len());
            show_csv(&rows).expect("memory");
            let text = resolved_toml(&loaded);
            let again = load(&Source::Text { name: "again".into(), text }, &Options::default());
            assert_eq!(again.map(|l| l.hash()).unwrap_or_default(), loaded.hash());
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            for finding in findings {
                let shown = finding.render();
                assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
                assert!(finding.to_json().is_object());
            }
        }
    }
}

/// Pieces that TOML and scenario files are made of.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "[nation.EST]",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ",",
        ".",
        "\n",
        "\r\n",
        " ",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "#",
        "\\",
        "\\u00e9",
        "\\uD800",
        "nan",
        "inf",
        "-",
        "1e999",
        "0x10",
        "1_000",
        "2026-01-01",
        "07:32",
        "true",
        "none",
        "*",
        "format = 1",
        "extends",
        "\"catalog:x\"",
        "focus",
        "nations",
        "policies",
        "set",
        "provenance",
        "EST",
        "gdp",
        "enabled",
        "false",
        "\"1 USD/year\"",
        "\"24 months\"",
        "\u{feff}",
        "\u{0}",
        "é",
        "🦀",
        "%",
        "power_price",
        "provider.cloud",
    ];
    prop_oneof![prop::sample::select(words.to_vec()).prop_map(str::to_owned), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_never_panics(text in any::<String>()) {
        survives(text, Vec::new());
    }

    #[test]
    fn random_pieces_never_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        survives(pieces.concat(), Vec::new());
    }

    #[test]
    fn random_settings_never_panic(path in "[a-z.*A-Z]{0,30}", value in any::<String>()) {
        survives(sound(), vec![format!("{path}={value}"), format!("nation.EST.{value}"), value]);
    }

    #[test]
    fn quantities_of_any_text_never_panic(text in any::<String>(), number in any::<f64>()) {
        let set = |value: &str| vec![format!("nation.EST.power_price={value}")];
        survives(sound(), set(&text));
        survives(sound(), set(&format!("{number:?} {text}")));
        survives(sound(), set(&format!("{number:?} USD/kWh")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, piece()), 1..6)) {
        let mut text: Vec<char> = sound().chars().collect();
        for (at, length, piece) in edits {
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        survives(text.into_iter().collect(), Vec::new());
    }

    #[test]
    fn files_with_lines_lost_doubled_or_swapped_never_panic(picks in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3), 1..8)) {
        let text = sound();
        let mut lines: Vec<&str> = text.lines().collect();
        for (at, action) in picks {
            let at = at.index(lines.len().max(1)).min(lines.len().saturating_sub(1));
            match action {
                0 if lines.len() > 1 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at]),
                _ => lines.swap(0, at),
            }
        }
        survives(lines.join("\n"), Vec::new());
    }
}

/// Whatever this reader takes for whole TOML, `toml_edit` does too.
#[test]
fn what_is_read_is_toml_for_other_readers() {
    use proptest::test_runner::{Config, TestRunner};
    let mut runner =
        TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let lines = prop::sample::select(vec![
        "[a]",
        "[a.b]",
        "[a.b.c]",
        "[b]",
        "a.b = 1",
        "a.b.c = 2",
        "b = {c = 1}",
        "b.c = 1",
        "c = 1",
        "b = 3",
        "[a.b.d]",
        "\"a\".c = 1",
    ]);
    runner
        .run(&prop::collection::vec(lines, 1..7), |lines| {
            let text = lines.join("\n");
            let source = Source::Text { name: "t".into(), text: text.clone() };
            let findings = load(&source, &Options::default()).err().unwrap_or_default();
            let is_toml = !findings
                .iter()
                .any(|f| f.message.contains("defined twice") || f.message.contains("TOML"));
            prop_assert!(!is_toml || toml_edit::Document::parse(text.as_str()).is_ok(), "{}", text);
            Ok(())
        })
        .unwrap();
}
