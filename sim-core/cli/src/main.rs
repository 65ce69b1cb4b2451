//! The `autarky` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(autarky_cli::main(std::env::args_os().collect()))
}
