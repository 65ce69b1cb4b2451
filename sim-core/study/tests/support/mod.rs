//! Synthetic records: a made-up small state whose providers decay under a made-up ban. No model is involved.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod findings;
pub(crate) mod report;
pub(crate) mod store;

use std::f64::consts::TAU;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use autarky_market::record::{
    Actor, ActorKind, Column, HORIZONS_DAYS, Layer, Layout, Record, Withdrawal,
};
use autarky_study::run::schedule::{Shard, Task};
use autarky_study::run::{Keep, Mark, Policy, Recipe, Study, TaskError};

const fn column(name: &'static str, unit: &'static str) -> Column {
    Column { name, unit, doc: "Made up." }
}

pub(crate) fn layout() -> Layout {
    let series = [
        ("reference_demand", "H100e"),
        ("served", "H100e"),
        ("served_data_centre", "H100e"),
        ("served_network", "H100e"),
        ("served_cloud", "H100e"),
        ("price", "USD/H100e-hour"),
        ("sovereignty_0d", "1"),
        ("sovereignty_365d", "1"),
    ];
    let actor = |id: &str, kind| Actor { id: id.to_owned(), kind };
    Layout {
        nations: vec!["EST".to_owned(), "SLV".to_owned()],
        sample_days: (1..=40).map(|quarter| f64::from(quarter) * 91.3125).collect(),
        series: series.map(|(name, unit)| column(name, unit)).to_vec(),
        scalars: vec![
            column("unserved_expected", "H100e-hour"),
            column("time_to_recovery", "day"),
            column("fiscal_cost", "USD"),
        ],
        actors: vec![
            actor("USA", ActorKind::Controller),
            actor("nvidia", ActorKind::Vendor),
            actor("azure", ActorKind::Cloud),
        ],
        kinds: vec!["cloud", "network"],
        vendors: vec!["nvidia".to_owned()],
    }
}

pub(crate) fn study(replications: u64) -> Study {
    let policy = |name: &str, title: &str| Policy {
        name: name.to_owned(),
        title: title.to_owned(),
        layout: layout(),
    };
    Study {
        id: "synthetic".to_owned(),
        title: "A made-up state".to_owned(),
        scenario_hash: "ab".repeat(32),
        resolved: "format = 1\n".to_owned(),
        parameters: "policy,path\n".to_owned(),
        start_day: 20_454.0,
        policies: vec![policy("base", "no ban"), policy("export_ban", "export ban")],
        nation_titles: vec!["Estonia".to_owned(), "El Salvador".to_owned()],
        actor_titles: vec![(
            Actor { id: "USA".to_owned(), kind: ActorKind::Controller },
            "United States".to_owned(),
        )],
        marks: vec![Mark { day: 730.5, label: "ban starts".to_owned() }],
        assumptions: vec!["The effective variability of waits is assumed.".to_owned()],
        rules: Vec::new(),
        model_version: 1,
        seed: 7,
        first: 0,
        replications,
        points: 1,
        design: String::new(),
        design_spec: None,
        until: None,
        recipe: Recipe::default(),
        shard: Shard::WHOLE,
        keep: Keep::Series,
        command: "autarky run synthetic".to_owned(),
    }
}

/// Uniform in [0, 1) from a key; splitmix64.
fn uniform(key: u64) -> f64 {
    let mut z = key.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn normal(key: u64) -> f64 {
    (-2.0 * (1.0 - uniform(2 * key)).ln()).sqrt() * (TAU * uniform(2 * key + 1)).cos()
}

/// A record whose draws depend on the replication alone, as under common random numbers.
pub(crate) fn record(policy: usize, replication: u64) -> Record {
    let layout = layout();
    let mut record = Record {
        scalars: Vec::new(),
        series: Vec::new(),
        withdrawal: Vec::new(),
        capacity: (0..160).map(|i| f64::from(i) + normal(replication * 7 + 3)).collect(),
        events: 1000 + replication,
        fingerprint: replication ^ 0xabcd,
    };
    for nation in 0..layout.nations.len() as u64 {
        let level = 1.0 + 0.2 * normal(replication * 1000 + nation);
        let own = 0.3 + 0.05 * normal(replication * 1000 + 10 + nation);
        for (t, day) in layout.sample_days.iter().enumerate() {
            let years = day / 365.25;
            let noise = 1.0 + 0.04 * normal(replication * 1000 + 100 + t as u64);
            let lost = if policy == 1 { 1.0 - (-0.22 * (years - 2.0).max(0.0)).exp() } else { 0.0 };
            let demand = 500.0 * level * noise * (0.2 * years).exp();
            let data_centre = demand * own * (1.0 - 0.8 * lost) * noise;
            let network = demand * 0.18 * level.clamp(0.5, 1.5) * (1.0 - 0.5 * lost);
            let cloud = (demand * 0.9 - data_centre - network) * (1.0 - 0.1 * lost);
            let sovereignty = (0.55 * own / 0.3 * (1.0 - 0.6 * lost)).clamp(0.0, 1.0);
            record.series.extend([
                demand,
                data_centre + network + cloud,
                data_centre,
                network,
                cloud,
                2.0 * noise,
                sovereignty,
                0.7 * sovereignty,
            ]);
        }
        record.scalars.extend([5000.0 * level * (1.0 + policy as f64), f64::NAN, 1.0e6 * level]);
        for actor in 0..layout.actors.len() {
            for _ in HORIZONS_DAYS {
                let level = 0.9 - 0.1 * actor as f64 * own;
                let layer = if actor == 2 { Layer::ControlPlane } else { Layer::Chips };
                record.withdrawal.push(Withdrawal {
                    level,
                    loss: 1.0 - level,
                    loss_max: 1.0,
                    layer,
                });
            }
        }
    }
    record
}

/// The synthetic model as a runner takes it.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a runner")]
pub(crate) fn simulate(task: Task) -> Result<Record, TaskError> {
    Ok(record(task.policy, task.replication))
}

/// A new empty folder for a test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Folders of earlier runs may have had the same process number.
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let unique = format!("autarky-{name}-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        match std::fs::create_dir(&path) {
            Ok(()) => return path,
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => panic!("the temporary folder is writable: {e}"),
        }
    }
}
