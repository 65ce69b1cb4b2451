//! A plan as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Plan, Room, Work};
use crate::output::without_control;

/// A number of bytes as readers want it: `12.3 MB`, by powers of 1000.
pub(super) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            let digits = usize::from(value < 100.0 && unit != "B");
            return format!("{value:.digits$} {unit}");
        }
        value /= 1000.0;
    }
    format!("{value:.0} PB")
}

/// A span as readers want it: `2 h 5 min`.
fn span(seconds: f64) -> String {
    if seconds < 1.0 {
        return "under a second".to_owned();
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        3600..86_400 => format!("{} h {} min", whole / 3600, whole / 60 % 60),
        86_400..31_557_600 => format!("{} days {} h", whole / 86_400, whole / 3600 % 24),
        _ => format!("{:.1} years", seconds / 31_557_600.0),
    }
}

/// A number of things whose plural ends in s.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A plan for readers; `calibration` says how seconds were found.
#[must_use]
pub fn plan_text(work: &Work, plan: &Plan, room: &Room, calibration: &str) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}: {} × {} × {}",
        counted(plan.runs, "run"),
        counted(work.points, "point"),
        match work.policies.len() {
            1 => "1 policy".to_owned(),
            policies => format!("{policies} policies"),
        },
        counted(work.replications, "replication")
    );
    let _ = writeln!(
        out,
        "{} on {}, {} on one; {}",
        span(plan.seconds),
        counted(work.jobs, "thread"),
        span(plan.thread_seconds),
        without_control(calibration)
    );
    let _ = writeln!(
        out,
        "about {} of disk ({} free), {} of memory ({} free)\n",
        bytes(plan.disk),
        bytes(room.disk),
        bytes(plan.memory.total()),
        bytes(room.memory)
    );
    let _ = writeln!(out, "{:<12}{:>20}{:>16}{:>12}", "table", "rows", "uncompressed", "on disk");
    for table in &plan.tables {
        let (raw, disk) = (bytes(table.raw), bytes(table.disk));
        let _ = writeln!(out, "{:<12}{:>20}{raw:>16}{disk:>12}", table.name, table.rows);
    }
    out += "\nmemory\n";
    let memory = &plan.memory;
    for (what, size) in [
        ("program and scenario", memory.base),
        ("records waiting for their turn", memory.waiting),
        ("the part being written", memory.part),
        ("statistics", memory.statistics),
    ] {
        let _ = writeln!(out, "  {what:<32}{:>12}", bytes(size));
    }
    out += "\nwhat a fuller record would cost     disk      memory\n";
    for fuller in &plan.fuller {
        let (disk, memory) = (bytes(fuller.disk), bytes(fuller.memory));
        let _ = writeln!(out, "  {:<30}{disk:>10}{memory:>12}", fuller.what);
    }
    out
}

/// A plan as a JSON object; bytes and seconds are plain numbers.
#[must_use]
pub fn plan_json(work: &Work, plan: &Plan, room: &Room, calibration: &str) -> Value {
    let policy = |p: &super::PolicyWork| json!({"name": p.name, "seconds_per_replication": p.seconds, "numbers_per_run": p.sizes.numbers()});
    let table = |t: &super::TableCost| json!({"name": t.name, "rows": t.rows, "uncompressed_bytes": t.raw, "disk_bytes": t.disk});
    let fuller = |f: &super::Fuller| json!({"record": f.what, "disk_bytes": f.disk, "memory_bytes": f.memory});
    let memory = &plan.memory;
    json!({
        "runs": plan.runs, "points": work.points, "replications": work.replications, "jobs": work.jobs,
        "policies": work.policies.iter().map(policy).collect::<Value>(),
        "calibration": calibration,
        "seconds": plan.seconds, "thread_seconds": plan.thread_seconds, "parts": plan.parts,
        "tables": plan.tables.iter().map(table).collect::<Value>(),
        "disk_bytes": plan.disk, "disk_free_bytes": room.disk,
        "memory_bytes": memory.total(), "memory_free_bytes": room.memory,
        "memory": {"base": memory.base, "waiting": memory.waiting, "part": memory.part, "statistics": memory.statistics},
        "fuller": plan.fuller.iter().map(fuller).collect::<Value>(),
        "fits": plan.check(room).is_ok(),
    })
}
