//! Charts of a report, drawn by plotters: as inline SVG for HTML, and a whole figure as one PNG.
//!
//! All charts are as wide as a phone's screen shows them readably, and a page lays several side by side. A policy has a colour of Okabe and Ito
//! (2008), a marker and a number, so none of them is needed to tell it apart.

mod fan;
mod intervals;
mod mix;
mod picture;
mod scatter;
mod style;

use plotters::prelude::*;

pub(super) use fan::{Fan, FanPoint};
pub(super) use intervals::{Intervals, Row, Span};
pub(super) use mix::{Layer, Mix};
pub(super) use picture::picture;
pub(super) use scatter::{Point, Scatter};
pub(super) use style::{AREAS, COLOURS, Frame, ceiling, hex, outline};

use super::document::Panel;
use style::{Area, Drawn};

/// Width of every chart in units of its drawing.
pub(super) const WIDTH: u32 = 900;

/// A chart in numbers.
#[derive(Debug, Clone)]
pub(super) enum Chart {
    /// Quantiles over time.
    Fan(Fan),
    /// Areas stacked over time.
    Mix(Mix),
    /// Estimates with intervals on one axis.
    Intervals(Intervals),
    /// Points on two axes.
    Scatter(Scatter),
}

impl Chart {
    /// Height in the units of the width.
    pub(super) fn height(&self) -> u32 {
        match self {
            Self::Fan(_) | Self::Mix(_) => 560,
            Self::Intervals(chart) => chart.height(),
            Self::Scatter(_) => 720,
        }
    }

    /// Whether it leaves something out that no axis can hold.
    pub(super) fn leaves_out(&self) -> bool {
        match self {
            Self::Fan(chart) => chart.points.iter().any(|point| !point.is_drawable()),
            Self::Mix(chart) => chart.layers.iter().any(|layer| !layer.is_drawable()),
            Self::Intervals(chart) => chart.spans().any(|span| !span.is_drawable()),
            Self::Scatter(chart) => chart.points.iter().any(|point| !point.is_drawable()),
        }
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn {
        match self {
            Self::Fan(chart) => chart.draw(area),
            Self::Mix(chart) => chart.draw(area),
            Self::Intervals(chart) => chart.draw(area),
            Self::Scatter(chart) => chart.draw(area),
        }
    }
}

/// A chart as the inside of an `svg` element, without the element itself.
pub(super) fn svg(panel: &Panel) -> Result<String, String> {
    style::fonts()?;
    let mut text = String::new();
    {
        let backend = SVGBackend::with_string(&mut text, (WIDTH, panel.chart.height()));
        let area = backend.into_drawing_area();
        panel.chart.draw(&area)?;
        area.present().map_err(style::shown)?;
    }
    let inside = text.split_once('>').and_then(|(_, rest)| rest.rsplit_once("</svg>"));
    inside.map(|(inside, _)| inside.to_owned()).ok_or_else(|| "a chart is no SVG".to_owned())
}
