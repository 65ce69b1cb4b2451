//! `autarky shard`: one of N equal shares of a study, or the script of a job array that runs them all.

use autarky_study::output::manifest::SHARDS;
use autarky_study::output::slurm;
use autarky_study::run::schedule::Shard;
use autarky_study::run::shell_word;

use crate::args::ShardArgs;
use crate::exit::{DONE, Failure, USAGE};
use crate::stdout;
use crate::study::{Drive, claim, prepare, vary};

pub(crate) fn run(args: &ShardArgs) -> Result<u8, Failure> {
    let shard = share(&args.share)?;
    let out = args.study.out.as_ref();
    let job = prepare(&args.study, vary(&args.design)?, shard)?;
    if args.slurm {
        let folder = out.map_or_else(|| "shards".to_owned(), |path| path.display().to_string());
        let command = command(&args.share);
        let text = slurm(&command, shard.of, &shell_word(folder.trim_end_matches('/')));
        return stdout::print(&text).map(|()| DONE);
    }
    let study = &job.market.study;
    let drive = Drive { how: &args.study.how, messages: args.study.scenario.message_format };
    let ran = drive.run(&job, &claim(out))?;
    ran.end(study, &ran.summary(study, args.study.how.format), &drive)
}

/// `3/16` as the third of sixteen.
fn share(text: &str) -> Result<Shard, Failure> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((i, of)) if (1..=SHARDS).contains(&of) && (1..=of).contains(&i) => {
            Ok(Shard { index: i - 1, of })
        }
        _ => Err(Failure::new(
            USAGE,
            format_args!(
                "a share is written I/N with 1 ≤ I ≤ N ≤ {SHARDS}, such as 3/16; found `{}`",
                autarky_study::output::without_control(text)
            ),
        )),
    }
}

/// What this command line says beside the share, without what the script adds itself.
fn command(share: &str) -> String {
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip_while(|word| word != "shard").skip(1);
    let mut shared = false;
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "--slurm" | "--quiet" | "-q" => {}
            word if word == share && !shared => shared = true,
            "--out" | "--jobs" => drop(arguments.next()),
            other if other.starts_with("--out=") || other.starts_with("--jobs=") => {}
            other => words.push(shell_word(other)),
        }
    }
    words.join(" ")
}
