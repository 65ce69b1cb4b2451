//! `autarky plan`: runs, time, disk and memory before anything starts.

use std::path::Path;
use std::thread::available_parallelism;

use autarky_engine::stop::StopFlag;
use autarky_study::design::Design;
use autarky_study::job::Vary;
use autarky_study::plan::{Asked, estimate, measure, plan_json, plan_text, room};

use super::loaded;
use crate::args::{Plan, TextFormat};
use crate::exit::{DONE, Failure, IO, SCENARIO};
use crate::stdout;
use crate::study::{keep, vary};

pub(crate) fn run(args: &Plan) -> Result<u8, Failure> {
    let mut policies = args.scenario.policy.clone();
    if !policies.is_empty() && !policies.iter().any(|name| name == "base") {
        policies.push("base".to_owned());
    }
    let scenario = loaded(&args.scenario, &policies, false)?;
    let cores = || available_parallelism().map_or(1, |cores| cores.get() as u64);
    let vary = vary(&args.design)?;
    let points = match &vary {
        None => 1,
        Some(Vary::Uncertain { draws, .. }) => *draws,
        Some(Vary::Design(spec)) => {
            let design = Design::new(spec, &scenario);
            design.map_err(|found| Failure::scenario(&found, args.scenario.message_format))?.len()
        }
    };
    let asked = Asked {
        points,
        keep: keep(args.keep, vary.is_some()),
        replications: args.replications,
        jobs: args.jobs.unwrap_or_else(cores),
        seed: args.seed,
    };
    let work =
        measure(&scenario, asked, &StopFlag::new()).map_err(|e| Failure::new(SCENARIO, e))?;
    let plan = estimate(&work);
    let folder = args.out.as_deref().unwrap_or(Path::new("results"));
    let room = room(folder).map_err(|e| {
        Failure::new(IO, format_args!("cannot find out how much disk and memory is free: {e}"))
    })?;
    let calibration = work.calibration();
    stdout::print(&match args.format {
        TextFormat::Table => plan_text(&work, &plan, &room, &calibration),
        TextFormat::Json => format!("{:#}", plan_json(&work, &plan, &room, &calibration)),
    })?;
    plan.check(&room).map_err(|refusal| Failure::new(IO, refusal))?;
    Ok(DONE)
}
