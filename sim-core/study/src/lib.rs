//! Studies of the model: scenario files, replications of policies on common random numbers, results.
//!
//! What meets files, clocks and readers lives here; the model does not. The command line is a thin layer over this crate.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod ask;
pub mod calibration;
pub mod catalogue;
pub mod design;
pub mod drive;
pub mod job;
pub mod output;
pub mod parcel;
pub mod persona;
pub mod plan;
pub mod replay;
pub mod report;
pub mod rule;
pub mod run;
pub mod scenario;
pub mod trace;
