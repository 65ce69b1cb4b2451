//! Machine repair: nodes that fail one by one and share the crews of their pool.
//!
//! `N` nodes fail at rate λ each, `c` crews repair one at a time in mean time `m` (M/M/c//N, Palm 1947; Gross and Harris 1998, section 2.7).
//! With `p_k` the stationary probability of k failed nodes, `p_k = p_{k−1}·(N−k+1)·λ·m / min(k, c)`, throughput
//! `X = Σ min(k, c)·p_k / m`, and the mean time from failure to return is `T = Σ k·p_k / X` (Little). It knows no spare parts: a node
//! that waits for one is not among the N. See section 7.10 of `docs/model.md`.

/// Largest weight before the recursion is rescaled.
const LARGE: f64 = 1e200;

/// What a pool's nodes and crews are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shop {
    /// Nodes in circulation N; rounded to at least one.
    pub nodes: f64,
    /// Crews c.
    pub crews: u32,
    /// Failures of one node a day, λ.
    pub rate: f64,
    /// Mean repair time m, days.
    pub repair: f64,
}

/// How a pool keeps up with its failures in the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Upkeep {
    /// Mean time from a failure to the return of the node T, days; infinite without crews.
    pub down_time: f64,
    /// Share of the crews at work.
    pub busy: f64,
}

/// The stationary state of a shop.
#[must_use]
pub fn upkeep(shop: Shop) -> Upkeep {
    if shop.crews == 0 {
        return Upkeep { down_time: f64::INFINITY, busy: 1.0 };
    }
    let (crews, load) = (f64::from(shop.crews), shop.rate * shop.repair);
    let nodes = if shop.nodes > 1.0 { shop.nodes.round() } else { 1.0 };
    // Where N is so small against the load that nothing waits, T is the repair itself.
    if load <= 0.0 {
        return Upkeep { down_time: shop.repair, busy: 0.0 };
    }
    let (mut weight, mut total, mut failed, mut working) = (1.0, 1.0, 0.0, 0.0);
    let mut k = 0.0;
    while k < nodes {
        k += 1.0;
        let at_work = if k < crews { k } else { crews };
        let ratio = (nodes - k + 1.0) * load / at_work;
        weight *= ratio;
        total += weight;
        failed += k * weight;
        working += at_work * weight;
        if weight > LARGE {
            for sum in [&mut weight, &mut total, &mut failed, &mut working] {
                *sum /= LARGE;
            }
        }
        // Ratios fall with k: what follows is smaller than a geometric rest.
        if ratio < 0.5 && weight < 1e-18 * total {
            break;
        }
    }
    Upkeep { down_time: failed / working * shop.repair, busy: working / (total * crews) }
}

impl Upkeep {
    /// How much of a gap between today's failed nodes and those of the long run is left after `days`: it closes at the rate at which
    /// failures and idle crews pull, `e^{−(λ + (1 − busy)/m)·days}`; a surplus of failed nodes no faster than idle crews can repair it.
    #[must_use]
    pub fn gap_left(&self, shop: Shop, days: f64, surplus: f64) -> f64 {
        let pull = shop.rate + (1.0 - self.busy) / shop.repair;
        let left = autarky_engine::math::exp(-pull * days);
        let repaired = (1.0 - self.busy) * f64::from(shop.crews) / shop.repair * days;
        let held = if surplus > repaired { 1.0 - repaired / surplus } else { 0.0 };
        if held > left { held } else { left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(nodes: f64, crews: u32, rate: f64, repair: f64) -> Shop {
        Shop { nodes, crews, rate, repair }
    }

    #[test]
    fn with_a_crew_for_every_node_the_time_is_that_of_a_repair() {
        let found = upkeep(shop(40.0, 40, 0.3, 2.0));
        assert!((found.down_time - 2.0).abs() < 1e-12);
        // Each node is down λm/(1 + λm) of the time.
        assert!((found.busy - 0.6 / 1.6).abs() < 1e-12);
    }

    #[test]
    fn one_crew_and_two_nodes_are_the_closed_form() {
        let a = 0.5;
        let total = 1.0 + 2.0 * a + 2.0 * a * a;
        let found = upkeep(shop(2.0, 1, 0.5, 1.0));
        assert!((found.busy - (1.0 - 1.0 / total)).abs() < 1e-12);
        let failed = (2.0 * a + 4.0 * a * a) / total;
        assert!((found.down_time - failed / found.busy).abs() < 1e-12);
    }

    #[test]
    fn overloaded_crews_set_the_pace_without_overflow() {
        let shop = shop(100_000.0, 10, 0.01, 1.0);
        let found = upkeep(shop);
        assert!((found.busy - 1.0).abs() < 1e-9);
        // Working nodes are those whose failures keep the crews busy: X/λ = 1,000.
        let working = shop.nodes * 1.0 / (1.0 + shop.rate * found.down_time);
        assert!((working - 1000.0).abs() < 1e-3, "{working}");
    }

    #[test]
    fn a_crew_more_never_lengthens_the_time_and_none_never_ends_it() {
        let time = |crews| upkeep(shop(60.0, crews, 0.2, 1.5)).down_time;
        assert!(time(0).is_infinite());
        assert!((1..60).all(|c| time(c + 1) <= time(c)));
        assert!((upkeep(shop(60.0, 3, 0.0, 1.5)).down_time - 1.5).abs() < 1e-12);
    }

    #[test]
    fn a_backlog_of_failed_nodes_shrinks_no_faster_than_idle_crews_repair() {
        let shop = shop(100.0, 2, 0.001, 1.0);
        let state = upkeep(shop);
        assert!(
            (state.gap_left(shop, 10.0, 80.0) - (1.0 - 20.0 * (1.0 - state.busy) / 80.0)).abs()
                < 1e-12
        );
        assert!(state.gap_left(shop, 400.0, 80.0) < 1e-12);
        let nobody = Shop { crews: 0, ..shop };
        assert!(
            (upkeep(nobody).gap_left(nobody, 100.0, -5.0) - autarky_engine::math::exp(-0.1)).abs()
                < 1e-12
        );
    }
}
