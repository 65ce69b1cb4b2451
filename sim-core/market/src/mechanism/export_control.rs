//! What a regime of export control lets through: hardware, spares, cloud access, services, stages of production.
//!
//! A controller governs the vendors and clouds whose home is its jurisdiction. Towards each destination it has one regime per scope.

use crate::entity::controller::{Regime, Scope};

/// Terms of a regime in force; see `entity/event.rs` for sources.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Form.
    pub regime: Regime,
    /// Delay of a licence, in days.
    pub licence_delay: f64,
    /// Probability that a licence is granted.
    pub licence_approval: f64,
    /// Fixed cost of an application, USD.
    pub licence_cost: f64,
    /// Compute a year under a cap, H100e.
    pub cap: f64,
    /// Compute of an order that is exempt from the cap, H100e.
    pub small_order: f64,
}

impl Terms {
    /// No control.
    pub const OPEN: Self = Self {
        regime: Regime::Open,
        licence_delay: 0.0,
        licence_approval: 1.0,
        licence_cost: 0.0,
        cap: f64::INFINITY,
        small_order: 0.0,
    };
}

/// The regimes of one controller towards one destination, by scope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regimes {
    /// New hardware above the threshold.
    pub hardware: Terms,
    /// Spare parts.
    pub spares: Terms,
    /// Cloud access.
    pub cloud: Terms,
    /// Remote services and firmware.
    pub services: Terms,
    /// Stages of production.
    pub chain: Terms,
}

impl Regimes {
    /// No control at all.
    pub const OPEN: Self = Self {
        hardware: Terms::OPEN,
        spares: Terms::OPEN,
        cloud: Terms::OPEN,
        services: Terms::OPEN,
        chain: Terms::OPEN,
    };

    /// The terms of a scope.
    #[must_use]
    pub const fn of(&self, scope: Scope) -> &Terms {
        match scope {
            Scope::Hardware => &self.hardware,
            Scope::Spares => &self.spares,
            Scope::Cloud => &self.cloud,
            Scope::Services => &self.services,
            Scope::Chain => &self.chain,
        }
    }

    /// The terms of a scope, to change.
    pub const fn of_mut(&mut self, scope: Scope) -> &mut Terms {
        match scope {
            Scope::Hardware => &mut self.hardware,
            Scope::Spares => &mut self.spares,
            Scope::Cloud => &mut self.cloud,
            Scope::Services => &mut self.services,
            Scope::Chain => &mut self.chain,
        }
    }
}

/// What happens to an order for hardware.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// It goes into the vendor's backlog, up to that compute (H100e).
    Placed(f64),
    /// An application is made; the licence is decided after that many days.
    Licence(f64),
    /// It cannot be placed.
    Refused,
}

/// The verdict on an order of `compute` H100e with a total processing performance of `tpp`, when `received` H100e came in this year under a cap.
#[must_use]
pub fn verdict(terms: &Terms, threshold: f64, tpp: f64, compute: f64, received: f64) -> Verdict {
    if tpp < threshold {
        return Verdict::Placed(compute);
    }
    match terms.regime {
        Regime::Open => Verdict::Placed(compute),
        Regime::Licence => Verdict::Licence(terms.licence_delay),
        Regime::Ban => Verdict::Refused,
        Regime::Cap if compute <= terms.small_order => Verdict::Placed(compute),
        Regime::Cap => {
            let room = terms.cap - received;
            if room > 0.0 { Verdict::Placed(compute.min(room)) } else { Verdict::Refused }
        }
    }
}

/// Calendar year of a day counted from 1970-01-01: the year of a cap (Hinnant's `civil_from_days`).
#[must_use]
pub fn calendar_year(day: f64) -> i64 {
    let z = day.floor() as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let of_cycle = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_cycle + of_cycle / 4 - of_cycle / 100);
    // Its years begin in March: January and February belong to the next.
    era * 400 + of_cycle + i64::from(of_year >= 306)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_year_begins_on_the_first_of_january() {
        for (day, year) in [
            (0.0, 1970),
            (-0.5, 1969),
            (20_453.9, 2025),
            (20_454.0, 2026),
            (21_183.0, 2027),
            (11_016.0, 2000),
        ] {
            assert_eq!(calendar_year(day), year, "day {day}");
        }
        // 2028 is a leap year: 366 days from 21,184.
        assert_eq!([21_184.0, 21_549.0, 21_550.0].map(calendar_year), [2028, 2028, 2029]);
    }

    #[test]
    fn a_ban_refuses_controlled_hardware_and_leaves_the_rest_alone() {
        let ban = Terms { regime: Regime::Ban, ..Terms::OPEN };
        assert_eq!(verdict(&ban, 4800.0, 15_832.0, 10.0, 0.0), Verdict::Refused);
        assert_eq!(verdict(&ban, 4800.0, 2368.0, 10.0, 0.0), Verdict::Placed(10.0));
    }

    #[test]
    fn a_cap_exempts_small_orders_and_trims_large_ones() {
        let cap = Terms { regime: Regime::Cap, cap: 1000.0, small_order: 50.0, ..Terms::OPEN };
        assert_eq!(verdict(&cap, 4800.0, 15_832.0, 40.0, 5000.0), Verdict::Placed(40.0));
        assert_eq!(verdict(&cap, 4800.0, 15_832.0, 400.0, 800.0), Verdict::Placed(200.0));
        assert_eq!(verdict(&cap, 4800.0, 15_832.0, 400.0, 1000.0), Verdict::Refused);
    }
}
