//! A whole figure as a PNG: title, legend, and its charts two abreast.

use plotters::prelude::*;

use super::style::{
    AREAS, Area, Drawn, GREY, TEXT, bold, colour, fitting, font, fonts, outline, shown,
};
use super::{Chart, WIDTH};
use crate::report::document::{Figure, Key, Mark, Panel};

const GAP: u32 = 30;
/// Line of text.
const LINE: u32 = 46;
/// Charts side by side.
const ABREAST: usize = 2;

/// A figure as a PNG file.
pub(in crate::report) fn picture(figure: &Figure) -> Result<Vec<u8>, String> {
    fonts()?;
    let rows: Vec<&[Panel]> = figure.panels.chunks(ABREAST).collect();
    let tallest = |row: &[Panel]| row.iter().map(|p| p.chart.height()).max().unwrap_or(0);
    let header = 2 * LINE + LINE * figure.legend.len() as u32 + GAP;
    let heights: Vec<u32> = rows.iter().map(|row| tallest(row) + LINE + GAP).collect();
    let columns = figure.panels.len().clamp(1, ABREAST) as u32;
    let size = (columns * WIDTH + (columns + 1) * GAP, header + heights.iter().sum::<u32>() + GAP);
    let mut pixels = vec![0; 3 * size.0 as usize * size.1 as usize];
    {
        let root = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        root.fill(&WHITE).map_err(shown)?;
        draw_header(&root, figure)?;
        let mut y = header;
        for (row, height) in rows.iter().zip(heights) {
            for (panel, at) in row.iter().zip(0u32..) {
                draw_panel(&root, panel, (GAP + at * (WIDTH + GAP), y))?;
            }
            y += height;
        }
        root.present().map_err(shown)?;
    }
    encode(&pixels, size)
}

fn draw_header<B: DrawingBackend>(root: &Area<'_, B>, figure: &Figure) -> Drawn {
    let (width, _) = root.dim_in_pixel();
    let title = bold(36);
    let x = GAP.cast_signed();
    let text = fitting(&figure.title, &title, width - 2 * GAP);
    root.draw_text(&text, &title, (x, 24)).map_err(shown)?;
    for (key, at) in figure.legend.iter().zip(0u32..) {
        let middle = (2 * LINE + at * LINE).cast_signed();
        draw_key(root, key, (x, middle))?;
        let style = font(TEXT, colour(6));
        let text = fitting(&key.label, &style, width - 3 * GAP - 70);
        root.draw_text(&text, &style, (x + 70, middle - 21)).map_err(shown)?;
    }
    Ok(())
}

fn draw_key<B: DrawingBackend>(root: &Area<'_, B>, key: &Key, (x, y): (i32, i32)) -> Drawn {
    let band = |half: i32| [(x, y - half), (x + 50, y + half)];
    match key.mark {
        Mark::Policy(policy) => {
            let moved = outline(policy, 13.0).into_iter().map(|(dx, dy)| (x + 25 + dx, y + dy));
            root.draw(&Polygon::new(moved.collect::<Vec<_>>(), colour(policy).filled()))
        }
        Mark::Bar(at) => root.draw(&Rectangle::new(band(12), colour(at).filled())),
        Mark::Area(at) => root.draw(&Rectangle::new(band(12), AREAS[at % AREAS.len()].filled())),
        Mark::Bands => root
            .draw(&Rectangle::new(band(14), GREY.mix(0.16).filled()))
            .and_then(|()| root.draw(&Rectangle::new(band(8), GREY.mix(0.28).filled())))
            .and_then(|()| root.draw(&Rectangle::new(band(2), GREY.filled()))),
        Mark::Dashed => [(0, 18), (30, 48)].into_iter().try_for_each(|(from, to)| {
            root.draw(&Rectangle::new([(x + from, y - 2), (x + to, y + 2)], GREY.filled()))
        }),
        Mark::Hollow => root.draw(&Circle::new((x + 25, y), 11, GREY.stroke_width(4))),
    }
    .map_err(shown)
}

fn draw_panel<B: DrawingBackend>(root: &Area<'_, B>, panel: &Panel, (x, y): (u32, u32)) -> Drawn {
    let title = bold(TEXT - 4);
    let text = fitting(&panel.title, &title, WIDTH);
    root.draw_text(&text, &title, (x.cast_signed(), y.cast_signed())).map_err(shown)?;
    let (all_width, all_height) = root.dim_in_pixel();
    let height = Chart::height(&panel.chart);
    let area =
        root.clone().margin(y + LINE, all_height - y - LINE - height, x, all_width - x - WIDTH);
    panel.chart.draw(&area)
}

fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Best);
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    writer.write_image_data(pixels).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())?;
    Ok(bytes)
}
