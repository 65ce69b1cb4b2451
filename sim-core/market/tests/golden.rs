//! The bits of one replication of the made-up world. Claims no theory: it notices that a change of the code changed results.
//!
//! When it fails and the change of results is meant: raise `MODEL_VERSION`, say why in `CHANGELOG.md`, and paste the values that the failing
//! test prints. When no change was meant, the code is wrong, not this file.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::{MODEL_VERSION, layout, simulate};
use common::{Size, regime, scenario};

const VERSION: u32 = 1;
const FINGERPRINT: u64 = 3_747_871_192_726_063_479;
const EVENTS: u64 = 28_447;
const SCALARS: [(&str, u64); 6] = [
    ("served_share", 4_605_617_790_225_183_424),
    ("price", 4_607_758_348_855_053_048),
    ("availability", 4_605_991_436_160_246_474),
    ("lead_time", 4_629_966_057_832_240_559),
    ("loss_365d", 4_602_316_604_541_470_515),
    ("sovereignty_365d_network", 4_604_198_691_943_655_115),
];

#[test]
fn a_replication_of_the_made_up_world_has_its_recorded_bits() {
    let mut s = scenario(Size { operators: 6, nodes: 20 });
    s.horizon.years = 4.0;
    s.sensitivities.entry("open").share = 0.2;
    s.sensitivities.entry("critical").share = 0.6;
    regime(&mut s, "ban", "AAA", 700.0);
    let plan = Blueprint::new(&s).unwrap();
    let record = simulate(&plan, 2026, 3, &StopFlag::new()).unwrap();
    let columns = layout(&plan).scalars;
    let found = SCALARS.map(|(name, _)| {
        let at = columns.iter().position(|c| c.name == name).unwrap();
        (name, record.scalars[at].to_bits())
    });
    assert_eq!(
        (MODEL_VERSION, record.fingerprint, record.events, found),
        (VERSION, FINGERPRINT, EVENTS, SCALARS),
    );
}
