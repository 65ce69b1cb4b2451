//! Estimates with intervals on one axis, a row each: paired differences as markers, effects of parameters as bars from zero.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::style::{
    Area, COLOURS, Drawn, GREY, INK, LIGHT, Plane, TEXT, anchored, colour, draw_marker, fitting,
    font, shown, tick,
};
use crate::output::figure::drawable;

/// Height of a row, with its text above its marks.
const ROW: u32 = 98;
const TOP: u32 = 16;
/// Axis with labels and unit below the rows.
const AXIS: u32 = 104;
const SIDE: u32 = 36;

/// A chart of intervals.
#[derive(Debug, Clone)]
pub(in crate::report) struct Intervals {
    /// What the axis shows, with its unit.
    pub(in crate::report) axis: String,
    pub(in crate::report) rows: Vec<Row>,
    /// What the axis shows at least, zero within.
    pub(in crate::report) least: (f64, f64),
}

/// A row.
#[derive(Debug, Clone)]
pub(in crate::report) struct Row {
    pub(in crate::report) label: String,
    /// The numbers, at the right.
    pub(in crate::report) text: String,
    pub(in crate::report) spans: Vec<Span>,
}

/// An estimate with the ends of its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) enum Span {
    /// The marker of a policy.
    Marker(usize, [f64; 3]),
    /// A bar from zero; the second kind has another colour.
    Bar(bool, [f64; 3]),
}

impl Span {
    /// Whether an axis can hold it; what none can is left out.
    pub(super) fn is_drawable(&self) -> bool {
        drawable(&self.ends())
    }

    const fn ends(&self) -> [f64; 3] {
        match self {
            Self::Marker(_, ends) | Self::Bar(_, ends) => *ends,
        }
    }
}

impl Intervals {
    pub(super) fn height(&self) -> u32 {
        TOP + ROW * self.rows.len() as u32 + AXIS
    }

    /// The spans of all rows.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.rows.iter().flat_map(|row| &row.spans)
    }

    /// A range with all intervals inside, and wider than they are unless it has a least range that ends with them.
    fn range(&self) -> (f64, f64) {
        let ends = self.spans().filter(|span| span.is_drawable()).flat_map(Span::ends);
        let (low, high) = ends.fold(self.least, |(low, high), x| (low.min(x), high.max(x)));
        if (low, high) == self.least && high > low {
            return self.least;
        }
        let margin = 0.06 * (high - low);
        if margin > 0.0 { (low - margin, high + margin) } else { (-1.0, 1.0) }
    }

    pub(super) fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn {
        let (low, high) = self.range();
        let bottom = self.rows.len() as f64;
        let mut plane = ChartBuilder::on(area)
            .margin_top(TOP)
            .margin_left(SIDE)
            .margin_right(SIDE)
            .margin_bottom(AXIS - 50)
            .x_label_area_size(50)
            .build_cartesian_2d(low..high, bottom..0.0)
            .map_err(shown)?;
        plane
            .configure_mesh()
            .disable_mesh()
            .disable_y_axis()
            .axis_style(GREY)
            .x_labels(5)
            .x_label_formatter(&|x| tick(*x, high - low))
            .label_style(font(TEXT, INK))
            .draw()
            .map_err(shown)?;
        for (row, at) in self.rows.iter().zip(0u32..) {
            let y = f64::from(at);
            // Lines end below the text of the row.
            let across = LineSeries::new([(low, y + 0.7), (high, y + 0.7)], LIGHT.stroke_width(2));
            plane.draw_series(across).map_err(shown)?;
            let zero = LineSeries::new([(0.0, y + 0.48), (0.0, y + 0.94)], GREY.stroke_width(3));
            plane.draw_series(zero).map_err(shown)?;
            row_text(area, row, TOP + at * ROW)?;
            for (span, place) in row.spans.iter().zip(0u32..).filter(|(s, _)| s.is_drawable()) {
                let shift = 0.24 * (f64::from(place) - 0.5 * (row.spans.len() as f64 - 1.0));
                draw_span(&mut plane, span, y + 0.7 + shift)?;
            }
        }
        let style = anchored(TEXT, GREY, (HPos::Center, VPos::Bottom));
        let (width, height) = area.dim_in_pixel();
        let text = fitting(&self.axis, &style, width - 20);
        area.draw_text(&text, &style, ((width / 2).cast_signed(), height.cast_signed() - 8))
            .map_err(shown)
    }
}

fn row_text<B: DrawingBackend>(area: &Area<'_, B>, row: &Row, top: u32) -> Drawn {
    let numbers = anchored(TEXT, INK, (HPos::Right, VPos::Top));
    let (width, _) = area.dim_in_pixel();
    let (used, _) = numbers.font.box_size(&row.text).map_err(|e| e.to_string())?;
    let y = top.cast_signed() + 8;
    area.draw_text(&row.text, &numbers, (width.cast_signed() - 12, y)).map_err(shown)?;
    let label = font(TEXT, INK);
    let text = fitting(&row.label, &label, width.saturating_sub(used + 50));
    area.draw_text(&text, &label, (12, y)).map_err(shown)
}

fn draw_span<B: DrawingBackend>(plane: &mut Plane<'_, B>, span: &Span, y: f64) -> Drawn {
    let [estimate, low, high] = span.ends();
    match span {
        Span::Marker(policy, _) => {
            let line = LineSeries::new([(low, y), (high, y)], colour(*policy).stroke_width(8));
            plane.draw_series(line).map_err(shown)?;
            draw_marker(plane, (estimate, y), *policy, false)
        }
        Span::Bar(second, _) => {
            let fill = COLOURS[usize::from(*second)];
            let corners = [(0.0, y - 0.1), (estimate, y + 0.1)];
            plane.draw_series([Rectangle::new(corners, fill.filled())]).map_err(shown)?;
            let whisker = LineSeries::new([(low, y), (high, y)], INK.stroke_width(4));
            plane.draw_series(whisker).map_err(shown)?;
            Ok(())
        }
    }
}
