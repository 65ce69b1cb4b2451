//! One box: peeled, chosen, pasted, and rid of what could be chance.
//!
//! Peeling removes, again and again, the slice with the largest gain of density per point removed: a share α at one end of a numeric
//! dimension or one category (Friedman and Fisher 1999; the gain per point for dimensions of unlike kinds: Kwakkel and Jaxa-Rozen 2016). Of the boxes passed
//! through, the one with the largest `F = 1.25 H/(n + T/4)` is kept (H of T failures among n points: the F-measure of van Rijsbergen 1979 with
//! β = ½, in which density counts more than coverage because several boxes share the coverage), and pasting widens it while F grows. A restriction whose quasi-p-value (Bryant and Lempert 2010) exceeds 5 % is dropped.

use autarky_engine::math;

/// Largest quasi-p-value of a restriction that is kept.
pub(super) const QUASI_LEVEL: f64 = 0.05;

/// What is searched: active points sorted by each dimension.
pub(super) struct Space<'a> {
    /// `[dimension][point]`.
    columns: &'a [Vec<f64>],
    /// Categories of each dimension; 0 for numeric ones.
    categories: &'a [usize],
    /// `[dimension]`, active points in increasing order.
    orders: Vec<Vec<usize>>,
    /// Share peeled from a numeric dimension.
    alpha: f64,
    /// Fewest points of a box.
    least: usize,
}

/// Limits of a box in one dimension.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Side {
    /// Both ends included; infinite where there is no limit.
    Range(f64, f64),
    /// Whether each category is in the box.
    Among(Vec<bool>),
}

impl Side {
    pub(super) fn contains(&self, value: f64) -> bool {
        match self {
            Self::Range(low, high) => (*low..=*high).contains(&value),
            Self::Among(kept) => kept[value as usize],
        }
    }

    pub(super) fn is_restricted(&self) -> bool {
        match self {
            Self::Range(low, high) => low.is_finite() || high.is_finite(),
            Self::Among(kept) => !kept.iter().all(|&kept| kept),
        }
    }
}

/// A box with what it holds of the active points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Region {
    pub(super) sides: Vec<Side>,
    pub(super) points: usize,
    pub(super) failures: usize,
}

impl Region {
    pub(super) fn density(&self) -> f64 {
        self.failures as f64 / self.points as f64
    }

    /// The dimensions with a limit.
    pub(super) fn restricted(&self) -> impl Iterator<Item = usize> {
        let sides = self.sides.iter().enumerate();
        sides.filter(|(_, side)| side.is_restricted()).map(|(dimension, _)| dimension)
    }

    fn f_measure(&self, total: usize) -> f64 {
        1.25 * self.failures as f64 / (self.points as f64 + 0.25 * total as f64)
    }
}

/// A box with the boxes passed through and the quasi-p-values of its restrictions by dimension.
pub(super) struct Found {
    pub(super) region: Region,
    pub(super) trajectory: Vec<Region>,
    pub(super) quasi_p: Vec<(usize, f64)>,
}

impl Found {
    /// Smallest quasi-p-value; 1 without restrictions.
    pub(super) fn smallest(&self) -> f64 {
        self.quasi_p.iter().fold(1.0, |least, &(_, p)| if p < least { p } else { least })
    }
}

/// A change of one side, with the points and failures it takes away or adds.
struct Change {
    dimension: usize,
    side: Side,
    points: usize,
    failures: usize,
}

impl Change {
    fn new(dimension: usize, side: Side, points: &[usize], fails: &[bool]) -> Self {
        Self { dimension, side, points: points.len(), failures: count(points, fails) }
    }
}

impl<'a> Space<'a> {
    pub(super) fn new(
        (columns, categories): (&'a [Vec<f64>], &'a [usize]),
        active: &[usize],
        (alpha, least): (f64, usize),
    ) -> Self {
        let sorted = |column: &Vec<f64>| {
            let mut order = active.to_vec();
            order.sort_by(|&i, &j| column[i].total_cmp(&column[j]));
            order
        };
        Self { columns, categories, orders: columns.iter().map(sorted).collect(), alpha, least }
    }

    fn whole(&self, fails: &[bool]) -> Region {
        let sides = self.categories.iter().map(|&n| unlimited(n)).collect();
        let active = self.active();
        Region { sides, points: active.len(), failures: count(active, fails) }
    }

    /// The best box for these failures.
    pub(super) fn search(&self, fails: &[bool]) -> Found {
        let trajectory = self.peel(fails);
        let total = trajectory[0].failures;
        let mut best = 0;
        for (i, region) in trajectory.iter().enumerate() {
            if region.f_measure(total) > trajectory[best].f_measure(total) {
                best = i;
            }
        }
        let mut region = trajectory[best].clone();
        self.paste(&mut region, total, fails);
        let quasi_p = self.prune(&mut region, fails);
        Found { region, trajectory, quasi_p }
    }

    /// The whole space and the boxes after each peel.
    fn peel(&self, fails: &[bool]) -> Vec<Region> {
        let mut inside = self.orders.clone();
        let mut gone = vec![false; fails.len()];
        let mut trajectory = vec![self.whole(fails)];
        loop {
            let now = &trajectory[trajectory.len() - 1];
            if now.failures == now.points {
                return trajectory;
            }
            let gain = |c: &Change| {
                let density = (now.failures - c.failures) as f64 / (now.points - c.points) as f64;
                (density - now.density()) / c.points as f64
            };
            let mut best: Option<(f64, Change)> = None;
            for change in self.peels(now, &inside, fails) {
                let gain = gain(&change);
                if best.as_ref().is_none_or(|(known, _)| gain > *known) {
                    best = Some((gain, change));
                }
            }
            let Some((_, change)) = best else { return trajectory };
            let column = &self.columns[change.dimension];
            for &point in &inside[change.dimension] {
                gone[point] |= !change.side.contains(column[point]);
            }
            for order in &mut inside {
                order.retain(|&point| !gone[point]);
            }
            let mut sides = now.sides.clone();
            sides[change.dimension] = change.side;
            let (points, failures) = (now.points - change.points, now.failures - change.failures);
            trajectory.push(Region { sides, points, failures });
        }
    }

    /// Every peel that leaves enough points.
    fn peels(&self, now: &Region, inside: &[Vec<usize>], fails: &[bool]) -> Vec<Change> {
        let mut out = Vec::new();
        for (dimension, (side, order)) in now.sides.iter().zip(inside).enumerate() {
            let column = &self.columns[dimension];
            match side {
                Side::Range(low, high) => {
                    let k = ((self.alpha * order.len() as f64) as usize).max(1);
                    let bottom = peel_bottom(order, column, k)
                        .map(|(limit, points)| (Side::Range(limit, *high), points));
                    let top = peel_top(order, column, k)
                        .map(|(limit, points)| (Side::Range(*low, limit), points));
                    let ends = bottom.into_iter().chain(top);
                    out.extend(ends.map(|(s, points)| Change::new(dimension, s, points, fails)));
                }
                Side::Among(kept) => {
                    let flips = flips(kept, true, order, column).into_iter();
                    out.extend(flips.map(|(s, points)| Change::new(dimension, s, &points, fails)));
                }
            }
        }
        out.retain(|c| c.points > 0 && now.points - c.points >= self.least);
        out
    }

    /// Widens faces of the box while F grows.
    fn paste(&self, region: &mut Region, total: usize, fails: &[bool]) {
        loop {
            let mut best: Option<Region> = None;
            for change in self.pastes(region, fails) {
                let mut wider = region.clone();
                wider.sides[change.dimension] = change.side;
                wider.points += change.points;
                wider.failures += change.failures;
                let known = best.as_ref().unwrap_or(region).f_measure(total);
                if wider.f_measure(total) > known {
                    best = Some(wider);
                }
            }
            let Some(wider) = best else { return };
            *region = wider;
        }
    }

    /// Every widening of one face by a share α of the box's points, or by one category.
    fn pastes(&self, region: &Region, fails: &[bool]) -> Vec<Change> {
        let step = ((self.alpha * region.points as f64) as usize).max(1);
        let places = self.places(region);
        let mut out = Vec::new();
        for dimension in region.restricted() {
            let (side, column) = (&region.sides[dimension], &self.columns[dimension]);
            let beyond = |&i: &usize| places[i] == Place::But(dimension);
            let outside: Vec<usize> =
                self.orders[dimension].iter().copied().filter(beyond).collect();
            match side {
                Side::Range(low, high) => {
                    let split = outside.partition_point(|&i| column[i] < *low);
                    let (below, above) = outside.split_at(split);
                    let (limit, points) = paste_below(below, column, step);
                    out.push(Change::new(dimension, Side::Range(limit, *high), points, fails));
                    let (limit, points) = paste_above(above, column, step);
                    out.push(Change::new(dimension, Side::Range(*low, limit), points, fails));
                }
                Side::Among(kept) => {
                    let flips = flips(kept, false, &outside, column).into_iter();
                    out.extend(flips.map(|(s, points)| Change::new(dimension, s, &points, fails)));
                }
            }
        }
        out.retain(|change| change.points > 0);
        out
    }

    /// Where every active point lies; the others count as outside.
    fn places(&self, region: &Region) -> Vec<Place> {
        let restricted: Vec<usize> = region.restricted().collect();
        let mut places = vec![Place::Outside; self.columns.first().map_or(0, Vec::len)];
        for &point in self.active() {
            let out = |&&d: &&usize| !region.sides[d].contains(self.columns[d][point]);
            let mut violated = restricted.iter().filter(out);
            places[point] = match (violated.next(), violated.next()) {
                (None, _) => Place::Inside,
                (Some(&dimension), None) => Place::But(dimension),
                (Some(_), Some(_)) => Place::Outside,
            };
        }
        places
    }

    fn active(&self) -> &[usize] {
        self.orders.first().map_or(&[], Vec::as_slice)
    }

    /// Drops restrictions until none has a quasi-p-value above the level; the values of those that are left.
    ///
    /// The value of a dimension is the probability of as many failures among the box's points if they failed as often as those of the box without its
    /// restriction.
    fn prune(&self, region: &mut Region, fails: &[bool]) -> Vec<(usize, f64)> {
        loop {
            let mut freed = vec![(region.points, region.failures); self.categories.len()];
            for (place, &fails) in self.places(region).iter().zip(fails) {
                if let Place::But(dimension) = place {
                    freed[*dimension].0 += 1;
                    freed[*dimension].1 += usize::from(fails);
                }
            }
            let quasi_p = |d: usize| {
                let density = freed[d].1 as f64 / freed[d].0 as f64;
                (d, binomial_upper_tail(region.points, density, region.failures))
            };
            let values: Vec<(usize, f64)> = region.restricted().map(quasi_p).collect();
            let worst = values.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
            let Some((dimension, _)) = worst.filter(|(_, p)| *p > QUASI_LEVEL) else {
                return values;
            };
            region.sides[dimension] = unlimited(self.categories[dimension]);
            (region.points, region.failures) = freed[dimension];
        }
    }
}

/// Where a point lies.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Within all sides of the box.
    Inside,
    /// Within all but that of one dimension.
    But(usize),
    /// Beyond two sides or more.
    Outside,
}

/// The side without limits of a dimension with so many categories, 0 for a numeric one.
fn unlimited(categories: usize) -> Side {
    match categories {
        0 => Side::Range(f64::NEG_INFINITY, f64::INFINITY),
        n => Side::Among(vec![true; n]),
    }
}

fn count(points: &[usize], fails: &[bool]) -> usize {
    points.iter().filter(|&&i| fails[i]).count()
}

/// A lower limit above the lowest k of sorted points, ties together, and those points; none where all are equal.
fn peel_bottom<'o>(order: &'o [usize], column: &[f64], k: usize) -> Option<(f64, &'o [usize])> {
    let value = |i: usize| column[order[i]];
    let before = |limit: f64| order.partition_point(|&i| column[i] < limit);
    let kth = before(column[*order.get(k)?]);
    let lowest = || order.partition_point(|&i| column[i] <= value(0));
    let at = if kth > 0 { kth } else { lowest() };
    (at < order.len()).then(|| (lower_limit(value(at - 1), value(at)), &order[..at]))
}

/// An upper limit below the highest k of sorted points, ties together, and those points; none where all are equal.
fn peel_top<'o>(order: &'o [usize], column: &[f64], k: usize) -> Option<(f64, &'o [usize])> {
    let value = |i: usize| column[order[i]];
    let last = order.len().checked_sub(1)?;
    let kth = value(last.checked_sub(k)?);
    let through = order.partition_point(|&i| column[i] <= kth);
    let highest = || order.partition_point(|&i| column[i] < value(last));
    let at = if through <= last { through } else { highest() };
    (at > 0).then(|| (upper_limit(value(at - 1), value(at)), &order[at..]))
}

/// The lower limit that lets in the highest `step` of sorted points, ties together, and those points.
fn paste_below<'o>(order: &'o [usize], column: &[f64], step: usize) -> (f64, &'o [usize]) {
    let Some(&first) = order.get(order.len().saturating_sub(step)) else {
        return (f64::NEG_INFINITY, order);
    };
    let at = order.partition_point(|&i| column[i] < column[first]);
    let next = at.checked_sub(1).map(|next| column[order[next]]);
    let limit = next.map_or(f64::NEG_INFINITY, |next| lower_limit(next, column[first]));
    (limit, &order[at..])
}

/// The upper limit that lets in the lowest `step` of sorted points, ties together, and those points.
fn paste_above<'o>(order: &'o [usize], column: &[f64], step: usize) -> (f64, &'o [usize]) {
    let Some(last) = step.min(order.len()).checked_sub(1) else { return (f64::INFINITY, order) };
    let last = column[order[last]];
    let at = order.partition_point(|&i| column[i] <= last);
    let next = order.get(at).map(|&next| column[next]);
    (next.map_or(f64::INFINITY, |next| upper_limit(last, next)), &order[..at])
}

/// Halfway between a value that is out and a larger one that is in; above the first even where the two are neighbours.
fn lower_limit(out: f64, within: f64) -> f64 {
    let middle = 0.5 * out + 0.5 * within;
    if middle > out && middle < within { middle } else { within }
}

/// Halfway between a value that is in and a larger one that is out.
fn upper_limit(within: f64, out: f64) -> f64 {
    let middle = 0.5 * within + 0.5 * out;
    if middle > within && middle < out { middle } else { within }
}

/// Every side with one category turned out (`from` true) or let in, and its points among those given.
fn flips(kept: &[bool], from: bool, points: &[usize], column: &[f64]) -> Vec<(Side, Vec<usize>)> {
    let flip = |category: usize| {
        let mut side = kept.to_vec();
        side[category] = !from;
        let of = |&i: &usize| column[i] as usize == category;
        (Side::Among(side), points.iter().copied().filter(of).collect())
    };
    (0..kept.len()).filter(|&c| kept[c] == from).map(flip).collect()
}

/// `P(X ≥ hits)` for X binomial with n trials of probability p.
fn binomial_upper_tail(n: usize, p: f64, hits: usize) -> f64 {
    if p >= 1.0 || hits == 0 {
        return 1.0;
    }
    if p <= 0.0 {
        return 0.0;
    }
    let gamma = |k: usize| math::ln_gamma(k as f64 + 1.0);
    let (ln_p, ln_q) = (math::ln(p), math::ln_1p(-p));
    let mut log_mass =
        gamma(n) - gamma(hits) - gamma(n - hits) + hits as f64 * ln_p + (n - hits) as f64 * ln_q;
    let mut tail = 0.0;
    for k in hits..=n {
        let mass = math::exp(log_mass);
        tail += mass;
        // Beyond the mode masses fall at least as fast as a geometric series.
        if k as f64 > n as f64 * p && mass < 1e-17 * tail {
            break;
        }
        log_mass += math::ln((n - k) as f64 / (k + 1) as f64) + ln_p - ln_q;
    }
    if tail < 1.0 { tail } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binomial_tail_has_known_values() {
        // P(X ≥ 8) of 10 at 1/2 is 56/1024; P(X ≥ 1) of 3 at 0.1 is 1 − 0.9³.
        assert!((binomial_upper_tail(10, 0.5, 8) - 56.0 / 1024.0).abs() < 1e-14);
        assert!((binomial_upper_tail(3, 0.1, 1) - 0.271).abs() < 1e-14);
        for certain in [binomial_upper_tail(5, 1.0, 5), binomial_upper_tail(5, 0.3, 0)] {
            assert!((certain - 1.0).abs() < 1e-15);
        }
        assert!((binomial_upper_tail(2000, 0.5, 1000) - 0.508_919).abs() < 1e-6);
    }

    #[test]
    fn peels_take_ties_together_and_stop_at_the_last_value() {
        let column = [1.0, 1.0, 1.0, 2.0, 2.0];
        let order = [0, 1, 2, 3, 4];
        assert_eq!(peel_bottom(&order, &column, 1), Some((1.5, &order[..3])));
        assert_eq!(peel_top(&order, &column, 1), Some((1.5, &order[3..])));
        assert_eq!(peel_bottom(&order[..3], &column, 1), None);
        assert_eq!(peel_top(&order[3..], &column, 1), None);
    }
}
