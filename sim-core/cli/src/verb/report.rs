//! `autarky report`: a study as one page that can be published.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use autarky_study::design::Kind;
use autarky_study::output::without_control;
use autarky_study::report::{self, Material, OUTCOME};

use crate::args::{Report, ReportFormat};
use crate::exit::{DONE, Failure, INTERNAL, IO};
use crate::message;
use crate::study::{Opened, ask};

/// Names that are tried for a new file.
const TRIALS: u32 = 1000;

pub(crate) fn run(args: &Report) -> Result<u8, Failure> {
    let opened = Opened::new(&args.dir)?;
    let mut material = Material::read(&opened.stored, &opened.job).map_err(ask)?;
    let outcome = args.outcome.as_deref().unwrap_or(OUTCOME);
    let of = (args.policy.as_deref(), args.nation.as_deref());
    if let Some(dir) = &args.sensitivity {
        let other = Opened::new(dir)?;
        material.add_tornado(&other.asked(), outcome, of).map_err(ask)?;
    } else if tells_sensitivity(&opened) {
        material.add_tornado(&opened.asked(), outcome, of).map_err(ask)?;
    }
    let input = material.input(&opened.job);
    let failed = |e: String| Failure::new(INTERNAL, e);
    let out = |name: &str| args.out.clone().unwrap_or_else(|| args.dir.join(name));
    let written = match args.format {
        ReportFormat::Html => {
            let text = report::html(&input).map_err(failed)?;
            vec![write(out("report.html"), text.as_bytes())?]
        }
        ReportFormat::Md => vec![write(out("report.md"), report::markdown(&input).as_bytes())?],
        ReportFormat::Png => {
            let folder = out("report");
            std::fs::create_dir_all(&folder).map_err(|e| refused(&folder, &e.to_string()))?;
            let charts = report::png(&input).map_err(failed)?;
            let all = charts.iter().map(|(name, bytes)| write(folder.join(name), bytes));
            all.collect::<Result<Vec<_>, _>>()?
        }
    };
    if !args.quiet {
        for path in written {
            message::line(&without_control(&path.display().to_string()));
        }
    }
    Ok(DONE)
}

fn tells_sensitivity(opened: &Opened) -> bool {
    let kind = opened.job.market.design().map(|design| &design.spec().kind);
    matches!(kind, Some(Kind::Saltelli { .. } | Kind::Morris { .. }))
}

fn refused(path: &Path, why: &str) -> Failure {
    let name = without_control(&path.display().to_string());
    Failure::new(IO, format_args!("cannot write `{name}`: {why}"))
}

/// Writes a file whole or not at all; only a report may be in its place.
fn write(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let (mut file, temporary) = beside(&path).map_err(|e| refused(&path, &e.to_string()))?;
    let result = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&temporary, &path));
    result.map_err(|e| {
        // The reason of the failure is worth more than that of a failed clean-up.
        let _ = std::fs::remove_file(&temporary);
        refused(&path, &e.to_string())
    })?;
    Ok(path)
}

/// A new file beside another one. What a killed process left, perhaps one of the same number, is stepped over.
fn beside(path: &Path) -> std::io::Result<(File, PathBuf)> {
    let mut refusal = None;
    for trial in 0..TRIALS {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}-{trial}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => refusal = Some(e),
            opened => return opened.map(|file| (file, temporary)),
        }
    }
    Err(refusal.unwrap_or_else(|| ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_report_left_does_not_block_the_next() {
        let folder = std::env::temp_dir().join(format!("autarky-report-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let path = folder.join("report.html");
        // This process cannot have written it: the number has come round.
        let stale = folder.join(format!("report.html.{}-0.tmp", std::process::id()));
        std::fs::write(&stale, "half").expect("it is writable");
        assert!(write(path.clone(), b"whole").is_ok());
        assert_eq!(std::fs::read(&path).expect("it is there"), b"whole");
        assert_eq!(std::fs::read(&stale).expect("nobody else's file is touched"), b"half");
        std::fs::remove_dir_all(&folder).expect("it is writable");
    }
}
