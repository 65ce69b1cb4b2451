//! The solver: Newton on the logit utilisations of all queue groups at once.
//!
//! Tiers follow in sequence on the capacity that remains. Within a tier: Newton's step from
//! [`super::jacobian`], capped at 4 where the curve bends, halved until the squared residual falls,
//! started from the tick before. Where it stalls, [`super::sweep`] brackets one group at a time.
//! What this module does not do: change the inputs, or remember anything but where it ended.

use pulp::Arch;

use super::buffer::Buffer;
use super::evaluate::Work;
use super::groups::Merit;
use super::inputs::Inputs;
use super::jacobian::Jacobian;
use super::kernel::{Along, Evaluate, Factorise, Prepare, Record, Solve};
use super::layout::{Structure, Tier};
use super::outcome::Outcome;
use super::sweep::{Sweeper, settle};

/// Largest residual `|ln(left) − ln(right)|` of a solved group.
pub const TOLERANCE: f64 = 1e-9;

/// A step this small relative to `1 + |υ|` is rounding, whatever the residual.
pub(super) const RESOLUTION: f64 = 32.0 * f64::EPSILON;

/// Logits beyond these bounds differ by nothing that a number can hold.
pub(super) const LOGIT_RANGE: (f64, f64) = (-75.0, 75.0);

const MAX_NEWTON: u32 = 40;
/// A Jacobian is replaced unless this many more steps like the last would reach the tolerance.
const CHORD_STEPS: u32 = 2;
const MAX_HALVINGS: u32 = 12;
const SWEEP_ROUNDS: u32 = 8;

/// How a tick was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Newton alone.
    Newton,
    /// Bisection sweeps where Newton stalled.
    Sweeps,
}

/// Statistics of a solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// The heaviest method that any tier needed.
    pub method: Method,
    /// Newton iterations, summed over tiers.
    pub iterations: u32,
    /// Jacobians built and factorised, summed over tiers.
    pub factorisations: u32,
    /// Evaluations of the residual, summed over tiers.
    pub evaluations: u32,
    /// Sweeps over all groups, summed over tiers.
    pub sweeps: u32,
    /// Largest residual left, over tiers. Above [`TOLERANCE`] only where a change of the logit in its
    /// last bits moves the residual by more: in groups overloaded a millionfold, whose price is choke
    /// to rounding. Their demand is then settled to meet the balance exactly.
    pub residual: f64,
}

impl Report {
    const NEW: Self = Self {
        method: Method::Newton,
        iterations: 0,
        factorisations: 0,
        evaluations: 0,
        sweeps: 0,
        residual: 0.0,
    };
}

/// Solves the clearing of one [`Structure`] tick after tick; allocates only when built.
#[derive(Debug, Clone)]
pub struct Solver {
    arch: Arch,
    work: Work,
    /// By tier, so that each can serve again the next tick.
    jacobians: Vec<Jacobian>,
    /// Whether prices of a tier have been evaluated exactly once.
    anchored: Vec<bool>,
    /// Whether the Jacobian of a tier may still serve.
    usable: Vec<bool>,
    sweeper: Sweeper,
    /// Where each tier ended; empty before its first solve.
    warm: Vec<Buffer>,
    step: Buffer,
    from: Buffer,
    swept: Buffer,
    /// Of the point last evaluated.
    merit: Merit,
    report: Report,
}

impl Solver {
    /// Memory for `structure`, with the best instruction set of this machine.
    #[must_use]
    pub fn new(structure: &Structure) -> Self {
        Self::with_arch(structure, Arch::new())
    }

    /// As [`Self::new`] with a given instruction set; results have the same bits on all.
    #[must_use]
    pub fn with_arch(structure: &Structure, arch: Arch) -> Self {
        let work = Work::new(structure);
        let groups = work.group.logit.len();
        Self {
            arch,
            jacobians: structure.tiers.iter().map(|_| Jacobian::new(structure)).collect(),
            anchored: vec![false; structure.tiers.len()],
            usable: vec![false; structure.tiers.len()],
            sweeper: Sweeper::new(structure),
            warm: vec![Buffer::filled(groups, f64::NAN); structure.tiers.len()],
            step: Buffer::zeros(groups),
            from: Buffer::zeros(groups),
            swept: Buffer::zeros(groups),
            merit: Merit::default(),
            report: Report::NEW,
            work,
        }
    }

    /// Forgets where the last tick ended, so that the next solve starts cold.
    pub fn forget(&mut self) {
        for warm in &mut self.warm {
            warm.fill(f64::NAN);
        }
        self.usable.fill(false);
        self.anchored.fill(false);
    }

    /// Starts the next solve from `utilisation` in every group and tier, clipped to (1e-30, 1 − 1e-12).
    pub fn start_from(&mut self, utilisation: &[f64]) {
        self.usable.fill(false);
        for warm in &mut self.warm {
            warm.fill(0.0);
            for (logit, &rho) in warm.iter_mut().zip(utilisation) {
                let rho = rho.clamp(1e-30, 1.0 - 1e-12);
                *logit = autarky_engine::math::ln(rho / (1.0 - rho));
            }
        }
    }

    /// Clears the market for `inputs` and writes the result to `outcome`.
    ///
    /// `inputs` and `outcome` must have been built from the same `structure` as the solver.
    pub fn solve(
        &mut self,
        structure: &Structure,
        inputs: &Inputs,
        outcome: &mut Outcome,
    ) -> Report {
        self.report = Report::NEW;
        for (index, tier) in structure.tiers.iter().enumerate() {
            let view = View { structure, inputs, tier };
            let served = index.checked_sub(1).map(|before| outcome.served_in(before));
            self.arch.dispatch(Prepare(view, &mut self.work, served));
            self.solve_tier(view, index);
            self.arch.dispatch(Record(view, &self.work, outcome, index));
        }
        outcome.take(&mut self.work);
        self.report
    }

    fn solve_tier(&mut self, view: View, index: usize) {
        let cold = self.warm[index].first().is_none_or(|logit| logit.is_nan());
        if cold {
            self.start_cold(view);
        } else {
            self.work.group.logit.copy_from_slice(&self.warm[index]);
        }
        self.evaluate(view, !self.anchored[index]);
        self.anchored[index] = true;
        let mut residual = self.newton(view, index);
        if residual.is_none() {
            self.report.method = Method::Sweeps;
            residual = Some(self.sweep(view, index));
        }
        let residual = residual.unwrap_or(f64::INFINITY);
        if residual > TOLERANCE {
            settle(view, &mut self.work);
        }
        if residual > self.report.residual {
            self.report.residual = residual;
        }
        self.warm[index].copy_from_slice(&self.work.group.logit);
    }

    /// Utilisation as if nobody waited, `ρ/(1−ρ) = Σx/C`.
    fn start_cold(&mut self, view: View) {
        self.work.group.logit.fill(LOGIT_RANGE.0);
        self.evaluate(view, true);
        let group = &mut self.work.group;
        for (q, logit) in group.logit.iter_mut().enumerate() {
            let load = group.load[q] * group.per_capacity[q];
            *logit = autarky_engine::math::ln(load + 1e-30).clamp(-70.0, 8.0);
        }
    }

    fn evaluate(&mut self, view: View, exact: bool) {
        self.report.evaluations += 1;
        self.merit = self.arch.dispatch(Evaluate(view, &mut self.work, exact, None));
    }

    /// Newton from the point last evaluated: the residual reached, or none where it stalls.
    ///
    /// The last factorised Jacobian serves as long as it shrinks the residual well (the chord
    /// method); a fresh one is built where it does not.
    fn newton(&mut self, view: View, tier: usize) -> Option<f64> {
        let mut merit = self.merit;
        for _ in 0..MAX_NEWTON {
            if merit.largest <= TOLERANCE {
                return Some(merit.largest);
            }
            self.report.iterations += 1;
            let fresh = !self.usable[tier];
            if fresh {
                self.report.factorisations += 1;
                let Self { arch, work, jacobians, .. } = self;
                arch.dispatch(Factorise(view, work, &mut jacobians[tier]));
                self.usable[tier] = true;
            }
            let rounding = self.set_step(view, tier)?;
            if fresh && rounding {
                return Some(merit.largest);
            }
            let before = merit;
            merit = if fresh { self.search(view, merit)? } else { self.chord(view, merit) };
            self.usable[tier] = merit.chord_reaches(before);
        }
        None
    }

    /// Step for the residual last evaluated, capped; whether it is no more than rounding, or none
    /// where it is not a number.
    fn set_step(&mut self, view: View, tier: usize) -> Option<bool> {
        let Self { arch, work, jacobians, step, .. } = self;
        let (finite, rounding) = arch.dispatch(Solve(view, work, &mut jacobians[tier], step));
        finite.then_some(rounding)
    }

    /// Goes `length` of the step from `from`.
    fn go(&mut self, view: View, length: f64) -> Merit {
        self.report.evaluations += 1;
        let along = Along { from: &self.from, step: &self.step, length };
        self.merit = self.arch.dispatch(Evaluate(view, &mut self.work, false, Some(along)));
        self.merit
    }

    /// A whole step with an old Jacobian, taken back where it does not help.
    fn chord(&mut self, view: View, before: Merit) -> Merit {
        self.from.copy_from_slice(&self.work.group.logit);
        let merit = self.go(view, 1.0);
        if merit.squares < before.squares { merit } else { self.go(view, 0.0) }
    }

    /// Halves the step until the squared residual falls; none where it never does.
    fn search(&mut self, view: View, before: Merit) -> Option<Merit> {
        self.from.copy_from_slice(&self.work.group.logit);
        let mut length = 1.0;
        for _ in 0..MAX_HALVINGS {
            let merit = self.go(view, length);
            if merit.squares < before.squares * (1.0 - 1e-4 * length) || merit.largest <= TOLERANCE
            {
                return Some(merit);
            }
            length *= 0.5;
        }
        None
    }

    /// Alternates sweeps with Newton from where they end, more sweeps each time; the second half
    /// climbs from below, where sweeps are monotone.
    fn sweep(&mut self, view: View, index: usize) -> f64 {
        for round in 0..SWEEP_ROUNDS {
            if round == SWEEP_ROUNDS / 2 {
                self.work.group.logit.fill(LOGIT_RANGE.0);
            }
            self.evaluate(view, true);
            for _ in 0..(4 << round) {
                self.report.sweeps += 1;
                let change = self.sweeper.sweep(view, &mut self.work);
                if change <= RESOLUTION {
                    self.evaluate(view, true);
                    return self.merit.largest;
                }
            }
            self.swept.copy_from_slice(&self.work.group.logit);
            self.evaluate(view, true);
            if let Some(residual) = self.newton(view, index) {
                return residual;
            }
            self.work.group.logit.copy_from_slice(&self.swept);
        }
        self.evaluate(view, true);
        self.merit.largest
    }
}

/// What a solve reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) structure: &'a Structure,
    pub(super) inputs: &'a Inputs,
    pub(super) tier: &'a Tier,
}

impl Merit {
    /// Whether a few more steps that gain as much as the last one did reach the tolerance.
    fn chord_reaches(self, before: Self) -> bool {
        let gain = self.largest / before.largest;
        let mut reached = self.largest;
        for _ in 0..CHORD_STEPS {
            reached *= gain;
        }
        reached <= TOLERANCE
    }
}
