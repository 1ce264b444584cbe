//! A closer look: the view straightened by the corners that are thought of, in which a second network marks where they really are.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::Outline;
use super::geometry::Homography;
use super::locate::{input, smaller};
use super::straighten::view;
use crate::face::Point;
use crate::models::ModelError;
use crate::picture::Picture;
use crate::runtime::Network;

/// Of the network's input.
const WIDTH: usize = 192;
const HEIGHT: usize = 128;
/// Of its maps, a cell four pixels wide and high.
const STRIDE: usize = 4;
const COLUMNS: usize = WIDTH / STRIDE;
const ROWS: usize = HEIGHT / STRIDE;
const CELLS: usize = COLUMNS * ROWS;
/// Cells around a map's summit that say where it is.
const AROUND: usize = 2;
/// Room around the document in it, as a share of the document's width and height.
const MARGIN: Point = [0.2, 0.25];
/// The document's width in the picture that the view is sampled from, one sample a pixel.
const SAMPLED: f32 = 200.0;
const NAME: &str = "corners_close.onnx";

/// The picture in the size that views are sampled from.
pub(super) struct Sampled<'a> {
    picture: Cow<'a, Picture>,
    /// Pixels of the picture one of these.
    scale: f32,
}

/// What a closer look shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// In pixels of the picture, clockwise from where a long side begins.
    pub corners: [Point; 4],
    /// Logit that there is a document, all corners within the view and uncovered.
    pub whole: f32,
    /// Logit that these corners are less than 2 % of the document's width off.
    pub exact: f32,
}

impl Sampled<'_> {
    /// For documents of about that width in pixels.
    pub fn of(picture: &Picture, width_px: f32) -> Sampled<'_> {
        let (picture, scale) = smaller(picture, width_px / SAMPLED);
        Sampled { picture, scale }
    }

    /// Looks at where a document's corners are thought to be; `None` for corners that no document before a camera has.
    pub fn look(&self, guess: &[Point; 4], ways: &[Turned]) -> Result<Option<Seen>, ModelError> {
        // Pixels' middles lie at whole numbers.
        let corners = guess.map(|p| p.map(|v| (v + 0.5) / self.scale - 0.5));
        let outline = Outline {
            corners,
            score: 1.0,
        }
        .landscape();
        let Some(to) = Homography::from_unit_square(&outline.corners) else {
            return Ok(None);
        };
        let around = outside(&to).and_then(|corners| {
            let around = Outline {
                corners,
                score: 1.0,
            };
            view(&self.picture, &around, WIDTH, HEIGHT)
        });
        let Some(around) = around else {
            return Ok(None);
        };
        let mut maps = vec![0.0; 4 * CELLS];
        let (mut whole, mut exact) = (0.0, 0.0);
        for turned in ways {
            let said = turned.run(&around, &mut maps)?;
            whole += said[0] / ways.len() as f32;
            exact += said[1] / ways.len() as f32;
        }
        let corners = std::array::from_fn(|i| {
            let [x, y] = summit(&maps[i * CELLS..(i + 1) * CELLS]);
            let [u, v, w] = to.parts(within(x, COLUMNS, MARGIN[0]), within(y, ROWS, MARGIN[1]));
            [u / w, v / w].map(|v| (v + 0.5) * self.scale - 0.5)
        });
        Ok(Some(Seen {
            corners,
            whole,
            exact,
        }))
    }
}

/// How the view is shown to the network: what it marks in one that is mirrored it may miss in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turned {
    mirrored: bool,
    upside_down: bool,
}

/// As it is; and in all ways.
pub(super) const ONCE: [Turned; 1] = [Turned::of(false, false)];
pub(super) const ALL_WAYS: [Turned; 4] = [
    Turned::of(false, false),
    Turned::of(true, false),
    Turned::of(false, true),
    Turned::of(true, true),
];

impl Turned {
    const fn of(mirrored: bool, upside_down: bool) -> Turned {
        Turned {
            mirrored,
            upside_down,
        }
    }

    /// Adds what the network marks to the maps of the view as it is; returns the two logits.
    fn run(self, view: &Picture, maps: &mut [f32]) -> Result<[f32; 2], ModelError> {
        let mut values = input(view);
        self.turn(&mut values, WIDTH, HEIGHT);
        let outputs = network()?.run(&[1, 3, HEIGHT, WIDTH], values, &["maps", "said"])?;
        let mut outputs = outputs.into_iter().map(|output| output.values);
        let (Some(mut marked), Some(said)) = (outputs.next(), outputs.next()) else {
            return Err(ModelError::Shape { file: NAME });
        };
        let (&[whole, exact], true) = (&said[..], marked.len() == maps.len()) else {
            return Err(ModelError::Shape { file: NAME });
        };
        self.turn(&mut marked, COLUMNS, ROWS);
        for (i, to) in maps.chunks_exact_mut(CELLS).enumerate() {
            // Its corners have changed places.
            let from = i ^ usize::from(self.mirrored) ^ if self.upside_down { 3 } else { 0 };
            let marked = &marked[from * CELLS..(from + 1) * CELLS];
            to.iter_mut().zip(marked).for_each(|(to, p)| *to += p);
        }
        Ok([whole, exact])
    }

    /// Turns planes of that width and height, there or back; upside down is the same planes backwards, mirrored.
    fn turn(self, planes: &mut [f32], width: usize, height: usize) {
        if self.upside_down {
            let planes = planes.chunks_exact_mut(width * height);
            planes.for_each(<[f32]>::reverse);
        }
        if self.mirrored != self.upside_down {
            planes.chunks_exact_mut(width).for_each(<[f32]>::reverse);
        }
    }
}

/// The mean of a map around its highest cell, in cells from its top left; a cell's middle lies at a half.
fn summit(map: &[f32]) -> Point {
    let at = (0..CELLS).fold(0, |best, i| if map[i] > map[best] { i } else { best });
    let near = |at: usize, size: usize| at.saturating_sub(AROUND)..(at + AROUND + 1).min(size);
    let (mut sum, mut x_sum, mut y_sum) = (f32::MIN_POSITIVE, 0.0, 0.0);
    for y in near(at / COLUMNS, ROWS) {
        for x in near(at % COLUMNS, COLUMNS) {
            let p = map[y * COLUMNS + x];
            sum += p;
            x_sum += p * (x as f32 + 0.5);
            y_sum += p * (y as f32 + 0.5);
        }
    }
    [x_sum / sum, y_sum / sum]
}

/// A place among so many cells of the view, as a share of the document's side.
fn within(cell: f32, cells: usize, margin: f32) -> f32 {
    cell / cells as f32 * (1.0 + 2.0 * margin) - margin
}

/// The view's corners; `None` where one lies behind the camera.
fn outside(to: &Homography) -> Option<[Point; 4]> {
    let mut corners = [[0.0; 2]; 4];
    let [x, y] = MARGIN;
    let at = [[-x, -y], [1.0 + x, -y], [1.0 + x, 1.0 + y], [-x, 1.0 + y]];
    for (corner, [x, y]) in corners.iter_mut().zip(at) {
        let [u, v, w] = to.parts(x, y);
        if w <= 0.05 {
            return None;
        }
        *corner = [u / w, v / w];
    }
    Some(corners)
}

fn network() -> Result<&'static Network, ModelError> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let onnx = include_bytes!("../../models/corners_close.onnx");
    let network = Network::load(NAME, onnx.to_vec())?;
    Ok(NETWORK.get_or_init(|| network))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::document::geometry::distance;

    #[test]
    fn turning_twice_changes_nothing() {
        for turned in ALL_WAYS {
            let before: Vec<f32> = (0..3 * 6 * 4).map(|v| v as f32).collect();
            let mut planes = before.clone();
            turned.turn(&mut planes, 6, 4);
            let first = match (turned.mirrored, turned.upside_down) {
                (false, false) => 0.0,
                (true, false) => 5.0,
                (false, true) => 18.0,
                (true, true) => 23.0,
            };
            assert_eq!(planes[0], first, "{turned:?}");
            turned.turn(&mut planes, 6, 4);
            assert_eq!(planes, before, "{turned:?}");
        }
    }

    #[test]
    fn a_summit_between_cells() {
        let mut map = vec![0.0; CELLS];
        map[7 * COLUMNS + 9] = 0.6;
        map[7 * COLUMNS + 10] = 0.2;
        map[20 * COLUMNS + 30] = 0.2;
        assert!(distance(summit(&map), [9.75, 7.5]) < 1e-4);
        // At the view's edge, and of a map that shows nothing.
        map[CELLS - 1] = 1.0;
        assert!(distance(summit(&map), [47.5, 31.5]) < 1e-4);
        assert!(summit(&[0.0; CELLS]).iter().all(|v| v.is_finite()));
    }

    #[test]
    fn corners_that_are_off_are_set_right_whichever_way_it_is_shown() {
        // A light card with a portrait and lines of print on a brown table.
        let (left, top, right, bottom) = (60.0f32, 48.0, 260.0, 174.0);
        let rgb = (0..320 * 224)
            .flat_map(|i| {
                let (x, y) = ((i % 320) as f32, (i / 320) as f32);
                let (u, v) = (x - left, y - top);
                let card = (left..=right).contains(&x) && (top..=bottom).contains(&y);
                match card {
                    true if (12.0..58.0).contains(&u) && (30.0..92.0).contains(&v) => [120, 96, 84],
                    true if u > 70.0 && u < 180.0 && v > 30.0 && v % 16.0 < 3.0 => [50, 52, 70],
                    true => [206, 214, 220],
                    false => [96, 72, 58],
                }
            })
            .collect();
        let picture = Picture::new(320, 224, rgb).unwrap();
        let truth = [[left, top], [right, top], [right, bottom], [left, bottom]];
        let guess = [[52.0, 56.0], [268.0, 40.0], [254.0, 180.0], [66.0, 168.0]];
        let sampled = Sampled::of(&picture, 200.0);
        for ways in [
            &ALL_WAYS[..1],
            &ALL_WAYS[1..2],
            &ALL_WAYS[2..3],
            &ALL_WAYS[3..],
            &ALL_WAYS,
        ] {
            let seen = sampled.look(&guess, ways).unwrap().unwrap();
            // Each way alone marks the corners; it takes all of them to be sure of such a bare drawing.
            let all = ways.len() == ALL_WAYS.len();
            assert!(
                !all || seen.whole > 0.0 && seen.exact > 0.0,
                "{ways:?}: {seen:?}"
            );
            for (corner, truth) in seen.corners.iter().zip(truth) {
                assert!(distance(*corner, truth) < 4.0, "{ways:?}: {seen:?}");
            }
        }
        // Nothing is there.
        let table = Picture::new(320, 224, [96, 72, 58].repeat(320 * 224)).unwrap();
        let seen = Sampled::of(&table, 200.0).look(&guess, &ONCE).unwrap();
        assert!(seen.unwrap().whole < 0.0);
        // No document before a camera is seen from behind its plane, and none lies on a line.
        let folded = [[10.0, 10.0], [300.0, 110.0], [290.0, 112.0], [10.0, 200.0]];
        assert!(sampled.look(&folded, &ONCE).unwrap().is_none());
        let line = [[0.0, 0.0], [30.0, 30.0], [60.0, 60.0], [90.0, 90.0]];
        assert!(sampled.look(&line, &ONCE).unwrap().is_none());
    }
}
