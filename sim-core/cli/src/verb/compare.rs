//! `autarky compare`: named policies on common random numbers, and what differs between them.

use autarky_study::ask::{
    Asked, Compared, OBJECTIVES, Wanted, comparisons_csv, nation_of, policy_of,
};
use autarky_study::job::{Job, Vary};
use autarky_study::output::Stored;
use autarky_study::run::schedule::Shard;

use crate::args::{Compare, Format};
use crate::exit::{DONE, Failure, USAGE};
use crate::study::{Drive, Ran, ask, claim, output, prepare, until};

pub(crate) fn run(args: &Compare) -> Result<u8, Failure> {
    let vary = args.uncertain.map(|draws| Vary::Uncertain { draws, seed: args.study.seed });
    let mut job = prepare(&args.study, vary, Shard::WHOLE)?;
    let objective = (args.objective.objective.as_slice(), args.objective.nation.as_deref());
    until(&mut job.market.study, &args.until, objective)?;
    let study = &job.market.study;
    if study.policies.len() < 2 {
        let text = "there is one policy only; a comparison needs two or more ([policies.NAME] in the scenario)";
        return Err(Failure::new(USAGE, text));
    }
    // Names are checked before the first run, not after the last.
    let claim = claim(args.study.out.as_ref());
    let how = &args.study.how;
    let drive = Drive { how, messages: args.study.scenario.message_format };
    check(args, &job)?;
    let ran = drive.run(&job, &claim)?;
    let text = compared(args, &job, &ran);
    // What was recorded is told about even where it does not suffice to compare.
    let (text, why) = match text {
        Ok(text) => (text, None),
        Err(why) => (String::new(), Some(why)),
    };
    let code = ran.end(study, &text, &drive)?;
    match why {
        Some(why) if code == DONE => Err(why),
        Some(why) => {
            why.report();
            Ok(code)
        }
        None => Ok(code),
    }
}

/// The comparisons as text.
fn compared(args: &Compare, job: &Job, ran: &Ran<'_>) -> Result<String, Failure> {
    let stored = Stored::open(ran.0.results.folder().path()).map_err(output)?;
    let asked = Asked { stored: &stored, study: &job.market.study, design: job.market.design() };
    let wanted = asked.wanted(&args.objective.objective, &OBJECTIVES).map_err(ask)?;
    let nation = asked.nation(args.objective.nation.as_deref()).map_err(ask)?;
    let compared = asked.compare(&wanted, nation, &args.against, None).map_err(ask)?;
    Ok(match args.study.how.format {
        Format::Table => compared.iter().map(Compared::table).collect::<Vec<_>>().join("\n"),
        Format::Json => format!("{:#}", serde_json::json!(compared)),
        Format::Csv => comparisons_csv(&compared),
    })
}

/// Whether the study has what shall be compared.
fn check(args: &Compare, job: &Job) -> Result<(), Failure> {
    let study = &job.market.study;
    let statistics = autarky_study::run::Statistics::new(study);
    for text in &args.objective.objective {
        Wanted::read(text, &statistics).map_err(ask)?;
    }
    if args.until.until_halfwidth.is_some() && args.against != "base" {
        let text =
            "--until-halfwidth looks at differences to the base; it does not go with --against";
        return Err(Failure::new(USAGE, text));
    }
    nation_of(study, args.objective.nation.as_deref()).map_err(ask)?;
    policy_of(study, Some(&args.against)).map_err(ask)?;
    if args.study.replications < 2 {
        let text = "a comparison needs two replications or more: -n 2";
        return Err(Failure::new(USAGE, text));
    }
    Ok(())
}
