//! `autarky resume`: a study goes on where it was left, or grows.

use autarky_study::job::{Growth, Now, now, reopen};
use autarky_study::output::{Claim, Stored};

use crate::args::{MessageFormat, Resume};
use crate::exit::{Failure, MISMATCH};
use crate::message;
use crate::study::{Drive, failure, output};

pub(crate) fn run(args: &Resume) -> Result<u8, Failure> {
    let stored = Stored::open(&args.dir).map_err(output)?;
    let growth = Growth { replications: args.replications, points: args.points };
    let job = reopen(&stored, growth).map_err(|e| failure(e, MessageFormat::Human))?;
    let now = if args.as_recorded { Now::Same } else { now(&stored, &job) };
    if now == Now::Gone {
        message::line(
            "the scenario cannot be loaded any more from where it came from; going on with the recorded one",
        );
    }
    if let Now::Changed(text) = now {
        let help = "go on with the scenario as it was recorded by --as-recorded, or run the new one into another folder";
        return Err(Failure::new(
            MISMATCH,
            format_args!("the scenario has changed since the study began:\n{text}help: {help}"),
        ));
    }
    let study = &job.market.study;
    let drive = Drive { how: &args.how, messages: MessageFormat::Human };
    let ran = drive.run(&job, &Claim::Exact(args.dir.clone()))?;
    ran.end(study, &ran.summary(study, args.how.format), &drive)
}
