//! Who rules networks whose operators decide, and what a captor does with it; disputes, forks, and who is paid the take.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::{
    CapacityTarget, ProviderKind, ProviderParameters, VotingIdentity,
};
use autarky_market::entity::token::TokenPrice;
use autarky_market::id::{OwnerId, PoolId};
use autarky_market::mechanism::governance::capture::{Conduct, View, best, profit};
use autarky_market::metric::integrity::check_month;
use autarky_market::metric::network::NetworkSums;
use autarky_market::metric::scalars::SCALARS;
use autarky_market::metric::series::SERIES;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::operator::{Member, Owner};
use common::{Run, fleet, island, zone};

const WEEK: f64 = 7.0;
const YEAR: f64 = 365.25;

/// The island as a network of operators with so many nodes each (of 1 H100e). Nobody enters, grows, leaves of its own will or rules until `make` says so.
fn still(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = WEEK;
    let kind = s.operators.entry("op");
    (kind.candidates, kind.reinvested, kind.patience) = (0.0, 0.0, 1200);
    let home = s.providers.entry("home");
    (home.kind, home.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    home.operators = i64::try_from(nodes.len()).unwrap();
    (home.operator_mix, home.threshold) = (vec![("op".to_owned(), 1.0)], 1.0);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

fn home(s: &mut Scenario) -> &mut ProviderParameters {
    s.providers.entry("home")
}

/// Six of ten names are those of one owner, who lives in `BBB`; a simple majority captures.
fn captured(nodes: &[u32; 10], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    still(nodes, |s| {
        let owner = s.owners.entry("cap");
        (owner.residence, owner.share) = ("BBB".to_owned(), 0.6);
        owner.networks = vec!["home".to_owned()];
        (home(s).threshold, home(s).identity) = (0.5, VotingIdentity::Owner);
        make(s);
    })
}

/// Operators, those that left included, in the order in which they came, with their owners.
fn members(world: &World) -> Vec<(OwnerId, &Member)> {
    world.operators.iter().filter_map(|o| o.member.as_deref().map(|m| (o.owner, m))).collect()
}

fn inside(world: &World) -> &NetworkSums {
    &world.observers.window[0].inside
}

const CAPTOR: OwnerId = OwnerId(0);

/// What the captor sees, from state and parameters: cost is power and operation, in the hours in which nodes are believed to work.
fn seen(plan: &Blueprint, world: &World, take: f64) -> View {
    let terms = &plan.providers[0].parameters;
    let (network, u) = (&world.networks[0], world.networks[0].beliefs[0].utilisation);
    let capital = world.capital.iter().copied().fold(f64::INFINITY, f64::min);
    let (mut own, mut rivals) = (Vec::new(), Vec::new());
    for (owner, m) in members(world).into_iter().filter(|(_, m)| m.active) {
        let hourly = world.market.power[0] * 0.12 + capital * terms.opex / (8766.0 * u);
        let cost = m.cost_factor * hourly - network.beliefs[0].reward / (8766.0 * u);
        let side = if owner == CAPTOR { &mut own } else { &mut rivals };
        side.push((m.compute, cost));
    }
    let (price, load) = (world.pools[0].price, world.market.offered[0]);
    let (most, exclusion) = (terms.take_most, terms.exclusion);
    View { price, load, own, rivals, take, most, exclusion }
}

/// Short of capacity, with some of it to spare, and with more than the captor needs.
const SIZES: [[u32; 10]; 3] = [[40; 10], [150; 10], [300; 10]];

#[test]
fn a_majority_owner_captures_at_the_first_round_raises_the_take_and_has_it_paid_to_where_it_lives()
{
    let plan = captured(&SIZES[0], |s| {
        home(s).take_rate = 0.05;
        (s.horizon.sample, s.horizon.years) = (91.3125, 1.0);
    });
    let record = simulate(&plan, 5, 0, &StopFlag::new()).unwrap();
    let series = |name: &str| -> Vec<f64> {
        let at = SERIES.iter().position(|(c, _)| c.name == name).unwrap();
        record.series.chunks_exact(SERIES.len()).map(|row| row[at]).collect()
    };
    let scalar =
        |name: &str| record.scalars[SCALARS.iter().position(|(c, _)| c.name == name).unwrap()];
    assert!(
        (scalar("capture_time") - WEEK / YEAR).abs() + (scalar("captured") - 1.0).abs() < 1e-12
    );
    assert!(series("captured").iter().all(|x| (x - 1.0).abs() < 1e-12));
    assert!(series("largest_bloc").iter().all(|x| (x - 0.6).abs() < 1e-12));
    let income = series("captor_income");
    assert!(income.iter().all(|usd| *usd > 1e5), "{income:?}");
    assert!((income.iter().sum::<f64>() / scalar("captor_income") - 1.0).abs() < 1e-12);
    let mut run = Run::new(&plan, 5, 0);
    assert!(run.to(6.0).networks[0].captor.is_none());
    for week in 1..=52 {
        let n = &run.to(WEEK * f64::from(week)).networks[0];
        assert!(n.captor == Some(CAPTOR) && n.take >= 0.05 && n.take > 0.6, "{week}: {}", n.take);
    }
    // What its operators earn comes on top; nobody else lives there.
    let account = run.world().accounts.owners[zone(&plan, "BBB").at()];
    assert!(run.world().ledger.balance(account) > inside(run.world()).captor_income);
}

/// Also against takes that it did not choose: its own conduct is the best for it at what it sees, reconstructed from the state.
#[test]
fn a_captor_never_lowers_its_own_profit_by_what_it_sees_in_any_round() {
    for (size, base, most, exclusion) in [
        (0, 0.0, 1.0, false),
        (1, 0.1, 1.0, false),
        (2, 0.1, 0.2, true),
        (2, 0.1, 1.0, false),
        (2, 0.0, 1.0, true),
    ] {
        let plan = captured(&SIZES[size], |s| {
            let kind = s.operators.entry("op");
            (kind.patience, kind.cost_dispersion, kind.candidates, kind.at_hand) =
                (3, 0.8, 30.0, 1.0);
            (home(s).take_rate, home(s).take_most, home(s).exclusion) = (base, most, exclusion);
        });
        let mut run = Run::new(&plan, 8, 0);
        let (mut take, mut out, mut gained, mut held, mut excluded) = (base, false, 0, 0, 0);
        for week in 1..=104 {
            // Its rivals as they are just before the round, in which it may put them out, and the load that the round sees.
            let day = WEEK * f64::from(week);
            let mut view = seen(&plan, run.to(day - 1e-6), take);
            let world = run.to(day);
            let n = &world.networks[0];
            view.load = world.market.offered[0];
            if n.captor.is_some() {
                let chosen = Conduct { take: n.take, excludes: n.excludes };
                let (now, best) = (profit(&view, chosen), best(&view));
                let at = |take: f64| profit(&view, Conduct { take, excludes: false });
                assert!(now >= at(base) * (1.0 - 1e-12), "{week}: {view:?} {chosen:?}");
                assert!(now >= at(take) * (1.0 - 1e-12), "{week}: {view:?} {chosen:?}");
                assert!((best.take - n.take).abs() < 1e-9, "{week}");
                assert_eq!(n.excludes, best.excludes || out, "{week}: once out, kept out");
                assert!(n.take <= most && (exclusion || !n.excludes));
                gained += u32::from(now > at(base) * 1.01);
                (held, excluded) = (held + 1, excluded + u32::from(n.excludes));
            } else {
                assert!((n.take - base).abs() <= 0.0);
            }
            (take, out) = (n.take, n.excludes);
        }
        assert!(held > 10 && gained > 0, "{size}: {held} {gained}");
        assert!(most > 0.5 || excluded > 0, "{size}: where it may not take more it excludes");
    }
}

/// All that the captor's owner has after a year: what its account received, and the cash of its operators.
fn owned(plan: &Blueprint, seed: u64) -> (f64, f64) {
    let mut run = Run::new(plan, seed, 0);
    let world = run.to(YEAR);
    let cash: i128 = members(world).iter().filter(|m| m.0 == CAPTOR).map(|m| m.1.cash).sum();
    let account = world.accounts.owners[zone(plan, "BBB").at()];
    (world.ledger.balance(account) + cash as f64 * 1e-6, inside(world).captor_income)
}

#[test]
fn capture_pays_its_owner_at_least_what_it_had_without_it() {
    for nodes in &SIZES {
        for seed in [5, 6, 7] {
            let with = |threshold: f64, take: f64| {
                let plan = captured(nodes, |s| {
                    (home(s).threshold, home(s).take_rate) = (threshold, take);
                    s.operators.entry("op").patience = 3;
                });
                owned(&plan, seed)
            };
            for take in [0.0, 0.1] {
                let ((free, none), (captor, income)) = (with(1.0, take), with(0.5, take));
                assert!(none <= 0.0 && income > 1e5 && captor > free, "{nodes:?} {captor} {free}");
            }
        }
    }
}

/// Votes are Σ s^η over names or owners. The captor's names are those at places 0, 1, 4, 5, 8 and 9.
#[test]
fn quadratic_votes_keep_an_owner_from_capture_but_not_one_that_hides_behind_many_names() {
    let split = [10, 10, 40, 30, 10, 10, 20, 40, 10, 10];
    let r = f64::sqrt;
    let rest = 2.0 * r(40.0) + r(30.0) + r(20.0);
    for (nodes, exponent, by_owner, share, captures) in [
        ([40; 10], 1.0, true, 0.6, true),
        ([40; 10], 0.5, true, r(240.0) / (r(240.0) + 4.0 * r(40.0)), false),
        ([40; 10], 0.5, false, 0.6, true),
        (split, 1.0, false, 60.0 / 190.0, false),
        (split, 0.5, true, r(60.0) / (r(60.0) + rest), false),
        (split, 0.5, false, 6.0 * r(10.0) / (6.0 * r(10.0) + rest), false),
        (split, 0.0, false, 0.6, true),
        (split, 0.0, true, 0.2, false),
    ] {
        let plan = captured(&nodes, |s| {
            home(s).vote_exponent = exponent;
            home(s).identity = if by_owner { VotingIdentity::Owner } else { VotingIdentity::Name };
        });
        let mut run = Run::new(&plan, 5, 0);
        let n = &run.to(WEEK).networks[0];
        let case = format!("{nodes:?} {exponent} {by_owner} {}", n.largest_bloc);
        assert!((n.largest_bloc - share).abs() < 1e-12, "{case}");
        assert_eq!(n.captor.is_some(), captures, "{case}");
    }
}

#[test]
fn votes_go_by_compute_until_anybody_has_stake_and_then_by_stake_alone() {
    let plan = captured(&[10, 10, 40, 30, 10, 10, 20, 40, 10, 10], |s| {
        let t = s.tokens.entry("tok");
        (t.price, t.volatility, t.jump_rate) = (Some(TokenPrice::Exogenous), Some(0.0), Some(0.0));
        home(s).token = Some("tok".to_owned());
    });
    let mut run = Run::new(&plan, 5, 0);
    let bloc = |world: &World| (world.networks[0].largest_bloc, world.networks[0].captor);
    assert!((bloc(run.to(7.0)).0 - 6.0 / 19.0).abs() < 1e-12 && bloc(run.world()).1.is_none());
    for (day, at, tokens, share) in [(14.0, 2, 3, 1.0), (21.0, 0, 1, 0.75), (28.0, 4, 4, 0.625)] {
        run.simulation.set_up(|market, _| {
            market.world.tokens[0].abroad -= tokens * 1_000_000;
            market.world.operators[at].member.as_deref_mut().unwrap().staked += tokens * 1_000_000;
        });
        let owner = run.world().operators[if day > 22.0 { 0 } else { 2 }].owner;
        assert_eq!(bloc(run.to(day)).1, Some(owner), "{day}");
        assert!((bloc(run.world()).0 - share).abs() < 1e-12, "{day}: {:?}", bloc(run.world()));
    }
}

/// 1800 H100e of the captor for a load of some 1400, at a margin above what it may take.
fn excluding(exclusion: bool, candidates: f64) -> Blueprint {
    captured(&[300; 10], |s| {
        (home(s).take_rate, home(s).take_most, home(s).exclusion) = (0.1, 0.2, exclusion);
        let kind = s.operators.entry("op");
        (kind.candidates, kind.at_hand) = (candidates, 1.0);
    })
}

fn others(world: &World) -> usize {
    members(world).iter().filter(|(owner, m)| m.active && *owner != CAPTOR).count()
}

#[test]
fn a_captor_with_capacity_to_spare_puts_its_rivals_out_where_it_may() {
    let plan = excluding(false, 0.0);
    let mut run = Run::new(&plan, 5, 0);
    assert!(others(run.to(200.0)) == 4 && run.world().networks[0].captor == Some(CAPTOR));
    let plan = excluding(true, 0.0);
    let mut run = Run::new(&plan, 5, 0);
    assert_eq!(others(run.to(6.9)), 4);
    for day in 7..200 {
        let world = run.to(f64::from(day));
        check_month(world, &plan).unwrap();
        assert_eq!((others(world), world.pools[0].nodes), (0, 1800));
        assert_eq!((world.node_books.retired, inside(world).exits), (1200, 4.0));
        assert!(world.networks[0].captor == Some(CAPTOR));
        assert!(world.market.offered[0] < 1800.0, "{}", world.market.offered[0]);
    }
    // Candidates that come in between do not outlast the round.
    let plan = excluding(true, 52.0);
    let mut run = Run::new(&plan, 5, 0);
    for week in 1..=52 {
        assert_eq!(others(run.to(WEEK * f64::from(week))), 0, "{week}");
    }
}

/// The captor sells four of its six operators.
#[test]
fn capture_ends_when_the_bloc_falls_below_the_threshold_and_the_take_returns_to_its_base() {
    for exclusion in [false, true] {
        let plan = excluding(exclusion, 0.0);
        let mut run = Run::new(&plan, 5, 0);
        let n = &run.to(70.0).networks[0];
        assert_eq!(n.captor, Some(CAPTOR));
        assert!(exclusion || (n.take - 0.2).abs() < 1e-12, "the most allowed: {}", n.take);
        run.simulation.set_up(|market, _| {
            let world = &mut market.world;
            for at in [0, 1, 4, 5] {
                world.operators[at].owner = OwnerId::new(world.owners.len());
                world.owners.push(Owner { residence: zone(&plan, "FOC") });
            }
        });
        assert_eq!(run.to(76.9).networks[0].captor, Some(CAPTOR), "until votes are counted");
        let mut at_end = 0.0;
        for day in 77..300 {
            let n = &run.to(f64::from(day)).networks[0];
            assert!(n.captor.is_none() && !n.excludes && (n.take - 0.1).abs() <= 0.0);
            // The bill of the third month still has what was taken until the votes.
            at_end = if day == 92 { inside(run.world()).captor_income } else { at_end };
        }
        assert!((inside(run.world()).captor_income - at_end).abs() <= 0.0, "nobody takes any more");
    }
}

/// Days on which disputes began (true) and were settled, in order.
fn turns(run: &Run<'_>) -> Vec<(f64, bool)> {
    let of = run.trace.iter().filter(|r| r.code == 84 || r.code == 85);
    of.map(|r| (r.time.as_days(), r.code == 84)).collect()
}

fn disputed() -> Blueprint {
    captured(&[40; 10], |s| {
        (home(s).threshold, home(s).dispute_rate) = (1.0, 3.0);
        (home(s).dispute_time, home(s).stall_erosion) = (45.0, 0.5);
    })
}

/// Theory: a dispute begins at the rate λ = 3 a year while there is none, and ends at the rate 1/45 a day while there is one. N − λ·(time at risk) is a
/// martingale with variance λ·(time at risk), and so for ends. Seed 81, 400 replications of four years, |z| < 5.5 for each (4e-8): errors of 10 % show.
#[test]
fn disputes_come_at_their_rate_and_last_their_mean_length() {
    let plan = disputed();
    let (mut begun, mut ended, mut calm, mut stalled) = (0.0, 0.0, 0.0, 0.0);
    for replication in 0..400 {
        let mut run = Run::new(&plan, 81, replication);
        let disputes = inside(run.to(4.0 * YEAR)).disputes;
        let (mut since, mut stalls, before) = (0.0, false, begun);
        for (day, begins) in turns(&run) {
            assert!(begins != stalls, "one after the other");
            *(if stalls { &mut stalled } else { &mut calm }) += day - since;
            *(if begins { &mut begun } else { &mut ended }) += 1.0;
            (since, stalls) = (day, begins);
        }
        *(if stalls { &mut stalled } else { &mut calm }) += 4.0 * YEAR - since;
        assert!((begun - before - disputes).abs() <= 0.0);
    }
    let (a, b) = (3.0 * calm / YEAR, stalled / 45.0);
    assert!(a > 3000.0 && b > 3000.0, "{a} {b}");
    let z = ((begun - a) / a.sqrt(), (ended - b) / b.sqrt());
    assert!(z.0.abs() < 5.5 && z.1.abs() < 5.5, "{z:?}");
}

#[test]
fn compute_erodes_while_upgrades_stall_and_catches_up_in_months_once_a_dispute_is_settled() {
    let plan = disputed();
    let mut pilot = Run::new(&plan, 5, 0);
    pilot.to(4.0 * YEAR);
    let mut turns = turns(&pilot).into_iter().peekable();
    let then = |share: f64, stalls: bool, days: f64| {
        let (rate, end) = if stalls { (0.5, 0.0) } else { (12.0, 1.0) };
        end + (share - end) * (-rate * days / YEAR).exp()
    };
    let mut run = Run::new(&plan, 5, 0);
    let (mut share, mut since, mut stalls, mut lowest) = (1.0, 0.0, false, 1.0_f64);
    for day in (1..=200).map(|week| WEEK * f64::from(week)) {
        while let Some((turn, begins)) = turns.next_if(|turn| turn.0 <= day) {
            share = then(share, stalls, turn - since);
            (since, stalls) = (turn, begins);
        }
        let expected = then(share, stalls, day - since);
        lowest = lowest.min(expected);
        let world = run.to(day);
        assert!((world.network_share(&plan, PoolId(0), day) - expected).abs() < 1e-8, "{day}");
        assert!((world.market.capacity[0] / 400.0 - expected).abs() < 1e-8, "{day}: {expected}");
        assert!((world.working_compute(&plan, PoolId(0)) / 400.0 - expected).abs() < 1e-8, "{day}");
    }
    assert!(lowest < 0.95, "{lowest}");
}

#[test]
fn where_there_are_no_disputes_their_parameters_move_no_bit() {
    let record = |make: fn(&mut ProviderParameters)| {
        let plan = captured(&[40; 10], |s| {
            (s.horizon.sample, s.horizon.years) = (91.3125, 3.0);
            make(home(s));
        });
        let record = simulate(&plan, 5, 0, &StopFlag::new()).unwrap();
        let bits = record.series.iter().chain(&record.scalars).map(|x| x.to_bits());
        (bits.collect::<Vec<_>>(), record.fingerprint, record.events)
    };
    let bare = record(|_| {});
    assert!(record(|home| home.dispute_rate = 0.0) == bare);
    assert!(record(|home| (home.dispute_time, home.stall_erosion) = (3000.0, 90.0)) == bare);
    assert!(record(|home| home.fork_probability = 1.0) == bare);
    assert!(record(|home| home.dispute_rate = 3.0) != bare, "unless there are some");
}

/// Ample capacity and no erosion, so that disputes alone change nothing; `fork` is the probability of a fork.
fn forking(fork: f64) -> Blueprint {
    captured(&[120; 10], |s| {
        (home(s).threshold, home(s).dispute_rate) = (1.0, 4.0);
        (home(s).stall_erosion, home(s).fork_probability) = (0.0, fork);
        let t = s.tokens.entry("tok");
        (t.price, t.rate, t.required) = (Some(TokenPrice::Exogenous), 1e6, 100.0);
        home(s).token = Some("tok".to_owned());
        s.operators.entry("op").sells = 0.5;
    })
}

/// The first seed whose first dispute comes when a month has been settled, and within a year.
fn forks_after(plan: &Blueprint) -> u64 {
    let first = |seed: &u64| {
        let mut run = Run::new(plan, *seed, 0);
        run.to(YEAR);
        turns(&run).first().is_some_and(|turn| turn.0 > 40.0)
    };
    (0..20).find(first).unwrap()
}

#[test]
fn a_fork_takes_the_minority_with_its_nodes_tokens_and_cash_to_the_last_micro_dollar_and_only_once()
{
    let plan = forking(1.0);
    let (from, to) = (plan.networks.list[0].pool, plan.networks.list[1].pool);
    let seed = forks_after(&plan);
    let mut pilot = Run::new(&plan, seed, 0);
    pilot.to(3.0 * YEAR);
    let fork = turns(&pilot)[0].0;
    assert!(turns(&pilot)[1].1 && turns(&pilot).len() > 5, "the first dispute ends at once");
    let mut run = Run::new(&plan, seed, 0);
    let of = |world: &World| -> Vec<_> {
        let state =
            |(o, m): (OwnerId, &Member)| (o, m.cash, m.tokens(), m.staked, m.compute.to_bits());
        members(world).into_iter().map(state).collect()
    };
    let books = |world: &World| {
        let pools =
            [from, to].map(|p| (world.pools[p.at()].nodes, world.pools[p.at()].operators.len()));
        let cash = [0, 1].map(|n| world.ledger.micro(world.accounts.operators[n]));
        (pools, cash, world.tokens[0].supply, world.node_books.retired)
    };
    let start = fork.floor() as u32;
    for day in start - 10..=start {
        check_month(run.to(f64::from(day)), &plan).unwrap();
    }
    let (states, before) = (of(run.to(fork - 1e-6)), books(run.world()));
    assert_eq!((before.0, before.1[1]), ([(1200, 10), (0, 0)], 0));
    let after = books(run.to(fork + 1e-6));
    assert_eq!(of(run.world()), states, "nobody is richer or poorer");
    let left: i128 = states.iter().filter(|s| s.0 != CAPTOR).map(|s| s.1).sum();
    assert!(left > 1_000_000_000, "{left}");
    assert_eq!(after.0, [(720, 6), (480, 4)]);
    assert_eq!(after.1, [before.1[0] - left, left]);
    assert_eq!((after.2, after.3), (before.2, 0));
    assert!(run.world().operators.iter().all(|o| (o.pool == from) == (o.owner == CAPTOR)));
    run.simulation.set_up(|market, _| market.world.operators[0].owner = OwnerId(2));
    for day in (start + 1..=start + 60).chain((start + 61..1095).step_by(30)) {
        let world = run.to(f64::from(day));
        check_month(world, &plan).unwrap();
        assert_eq!(books(world).0, [(720, 6), (480, 4)], "no second fork");
    }
    let rounds = |pool: u32| run.trace.iter().filter(|r| r.code == 83 && r.entity == pool).count();
    assert!(rounds(from.0) > 150 && rounds(to.0) > 100 && inside(run.world()).disputes >= 3.0);
    assert!(run.world().market.served.chunks(3).all(|row| row.iter().sum::<f64>() > 100.0));
}

/// Economies of scale of queues: two of the same nodes in all make their buyers wait longer than one.
#[test]
fn two_networks_after_a_fork_do_not_share_a_queue_and_their_buyers_wait_longer() {
    let (one, two) = (forking(0.0), forking(1.0));
    let seed = forks_after(&two);
    let (mut first, mut second) = (Run::new(&one, seed, 0), Run::new(&two, seed, 0));
    let sums = |world: &World| (inside(world).waiting, inside(world).served);
    let mut waits = |day: f64| [sums(first.to(day)), sums(second.to(day))];
    let before = waits(21.0);
    assert!(before[0].1 > 1e5 && (before[0].0 / before[1].0 - 1.0).abs() < 1e-9, "{before:?}");
    let (start, end) = (waits(400.0), waits(1000.0));
    let wait = |i: usize| (end[i].0 - start[i].0) / (end[i].1 - start[i].1);
    assert!(wait(0) > 0.0 && wait(1) > wait(0), "{} {}", wait(0), wait(1));
}

/// Money of buyers less what the protocol keeps is with operators, their owners and those whom they pay.
#[test]
fn operators_receive_fees_less_the_take_and_the_rest_stays_with_the_protocol() {
    for take in [0.0, 0.25, 1.0] {
        let plan = captured(&SIZES[0], |s| {
            (home(s).take_rate, home(s).threshold) = (take, 1.0);
        });
        let mut run = Run::new(&plan, 5, 0);
        for month in 1..=24 {
            let world = run.to(f64::from(month) * YEAR / 12.0 + 0.01);
            let (a, n) = (&world.accounts, zone(&plan, "FOC").at());
            let of = |account| world.ledger.balance(account);
            let (fees, kept) = (-of(a.buyers[n]), of(a.providers[0]));
            let owners: f64 = a.owners.iter().map(|&o| of(o)).sum();
            let passed = of(a.operators[0]) + owners + of(a.power[n]) + of(a.services[n]);
            assert!(fees > 1e5 * f64::from(month) && world.networks[0].captor.is_none(), "{fees}");
            assert!((kept - take * fees).abs() < 1e-9 * fees + 1e-3, "{month}: {kept} {fees}");
            assert!((passed - (1.0 - take) * fees).abs() < 1e-9 * fees + 1e-3, "{month}");
        }
    }
}
