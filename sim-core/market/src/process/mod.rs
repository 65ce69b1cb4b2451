//! Stochastic processes and the streams they draw from.

pub mod exponentials;
pub mod jumps;
pub mod mean_reverting;
pub mod normal;
pub mod path;
pub mod regime_switching;

/// The exogenous processes, each with streams of its own: changing one lever leaves every other process's draws as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// Failure clocks of cohorts.
    Failure = 1,
    /// Whether a failure needs a part.
    PartNeed = 2,
    /// Repair times.
    Repair = 3,
    /// Clocks of hosts that leave.
    HostLeave = 4,
    /// Clocks of hosts that return.
    HostReturn = 5,
    /// Times between outages of a site, and their lengths.
    Outage = 6,
    /// Times between outages of a link abroad, and their lengths.
    LinkOutage = 75,
    /// Noise of demand.
    Demand = 7,
    /// Real exchange rates.
    ExchangeRate = 8,
    /// Output of vendors.
    Output = 9,
    /// Delays of hardware releases.
    Release = 10,
    /// Decisions on licences.
    Licence = 11,
    /// Counts of hosts that leave in a tick, for large cohorts.
    HostLeaveCount = 12,
    /// Counts of hosts that return in a tick, for large cohorts.
    HostReturnCount = 13,
    /// Times between disruptions of a jurisdiction's part of a stage, and their lengths.
    StageDisruption = 50,
    /// Clocks by which tensions rise.
    TensionRise = 40,
    /// Clocks by which tensions fall.
    TensionFall = 41,
    /// Whether an event is answered.
    Retaliation = 42,
    /// Normals of mean-reverting shocks, one a tick.
    ShockNormal = 30,
    /// Points of the measures that jumps are taken from.
    ShockArrival = 31,
    /// Sojourns of regimes of prices.
    ShockRegime = 32,
    /// Decisions on standing licences.
    StandingLicence = 43,
    /// Shortages of hard currency.
    HardCurrency = 33,
    /// Technicians that emigrate, a month.
    Emigration = 90,
    /// Technicians that retire, a month.
    TechnicianRetires = 91,
    /// Times between releases of open weights.
    ModelRelease = 92,
    /// Times for which interfaces to models are open and closed to a nation.
    ModelCut = 93,
    /// Clocks of security incidents.
    Incident = 62,
    /// Which operator or site of a pool an incident hits.
    IncidentTarget = 63,
    /// Times until incidents are found, and until nodes work again.
    IncidentSpan = 64,
    /// Whether an incident at a vendor gets past the controls of a pool.
    IncidentReach = 65,
    /// Seizures of shipments of the grey channel.
    GreySeizure = 44,
    /// How much longer than planned a stage of a project takes.
    ProjectDelay = 60,
    /// How often a stage of a project has to be done.
    ProjectRework = 61,
    /// What chance gives an operator of a network.
    OperatorTraits = 80,
    /// Times between candidates that look at a network.
    CandidateArrival = 81,
    /// Clocks of mergers.
    Merger = 82,
    /// Who merges with whom.
    MergerChoice = 83,
    /// Times between disputes in a network, and their lengths.
    Dispute = 84,
    /// Whether a dispute forks.
    Fork = 85,
    /// Diffusion of the price of a token.
    TokenPrice = 86,
    /// Jumps of the price of a token.
    TokenJump = 87,
    /// Draws of the stakers' lottery.
    StakeLottery = 88,
}
