//! `autarky personas`: files with one row a person, made up or aggregated.

use autarky_study::persona::{
    Made, against, demand, generate, income_group, read, report_json, report_text,
};
use autarky_study::scenario::printable;

use crate::args::{GeneratePersonas, MessageFormat, Personas, ShowPersonas, TextFormat};
use crate::exit::{DONE, Failure, INTERNAL, IO};
use crate::{message, stdout};

pub(crate) fn run(args: &Personas) -> Result<u8, Failure> {
    match args {
        Personas::Generate(args) => make(args),
        Personas::Show(args) => show(args),
    }
}

fn make(args: &GeneratePersonas) -> Result<u8, Failure> {
    let group = income_group(&args.nation).map_err(|found| Failure::usage(&found))?;
    let made = Made { rows: args.rows, nation: args.nation.clone(), group, seed: args.seed };
    let shown = printable(&args.out.display().to_string());
    generate(&args.out, &made).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(
            IO,
            format_args!("`{shown}` exists and is not overwritten; name another file with --out"),
        ),
        _ => Failure::new(IO, format_args!("cannot write `{shown}`: {e}")),
    })?;
    message::line(&format!(
        "wrote {} made-up persons to {shown}; next: autarky personas show {shown} --nation {}",
        args.rows, args.nation
    ));
    Ok(DONE)
}

fn show(args: &ShowPersonas) -> Result<u8, Failure> {
    let wrong = |found: Vec<_>| Failure::scenario(&found, MessageFormat::Human);
    if let Some(nation) = &args.nation {
        income_group(nation).map_err(|found| Failure::usage(&found))?;
    }
    let against = against(args.nation.as_deref()).map_err(wrong)?;
    let population = read(&args.file).map_err(wrong)?;
    let Some(demand) = demand(&population, against.group, &against.world) else {
        return Err(Failure::new(INTERNAL, "the population has no adults"));
    };
    let text = match args.format {
        TextFormat::Table => report_text(&population, &demand, &against.text),
        TextFormat::Json => format!("{:#}", report_json(&population, &demand, &against.text)),
    };
    stdout::print(&text).map(|()| DONE)
}
