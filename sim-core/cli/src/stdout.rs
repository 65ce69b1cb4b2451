//! Data on standard output. A reader that has seen enough is not an error.

use std::io::{ErrorKind, Write};

use crate::exit::{Failure, IO};

/// Writes a text whole, with a line end.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
    match out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(end))
        .and_then(|()| out.flush())
    {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Failure::new(IO, format_args!("cannot write to standard output: {e}"))),
        Ok(()) => Ok(()),
    }
}
