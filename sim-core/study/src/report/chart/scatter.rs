//! Points on two axes with intervals along both.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::style::{
    Area, Drawn, GREY, INK, LIGHT, Plane, TEXT, anchored, colour, draw_marker, fitting, font,
    shown, tick,
};

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
    let (low, high) = ends
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let margin = 0.12 * (high - low);
    let margin = if margin > 0.0 { margin } else { high.abs().max(1.0) * 0.1 };
    (low - margin, high + margin)
}

impl Scatter {
    pub(super) fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn {
        let (left, right) = range(self.points.iter().map(|point| point.across));
        let (bottom, top) = range(self.points.iter().map(|point| point.up));
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
        self.points.iter().try_for_each(|point| point.draw(&mut plane))
    }
}

impl Point {
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
