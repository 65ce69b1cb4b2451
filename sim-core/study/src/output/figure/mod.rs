//! The picture of a run: what a policy does to what each provider serves, and to what remains when a foreign party withdraws.
//!
//! [`Scene`] picks panels by the names of the recorded series; `draw` puts it on either backend, so PNG and
//! SVG show the same. Fans are the median and the central 50 % and 90 % over replications; effects are paired differences to the base
//! with 95 % intervals. Colours are those of Okabe and Ito (2008), told apart with any colour vision.

mod draw;
mod scene;

pub(crate) use draw::fonts;
pub use scene::Scene;

pub(crate) use crate::output::number::{decimals, fixed};
pub(crate) use crate::output::words::{PROVIDERS, horizon, provider, sentence, short};

/// Width and height in pixels.
pub(crate) const SIZE: (u32, u32) = (1800, 1300);

/// Whether numbers can stand in a picture: axes of infinite length have no labels, and their search for some does not end.
pub(crate) fn drawable(values: &[f64]) -> bool {
    values.iter().all(|x| x.abs() < 1e100)
}

impl Scene {
    /// The picture as SVG text.
    pub fn svg(&self) -> Result<String, String> {
        let mut text = String::new();
        draw::on(plotters_svg(&mut text), self)?;
        Ok(text)
    }

    /// The picture as a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        let (width, height) = SIZE;
        let mut pixels = vec![0; 3 * width as usize * height as usize];
        draw::on(plotters::prelude::BitMapBackend::with_buffer(&mut pixels, SIZE), self)?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Best);
        let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
        writer.write_image_data(&pixels).map_err(|e| e.to_string())?;
        writer.finish().map_err(|e| e.to_string())?;
        Ok(bytes)
    }
}

fn plotters_svg(text: &mut String) -> plotters::prelude::SVGBackend<'_> {
    plotters::prelude::SVGBackend::with_string(text, SIZE)
}
