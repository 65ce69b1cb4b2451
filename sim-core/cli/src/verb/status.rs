//! `autarky status`: how far a study is, and whether its files are whole.

use std::fmt::Write;

use autarky_study::output::{Stored, bytes, is_shard, without_control};
use serde_json::json;

use crate::args::{Status, TextFormat};
use crate::exit::{DONE, Failure, IO};
use crate::study::output;
use crate::{message, stdout};

pub(crate) fn run(args: &Status) -> Result<u8, Failure> {
    let stored = Stored::open(&args.dir).map_err(output)?;
    let damaged = if args.verify { stored.verify() } else { Vec::new() };
    stdout::print(&match args.format {
        TextFormat::Table => text(&stored),
        TextFormat::Json => format!("{:#}", object(&stored)),
    })?;
    for error in &damaged {
        message::line(&error.to_string());
    }
    if args.verify && args.format == TextFormat::Table && damaged.is_empty() {
        message::line("every file is as it was written");
    }
    Ok(if damaged.is_empty() { DONE } else { IO })
}

fn status(stored: &Stored) -> String {
    json!(stored.manifest.status).as_str().unwrap_or_default().replace('_', " ")
}

fn text(stored: &Stored) -> String {
    let manifest = &stored.manifest;
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<14} {}", without_control(&value));
    };
    line("scenario", format!("{} ({})", manifest.scenario.id, manifest.scenario.title));
    line("policies", manifest.scenario.policies.join(", "));
    line("status", status(stored));
    let runs = manifest.runs;
    line("runs", format!("{} of {} recorded, {} failed", runs.recorded, runs.asked, runs.failed));
    line(
        "replications",
        format!(
            "{} from {}, seed {}",
            manifest.replications.asked, manifest.replications.first, manifest.seed
        ),
    );
    for note in &manifest.rules {
        let what = format!("{} in {}: {}", note.policy, note.nation, note.function());
        line("decided by", what);
    }
    if let Some(spec) = &manifest.design_spec {
        line("design", format!("{}, {} points", spec.kind.as_str(), manifest.points));
    }
    if is_shard(stored) {
        line("shard", format!("{}/{}", manifest.shard.index + 1, manifest.shard.of));
    }
    if let Some(why) = &manifest.stopping {
        line("stopped", why.trim_end().replace('\n', " "));
    }
    line("parts", format!("{}, {:.1} MB", manifest.parts.len(), bytes(stored) as f64 / 1e6));
    line(
        "versions",
        format!("model {}, program {}", manifest.model_version, manifest.program_version),
    );
    line("digest", manifest.result_digest.clone());
    out
}

fn object(stored: &Stored) -> serde_json::Value {
    let manifest = &stored.manifest;
    json!({
        "scenario": manifest.scenario, "status": manifest.status, "runs": manifest.runs,
        "replications": manifest.replications, "points": manifest.points, "seed": manifest.seed,
        "shard": manifest.shard, "design": manifest.design_spec, "stopping": manifest.stopping,
        "rules": manifest.rules,
        "parts": manifest.parts.len(), "bytes": bytes(stored), "model_version": manifest.model_version,
        "program_version": manifest.program_version, "result_digest": manifest.result_digest,
    })
}
