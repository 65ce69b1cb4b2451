//! Operators of networks: whom the rules let in, how they grow, when they leave and are bought; books, limits and signs.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use std::collections::BTreeSet;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::Scope;
use autarky_market::entity::operator::{EntryRule, OperatorParameters};
use autarky_market::entity::provider::{
    CapacityTarget, PriceRule, ProviderKind, ProviderParameters,
};
use autarky_market::entity::token::TokenPrice;
use autarky_market::id::{OwnerId, PoolId};
use autarky_market::metric::integrity::check_month;
use autarky_market::scenario::Scenario;
use autarky_market::world::operator::Member;
use autarky_market::world::{ModelError, World};
use common::{Run, fleet, island, regime};

const HOME: PoolId = PoolId(0);

fn kind(s: &mut Scenario) -> &mut OperatorParameters {
    s.operators.entry("op")
}

fn home(s: &mut Scenario) -> &mut ProviderParameters {
    s.providers.entry("home")
}

/// The island as a network of operators with so many nodes each (of 1 H100e). Nobody enters, grows, leaves or rules, and no price changes, until `make` says so.
fn still(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = 7.0;
    s.demand.reference_price_decline = 0.0;
    for model in ["ha", "hb"] {
        s.hardware.entry(model).price_decline = 0.0;
    }
    let op = kind(&mut s);
    (op.candidates, op.reinvested, op.patience) = (0.0, 0.0, 1200);
    (op.size_dispersion, op.cost_dispersion) = (0.0, 0.0);
    let home = home(&mut s);
    (home.kind, home.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    home.operators = i64::try_from(nodes.len()).unwrap();
    (home.operator_mix, home.threshold) = (vec![("op".to_owned(), 1.0)], 1.0);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

const YEAR: f64 = 365.25;
/// Price of an H100e with its system, USD.
const CAPITAL: f64 = 40_500.0;

/// Names that take part, with their owners.
fn members(world: &World) -> Vec<(u64, OwnerId, &Member)> {
    world.members(HOME).map(|(_, o, m)| (o.key, o.owner, m)).collect()
}

fn keys(world: &World) -> BTreeSet<u64> {
    world.operators.iter().map(|o| o.key).collect()
}

/// What an H100e earns a year at a price and a load over what it must, at today's cost: 5 % of its price to operate, 0.91 kW at 0.12 USD while it works.
fn earned(plan: &Blueprint, price: f64, load: f64) -> f64 {
    let income = 8766.0 * load * (price - 0.91 * 0.12) - 0.05 * CAPITAL;
    let life = plan.hardware[0].parameters.life;
    income / ((plan.networks.kinds[0].parameters.return_rate + 1.0 / life) * CAPITAL)
}

/// V/K of an H100e if the network had so much more (or less), by what its operators believe.
fn promised(world: &World, plan: &Blueprint, more: f64) -> f64 {
    let belief = world.networks[0].beliefs[0];
    let installed = world.installed_compute(plan, HOME);
    let ordered: f64 = members(world).iter().map(|(_, _, m)| m.due).sum();
    let load = belief.utilisation * installed / (installed + ordered + more);
    earned(plan, belief.price, load.min(1.0))
}

/// The same as it was in the last tick.
fn seen(world: &World, plan: &Blueprint) -> f64 {
    let served: f64 = world.market.served.iter().sum();
    earned(plan, world.pools[0].price, served / world.market.capacity[0])
}

/// A network that newcomers of 8 H100e enter freely. Beliefs are those of yesterday: with half a year of memory and monthly reviews entry overshoots by 2.5 % of V/K.
/// If `old`, each second of the first operators comes to its end within four years.
fn free_entry(operators: u32, old: bool) -> (Blueprint, f64) {
    let mut plan = still(&vec![8; operators as usize], |s| {
        let op = kind(s);
        (op.candidates, op.size, op.entry, op.memory) = (100.0, 8.0, EntryRule::Free, 0.0);
        let home = home(s);
        (home.mark_up, home.review_interval) = (0.5, 1.0);
        s.horizon.tick = 1.0;
    });
    for (i, cohort) in plan.initial.iter_mut().enumerate().filter(|(i, _)| old && i % 2 == 0) {
        cohort.age = 50.0 * YEAR - 1461.0 * (i as f64 + 0.5) / f64::from(operators);
    }
    (plan, 7.0 * YEAR)
}

/// From a fiftieth of the operators, and from nearly twice as many. The band is two entrants and the one that stays out: 2.4 % of V/K.
#[test]
fn with_free_entry_of_equals_profit_goes_to_zero_whatever_the_number_of_operators_at_the_start() {
    let mut numbers = Vec::new();
    for (operators, old) in [(5, false), (100, false), (450, true)] {
        let (plan, end) = free_entry(operators, old);
        let mut run = Run::new(&plan, 5, 0);
        let start = seen(run.to(7.0), &plan);
        assert!(if old { start < 0.7 } else { start > 1.5 }, "{start}");
        for day in 8..400 {
            let load = run.to(f64::from(day)).networks[0].beliefs[0].utilisation;
            assert!(load <= 1.0, "{day}: nobody believes in more than all of it, {load}");
        }
        let world = run.to(end);
        let (out, stay) = (promised(world, &plan, 8.0), promised(world, &plan, -16.0));
        assert!(out < 1.0 && stay >= 1.0, "{operators}: {out} {stay}");
        let seen = seen(world, &plan);
        assert!((seen - 1.0).abs() < stay - out, "{operators}: {seen}");
        assert!(members(world).iter().all(|(_, _, m)| (m.compute - 8.0).abs() < 1e-9));
        numbers.push(members(world).len());
    }
    let (least, most) = (numbers.iter().min().unwrap(), numbers.iter().max().unwrap());
    assert!(most - least <= 2, "{numbers:?}");
}

/// Names that have come in by day 15 to a network of 1000 H100e, of some 400 candidates too small to change it.
fn admitted(make: impl FnOnce(&mut Scenario)) -> BTreeSet<u64> {
    let plan = still(&[100; 10], |s| {
        let op = kind(s);
        (op.candidates, op.size, op.cost_dispersion) = (1e4, 1e-6, 1.0);
        s.tokens.entry("tok").price = Some(TokenPrice::Exogenous);
        home(s).token = Some("tok".to_owned());
        make(s);
    });
    let mut run = Run::new(&plan, 11, 0);
    let start = keys(run.world());
    run.to(15.0);
    assert!(run.trace.iter().filter(|r| r.code == 80).count() > 350);
    keys(run.world()).difference(&start).copied().collect()
}

/// Sets of names from the worst prospect to the best: each holds the one before, and some do not hold the one after.
fn nested(sets: &[BTreeSet<u64>], what: &str) {
    let sizes: Vec<usize> = sets.iter().map(BTreeSet::len).collect();
    assert!(sets.windows(2).all(|w| w[0].is_subset(&w[1])), "{what}: {sizes:?}");
    assert!(sizes.windows(2).all(|w| w[0] + 10 < w[1]), "{what}: {sizes:?}");
}

#[test]
fn a_better_prospect_lets_the_same_candidates_in_and_more() {
    let price = [-0.1, 0.1, 0.3].map(|m| admitted(|s| home(s).mark_up = m));
    nested(&price, "price");
    let emission = [0.0, 1e6, 3e6].map(|rate| {
        admitted(|s| {
            home(s).mark_up = -0.1;
            s.tokens.entry("tok").rate = rate;
        })
    });
    nested(&emission, "emission");
    assert!(emission[0] == price[0], "the same candidates");
    let take = [0.3, 0.1, 0.0].map(|take| {
        admitted(|s| {
            home(s).mark_up = 0.3;
            home(s).take_rate = take;
        })
    });
    nested(&take, "take");
    let rule = |rule, volatility| {
        admitted(|s| {
            let op = kind(s);
            (op.entry, op.volatility) = (rule, volatility);
            home(s).mark_up = 1.0;
        })
    };
    let waits = [0.5, 0.4, 0.3].map(|volatility| rule(EntryRule::Trigger, volatility));
    let [most, more, some] = waits;
    nested(&[most, more, some, rule(EntryRule::Free, 0.3)], "volatility");
}

/// Five operators with twenty times the cost of the network, three of which lose patience at the third review and two of another type at the fifth, and three that
/// earn what they cost. Reviews are on days 15.2, 45.7, 76.1, 106.5 and 137.0.
#[test]
fn operators_that_lose_leave_when_their_patience_ends_are_paid_out_and_get_the_salvage() {
    let types = [("dear", 20.0, 3, 0.5), ("fair", 0.1, 1, 0.375), ("loyal", 20.0, 5, 0.125)];
    let plan = still(&[20; 8], |s| {
        for (id, cost, patience, _) in types {
            let op = s.operators.entry(id);
            (op.cost_factor, op.patience, op.cost_dispersion) = (cost, patience, 0.0);
            (op.candidates, op.reinvested) = (0.0, 0.0);
        }
        let home = home(s);
        home.operator_mix = types.map(|(id, _, _, share)| (id.to_owned(), share)).to_vec();
        (home.price_rule, home.administered_price) = (PriceRule::Administered, Some(0.4));
        s.nations.entry("FOC").demand_scale = 0.2;
    });
    let of = |id: &str| plan.networks.kinds.iter().position(|k| k.id == id).unwrap();
    let mut run = Run::new(&plan, 5, 0);
    let count = |world: &World, id: &str| {
        members(world).iter().filter(|(_, _, m)| m.kind == of(id)).count()
    };
    let start = ["dear", "fair", "loyal"].map(|id| count(run.world(), id));
    assert_eq!(start, [3, 3, 2]);
    let used = |world: &World| -world.ledger.balance(world.accounts.used);
    for (day, dear, loyal) in [(76.0, 3, 2), (76.2, 0, 2), (136.9, 0, 2), (137.0, 0, 0)] {
        let before = run.world().clone();
        let world = run.to(day);
        check_month(world, &plan).unwrap();
        assert_eq!([dear, 3, loyal], ["dear", "fair", "loyal"].map(|id| count(world, id)), "{day}");
        let gone = before.pools[0].nodes - world.pools[0].nodes;
        assert_eq!(gone, 20 * (members(&before).len() - members(world).len()) as u32);
        assert_eq!(
            world.node_books.installed - world.node_books.retired,
            u64::from(world.pools[0].nodes)
        );
        let salvage = f64::from(gone) * CAPITAL * 0.5 * (1.0 - day / (50.0 * YEAR));
        let found = used(world) - used(&before);
        assert!((found - salvage).abs() <= 1e-4 * salvage, "{day}: {found} {salvage}");
        for o in world.operators.iter().filter(|o| !o.member.as_ref().unwrap().active) {
            let m = o.member.as_ref().unwrap();
            assert_eq!((m.cash, m.compute.to_bits()), (0, 0));
            assert!(o.sites.clone().all(|site| world.at_site[site].is_empty()));
        }
        if gone > 0 {
            let paid =
                |w: &World| w.accounts.owners.iter().map(|&a| w.ledger.balance(a)).sum::<f64>();
            assert!(paid(world) - paid(&before) > 0.9 * salvage, "owners have it");
        }
    }
}

/// Compute of a network of ten operators of 10 H100e and two of 200 after five years, in nodes of 0.02 H100e.
fn grown(reinvested: f64, returns: f64, mark_up: f64) -> (f64, f64) {
    let plan = still(&[[500; 10].as_slice(), &[10_000; 2]].concat(), |s| {
        for model in ["ha", "hb"] {
            let model = s.hardware.entry(model);
            (model.compute, model.price, model.power) = (0.02, 600.0, 0.014);
        }
        let op = kind(s);
        (op.reinvested, op.returns_to_scale, op.size) = (reinvested, returns, 50.0);
        home(s).mark_up = mark_up;
        home(s).opex = 0.1;
    });
    let mut run = Run::new(&plan, 5, 0);
    let world = run.to(3.0 * YEAR);
    check_month(world, &plan).unwrap();
    let sum = |large: bool| -> f64 {
        let sizes =
            members(world).into_iter().enumerate().map(|(i, (_, _, m))| (i >= 10, m.compute));
        sizes.filter(|(is, _)| *is == large).map(|(_, size)| size).sum()
    };
    (sum(false), sum(true))
}

/// With constant returns growth is proportional (Gibrat): the ratio of large to small stays at 4, to a node in five hundred.
#[test]
fn retained_earnings_grow_a_network_that_pays_and_returns_to_scale_say_who_grows() {
    let (small, large) = grown(0.0, 1.0, 0.5);
    assert!((small - 100.0).abs() < 1e-9 && (large - 400.0).abs() < 1e-9, "nobody reinvests");
    let (small, large) = grown(1.0, 1.0, -0.3);
    assert!((small - 100.0).abs() < 1e-9 && (large - 400.0).abs() < 1e-9, "it does not pay");
    let ratios: Vec<f64> = [0.7, 0.85, 1.0, 1.25, 1.6]
        .into_iter()
        .map(|returns| {
            let (small, large) = grown(1.0, returns, 0.5);
            assert!(large + small > 520.0, "{returns}: {small} {large}");
            large / small
        })
        .collect();
    assert!((ratios[2] - 4.0).abs() < 0.02, "{ratios:?}");
    assert!(ratios.windows(2).all(|w| w[1] > w[0] + 0.05), "{ratios:?}");
}

/// A network of 400 H100e at a good price, which newcomers of 8 H100e enter.
fn entered(at_hand: f64, make: impl FnOnce(&mut Scenario)) -> Blueprint {
    still(&[40; 10], |s| {
        let op = kind(s);
        (op.candidates, op.size, op.entry, op.at_hand) = (60.0, 8.0, EntryRule::Free, at_hand);
        op.memory = 36_525.0;
        home(s).mark_up = 1.0;
        make(s);
    })
}

/// Compute of those that have come since the start, one by one, and what is due to them together.
fn newcomers(world: &World, plan: &Blueprint) -> (Vec<f64>, f64) {
    let new = |o: &&usize| **o >= 10;
    let ids: Vec<usize> = world.pools[0].operators.iter().map(|o| o.at()).collect();
    let of = |o: &usize| autarky_market::id::OperatorId::new(*o);
    let compute = ids.iter().filter(new).map(|o| world.installed_by(plan, of(o))).collect();
    (compute, members(world).iter().skip(10).map(|(_, _, m)| m.due).sum())
}

#[test]
fn hardware_at_hand_comes_at_once_and_ordered_hardware_when_the_vendor_delivers_it() {
    let plan = entered(1.0, |_| ());
    let mut run = Run::new(&plan, 5, 0);
    for day in 1..=120 {
        let (compute, due) = newcomers(run.to(f64::from(day)), &plan);
        assert!(compute.iter().all(|c| (c - 8.0).abs() < 1e-9) && due.abs() < 1e-9, "{compute:?}");
    }
    assert!(newcomers(run.world(), &plan).0.len() > 10);
    assert!(run.trace.iter().all(|r| r.code != 12), "nothing is delivered");
    let plan = entered(0.0, |_| ());
    let mut run = Run::new(&plan, 5, 0);
    let mut had = 0.0;
    for day in 1..=300 {
        let before = run.trace.len();
        let (compute, due) = newcomers(run.to(f64::from(day)), &plan);
        let has: f64 = compute.iter().sum();
        let delivered = run.trace[before..].iter().any(|r| r.code == 12);
        assert_eq!(has > had, delivered, "{day}");
        assert!((has + due - 8.0 * compute.len() as f64).abs() < 1e-6, "{day}: {has} {due}");
        assert!((day >= 51) == (has > 0.0), "{day}: review 15.2, allocation 21, delivery 51");
        had = has;
    }
    assert!(had > 200.0, "{had}");
}

fn ban(s: &mut Scenario, at: f64) {
    for by in ["AAA", "BBB"] {
        regime(s, by, by, at);
        s.events.entry(by).scope = vec![Scope::Hardware];
    }
}

#[test]
fn a_ban_on_hardware_keeps_out_who_orders_and_lets_in_who_has_it_at_hand_since_before() {
    let plan = entered(0.5, |s| ban(s, 0.0));
    let mut run = Run::new(&plan, 5, 0);
    let (compute, due) = newcomers(run.to(400.0), &plan);
    assert!(compute.len() > 10 && due.abs() < 1e-12);
    assert!(compute.iter().all(|c| (c - 8.0).abs() < 1e-9));
    assert!(run.world().cohorts.iter().all(|c| c.vintage <= 0.0), "bought before the ban");
    // Where it comes between order and shipment, the order is given up, and who has nothing leaves at the next review.
    let plan = entered(0.0, |s| {
        kind(s).candidates = 300.0;
        ban(s, 20.0);
    });
    let mut run = Run::new(&plan, 5, 0);
    let (compute, due) = newcomers(run.to(19.99), &plan);
    let waiting = compute.len();
    assert!(waiting > 1 && compute.iter().all(|c| *c <= 0.0) && due > 8.0);
    let world = run.to(300.0);
    assert!(members(world).len() == 10 && world.pools[0].nodes == 400);
    assert!(world.operators.len() == 10 + waiting, "nobody comes to wait");
    // Where it comes later, what is under way arrives and the rest is given up.
    let plan = entered(0.0, |s| ban(s, 100.0));
    let mut run = Run::new(&plan, 5, 0);
    let (before, open) = newcomers(run.to(99.9), &plan);
    let shipped: f64 = run.world().shipments.iter().map(|s| f64::from(s.nodes)).sum();
    let (after, due) = newcomers(run.to(300.0), &plan);
    let had = |of: &[f64]| of.iter().sum::<f64>();
    assert!(shipped > 0.0 && open > shipped + 1.0 && due.abs() < 1e-12);
    assert!((had(&after) - had(&before) - shipped).abs() < 1e-9);
    check_month(run.world(), &plan).unwrap();
}

/// Seeds 5 and replications 0 to 59 of 60 operators with a hazard of 0.25 a year over two years: Poisson with a mean of 1800. |z| < 6, a false alarm in 1e8; it would find
/// a rate that is off by 15 %.
#[test]
fn mergers_come_at_the_sum_of_the_hazards_and_change_owners_only() {
    let plan = still(&[10; 60], |s| {
        kind(s).merger_rate = 0.25;
        s.horizon.tick = 28.0;
    });
    let mut count = 0;
    for replication in 0..60 {
        let mut run = Run::new(&plan, 5, replication);
        let start = keys(run.world());
        let world = run.to(2.0 * YEAR);
        assert!(keys(world) == start && members(world).len() == 60);
        assert!(members(world).iter().all(|(_, _, m)| (m.compute - 10.0).abs() < 1e-12));
        let owners: BTreeSet<OwnerId> = members(world).iter().map(|(_, owner, _)| *owner).collect();
        let bought = world.observers.window[0].inside.mergers;
        let events = run.trace.iter().filter(|r| r.code == 81).count();
        assert!((bought - events as f64).abs() < 1e-12 && owners.len() < 60);
        assert!(owners.len() + events >= 60, "a name that is bought leaves at most one owner less");
        count += events;
    }
    let z = (count as f64 - 1800.0) / 1800.0_f64.sqrt();
    assert!(z.abs() < 6.0, "{count} z = {z}");
}

#[test]
fn in_a_network_that_nothing_moves_no_node_and_no_dollar_is_lost() {
    let plan = still(&[10; 40], |s| home(s).mark_up = 0.5);
    let mut run = Run::new(&plan, 5, 0);
    for month in 1..=60 {
        let world = run.to(30.0 * f64::from(month));
        check_month(world, &plan).unwrap();
        assert_eq!(
            (world.pools[0].nodes, members(world).len(), world.node_books.retired),
            (400, 40, 0)
        );
        let cash: i128 = members(world).iter().map(|(_, _, m)| m.cash).sum();
        assert_eq!(cash, world.ledger.micro(world.accounts.operators[0]));
    }
    let (books, accounts) = (&run.world().ledger, &run.world().accounts);
    let sum = |of: &[autarky_market::ledger::AccountId]| {
        of.iter().map(|&a| books.balance(a)).sum::<f64>()
    };
    let (paid, costs) = (-sum(&accounts.buyers), sum(&accounts.power) + sum(&accounts.services));
    let rest = sum(&accounts.operators) + sum(&accounts.owners) - (paid - costs);
    assert!(paid > 1e7 && costs > 1e6 && rest.abs() < 1e-3, "{paid} {costs} {rest}");
    assert!(sum(&accounts.providers).abs() < 1e-3, "the network itself keeps nothing");
}

/// The law that the monthly check finds broken after `plant` has altered a sound world with a token.
fn law(plant: impl FnOnce(&mut World)) -> String {
    let plan = still(&[10; 4], |s| {
        s.tokens.entry("tok").price = Some(TokenPrice::Exogenous);
        (s.tokens.entry("tok").rate, s.tokens.entry("tok").required) = (1e6, 100.0);
        home(s).token = Some("tok".to_owned());
    });
    let mut run = Run::new(&plan, 3, 0);
    run.to(100.0);
    run.simulation.set_up(|market, _| {
        check_month(&market.world, &plan).unwrap();
        plant(&mut market.world);
        match check_month(&market.world, &plan) {
            Err(ModelError::Violation(violation)) => violation.law.to_owned(),
            Err(other) => other.to_string(),
            Ok(()) => "none".to_owned(),
        }
    })
}

#[test]
fn a_micro_dollar_or_a_micro_token_too_much_is_noticed() {
    fn third(w: &mut World) -> &mut Member {
        w.operators[2].member.as_deref_mut().unwrap()
    }
    assert_eq!(law(|_| ()), "none");
    assert_eq!(law(|w| third(w).cash += 1), "operators' cash");
    let tokens: [fn(&mut World); 9] = [
        |w| third(w).liquid += 1,
        |w| third(w).staked -= 1,
        |w| third(w).unbonding += 1,
        |w| w.tokens[0].home[0] += 1,
        |w| w.tokens[0].abroad -= 1,
        |w| w.tokens[0].treasury += 1,
        |w| w.tokens[0].supply += 1,
        |w| w.tokens[0].minted += 1,
        |w| w.tokens[0].burned += 1,
    ];
    for plant in tokens {
        assert_eq!(law(plant), "tokens");
    }
}

/// Bits of what is offered and served, and of the compute that works, week by week.
fn lived(operators: u32, decides: bool) -> Vec<u64> {
    let plan = still(&vec![120 / operators; operators as usize], |s| {
        if !decides {
            home(s).capacity_target = CapacityTarget::Portfolio;
        }
    });
    let mut run = Run::new(&plan, 5, 0);
    let mut bits = Vec::new();
    for week in 0..=52 {
        let market = &run.to(7.0 * f64::from(week)).market;
        bits.extend(
            market
                .served
                .iter()
                .chain(&market.offered)
                .chain(&market.capacity)
                .map(|x| x.to_bits()),
        );
    }
    assert!(run.world().market.served.iter().sum::<f64>() > 50.0);
    bits
}

/// The null of the layer. Nodes that never fail, so that no draw is keyed by who runs them.
#[test]
fn a_network_whose_operators_do_nothing_serves_the_same_bits_whoever_and_how_many_they_are() {
    let expected = lived(1, false);
    for operators in [1, 2, 12, 120] {
        assert_eq!(lived(operators, true), expected, "{operators}");
    }
}
