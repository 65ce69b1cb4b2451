//! When an operator leaves: its variable profit has stayed negative, and the loss to come exceeds the stake that it would forfeit.
//!
//! Capital is sunk: as long as income covers what standing idle would save, an operator stays (Marshall 1890). One bad month is no reason either.
//! What nodes are worth to others is paid to those who leave (salvage).

/// Whether to leave. `profit`: variable profit expected a year, USD; `negative`: reviews in a row at which it was below zero, this one included;
/// `horizon` in years; `forfeited`: stake lost by leaving, USD.
#[must_use]
pub fn leaves(profit: f64, (negative, patience): (u32, u32), horizon: f64, forfeited: f64) -> bool {
    negative >= patience && profit * horizon + forfeited < 0.0
}

/// Market value of an H100e of age `age` and life `life`, in the same unit of time: what a new one costs today, for the share of its life that is left, at a
/// `discount` of the second-hand market.
#[must_use]
pub fn salvage(new: f64, age: f64, life: f64, discount: f64) -> f64 {
    let left = 1.0 - age / life;
    if left > 0.0 && new.is_finite() { new * left * discount } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loss_that_lasts_drives_an_operator_out() {
        assert!(!leaves(-100.0, (2, 3), 1.0, 0.0));
        assert!(leaves(-100.0, (3, 3), 1.0, 0.0));
        assert!(!leaves(1.0, (9, 3), 1.0, 0.0), "profit keeps it");
    }

    #[test]
    fn a_stake_that_would_be_lost_keeps_an_operator_that_loses_less() {
        assert!(!leaves(-100.0, (3, 3), 1.0, 150.0));
        assert!(leaves(-100.0, (3, 3), 2.0, 150.0));
    }

    #[test]
    fn nodes_are_worth_what_is_left_of_their_life() {
        assert!((salvage(1000.0, 3.0, 6.0, 0.5) - 250.0).abs() < 1e-12);
        assert!(salvage(1000.0, 7.0, 6.0, 0.5).abs() < 1e-12);
        assert!(salvage(f64::INFINITY, 1.0, 6.0, 0.5).abs() < 1e-12, "nothing on sale: no price");
    }
}
