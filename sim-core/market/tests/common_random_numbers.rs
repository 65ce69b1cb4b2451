//! Changing one lever leaves every draw of every other exogenous process as it was: the draws themselves are compared.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use std::collections::BTreeMap;

use autarky_engine::rng::Stream;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::{Regime, Scope};
use autarky_market::entity::nation::{Release, Residency};
use autarky_market::entity::operator::EntryRule;
use autarky_market::entity::provider::{CapacityTarget, PriceRule, ProviderKind};
use autarky_market::entity::security::Group;
use autarky_market::entity::shock::{Law, SizeLaw, Target};
use autarky_market::entity::token::TokenPrice;
use autarky_market::scenario::Scenario;
use autarky_market::world::shock::ShockState;
use common::{Run, Size, fleet, island, regime, scenario};

const DAYS: u32 = 400;

/// A name and what it changes.
type Lever = (&'static str, fn(&mut Scenario));

/// What chance did, in bits, day by day or event by event.
#[derive(Debug, PartialEq)]
struct Draws {
    demand_noise: Vec<u64>,
    exchange_rates: Vec<u64>,
    shocks: Vec<u64>,
    currency: Vec<(u64, u32, bool)>,
    vendor_output: Vec<Stream>,
    releases: Vec<u64>,
    outages: Vec<(u64, u32, bool)>,
    /// Of the production chain, by source.
    disruptions: Vec<(u64, u32, bool)>,
    /// First failure of every cohort of the initial fleet that runs without churn: its unit exponential in calendar time.
    first_failures: BTreeMap<u32, u64>,
}

fn draws(s: &Scenario) -> Draws {
    let plan = Blueprint::new(s).unwrap();
    let mut run = Run::new(&plan, 17, 2);
    let (mut demand_noise, mut exchange_rates, mut vendor_output) = (vec![], vec![], vec![]);
    let mut shocks = vec![];
    for day in 1..=DAYS {
        let world = run.to(f64::from(day));
        demand_noise.extend(world.market.noise.iter().map(|x| x.to_bits()));
        exchange_rates.extend(world.market.rate.iter().map(|x| x.to_bits()));
        let logs = (0..plan.shocks.entries.len()).flat_map(|i| world.shocks.logs(i));
        shocks.extend(logs.map(|x| x.to_bits()));
        vendor_output.extend(world.vendors.iter().map(|v| v.output.clone()));
    }
    let releases = run.world().released.iter().map(|day| day.to_bits()).collect();
    let outages = run.trace.iter().filter(|r| r.code == 7 || r.code == 8);
    let outages = outages.map(|r| (r.time.as_micros(), r.entity, r.code == 7)).collect();
    let currency = run.trace.iter().filter(|r| r.code == 30 || r.code == 31);
    let currency = currency.map(|r| (r.time.as_micros(), r.entity, r.code == 30)).collect();
    let disruptions = run.trace.iter().filter(|r| r.code == 50 || r.code == 51);
    let disruptions = disruptions.map(|r| (r.time.as_micros(), r.entity, r.code == 50)).collect();
    let steady = |id: u32| {
        let world = run.world();
        let cohort = &world.cohorts[id as usize];
        cohort.vintage < -400.0 && cohort.churn.is_none()
    };
    let mut first_failures = BTreeMap::new();
    for record in run.trace.iter().filter(|r| r.code == 1 && steady(r.entity)) {
        first_failures.entry(record.entity).or_insert(record.time.as_micros());
    }
    Draws {
        demand_noise,
        exchange_rates,
        shocks,
        currency,
        vendor_output,
        releases,
        outages,
        disruptions,
        first_failures,
    }
}

fn base() -> Scenario {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 2.0;
    for generation in 1..6 {
        s.hardware.entry(&format!("v1-g{generation}")).release -= 600.0;
    }
    (s.nations.entry("FOC").currency_onset, s.nations.entry("FOC").currency_length) = (4.0, 30.0);
    for (id, shares) in
        [("foundry", [("KOR", 0.1), ("TWN", 0.9)]), ("memory", [("JPN", 0.2), ("KOR", 0.8)])]
    {
        let stage = s.stages.entry(id);
        stage.shares = shares.map(|(code, share)| (code.to_owned(), share)).to_vec();
        stage.disruption_rate = 6.0;
    }
    for vendor in ["v1", "v2"] {
        s.vendors.entry(vendor).chain = vec!["foundry".to_owned(), "memory".to_owned()];
    }
    for (id, target, law) in [
        ("chip", Target::Chip, Law::Jumps),
        ("memory", Target::Chip, Law::RegimeSwitching),
        ("power", Target::Energy, Law::MeanReverting),
        ("rental", Target::Cloud, Law::Jumps),
    ] {
        let shock = s.shocks.entry(id);
        (shock.target, shock.law, shock.rate, shock.regime_onset) = (target, law, 4.0, 2.0);
        shock.common = if law == Law::RegimeSwitching { 0.0 } else { 0.5 };
    }
    for id in ["chip", "rental"] {
        let shock = s.shocks.entry(id);
        (shock.factor, shock.loading) = ("boom".to_owned(), 0.5);
    }
    s
}

/// A hall of a late project, and a stockpile that providers draw upon.
fn projects_and_stockpile(s: &mut Scenario) {
    s.milestones.entry("build").delay_dispersion = 0.5;
    let project = s.projects.entry("hall");
    project.nation = "FOC".to_owned();
    (project.provider, project.power) = (Some("FOC-data_centre".to_owned()), Some(0.1));
    project.milestones = vec!["build".to_owned()];
    s.nations.entry("FOC").stockpile_parts = 0.5;
    s.nations.entry("FOC").stockpile_release = Release::Last;
}

#[test]
fn no_lever_changes_a_draw_of_another_process() {
    let expected = draws(&base());
    assert!(expected.currency.len() > 3);
    assert!(expected.first_failures.len() > 10 && expected.outages.len() > 10);
    assert!(expected.disruptions.len() > 20);
    let levers: [Lever; 10] = [
        ("ban", |s| {
            regime(s, "ban", "AAA", 50.0);
            s.events.entry("ban").scope = Scope::ALL.to_vec();
        }),
        ("technicians", |s| s.nations.entry("FOC").talent_technicians = Some(0.5)),
        ("incidents and controls", incidents),
        ("residency", |s| {
            let nation = s.nations.entry("FOC");
            nation.residency_critical = Residency::Domestic;
            nation.residency_open = Residency::Territory;
        }),
        ("projects", projects_and_stockpile),
        ("portfolio", |s| {
            let nation = s.nations.entry("FOC");
            (nation.portfolio_data_centre, nation.portfolio_network) = (0.1, 0.7);
        }),
        ("price rule", |s| {
            s.providers.entry("FOC-data_centre").price_rule = PriceRule::UtilisationController;
        }),
        ("spares and crews", |s| {
            s.providers.entry("FOC-data_centre").spares = 0.5;
            s.nations.entry("FOC").crews = 40.0;
        }),
        ("a vendor without a chain, a stage more, other shares", |s| {
            s.vendors.entry("v2").chain.clear();
            let shares = vec![("CHN".to_owned(), 1.0)];
            s.stages.entry("packaging").shares = shares;
            let stage = s.stages.entry("foundry");
            (stage.slack, stage.buffer) = (1.5, 90.0);
        }),
        ("a provider more", |s| {
            common::add_pool(s, "new", "FOC");
        }),
    ];
    for (name, pull) in levers {
        let mut s = base();
        pull(&mut s);
        let found = draws(&s);
        assert_eq!(found.demand_noise, expected.demand_noise, "{name}");
        assert_eq!(found.exchange_rates, expected.exchange_rates, "{name}");
        assert_eq!(found.shocks, expected.shocks, "{name}");
        assert_eq!(found.currency, expected.currency, "{name}");
        assert!(found.vendor_output == expected.vendor_output, "{name}");
        assert_eq!(found.releases, expected.releases, "{name}");
        assert_eq!(found.disruptions, expected.disruptions, "{name}");
        let same: Vec<_> = found.outages.iter().filter(|o| expected.outages.contains(o)).collect();
        assert_eq!(same.len(), expected.outages.len(), "{name}");
        for (cohort, at) in &expected.first_failures {
            assert_eq!(found.first_failures.get(cohort), Some(at), "{name}: cohort {cohort}");
        }
    }
}

/// Incidents that take whole pools down, expose and corrupt, and controls against them.
fn incidents(s: &mut Scenario) {
    for (id, group) in [("breach", Group::Pool), ("supply_chain", Group::Vendor)] {
        let v = s.vectors.entry(id);
        (v.rate, v.group, v.dwell, v.downtime) = (20.0, group, 5.0, 2.0);
        (v.exposure, v.trust, v.enclave) = (1.0, 1.0, 0.9);
    }
    let nation = s.nations.entry("FOC");
    (nation.demanded_enclave, nation.demanded_audits, nation.security_paid) = (0.5, 1.0, 0.5);
}

#[test]
fn levers_do_change_the_results() {
    let served = |pull: fn(&mut Scenario)| {
        let mut s = base();
        pull(&mut s);
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 17, 2);
        let world = run.to(f64::from(DAYS));
        world.market.served.iter().sum::<f64>().to_bits()
    };
    let ban = served(|s| {
        regime(s, "ban", "AAA", 50.0);
        s.events.entry("ban").scope = Scope::ALL.to_vec();
    });
    assert_ne!(served(|_| ()), ban);
    assert_ne!(served(|_| ()), served(incidents));
}

/// First failure of each of twenty single nodes, in microseconds.
fn first_failures(rate: f64) -> Vec<u64> {
    let mut s = island();
    s.hardware.entry("ha").failure_rate = rate;
    s.providers.entry("home").sites_per_operator = 20;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[1; 20]);
    let mut run = Run::new(&plan, 9, 0);
    run.to(3000.0);
    let first = |id| run.trace.iter().find(|r| r.code == 1 && r.entity == id);
    (0..20).map(|id| first(id).unwrap().time.as_micros()).collect()
}

/// A failure clock keeps its unit exponential: at twice the rate it rings in half the time. Stated error: 2 µs for every change of rate
/// (once a month), which rounds the remaining time.
#[test]
fn a_changed_failure_rate_rescales_the_clocks_and_never_redraws_them() {
    for (slow, fast) in first_failures(0.02).into_iter().zip(first_failures(0.04)) {
        assert!(slow.abs_diff(2 * fast) < 400, "{slow} {fast}");
    }
}

/// Days on which tensions moved and events were answered, under a lever.
fn politics(pull: fn(&mut Scenario)) -> Vec<(u64, u16, u32)> {
    let mut s = base();
    for id in ["east", "west"] {
        let tension = s.tensions.entry(id);
        (tension.escalation, tension.relaxation) = (12.0, 12.0);
    }
    regime(&mut s, "hold", "AAA", 0.0);
    let hold = s.events.entry("hold");
    (hold.at, hold.tension) = (None, Some("east".to_owned()));
    regime(&mut s, "reply", "AAA", 0.0);
    let reply = s.events.entry("reply");
    (reply.at, reply.answers, reply.probability) = (None, Some("hold".to_owned()), 0.5);
    pull(&mut s);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 17, 2);
    run.to(f64::from(DAYS));
    let moves = run.trace.iter().filter(|r| (40..=42).contains(&r.code));
    moves.map(|r| (r.time.as_micros(), r.code, r.entity)).collect()
}

#[test]
fn tension_and_retaliation_take_the_same_course_under_every_lever() {
    let expected = politics(|_| ());
    assert!(expected.iter().filter(|r| r.1 == 42).count() > 1 && expected.len() > 20);
    let levers: [Lever; 4] = [
        ("another regime", |s| s.events.entry("hold").regime = Regime::Licence),
        ("another event", |s| {
            regime(s, "ban", "AAA", 50.0);
            s.events.entry("ban").scope = vec![Scope::Cloud];
        }),
        ("portfolio", |s| s.nations.entry("FOC").portfolio_network = 0.9),
        ("another tension", |s| s.tensions.entry("north").escalation = 50.0),
    ];
    for (name, pull) in levers {
        let found: Vec<_> = politics(pull);
        // Tensions are numbered by name: `north` comes between the other two.
        let north = if name == "another tension" { 1 } else { u32::MAX };
        let moved = |r: &(u64, u16, u32)| r.1 == 42 || r.2 != north;
        let renumbered = |r: (u64, u16, u32)| {
            let shift = u32::from(r.1 != 42 && r.2 > north);
            (r.0, r.1, r.2 - shift)
        };
        let found: Vec<_> = found.into_iter().filter(moved).map(renumbered).collect();
        let answers = |of: &[(u64, u16, u32)]| -> Vec<u64> {
            of.iter().filter(|r| r.1 == 42).map(|r| r.0).collect()
        };
        let moves = |of: &[(u64, u16, u32)]| -> Vec<_> {
            of.iter().filter(|r| r.1 != 42).copied().collect()
        };
        assert_eq!(moves(&found), moves(&expected), "{name}");
        assert_eq!(answers(&found), answers(&expected), "{name}");
    }
}

/// Bits of the log of one shock by tick, for the first of those that it hits.
fn logs(s: &Scenario, id: &str) -> Vec<f64> {
    let plan = Blueprint::new(s).unwrap();
    let at = plan.shocks.entries.iter().position(|shock| shock.id == id).unwrap();
    let mut state = ShockState::new(&plan, 17, 2);
    let step = |day: u32| {
        state.step(&plan, f64::from(day) / 365.25);
        state.logs(at)[0]
    };
    (1..=1000).map(step).collect()
}

/// Days on which a log without decay jumps.
fn jumps(logs: &[f64]) -> Vec<usize> {
    (1..logs.len()).filter(|&d| logs[d].to_bits() != logs[d - 1].to_bits()).collect()
}

#[test]
fn a_changed_shock_leaves_the_other_shocks_and_its_own_times_as_they_were() {
    let mut s = base();
    for id in ["chip", "rental"] {
        let shock = s.shocks.entry(id);
        (shock.size, shock.decay) = (SizeLaw::Pareto, 0.0);
    }
    let others = ["memory", "power", "rental"];
    let expected: Vec<_> = others.iter().map(|id| logs(&s, id)).collect();
    let times = jumps(&logs(&s, "chip"));
    assert!(times.len() > 5, "{times:?}");
    let levers: [Lever; 6] = [
        ("size", |s| s.shocks.entry("chip").size_tail = 1.5),
        ("rate", |s| s.shocks.entry("chip").rate = 40.0),
        ("law", |s| s.shocks.entry("chip").law = Law::MeanReverting),
        ("loading", |s| s.shocks.entry("chip").loading = 0.9),
        ("gone", |s| drop(s.shocks.remove("chip"))),
        ("a shock more", |s| s.shocks.entry("a").law = Law::Jumps),
    ];
    for (name, pull) in levers {
        let mut changed = s.clone();
        pull(&mut changed);
        for (id, expected) in others.iter().zip(&expected) {
            assert_eq!(&logs(&changed, id), expected, "{name} {id}");
        }
        let chip = (name != "gone").then(|| logs(&changed, "chip"));
        match name {
            "size" => assert_eq!(jumps(&chip.unwrap()), times),
            "rate" => {
                let more = jumps(&chip.unwrap());
                assert!(more.len() > times.len() && times.iter().all(|t| more.contains(t)));
            }
            _ => {}
        }
    }
}

/// Outages of two links and of both at once, under a lever, by cause.
fn link_outages(pull: fn(&mut Scenario)) -> Vec<(u64, u16)> {
    let mut s = base();
    let nation = s.nations.entry("FOC");
    (nation.links, nation.link_outage_rate, nation.link_common_cause) = (2, 10.0, 0.5);
    pull(&mut s);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 17, 2);
    run.to(f64::from(DAYS));
    let moves = run.trace.iter().filter(|r| matches!(r.code, 75 | 76));
    moves.map(|r| (r.time.as_micros(), r.code)).collect()
}

#[test]
fn links_fail_at_the_same_times_under_every_lever_and_beside_more_links() {
    let expected = link_outages(|_| ());
    assert!(expected.len() > 10);
    let levers: [Lever; 3] = [
        ("ban", |s| regime(s, "ban", "AAA", 50.0)),
        ("portfolio", |s| s.nations.entry("FOC").portfolio_network = 0.9),
        ("latency", |s| s.nations.entry("FOC").latency_abroad = 90.0),
    ];
    for (name, pull) in levers {
        assert_eq!(link_outages(pull), expected, "{name}");
    }
    let more = link_outages(|s| s.nations.entry("FOC").links = 3);
    assert!(expected.iter().all(|outage| more.contains(outage)) && more.len() > expected.len());
}

/// What chance did inside networks, in bits.
#[derive(Debug)]
struct Inside {
    /// When candidates looked at which network.
    candidates: Vec<(u64, u32)>,
    /// When disputes began and ended.
    disputes: Vec<(u64, u16, u32)>,
    /// When operators of the closed network were bought.
    mergers: Vec<u64>,
    /// The token's price before sales, and the position of its stream, epoch by epoch.
    price: Vec<(u64, Stream)>,
    /// Cost, exposure at which a cheat is found, host and honesty of each name, whenever it came.
    traits: BTreeMap<u64, (u64, u64, Option<u32>, String)>,
    /// Names that came in the run.
    entered: usize,
}

/// The made-up world with two networks at home that a token pays: one open to candidates of two types, and a closed one whose operators buy each other. In both there
/// are disputes, and cheats.
fn two_networks() -> Scenario {
    let mut s = base();
    for id in ["lab", "miner", "club"] {
        let kind = s.operators.entry(id);
        let candidates = if id == "club" { 0.0 } else { 60.0 };
        (kind.candidates, kind.size, kind.at_hand) = (candidates, 16.0, 0.5);
        (kind.dishonest, kind.rational, kind.patience) = (0.1, 0.2, 1200);
        kind.hosts = vec![("h1".to_owned(), 0.5), ("h2".to_owned(), 0.5)];
    }
    s.operators.entry("club").merger_rate = 0.5;
    for id in ["h1", "h2"] {
        s.hosts.entry(id);
    }
    let token = s.tokens.entry("tok");
    (token.price, token.rate, token.jump_rate) = (Some(TokenPrice::Exogenous), 1e6, Some(20.0));
    let closed = s.providers.entry("FOC-club");
    (closed.kind, closed.operators) = (ProviderKind::Network, 12);
    (closed.home, closed.zones) = ("FOC".to_owned(), vec!["FOC".to_owned()]);
    closed.initial_coverage = 2.0;
    let mixes: [(&str, &[(&str, f64)]); 2] =
        [("FOC-club", &[("club", 1.0)]), ("FOC-network", &[("lab", 0.5), ("miner", 0.5)])];
    for (id, mix) in mixes {
        let network = s.providers.entry(id);
        network.operator_mix = mix.iter().map(|(id, share)| ((*id).to_owned(), *share)).collect();
        network.capacity_target = CapacityTarget::Operators;
        network.token = Some("tok".to_owned());
        (network.dispute_rate, network.dispute_time) = (8.0, 20.0);
    }
    s
}

fn inside(s: &Scenario) -> Inside {
    let plan = Blueprint::new(s).unwrap();
    let closed = common::pool(&plan, "FOC-club").0;
    let mut run = Run::new(&plan, 17, 2);
    let start = run.world().operators.len();
    let mut price = vec![];
    for epoch in 1..=DAYS / 7 {
        let token = &run.to(7.0 * f64::from(epoch)).tokens[0];
        price.push((token.log.to_bits(), token.diffusion.clone()));
    }
    let of = |code: u16| run.trace.iter().filter(move |r| r.code == code);
    let disputes = run.trace.iter().filter(|r| matches!(r.code, 84 | 85));
    let operators = &run.world().operators;
    let traits =
        operators.iter().filter_map(|o| o.member.as_ref().map(|m| (o.key, m))).map(|(key, m)| {
            let bits = (m.cost_factor.to_bits(), m.threshold.to_bits());
            (key, (bits.0, bits.1, m.host, format!("{:?}", m.honesty)))
        });
    Inside {
        candidates: of(80).map(|r| (r.time.as_micros(), r.entity)).collect(),
        disputes: disputes.map(|r| (r.time.as_micros(), r.code, r.entity)).collect(),
        mergers: of(81).filter(|r| r.entity == closed).map(|r| r.time.as_micros()).collect(),
        price,
        traits: traits.collect(),
        entered: operators.len() - start,
    }
}

#[test]
fn candidates_disputes_mergers_and_token_prices_take_the_same_course_under_every_lever() {
    let expected = inside(&two_networks());
    assert!(expected.candidates.len() > 100 && expected.entered > 10);
    assert!(expected.disputes.len() > 10 && expected.mergers.len() > 3);
    let levers: [Lever; 9] = [
        ("emission", |s| s.tokens.entry("tok").rate = 1e8),
        ("sales and their impact", |s| {
            s.operators.entry("lab").sells = 0.1;
            s.tokens.entry("tok").impact = 0.0;
        }),
        ("take", |s| s.providers.entry("FOC-network").take_rate = 0.3),
        ("entry", |s| s.operators.entry("lab").entry = EntryRule::Free),
        ("hurdle", |s| s.operators.entry("miner").hurdle = 10.0),
        ("cap", |s| {
            s.providers.entry("FOC-club").owner_cap = 0.2;
            s.providers.entry("FOC-network").owner_cap = 0.1;
        }),
        ("ban", |s| {
            regime(s, "ban", "AAA", 50.0);
            s.events.entry("ban").scope = Scope::ALL.to_vec();
        }),
        ("portfolio", |s| s.nations.entry("FOC").portfolio_data_centre = 0.9),
        ("growth", |s| s.operators.entry("lab").reinvested = 1.0),
    ];
    let mut entered = vec![expected.entered];
    for (name, pull) in levers {
        let mut s = two_networks();
        pull(&mut s);
        let found = inside(&s);
        assert_eq!(found.candidates, expected.candidates, "{name}");
        assert_eq!(found.disputes, expected.disputes, "{name}");
        assert_eq!(found.mergers, expected.mergers, "{name}");
        assert!(found.price == expected.price, "{name}");
        let both = found.traits.keys().filter(|key| expected.traits.contains_key(key));
        assert!(both.clone().count() > 15, "{name}");
        for key in both {
            assert_eq!(found.traits[key], expected.traits[key], "{name}");
        }
        entered.push(found.entered);
    }
    entered.sort_unstable();
    entered.dedup();
    assert!(entered.len() >= 5, "levers do change who comes in: {entered:?}");
}
