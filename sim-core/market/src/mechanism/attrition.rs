//! Attrition: what is left of nodes whose spare parts come late, in part, or not at all.
//!
//! Over h days a vendor's nodes in a pool would need `G = Σ U·Λ` parts (U working nodes, Λ = share that needs a part times hazard, summed over
//! the days). Of the failures, those of the last `L` days (the time a part takes) still wait when parts come, all of them when none
//! come; with a share f of the parts coming, the exposed share of the horizon is `x = (1 − f) + f·min(L, h)/h`. The S parts on the shelf
//! and under way cover S/G of it. A node that works a share r of the time survives with probability `e^{−Λ·r·ψ}`, `ψ = max(0, x − S/G)`: at f = 1 the fluid limit of the
//! backorders of a base-stock policy (Sherbrooke 1968), at f = 0 exponential decay once the shelf is empty. See section 7.10 of
//! `docs/model.md`.

/// How parts of one vendor reach one pool over a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// Share f of what is ordered that comes.
    pub share: f64,
    /// Time L from order to arrival, days.
    pub time: f64,
    /// Parts S on the shelf and under way that no node waits for yet.
    pub stock: f64,
}

/// The uncovered share ψ of a horizon of `days` (above zero) in which `need` parts G fail.
#[must_use]
pub fn uncovered(parts: Parts, days: f64, need: f64) -> f64 {
    let late = if parts.time < days { parts.time / days } else { 1.0 };
    let exposed = 1.0 - parts.share + parts.share * late;
    if need <= 0.0 {
        return exposed;
    }
    let open = exposed - parts.stock / need;
    if open > 0.0 { open } else { 0.0 }
}

/// Of `waiting` nodes the share that has its part after `days`: those served from stock, and the others as parts come.
#[must_use]
pub fn recovered(parts: Parts, days: f64, (waiting, stock): (f64, f64)) -> f64 {
    if waiting <= 0.0 {
        return 0.0;
    }
    let arrived = if parts.time > days { days / parts.time } else { 1.0 };
    let covered = if stock < waiting { stock / waiting } else { 1.0 };
    arrived * (parts.share + (1.0 - parts.share) * covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Parts = Parts { share: 1.0, time: 14.0, stock: 0.0 };

    #[test]
    fn without_parts_the_whole_horizon_is_uncovered_and_with_them_the_time_they_take() {
        assert!((uncovered(Parts { share: 0.0, ..OPEN }, 365.0, 9.0) - 1.0).abs() < 1e-12);
        assert!((uncovered(OPEN, 365.0, 9.0) - 14.0 / 365.0).abs() < 1e-12);
        assert!((uncovered(OPEN, 7.0, 9.0) - 1.0).abs() < 1e-12, "nothing has arrived yet");
    }

    #[test]
    fn stock_covers_its_share_of_the_need_and_never_more_than_all() {
        let shelf = |stock| uncovered(Parts { share: 0.0, stock, ..OPEN }, 365.0, 100.0);
        assert!((shelf(25.0) - 0.75).abs() < 1e-12);
        assert!(shelf(100.0).abs() < 1e-12 && shelf(1e9).abs() < 1e-12);
    }

    #[test]
    fn more_parts_never_leave_more_uncovered() {
        let at = |share| uncovered(Parts { share, stock: 10.0, ..OPEN }, 30.0, 50.0);
        assert!((0..10).all(|i| at(f64::from(i + 1) * 0.1) <= at(f64::from(i) * 0.1)));
    }

    #[test]
    fn waiting_nodes_return_from_stock_or_as_parts_come() {
        let none = Parts { share: 0.0, ..OPEN };
        assert!((recovered(none, 30.0, (8.0, 2.0)) - 0.25).abs() < 1e-12);
        assert!((recovered(OPEN, 30.0, (8.0, 0.0)) - 1.0).abs() < 1e-12);
        assert!((recovered(OPEN, 7.0, (8.0, 0.0)) - 0.5).abs() < 1e-12);
        assert!(recovered(OPEN, 7.0, (0.0, 3.0)).abs() < 1e-12);
    }
}
