//! Which runs a study consists of, and in which order they are done and folded.
//!
//! A run is one replication of one policy at one point of a design. Runs go block by block: [`BLOCK`] replications of every point before the next
//! block, so that what an interrupted study leaves has about as many replications of every point, and a point is compiled once a block. The
//! canonical order is (block, point, replication, policy). A study that was extended is a list of [`Segment`]s, rectangles of points and replications, each
//! in canonical order; a shard takes every `of`-th pair of point and replication of each.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Replications of a point before the next point's turn.
pub const BLOCK: u64 = 10;

/// One run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Number of the replication; equal numbers share all random draws.
    pub replication: u64,
    /// Point of the design; 0 without a design.
    pub point: u64,
    /// Position of the policy.
    pub policy: usize,
}

impl Task {
    /// Place in the canonical order of a study whose first replication is `first`.
    #[must_use]
    pub const fn place(&self, first: u64) -> (u64, u64, u64, usize) {
        ((self.replication - first) / BLOCK, self.point, self.replication, self.policy)
    }
}

/// One of `of` equal shares of a study; whole is 0 of 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 0.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Shard {
    /// The whole study.
    pub const WHOLE: Self = Self { index: 0, of: 1 };
}

/// A rectangle of points and replications under every policy, or a shard of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Points.
    pub points: Range<u64>,
    /// Replications, counted from the first of the study.
    pub replications: Range<u64>,
    /// The share of its pairs of point and replication.
    pub shard: Shard,
}

impl Segment {
    /// Pairs of point and replication, each with all policies.
    #[must_use]
    pub const fn groups(&self) -> u64 {
        let points = self.points.end - self.points.start;
        let all = points * (self.replications.end - self.replications.start);
        (all + self.shard.of - 1 - self.shard.index) / self.shard.of
    }

    /// The `k`-th pair of point and replication (counted from the first of the study).
    #[must_use]
    pub fn group(&self, k: u64) -> (u64, u64) {
        let k = self.shard.index + k * self.shard.of;
        let (start, end) = (self.replications.start, self.replications.end);
        let points = self.points.end - self.points.start;
        let head = ((start / BLOCK + 1) * BLOCK).min(end) - start;
        let (from, k) = if k < head * points {
            (start, k)
        } else {
            let k = k - head * points;
            let block = k / (BLOCK * points);
            (start + head + block * BLOCK, k - block * BLOCK * points)
        };
        let length = if from == start { head } else { BLOCK.min(end - from) };
        (self.points.start + k / length, from + k % length)
    }

    /// The `k`-th run of a study with that many policies whose first replication is `first`.
    #[must_use]
    pub fn task(&self, k: u64, policies: u64, first: u64) -> Task {
        let (point, replication) = self.group(k / policies);
        Task { replication: first + replication, point, policy: (k % policies) as usize }
    }

    /// Whether the first `groups` pairs of a segment are those of another one, which may have other replications at its end: one that grew since.
    #[must_use]
    pub fn agrees(&self, other: &Self, groups: u64) -> bool {
        let start = |s: &Self| (s.points.clone(), s.replications.start, s.shard);
        if start(self) != start(other) {
            return false;
        }
        let width = self.points.end - self.points.start;
        if self.replications.end == other.replications.end || width == 1 || groups == 0 {
            return true;
        }
        // With many points the pairs are the same as far as blocks are whole in both.
        let end = self.replications.end.min(other.replications.end) / BLOCK * BLOCK;
        let same = end.saturating_sub(self.replications.start).saturating_mul(width);
        let last = (groups - 1).saturating_mul(self.shard.of).saturating_add(self.shard.index);
        last < same
    }
}

/// What is still to be recorded so that a study of `points` points and `replications` replications is whole, when `done` is. The first is
/// the unfinished or grown last of `done`, if it can be; a shard does not grow.
#[must_use]
pub fn missing(done: &[Segment], points: u64, replications: u64, shard: Shard) -> Vec<Segment> {
    let (mut width, mut height) = (0, 0);
    for segment in done {
        width = width.max(segment.points.end);
        height = height.max(segment.replications.end);
    }
    if done.is_empty() {
        return vec![Segment { points: 0..points, replications: 0..replications, shard }];
    }
    let mut out = Vec::new();
    if points > width {
        out.push(Segment { points: width..points, replications: 0..height, shard });
    }
    if replications > height {
        out.push(Segment {
            points: 0..points.max(width),
            replications: height..replications,
            shard,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn all(segment: &Segment) -> Vec<(u64, u64)> {
        (0..segment.groups()).map(|k| segment.group(k)).collect()
    }

    fn place((point, replication): (u64, u64)) -> (u64, u64, u64) {
        (replication / BLOCK, point, replication)
    }

    proptest! {
        #[test]
        fn shards_of_a_segment_are_disjoint_whole_and_in_canonical_order(
            (p0, p) in (0..5_u64, 1..7_u64), (r0, r) in (0..35_u64, 1..40_u64), of in 1..6_u64,
        ) {
            let whole = Segment { points: p0..p0 + p, replications: r0..r0 + r, shard: Shard::WHOLE };
            let mut seen = BTreeSet::new();
            for index in 0..of {
                let groups = all(&Segment { shard: Shard { index, of }, ..whole.clone() });
                prop_assert!(groups.windows(2).all(|w| place(w[0]) < place(w[1])));
                for group in groups {
                    prop_assert!(whole.points.contains(&group.0) && whole.replications.contains(&group.1));
                    prop_assert!(seen.insert(group));
                }
            }
            prop_assert_eq!(seen.len() as u64, p * r);
        }

        #[test]
        fn a_study_that_grows_twice_has_every_run_once(
            (p, dp) in (1..6_u64, 0..4_u64), (r, dr) in (1..30_u64, 0..30_u64),
        ) {
            let mut segments = missing(&[], p, r, Shard::WHOLE);
            segments.extend(missing(&segments.clone(), p + dp, r + dr, Shard::WHOLE));
            let runs: Vec<(u64, u64)> = segments.iter().flat_map(all).collect();
            let unique: BTreeSet<(u64, u64)> = runs.iter().copied().collect();
            prop_assert_eq!(runs.len(), unique.len());
            prop_assert_eq!(runs.len() as u64, (p + dp) * (r + dr));
        }
    }

    proptest! {
        #[test]
        fn segments_that_agree_have_the_same_pairs_and_whole_blocks_do(
            points in 1..5_u64, start in 0..25_u64, (a, b) in (1..35_u64, 1..35_u64),
            (index, of) in (0..4_u64, 1..4_u64), groups in 0..60_u64,
        ) {
            let shard = Shard { index: index % of, of };
            let of_height = |height: u64| {
                Segment { points: 0..points, replications: start..start + height, shard }
            };
            let (a, b) = (of_height(a), of_height(b));
            let groups = groups.min(a.groups()).min(b.groups());
            let first = |s: &Segment| all(s)[..groups as usize].to_vec();
            if a.agrees(&b, groups) {
                prop_assert_eq!(first(&a), first(&b));
            } else {
                let blocks = first(&a).iter().map(|(_, r)| r / BLOCK).max().unwrap_or(0);
                let whole = |s: &Segment| s.replications.end >= (blocks + 1) * BLOCK;
                prop_assert!(!(whole(&a) && whole(&b)), "blocks are whole in both");
            }
            let wider = Segment { points: 0..points + 1, ..b };
            prop_assert!(!a.agrees(&wider, groups));
        }
    }

    #[test]
    fn a_study_without_design_goes_replication_by_replication() {
        let segment = Segment { points: 0..1, replications: 3..27, shard: Shard::WHOLE };
        assert_eq!(all(&segment), (3..27).map(|r| (0, r)).collect::<Vec<_>>());
    }
}
