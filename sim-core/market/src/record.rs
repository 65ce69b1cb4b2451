//! What one replication leaves behind: numbers with names, units and labelled dimensions. No statistics over replications here.

use crate::vocabulary;

/// A measured quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Stable name, as in result files.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Meaning in one sentence.
    pub doc: &'static str,
}

/// A column from its name, unit and meaning.
macro_rules! column {
    ($name:literal, $unit:literal, $doc:literal) => {
        Column { name: $name, unit: $unit, doc: $doc }
    };
}
pub(crate) use column;

vocabulary! {
    /// What kind of party an actor of the withdrawal test is.
    pub enum ActorKind {
        /// A jurisdiction that controls exports: its vendors' chips and parts, and its clouds.
        Controller = "controller",
        /// A seller of accelerators.
        Vendor = "vendor",
        /// A jurisdiction that makes a part of stages of the production chain: what vendors cannot make without it.
        Chain = "chain",
        /// A foreign cloud and its control plane.
        Cloud = "cloud",
        /// A state that hosts sites of foreign or shared providers.
        Host = "host",
        /// The developer of an AI model whose interface it can close.
        Model = "model",
        /// All other members of an alliance together, with the vendors and clouds that they control.
        Coalition = "coalition",
        /// All international links of the state that is tested.
        Connectivity = "connectivity",
        /// Who delivers power from abroad.
        Power = "power",
        /// Who can close the channels of payments abroad.
        Payments = "payments",
        /// Who can call foreign crews back.
        Staff = "staff",
        /// Who keeps the state's data abroad.
        Data = "data",
        /// The largest operator among the state's own providers of a kind: not a foreign party, and in no maximum over them.
        Operator = "operator",
    }
}

vocabulary! {
    /// The layer that binds when an actor withdraws.
    pub enum Layer {
        /// Nothing is lost.
        None = "none",
        /// Accelerators, their spare parts, services and firmware.
        Chips = "chips",
        /// Buildings and power on the actor's territory, or run by it.
        Facilities = "facilities",
        /// The software that runs the service.
        ControlPlane = "control_plane",
        /// The links to what lies abroad.
        Connectivity = "connectivity",
        /// Power from abroad.
        Power = "power",
        /// Payments abroad: for clouds, parts and chips.
        Money = "money",
        /// Crews.
        Talent = "talent",
        /// Data that lie abroad.
        Data = "data",
        /// The AI models on which the work runs.
        Model = "model",
    }
}

/// A party whose withdrawal is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Identifier: of the controller, vendor, provider or alliance, or of the hosting zone; `links`; the kind of provider of an operator.
    pub id: String,
    /// Kind.
    pub kind: ActorKind,
}

/// Horizons h of the withdrawal test in days.
pub const HORIZONS_DAYS: [u32; 3] = [0, 30, 365];

/// Dimensions and columns of a [`Record`]; the same for every replication of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Zones that are recorded: the focus nations.
    pub nations: Vec<String>,
    /// Days from the start at which the series are sampled.
    pub sample_days: Vec<f64>,
    /// Quantities recorded at every sample.
    pub series: Vec<Column>,
    /// Quantities recorded once a replication.
    pub scalars: Vec<Column>,
    /// Actors of the withdrawal test.
    pub actors: Vec<Actor>,
    /// Kinds of providers.
    pub kinds: Vec<&'static str>,
    /// Vendors.
    pub vendors: Vec<String>,
}

/// Result of the withdrawal of one actor from one nation at one horizon, averaged over the sample dates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Withdrawal {
    /// Mean level Q_h: share of critical reference demand served after the withdrawal.
    pub level: f64,
    /// Mean loss: Q_h without the withdrawal minus Q_h with it.
    pub loss: f64,
    /// Largest loss over the sample dates.
    pub loss_max: f64,
    /// The layer that bound most often where there was a loss.
    pub layer: Layer,
}

/// What one replication leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// `[nation][scalar]`, flattened in that order. An entry is NaN where the quantity is undefined (never reached, nothing served).
    pub scalars: Vec<f64>,
    /// `[nation][sample][series]`, flattened in that order.
    pub series: Vec<f64>,
    /// `[nation][actor][horizon]`, flattened in that order.
    pub withdrawal: Vec<Withdrawal>,
    /// `[nation][sample][kind][vendor]`, flattened in that order: compute installed in the nation at the sample date, H100e.
    pub capacity: Vec<f64>,
    /// Events executed.
    pub events: u64,
    /// Rolling hash over time, type and entity of every event.
    pub fingerprint: u64,
}
