//! `autarky run`: the base and every policy on common random numbers, into a results folder and a summary.

use autarky_study::run::schedule::Shard;

use crate::args::Run;
use crate::exit::Failure;
use crate::study::{Drive, claim, prepare, until};

pub(crate) fn run(args: &Run) -> Result<u8, Failure> {
    let mut job = prepare(&args.study, None, Shard::WHOLE)?;
    let objective = (args.objective.as_slice(), args.nation.as_deref());
    until(&mut job.market.study, &args.until, objective)?;
    let study = &job.market.study;
    let how = &args.study.how;
    let drive = Drive { how, messages: args.study.scenario.message_format };
    let ran = drive.run(&job, &claim(args.study.out.as_ref()))?;
    ran.end(study, &ran.summary(study, how.format), &drive)
}
