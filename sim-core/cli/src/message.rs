//! Messages on standard error. Whoever closed it does not want them.

use std::io::Write;

/// Writes one message; a closed or full standard error is no reason to stop.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
