//! How a problem lies in memory: zones side by side in the lanes of a vector.
//!
//! Eight zones form a block. Within a block, element `(segment slot, offer, lane)` of every array
//! of pairs belongs to one zone per lane, so all sums over segments, over offers and in the
//! elimination of local groups run down the rows and never across lanes. Slots that a zone does not
//! use are padded with zero demand, zero taste and a dummy group, and change no sum. A local group
//! is used by one zone of the tier, a shared one by several. Every tier has its own blocks.
//! What this module does not do: numbers that change from tick to tick.

use super::buffer::Buffer;
use super::problem::{InvalidParameter, Problem};
use super::series::{TERMS, binomial};

/// Zones side by side.
pub(super) const LANES: usize = 8;

/// Lanes that do not agree.
pub(super) const MIXED: u32 = u32::MAX;

/// Segments of one class, adjacent in a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassRun {
    pub(super) class: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Up to eight zones of one tier.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// First element in arrays of pairs, ordered (segment slot, offer, lane).
    pub(super) pair_start: usize,
    /// First element in arrays of segments, ordered (segment slot, lane).
    pub(super) segment_start: usize,
    /// First element in arrays of offers, ordered (offer, lane).
    pub(super) offer_start: usize,
    /// First element in arrays of group slots, ordered (group slot, lane).
    pub(super) slot_start: usize,
    /// First element in the array of (class run, offer, lane).
    pub(super) run_start: usize,
    /// First element in the array of zone matrices, (group slot, group slot, lane).
    pub(super) matrix_start: usize,
    pub(super) segments: usize,
    pub(super) offers: usize,
    pub(super) slots: usize,
    /// Group slots that are local; they come first.
    pub(super) locals: usize,
    pub(super) runs: Vec<ClassRun>,
    /// Group slot of each offer, in non-decreasing order.
    pub(super) slot_of_offer: Vec<usize>,
}

/// One priority tier.
#[derive(Debug, Clone, Default)]
pub(super) struct Tier {
    pub(super) blocks: Vec<Block>,
    /// Groups that several zones use, in the order of the dense block.
    pub(super) shared: Vec<u32>,
    /// The pairs of each group, by segment; `group_starts` has one more entry than groups.
    pub(super) group_pairs: Vec<PairPlace>,
    pub(super) group_starts: Vec<usize>,
}

/// A pair and its segment, for the sweeps that visit one group at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairPlace {
    pub(super) pair: u32,
    pub(super) segment: u32,
    /// First pair of the segment; its others follow at a stride of [`LANES`].
    pub(super) first: u32,
    pub(super) offers: u32,
}

/// Sizes of the arrays.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    pub(super) pairs: usize,
    pub(super) segments: usize,
    pub(super) offers: usize,
    pub(super) slots: usize,
    pub(super) runs: usize,
    pub(super) matrices: usize,
}

/// Constants of the segments, one value per padded place.
#[derive(Debug, Clone, Default)]
pub(super) struct SegmentConstants {
    /// `(v_s + κ_s/τ_k)·σ_k·V_k / choke_s`: rise of the price in choke units per `g/c`.
    pub(super) wait_price: Buffer,
    /// `−θ`.
    pub(super) minus_theta: Buffer,
    /// `C(−θ, n)`.
    pub(super) binomial: [Buffer; TERMS],
    /// `10 + θ`, by which a relative change of price counts towards the reach of the series.
    pub(super) widen: Buffer,
    /// `θ − η`.
    pub(super) cross: Buffer,
    /// `1/δ`.
    pub(super) inverse_taper: Buffer,
    /// `η/θ`.
    pub(super) index_power: Buffer,
    /// `(choke/P_ref)^(−η)`.
    pub(super) choke_demand: Buffer,
}

/// A validated problem laid out for the solver; symbols as in `docs/model.md`.
///
/// Built when zones, segments, groups or feasibility change; the numbers of a tick are
/// [`super::Inputs`].
#[derive(Debug, Clone)]
pub struct Structure {
    pub(super) problem: Problem,
    pub(super) tiers: Vec<Tier>,
    pub(super) extent: Extent,
    /// Place of each pair of the problem.
    pub(super) pair_at: Vec<u32>,
    /// `1/choke` of each pair of the problem.
    pub(super) per_choke: Vec<f64>,
    /// Place of each segment of the problem.
    pub(super) segment_at: Vec<u32>,
    /// Group of each (offer, lane); the number of groups marks padding.
    pub(super) offer_group: Vec<u32>,
    /// Group of each (group slot, lane), likewise.
    pub(super) slot_group: Vec<u32>,
    /// Row of the dense shared block for each (group slot, lane); locals carry the dummy row.
    pub(super) slot_shared: Vec<u32>,
    /// The group of an offer in all lanes at once, or [`MIXED`]; by row of `offer_group`.
    pub(super) offer_common: Vec<u32>,
    /// The row of the dense shared block of a group slot in all lanes at once, or [`MIXED`].
    pub(super) slot_common: Vec<u32>,
    pub(super) segment: SegmentConstants,
    /// `(1/τ_k + b_k/Δt)·σ_k·V_k` by class.
    pub(super) loss_per_wait: Vec<f64>,
}

/// One zone of a tier on its way into a lane.
#[derive(Debug, Clone, Default)]
struct Zone {
    segments: Vec<usize>,
    /// Pairs as (group, segment, pair), sorted.
    pairs: Vec<(u32, usize, usize)>,
    locals: Vec<u32>,
    shared: Vec<u32>,
}

impl Structure {
    /// Checks `problem` and lays it out.
    pub fn new(problem: &Problem) -> Result<Self, InvalidParameter> {
        problem.validate()?;
        let tiers = problem.segments.iter().map(|s| s.tier + 1).max().unwrap_or(0);
        let mut structure = Self {
            problem: problem.clone(),
            tiers: vec![Tier::default(); tiers as usize],
            extent: Extent::default(),
            pair_at: vec![0; problem.pairs.len()],
            per_choke: problem.pairs.iter().map(|&pair| 1.0 / problem.choke_of(pair)).collect(),
            segment_at: vec![0; problem.segments.len()],
            offer_group: Vec::new(),
            slot_group: Vec::new(),
            slot_shared: Vec::new(),
            offer_common: Vec::new(),
            slot_common: Vec::new(),
            segment: SegmentConstants::default(),
            loss_per_wait: problem
                .classes
                .iter()
                .map(|class| problem.loss_per_wait(class))
                .collect(),
        };
        for tier in 0..tiers as usize {
            structure.lay_out_tier(tier);
        }
        structure.offer_common = common(&structure.offer_group);
        structure.slot_common = common(&structure.slot_shared);
        Ok(structure)
    }

    /// The problem this was built from.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    fn lay_out_tier(&mut self, tier: usize) {
        let mut zones = zones_of_tier(&self.problem, tier);
        let users = zones_per_group(&zones, self.problem.groups as usize);
        for zone in &mut zones {
            let mut groups: Vec<u32> = zone.pairs.iter().map(|pair| pair.0).collect();
            groups.dedup();
            (zone.shared, zone.locals) = groups.into_iter().partition(|&g| users[g as usize] > 1);
        }
        self.tiers[tier].shared =
            (0..self.problem.groups).filter(|&g| users[g as usize] > 1).collect();
        // Zones of a like shape side by side waste the least padding.
        zones
            .sort_by_key(|z| std::cmp::Reverse((z.locals.len(), z.shared.len(), z.segments.len())));
        for lanes in zones.chunks(LANES) {
            self.lay_out_block(tier, lanes);
        }
        self.index_groups(tier);
    }

    fn lay_out_block(&mut self, tier: usize, zones: &[Zone]) {
        let locals = zones.iter().map(|z| z.locals.len()).max().unwrap_or(0);
        let shared = zones.iter().map(|z| z.shared.len()).max().unwrap_or(0);
        // A zone without any offer gets a padded one, so that no row is empty.
        let slots = (locals + shared).max(1);
        let runs = class_runs(&self.problem, zones);
        let segments = runs.last().map_or(0, |run| run.end);
        let slot_of_offer = offers_of_slots(zones, locals, slots);
        let offers = slot_of_offer.len();
        let start = self.extent;
        let block = Block {
            pair_start: start.pairs,
            segment_start: start.segments,
            offer_start: start.offers,
            slot_start: start.slots,
            run_start: start.runs,
            matrix_start: start.matrices,
            segments,
            offers,
            slots,
            locals,
            runs,
            slot_of_offer,
        };
        self.extent.pairs += segments * offers * LANES;
        self.extent.segments += segments * LANES;
        self.extent.offers += offers * LANES;
        self.extent.slots += slots * LANES;
        self.extent.runs += block.runs.len() * offers * LANES;
        self.extent.matrices += slots * slots * LANES;
        self.pad(tier);
        for (lane, zone) in zones.iter().enumerate() {
            self.place_groups(tier, &block, lane, zone);
            self.place_segments(&block, lane, zone);
            self.place_pairs(&block, lane, zone);
        }
        self.tiers[tier].blocks.push(block);
    }

    /// Fills new places with values that change no sum and divide nothing by zero.
    fn pad(&mut self, tier: usize) {
        let Extent { segments, offers, slots, .. } = self.extent;
        self.offer_group.resize(offers, self.problem.groups);
        self.slot_group.resize(slots, self.problem.groups);
        self.slot_shared.resize(slots, self.tiers[tier].shared.len() as u32);
        self.segment.wait_price.resize(segments, 0.0);
        self.segment.minus_theta.resize(segments, -1.0);
        for terms in &mut self.segment.binomial {
            terms.resize(segments, 0.0);
        }
        self.segment.widen.resize(segments, 0.0);
        self.segment.cross.resize(segments, 0.0);
        self.segment.inverse_taper.resize(segments, 1.0);
        self.segment.index_power.resize(segments, 0.0);
        self.segment.choke_demand.resize(segments, 0.0);
    }

    fn place_groups(&mut self, tier: usize, block: &Block, lane: usize, zone: &Zone) {
        let shared = zone.shared.iter().enumerate().map(|(i, &g)| (block.locals + i, g));
        let locals = zone.locals.iter().enumerate().map(|(i, &g)| (i, g));
        for (slot, group) in locals.chain(shared) {
            let place = block.slot_start + slot * LANES + lane;
            self.slot_group[place] = group;
            if slot >= block.locals {
                let row = self.tiers[tier].shared.binary_search(&group).unwrap_or_default();
                self.slot_shared[place] = row as u32;
            }
            for (offer, &of) in block.slot_of_offer.iter().enumerate() {
                if of == slot {
                    self.offer_group[block.offer_start + offer * LANES + lane] = group;
                }
            }
        }
    }

    fn place_segments(&mut self, block: &Block, lane: usize, zone: &Zone) {
        let mut next: Vec<usize> = block.runs.iter().map(|run| run.start).collect();
        for &segment in &zone.segments {
            let class = self.problem.segments[segment].class as usize;
            let Some(run) = block.runs.iter().position(|run| run.class == class) else { continue };
            let slot = next[run];
            next[run] += 1;
            let place = block.segment_start + slot * LANES + lane;
            self.segment_at[segment] = place as u32;
            self.set_constants(segment, place);
        }
    }

    fn set_constants(&mut self, segment: usize, place: usize) {
        let segment = &self.problem.segments[segment];
        let (class, curve) = (&self.problem.classes[segment.class as usize], &segment.curve);
        let value = segment.waiting_value + segment.failed_attempt_cost / class.patience_h;
        let relative = curve.choke_price / curve.reference_price;
        let constants = &mut self.segment;
        constants.wait_price[place] =
            value * class.service_time_h * class.variability / curve.choke_price;
        constants.minus_theta[place] = -curve.substitution;
        let terms = constants.binomial.iter_mut().zip(binomial(-curve.substitution));
        terms.for_each(|(terms, value)| terms[place] = value);
        constants.widen[place] = 10.0 + curve.substitution;
        constants.cross[place] = curve.substitution - curve.elasticity;
        constants.inverse_taper[place] = 1.0 / curve.taper;
        constants.index_power[place] = curve.elasticity / curve.substitution;
        constants.choke_demand[place] = autarky_engine::math::pow(relative, -curve.elasticity);
    }

    fn place_pairs(&mut self, block: &Block, lane: usize, zone: &Zone) {
        let mut previous = None;
        let mut copy = 0;
        for &(group, segment, pair) in &zone.pairs {
            copy = if previous == Some((group, segment)) { copy + 1 } else { 0 };
            previous = Some((group, segment));
            let slot = zone.slot_of(group, block.locals);
            let first = block.slot_of_offer.partition_point(|&of| of < slot);
            let offer = first + copy;
            let local = self.segment_at[segment] as usize - block.segment_start;
            let row = (local / LANES) * block.offers + offer;
            let place = block.pair_start + row * LANES + lane;
            self.pair_at[pair] = place as u32;
        }
    }

    /// Lists the pairs of each group, by segment.
    fn index_groups(&mut self, tier: usize) {
        let mut places: Vec<(u32, PairPlace)> = Vec::new();
        for (pair, described) in self.problem.pairs.iter().enumerate() {
            if self.problem.segments[described.segment as usize].tier as usize != tier {
                continue;
            }
            let place = self.pair_at[pair] as usize;
            let blocks = &self.tiers[tier].blocks;
            let block = &blocks[blocks.partition_point(|b| b.pair_start <= place) - 1];
            let row = (place - block.pair_start) / (LANES * block.offers);
            let first = block.pair_start + row * LANES * block.offers + place % LANES;
            places.push((
                described.group,
                PairPlace {
                    pair: place as u32,
                    segment: self.segment_at[described.segment as usize],
                    first: first as u32,
                    offers: block.offers as u32,
                },
            ));
        }
        places.sort_by_key(|(group, place)| (*group, place.segment, place.pair));
        let target = &mut self.tiers[tier];
        target.group_starts = (0..=self.problem.groups)
            .map(|group| places.partition_point(|(of, _)| *of < group))
            .collect();
        target.group_pairs = places.into_iter().map(|(_, place)| place).collect();
    }
}

/// What all lanes of each row hold, or [`MIXED`].
fn common(lanes: &[u32]) -> Vec<u32> {
    let rows = lanes.as_chunks::<LANES>().0.iter();
    rows.map(|row| if row.iter().all(|value| *value == row[0]) { row[0] } else { MIXED }).collect()
}

impl Zone {
    fn slot_of(&self, group: u32, locals: usize) -> usize {
        let shared = || locals + self.shared.binary_search(&group).unwrap_or_default();
        self.locals.binary_search(&group).unwrap_or_else(|_| shared())
    }
}

fn zones_of_tier(problem: &Problem, tier: usize) -> Vec<Zone> {
    let in_tier = |segment: usize| problem.segments[segment].tier as usize == tier;
    let mut names: Vec<u32> = (0..problem.segments.len())
        .filter(|&s| in_tier(s))
        .map(|s| problem.segments[s].zone)
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut zones = vec![Zone::default(); names.len()];
    let zone_of = |s: usize| names.binary_search(&problem.segments[s].zone).unwrap_or_default();
    for segment in (0..problem.segments.len()).filter(|&s| in_tier(s)) {
        zones[zone_of(segment)].segments.push(segment);
    }
    for (index, pair) in problem.pairs.iter().enumerate() {
        let segment = pair.segment as usize;
        if in_tier(segment) {
            zones[zone_of(segment)].pairs.push((pair.group, segment, index));
        }
    }
    for zone in &mut zones {
        zone.pairs.sort_unstable();
    }
    zones
}

fn zones_per_group(zones: &[Zone], groups: usize) -> Vec<usize> {
    let mut users = vec![0; groups];
    for zone in zones {
        let mut last = None;
        for &(group, ..) in &zone.pairs {
            if last != Some(group) {
                users[group as usize] += 1;
                last = Some(group);
            }
        }
    }
    users
}

fn class_runs(problem: &Problem, zones: &[Zone]) -> Vec<ClassRun> {
    let mut runs = Vec::new();
    let mut start = 0;
    for class in 0..problem.classes.len() {
        let of_class = |s: &&usize| problem.segments[**s].class as usize == class;
        let longest =
            zones.iter().map(|z| z.segments.iter().filter(of_class).count()).max().unwrap_or(0);
        if longest > 0 {
            runs.push(ClassRun { class, start, end: start + longest });
            start += longest;
        }
    }
    runs
}

/// As many offers for each group slot as its most crowded pair of any zone needs.
fn offers_of_slots(zones: &[Zone], locals: usize, slots: usize) -> Vec<usize> {
    let mut most = vec![1; slots];
    for zone in zones {
        for run in zone.pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let slot = zone.slot_of(run[0].0, locals);
            most[slot] = most[slot].max(run.len());
        }
    }
    most.iter().enumerate().flat_map(|(slot, &n)| std::iter::repeat_n(slot, n)).collect()
}
