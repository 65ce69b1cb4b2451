//! Projects that take years: data centres, fabs, regions of clouds, each a sequence of milestones.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// What a project builds.
    pub enum ProjectKind {
        /// Room and power for nodes of a provider.
        DataCentre = "data_centre",
        /// Output of a vendor at home.
        ChipFab = "chip_fab",
        /// A region of a cloud: in place of a fixed build time.
        CloudRegion = "cloud_region",
    }
}

parameters! {
    /// A stage of projects: how long it takes, what it costs, and how far both may miss the plan.
    pub struct MilestoneParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// Planned duration.
        duration: f64 = 365.25, Kind::Number { unit: "day", range: Range::closed(0.01, 36_525.0) }, Assumed, "scenario";
        /// Planned cost, whatever the size of the project.
        cost: f64 = 0.0, Kind::Number { unit: "USD", range: Range::closed(0.0, 1e13) }, Assumed, "scenario";
        /// Planned cost for each megawatt that the project builds.
        cost_per_power: f64 = 0.0, Kind::Number { unit: "USD/MW", range: Range::closed(0.0, 1e9) }, Assumed, "scenario";
        /// Median of the factor by which the stage takes longer than planned (lognormal).
        delay_median["delay.median"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::above(0.0, 10.0) }, Assumed, "on plan";
        /// Log standard deviation of that factor; zero: the median always.
        delay_dispersion["delay.dispersion"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1.5) }, Assumed, "off";
        /// Elasticity of the stage's cost to that factor, ε: cost = plan · factor^ε.
        cost_elasticity: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 2.0) }, Assumed, "cost in proportion to time: crews and site stay";
        /// Probability that the stage fails and has to be done again, each time it is done.
        failure: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 0.95) }, Assumed, "off";
    }
}

parameters! {
    /// A project: milestones in sequence, after which a provider has room, a vendor output, or a cloud a region.
    pub struct ProjectParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Assumed, "name";
        /// What it builds.
        kind: ProjectKind = ProjectKind::DataCentre, Kind::Choice(ProjectKind::WORDS), Assumed, "scenario";
        /// Where, and whose state pays.
        nation: String = String::new(), Kind::Reference("nation"), Assumed, "scenario";
        /// The provider that it serves: of a data centre or a region.
        provider: Option<String> = None, Kind::Reference("provider"), Assumed, "scenario";
        /// The vendor that it serves: of a fab, at home in the nation.
        vendor: Option<String> = None, Kind::Reference("vendor"), Assumed, "scenario";
        /// Its stages, one after the other.
        milestones: Vec<String> = Vec::new(), Kind::References("milestone"), Assumed, "scenario";
        /// When it starts; a region starts when its cloud decides to build it, and not before.
        start: f64 = 0.0, Kind::Instant, Assumed, "scenario";
        /// Power for which a data centre or region has room when it is done, that of accelerators alone.
        power: Option<f64> = None, Kind::Number { unit: "MW", range: Range::closed(0.0, 1e6) }, Assumed, "scenario";
        /// Compute of the chips that a fab adds to its vendor's yearly output when it is full, at the technology of the start: grows as the vendor's output does.
        output: Option<f64> = None, Kind::Number { unit: "H100e/year", range: Range::closed(0.0, 1e15) }, Assumed, "scenario";
        /// Time in which a fab that is done reaches its full output, linearly.
        ramp: f64 = 365.25, Kind::Number { unit: "day", range: Range::closed(0.0, 36_525.0) }, Assumed, "yield and tool installation after first silicon take about a year";
        /// Share of its cost that the state pays, data centres and regions by the lever `data_centre`, fabs by `chip_project`; its owner pays the rest. Unset: all of a data centre or fab, nothing of a region.
        state_share: Option<f64> = None, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
    }
}
