//! Where alliances, models, security and projects meet each other and the state's money.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;
mod neighbours;

use autarky_market::blueprint::{Blueprint, ResolvedActor};
use autarky_market::entity::alliance::Priority;
use autarky_market::entity::event::EventKind;
use autarky_market::entity::model::ModelKind;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::mechanism::government::Lever;
use autarky_market::record::ActorKind;
use autarky_market::scenario::Scenario;
use common::{Run, add_pool, island, pool, zone};
use neighbours::{NEIGHBOURS, ally, neighbours, with_nodes};

/// An interface from a zone, free and at the frontier, and nothing else to run on.
fn interface(s: &mut Scenario, home: &str) {
    s.frontier.obsolescence = 0.0;
    let api = s.models.entry("api");
    (api.kind, api.home, api.lag) = (ModelKind::ForeignApi, Some(home.to_owned()), 0.0);
}

#[test]
fn what_has_no_model_is_not_borrowed_either() {
    let borrowed = |cut: bool| {
        let mut s = neighbours(0.0);
        ally(&mut s, 1.0, Priority::OwnFirst);
        interface(&mut s, "BBB");
        // Training needs no model, and would be borrowed all the same.
        s.workloads.entry("training").share = 0.0;
        s.workloads.entry("inference").share = 0.8;
        if cut {
            let event = s.events.entry("cut");
            (event.kind, event.at) = (EventKind::ModelAccessCut, Some(100.0));
            event.to = vec![NEIGHBOURS[0].to_owned()];
        }
        let plan = with_nodes(&s, &[300, 1600, 1600]);
        let mut run = Run::new(&plan, 3, 0);
        let world = run.to(200.0);
        world.alliances.received[zone(&plan, NEIGHBOURS[0]).at()]
    };
    assert!(borrowed(false) > 100.0, "the first is short and borrows: {}", borrowed(false));
    assert!(borrowed(true).abs() < 1e-9, "{}", borrowed(true));
}

fn coalition(plan: &Blueprint) -> &ResolvedActor {
    plan.actors.iter().find(|a| a.actor.kind == ActorKind::Coalition).unwrap()
}

#[test]
fn a_coalition_closes_the_interfaces_of_its_members_and_no_others() {
    for (home, closes) in [(NEIGHBOURS[1], true), ("BBB", false)] {
        let mut s = neighbours(0.0);
        ally(&mut s, 1.0, Priority::OwnFirst);
        s.alliances.entry("pact").coalition = true;
        interface(&mut s, home);
        let plan = with_nodes(&s, &[300, 1600, 1600]);
        assert_eq!(coalition(&plan).models, [closes], "{home}");
    }
}

/// Nobody but the state pays for what is the state's: not even the owner's part of a building.
#[test]
fn the_state_pays_a_building_of_its_own_whole_whatever_the_part_of_the_owner() {
    let paid = |public: bool, share: f64| {
        let mut s = island();
        s.providers.entry("home").public = public;
        let stage = s.milestones.entry("build");
        (stage.cost, stage.delay_dispersion) = (1e8, 0.0);
        let project = s.projects.entry("hall");
        (project.nation, project.provider) = ("FOC".to_owned(), Some("home".to_owned()));
        (project.power, project.state_share) = (Some(1.0), Some(share));
        project.milestones = vec!["build".to_owned()];
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 5, 0);
        let world = run.to(3600.0);
        let cost: f64 = world.projects[0].spent.iter().sum();
        (world.governments[zone(&plan, "FOC").at()].spent[Lever::DataCentre as usize], cost)
    };
    for (public, share, part) in [(true, 0.0, 1.0), (true, 0.4, 1.0), (false, 0.4, 0.4)] {
        let (state, cost) = paid(public, share);
        assert!(
            cost > 5e7 && (state - part * cost).abs() < 1.0,
            "{public} {share}: {state} {cost}"
        );
    }
}

/// Work takes the same power whether it is bought at spot or under contract, with what enclaves add.
#[test]
fn enclaves_add_the_same_power_to_work_under_contract_as_to_work_at_spot() {
    let energy = |contract: bool, enclave: f64| {
        let mut s = island();
        s.horizon.tick = 7.0;
        add_pool(&mut s, "ca", "AAA");
        let cloud = s.providers.entry("ca");
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 2.0);
        (cloud.enclave, cloud.enclave_overhead) = (enclave, 0.25);
        if contract {
            let terms = s.contracts.entry("deal");
            (terms.buyers, terms.sellers) = (vec!["FOC".to_owned()], vec![("ca".to_owned(), 1.0)]);
            (terms.share, terms.lead_time, terms.fixed_cost) = (0.5, 50.0, 0.0);
        }
        let plan = Blueprint::new(&s).unwrap();
        let ca = pool(&plan, "ca");
        let mut run = Run::new(&plan, 6, 0);
        let before = run.to(122.0).pools[ca.at()].energy;
        let world = run.to(127.0);
        let row = ca.at() * plan.nations.len();
        let served: f64 = world.market.served[row..row + plan.nations.len()].iter().sum();
        let contracted: f64 = world.contracts.segments.iter().map(|one| one.served).sum();
        (
            (world.pools[ca.at()].energy - before) / (served * 168.0 * world.market.power[ca.at()]),
            contracted,
        )
    };
    for contract in [false, true] {
        let ((plain, some), (inside, more)) = (energy(contract, 0.0), energy(contract, 0.2));
        assert_eq!([some > 100.0, more > 100.0], [contract; 2], "{some} {more}");
        assert!((plain - 1.0).abs() < 1e-9, "{plain}");
        assert!((inside - 1.05).abs() < 1e-9, "{inside}");
    }
}
