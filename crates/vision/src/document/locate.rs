//! Finding the document: a small network of the project's own gives its corners, the edges between them make these exact.

use std::sync::OnceLock;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::Outline;
use super::hypotheses::{Hypothesis, hypotheses};
use super::refine::Closer;
use crate::face::Point;
use crate::models::ModelError;
use crate::picture::Picture;
use crate::runtime::Network;

/// Of the network's input; a picture of another shape is laid on grey.
pub(super) const WIDTH: usize = 256;
pub(super) const HEIGHT: usize = 144;
/// Pixels of the input a cell of the output.
pub(super) const STRIDE: usize = 4;
pub(super) const COLUMNS: usize = WIDTH / STRIDE;
pub(super) const ROWS: usize = HEIGHT / STRIDE;
pub(super) const CELLS: usize = COLUMNS * ROWS;
/// Logit that makes four corners a document, and how much less is looked at closely before it is given up.
const LEAST_WORTH: f32 = 0.5;
const DOUBT: f32 = 3.0;
/// How many hypotheses are looked at closely.
const CLOSELY: usize = 4;
/// Room around the document for the second look, as a share of its size, and the part of the picture beyond which that look shows
/// nothing new.
const ROOM: f32 = 0.13;
const MOST_AROUND: f32 = 0.92;
/// Part of the frame that a document covers at the least for its corners to be missed.
const LEAST_MASK: f32 = 0.03;
/// What the training drew corners at, in pixels of the input, lies so far before their place in it.
const DRAWN_BEFORE: f32 = 0.2;
/// Values of the input: as in training.
const MEAN: f32 = 127.5;
const SPREAD: f32 = 64.0;
const GREY: u8 = 127;
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

impl Located {
    fn of(outline: Option<Outline>, presence: f32) -> Located {
        Located {
            presence,
            corner_cut_off: outline.is_none() && presence >= LEAST_MASK,
            outline,
        }
    }
}

/// The document's outline; `None` where there is none, or not all of its corners are seen.
pub fn locate(picture: &Picture) -> Result<Option<Outline>, ModelError> {
    Ok(look(picture)?.outline)
}

/// Looks for a document, then once more at the part of the picture where it seems to be; the likeliest corners are made exact by
/// the edges between them, then the best are chosen.
pub fn look(picture: &Picture) -> Result<Located, ModelError> {
    let first = seen(picture)?;
    let mut likely = first.likely();
    if let Some(area) = likely.first().and_then(|one| around(picture, &one.corners)) {
        let second = seen_in(picture, area)?;
        likely.extend(second.likely());
    }
    let closer = Closer::of(picture);
    let fits = likely.iter().flat_map(|one| {
        let fits = closer.fits(&one.corners).into_iter();
        fits.map(|fitted| {
            let outline = Outline {
                corners: fitted.corners,
                score: 1.0,
            };
            let exactness = one.hypothesis.exactness(&fitted, outline.aspect(picture));
            (fitted.corners, exactness)
        })
    });
    let best = fits.max_by(|(_, a), (_, b)| a.total_cmp(b));
    let worth = likely
        .iter()
        .fold(f32::MIN, |most, one| most.max(one.hypothesis.worth));
    let best = best.map(|(corners, _)| (closer.exact(&corners), worth));
    Ok(Located::of(outline(best), first.presence))
}

/// The part of a picture, in its own shape, in which these corners lie with some room around them: left, top, width, height.
/// `None` where that is most of the picture.
fn around(picture: &Picture, corners: &[Point; 4]) -> Option<[u32; 4]> {
    let size = [picture.width() as f32, picture.height() as f32];
    let low: Point = std::array::from_fn(|k| corners.iter().fold(f32::MAX, |m, p| m.min(p[k])));
    let high: Point = std::array::from_fn(|k| corners.iter().fold(f32::MIN, |m, p| m.max(p[k])));
    let share = (0..2).fold(0.0f32, |most, k| {
        most.max((high[k] - low[k]) * (1.0 + 2.0 * ROOM) / size[k])
    });
    if share > MOST_AROUND {
        return None;
    }
    let length = size.map(|v| (v * share).round().max(1.0));
    let from: Point = std::array::from_fn(|k| {
        let middle = (low[k] + high[k]) / 2.0;
        (middle - length[k] / 2.0).clamp(0.0, size[k] - length[k])
    });
    Some([from[0], from[1], length[0], length[1]].map(|v| v as u32))
}

/// As [`look`], from the network's view alone: corners are good to about a hundredth of the frame's width.
pub fn look_quickly(picture: &Picture) -> Result<Located, ModelError> {
    let first = seen(picture)?;
    let best = first.hypotheses.first().map(|hypothesis| {
        let corners = hypothesis.corners.map(|p| first.shown.back(p));
        (corners, hypothesis.worth)
    });
    Ok(Located::of(outline(best), first.presence))
}

fn outline(best: Option<([Point; 4], f32)>) -> Option<Outline> {
    let (corners, worth) = best.filter(|(_, worth)| *worth >= LEAST_WORTH)?;
    Some(Outline {
        corners,
        score: sigmoid(worth),
    })
}

struct Seen {
    shown: Shown,
    hypotheses: Vec<Hypothesis>,
    presence: f32,
}

/// A hypothesis and its corners in pixels of the picture.
struct Likely {
    hypothesis: Hypothesis,
    corners: [Point; 4],
}

impl Seen {
    /// What is worth a closer look.
    fn likely(&self) -> Vec<Likely> {
        let likely = self.hypotheses.iter().take(CLOSELY);
        likely
            .filter(|hypothesis| hypothesis.worth >= LEAST_WORTH - DOUBT)
            .map(|hypothesis| Likely {
                corners: hypothesis.corners.map(|p| self.shown.back(p)),
                hypothesis: hypothesis.clone(),
            })
            .collect()
    }
}

fn seen_in(picture: &Picture, area: [u32; 4]) -> Result<Seen, ModelError> {
    let part = picture.cut(area).ok_or(ModelError::Run {
        file: NAME,
        reason: "the part lies outside the picture".to_owned(),
    })?;
    let mut seen = seen(&part)?;
    seen.shown.offset = [area[0] as f32, area[1] as f32];
    Ok(seen)
}

fn seen(picture: &Picture) -> Result<Seen, ModelError> {
    let shown = Shown::of(picture)?;
    let outputs = network()?.run(&[1, 3, HEIGHT, WIDTH], shown.input(), &["heat"])?;
    let maps = match outputs.into_iter().next() {
        Some(output) if output.values.len() == 5 * CELLS => output.values,
        _ => return Err(ModelError::Shape { file: NAME }),
    };
    let (heat, mask) = maps.split_at(4 * CELLS);
    let presence = mask.iter().map(|&v| sigmoid(v)).sum::<f32>() / CELLS as f32;
    Ok(Seen {
        hypotheses: hypotheses(heat, mask, &shown.small),
        presence,
        shown,
    })
}

fn sigmoid(v: f32) -> f32 {
    1.0 / (1.0 + (-v).exp())
}

/// A picture as the network sees it.
struct Shown {
    small: Picture,
    /// Pixels of the picture a pixel of the input, and where the picture begins in the input.
    scale: f32,
    from: Point,
    /// Where in the whole picture it begins.
    offset: Point,
}

impl Shown {
    fn of(picture: &Picture) -> Result<Shown, ModelError> {
        let scale =
            (picture.width() as f32 / WIDTH as f32).max(picture.height() as f32 / HEIGHT as f32);
        let side =
            |length: usize, most: usize| ((length as f32 / scale).round() as usize).clamp(1, most);
        let (width, height) = (side(picture.width(), WIDTH), side(picture.height(), HEIGHT));
        let (left, top) = ((WIDTH - width) / 2, (HEIGHT - height) / 2);
        let small = shrunk(picture, width, height).and_then(|small| {
            let mut rgb = vec![GREY; 3 * WIDTH * HEIGHT];
            for (y, row) in small.chunks_exact(width * 3).enumerate() {
                let at = ((top + y) * WIDTH + left) * 3;
                rgb[at..at + row.len()].copy_from_slice(row);
            }
            Picture::new(WIDTH, HEIGHT, rgb)
        });
        Ok(Shown {
            small: small.ok_or(ModelError::Run {
                file: NAME,
                reason: "the picture could not be scaled".to_owned(),
            })?,
            scale,
            from: [left as f32, top as f32],
            offset: [0.0; 2],
        })
    }

    /// The three colours one after the other, as in training.
    fn input(&self) -> Vec<f32> {
        let rgb = self.small.rgb();
        (0..3)
            .flat_map(|c| rgb[c..].iter().step_by(3))
            .map(|&value| (f32::from(value) - MEAN) / SPREAD)
            .collect()
    }

    /// A corner in the picture, where pixels' middles lie at whole numbers.
    fn back(&self, [x, y]: Point) -> Point {
        [
            (x + DRAWN_BEFORE - self.from[0]) * self.scale - 0.5 + self.offset[0],
            (y + DRAWN_BEFORE - self.from[1]) * self.scale - 0.5 + self.offset[1],
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
