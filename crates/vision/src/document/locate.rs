//! Finding the document: a small network of the project's own shows where its corners may be, a second one looks closely there, and
//! the edges between them make them exact.

use std::borrow::Cow;
use std::sync::OnceLock;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::Outline;
use super::close::{self, ALL_WAYS, ONCE, Sampled, Turned};
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
/// Logit of corners that makes them worth a closer look.
const LEAST_WORTH: f32 = -2.5;
/// What that counts beside the closer look's own logit where one of several is chosen.
const TRUST: f32 = 0.2;
/// Logit of the closer look that makes it a document.
const LEAST_WHOLE: f32 = 0.0;
/// How far beyond the picture a corner may be marked, as a share of the document's width.
const BEYOND: f32 = 0.01;
/// Logit that makes what is followed be where it is seen.
const LEAST_EXACT: f32 = 0.0;
/// How many hypotheses are looked at closely.
const CLOSELY: usize = 4;
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

/// Looks for a document, then closely at the likeliest places, in all ways; the edges that are close by make the corners exact.
pub fn look(picture: &Picture) -> Result<Located, ModelError> {
    let first = seen(picture)?;
    let best = closest(picture, &first.likely(), &ALL_WAYS)?;
    let best = best.map(|seen| (Closer::of(picture).exact(&seen.corners), seen.whole));
    Ok(Located::of(outline(best), first.presence))
}

/// What looks most like a document's exact corners, of several guesses.
fn closest(
    picture: &Picture,
    guesses: &[Guess],
    ways: &[Turned],
) -> Result<Option<close::Seen>, ModelError> {
    let Some(first) = guesses.first() else {
        return Ok(None);
    };
    let first = Outline {
        corners: first.corners,
        score: 1.0,
    };
    let sampled = Sampled::of(picture, first.width_px());
    let mut best: Option<(f32, close::Seen)> = None;
    for guess in guesses {
        if let Some(seen) = sampled.look(&guess.corners, ways)?
            && is_within(picture, &seen.corners)
        {
            let worth = seen.exact + TRUST * guess.worth;
            if best.is_none_or(|(most, _)| worth > most) {
                best = Some((worth, seen));
            }
        }
    }
    Ok(best.map(|(_, seen)| seen))
}

/// As [`look`], at the likeliest place alone and without the edges: corners are good to about a hundredth of the document's width.
pub fn look_quickly(picture: &Picture) -> Result<Located, ModelError> {
    let first = seen(picture)?;
    let likely = first.likely();
    let best = closest(picture, likely.get(..1).unwrap_or_default(), &ONCE)?;
    let best = best.map(|seen| (seen.corners, seen.whole));
    Ok(Located::of(outline(best), first.presence))
}

/// Whether these may be the corners of a document that is seen whole.
fn is_within(picture: &Picture, corners: &[Point; 4]) -> bool {
    let outline = Outline {
        corners: *corners,
        score: 1.0,
    };
    let slack = BEYOND * outline.width_px();
    let size = [picture.width() as f32, picture.height() as f32];
    let seen = |p: &Point| (0..2).all(|k| p[k] >= -slack && p[k] <= size[k] + slack);
    outline.is_plausible(1.0) && corners.iter().all(seen)
}

/// Looks where a document was a moment ago; `None` where it is not surely there any more: then it is to be looked for.
pub fn follow(picture: &Picture, before: &[Point; 4]) -> Result<Option<Located>, ModelError> {
    let guess = Guess {
        corners: *before,
        worth: 0.0,
    };
    let seen = closest(picture, &[guess], &ONCE)?;
    let seen = seen.filter(|seen| seen.exact >= LEAST_EXACT);
    let outline = outline(seen.map(|seen| (seen.corners, seen.whole)));
    Ok(outline.map(|outline| {
        let frame = (picture.width() * picture.height()) as f32;
        Located::of(Some(outline), outline.area() / frame)
    }))
}

fn outline(best: Option<([Point; 4], f32)>) -> Option<Outline> {
    let (corners, whole) = best.filter(|(_, whole)| *whole >= LEAST_WHOLE)?;
    let outline = Outline {
        corners,
        score: sigmoid(whole),
    };
    Some(outline.top_left_first())
}

struct Seen {
    shown: Shown,
    hypotheses: Vec<Hypothesis>,
    presence: f32,
}

/// Where a document may be.
struct Guess {
    /// In pixels of the picture.
    corners: [Point; 4],
    /// Logit.
    worth: f32,
}

impl Seen {
    /// What is worth a closer look, the worthiest first.
    fn likely(&self) -> Vec<Guess> {
        let likely = self.hypotheses.iter().take(CLOSELY);
        likely
            .filter(|hypothesis| hypothesis.worth >= LEAST_WORTH)
            .map(|hypothesis| Guess {
                corners: hypothesis.corners.map(|p| self.shown.back(p)),
                worth: hypothesis.worth,
            })
            .collect()
    }
}

fn seen(picture: &Picture) -> Result<Seen, ModelError> {
    let shown = Shown::of(picture)?;
    let outputs = network()?.run(&[1, 3, HEIGHT, WIDTH], input(&shown.small), &["heat"])?;
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
        })
    }

    /// A corner in the picture, where pixels' middles lie at whole numbers.
    fn back(&self, [x, y]: Point) -> Point {
        [
            (x + DRAWN_BEFORE - self.from[0]) * self.scale - 0.5,
            (y + DRAWN_BEFORE - self.from[1]) * self.scale - 0.5,
        ]
    }
}

/// As in training.
pub(super) fn input(picture: &Picture) -> Vec<f32> {
    picture.planes([0, 1, 2], |value| (f32::from(value) - MEAN) / SPREAD)
}

/// A picture in which so many pixels have become one, and how many they are; the picture itself where that is one or less.
pub(super) fn smaller(picture: &Picture, scale: f32) -> (Cow<'_, Picture>, f32) {
    let size = |length: usize| ((length as f32 / scale).round() as usize).max(1);
    let (width, height) = (size(picture.width()), size(picture.height()));
    let small = (scale > 1.0)
        .then(|| shrunk(picture, width, height))
        .flatten()
        .and_then(|rgb| Picture::new(width, height, rgb));
    match small {
        Some(small) => (Cow::Owned(small), scale),
        None => (Cow::Borrowed(picture), 1.0),
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
