//! Whether a manifest can be one: sizes that fit each other and files of the folder only. That it is the one that was written is what
//! its SHA-256 says; this keeps one that somebody made from reaching outside of its folder or asking for impossible sizes.

use super::digest::sha256;
use super::folder::TABLES;
use super::manifest::{Manifest, Recorded, SHARDS};
use crate::rule::RuleNote;
use crate::run::schedule::{BLOCK, Segment};

/// Names beside the parts and states.
const BESIDE: [&str; 7] = [
    super::results::RESOLVED,
    super::results::PARAMETERS,
    "failures.parquet",
    "summary.csv",
    "figure.svg",
    "figure.png",
    "CITATION.bib",
];

/// What is impossible in a manifest; none if nothing is.
pub(super) fn fault(manifest: &Manifest) -> Option<String> {
    let shard = manifest.shard;
    if manifest.scenario.policies.is_empty() {
        return Some("it has no policy".to_owned());
    }
    if !(1..=SHARDS).contains(&shard.of) || shard.index >= shard.of {
        return Some(format!("there is no shard {} of {}", shard.index, shard.of));
    }
    if manifest.block != BLOCK {
        return Some(format!("its blocks have {} replications, not {BLOCK}", manifest.block));
    }
    let policies = manifest.scenario.policies.len() as u64;
    for (at, recorded) in manifest.segments.iter().enumerate() {
        let parts = manifest.parts.iter().filter(|part| part.segment == at);
        let in_parts = parts.map(|part| part.runs).fold(0, u64::saturating_add);
        if !fits(recorded, policies) || in_parts != recorded.runs {
            return Some(format!("its segment {at} has other runs than its parts, or too many"));
        }
    }
    if manifest.parts.iter().any(|part| part.segment >= manifest.segments.len()) {
        return Some("a part belongs to no segment".to_owned());
    }
    for (at, note) in manifest.rules.iter().enumerate() {
        let RuleNote { policy, nation, source, sha256: hash, .. } = note;
        let twice = manifest.rules[..at].iter().any(|other| other.is_beside(note));
        if twice || !manifest.scenario.policies.contains(policy) {
            return Some(format!(
                "its rule of `{policy}` in `{nation}` is of no policy, or is not alone"
            ));
        }
        if sha256(source.as_bytes()) != *hash {
            return Some(format!(
                "its rule of `{policy}` in `{nation}` has another source than its SHA-256 says"
            ));
        }
    }
    let foreign = manifest.named().find(|file| !ours(&file.path));
    foreign.map(|file| format!("it names `{}`, which is no file of a results folder", file.path))
}

/// Whether a segment can have that many runs.
fn fits(recorded: &Recorded, policies: u64) -> bool {
    possible(&recorded.segment, policies) && recorded.runs <= recorded.segment.groups() * policies
}

/// Whether there can be such a segment: its runs can be counted.
pub(super) fn possible(segment: &Segment, policies: u64) -> bool {
    let Segment { points, replications, shard } = segment;
    let length = |range: &std::ops::Range<u64>| range.end.checked_sub(range.start);
    let pairs = length(points).zip(length(replications)).and_then(|(p, r)| p.checked_mul(r));
    let all = pairs.and_then(|pairs| pairs.checked_mul(policies));
    (1..=SHARDS).contains(&shard.of)
        && shard.index < shard.of
        && all.is_some_and(|all| all < u64::MAX - SHARDS)
}

/// Whether a name is one that a study writes.
fn ours(path: &str) -> bool {
    let plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    match path.split_once('/') {
        Some((table, name)) => TABLES.contains(&table) && name.starts_with("part-") && plain(name),
        None => BESIDE.contains(&path) || path.starts_with("state-") && plain(path),
    }
}
