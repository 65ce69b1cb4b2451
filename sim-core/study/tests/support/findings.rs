//! Scenario texts with a slip, and what is found in them.

use autarky_study::scenario::{Diagnostic, Options, Source, load};
use std::path::PathBuf;

/// A sound scenario, followed by `tail`.
pub(crate) fn with(tail: &str) -> String {
    let parent = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/parent.toml");
    let parent = parent.display().to_string().replace('\\', "/");
    format!("format = 1\nextends = \"{parent}\"\nfocus.nations = [\"EST\", \"SLV\"]\n{tail}\n")
}

pub(crate) fn check(text: String, options: &Options) -> Vec<Diagnostic> {
    match load(&Source::Text { name: "bad.toml".into(), text }, options) {
        Ok(loaded) => loaded.warnings,
        Err(diagnostics) => diagnostics,
    }
}

pub(crate) fn findings(tail: &str) -> Vec<Diagnostic> {
    check(with(tail), &Options::default())
}

/// The underlined part of the shown line.
pub(crate) fn underlined(d: &Diagnostic) -> String {
    let line = d.source_line.as_deref().unwrap_or_default();
    line.chars().skip(d.underline.start).take(d.underline.len()).collect()
}

/// Asserts that `tail` gives exactly one finding, at `place`, whose rendering has all `words`.
pub(crate) fn one(tail: &str, place: &str, words: &[&str]) {
    let found = findings(tail);
    let shown: Vec<String> = found.iter().map(Diagnostic::render).collect();
    assert_eq!(found.len(), 1, "{tail}\n{}", shown.join("\n\n"));
    assert_eq!(underlined(&found[0]), place, "{tail}\n{}", shown[0]);
    for word in words {
        assert!(shown[0].contains(word), "{tail}\n`{word}` is not in\n{}", shown[0]);
    }
}
