//! Claims about parcels: a worker that has nothing but the text does the runs of the study, and other texts are refused.

mod support;

use std::fs;

use autarky_engine::stop::StopFlag;
use autarky_study::design::{DesignSpec, Kind};
use autarky_study::job::{Job, JobError, Request, Vary};
use autarky_study::output::{Claim, Results};
use autarky_study::parcel;
use autarky_study::run::schedule::Shard;
use autarky_study::run::{Keep, Recipe, Study};
use serde_json::{Value, json};
use support::scratch;

/// `small-state` for three years at two points, with an overlay that is gone afterwards.
fn job() -> Job {
    let overlay = scratch("overlay").join("short.toml");
    fs::write(&overlay, "format = 1\n[horizon]\nyears = 3\n").expect("writable");
    let axis = "nation.EST.power_price={0.1 USD/kWh, 0.2 USD/kWh}".to_owned();
    let spec = DesignSpec { kind: Kind::Factorial, axes: vec![axis], seed: 1 };
    let request = Request {
        recipe: Recipe {
            file: "small-state".to_owned(),
            overlays: vec![overlay.display().to_string()],
            sets: Vec::new(),
            policies: vec!["ban".to_owned()],
            ..Recipe::default()
        },
        command: "autarky run small-state".to_owned(),
        seed: 5,
        first: 2,
        replications: 2,
        vary: Some(Vary::Design(spec)),
        keep: Keep::Runs,
        shard: Shard::WHOLE,
    };
    let job = request.prepare().unwrap_or_else(|e| panic!("{e}"));
    fs::remove_file(overlay).expect("it was there");
    job
}

fn refusal(text: &str) -> String {
    match parcel::open(text, &[]) {
        Err(error @ JobError::Asked(_)) => error.to_string(),
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn a_worker_with_the_parcel_alone_does_the_same_runs_and_changed_parcels_are_refused() {
    let job = job();
    let text = job.parcel();
    let worker = parcel::open(&text, &[]).unwrap_or_else(|e| panic!("{e}"));
    let known = Study { parameters: String::new(), ..job.market.study.clone() };
    assert!(worker.market.study == known, "the study is the same but for the table of parameters");
    let study = &job.market.study;
    let claim = Claim::Exact(scratch("parcel"));
    let mut results = Results::open(study, &claim).expect("a new folder");
    let segment = results.pending().expect("a folder").expect("a new study").segment;
    let chunk = |job: &Job| job.chunk((&segment, 2..6), &StopFlag::new()).expect("four runs");
    let worked = chunk(&worker);
    assert!(worked == chunk(&job), "the bytes are those of the study's own process");
    assert_eq!(results.hold(&worked).expect("it is due"), 4);

    let changed = |change: fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&text).expect("JSON");
        change(&mut value);
        value.to_string()
    };
    let refused = [
        ("model version: 0 there", changed(|v| v["manifest"]["model_version"] = json!(0))),
        ("program 0.0.0 with", changed(|v| v["manifest"]["program_version"] = json!("0.0.0"))),
        ("parcels of format 99 there", changed(|v| v["format"] = json!(99))),
        ("its study has another identity", changed(|v| v["manifest"]["seed"] = json!(6))),
        ("it has no policy", changed(|v| v["manifest"]["scenario"]["policies"] = json!([]))),
        ("it is none", text[..text.len() / 2].to_owned()),
    ];
    for (what, text) in refused {
        let refusal = refusal(&text);
        assert!(
            refusal.starts_with("the parcel is refused: ") && refusal.contains(what),
            "{refusal}"
        );
    }
    let other = text.replacen("years = 3", "years = 4", 1);
    assert_ne!(other, text, "the resolved scenario says how long it is");
    assert!(refusal(&other).contains("its scenario has other values"));
}
