//! What the caller describes once: classes of work, segments of demand, queue groups, feasible pairs.
//!
//! Only what rarely changes stands here; demand, prices, tastes, capacities and backlogs are
//! [`super::Inputs`]. Every parameter is checked, and a bad one is an error value that names it.

use std::fmt;

/// A class of work `k` (inference, fine-tuning, training).
#[derive(Debug, Clone, PartialEq)]
pub struct WorkClass {
    /// Mean service time `σ_k` (hours), in [1e-6, 1e6].
    pub service_time_h: f64,
    /// Effective variability `V_k = (1+Cs²)/2` (dimensionless), in [1e-6, 1e6].
    pub variability: f64,
    /// Patience `τ_k`: mean time to abandonment (hours), in [1e-6, 1e9].
    pub patience_h: f64,
    /// Whether work unserved at the end of a tick is carried to the next.
    pub keeps_backlog: bool,
}

/// A demand segment `s`: one nation's demand of one class and sensitivity.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Zone (nation) the segment lives in; only the sparsity of the Jacobian depends on it.
    pub zone: u32,
    /// Index of its [`WorkClass`].
    pub class: u32,
    /// Priority tier; 0 is served first, the next on what capacity remains.
    pub tier: u32,
    /// Shape of its demand.
    pub curve: DemandCurve,
    /// Value of waiting time `v_s` (USD per H100e-hour of work and hour of wait), in [0, 1e9].
    pub waiting_value: f64,
    /// Cost of a failed attempt `κ_s` (USD per H100e-hour of work), in [0, 1e9].
    pub failed_attempt_cost: f64,
}

/// Nested constant-elasticity demand, tapered to zero at the choke price.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandCurve {
    /// Reference price `P_ref` (USD per H100e-hour), positive.
    pub reference_price: f64,
    /// Choke price (USD per H100e-hour), in [1e-6, 1e6] times the reference price.
    pub choke_price: f64,
    /// Elasticity of the segment `η`, in [0, θ].
    pub elasticity: f64,
    /// Substitution between providers `θ`, in [0.05, 20].
    pub substitution: f64,
    /// Width `δ` of the taper below the choke price, in [1e-3, 1/(1+θ−η)].
    pub taper: f64,
}

/// A feasible pair: a segment that may be served by an offer of a queue group.
///
/// The same pair may stand several times, once for each provider that shares the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Index of the segment.
    pub segment: u32,
    /// Index of the queue group.
    pub group: u32,
}

/// The whole description.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Length of a tick `Δt` (hours), in [1e-3, 1e5].
    pub tick_h: f64,
    /// Classes of work.
    pub classes: Vec<WorkClass>,
    /// Demand segments.
    pub segments: Vec<Segment>,
    /// Number of queue groups.
    pub groups: u32,
    /// Feasible pairs.
    pub pairs: Vec<Pair>,
}

/// A parameter outside its range.
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidParameter {
    /// What kind of entity carries it (`"segment"`, `"class"`, `"pair"`, `"group"`, `"problem"`).
    pub entity: &'static str,
    /// Index of the entity among its kind.
    pub index: usize,
    /// Name of the parameter.
    pub parameter: &'static str,
    /// The value found.
    pub value: f64,
    /// Smallest admissible value.
    pub low: f64,
    /// Largest admissible value.
    pub high: f64,
}

impl fmt::Display for InvalidParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, index, parameter, value, low, high } = self;
        write!(f, "{entity} {index}: {parameter} = {value} lies outside [{low}, {high}]")
    }
}

impl std::error::Error for InvalidParameter {}

/// Where a value stands, for its error message.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) entity: &'static str,
    pub(super) index: usize,
}

impl At {
    /// Accepts `value` in `[low, high]`; NaN is never in a range.
    pub(super) fn check(
        self,
        parameter: &'static str,
        value: f64,
        (low, high): (f64, f64),
    ) -> Result<f64, InvalidParameter> {
        if value >= low && value <= high {
            return Ok(value);
        }
        let Self { entity, index } = self;
        Err(InvalidParameter { entity, index, parameter, value, low, high })
    }

    fn check_index(
        self,
        parameter: &'static str,
        value: u32,
        len: usize,
    ) -> Result<(), InvalidParameter> {
        if (value as usize) < len {
            return Ok(());
        }
        let Self { entity, index } = self;
        let high = len as f64 - 1.0;
        Err(InvalidParameter { entity, index, parameter, value: f64::from(value), low: 0.0, high })
    }
}

/// Tiers are few; the limit keeps a typing error from allocating a million of them.
pub(super) const MAX_TIERS: u32 = 64;

impl Problem {
    /// `(1/τ_k + b_k/Δt)·σ_k·V_k`: what a class loses of its load per unit of `g/c`.
    pub(super) fn loss_per_wait(&self, class: &WorkClass) -> f64 {
        let carried = if class.keeps_backlog { 1.0 / self.tick_h } else { 0.0 };
        (1.0 / class.patience_h + carried) * class.service_time_h * class.variability
    }

    /// Choke price of the segment of a pair (USD per H100e-hour).
    pub(super) fn choke_of(&self, pair: Pair) -> f64 {
        self.segments[pair.segment as usize].curve.choke_price
    }

    /// Checks every parameter against its range.
    pub fn validate(&self) -> Result<(), InvalidParameter> {
        let problem = At { entity: "problem", index: 0 };
        problem.check("tick_h", self.tick_h, (1e-3, 1e5))?;
        problem.check("groups", f64::from(self.groups), (0.0, 1e6))?;
        for (index, class) in self.classes.iter().enumerate() {
            class.validate(At { entity: "class", index })?;
        }
        for (index, segment) in self.segments.iter().enumerate() {
            let at = At { entity: "segment", index };
            at.check_index("class", segment.class, self.classes.len())?;
            segment.validate(at)?;
        }
        for (index, pair) in self.pairs.iter().enumerate() {
            let at = At { entity: "pair", index };
            at.check_index("segment", pair.segment, self.segments.len())?;
            at.check_index("group", pair.group, self.groups as usize)?;
        }
        Ok(())
    }
}

impl WorkClass {
    fn validate(&self, at: At) -> Result<(), InvalidParameter> {
        at.check("service_time_h", self.service_time_h, (1e-6, 1e6))?;
        at.check("variability", self.variability, (1e-6, 1e6))?;
        at.check("patience_h", self.patience_h, (1e-6, 1e9))?;
        Ok(())
    }
}

impl Segment {
    fn validate(&self, at: At) -> Result<(), InvalidParameter> {
        let curve = &self.curve;
        let reference = at.check("reference_price", curve.reference_price, (1e-9, 1e9))?;
        at.check("choke_price", curve.choke_price, (1e-6 * reference, 1e6 * reference))?;
        let theta = at.check("substitution", curve.substitution, (0.05, 20.0))?;
        let eta = at.check("elasticity", curve.elasticity, (0.0, theta))?;
        at.check("taper", curve.taper, (1e-3, 1.0 / (1.0 + theta - eta)))?;
        at.check("waiting_value", self.waiting_value, (0.0, 1e9))?;
        at.check("failed_attempt_cost", self.failed_attempt_cost, (0.0, 1e9))?;
        at.check("tier", f64::from(self.tier), (0.0, f64::from(MAX_TIERS - 1)))?;
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two zones of two segments in two tiers; the first zone may use two groups, the second all three.
    pub(in super::super) fn small() -> Problem {
        let class = WorkClass {
            service_time_h: 2.0,
            variability: 1.0,
            patience_h: 24.0,
            keeps_backlog: true,
        };
        let segment = |zone: u32, tier: u32| Segment {
            zone,
            class: 0,
            tier,
            curve: DemandCurve {
                reference_price: 1.0,
                choke_price: 8.0,
                elasticity: 0.5,
                substitution: 3.0,
                taper: 0.2,
            },
            waiting_value: 0.1,
            failed_attempt_cost: 0.1,
        };
        let segments = vec![segment(0, 0), segment(0, 1), segment(1, 0), segment(1, 1)];
        let groups = |zone: u32| if zone == 0 { 0..2 } else { 0..3 };
        let pairs =
            (0..4).flat_map(|s: u32| groups(s / 2).map(move |group| Pair { segment: s, group }));
        Problem { tick_h: 24.0, classes: vec![class], pairs: pairs.collect(), segments, groups: 3 }
    }
}
