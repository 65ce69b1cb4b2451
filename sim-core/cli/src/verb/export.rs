//! `autarky export`: one table of a study as one file.

use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind};

use autarky_study::output::{ExportFormat, Stored, export, without_control};

use crate::args::{Export, ExportAs};
use crate::exit::{DONE, Failure, IO};
use crate::study::output;

pub(crate) fn run(args: &Export) -> Result<u8, Failure> {
    let stored = Stored::open(&args.dir).map_err(output)?;
    let extension = args.out.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let format = match (args.format, extension) {
        (Some(ExportAs::Parquet), _) | (None, "parquet") => ExportFormat::Parquet,
        (Some(ExportAs::Json), _) | (None, "json" | "jsonl" | "ndjson") => ExportFormat::Json,
        (Some(ExportAs::Csv) | None, _) => ExportFormat::Csv,
    };
    if args.out.as_os_str() == "-" {
        let out = std::io::stdout();
        return match export(&stored, &args.table, format, BufWriter::new(out)) {
            Err(error) if closed(&error.to_string()) => Ok(DONE),
            result => result.map(|_| DONE).map_err(output),
        };
    }
    let name = without_control(&args.out.display().to_string());
    let file = OpenOptions::new().write(true).create_new(true).open(&args.out);
    let file = file.map_err(|e| {
        let why = if e.kind() == ErrorKind::AlreadyExists {
            "it exists already".to_owned()
        } else {
            e.to_string()
        };
        Failure::new(IO, format_args!("cannot write `{name}`: {why}"))
    })?;
    let result = export(&stored, &args.table, format, BufWriter::new(file));
    if result.is_err() {
        // A file that ends somewhere would be taken for a whole one.
        let _ = std::fs::remove_file(&args.out);
    }
    result.map(|_| DONE).map_err(output)
}

/// A reader of standard output that has seen enough is not an error.
fn closed(error: &str) -> bool {
    error.contains("Broken pipe")
}
