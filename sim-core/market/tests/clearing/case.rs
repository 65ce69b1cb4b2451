//! Plain cases: a problem with its numbers in the caller's order, and random ones.

use autarky_market::mechanism::clearing::{
    DemandCurve, Inputs, Outcome, Pair, Problem, Report, Segment, Solver, Structure, WorkClass,
};

/// A problem and the numbers of one tick.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) problem: Problem,
    pub(crate) demand: Vec<f64>,
    pub(crate) base: Vec<f64>,
    pub(crate) taste: Vec<f64>,
    pub(crate) backlog: Vec<f64>,
    pub(crate) capacity: Vec<f64>,
    pub(crate) servers: Vec<f64>,
}

/// A case with everything needed to solve it again.
pub(crate) struct Solved {
    pub(crate) structure: Structure,
    pub(crate) inputs: Inputs,
    pub(crate) solver: Solver,
    pub(crate) outcome: Outcome,
    pub(crate) report: Report,
}

impl Case {
    pub(crate) fn inputs(&self, structure: &Structure) -> Inputs {
        let mut inputs = Inputs::new(structure);
        self.write(structure, &mut inputs);
        inputs
    }

    pub(crate) fn write(&self, structure: &Structure, inputs: &mut Inputs) {
        for (segment, &demand) in self.demand.iter().enumerate() {
            inputs.set_demand(structure, segment, demand).unwrap();
        }
        for pair in 0..self.problem.pairs.len() {
            inputs.set_base_price(structure, pair, self.base[pair]).unwrap();
            inputs.set_taste(structure, pair, self.taste[pair]).unwrap();
            inputs.set_backlog(structure, pair, self.backlog[pair]).unwrap();
        }
        for group in 0..self.capacity.len() {
            inputs.set_capacity(group, self.capacity[group], self.servers[group]).unwrap();
        }
    }

    pub(crate) fn solve(&self) -> Solved {
        let structure = Structure::new(&self.problem).unwrap();
        let inputs = self.inputs(&structure);
        let mut solver = Solver::new(&structure);
        let mut outcome = Outcome::new(&structure);
        let report = solver.solve(&structure, &inputs, &mut outcome);
        Solved { structure, inputs, solver, outcome, report }
    }

    pub(crate) fn tiers(&self) -> usize {
        self.problem.segments.iter().map(|s| s.tier as usize + 1).max().unwrap_or(0)
    }
}

/// `SplitMix64` (Steele, Lea and Flood 2014), enough for test cases.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(crate) fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        self.uniform(low.ln(), high.ln()).exp()
    }

    pub(crate) fn below(&mut self, n: u32) -> u32 {
        (self.bits() % u64::from(n)) as u32
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

/// Three classes: inference loses what waits too long, the others carry it over.
pub(crate) fn classes() -> Vec<WorkClass> {
    let class = |service_time_h, variability, patience_h, keeps_backlog| WorkClass {
        service_time_h,
        variability,
        patience_h,
        keeps_backlog,
    };
    vec![class(0.05, 1.5, 0.25, false), class(4.0, 2.0, 48.0, true), class(48.0, 3.0, 240.0, true)]
}

pub(crate) fn curve() -> DemandCurve {
    DemandCurve {
        reference_price: 2.0,
        choke_price: 20.0,
        elasticity: 0.8,
        substitution: 4.0,
        taper: 0.2,
    }
}

/// Eight nations of nine segments, three local groups each and six shared: the size of a daily tick.
pub(crate) fn typical(draw: &mut Draw) -> Case {
    let (zones, locals, shared) = (8, 3, 6);
    let mut case = empty(classes(), zones * locals + shared);
    for zone in 0..zones {
        for class in 0..3 {
            for sensitivity in 0..3 {
                let segment = case.problem.segments.len() as u32;
                case.problem.segments.push(Segment {
                    zone,
                    class,
                    tier: 0,
                    curve: curve(),
                    waiting_value: draw.uniform(0.2, 2.0),
                    failed_attempt_cost: 0.1,
                });
                case.demand.push(draw.log_uniform(50.0, 500.0));
                let local = (0..locals).map(|i| zone * locals + i);
                for group in local.chain((0..shared).map(|i| zones * locals + i)) {
                    if sensitivity == 2 && group == zones * locals + zone % shared {
                        continue;
                    }
                    push_pair(&mut case, segment, group, draw.uniform(1.5, 4.0));
                }
            }
        }
    }
    for group in 0..(zones * locals + shared) as usize {
        let local = group < (zones * locals) as usize;
        let capacity =
            if local { draw.log_uniform(200.0, 900.0) } else { draw.log_uniform(800.0, 4000.0) };
        case.capacity[group] = capacity;
        case.servers[group] = capacity / 8.0;
    }
    case
}

pub(crate) fn empty(classes: Vec<WorkClass>, groups: u32) -> Case {
    Case {
        problem: Problem { tick_h: 24.0, classes, segments: vec![], groups, pairs: vec![] },
        demand: vec![],
        base: vec![],
        taste: vec![],
        backlog: vec![],
        capacity: vec![0.0; groups as usize],
        servers: vec![1.0; groups as usize],
    }
}

pub(crate) fn push_pair(case: &mut Case, segment: u32, group: u32, base: f64) {
    case.problem.pairs.push(Pair { segment, group });
    case.base.push(base);
    case.taste.push(1.0);
    case.backlog.push(0.0);
}

/// One segment of one class on `groups` groups at price 2.
pub(crate) fn single(class: WorkClass, groups: u32, demand: f64) -> Case {
    let mut case = empty(vec![class], groups);
    case.problem.segments.push(Segment {
        zone: 0,
        class: 0,
        tier: 0,
        curve: curve(),
        waiting_value: 1.0,
        failed_attempt_cost: 0.0,
    });
    case.demand.push(demand);
    for group in 0..groups {
        push_pair(&mut case, 0, group, 2.0);
    }
    case
}

/// How far a random case strays from ordinary numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Loads from a third to three, servers from one to ten thousand.
    Ordinary,
    /// Loads over twelve decades, empty groups, idle segments, prices above choke, fractional servers.
    Extreme,
}

pub(crate) fn random(draw: &mut Draw, reach: Reach) -> Case {
    let extreme = reach == Reach::Extreme;
    let classes = (0..=draw.below(3)).map(|_| random_class(draw, extreme)).collect::<Vec<_>>();
    let zones = 1 + draw.below(10);
    let locals = if draw.chance(0.15) { 0 } else { draw.below(4) };
    let shared = if draw.chance(0.15) { 0 } else { draw.below(7) };
    let groups = (zones * locals + shared).max(1);
    let mut case = empty(classes, groups);
    let tiers = if draw.chance(0.25) { 3 } else { 1 };
    for zone in 0..zones {
        for _ in 0..=draw.below(9) {
            let segment = random_segment(draw, zone, tiers, &case.problem.classes, extreme);
            case.problem.segments.push(segment);
            let idle = extreme && draw.chance(0.1);
            case.demand.push(if idle { 0.0 } else { draw.log_uniform(1.0, 1000.0) });
            let local = (0..locals).map(|i| zone * locals + i).filter(|&g| g < groups);
            let all = local.chain(zones * locals..groups).collect::<Vec<_>>();
            for group in all {
                random_pairs(draw, &mut case, group, extreme);
            }
        }
    }
    random_capacities(draw, &mut case, extreme);
    case
}

fn random_class(draw: &mut Draw, extreme: bool) -> WorkClass {
    let wide = if extreme { 30.0 } else { 1.0 };
    WorkClass {
        service_time_h: draw.log_uniform(0.1 / wide, 30.0 * wide),
        variability: draw.log_uniform(0.5, 5.0),
        patience_h: draw.log_uniform(0.3 / wide, 100.0 * wide),
        keeps_backlog: draw.chance(0.5),
    }
}

fn random_segment(
    draw: &mut Draw,
    zone: u32,
    tiers: u32,
    classes: &[WorkClass],
    extreme: bool,
) -> Segment {
    let theta = draw.uniform(0.5, 8.0);
    let eta = if draw.chance(0.1) { theta } else { draw.uniform(0.1, 1.0) * theta };
    let bound = 1.0 / (1.0 + theta - eta);
    let reference_price = draw.log_uniform(0.5, 5.0);
    let indifferent = extreme && draw.chance(0.2);
    Segment {
        zone,
        class: draw.below(classes.len() as u32),
        tier: draw.below(tiers),
        curve: DemandCurve {
            reference_price,
            choke_price: reference_price * draw.log_uniform(1.5, 50.0),
            elasticity: eta,
            substitution: theta,
            taper: if draw.chance(0.2) { bound } else { draw.uniform(0.05, 1.0) * bound },
        },
        waiting_value: if indifferent { 0.0 } else { draw.log_uniform(0.01, 50.0) },
        failed_attempt_cost: if indifferent { 0.0 } else { draw.uniform(0.0, 2.0) },
    }
}

fn random_pairs(draw: &mut Draw, case: &mut Case, group: u32, extreme: bool) {
    if draw.chance(0.15) {
        return;
    }
    let segment = case.problem.segments.len() as u32 - 1;
    let described = &case.problem.segments[segment as usize];
    let curve = described.curve.clone();
    let keeps = case.problem.classes[described.class as usize].keeps_backlog;
    let copies = if draw.chance(0.05) { 2 } else { 1 };
    for _ in 0..copies {
        let choked = extreme && draw.chance(0.1);
        let dear = curve.choke_price * draw.uniform(0.9, 1.5);
        let usual = curve.reference_price * draw.log_uniform(0.4, 2.5);
        push_pair(case, segment, group, if choked { dear } else { usual });
        if let Some(taste) = case.taste.last_mut() {
            *taste = if extreme && draw.chance(0.05) { 0.0 } else { draw.log_uniform(0.1, 10.0) };
        }
        if keeps
            && draw.chance(0.5)
            && let Some(backlog) = case.backlog.last_mut()
        {
            *backlog = draw.log_uniform(1.0, 5000.0);
        }
    }
}

fn random_capacities(draw: &mut Draw, case: &mut Case, extreme: bool) {
    let total: f64 = case.demand.iter().sum();
    let groups = case.capacity.len();
    let overall = if extreme { draw.log_uniform(1e-6, 1e6) } else { draw.log_uniform(0.3, 3.0) };
    for group in 0..groups {
        let fair = (total / groups as f64).max(1.0);
        let capacity = fair * overall * draw.log_uniform(0.3, 3.0);
        let closed = extreme && draw.chance(0.1);
        case.capacity[group] = if closed { 0.0 } else { capacity };
        case.servers[group] =
            if extreme { draw.log_uniform(0.01, 1e6) } else { draw.log_uniform(1.0, 1e4) };
    }
}
