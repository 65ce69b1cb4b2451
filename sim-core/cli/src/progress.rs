//! Progress on standard error: a bar on a terminal, a line now and then elsewhere, JSON lines on request, nothing when quiet.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::args::MessageFormat;
use crate::message;

/// Time between lines where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(5);

/// Where progress goes.
pub(crate) enum Progress {
    Quiet,
    Bar(ProgressBar),
    Lines { done: u64, total: u64, format: MessageFormat, start: Instant, last: Instant },
}

impl Progress {
    /// Says at once that `total` runs begin, of which some are done.
    pub(crate) fn start((done, total): (u64, u64), quiet: bool, format: MessageFormat) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if format == MessageFormat::Human && std::io::stderr().is_terminal() {
            return Self::Bar(bar(done, total));
        }
        let now = Instant::now();
        let progress = Self::Lines { done, total, format, start: now, last: now };
        progress.line();
        progress
    }

    /// One more run has ended.
    pub(crate) fn advance(&mut self) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => bar.inc(1),
            Self::Lines { done, total, last, .. } => {
                *done += 1;
                if last.elapsed() >= INTERVAL || done == total {
                    *last = Instant::now();
                    self.line();
                }
            }
        }
    }

    fn line(&self) {
        let Self::Lines { done, total, format, start, .. } = self else { return };
        let seconds = start.elapsed().as_secs_f64();
        message::line(&match format {
            MessageFormat::Human => format!("{done} of {total} runs, {seconds:.0} s"),
            MessageFormat::Json => {
                json!({ "reason": "progress", "done": done, "total": total, "seconds": seconds })
                    .to_string()
            }
        });
    }

    /// Leaves the terminal to what follows.
    pub(crate) fn end(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn bar(done: u64, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{bar:40} {human_pos} of {human_len} runs, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_position(done);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar.tick();
    bar
}
