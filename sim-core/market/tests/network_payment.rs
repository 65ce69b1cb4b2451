//! Paying networks in tokens, and the stake that operators pay for: who gets the money, who gets the tokens, what the risk costs.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::nation::CurrencyResponse;
use autarky_market::entity::provider::{
    CapacityTarget, Payment, PriceRule, ProviderKind, Verification,
};
use autarky_market::entity::token::{Emission, TokenParameters, TokenPrice};
use autarky_market::metric::series::SERIES;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::operator::Member;
use autarky_market::world::token::MICRO;
use common::{Run, add_pool, fleet, island, pool, zone};

const UNBONDING: u16 = 82;
const YEAR: f64 = 365.25;

/// Makes provider `id` a network of so many operators, paid in a token whose price stands at 1 USD. Nobody enters, grows, leaves, rules or sells, and
/// nothing is issued.
fn make_network(s: &mut Scenario, id: &str, operators: usize) {
    let kind = s.operators.entry("op");
    (kind.candidates, kind.reinvested, kind.sells, kind.patience) = (0.0, 0.0, 0.0, 1200);
    let t = s.tokens.entry("tok");
    (t.price, t.impact) = (Some(TokenPrice::Exogenous), 0.0);
    (t.volatility, t.jump_rate) = (Some(0.0), Some(0.0));
    let network = s.providers.entry(id);
    (network.kind, network.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    (network.operators, network.token) =
        (i64::try_from(operators).unwrap(), Some("tok".to_owned()));
    (network.operator_mix, network.threshold) = (vec![("op".to_owned(), 1.0)], 1.0);
    s.horizon.tick = 7.0;
}

/// The island with such a network at home, of operators with so many nodes each.
fn still(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    make_network(&mut s, "home", nodes.len());
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

/// An island short of hard currency from the first days on, beside a network abroad that exports. Its token has a volatility of one, hence a risk premium of
/// ½·3·7/365.25 = 0.02875.
fn importing(
    payment: Payment,
    (response, premium): (CurrencyResponse, f64),
    make: impl FnOnce(&mut Scenario),
) -> Blueprint {
    let mut s = island();
    let nation = s.nations.entry("FOC");
    (nation.currency_onset, nation.currency_length) = (YEAR, 36_525.0);
    (nation.currency_response, nation.currency_premium) = (response, premium);
    add_pool(&mut s, "znet", "AAA");
    make_network(&mut s, "znet", 2);
    token(&mut s).volatility = Some(1.0);
    let network = s.providers.entry("znet");
    (network.exports, network.payment) = (true, payment);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[200, 1500, 1500]);
    plan
}

const RISK: f64 = 0.5 * 3.0 * 7.0 / YEAR;

#[test]
fn in_a_shortage_that_waits_a_network_abroad_stays_open_to_those_who_may_pay_in_tokens() {
    for (payment, open) in
        [(Payment::Currency, false), (Payment::Token, true), (Payment::Either, true)]
    {
        let plan = importing(payment, (CurrencyResponse::Wait, 0.44), |_| {});
        let (focus, network) = (zone(&plan, "FOC"), pool(&plan, "znet"));
        let mut run = Run::new(&plan, 12, 0);
        assert!(run.world().has_access(&plan, network, focus), "before");
        let world = run.to(700.0);
        assert!(world.hard_currency.is_short(focus));
        assert_eq!(world.has_access(&plan, network, focus), open, "{payment:?}");
        assert_eq!(world.served_to(&plan, network, focus) > 1.0, open, "{payment:?}");
        let rail = world.networks[0].rails[focus.at()];
        assert_eq!(rail.tokens, open, "{payment:?}");
        assert!(!open || (rail.premium - RISK).abs() < 1e-12, "{rail:?}");
        // Those at home and in other nations have money.
        for nation in [zone(&plan, "AAA"), zone(&plan, "BBB")] {
            assert!(world.has_access(&plan, network, nation));
            let rail = world.networks[0].rails[nation.at()];
            assert_eq!(rail.tokens, payment == Payment::Token);
        }
        let dealers = world.ledger.micro(world.accounts.dealers[focus.at()]);
        assert_eq!(dealers, 0, "nobody pays a premium to dealers while all waits");
    }
}

/// Where foreign clouds are paid from balances abroad there is no shortage to evade.
#[test]
fn who_pays_from_balances_abroad_pays_money_even_in_a_shortage_that_waits() {
    let plan = importing(Payment::Either, (CurrencyResponse::Wait, 0.44), |s| {
        s.nations.entry("FOC").currency_clouds = true;
    });
    let (focus, network) = (zone(&plan, "FOC"), pool(&plan, "znet"));
    let mut run = Run::new(&plan, 12, 0);
    let world = run.to(700.0);
    assert!(world.hard_currency.is_short(focus) && world.served_to(&plan, network, focus) > 1.0);
    let rail = world.networks[0].rails[focus.at()];
    assert!(!rail.tokens && rail.premium.abs() <= 0.0, "{rail:?}");
}

/// The risk premium costs the buyer and is paid to nobody; the premium on currency is paid to dealers.
#[test]
fn with_a_choice_a_buyer_pays_the_smaller_of_the_premia_on_currency_and_on_the_risk_of_tokens() {
    for (premium, in_tokens) in [(0.44, true), (0.02, false), (0.029, true), (0.0285, false)] {
        let least = if in_tokens { RISK } else { premium };
        let always = [(Payment::Token, RISK), (Payment::Currency, premium)];
        for (payment, expected) in always.into_iter().chain([(Payment::Either, least)]) {
            let plan = importing(payment, (CurrencyResponse::Premium, premium), |_| {});
            let (focus, network) = (zone(&plan, "FOC"), pool(&plan, "znet"));
            let mut run = Run::new(&plan, 13, 0);
            let sums = |world: &World| {
                let window = &world.observers.window[0];
                (window.spent_abroad, window.currency_premium)
            };
            let before = sums(run.to(370.0));
            let world = run.to(700.0);
            let after = sums(world);
            let rail = world.networks[0].rails[focus.at()];
            assert!((rail.premium - expected).abs() < 1e-12, "{payment:?} {rail:?}");
            let border = world.market.border_price[network.at() * plan.nations.len() + focus.at()];
            let posted = world.pools[network.at()].price / world.market.reference_price;
            assert!((border / posted - 1.0 - expected).abs() < 1e-12, "{payment:?} {border}");
            let (spent, paid) = (after.0 - before.0, after.1 - before.1);
            let owed = if rail.tokens { 0.0 } else { premium * spent };
            assert!(spent > 1e4 && (paid - owed).abs() < 1e-9 * spent, "{payment:?} {paid} {owed}");
            let tokens = &world.tokens[0];
            let given_up = 1_000_000_000_000_000 - tokens.home.iter().sum::<i128>() - tokens.abroad;
            assert_eq!(given_up > 0, rail.tokens, "tokens are bought by those who pay in them");
        }
    }
}

/// ½γσ²·days/365.25 with σ² of diffusion and jumps, σ² + λ(μ²+δ²).
#[test]
fn the_risk_premium_is_half_of_aversion_times_the_variance_while_tokens_are_held() {
    for (aversion, days, law) in [
        (3.0, 7.0, [1.225, 6.71, 0.04, 0.289]),
        (1.5, 30.0, [0.4, 0.0, 0.5, 0.5]),
        (0.5, 1.0, [0.0, 12.0, -0.1, 0.2]),
        (0.0, 7.0, [1.225, 6.71, 0.04, 0.289]),
        (3.0, 0.0, [1.225, 6.71, 0.04, 0.289]),
    ] {
        let [sigma, rate, mean, deviation] = law;
        let plan = still(&[40, 60], |s| {
            let t = token(s);
            (t.volatility, t.jump_rate) = (Some(sigma), Some(rate));
            (t.jump_mean, t.jump_deviation) = (Some(mean), Some(deviation));
            let home = s.providers.entry("home");
            (home.payment, home.aversion, home.holding) = (Payment::Token, aversion, days);
        });
        let mut run = Run::new(&plan, 14, 0);
        let rail = run.to(30.0).networks[0].rails[zone(&plan, "FOC").at()];
        let variance = sigma * sigma + rate * (mean * mean + deviation * deviation);
        let expected = 0.5 * aversion * variance * days / YEAR;
        assert!(rail.tokens && (rail.premium - expected).abs() < 1e-14, "{rail:?} {expected}");
    }
}

/// What everybody has received, micro-dollars: buyers (negative), holders of tokens, the provider, and what operators, their owners and those they pay have.
fn received(plan: &Blueprint, world: &World) -> [i128; 4] {
    let (n, a) = (zone(plan, "FOC").at(), &world.accounts);
    let micro = |account| world.ledger.micro(account);
    [
        micro(a.buyers[n]),
        micro(a.holders[n]) + micro(a.holders_abroad),
        micro(a.providers[plan.pools[plan.networks.list[0].pool.at()].provider.at()]),
        micro(a.operators[0]) + micro(a.owners[n]) + micro(a.power[n]) + micro(a.services[n]),
    ]
}

#[test]
fn tokens_that_buyers_pay_with_go_to_operators_and_the_take_to_the_treasury() {
    for sells in [0.0, 1.0] {
        let plan = still(&[30, 60], |s| {
            s.operators.entry("op").sells = sells;
            let home = s.providers.entry("home");
            (home.payment, home.take_rate) = (Payment::Token, 0.2);
        });
        let mut run = Run::new(&plan, 15, 0);
        for month in 1..=24 {
            let world = run.to(30.5 * f64::from(month));
            let [spent, holders, provider, operators] = received(&plan, world);
            let (t, of) = (&world.tokens[0], members(world));
            let liquid: i128 = of.iter().map(|m| m.liquid).sum();
            let given_up = t.supply - t.home.iter().sum::<i128>() - t.abroad;
            assert_eq!(given_up, t.treasury + liquid);
            assert!((holders - given_up).abs() < 200, "a dollar a token: {holders} {given_up}");
            assert!((spent as f64 / 5.0 + t.treasury as f64).abs() < 200.0, "the take");
            assert!(provider.abs() < 200, "no fee reaches the provider, all costs are passed on");
            assert!((operators - (-spent - given_up)).abs() < 400, "what they sold is theirs");
            assert!(sells > 0.0 || operators.abs() < 400, "nothing sold, nothing had");
            let ratio = of[1].liquid as f64 / of[0].liquid as f64;
            assert!(sells > 0.0 || (ratio - 2.0).abs() < 1e-6, "by work: {ratio}");
            assert!(-spent > 1_000_000 && (t.supply, t.burned) == (1_000_000_000_000_000, 0));
        }
        // Sold in the first epoch after the month's end, within a week.
        let world = run.to(30.4375 * 24.0 + 7.0);
        let unsold: i128 = members(world).iter().map(|m| m.liquid).sum();
        assert_eq!(unsold == 0, sells > 0.0);
    }
}

#[test]
fn under_burn_and_mint_the_buyers_tokens_are_burned_and_operators_live_on_mint_alone() {
    for rate in [0.0, 2e5] {
        let plan = still(&[30, 60], |s| {
            s.operators.entry("op").sells = 1.0;
            let t = token(s);
            (t.emission, t.rate, t.work, t.stake) = (Emission::BurnAndMint, rate, 1.0, 0.0);
            let home = s.providers.entry("home");
            (home.payment, home.take_rate) = (Payment::Token, 0.2);
        });
        let mut run = Run::new(&plan, 16, 0);
        let world = run.to(730.0);
        let [spent, holders, provider, operators] = received(&plan, world);
        let t = &world.tokens[0];
        assert!((t.burned + spent).abs() < 200, "all that buyers paid: {} {spent}", t.burned);
        assert_eq!(t.supply, 1_000_000_000_000_000 + t.minted - t.burned);
        assert!((t.minted as f64 - rate * t.last * MICRO).abs() < 2.0);
        assert!((operators - (t.minted - t.treasury)).abs() < 400, "{operators} {}", t.minted);
        assert!((holders + spent + operators).abs() < 600 && provider.abs() < 200);
        assert!(t.burned > 1_000_000_000_000, "{}", t.burned);
        let owners = world.ledger.micro(world.accounts.owners[zone(&plan, "FOC").at()]);
        assert!(rate > 0.0 || owners < -1_000_000_000, "without mint owners pay all: {owners}");
    }
}

/// Prices and demand stand still, so spending is constant; epochs are months, as bills are. After six years of a reversion of 4 a year, and of a memory of 30
/// days, less than 1e-8 is left of the start. The tolerance is 1e-6, from a start far below and one far above.
#[test]
fn the_burn_and_mint_price_goes_to_spending_over_mint() {
    let mut prices = Vec::new();
    for start in [0.2, 5.0] {
        let plan = still(&[30, 60], |s| {
            s.demand.reference_price_decline = 0.0;
            s.operators.entry("op").sells = 1.0;
            let t = token(s);
            (t.emission, t.rate) = (Emission::BurnAndMint, 1e6);
            (t.price, t.price_initial) = (Some(TokenPrice::BurnAndMint), start);
            (t.volatility, t.jump_rate) = (None, None);
            (t.epoch, s.horizon.tick) = (YEAR / 12.0, YEAR / 48.0);
            let home = s.providers.entry("home");
            (home.payment, home.aversion) = (Payment::Token, 0.0);
            (home.price_rule, home.administered_price) = (PriceRule::Administered, Some(2.0));
        });
        let mut run = Run::new(&plan, 17, 0);
        let spent = |world: &World| -received(&plan, world)[0] as f64 / MICRO;
        let early = run.to(YEAR / 12.0 * 12.0 + 1.0).tokens[0].price();
        let before = spent(run.to(YEAR * 5.0 + 1.0));
        let burned = run.world().tokens[0].burned as f64 / MICRO;
        let world = run.to(YEAR * 6.0 + 1.0);
        let (spending, price) = (spent(world) - before, world.tokens[0].price());
        assert!((price * 1e6 / spending - 1.0).abs() < 1e-6, "{price} {spending}");
        // There as many are burned as minted.
        let burned = world.tokens[0].burned as f64 / MICRO - burned;
        assert!((burned / 1e6 - 1.0).abs() < 1e-5, "{burned}");
        assert!((early - price).abs() > 1e-3 && (early / price > 1.0) == (start > price));
        prices.push(price);
    }
    assert!((prices[0] / prices[1] - 1.0).abs() < 1e-6 && prices[0] > 0.3 && prices[0] < 4.0);
}

/// With the token's price risk free, or money as the rail, a token is a matter between operators and its buyers.
#[test]
fn a_token_without_stake_leaves_served_work_as_it_is_without_one() {
    let record = |named: Option<&str>, payment: Payment, rate: f64| {
        let mut s = island();
        (s.horizon.years, s.horizon.sample) = (2.0, 91.3125);
        add_pool(&mut s, "zcloud", "AAA");
        make_network(&mut s, "home", 3);
        s.operators.entry("op").sells = 1.0;
        s.hardware.entry("ha").failure_rate = 0.002;
        (s.demand.noise, s.horizon.tick) = (0.1, 7.0);
        let t = token(&mut s);
        (t.volatility, t.jump_rate, t.rate, t.impact) = (None, None, rate, 1.0);
        s.providers.entry("zcloud").exports = true;
        let home = s.providers.entry("home");
        (home.exports, home.token) = (true, named.map(str::to_owned));
        (home.payment, home.aversion) = (payment, 0.0);
        let mut plan = Blueprint::new(&s).unwrap();
        fleet(&mut plan, &[40, 60, 80, 100]);
        simulate(&plan, 18, 0, &StopFlag::new()).unwrap()
    };
    let without = record(None, Payment::Currency, 0.0);
    for (payment, rate) in [
        (Payment::Currency, 0.0),
        (Payment::Currency, 3e6),
        (Payment::Either, 3e6),
        (Payment::Token, 3e6),
    ] {
        let with = record(Some("tok"), payment, rate);
        let rows =
            without.series.chunks_exact(SERIES.len()).zip(with.series.chunks_exact(SERIES.len()));
        assert!(with.series.len() >= 7 * SERIES.len());
        for (before, after) in rows {
            // What holders abroad pay for tokens is income of the owners.
            let of_tokens = |name: &str| {
                name.starts_with("token_") || matches!(name, "network_margin" | "producer_surplus")
            };
            for ((line, _), (a, b)) in SERIES.iter().zip(before.iter().zip(after)) {
                let same = a.to_bits() == b.to_bits() || of_tokens(line.name);
                assert!(same, "{payment:?} {rate} {}: {a} {b}", line.name);
            }
        }
    }
}

/// Candidates come, all with hardware at hand or all without, and bind 700 USD of tokens for an H100e.
fn entering(at_hand: f64) -> Blueprint {
    still(&[20, 30], |s| {
        s.horizon.tick = 7.0;
        let kind = s.operators.entry("op");
        (kind.candidates, kind.size, kind.at_hand) = (12.0, 8.0, at_hand);
        kind.orders = at_hand < 1.0;
        (kind.hurdle, kind.scale) = (-10.0, 0.01);
        (token(s).required, token(s).domestic) = (700.0, 0.25);
    })
}

#[test]
fn stake_is_bought_and_paid_when_nodes_are_installed() {
    for at_hand in [1.0, 0.0] {
        let plan = entering(at_hand);
        let mut run = Run::new(&plan, 8, 0);
        let start: i128 = members(run.world()).iter().map(|m| m.staked).sum();
        assert_eq!(start, 50 * 700_000_000, "of the first operators, bound before");
        let world = run.to(700.0);
        let (mut bound, mut compute) = (0, 0.0);
        for (o, operator) in world.operators.iter().enumerate() {
            let member = operator.member.as_deref().unwrap();
            let installed = world.installed_by(&plan, autarky_market::id::OperatorId::new(o));
            assert!((member.staked as f64 - installed * 700.0 * MICRO).abs() < 100.0, "{member:?}");
            (bound, compute) = (bound + member.staked, compute + installed);
        }
        assert!(compute > 80.0, "some came: {compute}");
        // Buyers of tokens gave them up, a quarter at home, and were paid their price, one dollar each.
        let (t, home) = (&world.tokens[0], zone(&plan, "FOC").at());
        assert_eq!(t.home[home] + t.abroad, 1_000_000_000_000_000 - bound);
        let paid = |account| world.ledger.micro(account);
        let (near, far) = (paid(world.accounts.holders[home]), paid(world.accounts.holders_abroad));
        assert!((near + far - (bound - start)).abs() < 200, "{near} {far} {bound}");
        assert!((near as f64 / (bound - start) as f64 - 0.25).abs() < 1e-6, "{near} {far}");
    }
}

fn stakes(world: &World) -> Vec<f64> {
    members(world).iter().map(|m| m.staked as f64 / MICRO).collect()
}

/// A dishonest network whose cheaters are found out in days and keep their place: each time half of what is bound is lost.
#[test]
fn slashed_stake_is_burned_in_its_share_and_the_rest_goes_to_the_treasury() {
    let plan = still(&[20, 30], |s| {
        s.horizon.tick = 7.0;
        (s.operators.entry("op").dishonest, s.operators.entry("op").cheat_share) = (1.0, 1.0);
        let t = token(s);
        (t.required, t.slash, t.burned, t.forfeit) = (1000.0, 0.5, 0.3, 1.0);
        let home = s.providers.entry("home");
        (home.verification, home.audit_rate, home.ejects) = (Verification::SpotCheck, 1e-5, false);
    });
    let mut run = Run::new(&plan, 9, 0);
    let mut before = stakes(run.world());
    let mut found = 0;
    for week in 1..=200 {
        let now = stakes(run.to(7.0 * f64::from(week)));
        for (now, before) in now.iter().zip(&before) {
            let kept = now / before;
            assert!((kept - 1.0).abs() < 1e-12 || (kept - 0.5).abs() < 1e-6, "{kept}");
            found += u32::from(kept < 0.9);
        }
        before = now;
    }
    let (t, world) = (&run.world().tokens[0], run.world());
    let lost = 50_000_000_000 - members(world).iter().map(|m| m.staked).sum::<i128>();
    assert!(found > 3 && lost > 20_000_000_000, "{found} {lost}");
    assert_eq!(t.burned + t.treasury, lost);
    assert!((t.burned as f64 - 0.3 * lost as f64).abs() <= f64::from(found), "{}", t.burned);
    assert_eq!(t.supply, 1_000_000_000_000_000 - t.burned);
    assert!((world.observers.window[0].inside.detections - f64::from(found)).abs() < 0.5);
}

/// All lose money and leave at their first review; or all cheat and are put out at the first round.
#[test]
fn who_leaves_waits_for_its_stake_and_forfeits_a_part_only_of_its_own_will() {
    for own_will in [true, false] {
        let plan = still(&[20, 30], |s| {
            s.horizon.tick = 7.0;
            s.operators.entry("op").patience = 1;
            let t = token(s);
            (t.required, t.forfeit, t.burned, t.unbonding) = (1.0, 0.25, 0.6, 100.0);
            t.domestic = 0.5;
            let home = s.providers.entry("home");
            if own_will {
                (home.price_rule, home.administered_price) = (PriceRule::Administered, Some(1e-6));
            } else {
                (home.verification, home.audit_rate) = (Verification::SpotCheck, 1.0);
                s.operators.entry("op").dishonest = 1.0;
            }
        });
        let mut run = Run::new(&plan, 10, 0);
        // The first review is half a month after the start.
        let out = if own_will { YEAR / 24.0 } else { 7.0 };
        run.to(out - 0.5);
        assert!(members(run.world()).iter().all(|m| m.active && m.staked > 0));
        let world = run.to(out + 0.5);
        let lost: i128 = if own_will { 12_500_000 } else { 0 };
        let of = members(world);
        assert!(of.iter().all(|m| !m.active && m.staked == 0 && m.tokens() == m.unbonding));
        assert_eq!(of.iter().map(|m| m.unbonding).sum::<i128>(), 50_000_000 - lost);
        assert_eq!(
            (world.tokens[0].burned, world.tokens[0].treasury),
            (lost * 6 / 10, lost * 4 / 10)
        );
        run.to(out + 99.5);
        assert!(run.trace.iter().all(|r| r.code != UNBONDING));
        let owners =
            |world: &World| world.ledger.micro(world.accounts.owners[zone(&plan, "FOC").at()]);
        let before = owners(run.world());
        run.to(out + 100.5);
        let done: Vec<_> = run.trace.iter().filter(|r| r.code == UNBONDING).collect();
        assert_eq!(done.len(), 2);
        assert!(done.iter().all(|r| (r.time.as_days() - out - 100.0).abs() < 1e-6));
        let world = run.world();
        // Free tokens are sold, at one dollar each, for the owner.
        assert_eq!(owners(world) - before, 50_000_000 - lost);
        assert!(members(world).iter().all(|m| m.tokens() == 0));
    }
}

/// All that is issued goes to the treasury, which grants a share of what it has for work: T(k+1) = T(k)·(1 − g·Δt) + ρ·Δt.
#[test]
fn the_treasury_grants_tokens_for_work_at_its_yearly_rate() {
    let plan = still(&[20, 60], |s| {
        s.horizon.tick = 7.0;
        let t = token(s);
        (t.work, t.stake, t.rate, t.grants) = (0.0, 0.0, 1e6, 2.0);
    });
    let mut run = Run::new(&plan, 11, 0);
    let (mut treasury, span) = (0.0, 7.0 / YEAR);
    for week in 1..=150 {
        let world = run.to(7.0 * f64::from(week));
        treasury += 1e6 * span - treasury * 2.0 * span;
        let t = &world.tokens[0];
        assert!((t.treasury as f64 / MICRO - treasury).abs() < 1e-3, "{week} {treasury}");
        let of = members(world);
        assert_eq!(of[0].liquid + of[1].liquid + t.treasury, t.minted);
        assert!((of[1].liquid as f64 - 3.0 * of[0].liquid as f64).abs() < 2000.0);
    }
    assert!((treasury / 5e5 - 1.0).abs() < 0.05, "near ρ/g: {treasury}");
}
