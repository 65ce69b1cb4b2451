//! What the grey channel has for a buyer whom export control refused: whole nodes, within the year's volume, at a premium, paid in advance.
//!
//! `nodes = min(refused, ⌊(volume − bought)/node⌋)`, `price = list·(1 + premium)`; a shipment is lost with probability `seizure`, whatever its
//! size. No spare parts come with it. Order of magnitude of volumes: Grunewald and Fist, CNAS (2025); premium and seizure are assumed.

/// Nodes of `node` H100e that a buyer who was refused `refused` of them gets when `bought` H100e of this year's `volume` are gone.
#[must_use]
pub fn nodes(volume: f64, bought: f64, node: f64, refused: u32) -> u32 {
    let room = ((volume - bought) / node + 1e-9).floor();
    if room >= f64::from(refused) {
        refused
    } else if room >= 1.0 {
        room as u32
    } else {
        0
    }
}

/// Price of what costs `list` at its vendor.
#[must_use]
pub fn price(list: f64, premium: f64) -> f64 {
    list * (1.0 + premium)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_more_than_was_refused_or_is_left_of_the_volume() {
        assert_eq!(nodes(100.0, 0.0, 8.0, 5), 5);
        assert_eq!(nodes(100.0, 0.0, 8.0, 50), 12);
        assert_eq!(nodes(100.0, 96.0, 8.0, 50), 0);
        assert_eq!(nodes(100.0, 120.0, 8.0, 50), 0);
        assert_eq!(nodes(0.0, 0.0, 8.0, 50), 0);
    }

    #[test]
    fn more_volume_never_brings_less() {
        let at = |volume: u32| nodes(f64::from(volume), 30.0, 8.0, 40);
        assert!((0..500).all(|volume| at(volume) <= at(volume + 1)));
        assert_eq!((at(0), at(500)), (0, 40));
    }

    #[test]
    fn without_a_premium_the_price_is_the_vendors() {
        assert!((price(25_000.0, 0.0) - 25_000.0).abs() < f64::EPSILON);
        assert!((price(25_000.0, 0.5) - 37_500.0).abs() < 1e-9);
    }
}
