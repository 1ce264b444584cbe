//! Finding the document: a small network of the project's own gives its corners, the edges between them make these exact.

use std::sync::OnceLock;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::{Outline, refine};
use crate::face::Point;
use crate::models::ModelError;
use crate::picture::Picture;
use crate::runtime::Network;

/// Of the network's input; a picture of another shape is laid on grey.
const WIDTH: usize = 256;
const HEIGHT: usize = 144;
/// Pixels of the input a cell of the output.
const STRIDE: usize = 4;
const COLUMNS: usize = WIDTH / STRIDE;
const ROWS: usize = HEIGHT / STRIDE;
const CELLS: usize = COLUMNS * ROWS;
/// Corners that are less sure are not seen: they lie outside, or something covers them.
const LEAST_CORNER: f32 = 0.3;
/// Part of the frame that a document covers at the least for its corners to be missed.
const LEAST_MASK: f32 = 0.03;
/// Part of the outline's area that must look like a document.
const LEAST_INSIDE: f32 = 0.6;
/// Shortest side of a document, as a share of the frame's longer side.
const LEAST_SIDE: f32 = 0.06;
/// Values of the input: as in training.
const MEAN: f32 = 127.5;
const SPREAD: f32 = 64.0;
const NAME: &str = "corners.onnx";

/// What a look at a frame found.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// Where all four corners are seen.
    pub outline: Option<Outline>,
    /// Part of the frame that looks like a document, 0 to 1.
    pub presence: f32,
    /// There is a document, but a corner of it is outside the frame or covered.
    pub corner_cut_off: bool,
}

/// The document's outline; `None` where there is none, or not all of its corners are seen.
pub fn locate(picture: &Picture) -> Result<Option<Outline>, ModelError> {
    Ok(look(picture)?.outline)
}

/// Looks for a document and makes its corners exact by its edges.
pub fn look(picture: &Picture) -> Result<Located, ModelError> {
    let mut located = look_quickly(picture)?;
    if let Some(outline) = &mut located.outline {
        *outline = refine::refined(picture, outline);
    }
    Ok(located)
}

/// As [`look`] without the edges: corners are good to about a hundredth of the frame's width.
pub fn look_quickly(picture: &Picture) -> Result<Located, ModelError> {
    let mut shown = Shown::of(picture)?;
    let input = std::mem::take(&mut shown.input);
    let outputs = network()?.run(&[1, 3, HEIGHT, WIDTH], input, &["heat"])?;
    let heat = match outputs.into_iter().next() {
        Some(output) if output.values.len() == 5 * CELLS => output.values,
        _ => return Err(ModelError::Shape { file: NAME }),
    };
    let (maps, mask) = heat.split_at(4 * CELLS);
    let mask: Vec<f32> = mask.iter().map(|&v| sigmoid(v)).collect();
    let presence = mask.iter().sum::<f32>() / CELLS as f32;
    let peaks: Vec<(Point, f32)> = maps.chunks_exact(CELLS).map(peak).collect();
    let score = peaks.iter().fold(1.0f32, |least, (_, p)| least.min(*p));
    let cells: [Point; 4] = std::array::from_fn(|i| peaks[i].0);
    let outline = Outline {
        corners: cells.map(|[x, y]| shown.back([x * STRIDE as f32, y * STRIDE as f32])),
        score,
    };
    let least = LEAST_SIDE * picture.width().max(picture.height()) as f32;
    let found = score >= LEAST_CORNER
        && outline.is_plausible(least)
        && inside(&mask, &cells) >= LEAST_INSIDE;
    Ok(Located {
        outline: found.then_some(outline),
        presence,
        corner_cut_off: !found && presence >= LEAST_MASK,
    })
}

fn sigmoid(v: f32) -> f32 {
    1.0 / (1.0 + (-v).exp())
}

/// A map's centre of heat around its highest cell, in cells from the frame's top left, and the height of that cell.
fn peak(map: &[f32]) -> (Point, f32) {
    let mut best = 0;
    for (i, &v) in map.iter().enumerate() {
        if v > map[best] {
            best = i;
        }
    }
    let (column, row) = ((best % COLUMNS) as isize, (best / COLUMNS) as isize);
    let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
    for r in (row - 2).max(0)..(row + 3).min(ROWS as isize) {
        for c in (column - 2).max(0)..(column + 3).min(COLUMNS as isize) {
            let heat = sigmoid(map[r as usize * COLUMNS + c as usize]);
            sum += heat;
            x += heat * (c as f32 + 0.5);
            y += heat * (r as f32 + 0.5);
        }
    }
    ([x / sum, y / sum], sigmoid(map[best]))
}

/// Mean of the mask within the corners, in cells.
fn inside(mask: &[f32], corners: &[Point; 4]) -> f32 {
    let (mut sum, mut count) = (0.0, 0);
    for (i, value) in mask.iter().enumerate() {
        let p = [(i % COLUMNS) as f32 + 0.5, (i / COLUMNS) as f32 + 0.5];
        let within = (0..4).all(|k| {
            let (a, b) = (corners[k], corners[(k + 1) % 4]);
            (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) >= 0.0
        });
        if within {
            sum += value;
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// A picture as the network sees it.
struct Shown {
    input: Vec<f32>,
    /// Pixels of the picture a pixel of the input, and where the picture begins in the input.
    scale: f32,
    from: Point,
}

impl Shown {
    fn of(picture: &Picture) -> Result<Shown, ModelError> {
        let scale =
            (picture.width() as f32 / WIDTH as f32).max(picture.height() as f32 / HEIGHT as f32);
        let side =
            |length: usize, most: usize| ((length as f32 / scale).round() as usize).clamp(1, most);
        let (width, height) = (side(picture.width(), WIDTH), side(picture.height(), HEIGHT));
        let small = shrunk(picture, width, height).ok_or(ModelError::Run {
            file: NAME,
            reason: "the picture could not be scaled".to_owned(),
        })?;
        let (left, top) = ((WIDTH - width) / 2, (HEIGHT - height) / 2);
        let mut input = vec![0.0; 3 * WIDTH * HEIGHT];
        for (y, row) in small.chunks_exact(width * 3).enumerate() {
            let at = (top + y) * WIDTH + left;
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                for (c, &value) in pixel.iter().enumerate() {
                    input[c * WIDTH * HEIGHT + at + x] = (f32::from(value) - MEAN) / SPREAD;
                }
            }
        }
        Ok(Shown {
            input,
            scale,
            from: [left as f32, top as f32],
        })
    }

    fn back(&self, [x, y]: Point) -> Point {
        [
            (x - self.from[0]) * self.scale,
            (y - self.from[1]) * self.scale,
        ]
    }
}

/// Mean of the pixels under each new one.
pub(crate) fn shrunk(picture: &Picture, width: usize, height: usize) -> Option<Vec<u8>> {
    let size = |v: usize| u32::try_from(v).ok();
    let from = ImageRef::new(
        size(picture.width())?,
        size(picture.height())?,
        picture.rgb(),
        PixelType::U8x3,
    )
    .ok()?;
    let mut to = Image::new(size(width)?, size(height)?, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box));
    Resizer::new().resize(&from, &mut to, &options).ok()?;
    Some(to.into_vec())
}

fn network() -> Result<&'static Network, ModelError> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let onnx = include_bytes!("../../models/corners.onnx");
    let network = Network::load(NAME, onnx.to_vec())?;
    Ok(NETWORK.get_or_init(|| network))
}
