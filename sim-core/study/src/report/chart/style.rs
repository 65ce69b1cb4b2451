//! Colours, markers, fonts and axes that charts share.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::output::figure::fixed;

/// Policies, by position: blue, vermilion, bluish green, reddish purple, orange, sky blue, grey.
pub(in crate::report) const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];

/// Kinds of providers: blue, orange, green, sky blue.
pub(in crate::report) const AREAS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(230, 159, 0), RGBColor(0, 158, 115), RGBColor(150, 205, 240)];

pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
pub(super) const GREY: RGBColor = RGBColor(90, 90, 90);
pub(super) const LIGHT: RGBColor = RGBColor(222, 222, 222);

pub(super) const TEXT: i32 = 35;
const FONT: &str = "sans-serif";

pub(super) type Area<'b, B> = DrawingArea<B, Shift>;
pub(super) type Plane<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
pub(super) type Drawn = Result<(), String>;

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
pub(super) fn shown<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> String {
    error.to_string()
}

/// Makes sure that texts can be measured on a machine without fonts.
pub(super) fn fonts() -> Drawn {
    if crate::output::figure::fonts() {
        Ok(())
    } else {
        Err("the embedded font cannot be read".to_owned())
    }
}

pub(super) fn font(size: i32, colour: RGBColor) -> TextStyle<'static> {
    (FONT, size).into_font().color(&colour)
}

pub(super) fn bold(size: i32) -> TextStyle<'static> {
    FontDesc::new(FontFamily::Name(FONT), f64::from(size), FontStyle::Bold).color(&INK)
}

pub(super) fn anchored(size: i32, colour: RGBColor, (h, v): (HPos, VPos)) -> TextStyle<'static> {
    font(size, colour).pos(Pos::new(h, v))
}

/// A colour as HTML writes it.
pub(in crate::report) fn hex(colour: RGBColor) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.0, colour.1, colour.2)
}

pub(super) fn colour(policy: usize) -> RGBColor {
    COLOURS[policy % COLOURS.len()]
}

/// The marker of a policy as a polygon about the origin, about `2·r` wide: disc, triangle, square, diamond, cross, triangle upside down.
pub(in crate::report) fn outline(policy: usize, r: f64) -> Vec<(i32, i32)> {
    let points: Vec<(f64, f64)> = match policy % 6 {
        0 => (0..24).map(|k| (f64::from(k) * std::f64::consts::TAU / 24.0).sin_cos()).collect(),
        1 => vec![(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
        2 => vec![(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        3 => vec![(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
        4 => {
            let (a, b) = (0.38, 1.1);
            vec![
                (-a, -b),
                (a, -b),
                (a, -a),
                (b, -a),
                (b, a),
                (a, a),
                (a, b),
                (-a, b),
                (-a, a),
                (-b, a),
                (-b, -a),
                (-a, -a),
            ]
        }
        _ => vec![(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)],
    };
    points.into_iter().map(|(x, y)| ((r * x).round() as i32, (r * y).round() as i32)).collect()
}

/// Draws the marker of a policy; a hollow one has a white inside.
pub(super) fn draw_marker<B: DrawingBackend>(
    plane: &Plane<'_, B>,
    at: (f64, f64),
    policy: usize,
    hollow: bool,
) -> Drawn {
    let ring = outline(policy, 13.0);
    let colour = colour(policy);
    let closed: Vec<(i32, i32)> = ring.iter().chain(ring.first()).copied().collect();
    let inside = if hollow { WHITE } else { colour };
    let marker = EmptyElement::at(at)
        + Polygon::new(ring, inside.filled())
        + PathElement::new(closed, colour.stroke_width(4));
    plane.plotting_area().draw(&marker).map_err(shown)
}

/// A round number above the largest value.
pub(in crate::report) fn ceiling(top: f64) -> f64 {
    if !top.is_finite() || top <= 0.0 {
        return 1.0;
    }
    let target = 1.08 * top;
    let unit = 10f64.powf(target.log10().floor());
    let steps = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * unit).find(|&limit| limit >= target).unwrap_or(10.0 * unit)
}

/// Decimals of labels on an axis of this length.
pub(super) fn places(length: f64) -> usize {
    if length <= 0.0 || !length.is_finite() {
        return 0;
    }
    (1.0 - length.log10().floor()).clamp(0.0, 6.0) as usize
}

/// A label on an axis, with a real minus.
pub(super) fn tick(value: f64, length: f64) -> String {
    fixed(value, places(length)).replace('-', "−")
}

/// A text cut to what fits a width, with an ellipsis.
pub(super) fn fitting(text: &str, font: &TextStyle<'_>, width: u32) -> String {
    let fits = |text: &str| font.font.box_size(text).is_ok_and(|(w, _)| w <= width);
    if fits(text) {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.len() > 1 {
        kept.pop();
        let shorter: String = kept.iter().chain(&['…']).collect();
        if fits(&shorter) {
            return shorter;
        }
    }
    String::new()
}

/// A time axis with a level above it, which starts at zero.
#[derive(Debug, Clone)]
pub(in crate::report) struct Frame {
    /// First and last year, as fractions.
    pub(in crate::report) span: (f64, f64),
    /// Top of the axis of levels.
    pub(in crate::report) top: f64,
    /// What levels are, with their unit.
    pub(in crate::report) axis: String,
    /// Year and label of dated events.
    pub(in crate::report) marks: Vec<(f64, String)>,
}

impl Frame {
    /// Axes, grid and caption.
    pub(super) fn plane<'a, B: DrawingBackend + 'a>(
        &self,
        area: &'a Area<'_, B>,
    ) -> Result<Plane<'a, B>, String> {
        let caption = font(TEXT, GREY);
        let text = fitting(&self.axis, &caption, super::WIDTH - 20);
        area.draw_text(&text, &caption, (10, 6)).map_err(shown)?;
        let mut plane = ChartBuilder::on(area)
            .margin_top(62)
            .margin_right(34)
            .margin_left(6)
            .margin_bottom(6)
            .x_label_area_size(50)
            .y_label_area_size(104)
            .build_cartesian_2d(self.span.0..self.span.1, 0.0..self.top)
            .map_err(shown)?;
        let length = self.span.1 - self.span.0;
        let whole = usize::from(length < 4.0);
        plane
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(LIGHT)
            .light_line_style(TRANSPARENT)
            .axis_style(GREY)
            .x_labels(6)
            .y_labels(6)
            .set_tick_mark_size(LabelAreaPosition::Bottom, 12)
            .x_label_formatter(&|x| format!("{x:.whole$}"))
            .y_label_formatter(&|y| tick(*y, self.top))
            .label_style(font(TEXT, INK))
            .draw()
            .map_err(shown)?;
        Ok(plane)
    }

    /// Dated events as dashed lines with their labels at the top.
    pub(super) fn draw_marks<B: DrawingBackend>(&self, plane: &mut Plane<'_, B>) -> Drawn {
        let inside = |(year, _): &&(f64, String)| (self.span.0..self.span.1).contains(year);
        for ((year, label), at) in self.marks.iter().filter(inside).zip(0..) {
            let ends = [(*year, 0.0), (*year, self.top)];
            let line = DashedLineSeries::new(ends, 8, 8, GREY.stroke_width(3));
            plane.draw_series(line).map_err(shown)?;
            let late = year - self.span.0 > 0.55 * (self.span.1 - self.span.0);
            let side = if late { HPos::Right } else { HPos::Left };
            let shift = if late { -10 } else { 10 };
            let text = Text::new(
                label.clone(),
                (shift, 2 + at % 3 * (TEXT + 4)),
                anchored(TEXT, GREY, (side, VPos::Top)),
            );
            plane
                .plotting_area()
                .draw(&(EmptyElement::at((*year, self.top)) + text))
                .map_err(shown)?;
        }
        Ok(())
    }
}
