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
const FINGERPRINT: u64 = 12_803_575_684_664_054_787;
const EVENTS: u64 = 28_635;
const SCALARS: [(&str, u64); 6] = [
    ("served_share", 4_607_579_547_007_161_668),
    ("price", 4_605_193_239_860_966_725),
    ("availability", 4_605_991_588_745_762_297),
    ("lead_time", 4_629_962_399_114_656_885),
    ("loss_365d", 4_602_316_969_751_005_408),
    ("sovereignty_365d_network", 4_604_172_669_065_941_112),
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
