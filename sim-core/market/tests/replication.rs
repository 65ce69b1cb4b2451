//! One replication of a made-up world keeps its books, and gives the same bits whenever it is repeated.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::{layout, simulate};
use common::{SMALL_STATE, scenario};

#[test]
fn a_decade_runs_through_with_all_books_balanced_and_repeats_bit_for_bit() {
    let plan = Blueprint::new(&scenario(SMALL_STATE)).unwrap();
    let first = simulate(&plan, 1, 0, &StopFlag::new()).unwrap();
    let again = simulate(&plan, 1, 0, &StopFlag::new()).unwrap();
    assert_eq!(first.fingerprint, again.fingerprint);
    assert!(first.scalars.iter().zip(&again.scalars).all(|(a, b)| a.to_bits() == b.to_bits()));
    let other = simulate(&plan, 1, 1, &StopFlag::new()).unwrap();
    assert_ne!(first.fingerprint, other.fingerprint);
    let layout = layout(&plan);
    assert_eq!(
        first.series.len(),
        layout.nations.len() * layout.sample_days.len() * layout.series.len()
    );
}
