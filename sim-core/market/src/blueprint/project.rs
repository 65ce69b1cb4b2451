//! Projects compiled: what each builds for whom, its stages, and which pools and vendors wait for one.

use autarky_engine::rng::{child_key, entity_key};

use super::Blueprint;
use super::build::{BuildError, error, position};
use crate::entity::project::{MilestoneParameters, ProjectKind, ProjectParameters};
use crate::id::{HardwareId, NationId, PoolId, ProjectId, VendorId};
use crate::scenario::Scenario;

/// Kilowatts in a megawatt.
const KILO: f64 = 1000.0;

/// Projects, and what hangs on them.
#[derive(Debug, Clone, Default)]
pub struct Projects {
    /// In the order of their identifiers.
    pub list: Vec<Project>,
    /// By pool: room that it has at the start, kW; none: whatever its nodes at the start take.
    pub room: Vec<Option<f64>>,
    /// By pool: whether its room is limited.
    pub limited: Vec<bool>,
    /// By pool: the project that builds it as a region, if one does.
    pub region: Vec<Option<ProjectId>>,
    /// By vendor: its fabs.
    pub fabs: Vec<Vec<ProjectId>>,
}

/// What a project builds, and for whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Builds {
    /// Room in a pool, kW.
    Room(PoolId, f64),
    /// Output of a vendor, H100e a year.
    Output(VendorId, f64),
    /// A region, with room of that many kW if it is limited.
    Region(PoolId, Option<f64>),
}

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Identifier.
    pub id: String,
    /// Parameters.
    pub parameters: ProjectParameters,
    /// Where, and whose state pays.
    pub nation: NationId,
    /// What it builds.
    pub builds: Builds,
    /// Share of the cost that the state pays.
    pub state_share: f64,
    /// Its stages in sequence.
    pub milestones: Vec<Milestone>,
}

/// A stage of a project.
#[derive(Debug, Clone)]
pub struct Milestone {
    /// Key of its draws: of the project, the milestone and how often the project had it before.
    pub key: u64,
    /// Parameters.
    pub parameters: MilestoneParameters,
    /// Planned cost, USD.
    pub cost: f64,
}

impl Project {
    /// Planned duration of all stages, days.
    #[must_use]
    pub fn planned_days(&self) -> f64 {
        self.milestones.iter().map(|m| m.parameters.duration).sum()
    }

    /// The pool for which it builds room, and how much, kW.
    #[must_use]
    pub const fn room(&self) -> Option<(PoolId, f64)> {
        match self.builds {
            Builds::Room(pool, room) | Builds::Region(pool, Some(room)) => Some((pool, room)),
            Builds::Output(..) | Builds::Region(_, None) => None,
        }
    }
}

impl Blueprint {
    /// Power of the accelerators of one server, kW.
    #[must_use]
    pub fn server_power(&self, hardware: HardwareId) -> f64 {
        self.accelerators(hardware) * self.hardware[hardware.at()].parameters.power
    }

    /// Compiles the projects; pools are known.
    pub(super) fn compile_projects(&self, scenario: &Scenario) -> Result<Projects, BuildError> {
        let facility = |p: &super::Pool| self.providers[p.provider.at()].parameters.facility;
        let room: Vec<Option<f64>> =
            self.pools.iter().map(|p| facility(p).map(|power| power * KILO)).collect();
        let mut out = Projects {
            list: Vec::new(),
            limited: room.iter().map(Option::is_some).collect(),
            room,
            region: vec![None; self.pools.len()],
            fabs: vec![Vec::new(); self.vendors.len()],
        };
        for (at, (id, parameters)) in scenario.projects.iter().enumerate() {
            let project = self.compile_project(scenario, id, parameters)?;
            if let Some((pool, _)) = project.room() {
                out.limited[pool.at()] = true;
            }
            match project.builds {
                Builds::Room(..) => {}
                Builds::Output(vendor, _) => out.fabs[vendor.at()].push(ProjectId::new(at)),
                Builds::Region(pool, _) => out.region[pool.at()] = Some(ProjectId::new(at)),
            }
            out.list.push(project);
        }
        Ok(out)
    }

    fn compile_project(
        &self,
        scenario: &Scenario,
        id: &str,
        parameters: &ProjectParameters,
    ) -> Result<Project, BuildError> {
        let path = |name: &str| format!("project.{id}.{name}");
        let at = position(&scenario.nations, "nation", &path("nation"), &parameters.nation)?;
        let nation = NationId::new(at);
        let builds = self.builds(scenario, (id, parameters), nation)?;
        let mut milestones = Vec::new();
        for (place, name) in parameters.milestones.iter().enumerate() {
            let at = position(&scenario.milestones, "milestone", &path("milestones"), name)?;
            let Some((_, terms)) = scenario.milestones.iter().nth(at) else { continue };
            let earlier = parameters.milestones[..place].iter().filter(|m| *m == name).count();
            let of_project = child_key(entity_key(id), entity_key(name));
            milestones.push(Milestone {
                key: child_key(of_project, earlier as u64),
                parameters: terms.clone(),
                cost: terms.cost + terms.cost_per_power * parameters.power.unwrap_or(0.0),
            });
        }
        let usual = if parameters.kind == ProjectKind::CloudRegion { 0.0 } else { 1.0 };
        Ok(Project {
            id: id.to_owned(),
            parameters: parameters.clone(),
            nation,
            builds,
            state_share: parameters.state_share.unwrap_or(usual),
            milestones,
        })
    }

    fn builds(
        &self,
        scenario: &Scenario,
        (id, parameters): (&str, &ProjectParameters),
        nation: NationId,
    ) -> Result<Builds, BuildError> {
        let path = |name: &str| format!("project.{id}.{name}");
        let room = parameters.power.map(|power| power * KILO);
        if parameters.kind == ProjectKind::ChipFab {
            let named = parameters.vendor.as_deref().unwrap_or_default();
            let vendor = position(&scenario.vendors, "vendor", &path("vendor"), named)?;
            return Ok(Builds::Output(VendorId::new(vendor), parameters.output.unwrap_or(0.0)));
        }
        let named = parameters.provider.as_deref().unwrap_or_default();
        let provider = position(&scenario.providers, "provider", &path("provider"), named)?;
        let region = parameters.kind == ProjectKind::CloudRegion;
        let serves = |&p: &usize| {
            let pool = &self.pools[p];
            pool.zone == nation && pool.fork_of.is_none() && pool.candidate == region
        };
        let pool = self.providers[provider].pools.clone().find(serves).map(PoolId::new);
        let missing = || error(path("provider"), format!("`{named}` has no sites in the nation"));
        let pool = pool.ok_or_else(missing)?;
        Ok(match parameters.kind {
            ProjectKind::CloudRegion => Builds::Region(pool, room),
            ProjectKind::DataCentre | ProjectKind::ChipFab => {
                Builds::Room(pool, room.unwrap_or(0.0))
            }
        })
    }
}
