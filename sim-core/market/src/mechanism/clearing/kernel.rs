//! The loops of a solve as units of dispatch: each runs compiled for the best instruction set.
//!
//! A closure would do the same, but its call shim is not always inlined, and then its loops stay
//! scalar. Bits do not depend on the instruction set: see [`super::evaluate`].
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use pulp::{Simd, WithSimd};

use super::evaluate::Work;
use super::groups::Merit;
use super::jacobian::Jacobian;
use super::outcome::Outcome;
use super::solve::View;

/// [`Work::prepare`].
pub(super) struct Prepare<'a>(
    pub(super) View<'a>,
    pub(super) &'a mut Work,
    pub(super) Option<&'a [f64]>,
);

impl WithSimd for Prepare<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(view, work, served) = self;
        work.prepare(view, served);
    }
}

/// Points at a length along a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Along<'a> {
    pub(super) from: &'a [f64],
    pub(super) step: &'a [f64],
    pub(super) length: f64,
}

/// [`Work::evaluate`], after a step if there is one.
pub(super) struct Evaluate<'a>(
    pub(super) View<'a>,
    pub(super) &'a mut Work,
    pub(super) bool,
    pub(super) Option<Along<'a>>,
);

impl WithSimd for Evaluate<'_> {
    type Output = Merit;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Merit {
        let Self(view, work, exact, along) = self;
        if let Some(Along { from, step, length }) = along {
            for ((logit, from), step) in work.group.logit.iter_mut().zip(from).zip(step) {
                *logit = from + length * step;
            }
        }
        work.evaluate(simd, view, exact)
    }
}

/// [`Jacobian::factorise`] at the point last evaluated.
pub(super) struct Factorise<'a>(
    pub(super) View<'a>,
    pub(super) &'a mut Work,
    pub(super) &'a mut Jacobian,
);

impl WithSimd for Factorise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(view, work, jacobian) = self;
        jacobian.factorise(simd, view.structure, view.tier, work);
    }
}

/// [`Jacobian::solve`] for the residual of the point last evaluated, and [`Groups::cap`](super::groups::Groups::cap).
pub(super) struct Solve<'a>(
    pub(super) View<'a>,
    pub(super) &'a Work,
    pub(super) &'a mut Jacobian,
    pub(super) &'a mut [f64],
);

impl WithSimd for Solve<'_> {
    type Output = (bool, bool);

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> (bool, bool) {
        let Self(view, work, jacobian, step) = self;
        jacobian.solve(view.structure, view.tier, work, step);
        work.group.cap(step)
    }
}

/// [`Outcome::record`] of a tier.
pub(super) struct Record<'a>(
    pub(super) View<'a>,
    pub(super) &'a Work,
    pub(super) &'a mut Outcome,
    pub(super) usize,
);

impl WithSimd for Record<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(view, work, outcome, tier) = self;
        outcome.record(view.structure, view.inputs, work, tier);
    }
}
