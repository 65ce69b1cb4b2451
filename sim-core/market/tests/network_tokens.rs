//! Tokens of networks: their books, their price, who is paid in them, and that they make no wealth.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::{CapacityTarget, Payment, ProviderKind, Verification};
use autarky_market::entity::token::{Emission, StakeReward, TokenParameters, TokenPrice};
use autarky_market::metric::integrity::check_month;
use autarky_market::metric::series::SERIES;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::operator::Member;
use autarky_market::world::token::{MICRO, TokenState};
use common::{Run, add_pool, fleet, island, t_statistic, zone};

const YEAR: f64 = 365.25;

/// The island as a network of operators with so many nodes each (of 1 H100e), paid in a token whose price stands at 1 USD. Nobody enters, grows, leaves,
/// rules or sells, and nothing is issued, until `make` says so.
fn still(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    let kind = s.operators.entry("op");
    (kind.candidates, kind.reinvested, kind.sells, kind.patience) = (0.0, 0.0, 0.0, 1200);
    let token = s.tokens.entry("tok");
    (token.price, token.impact) = (Some(TokenPrice::Exogenous), 0.0);
    (token.volatility, token.jump_rate) = (Some(0.0), Some(0.0));
    let home = s.providers.entry("home");
    (home.kind, home.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    (home.operators, home.token) = (i64::try_from(nodes.len()).unwrap(), Some("tok".to_owned()));
    (home.operator_mix, home.threshold) = (vec![("op".to_owned(), 1.0)], 1.0);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

fn token(s: &mut Scenario) -> &mut TokenParameters {
    s.tokens.entry("tok")
}

/// Operators, those that left included, in the order in which they came.
fn members(world: &World) -> Vec<&Member> {
    world.operators.iter().filter_map(|o| o.member.as_deref()).collect()
}

/// Micro-tokens of all holders, counted one by one.
fn held(world: &World) -> i128 {
    let t = &world.tokens[0];
    let operators: i128 = members(world).iter().map(|m| m.liquid + m.staked + m.unbonding).sum();
    t.home.iter().sum::<i128>() + t.abroad + t.treasury + operators
}

/// Everything in motion: entry, growth, exit, cheats and stake.
fn lively(s: &mut Scenario) {
    let kind = s.operators.entry("op");
    (kind.candidates, kind.size, kind.at_hand, kind.sells) = (30.0, 8.0, 0.5, 0.6);
    (kind.reinvested, kind.merger_rate, kind.patience) = (0.5, 0.1, 2);
    (kind.dishonest, kind.rational, kind.cost_dispersion) = (0.2, 0.2, 1.5);
    let home = s.providers.entry("home");
    (home.verification, home.audit_rate) = (Verification::SpotCheck, 1e-5);
    s.horizon.tick = 7.0;
}

/// The same with stake at risk and work paid in tokens.
fn bound(s: &mut Scenario) {
    lively(s);
    let t = token(s);
    (t.required, t.slash, t.forfeit, t.burned) = (500.0, 0.5, 0.25, 0.5);
    (t.grants, t.compound, t.impact, t.domestic) = (0.3, 0.7, 1.0, 0.4);
    (t.volatility, t.jump_rate) = (None, None);
    s.providers.entry("home").payment = Payment::Token;
}

#[test]
fn without_emission_stake_and_token_payment_no_token_moves_and_the_network_lives_on_fees() {
    let plan = still(&[40; 8], |s| {
        lively(s);
        s.operators.entry("op").sells = 1.0;
    });
    let mut run = Run::new(&plan, 3, 0);
    let books = |world: &World| {
        let t = &world.tokens[0];
        let of_members: i128 = members(world).iter().map(|m| m.tokens()).sum();
        (t.supply, t.minted, t.burned, t.home.clone(), t.abroad, t.treasury, of_members)
    };
    let start = books(run.world());
    assert_eq!((start.0, start.6), (1_000_000_000_000_000, 0));
    for month in 1..=36 {
        assert_eq!(books(run.to(30.0 * f64::from(month))), start);
    }
    let world = run.world();
    let home = zone(&plan, "FOC");
    let inside = &world.observers.window[0].inside;
    assert!(inside.entries > 5.0 && inside.exits > 0.0 && inside.detections > 0.0, "{inside:?}");
    assert!(world.served_to(&plan, plan.networks.list[0].pool, home) > 100.0);
    assert!(world.ledger.balance(world.accounts.operators[0]) > 1000.0, "cash from fees");
    assert_eq!(world.ledger.micro(world.accounts.holders_abroad), 0);
    assert_eq!(world.ledger.micro(world.accounts.holders[home.at()]), 0);
}

const RULES: [Emission; 5] = [
    Emission::Halving,
    Emission::Geometric,
    Emission::Staged,
    Emission::Fixed,
    Emission::BurnAndMint,
];

fn issuing(rule: Emission, most: Option<f64>) -> Blueprint {
    still(&[40; 6], |s| {
        bound(s);
        let t = token(s);
        (t.emission, t.rate, t.total) = (rule, 2.3e6, 5e6);
        (t.period, t.decline, t.initial, t.most) = (0.75, 0.03, 1e8 + 1.0 / 3.0, most);
    })
}

/// The closed form is taken at the date of the last epoch, in whole micro-tokens.
#[test]
fn supply_is_what_the_schedule_says_and_holders_sum_to_it_to_the_last_micro_token() {
    for rule in RULES {
        let plan = issuing(rule, None);
        let schedule = plan.networks.tokens[0].schedule;
        let mut run = Run::new(&plan, 4, 0);
        for month in 1..=36 {
            let world = run.to(30.0 * f64::from(month));
            check_month(world, &plan).unwrap();
            let t = &world.tokens[0];
            let issued = (schedule.issued(t.last) * MICRO).floor() as i128;
            assert_eq!(t.minted, issued, "{rule:?}");
            assert_eq!(t.supply, 100_000_000_333_333 + issued - t.burned, "{rule:?}");
            assert_eq!(held(world), t.supply, "{rule:?}");
        }
        let t = &run.world().tokens[0];
        assert!(t.last > 2.9 && t.minted > 3_000_000_000_000 && t.burned > 0, "{rule:?}");
    }
}

/// 1.5 million fit below the cap, and every rule would issue about twice that in three years. Where tokens are burned there is room again: there the
/// cap is only never passed.
#[test]
fn a_cap_on_supply_is_never_passed_and_reached_exactly() {
    for rule in RULES {
        let most = 101.5e6;
        let plan = still(&[40; 3], |s| {
            let t = token(s);
            (t.emission, t.rate, t.total, t.period) = (rule, 2.3e6, 5e6, 0.75);
            (t.initial, t.most) = (1e8, Some(most));
        });
        let schedule = plan.networks.tokens[0].schedule;
        let cap = (most * MICRO) as i128;
        let mut run = Run::new(&plan, 4, 0);
        let (mut below, mut at) = (0, 0);
        for week in 1..=156 {
            let t = &run.to(7.0 * f64::from(week)).tokens[0];
            let free = 100_000_000_000_000 + (schedule.issued(t.last) * MICRO).floor() as i128;
            assert_eq!(t.supply, free.min(cap), "{rule:?}");
            (below, at) = (below + u32::from(free < cap), at + u32::from(free > cap));
        }
        assert!(below > 10 && at > 10, "{rule:?}: it binds in between: {below} {at}");
        let plan = issuing(rule, Some(100_000_002.0));
        let mut run = Run::new(&plan, 4, 0);
        for month in 1..=36 {
            let world = run.to(30.0 * f64::from(month));
            assert!(world.tokens[0].supply <= 100_000_002_000_000, "{rule:?}");
            assert_eq!(held(world), world.tokens[0].supply, "{rule:?}");
        }
    }
}

/// Stakes of 2000, 3000 and 5000 tokens (or what `nodes` times 100 makes) at the start, and 100 tokens a day for stake alone.
fn staking(nodes: &[u32], reward: StakeReward, compound: f64) -> Blueprint {
    still(nodes, |s| {
        let t = token(s);
        (t.required, t.epoch, t.rate) = (100.0, 1.0, 100.0 * YEAR);
        (t.work, t.stake, t.stake_reward, t.compound) = (0.0, 1.0, reward, compound);
        let home = s.providers.entry("home");
        (home.round, home.review_interval) = (3650.0, 3650.0);
    })
}

fn stakes(world: &World) -> Vec<f64> {
    members(world).iter().map(|m| m.staked as f64 / MICRO).collect()
}

/// Theory: Pólya's urn; with shares s, θ = 10,000/100 and n rewards the share has mean s and variance s(1−s)n/((θ+1)(θ+n)) (Roşu and Saleh 2021).
/// Seed 61, 1000 replications of 200 rewards. Bounds: |t| < 5.5 for each mean, and 5.5 standard errors of a sample variance, √(2/1000) for shares that are
/// nearly normal; a false alarm of any of the six is rarer than 3e-7. A drift of 3 % of a share and an error of 25 % in its variance show.
#[test]
fn shares_under_a_lottery_are_a_martingale_with_polyas_variance() {
    let plan = staking(&[20, 30, 50], StakeReward::Lottery, 1.0);
    let (mut shares, days) = (vec![Vec::new(); 3], 200.0);
    for replication in 0..1000 {
        let mut run = Run::new(&plan, 61, replication);
        let last = stakes(run.to(days));
        let total: f64 = last.iter().sum();
        assert!((total - 30_000.0).abs() < 1e-3, "{total}");
        for (sample, stake) in shares.iter_mut().zip(last) {
            sample.push(stake / total);
        }
    }
    for (sample, s) in shares.iter().zip([0.2, 0.3, 0.5]) {
        let theory = s * (1.0 - s) * days / (101.0 * 300.0);
        let (_, error) = common::mean_and_error(sample);
        let variance = error * error * sample.len() as f64;
        assert!(t_statistic(sample, s).abs() < 5.5);
        assert!((variance / theory - 1.0).abs() < 5.5 * 0.0447, "{variance} {theory}");
    }
}

/// Every epoch rounds each part by less than a micro-token.
#[test]
fn shares_do_not_move_where_stake_is_rewarded_in_proportion() {
    let plan = staking(&[20, 30, 50], StakeReward::Proportional, 1.0);
    let mut run = Run::new(&plan, 62, 0);
    let last = stakes(run.to(1000.0));
    assert!(last.iter().sum::<f64>() > 1.0999e5, "{last:?}");
    for (stake, s) in last.iter().zip([0.2, 0.3, 0.5]) {
        let off = stake - s * last.iter().sum::<f64>();
        assert!(off.abs() < 1000.0 * 2.0 / MICRO, "{off}");
    }
}

/// Theory: of stakes a < b the smaller wins with a/(2b) (Huang et al. 2021), here 1/8, and 1/5 in a fair lottery. Stakes stay as they are.
/// Seed 63, 8 replications of 1000 epochs, |z| < 5.5 (4e-8 each): an error of 0.02 shows.
#[test]
fn the_first_ticket_wins_for_the_smaller_of_two_with_half_the_ratio_of_stakes() {
    for (reward, theory) in [(StakeReward::FirstTicket, 0.125), (StakeReward::Lottery, 0.2)] {
        let plan = staking(&[20, 80], reward, 0.0);
        let (mut wins, mut rewards) = (0.0, 0.0);
        for replication in 0..8 {
            let mut run = Run::new(&plan, 63, replication);
            let world = run.to(1000.0);
            assert_eq!(stakes(world), [2000.0, 8000.0]);
            let t = &world.tokens[0];
            let each = t.minted as f64 / 1000.0;
            wins += (members(world)[0].liquid as f64 / each).round();
            rewards += 1000.0;
        }
        let z = (wins - rewards * theory) / (rewards * theory * (1.0 - theory)).sqrt();
        assert!(z.abs() < 5.5, "{reward:?}: {wins} of {rewards}");
    }
}

/// The token's state after a year in which nothing but the process moves its price.
fn year(plan: &Blueprint, seed: u64, replication: u64) -> TokenState {
    let mut run = Run::new(plan, seed, replication);
    let world = run.to(YEAR);
    assert!((world.tokens[0].last - 1.0).abs() < 1e-9);
    world.tokens[0].clone()
}

fn exogenous(make: impl FnOnce(&mut TokenParameters)) -> Blueprint {
    still(&[3], |s| {
        let t = token(s);
        t.epoch = YEAR / 12.0;
        (t.volatility, t.jump_rate, t.price_initial) = (None, None, 2.5);
        make(t);
        let home = s.providers.entry("home");
        (home.round, home.review_interval) = (3650.0, 3650.0);
    })
}

/// Theory (Merton 1976): over a year ln P has mean drift − σ²/2 − λ(e^(μ+δ²/2) − 1 − μ) and variance κ₂ = σ² + λ(μ²+δ²). A sample variance has the
/// variance (κ₄ + 2κ₂²)/N, κ₄ = λ(μ⁴+6μ²δ²+3δ⁴). Seed 64, 2000 replications under the default law, drift 0.2; |t| < 5.5 and 5.5 standard errors (1e-7
/// together): an error of 0.18 in the mean and of 18 % in the variance show.
#[test]
fn the_log_of_an_exogenous_price_has_mertons_mean_and_variance() {
    let plan = exogenous(|t| t.drift = Some(0.2));
    let (sigma, rate, mean, deviation) = (1.225_f64, 6.71, 0.04_f64, 0.289_f64);
    let (m2, d2) = (mean * mean, deviation * deviation);
    let expected = 0.2 - sigma * sigma / 2.0 - rate * ((mean + d2 / 2.0).exp() - 1.0 - mean);
    let (k2, k4) =
        (sigma * sigma + rate * (m2 + d2), rate * (m2 * m2 + 6.0 * m2 * d2 + 3.0 * d2 * d2));
    let logs: Vec<f64> = (0..2000).map(|r| (year(&plan, 64, r).price() / 2.5).ln()).collect();
    let n = logs.len() as f64;
    let (_, error) = common::mean_and_error(&logs);
    let z = (error * error * n - k2) / ((k4 + 2.0 * k2 * k2) / n).sqrt();
    assert!(t_statistic(&logs, expected).abs() < 5.5, "{expected} {logs:?}");
    assert!(z.abs() < 5.5, "{z}");
    assert!((plan.networks.tokens[0].volatility - k2.sqrt()).abs() < 1e-12);
}

/// Theory: E P = P₀·e^drift, a martingale without drift. Seed 65, 1500 replications, |t| < 5.5 for each of three laws (1e-7 together). Under the first an error
/// of 6 % shows: without its correction for jumps the mean would be 25 % too high; under the third, without that for the diffusion, 28 %.
#[test]
fn an_exogenous_price_grows_on_average_at_its_drift() {
    for (drift, sigma, rate) in [(0.0, 0.3, 4.0), (0.4, 0.3, 4.0), (0.0, 0.7, 0.0)] {
        let plan = exogenous(|t| {
            (t.drift, t.volatility, t.jump_rate) = (Some(drift), Some(sigma), Some(rate));
            (t.jump_mean, t.jump_deviation) = (Some(0.05), Some(0.1));
        });
        let prices: Vec<f64> = (0..1500).map(|r| year(&plan, 65, r).price()).collect();
        let t = t_statistic(&prices, 2.5 * drift.exp());
        assert!(t.abs() < 5.5, "{t}");
    }
}

/// Identity of draws, not of outcomes: emission, stake, sales, entry and demand differ.
#[test]
fn nothing_in_the_market_moves_the_exogenous_part_of_a_price() {
    let path = |make: fn(&mut Scenario)| {
        let plan = still(&[40; 6], |s| {
            make(s);
            let t = token(s);
            (t.volatility, t.jump_rate) = (None, None);
        });
        let mut run = Run::new(&plan, 66, 5);
        let mut log = |week| {
            let t = &run.to(7.0 * f64::from(week)).tokens[0];
            (t.log.to_bits(), t.impact)
        };
        (1..=104).map(&mut log).unzip::<_, _, Vec<u64>, Vec<f64>>()
    };
    let (calm, none) = path(|_| {});
    assert!(none.iter().all(|x| x.to_bits() == 0), "no impact without sales");
    let (busy, moved) = path(|s| {
        bound(s);
        token(s).rate = 1e7;
        s.demand.noise = 0.3;
    });
    assert!(busy == calm, "the same draws at the same dates");
    assert!(moved.iter().any(|x| x.abs() > 1e-3), "{moved:?}");
    let (unmoved, zero) = path(|s| {
        bound(s);
        (token(s).rate, token(s).impact) = (1e7, 0.0);
    });
    assert!(unmoved == calm && zero.iter().all(|x| x.abs() <= 0.0), "no impact, no effect");
}

/// All is sold at once in every epoch; then the log price falls by the sum of sold over circulating tokens, and the money is the integral of the price.
#[test]
fn sales_lower_the_price_by_their_share_of_the_circulation() {
    let with = |impact: f64| {
        let plan = still(&[30, 50], |s| {
            s.operators.entry("op").sells = 1.0;
            s.horizon.tick = 7.0;
            let t = token(s);
            (t.initial, t.rate, t.impact) = (1e6, 2e5, impact);
            (t.work, t.stake, t.domestic) = (1.0, 0.0, 1.0);
        });
        let mut run = Run::new(&plan, 5, 0);
        let (mut supply, mut change, mut money, mut before) = (1e6, 0.0, 0.0, 1.0);
        for week in 1..=100 {
            let world = run.to(7.0 * f64::from(week));
            let t = &world.tokens[0];
            let sold = t.supply as f64 / MICRO - supply - t.treasury as f64 / MICRO;
            supply = t.supply as f64 / MICRO - t.treasury as f64 / MICRO;
            let step = -impact * sold / supply;
            let mean = if step < 0.0 { (step.exp() - 1.0) / step } else { 1.0 };
            money += sold * f64::exp(change) * mean;
            change += step;
            assert!((t.impact - change).abs() < 1e-9, "{} {change}", t.impact);
            assert!(impact <= 0.0 || t.price() < before, "it falls every week");
            before = t.price();
            let paid = -world.ledger.balance(world.accounts.holders[zone(&plan, "FOC").at()]);
            assert!((paid / money - 1.0).abs() < 1e-7, "{paid} {money}");
        }
        (before, money)
    };
    let (flat, all) = with(0.0);
    assert!((flat - 1.0).abs() <= 0.0 && (all - 2e5 * 700.0 / YEAR).abs() < 1.0, "{flat} {all}");
    let (half, less) = with(0.5);
    let (whole, least) = with(1.0);
    assert!(whole < half && half < flat && least < less && less < all, "{whole} {half}");
}

#[test]
fn who_sells_nothing_keeps_every_token_that_it_is_given() {
    let plan = still(&[30, 50], |s| {
        s.horizon.tick = 7.0;
        (token(s).rate, token(s).impact) = (2e5, 1.0);
    });
    let mut run = Run::new(&plan, 5, 0);
    let world = run.to(700.0);
    let (t, of) = (&world.tokens[0], members(world));
    // Nobody has any stake: its part goes to work too, and nothing to the treasury.
    assert_eq!((of[0].liquid + of[1].liquid, t.treasury), (t.minted, 0));
    let given = (t.minted - t.treasury) as f64 / MICRO;
    assert!((world.observers.window[0].inside.emitted / given - 1.0).abs() < 1e-9, "a dollar each");
    assert!((of[0].liquid as f64 / of[1].liquid as f64 - 0.6).abs() < 1e-6, "by work");
    assert_eq!(t.home.iter().sum::<i128>() + t.abroad, 1_000_000_000_000_000);
    assert_eq!(
        (t.price().to_bits(), world.observers.window[0].inside.sold),
        (1.0_f64.to_bits(), 0.0)
    );
    assert_eq!(world.ledger.micro(world.accounts.holders_abroad), 0);
}

/// An island that trades: it buys parts and compute abroad, and its network sells there.
fn trading(rate: f64, domestic: f64) -> Blueprint {
    let mut plan = still(&[40, 60, 80], |s| {
        (s.horizon.tick, s.horizon.sample, s.horizon.years) = (7.0, 91.3125, 2.0);
        add_pool(s, "zcloud", "AAA");
        s.providers.entry("zcloud").exports = true;
        s.providers.entry("home").exports = true;
        let model = s.hardware.entry("ha");
        (model.failure_rate, model.part_share) = (0.002, 1.0);
        s.operators.entry("op").sells = 1.0;
        let t = token(s);
        (t.rate, t.domestic, t.impact) = (rate, domestic, 1.0);
    });
    fleet(&mut plan, &[40, 60, 80, 3000]);
    plan
}

/// Sum over all accounts of the island, in micro-units (its rate is one).
fn national(plan: &Blueprint, world: &World) -> i128 {
    let n = zone(plan, "FOC").at();
    let a = &world.accounts;
    let home = plan.providers.iter().zip(&a.providers).filter(|(p, _)| p.home.at() == n);
    let mut of: Vec<_> = home.map(|(_, &account)| account).collect();
    of.extend([a.buyers[n], a.power[n], a.services[n], a.treasuries[n], a.dealers[n]]);
    of.extend([a.owners[n], a.holders[n], a.operators[0]]);
    of.iter().map(|&account| world.ledger.micro(account)).sum()
}

#[test]
fn emission_moves_value_between_holders_and_operators_and_makes_none() {
    let plans = [trading(0.0, 1.0), trading(5e6, 1.0), trading(5e6, 0.5)];
    let column = |name: &str| SERIES.iter().position(|(c, _)| c.name == name).unwrap();
    let ends = plans.each_ref().map(|plan| {
        let mut run = Run::new(plan, 7, 0);
        run.to(730.5);
        let world = run.world().clone();
        (national(plan, &world), world)
    });
    let records = plans.each_ref().map(|plan| simulate(plan, 7, 0, &StopFlag::new()).unwrap());
    let account = |at: usize, account: fn(&World) -> f64| account(&ends[at].1);
    let at_home: fn(&World) -> f64 =
        |w| w.accounts.holders.iter().map(|&a| w.ledger.balance(a)).sum();
    let owners: fn(&World) -> f64 =
        |w| w.accounts.owners.iter().map(|&a| w.ledger.balance(a)).sum();
    assert!(account(1, at_home) < -2e6 && account(1, owners) > account(0, owners) + 2e6);
    // What the island pays abroad for compute and parts, less what it earns there, is far from nothing, and the same.
    assert!(ends[0].0.abs() > 100_000_000_000, "{}", ends[0].0);
    assert!((ends[1].0 - ends[0].0).abs() <= 4, "{} {}", ends[0].0, ends[1].0);
    let from_abroad = -ends[2].1.ledger.micro(ends[2].1.accounts.holders_abroad);
    assert!(from_abroad > 1_000_000_000_000, "{from_abroad}");
    assert!((ends[2].0 - ends[0].0 - from_abroad).abs() <= 4, "{}", ends[2].0 - ends[0].0);
    let rows = |at: usize, name: &str| {
        records[at]
            .series
            .chunks_exact(SERIES.len())
            .map(|row| row[column(name)])
            .collect::<Vec<_>>()
    };
    let sold: f64 = rows(2, "token_sales_abroad").iter().sum();
    assert!((sold * MICRO - from_abroad as f64).abs() < 10.0, "{sold} {from_abroad}");
    // What is made, used, and paid for work is the same bit for bit, and so is every event.
    let of_tokens =
        ["token_price", "token_emission", "token_sales", "token_sales_abroad", "network_margin"];
    for at in [1, 2] {
        assert_eq!(records[at].fingerprint, records[0].fingerprint);
        // What holders abroad pay is income of the owners, who live on the island.
        let surplus = rows(at, "producer_surplus").into_iter().zip(rows(0, "producer_surplus"));
        for ((with, without), abroad) in surplus.zip(rows(at, "token_sales_abroad")) {
            assert!((with - without - abroad).abs() < 1.0, "{with} {without} {abroad}");
        }
        let others =
            |name: &str| !of_tokens.contains(&name) && (at == 1 || name != "producer_surplus");
        for (line, _) in SERIES.iter().filter(|(line, _)| others(line.name)) {
            let bits = |x: Vec<f64>| x.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(rows(at, line.name)), bits(rows(0, line.name)), "{}", line.name);
        }
        // The zero-token counterfactual: what tokens add to an H100e-hour is their value over the work served.
        let (with, without) =
            (rows(at, "network_margin"), rows(at, "network_margin_without_tokens"));
        let (emission, none) = (rows(at, "token_emission"), rows(0, "network_margin"));
        for (row, hours) in served_hours(&plans[at]).into_iter().enumerate() {
            let added = (with[row] - without[row]) * hours;
            assert!(hours > 1e5 && emission[row] > 1e5, "{hours} {emission:?}");
            assert!((added / emission[row] - 1.0).abs() < 1e-9, "{added} {emission:?}");
            assert!((none[row] - without[row]).abs() <= 0.0, "nothing issued, no difference");
        }
    }
}

/// Work that the network served in each sample's period, H100e-hours, tick by tick.
fn served_hours(plan: &Blueprint) -> Vec<f64> {
    let (mut run, mut hours, mut seen) = (Run::new(plan, 7, 0), vec![0.0; 8], 0);
    let row = plan.networks.list[0].pool.at() * plan.nations.len();
    for day in (0..730).step_by(7).map(f64::from) {
        let world = run.to(day);
        let ticks = world.observers.solves - std::mem::replace(&mut seen, world.observers.solves);
        let served: f64 = world.market.served[row..row + plan.nations.len()].iter().sum();
        hours[(day / 91.3125) as usize] += ticks as f64 * served * 168.0;
    }
    hours
}
