//! What each kind of provider serves, stacked over time, with names where areas are thick enough.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::style::{AREAS, Area, Drawn, Frame, INK, Plane, TEXT, anchored, shown};
use crate::output::figure::drawable;

/// Share of the axis from which an area has room for its name.
const NAMED: f64 = 0.08;

/// Half the width of a name, and its distance from what it must not touch, as a share of the span.
const NAME_WIDTH: f64 = 0.15;

/// A chart of stacked areas.
#[derive(Debug, Clone)]
pub(in crate::report) struct Mix {
    pub(in crate::report) frame: Frame,
    /// Date of every value, as fractions of years.
    pub(in crate::report) years: Vec<f64>,
    /// From the bottom up.
    pub(in crate::report) layers: Vec<Layer>,
    /// A level to mark, as that of the whole need.
    pub(in crate::report) line: f64,
}

/// An area.
#[derive(Debug, Clone)]
pub(in crate::report) struct Layer {
    pub(in crate::report) label: String,
    /// Position in the colours of areas.
    pub(in crate::report) colour: usize,
    pub(in crate::report) values: Vec<f64>,
}

impl Layer {
    /// Whether an axis can hold it; what none can is left out.
    pub(in crate::report) fn is_drawable(&self) -> bool {
        drawable(&self.values)
    }
}

impl Mix {
    pub(super) fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn {
        let mut plane = self.frame.plane(area)?;
        let mut below = vec![0.0; self.years.len()];
        for layer in self.layers.iter().filter(|layer| layer.is_drawable()) {
            let above: Vec<f64> = below.iter().zip(&layer.values).map(|(b, x)| b + x).collect();
            self.draw_layer(&mut plane, layer, (&below, &above))?;
            below = above;
        }
        let ends = [(self.frame.span.0, self.line), (self.frame.span.1, self.line)];
        let line = DashedLineSeries::new(ends, 14, 10, INK.stroke_width(3));
        plane.draw_series(line).map_err(shown)?;
        self.frame.draw_marks(&mut plane)
    }

    fn draw_layer<B: DrawingBackend>(
        &self,
        plane: &mut Plane<'_, B>,
        layer: &Layer,
        (below, above): (&[f64], &[f64]),
    ) -> Drawn {
        let edge = |levels: &[f64]| -> Vec<(f64, f64)> {
            self.years.iter().copied().zip(levels.iter().copied()).collect()
        };
        let upper = edge(above);
        let ring: Vec<(f64, f64)> =
            edge(below).into_iter().chain(upper.iter().rev().copied()).collect();
        if ring.len() <= 3 {
            return Ok(());
        }
        let fill = AREAS[layer.colour % AREAS.len()];
        plane.draw_series([Polygon::new(ring, fill.filled())]).map_err(shown)?;
        plane.draw_series(LineSeries::new(upper, WHITE.stroke_width(3))).map_err(shown)?;
        let Some((at, [bottom, top])) = self.place(below, above) else { return Ok(()) };
        let mut middle = f64::midpoint(bottom, top);
        // A name does not lie on the line where the area has room beside it.
        if (middle - self.line).abs() < NAMED * self.frame.top {
            let beside = self.line + NAMED * self.frame.top;
            middle = if beside + 0.5 * NAMED * self.frame.top < top { beside } else { middle };
        }
        let middle = (self.years[at], middle);
        let ink = if layer.colour == 0 { WHITE } else { RGBColor(0, 0, 0) };
        let style = anchored(TEXT, ink, (HPos::Center, VPos::Center));
        let name = EmptyElement::at(middle) + Text::new(layer.label.clone(), (0, 0), style);
        plane.plotting_area().draw(&name).map_err(shown)
    }

    /// The sample about which an area has most room for a name, and the ends of that room; away from edges and dated events, none where it is thin.
    fn place(&self, below: &[f64], above: &[f64]) -> Option<(usize, [f64; 2])> {
        let (first, last) = self.frame.span;
        let near = |a: f64, b: f64| (a - b).abs() < NAME_WIDTH * (last - first);
        let free = |at: &usize| {
            let year = self.years[*at];
            let marks = self.frame.marks.iter().map(|(mark, _)| *mark);
            !marks.chain([first, last]).any(|edge| near(year, edge))
        };
        let room = |at: usize| {
            let window = (0..self.years.len()).filter(|t| near(self.years[*t], self.years[at]));
            window.fold([f64::NEG_INFINITY, f64::INFINITY], |[bottom, top], t| {
                [bottom.max(below[t]), top.min(above[t])]
            })
        };
        let places = (0..self.years.len()).filter(free).map(|at| (at, room(at)));
        places
            .max_by(|(_, a), (_, b)| (a[1] - a[0]).total_cmp(&(b[1] - b[0])))
            .filter(|(_, [bottom, top])| top - bottom > NAMED * self.frame.top)
    }
}
