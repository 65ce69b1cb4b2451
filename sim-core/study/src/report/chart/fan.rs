//! Quantiles of one policy over time: median, the middle 50 % and 90 %, and another policy's median beside them.

use plotters::prelude::*;

use super::style::{Area, Drawn, Frame, GREY, Plane, colour, draw_marker, shown};
use crate::output::figure::drawable;

/// Markers on a median.
const MARKERS: usize = 6;

/// A fan chart.
#[derive(Debug, Clone)]
pub(in crate::report) struct Fan {
    pub(in crate::report) frame: Frame,
    /// Position of the policy, for its colour and marker.
    pub(in crate::report) policy: usize,
    pub(in crate::report) points: Vec<FanPoint>,
    /// Year and median of the policy it is set against; empty for none.
    pub(in crate::report) reference: Vec<(f64, f64)>,
}

/// Quantiles at a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) struct FanPoint {
    pub(in crate::report) year: f64,
    /// At 5, 25, 50, 75 and 95 %.
    pub(in crate::report) quantiles: [f64; 5],
}

impl FanPoint {
    /// Whether an axis can hold it; what none can is left out.
    pub(in crate::report) fn is_drawable(&self) -> bool {
        drawable(&self.quantiles)
    }
}

impl Fan {
    /// The dates that are drawn.
    fn shown(&self) -> impl DoubleEndedIterator<Item = &FanPoint> + Clone {
        self.points.iter().filter(|point| point.is_drawable())
    }

    pub(super) fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn {
        let mut plane = self.frame.plane(area)?;
        self.draw_bands(&mut plane)?;
        self.frame.draw_marks(&mut plane)?;
        let reference = self.reference.iter().copied().filter(|(_, x)| drawable(&[*x]));
        plane
            .draw_series(DashedLineSeries::new(reference, 14, 10, GREY.stroke_width(4)))
            .map_err(shown)?;
        let median = self.shown().map(|point| (point.year, point.quantiles[2]));
        plane
            .draw_series(LineSeries::new(median, colour(self.policy).stroke_width(6)))
            .map_err(shown)?;
        let every = self.points.len().div_ceil(MARKERS).max(1);
        for point in self.shown().skip(every / 2).step_by(every) {
            draw_marker(&plane, (point.year, point.quantiles[2]), self.policy, false)?;
        }
        Ok(())
    }

    fn draw_bands<B: DrawingBackend>(&self, plane: &mut Plane<'_, B>) -> Drawn {
        let line = |q: usize| self.shown().map(move |point| (point.year, point.quantiles[q]));
        for (low, high, opacity) in [(0, 4, 0.16), (1, 3, 0.28)] {
            let ring: Vec<(f64, f64)> = line(low).chain(line(high).rev()).collect();
            if ring.len() > 3 {
                let fill = colour(self.policy).mix(opacity).filled();
                plane.draw_series([Polygon::new(ring, fill)]).map_err(shown)?;
            }
        }
        Ok(())
    }
}
