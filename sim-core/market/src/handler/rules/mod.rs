//! What states do to each other: events take effect and end, tensions move, regimes change.

mod admission;
mod licence;
mod regime;
mod tension;
mod trigger;
