//! The equations of the clearing once more, one number at a time, in the order of the model's page
//! and with the standard library's functions: slow, plain, and written apart from the solver.

use autarky_market::mechanism::clearing::{GroupState, TOLERANCE};

use crate::case::{Case, Solved};

/// Flows of one pair by the reference.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flow {
    pub(crate) price: f64,
    pub(crate) offered: f64,
    pub(crate) served: f64,
    pub(crate) lost: f64,
    pub(crate) backlog: f64,
    /// Offered but for the taper, where waiting alone has brought the price to choke.
    untapered: f64,
    served_share: f64,
    /// Work waiting over work arriving (hours).
    queued_share: f64,
    patience: f64,
    kept: f64,
}

/// All pairs of one tier, given `g/c` and openness of each group.
pub(crate) fn flows(case: &Case, tier: usize, wait_factor: &[f64]) -> Vec<Flow> {
    let mut flows = vec![Flow::default(); case.problem.pairs.len()];
    for (s, segment) in case.problem.segments.iter().enumerate() {
        if segment.tier as usize != tier {
            continue;
        }
        let class = &case.problem.classes[segment.class as usize];
        let c = &segment.curve;
        let (theta, eta) = (c.substitution, c.elasticity);
        let mine: Vec<usize> =
            (0..flows.len()).filter(|&p| case.problem.pairs[p].segment as usize == s).collect();
        let open = |p: usize| wait_factor[case.problem.pairs[p].group as usize].is_finite();
        let wait = |p: usize| {
            class.service_time_h
                * class.variability
                * wait_factor[case.problem.pairs[p].group as usize]
        };
        let value = segment.waiting_value + segment.failed_attempt_cost / class.patience_h;
        let taste_sum: f64 = mine.iter().filter(|&&p| open(p)).map(|&p| case.taste[p]).sum();
        let mut index_sum = 0.0;
        for &p in &mine {
            let full = if open(p) { case.base[p] + value * wait(p) } else { case.base[p] };
            flows[p].price = full.min(c.choke_price);
            if open(p) && taste_sum > 0.0 {
                index_sum +=
                    case.taste[p] / taste_sum * (flows[p].price / c.reference_price).powf(-theta);
            }
        }
        for &p in &mine {
            let flow = &mut flows[p];
            if open(p) && index_sum > 0.0 {
                let share = case.taste[p] / taste_sum
                    * (flow.price / c.reference_price).powf(-theta)
                    / index_sum;
                let index = index_sum.powf(-1.0 / theta);
                let taper = ((c.choke_price - flow.price) / (c.taper * c.choke_price)).min(1.0);
                let full = case.demand[s] * index.powf(-eta) * share;
                flow.offered = full * taper;
                flow.untapered = if case.base[p] < c.choke_price { full } else { 0.0 };
            }
            flow.patience = class.patience_h;
            flow.kept = if class.keeps_backlog { 1.0 } else { 0.0 };
            let rate = 1.0 / class.patience_h + flow.kept / case.problem.tick_h;
            flow.served_share = if open(p) { 1.0 / (1.0 + rate * wait(p)) } else { 0.0 };
            flow.queued_share = if open(p) { flow.served_share * wait(p) } else { 1.0 / rate };
            let arriving = flow.offered + case.backlog[p] / case.problem.tick_h;
            flow.served = arriving * flow.served_share;
            flow.lost = arriving * flow.queued_share / class.patience_h;
            flow.backlog = arriving * flow.queued_share * flow.kept;
        }
    }
    flows
}

/// Served by group.
fn served(case: &Case, flows: &[Flow]) -> Vec<f64> {
    let mut served = vec![0.0; case.capacity.len()];
    for (pair, flow) in case.problem.pairs.iter().zip(flows) {
        served[pair.group as usize] += flow.served;
    }
    served
}

/// Asserts every claim of the outcome against the reference.
pub(crate) fn verify(case: &Case, solved: &Solved, name: &str) {
    let mut left = case.capacity.clone();
    for tier in 0..case.tiers() {
        let state: Vec<_> =
            (0..case.capacity.len()).map(|q| solved.outcome.group(tier, q)).collect();
        let factors: Vec<f64> = state.iter().map(|g| g.wait_factor).collect();
        let mut expected = flows(case, tier, &factors);
        for (q, group) in state.iter().enumerate() {
            let name = format!("{name}, tier {tier}, group {q}");
            if left[q] <= 1e-6 * case.capacity[q] * (1.0 - 1e-6) || left[q] <= 0.0 {
                assert!(group.capacity == 0.0 && group.served == 0.0, "{name}: {group:?}");
                continue;
            }
            if left[q] <= 1e-6 * case.capacity[q] * (1.0 + 1e-6) {
                continue;
            }
            close(group.capacity, left[q], 1e-6 * case.capacity[q], &format!("{name} capacity"));
            let servers = case.servers[q] * group.capacity / case.capacity[q];
            verify_wait(group.utilisation, group.wait_factor, servers, &name);
            verify_balance(case, tier, q, group, &factors);
            settle(case, q, group, &mut expected);
            close(group.served, group.capacity * group.utilisation, 2e-9 * group.capacity, &name);
            left[q] = (left[q] - group.served).max(0.0);
        }
        verify_pairs(case, solved, tier, &expected, name);
    }
    verify_segments(case, solved, name);
}

fn verify_wait(rho: f64, factor: f64, servers: f64, name: &str) {
    assert!((0.0..=1.0).contains(&rho) && factor >= 0.0, "{name}: ρ = {rho}, g/c = {factor}");
    if rho < 1.0 - 1e-6 && rho > 1e-12 {
        let m = (2.0 * (servers + 1.0)).sqrt();
        let expected = rho.powf(m - 1.0) / (servers * (1.0 - rho));
        // 1 − ρ has lost digits to the rounding of ρ, and ρ^m as many as m has.
        let rounding = 1e-15 / (1.0 - rho) + 1e-15 * m;
        close(factor, expected, expected * (1e-12 + rounding) + 1e-200, &format!("{name} wait"));
    }
}

/// `C·ρ` meets what is served, or a relative change of the wait of 1e-11 carries one past the other.
fn verify_balance(case: &Case, tier: usize, q: usize, group: &GroupState, factors: &[f64]) {
    let used = group.capacity * group.utilisation;
    let right = |change: f64| {
        let mut factors = factors.to_vec();
        factors[q] *= 1.0 + change;
        served(case, &flows(case, tier, &factors))[q]
    };
    let plain = right(0.0);
    let idle = used.max(plain) < 1e-20 * group.capacity;
    if idle || (used / plain).ln().abs() <= 2.0 * TOLERANCE {
        return;
    }
    assert!(
        right(-1e-11) >= used * (1.0 - 2.0 * TOLERANCE)
            && right(1e-11) <= used * (1.0 + 2.0 * TOLERANCE),
        "tier {tier}, group {q}: C·ρ = {used}, served {plain}, {group:?}"
    );
}

/// Demand at choke is what the balance asks for, where the price cannot tell.
fn settle(case: &Case, q: usize, group: &GroupState, flows: &mut [Flow]) {
    let plain = served(case, flows)[q];
    let used = group.capacity * group.utilisation;
    if (used / plain).ln().abs() <= TOLERANCE {
        return;
    }
    let hours = case.problem.tick_h;
    let all = (0..flows.len()).filter(|&p| case.problem.pairs[p].group as usize == q);
    let mut mine: Vec<usize> = all.clone().filter(|&p| flows[p].offered > 0.0).collect();
    if mine.is_empty() {
        mine = all.filter(|&p| flows[p].untapered > 0.0).collect();
        for &p in &mine {
            flows[p].offered = flows[p].untapered;
        }
    }
    let fresh: f64 = mine.iter().map(|&p| flows[p].offered * flows[p].served_share).sum();
    let carried: f64 = case
        .problem
        .pairs
        .iter()
        .zip(&case.backlog)
        .zip(flows.iter())
        .filter(|((pair, _), _)| pair.group as usize == q)
        .map(|((_, backlog), flow)| backlog / hours * flow.served_share)
        .sum();
    let factor = if fresh > 0.0 { ((used - carried) / fresh).max(0.0) } else { 0.0 };
    for p in mine {
        let flow = &mut flows[p];
        flow.offered *= factor;
        let arriving = flow.offered + case.backlog[p] / hours;
        flow.served = arriving * flow.served_share;
        flow.lost = arriving * flow.queued_share / flow.patience;
        flow.backlog = arriving * flow.queued_share * flow.kept;
    }
}

fn verify_pairs(case: &Case, solved: &Solved, tier: usize, expected: &[Flow], name: &str) {
    for (p, expected) in expected.iter().enumerate() {
        let s = case.problem.pairs[p].segment as usize;
        if case.problem.segments[s].tier as usize != tier {
            continue;
        }
        let flow = solved.outcome.pair(&solved.structure, p);
        let name = format!("{name}, pair {p}");
        let hours = case.problem.tick_h;
        let scale = case.demand[s] + case.backlog[p] / hours;
        let near = |found: f64, wanted: f64, unit: f64, what: &str| {
            close(found, wanted, 4e-9 * wanted + 1e-11 * scale * unit, &format!("{name} {what}"));
        };
        near(flow.offered, expected.offered, 1.0, "offered");
        near(flow.served, expected.served, 1.0, "served");
        near(flow.lost, expected.lost, 1.0, "lost");
        near(flow.backlog, expected.backlog, hours, "backlog");
        close(
            flow.perceived_price,
            expected.price,
            1e-9 * expected.price,
            &format!("{name} price"),
        );
        let inflow = flow.offered * hours + case.backlog[p];
        let outflow = (flow.served + flow.lost) * hours + flow.backlog;
        close(outflow, inflow, 1e-12 * inflow, &format!("{name} work"));
    }
}

fn verify_segments(case: &Case, solved: &Solved, name: &str) {
    let mut offered = vec![0.0; case.demand.len()];
    for (p, pair) in case.problem.pairs.iter().enumerate() {
        offered[pair.segment as usize] += solved.outcome.pair(&solved.structure, p).offered;
    }
    for (s, &offered) in offered.iter().enumerate() {
        let flow = solved.outcome.segment(&solved.structure, s);
        let name = format!("{name}, segment {s}");
        close(flow.offered, offered, 1e-12 * offered, &format!("{name} offered"));
        close(flow.reference_demand, case.demand[s], 0.0, &format!("{name} need"));
        close(
            flow.offered + flow.priced_out,
            case.demand[s],
            1e-12 * (offered + case.demand[s]),
            &name,
        );
        assert!(flow.price_index > 0.0, "{name}: {flow:?}");
    }
}

#[track_caller]
pub(crate) fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} is not {expected} ± {tolerance}"
    );
}
