//! `autarky sweep`: policies at the points of a design.

use autarky_study::run::schedule::Shard;

use crate::args::Sweep;
use crate::exit::{Failure, USAGE};
use crate::study::{Drive, claim, prepare, vary};

pub(crate) fn run(args: &Sweep) -> Result<u8, Failure> {
    let Some(vary) = vary(&args.design)? else {
        let text = "a sweep needs something that varies: --axis PATH=LO..HI, --table FILE or --uncertain DRAWS";
        return Err(Failure::new(USAGE, text));
    };
    let job = prepare(&args.study, Some(vary), Shard::WHOLE)?;
    let study = &job.market.study;
    let how = &args.study.how;
    let drive = Drive { how, messages: args.study.scenario.message_format };
    let ran = drive.run(&job, &claim(args.study.out.as_ref()))?;
    ran.end(study, &ran.summary(study, how.format), &drive)
}
