//! Quantities that are followed over replications: the recorded scalars, and averages of the recorded series.
//!
//! A series x sampled at dates i has the time mean `Σ x_i / m` over the m dates where it is defined. Compute that is part
//! of the reference demand D has the share `Σ x_i / Σ D_i` as well, which weighs dates by their demand.

use autarky_market::record::{Column, Layout, Record};

/// The series that shares refer to.
pub(crate) const REFERENCE: &str = "reference_demand";

/// How a quantity is read off a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A recorded scalar, by position.
    Scalar(usize),
    /// The time mean of a series, by position.
    TimeMean(usize),
    /// The sum of a series over the sum of reference demand, by positions.
    Share(usize, usize),
}

/// A number per replication and nation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Name: of the scalar, `<series>_mean` or `<series>_share`.
    pub name: String,
    /// Unit; `1` for none.
    pub unit: String,
    /// Meaning in one sentence.
    pub doc: String,
    /// How it is read off a record.
    pub measure: Measure,
}

/// Whether a series is an amount of compute served or not served out of reference demand, in its unit.
fn is_part_of_demand(column: &Column, reference: &Column) -> bool {
    let name = column.name;
    let part = ["served", "unserved"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    });
    part && column.unit == reference.unit
}

/// All quantities of a layout: scalars, shares, time means. A derived name that a scalar already has is left to the scalar.
pub(crate) fn quantities(layout: &Layout) -> Vec<Quantity> {
    let mut all: Vec<Quantity> = layout
        .scalars
        .iter()
        .enumerate()
        .map(|(at, column)| Quantity {
            name: column.name.to_owned(),
            unit: column.unit.to_owned(),
            doc: column.doc.to_owned(),
            measure: Measure::Scalar(at),
        })
        .collect();
    let reference = layout.series.iter().position(|c| c.name == REFERENCE);
    for (at, column) in layout.series.iter().enumerate() {
        let whole = reference.filter(|&at| is_part_of_demand(column, &layout.series[at]));
        if let Some(reference) = whole {
            push_new(
                &mut all,
                Quantity {
                    name: format!("{}_share", column.name),
                    unit: "1".to_owned(),
                    doc: format!("{} Share of reference demand over the sample dates.", column.doc),
                    measure: Measure::Share(at, reference),
                },
            );
        }
        push_new(
            &mut all,
            Quantity {
                name: format!("{}_mean", column.name),
                unit: column.unit.to_owned(),
                doc: format!("{} Mean over the sample dates.", column.doc),
                measure: Measure::TimeMean(at),
            },
        );
    }
    all
}

fn push_new(all: &mut Vec<Quantity>, quantity: Quantity) {
    if all.iter().all(|other| other.name != quantity.name) {
        all.push(quantity);
    }
}

impl Quantity {
    /// Whether it is recorded once a replication.
    #[must_use]
    pub const fn is_scalar(&self) -> bool {
        matches!(self.measure, Measure::Scalar(_))
    }

    /// Whether it is a share of reference demand.
    #[must_use]
    pub const fn is_share(&self) -> bool {
        matches!(self.measure, Measure::Share(..))
    }

    /// Its value for a nation, if defined.
    #[must_use]
    pub fn value(&self, layout: &Layout, record: &Record, nation: usize) -> Option<f64> {
        let value = match self.measure {
            Measure::Scalar(at) => record.scalars[nation * layout.scalars.len() + at],
            Measure::TimeMean(at) => {
                let defined = || samples(layout, record, nation, at).filter(|x| !x.is_nan());
                defined().sum::<f64>() / defined().count() as f64
            }
            Measure::Share(at, reference) => {
                let (mut part, mut whole) = (0.0, 0.0);
                let pairs = samples(layout, record, nation, at)
                    .zip(samples(layout, record, nation, reference));
                for (x, demand) in pairs.filter(|(x, demand)| !x.is_nan() && !demand.is_nan()) {
                    part += x;
                    whole += demand;
                }
                part / whole
            }
        };
        value.is_finite().then_some(value)
    }
}

/// The values of one series of one nation, by sample.
fn samples<'r>(
    layout: &'r Layout,
    record: &'r Record,
    nation: usize,
    column: usize,
) -> impl Iterator<Item = f64> + 'r {
    let (dates, width) = (layout.sample_days.len(), layout.series.len());
    (0..dates).map(move |t| record.series[(nation * dates + t) * width + column])
}

/// A quantity followed over time in pictures: a series, or its share of reference demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Name of the series.
    pub(crate) name: &'static str,
    /// Unit; `1` for shares.
    pub(crate) unit: &'static str,
    numerator: usize,
    denominator: Option<usize>,
}

/// The paths that pictures can show: shares of demand served, capacities, sovereignty levels.
pub(crate) fn paths(layout: &Layout) -> Vec<Path> {
    let reference = layout.series.iter().position(|c| c.name == REFERENCE);
    let path = |(at, column): (usize, &Column)| {
        let denominator = reference.filter(|&at| is_part_of_demand(column, &layout.series[at]));
        let shown = denominator.is_some()
            || column.name.starts_with("capacity_")
            || column.name.starts_with("sovereignty_");
        shown.then(|| Path {
            name: column.name,
            unit: if denominator.is_some() { "1" } else { column.unit },
            numerator: at,
            denominator,
        })
    };
    layout.series.iter().enumerate().filter_map(path).collect()
}

impl Path {
    /// Its value at a sample, if defined.
    pub(crate) fn value(
        &self,
        layout: &Layout,
        record: &Record,
        (nation, sample): (usize, usize),
    ) -> Option<f64> {
        let row = (nation * layout.sample_days.len() + sample) * layout.series.len();
        let divisor = self.denominator.map_or(1.0, |at| record.series[row + at]);
        let value = record.series[row + self.numerator] / divisor;
        value.is_finite().then_some(value)
    }
}
