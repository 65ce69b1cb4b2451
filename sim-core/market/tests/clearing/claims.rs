//! What an economist expects of the clearing.

use autarky_market::mechanism::clearing::{
    Outcome, Pair, Problem, Solver, Structure, TOLERANCE, WorkClass, surplus, wait,
};

use crate::case::{Case, Draw, Reach, Solved, classes, empty, push_pair, random, single, typical};
use crate::reference::{close, verify};

fn inference() -> WorkClass {
    classes().swap_remove(0)
}

fn served(solved: &Solved) -> f64 {
    let pairs = 0..solved.structure.problem().pairs.len();
    pairs.map(|p| solved.outcome.pair(&solved.structure, p).served).sum()
}

#[test]
fn splitting_a_provider_within_its_queue_group_changes_nothing() {
    let mut draw = Draw(1);
    let whole = typical(&mut draw);
    let mut split = whole.clone();
    for pair in 0..whole.problem.pairs.len() {
        split.taste[pair] = 0.3;
        split.problem.pairs.push(whole.problem.pairs[pair]);
        split.base.push(whole.base[pair]);
        split.taste.push(0.7);
        split.backlog.push(0.0);
    }
    let (one, two) = (whole.solve(), split.solve());
    verify(&split, &two, "split");
    for group in 0..whole.capacity.len() {
        let (one, two) = (one.outcome.group(0, group), two.outcome.group(0, group));
        close(two.utilisation, one.utilisation, 1e-9, "utilisation");
        close(two.served, one.served, 1e-8 * one.served, "served");
    }
}

#[test]
fn ten_separate_queues_wait_some_250_times_longer_than_one() {
    let one = wait::wait_h(1.0, 1.0, 1000.0, 0.9);
    let ten = wait::wait_h(1.0, 1.0, 100.0, 0.9);
    assert!((200.0..300.0).contains(&(ten / one)), "{}", ten / one);
}

#[test]
fn separate_queues_lose_more_than_a_pool() {
    let demand = 950.0;
    let mut pool = single(inference(), 1, demand);
    (pool.capacity[0], pool.servers[0]) = (1000.0, 1000.0);
    let mut apart = single(inference(), 10, demand);
    apart.capacity.fill(100.0);
    apart.servers.fill(100.0);
    let (pool, apart) = (pool.solve(), apart.solve());
    assert!(served(&apart) < served(&pool), "{} {}", served(&apart), served(&pool));
    let perceived = |s: &Solved| s.outcome.segment(&s.structure, 0).price_index;
    assert!(perceived(&apart) > perceived(&pool));
}

#[test]
fn more_capacity_never_lowers_what_is_served() {
    for seed in 0..200 {
        let mut draw = Draw(3000 + seed);
        let case = random(&mut draw, Reach::Ordinary);
        if case.tiers() > 1 {
            continue;
        }
        let group = draw.below(case.capacity.len() as u32) as usize;
        let mut more = case.clone();
        more.capacity[group] *= 1.5;
        more.servers[group] *= 1.5;
        let (before, after) = (served(&case.solve()), served(&more.solve()));
        assert!(after >= before * (1.0 - 1e-8), "seed {seed}: {before} to {after}");
    }
}

#[test]
fn a_dearer_offer_sells_less() {
    for seed in 0..200 {
        let mut draw = Draw(4000 + seed);
        let case = random(&mut draw, Reach::Ordinary);
        if case.problem.pairs.is_empty() {
            continue;
        }
        let pair = draw.below(case.problem.pairs.len() as u32) as usize;
        let mut dearer = case.clone();
        dearer.base[pair] *= 1.2;
        let offered = |case: &Case| {
            let solved = case.solve();
            solved.outcome.pair(&solved.structure, pair).offered
        };
        let (before, after) = (offered(&case), offered(&dearer));
        assert!(after <= before * (1.0 + 1e-8) + 1e-12, "seed {seed}: {before} to {after}");
    }
}

#[test]
fn every_start_ends_at_the_same_solution() {
    for seed in 0..150 {
        let mut draw = Draw(5000 + seed);
        let case = random(&mut draw, Reach::Ordinary);
        let mut solved = case.solve();
        let groups = case.capacity.len();
        let reference: Vec<_> = (0..groups).map(|q| solved.outcome.group(0, q)).collect();
        for _ in 0..4 {
            let start: Vec<f64> = (0..groups).map(|_| draw.unit()).collect();
            solved.solver.start_from(&start);
            solved.solver.solve(&solved.structure, &solved.inputs, &mut solved.outcome);
            for (q, expected) in reference.iter().enumerate() {
                let found = solved.outcome.group(0, q);
                close(found.utilisation, expected.utilisation, 1e-7, &format!("seed {seed} ρ_{q}"));
            }
        }
    }
}

#[test]
fn at_triple_load_waiting_stays_bounded_and_capacity_is_used() {
    let mut case = single(inference(), 1, 3000.0);
    (case.capacity[0], case.servers[0]) = (1000.0, 125.0);
    let solved = case.solve();
    verify(&case, &solved, "triple load");
    let group = solved.outcome.group(0, 0);
    let wait = solved.outcome.wait_h(&solved.structure, 0, 0, 0);
    assert!(group.utilisation > 0.95, "{group:?}");
    let flow = solved.outcome.pair(&solved.structure, 0);
    let waiting_cost = flow.perceived_price - 2.0;
    assert!(wait < 10.0 * 0.25 && waiting_cost < flow.perceived_price / 2.0, "{wait} h, {flow:?}");
}

#[test]
fn loads_ten_and_a_thousand_times_capacity_are_solved() {
    for overload in [10.0, 1000.0] {
        let mut draw = Draw(11);
        let mut case = typical(&mut draw);
        for demand in &mut case.demand {
            *demand *= overload;
        }
        let solved = case.solve();
        verify(&case, &solved, "overload");
        for group in 0..case.capacity.len() {
            let state = solved.outcome.group(0, group);
            assert!(state.served <= state.capacity * (1.0 + TOLERANCE), "{state:?}");
        }
    }
}

#[test]
fn a_lower_tier_leaves_a_higher_one_as_if_alone() {
    let mut alone = single(inference(), 1, 700.0);
    (alone.capacity[0], alone.servers[0]) = (1000.0, 125.0);
    let mut both = alone.clone();
    let mut second = both.problem.segments[0].clone();
    second.tier = 1;
    both.problem.segments.push(second);
    both.demand.push(700.0);
    push_pair(&mut both, 1, 0, 2.0);
    let (alone, shared) = (alone.solve(), both.solve());
    verify(&both, &shared, "tiers");
    let flow = |s: &Solved, pair| s.outcome.pair(&s.structure, pair);
    assert_eq!(flow(&alone, 0), flow(&shared, 0));
    let left = shared.outcome.group(1, 0).capacity;
    close(left, 1000.0 - flow(&shared, 0).served, 1e-9, "capacity left");
    assert!(flow(&shared, 1).served < flow(&shared, 0).served);
}

#[test]
fn a_group_without_capacity_serves_nothing_and_its_backlog_abandons() {
    let mut case = single(classes().swap_remove(1), 2, 100.0);
    (case.capacity[0], case.servers[0]) = (500.0, 60.0);
    case.backlog[1] = 1000.0;
    let solved = case.solve();
    verify(&case, &solved, "closed");
    let flow = solved.outcome.pair(&solved.structure, 1);
    assert_eq!((flow.offered, flow.served), (0.0, 0.0));
    close(flow.backlog, 1000.0 * 48.0 / (48.0 + 24.0), 1e-9, "backlog left");
}

#[test]
fn empty_and_degenerate_markets_are_solved() {
    let nothing = empty(vec![], 0);
    assert_eq!(nothing.solve().report.iterations, 0);
    let mut idle = single(inference(), 1, 0.0);
    (idle.capacity[0], idle.servers[0]) = (1e6, 1e6);
    let solved = idle.solve();
    assert!(served(&solved) == 0.0 && solved.outcome.group(0, 0).utilisation < 1e-20);
    let mut priced_out = single(inference(), 1, 100.0);
    (priced_out.capacity[0], priced_out.servers[0]) = (100.0, 0.5);
    priced_out.base[0] = 20.0;
    let solved = priced_out.solve();
    let flow = solved.outcome.segment(&solved.structure, 0);
    assert_eq!((flow.offered, flow.priced_out, flow.price_index), (0.0, 100.0, 20.0));
    let mut alone = single(inference(), 1, 100.0);
    alone.problem.pairs.clear();
    let solved = alone.solve();
    close(solved.outcome.segment(&solved.structure, 0).priced_out, 100.0, 0.0, "priced out");
}

#[test]
fn a_bad_parameter_is_an_error_that_names_it() {
    let good = single(inference(), 1, 1.0).problem;
    let refused = |change: &dyn Fn(&mut Problem)| {
        let mut problem = good.clone();
        change(&mut problem);
        Structure::new(&problem).unwrap_err().to_string()
    };
    let taper = refused(&|p| p.segments[0].curve.taper = 0.3);
    assert!(taper.starts_with("segment 0: taper = 0.3 lies outside [0.001, 0.238"), "{taper}");
    let eta = refused(&|p| p.segments[0].curve.elasticity = 5.0);
    assert_eq!(eta, "segment 0: elasticity = 5 lies outside [0, 4]");
    let nan = refused(&|p| p.classes[0].patience_h = f64::NAN);
    assert!(nan.starts_with("class 0: patience_h = NaN"), "{nan}");
    let dangling = refused(&|p| p.pairs.push(Pair { segment: 0, group: 7 }));
    assert_eq!(dangling, "pair 1: group = 7 lies outside [0, 0]");
}

#[test]
fn bits_do_not_depend_on_the_instruction_set_and_the_past_repeats() {
    let run = |arch: pulp::Arch| {
        let mut bits = Vec::new();
        let mut draw = Draw(21);
        let case = typical(&mut draw);
        let structure = Structure::new(&case.problem).unwrap();
        let mut inputs = case.inputs(&structure);
        let mut solver = Solver::with_arch(&structure, arch);
        let mut outcome = Outcome::new(&structure);
        for _ in 0..30 {
            let mut day = case.clone();
            day.demand.iter_mut().for_each(|d| *d *= draw.uniform(0.98, 1.02));
            day.write(&structure, &mut inputs);
            inputs.carry_backlog(&structure, &outcome);
            solver.solve(&structure, &inputs, &mut outcome);
            for pair in 0..case.problem.pairs.len() {
                let flow = outcome.pair(&structure, pair);
                bits.push([flow.offered, flow.served, flow.lost, flow.backlog].map(f64::to_bits));
            }
        }
        bits
    };
    let scalar = run(pulp::Arch::Scalar);
    assert_eq!(scalar, run(pulp::Arch::new()));
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        assert_eq!(scalar, run(pulp::Arch::V3(v3)));
    }
}

#[test]
fn a_day_with_one_percent_noise_takes_few_iterations() {
    let mut iterations = Vec::new();
    for seed in 0..100 {
        let mut draw = Draw(6000 + seed);
        let mut case = random(&mut draw, Reach::Ordinary);
        let mut solved = case.solve();
        for _ in 0..5 {
            case.demand.iter_mut().for_each(|d| *d *= draw.uniform(0.983, 1.017));
            case.base.iter_mut().for_each(|p| *p *= draw.uniform(0.983, 1.017));
            case.write(&solved.structure, &mut solved.inputs);
            solved.inputs.carry_backlog(&solved.structure, &solved.outcome);
            let report =
                solved.solver.solve(&solved.structure, &solved.inputs, &mut solved.outcome);
            iterations.push(report.iterations / case.tiers() as u32);
        }
    }
    iterations.sort_unstable();
    println!("warm median {} p95 {}", iterations[250], iterations[475]);
    assert!(iterations[250] <= 4, "median {}", iterations[250]);
}

/// Surplus by both integrals for one segment on nine idle groups whose log prices spread by `spread`.
fn both_surpluses(theta: f64, spread: f64) -> (f64, f64) {
    let mut case = single(inference(), 9, 100.0);
    let curve = &mut case.problem.segments[0].curve;
    curve.substitution = theta;
    curve.choke_price = 2000.0;
    curve.taper = 0.1;
    case.capacity.fill(1e9);
    case.servers.fill(1e9);
    // Nine quantiles of the normal distribution, scaled to unit variance.
    let quantiles = [-1.593, -0.967, -0.589, -0.282, 0.0, 0.282, 0.589, 0.967, 1.593_f64];
    let deviation = (quantiles.iter().map(|z| z * z).sum::<f64>() / 9.0).sqrt();
    for (base, z) in case.base.iter_mut().zip(quantiles) {
        *base = 2.0 * (spread * z / deviation).exp();
    }
    let solved = case.solve();
    let index = surplus::one_index(&solved.structure, &solved.outcome, 0);
    (index, surplus::along_path(&solved.structure, &solved.outcome, 0))
}

#[test]
fn the_one_index_surplus_is_exact_for_one_price_and_8_to_16_percent_off_at_spread_0_3() {
    let (index, path) = both_surpluses(4.0, 0.0);
    close(index, path, 1e-9 * path, "one price");
    for theta in [3.0, 3.5, 4.0, 4.5] {
        let (index, path) = both_surpluses(theta, 0.3);
        assert!((1.07..1.17).contains(&(index / path)), "θ = {theta}: {}", index / path);
    }
}

#[test]
fn the_surplus_integral_meets_a_fine_sum() {
    let curve = crate::case::curve();
    for (eta, index) in [(0.8, 1.0), (1.0, 3.0), (2.0, 2.0), (1.0 + 1e-9, 2.0), (0.0, 18.0)] {
        let curve = autarky_market::mechanism::clearing::DemandCurve {
            elasticity: eta,
            taper: 0.15,
            ..curve.clone()
        };
        let steps = 2_000_000;
        let width = (curve.choke_price - index) / f64::from(steps);
        let sum: f64 = (0..steps)
            .map(|i| {
                let p = index + (f64::from(i) + 0.5) * width;
                let taper = ((curve.choke_price - p) / (curve.taper * curve.choke_price)).min(1.0);
                100.0 * (p / curve.reference_price).powf(-eta) * taper * width
            })
            .sum();
        close(surplus::index_integral(&curve, 100.0, index), sum, 1e-7 * sum, "surplus");
    }
}
