//! The `autarky` binary.
fn main() {}
