//! How much disk and memory is free, and whether a plan fits.

use std::fmt;
use std::io;
use std::path::Path;

use sysinfo::System;

use super::Plan;
use super::show::bytes;

/// What is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that this user may still write on the disk of the results.
    pub disk: u64,
    /// Bytes of memory that programs can still have, within the limit of the control group if there is one.
    pub memory: u64,
}

/// What is free below a folder that may not exist yet: on the disk of the nearest one that does.
///
/// # Errors
/// The system does not say.
pub fn room(folder: &Path) -> io::Result<Room> {
    let absolute = std::path::absolute(folder)?;
    let existing = absolute.ancestors().find(|path| path.exists());
    let disk = fs4::available_space(existing.unwrap_or(Path::new(".")))?;
    let mut system = System::new();
    system.refresh_memory();
    let limited = system.cgroup_limits().map(|limits| limits.free_memory);
    let free = system.available_memory();
    Ok(Room { disk, memory: limited.map_or(free, |limit| limit.min(free)) })
}

/// A plan that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// `disk` or `memory`.
    pub what: &'static str,
    /// Bytes that it needs.
    pub needed: u64,
    /// Bytes that are free.
    pub free: u64,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, needed, free } = self;
        let help = if *what == "disk" {
            "take fewer replications or points, or another disk with --out"
        } else {
            "take fewer points or threads, or several shards"
        };
        write!(
            f,
            "the study needs about {} of {what} and {} are free; {help}",
            bytes(*needed),
            bytes(*free)
        )
    }
}

impl std::error::Error for Refusal {}

impl Plan {
    /// Whether it fits.
    ///
    /// # Errors
    /// What is short, with both figures.
    pub fn check(&self, room: &Room) -> Result<(), Refusal> {
        let needs = [("disk", self.disk, room.disk), ("memory", self.memory.total(), room.memory)];
        match needs.into_iter().find(|(_, needed, free)| needed > free) {
            Some((what, needed, free)) => Err(Refusal { what, needed, free }),
            None => Ok(()),
        }
    }
}
