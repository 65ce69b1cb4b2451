//! Drawing a [`Scene`] on any backend.

use std::sync::OnceLock;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::scene::{EffectRow, FANS_SHOWN, FanPoint, Scene, TimePanel};

/// Okabe and Ito (2008): blue, vermilion, bluish green, reddish purple, orange.
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
];
const INK: RGBColor = RGBColor(34, 34, 34);
const GREY: RGBColor = RGBColor(96, 96, 96);
const LIGHT: RGBColor = RGBColor(225, 225, 225);

const FONT: &str = "sans-serif";
const TITLE: i32 = 36;
const HEADING: i32 = 27;
const TEXT: i32 = 24;
const SMALL: i32 = 22;

type Area<'b, B> = DrawingArea<B, Shift>;
type Drawn = Result<(), String>;

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn shown<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> String {
    error.to_string()
}

/// Registers the embedded fonts once; a bare machine has none.
pub(crate) fn fonts() -> bool {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    *REGISTERED.get_or_init(|| {
        let faces =
            [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
        faces
            .into_iter()
            .all(|(style, bytes)| plotters::style::register_font(FONT, style, bytes).is_ok())
    })
}

fn style(size: i32, colour: RGBColor) -> TextStyle<'static> {
    (FONT, size).into_font().color(&colour)
}

fn bold(size: i32) -> TextStyle<'static> {
    FontDesc::new(FontFamily::Name(FONT), f64::from(size), FontStyle::Bold).color(&INK)
}

/// Draws a scene.
pub(super) fn on<B: DrawingBackend>(backend: B, scene: &Scene) -> Drawn {
    if !fonts() {
        return Err("the embedded font cannot be read".to_owned());
    }
    let root = backend.into_drawing_area();
    root.fill(&WHITE).map_err(shown)?;
    let header = draw_header(&root, scene)?;
    let (_, body) = root.split_vertically(header);
    let (upper, lower) = body.split_vertically((super::SIZE.1 - header) / 2);
    draw_providers(&upper, scene)?;
    let width = super::SIZE.0;
    let (left, right) =
        lower.split_horizontally(if scene.effects.is_empty() { width } else { width / 3 });
    if let Some(panel) = &scene.sovereignty {
        draw_time(&left, scene, panel, ceiling(panel.top()))?;
    }
    if !scene.effects.is_empty() {
        draw_effects(&right, &scene.effects, &scene.legend)?;
    }
    root.present().map_err(shown)
}

/// Breaks a text into lines that fit a width.
fn wrapped(text: &str, font: &TextStyle<'_>, width: u32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let current = lines.last_mut().expect("there is always a line");
        let longer = if current.is_empty() { word.to_owned() } else { format!("{current} {word}") };
        let fits = font.font.box_size(&longer).is_ok_and(|(w, _)| w <= width);
        if fits || current.is_empty() {
            *current = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Height of the header: as many lines as title and legend need.
fn draw_header<B: DrawingBackend>(area: &Area<'_, B>, scene: &Scene) -> Result<u32, String> {
    let title = bold(TITLE);
    let mut y = 22;
    for line in wrapped(&scene.title, &title, super::SIZE.0 - 80).iter().take(3) {
        area.draw_text(line, &title, (40, y)).map_err(shown)?;
        y += TITLE + 8;
    }
    area.draw_text(&scene.subtitle, &style(SMALL, GREY), (40, y)).map_err(shown)?;
    draw_legend(area, &scene.legend, y + 38).map(|bottom| bottom as u32 + 12)
}

/// Returns where the legend ends.
fn draw_legend<B: DrawingBackend>(
    area: &Area<'_, B>,
    legend: &[String],
    y: i32,
) -> Result<i32, String> {
    let font = style(SMALL, INK);
    let (mut x, mut y) = (40, y);
    for ((label, colour), at) in legend.iter().zip(COLOURS).zip(0..) {
        let (width, _) = font.font.box_size(label).map_err(|e| e.to_string())?;
        let next = x + 62 + width.cast_signed() + 50;
        if next > super::SIZE.0.cast_signed() && x > 40 {
            (x, y) = (40, y + SMALL + 12);
        }
        let middle = y + SMALL / 2;
        let band = |half: i32| [(x, middle - half), (x + 50, middle + half)];
        if at < FANS_SHOWN {
            area.draw(&Rectangle::new(band(11), colour.mix(0.18).filled())).map_err(shown)?;
            area.draw(&Rectangle::new(band(6), colour.mix(0.25).filled())).map_err(shown)?;
        }
        area.draw(&Rectangle::new(band(2), colour.filled())).map_err(shown)?;
        area.draw_text(label, &font, (x + 62, y)).map_err(shown)?;
        x += 62 + width.cast_signed() + 50;
    }
    Ok(y + SMALL + 8)
}

/// A round number above the largest value, with room for the labels of marks.
fn ceiling(top: f64) -> f64 {
    if top <= 0.0 {
        return 1.0;
    }
    let target = 1.12 * top;
    let unit = 10f64.powf(target.log10().floor());
    let steps = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * unit).find(|&limit| limit >= target).unwrap_or(10.0 * unit)
}

fn draw_providers<B: DrawingBackend>(area: &Area<'_, B>, scene: &Scene) -> Drawn {
    let tops: Vec<f64> = scene.providers.iter().map(TimePanel::top).collect();
    let largest = tops.iter().copied().fold(0.0, f64::max);
    let cells = area.split_evenly((1, scene.providers.len().max(1)));
    for ((panel, top), cell) in scene.providers.iter().zip(tops).zip(&cells) {
        // One scale where all can be read on it, else their own.
        let comparable = scene.providers.iter().all(|p| largest <= 3.0 * p.top());
        draw_time(cell, scene, panel, ceiling(if comparable { largest } else { top }))?;
    }
    Ok(())
}

type Plane<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn draw_time<B: DrawingBackend>(
    area: &Area<'_, B>,
    scene: &Scene,
    panel: &TimePanel,
    top: f64,
) -> Drawn {
    let (width, _) = area.dim_in_pixel();
    let area = headed(area, &panel.title, width - 70)?;
    let mut chart = ChartBuilder::on(&area)
        .margin_right(30)
        .margin_left(20)
        .margin_bottom(10)
        .x_label_area_size(44)
        .y_label_area_size(92)
        .build_cartesian_2d(scene.span.0..scene.span.1, 0.0..top)
        .map_err(shown)?;
    let digits = usize::from(top < 5.0) + usize::from(top < 0.5);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(LIGHT)
        .light_line_style(TRANSPARENT)
        .axis_style(GREY)
        .x_labels(7)
        .y_labels(6)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| crate::output::number::fixed(*y, digits))
        .label_style(style(SMALL, INK))
        .y_desc(&panel.axis)
        .axis_desc_style(style(SMALL, GREY))
        .draw()
        .map_err(shown)?;
    draw_marks(&mut chart, scene, top)?;
    for (fan, colour) in panel.fans.iter().zip(COLOURS).take(FANS_SHOWN) {
        draw_bands(&mut chart, fan, colour)?;
    }
    for (fan, colour) in panel.fans.iter().zip(COLOURS) {
        let median = fan.iter().map(|point| (point.year, point.quantiles[2]));
        chart.draw_series(LineSeries::new(median, colour.stroke_width(4))).map_err(shown)?;
    }
    Ok(())
}

/// Writes a heading above a panel and returns what is below it.
fn headed<'b, B: DrawingBackend>(
    area: &Area<'b, B>,
    heading: &str,
    width: u32,
) -> Result<Area<'b, B>, String> {
    let font = bold(HEADING);
    let lines = wrapped(heading, &font, width);
    let (head, body) =
        area.split_vertically(20 + (HEADING.cast_unsigned() + 6) * lines.len() as u32);
    for (line, at) in lines.iter().zip(0..) {
        head.draw_text(line, &font, (40, 12 + at * (HEADING + 6))).map_err(shown)?;
    }
    Ok(body)
}

fn draw_marks<B: DrawingBackend>(chart: &mut Plane<'_, B>, scene: &Scene, top: f64) -> Drawn {
    let inside = |(year, _): &&(f64, String)| (scene.span.0..scene.span.1).contains(year);
    for ((year, label), at) in scene.marks.iter().filter(inside).zip(0..) {
        let line = DashedLineSeries::new([(*year, 0.0), (*year, top)], 8, 6, GREY.stroke_width(2));
        chart.draw_series(line).map_err(shown)?;
        let late = year - scene.span.0 > 0.55 * (scene.span.1 - scene.span.0);
        let side = if late { HPos::Right } else { HPos::Left };
        let font = style(SMALL, GREY).pos(Pos::new(side, VPos::Top));
        let shift = if late { -8 } else { 8 };
        let text = EmptyElement::at((*year, top))
            + Text::new(label.clone(), (shift, 2 + at % 3 * (SMALL + 2)), font);
        chart.plotting_area().draw(&text).map_err(shown)?;
    }
    Ok(())
}

fn draw_bands<B: DrawingBackend>(
    chart: &mut Plane<'_, B>,
    fan: &[FanPoint],
    colour: RGBColor,
) -> Drawn {
    let line = |q: usize| fan.iter().map(move |point| (point.year, point.quantiles[q]));
    for (low, high, opacity) in [(0, 4, 0.16), (1, 3, 0.26)] {
        let ring: Vec<(f64, f64)> = line(low).chain(line(high).rev()).collect();
        if ring.len() > 3 {
            chart.draw_series([Polygon::new(ring, colour.mix(opacity).filled())]).map_err(shown)?;
        }
    }
    Ok(())
}

/// The effects as points with intervals, one row per quantity.
fn draw_effects<B: DrawingBackend>(
    area: &Area<'_, B>,
    rows: &[EffectRow],
    legend: &[String],
) -> Drawn {
    let heading = match legend {
        [_, _] => "Effect of the policy: difference to the base, mean of all years",
        _ => "Effect of each policy: difference to the base, mean of all years",
    };
    let (width, _) = area.dim_in_pixel();
    let area = headed(area, heading, width - 70)?;
    let (low, high) = effect_range(rows);
    // Lines of text share the height without the axis, and never overlap.
    let lines = rows.len() * rows.iter().map(|row| row.intervals.len()).max().unwrap_or(1);
    let height = f64::from(area.dim_in_pixel().1.saturating_sub(80));
    let size = (0.8 * height / lines as f64).clamp(8.0, f64::from(SMALL)) as i32;
    let mut chart = ChartBuilder::on(&area)
        .margin_right(330)
        .margin_left(20)
        .margin_bottom(10)
        .x_label_area_size(70)
        .y_label_area_size(340)
        .build_cartesian_2d(low..high, 0.0..rows.len() as f64)
        .map_err(shown)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .bold_line_style(LIGHT)
        .light_line_style(TRANSPARENT)
        .axis_style(LIGHT)
        .x_labels(6)
        .y_labels(0)
        .x_label_formatter(&|x| signed(*x, high - low))
        .label_style(style(SMALL, INK))
        .x_desc("percentage points, with 95 % interval")
        .axis_desc_style(style(SMALL, GREY))
        .draw()
        .map_err(shown)?;
    let zero = LineSeries::new([(0.0, 0.0), (0.0, rows.len() as f64)], GREY.stroke_width(2));
    chart.draw_series(zero).map_err(shown)?;
    for (row, at) in rows.iter().rev().zip(0..) {
        draw_effect(&mut chart, row, (f64::from(at) + 0.5, high), size)?;
        let font = style(TEXT, INK).pos(Pos::new(HPos::Right, VPos::Center));
        let label = EmptyElement::at((low, f64::from(at) + 0.5))
            + Text::new(row.label.clone(), (-14, 0), font);
        // The plotting area clips nothing, so the label lies in the label area.
        chart.plotting_area().draw(&label).map_err(shown)?;
    }
    Ok(())
}

fn draw_effect<B: DrawingBackend>(
    chart: &mut Plane<'_, B>,
    row: &EffectRow,
    (y, right): (f64, f64),
    text_size: i32,
) -> Drawn {
    let count = row.intervals.len() as f64;
    for ((policy, [estimate, low, high]), at) in row.intervals.iter().zip(0i32..) {
        let colour = COLOURS[policy % COLOURS.len()];
        let y = y + 0.8 * ((count - 1.0) / 2.0 - f64::from(at)) / count;
        chart
            .draw_series(LineSeries::new([(*low, y), (*high, y)], colour.stroke_width(6)))
            .map_err(shown)?;
        chart.draw_series([Circle::new((*estimate, y), 6, colour.filled())]).map_err(shown)?;
        let size = high - low;
        let [estimate, low, high] = [estimate, low, high].map(|x| signed(*x, size));
        let font = style(text_size, INK).pos(Pos::new(HPos::Left, VPos::Center));
        let text = Text::new(format!("{estimate} ({low} to {high})"), (14, 0), font);
        chart.plotting_area().draw(&(EmptyElement::at((right, y)) + text)).map_err(shown)?;
    }
    Ok(())
}

/// A range with no effect inside, a tenth wider than the intervals.
fn effect_range(rows: &[EffectRow]) -> (f64, f64) {
    let ends = rows
        .iter()
        .flat_map(|row| row.intervals.iter().flat_map(|(_, [_, low, high])| [*low, *high]));
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
    let margin = (0.1 * (high - low)).max(0.05);
    (low - margin, high + margin)
}

fn signed(x: f64, range: f64) -> String {
    let digits = usize::from(range < 6.0) + usize::from(range < 0.6);
    let text = crate::output::number::fixed(x, digits);
    if x > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        format!("+{text}")
    } else {
        text.replace('-', "−")
    }
}
