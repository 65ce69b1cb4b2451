//! Checks of results in networks whose operators decide: what slips through, what it costs, who is found out and when, who cheats, and who gets the work.
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
    CapacityTarget, ProviderKind, ProviderParameters, Scheduling, Verification,
};
use autarky_market::entity::token::TokenPrice;
use autarky_market::mechanism::verification::deterring_rate;
use autarky_market::metric::network::NetworkSums;
use autarky_market::metric::series::SERIES;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::operator::{Honesty, Member};
use common::{Run, fleet, island, t_statistic, zone};

/// Work of every job, H100e-hours.
const JOB: f64 = 500.0;
const WEEK: f64 = 7.0;

/// The island as a network of operators with so many nodes each (of 1 H100e). Nobody enters, grows, leaves of its own will, rules or cheats, all jobs
/// are of one size, and no result is checked, until `make` says so.
fn still(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = WEEK;
    for class in ["inference", "fine_tuning", "training"] {
        s.workloads.entry(class).job_size = Some(JOB);
    }
    for id in ["op", "rogue"] {
        let kind = s.operators.entry(id);
        (kind.candidates, kind.reinvested, kind.patience) = (0.0, 0.0, 1200);
    }
    let home = s.providers.entry("home");
    (home.kind, home.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    (home.operators, home.threshold) = (i64::try_from(nodes.len()).unwrap(), 1.0);
    home.operator_mix = vec![("op".to_owned(), 1.0)];
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

fn home(s: &mut Scenario) -> &mut ProviderParameters {
    s.providers.entry("home")
}

/// Half of the operators are of a dishonest type that corrupts the share `cheat` of its jobs.
fn mixed(s: &mut Scenario, cheat: f64) {
    let rogue = s.operators.entry("rogue");
    (rogue.dishonest, rogue.cheat_share) = (1.0, cheat);
    home(s).operator_mix = vec![("op".to_owned(), 0.5), ("rogue".to_owned(), 0.5)];
}

fn spot_check(s: &mut Scenario, rate: f64) {
    (home(s).verification, home(s).audit_rate) = (Verification::SpotCheck, rate);
}

/// Operators in the order in which they came, those that left included.
fn members(world: &World) -> Vec<&Member> {
    world.operators.iter().filter_map(|o| o.member.as_deref()).collect()
}

fn inside(world: &World) -> &NetworkSums {
    &world.observers.window[0].inside
}

fn after(plan: &Blueprint, day: f64) -> World {
    Run::new(plan, 5, 0).to(day).clone()
}

/// Work that the network served in the last tick, H100e-hours; its pool is the first.
fn served(world: &World) -> f64 {
    world.market.served[..3].iter().sum::<f64>() * WEEK * 24.0
}

/// A token at 1 USD of which operators bind so many for an H100e.
fn token(s: &mut Scenario, required: f64) {
    let t = s.tokens.entry("tok");
    (t.price, t.volatility, t.jump_rate) = (Some(TokenPrice::Exogenous), Some(0.0), Some(0.0));
    (t.required, t.slash, t.impact) = (required, 0.5, 0.0);
    home(s).token = Some("tok".to_owned());
}

/// Share of the nodes that cheaters have, of 345 in all.
fn cheaters(world: &World) -> f64 {
    members(world).iter().filter(|m| m.cheats).map(|m| m.compute).sum::<f64>() / 345.0
}

const UNEQUAL: [u32; 6] = [20, 35, 50, 65, 80, 95];

/// Fixed composition, so that shares of work are shares of nodes: accepted bad results are Σ share·s·(1 − qα).
#[test]
fn undetected_errors_fall_with_the_audit_rate_as_the_share_of_cheaters_times_what_checks_miss() {
    let (mut last, accuracy) = (f64::INFINITY, 0.9);
    for rate in [0.0, 0.01, 0.1, 0.4, 0.7, 1.0] {
        let plan = still(&UNEQUAL, |s| {
            mixed(s, 0.3);
            spot_check(s, rate);
            (home(s).audit_accuracy, home(s).ejects) = (accuracy, false);
            // Checking makes work dearer; it must not price all of it out as other prices fall.
            (s.horizon.sample, s.demand.reference_price_decline) = (91.3125, 0.0);
        });
        let world = after(&plan, 80.0);
        let (sums, f) = (inside(&world), cheaters(&world));
        let (expected, found) = (f * 0.3 * (1.0 - rate * accuracy), sums.bad / sums.work);
        assert!(f > 0.2 && f < 0.8 && sums.work > 1e5, "{f}");
        assert!((found - expected).abs() < 1e-12, "{rate}: {found} {expected}");
        assert!(found < last, "{rate}: strictly less than at the rate before");
        assert!(sums.exits <= 0.0 && (rate < 0.1) == (sums.detections < 1.0), "{rate}");
        last = found;
        let record = simulate(&plan, 5, 0, &StopFlag::new()).unwrap();
        let column = SERIES.iter().position(|(c, _)| c.name == "bad_results").unwrap();
        let mut series = record.series.chunks(SERIES.len()).map(|row| row[column]);
        assert!(series.len() == 40 && series.all(|x| (x - expected).abs() < 1e-12), "{rate}");
    }
}

/// What a method comes to after a month: of single results of which the share b is bad it accepts `accepted(b)`, and it needs `work` for a unit of useful work, in
/// capacity (by both of its readings) and in power (0.12 USD/kWh).
fn costs(make: impl FnOnce(&mut ProviderParameters), work: f64, accepted: impl Fn(f64) -> f64) {
    let plan = still(&UNEQUAL, |s| {
        mixed(s, 0.3);
        s.operators.entry("op").cost_dispersion = 0.0;
        s.operators.entry("rogue").cost_dispersion = 0.0;
        home(s).ejects = false;
        make(home(s));
    });
    let mut run = Run::new(&plan, 5, 0);
    // A month's bill covers what was served until its last tick.
    let world = run.to(30.5);
    let (capacity, sums) = (world.market.capacity[0], inside(world));
    assert!((capacity * work / 345.0 - 1.0).abs() < 1e-12, "{capacity}");
    assert!((world.working_compute(&plan, plan.networks.list[0].pool) - capacity).abs() < 1e-9);
    let paid = world.ledger.balance(world.accounts.power[zone(&plan, "FOC").at()]);
    let power = paid / sums.served / (0.12 * world.market.power[0]);
    // What cheaters leave undone takes no power.
    let done = 1.0 - plan.networks.list[0].method.attempted(0.3) * cheaters(world);
    assert!((power / work / done - 1.0).abs() < 1e-9, "{power}");
    let single = 0.3 * cheaters(world);
    assert!(single > 0.05 && (sums.bad / sums.work - accepted(single)).abs() < 1e-12);
}

#[test]
fn redundancy_leaves_the_majority_error_for_one_over_copies_of_capacity_and_copies_times_the_power()
{
    costs(|_| {}, 1.0, |b| b);
    let copies = |r: i64| {
        move |p: &mut ProviderParameters| {
            (p.verification, p.copies) = (Verification::Redundancy, r);
        }
    };
    costs(copies(1), 1.0, |b| b);
    costs(copies(3), 3.0, |b| b * b * (3.0 - 2.0 * b));
    costs(copies(5), 5.0, |b| b.powi(3) * (10.0 - 15.0 * b + 6.0 * b * b));
}

#[test]
fn a_proof_and_an_enclave_cost_their_overhead_and_leave_what_is_unsound_or_not_prevented() {
    for (overhead, alpha) in [(0.1, 1.0), (1.0, 0.9), (4.0, 0.5)] {
        for method in [Verification::Proof, Verification::Enclave] {
            let make = |home: &mut ProviderParameters| {
                (home.verification, home.overhead) = (method, overhead);
                (home.soundness, home.strength) = (alpha, alpha);
            };
            costs(make, 1.0 + overhead, |b| b * (1.0 - alpha));
        }
    }
}

/// Jobs that an operator with so many of the nodes does in each round, as ticks served them: the first round has the work of two ticks.
fn jobs_by_round(plan: &Blueprint, share: f64, rounds: u32) -> Vec<f64> {
    let mut run = Run::new(plan, 5, 0);
    let first = served(run.to(0.0));
    let mut ticks: Vec<f64> = (1..=rounds).map(|k| served(run.to(WEEK * f64::from(k)))).collect();
    ticks[0] += first;
    ticks.iter().map(|w| w * share / JOB).collect()
}

/// Makes one operator a cheater, and leaves all draws as they are.
fn corrupt(run: &mut Run<'_>, at: usize) {
    run.simulation.set_up(|market, _| {
        let member = market.world.operators[at].member.as_deref_mut().unwrap();
        (member.honesty, member.cheats) = (Honesty::Dishonest, true);
    });
}

/// Theory: of n jobs a cheater survives (1 − sq)^n; it is found out at the end of a round, so that the number of rounds K has P[K > k] = (1 − sq)^N(k) with N(k)
/// its jobs until then. Seed 71, 1200 replications. Bounds: the largest gap between the shares found out and theory below √(ln(2/5e-7)/(2·1200)) = 0.080
/// (Dvoretzky, Kiefer and Wolfowitz with Massart's constant, good for discrete laws too), |t| < 5.5 for the mean of K (4e-8): an error of 16 % in the hazard shows.
#[test]
fn a_cheater_is_found_out_after_a_geometric_number_of_jobs_and_leaves_with_its_nodes() {
    let (s, q, rounds) = (0.2, 0.05, 150_u32);
    let plan = still(&[30, 40, 50], |scenario| {
        scenario.operators.entry("op").cheat_share = s;
        spot_check(scenario, q);
    });
    let mut survive = vec![1.0];
    for n in jobs_by_round(&plan, 40.0 / 120.0, rounds) {
        survive.push(survive[survive.len() - 1] * (1.0 - s * q).powf(n));
    }
    assert!(survive[rounds as usize] < 1e-6 && survive[2] > 0.5, "{survive:?}");
    let mut found = Vec::new();
    for replication in 0..1200 {
        let mut run = Run::new(&plan, 71, replication);
        corrupt(&mut run, 1);
        let mut round = 0.0;
        while members(run.world())[1].active {
            round += 1.0;
            run.to(WEEK * round);
        }
        found.push(round);
        let (world, of) = (run.world(), members(run.world()));
        assert_eq!((inside(world).detections, inside(world).exits), (1.0, 1.0));
        assert_eq!((world.pools[0].nodes, world.node_books.retired), (80, 40));
        assert!(of[0].active && of[2].active && world.pools[0].operators.len() == 2);
        assert_eq!((of[1].cash, of[1].compute.to_bits()), (0, 0), "sold, and paid out");
        assert!(of[0].exposure + of[2].exposure <= 0.0 && of[1].exposure >= of[1].threshold);
    }
    let share = |k: usize| found.iter().filter(|&&f| f > k as f64).count() as f64 / 1200.0;
    for (k, s) in survive.iter().enumerate() {
        assert!((share(k) - s).abs() < 0.080, "{k}: {} {s}", share(k));
    }
    let t = t_statistic(&found, survive.iter().sum());
    assert!(t.abs() < 5.5, "{t}");
}

/// Theory (Sarmenta 2002): with a share f of cheaters of whom (1 − qs)^n survive n jobs, s·f·p/((1 − f) + f·p) of results are bad, and of these the share 1 − q is accepted.
/// Seed 72, 60 replications of 20 equal operators, a third of them cheaters. Sign test: in each replication the last quarter of two years has fewer bad
/// results than the first (2^-60 by chance). Over all replications at three dates: the share of results against theory in |z| < 5.5 (1e-7 together), the
/// variance that of the binomial number of survivors; an error of 0.15 in (1 − qs)^n shows.
#[test]
fn errors_under_spot_checks_with_ejection_fall_over_time_as_sarmentas_formula() {
    let (s, q) = (0.1, 0.05);
    let plan = |method: Verification| {
        still(&[10; 20], |scenario| {
            scenario.operators.entry("op").cheat_share = s;
            spot_check(scenario, q);
            home(scenario).verification = method;
        })
    };
    // Work and bad results of each week.
    let weeks = |plan: &Blueprint, replication: u64| {
        let mut run = Run::new(plan, 72, replication);
        (0..18).step_by(3).for_each(|at| corrupt(&mut run, at));
        let (mut before, mut rows) = ([0.0; 2], Vec::new());
        for week in 1..=104 {
            let sums = inside(run.to(WEEK * f64::from(week)));
            rows.push([sums.work - before[0], sums.bad - before[1]]);
            before = [sums.work, sums.bad];
        }
        assert!(members(run.world()).iter().all(|m| m.active || m.cheats), "{replication}");
        rows
    };
    let unchecked = weeks(&plan(Verification::None), 0);
    assert!(unchecked.iter().all(|[work, bad]| (bad / work - 0.03).abs() < 1e-9));
    let (checked, mut sums) = (plan(Verification::SpotCheck), [[0.0; 2]; 104]);
    let rate = |rows: &[[f64; 2]]| {
        rows.iter().map(|r| r[1]).sum::<f64>() / rows.iter().map(|r| r[0]).sum::<f64>()
    };
    for replication in 0..60 {
        let rows = weeks(&checked, replication);
        assert!(rate(&rows[78..]) < rate(&rows[..26]), "{replication}");
        for (sum, row) in sums.iter_mut().zip(&rows) {
            *sum = [sum[0] + row[0], sum[1] + row[1]];
        }
    }
    let jobs = jobs_by_round(&checked, 1.0 / 20.0, 104);
    for week in [10_usize, 30, 60] {
        let p = (1.0 - q * s).powf(jobs[..week].iter().sum());
        let (honest, start) = (60.0 * 14.0, 60.0 * 6.0);
        let error = |alive: f64| s * (1.0 - q) * alive / (honest + alive);
        let deviation = (start * p * (1.0 - p)).sqrt();
        let slope = s * (1.0 - q) * honest / (honest + start * p).powi(2);
        let [work, bad] = sums[week];
        let z = (bad / work - error(start * p)) / (slope * deviation);
        assert!(p > 0.02 && p < 0.9 && z.abs() < 5.5, "{week}: {p} {z}");
    }
}

/// Whether rational operators cheat after their first review, with a stake of `required` USD per H100e of which half is slashed.
fn cheat(required: f64, rate: f64, rents: f64) -> bool {
    let plan = still(&[40; 4], |s| {
        let kind = s.operators.entry("op");
        (kind.rational, kind.rents, kind.cost_dispersion) = (1.0, rents, 0.0);
        token(s, required);
        spot_check(s, rate);
    });
    let of = members(&after(&plan, 16.0)).iter().filter(|m| m.cheats).count();
    assert!(of == 0 || of == 4, "equals decide alike");
    of == 4
}

/// The inspection game: cheating pays while C > d·S. What a job saves is its power, 0.7 kW · 1.3 · 0.12 USD/kWh for each of its hours, that of the check on
/// top (1 + q); what is lost is half of the stake of 40 H100e.
#[test]
fn rational_operators_cheat_just_below_the_deterring_rate_of_audits_and_not_just_above() {
    let saved = 0.7 * 1.3 * 0.12 * JOB;
    for required in [30.0, 300.0, 3000.0] {
        let at_stake = 0.5 * required * 40.0;
        // The rate changes what a job saves: C₀(1 + q) = q·S.
        let q = saved / (at_stake - saved);
        let deterring = deterring_rate(saved * (1.0 + q), 1.0, at_stake);
        assert!(q > 0.0 && q < 0.5 && (q - deterring).abs() < 1e-12, "{q}");
        assert!(cheat(required, q * 0.999, 0.0), "{required}: {q}");
        assert!(!cheat(required, q * 1.001, 0.0), "{required}: {q}");
    }
}

#[test]
fn rents_deter_without_any_stake_and_nothing_deters_where_nothing_is_lost_or_found() {
    assert!(cheat(0.0, 0.5, 0.0) && cheat(0.0, 0.0, 365.25) && cheat(1e4, 0.0, 0.0));
    assert!(!cheat(0.0, 0.5, 365.25) && !cheat(1e4, 0.5, 0.0), "profit or stake to lose");
}

/// Boasters claim the share φ of their nodes once more and corrupt nothing; nobody checks results.
fn boasting(nodes: &[u32], fake: f64, challenges: f64) -> Blueprint {
    still(nodes, |s| {
        mixed(s, 0.0);
        s.operators.entry("rogue").fake = fake;
        home(s).challenges = challenges;
    })
}

#[test]
fn who_claims_more_than_it_has_gets_work_by_its_claim_and_the_phantom_part_comes_out_bad() {
    for fake in [0.25, 1.0, 4.0] {
        let plan = boasting(&UNEQUAL, fake, 0.0);
        let world = after(&plan, 28.0);
        let of = members(&world);
        let claim = |m: &Member| m.compute * if m.cheats { 1.0 + fake } else { 1.0 };
        let claims: f64 = of.iter().map(|m| claim(m)).sum();
        let work: f64 = of.iter().map(|m| m.work_month).sum();
        for m in &of {
            assert!((m.work_month / work - claim(m) / claims).abs() < 1e-12, "{fake}");
        }
        let phantom = claims - 345.0;
        let bad = inside(&world).bad / inside(&world).work;
        assert!(phantom > 20.0 && (bad - phantom / claims).abs() < 1e-12, "{bad}");
    }
}

/// Theory: hazard h = c·φ/(1 + φ) a day; found out at the end of a round of 7 days, after a geometric number of rounds with mean 1/(1 − e^(−7h)).
/// Seed 73, at least 900 boasters in 60 replications; |t| < 5.5 (4e-8): an error of 18 % in the hazard shows. Whoever is honest stays.
#[test]
fn challenges_find_phantom_capacity_at_their_rate_times_its_share_of_the_claim() {
    for (fake, challenges) in [(0.5, 0.1), (3.0, 0.03)] {
        let plan = boasting(&[5; 31], fake, challenges);
        let hazard = challenges * fake / (1.0 + fake);
        let mut rounds = Vec::new();
        for replication in 0..60 {
            let mut run = Run::new(&plan, 73, replication);
            let (mut left, mut round) = (31, 0.0);
            while members(run.world()).iter().any(|m| m.active && m.cheats) {
                round += 1.0;
                let now = run.to(WEEK * round).pools[0].operators.len();
                rounds.extend(std::iter::repeat_n(round, left - now));
                left = now;
            }
            assert!(members(run.world()).iter().all(|m| m.active != m.cheats));
        }
        assert!(rounds.len() > 900, "{}", rounds.len());
        let t = t_statistic(&rounds, 1.0 / (1.0 - (-WEEK * hazard).exp()));
        assert!(t.abs() < 5.5, "{t}");
    }
}

/// Work credited to each operator in 51 rounds, H100e-hours, and what ticks served in all. The first round is left out: it has the work of two ticks, more than all
/// can do in one. After each, all that was credited is all that was served.
fn credited(plan: &Blueprint, stakes: &[i128]) -> (Vec<f64>, f64) {
    let mut run = Run::new(plan, 5, 0);
    run.simulation.set_up(|market, _| {
        for (operator, &extra) in market.world.operators.iter_mut().zip(stakes) {
            operator.member.as_deref_mut().unwrap().staked += extra;
            market.world.tokens[0].abroad -= extra;
        }
    });
    let (mut done, mut settled) = (served(run.to(0.0)), 0);
    let (mut before, mut all, mut first) = (vec![0.0; 6], vec![0.0; 6], Vec::new());
    for week in 1..=52 {
        run.to(WEEK * f64::from(week));
        let months = run.trace.iter().filter(|r| r.code == 17).count();
        for (at, m) in members(run.world()).iter().enumerate() {
            // A settlement since the last round has paid for all that was credited until then.
            all[at] += m.work_month - if months > settled { 0.0 } else { before[at] };
            before[at] = m.work_month;
        }
        (settled, done) = (months, done + served(run.world()));
        assert!((all.iter().sum::<f64>() / done - 1.0).abs() < 1e-12, "{week}");
        assert!((inside(run.world()).work / done - 1.0).abs() < 1e-12, "{week}");
        first = if week == 1 { all.clone() } else { first };
    }
    assert_eq!(settled, 11);
    (all.iter().zip(&first).map(|(a, b)| a - b).collect(), done)
}

/// Operators with a token of stake for each H100e, under a rule.
fn scheduled(nodes: &[u32], rule: Scheduling, dispersion: f64) -> Blueprint {
    still(nodes, |s| {
        s.operators.entry("op").cost_dispersion = dispersion;
        token(s, 1.0);
        home(s).scheduling = rule;
    })
}

const RULES: [Scheduling; 3] =
    [Scheduling::Proportional, Scheduling::CheapestFirst, Scheduling::StakeWeighted];
const AMPLE: [u32; 6] = [200, 250, 300, 350, 400, 450];

/// Checked after every round of a year: in shortage, and with more nodes than there is work for.
#[test]
fn operators_are_credited_with_what_was_served_whatever_the_rule() {
    for rule in RULES {
        for nodes in [UNEQUAL, AMPLE] {
            let (all, served) = credited(&scheduled(&nodes, rule, 0.5), &[]);
            let capacity = f64::from(nodes.iter().sum::<u32>()) * 53.0 * WEEK * 24.0;
            assert!(served > 1e5 && all.iter().all(|w| *w >= 0.0), "{rule:?} {all:?}");
            assert!((served < 0.8 * capacity) == (nodes == AMPLE), "{}", served / capacity);
        }
    }
}

#[test]
fn work_goes_by_capacity_or_to_the_cheapest_first_as_far_as_their_capacity_goes() {
    let plans = RULES.map(|rule| scheduled(&AMPLE, rule, 0.5));
    let (world, mut order) = (after(&plans[0], 0.0), [0, 1, 2, 3, 4, 5]);
    order.sort_by(|&a, &b| {
        members(&world)[a].cost_factor.total_cmp(&members(&world)[b].cost_factor)
    });
    let (even, cheap) = (credited(&plans[0], &[]).0, credited(&plans[1], &[]).0);
    let total: f64 = even.iter().sum();
    let capacity = |at: usize| f64::from(AMPLE[at]) * 51.0 * WEEK * 24.0;
    for at in 0..6 {
        assert!((even[at] / total - f64::from(AMPLE[at]) / 1950.0).abs() < 1e-12, "{even:?}");
    }
    // Merit order, week by week with the same marginal operator.
    let mut left = total;
    for &at in &order {
        let due = capacity(at).min(left);
        assert!((cheap[at] - due).abs() < 1e-9 * total, "{at}: {cheap:?} {due}");
        left -= due;
    }
    assert!(cheap[order[5]] < even[order[5]] && cheap[order[0]] > even[order[0]]);
}

/// Extra stakes, in micro-tokens, on top of one token for an H100e.
#[test]
fn work_goes_by_stake_up_to_capacity() {
    let plan = scheduled(&[300; 6], Scheduling::StakeWeighted, 0.0);
    let extra: Vec<i128> = [0, 60, 150, 300, 600, 30_000].map(|tokens| tokens * 1_000_000).to_vec();
    let work = credited(&plan, &extra).0;
    let stake = |at: usize| 300.0 + extra[at] as f64 / 1e6;
    let full = 300.0 * 51.0 * WEEK * 24.0;
    assert!(work.windows(2).all(|w| w[1] > w[0] || w[0] >= full * (1.0 - 1e-9)), "{work:?}");
    for at in 0..6 {
        let due = full.min(work[0] / stake(0) * stake(at));
        assert!((work[at] / due - 1.0).abs() < 1e-9, "{at}: {work:?}");
    }
    assert!(work[1] < full && (work[5] / full - 1.0).abs() < 1e-9, "both: {work:?}");
}

/// Equals in all: nodes, cost and stake. `cheapest_first` is not among these rules: it fills operators of equal cost in the order in which they came.
#[test]
fn equal_operators_do_equal_work_by_capacity_and_by_stake() {
    for rule in [Scheduling::Proportional, Scheduling::StakeWeighted] {
        for nodes in [20, 300] {
            let work = credited(&scheduled(&[nodes; 6], rule, 0.0), &[]).0;
            assert!(work.iter().all(|w| (w / work[0] - 1.0).abs() < 1e-9), "{rule:?} {work:?}");
        }
    }
}

#[test]
fn where_nothing_is_checked_no_parameter_of_checks_moves_a_bit() {
    let record = |make: fn(&mut ProviderParameters)| {
        let plan = still(&UNEQUAL, |s| {
            mixed(s, 0.3);
            let kind = s.operators.entry("op");
            (kind.candidates, kind.reinvested, kind.patience) = (10.0, 0.5, 3);
            (s.horizon.sample, s.horizon.years) = (91.3125, 3.0);
            make(home(s));
        });
        let record = simulate(&plan, 5, 0, &StopFlag::new()).unwrap();
        let bits = record.series.iter().chain(&record.scalars).map(|x| x.to_bits());
        (bits.collect::<Vec<_>>(), record.fingerprint, record.events)
    };
    let bare = record(|_| {});
    assert!(record(|home| (home.audit_rate, home.audit_accuracy) = (0.9, 0.5)) == bare);
    assert!(record(|home| (home.copies, home.overhead) = (7, 3.0)) == bare);
    assert!(record(|home| (home.soundness, home.strength) = (0.5, 0.5)) == bare);
    assert!(record(|home| home.ejects = false) == bare);
    assert!(record(|home| home.verification = Verification::SpotCheck) != bare);
}
