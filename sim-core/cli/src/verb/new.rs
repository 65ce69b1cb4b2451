//! `autarky new`: a commented scenario that runs unchanged.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use autarky_study::scenario::{printable, template};

use crate::args::{MessageFormat, New};
use crate::exit::{DONE, Failure, IO};
use crate::{message, stdout};

pub(crate) fn run(args: &New) -> Result<u8, Failure> {
    let id = args.id.strip_prefix("catalog:").unwrap_or(&args.id);
    let text = template(id).map_err(|found| Failure::scenario(&found, MessageFormat::Human))?;
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from(format!("{id}.toml")));
    if path.as_os_str() == "-" {
        return stdout::print(&text).map(|()| DONE);
    }
    write_new(&path, &text)?;
    let shown = printable(&path.display().to_string());
    message::line(&format!("wrote {shown}; next: autarky run {shown}"));
    Ok(DONE)
}

/// Never over an existing file.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = printable(&path.display().to_string());
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::AlreadyExists => Failure::new(
            IO,
            format_args!(
                "`{shown}` exists and is not overwritten; name another file: autarky new ID PATH"
            ),
        ),
        _ => Failure::new(IO, format_args!("cannot write `{shown}`: {e}")),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
