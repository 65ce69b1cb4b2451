//! The seams with several answers. Mechanisms decide (pure functions of a view); handlers change state.

pub mod clearing;
