//! Points on two axes with intervals along both.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::style::{
    Area, Drawn, GREY, INK, LIGHT, Plane, TEXT, anchored, colour, draw_marker, fitting, font,
    shown, tick,
};
use crate::output::figure::drawable;

/// A chart of points.
#[derive(Debug, Clone)]
pub(in crate::report) struct Scatter {
    /// What the axis to the right shows, with its unit.
    pub(in crate::report) across: String,
    /// What the axis upwards shows, with its unit.
    pub(in crate::report) up: String,
    pub(in crate::report) points: Vec<Point>,
}

/// A point: estimate and ends along both axes.
#[derive(Debug, Clone)]
pub(in crate::report) struct Point {
    /// Position of the policy, for its colour, marker and number.
    pub(in crate::report) policy: usize,
    pub(in crate::report) across: [f64; 3],
    pub(in crate::report) up: [f64; 3],
    /// Whether another point dominates it.
    pub(in crate::report) hollow: bool,
}

/// A range about all ends, with room for markers.
fn range(ends: impl Iterator<Item = [f64; 3]>) -> (f64, f64) {
    let ends = ends.flatten().fold(None, |range: Option<(f64, f64)>, x| {
        Some(range.map_or((x, x), |(low, high)| (low.min(x), high.max(x))))
    });
    let Some((low, high)) = ends else { return (0.0, 1.0) };
    let (margin, size) = (0.12 * (high - low), low.abs().max(high.abs()));
    // An axis that is no longer than the rounding of its numbers has no labels.
    let margin = if margin > 1e-9 * size { margin } else { size.max(1.0) * 0.1 };
    (low - margin, high + margin)
}

impl Scatter {
    /// The points that axes can hold; others are left out.
    fn shown(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.is_drawable())
    }

    pub(super) fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn {
        let (left, right) = range(self.shown().map(|point| point.across));
        let (bottom, top) = range(self.shown().map(|point| point.up));
        let (width, height) = area.dim_in_pixel();
        let caption = font(TEXT, GREY);
        let text = fitting(&format!("↑ {}", self.up), &caption, width - 20);
        area.draw_text(&text, &caption, (10, 6)).map_err(shown)?;
        let style = anchored(TEXT, GREY, (HPos::Right, VPos::Bottom));
        let text = fitting(&format!("{} →", self.across), &style, width - 20);
        area.draw_text(&text, &style, (width.cast_signed() - 14, height.cast_signed() - 8))
            .map_err(shown)?;
        let mut plane = ChartBuilder::on(area)
            .margin_top(62)
            .margin_right(44)
            .margin_left(6)
            .margin_bottom(58)
            .x_label_area_size(50)
            .y_label_area_size(124)
            .build_cartesian_2d(left..right, bottom..top)
            .map_err(shown)?;
        plane
            .configure_mesh()
            .bold_line_style(LIGHT)
            .light_line_style(TRANSPARENT)
            .axis_style(GREY)
            .x_labels(5)
            .y_labels(6)
            .x_label_formatter(&|x| tick(*x, right - left))
            .y_label_formatter(&|y| tick(*y, top - bottom))
            .label_style(font(TEXT, INK))
            .draw()
            .map_err(shown)?;
        self.shown().try_for_each(|point| point.draw(&mut plane))
    }
}

impl Point {
    /// Whether axes can hold it.
    pub(super) fn is_drawable(&self) -> bool {
        drawable(&self.across) && drawable(&self.up)
    }

    fn draw<B: DrawingBackend>(&self, plane: &mut Plane<'_, B>) -> Drawn {
        let ([x, x0, x1], [y, y0, y1]) = (self.across, self.up);
        let line = colour(self.policy).stroke_width(3);
        for ends in [[(x0, y), (x1, y)], [(x, y0), (x, y1)]] {
            plane.draw_series(LineSeries::new(ends, line)).map_err(shown)?;
        }
        draw_marker(plane, (x, y), self.policy, self.hollow)?;
        let style = anchored(TEXT, INK, (HPos::Left, VPos::Bottom));
        let number = (self.policy + 1).to_string();
        let text = EmptyElement::at((x, y)) + Text::new(number, (16, -12), style);
        plane.plotting_area().draw(&text).map_err(shown)
    }
}
