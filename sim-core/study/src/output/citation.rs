//! `CITATION.bib`: how to cite the program and the run.

use super::manifest::Manifest;

/// A BibTeX entry that pins program, model, scenario and seed.
#[must_use]
pub fn bibtex(manifest: &Manifest) -> String {
    let Manifest {
        scenario,
        seed,
        replications,
        model_version,
        program_version,
        result_digest,
        ..
    } = manifest;
    let title: String = scenario.title.chars().filter(|c| !matches!(c, '{' | '}' | '\\')).collect();
    format!(
        "@software{{autarky_{id},\n  \
           title   = {{autarky: {title}}},\n  \
           author  = {{{{The autarky developers}}}},\n  \
           version = {{{program_version} (model {model_version})}},\n  \
           license = {{MIT OR Apache-2.0}},\n  \
           note    = {{Scenario {id}, SHA-256 {hash}; seed {seed}; {n} replications from {first}; result digest {result_digest}}}\n}}\n",
        id = scenario.id,
        title = super::without_control(&title),
        hash = scenario.hash,
        n = replications.recorded,
        first = replications.first,
    )
}
