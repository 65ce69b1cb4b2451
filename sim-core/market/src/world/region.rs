//! State of the regions that clouds may open: nothing, under construction, open, or closing.

use autarky_engine::time::SimTime;

/// Where a region stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Not there: no nodes, no cost.
    #[default]
    Dormant,
    /// Under construction.
    Building,
    /// Open.
    Open,
    /// Orders nothing more, and ends with its last node.
    Closing,
}

/// A region that may come to be.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RegionState {
    /// Where it stands.
    pub stage: Stage,
    /// When it opened last.
    pub opened: SimTime,
    /// Sales that it was built for, H100e when it opens.
    pub expected: f64,
    /// Whether its capacity reviews run already.
    pub reviewed: bool,
}
