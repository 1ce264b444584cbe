//! Corners made exact by the document's edges: each edge is the line near the first guess along which the picture changes most.

use std::borrow::Cow;

use super::Outline;
use super::geometry::distance;
use super::locate::smaller;
use crate::face::Point;
use crate::picture::Picture;

/// Longest side of the picture that edges are looked for in.
const LONG_SIDE: usize = 960;
/// Places along an edge at which the picture is looked at; the ends are left out, where cards are rounded.
const PLACES: usize = 40;
const FIRST_PLACE: f32 = 0.07;
/// How far from the guess an edge may lie, as a share of the document's width: first near it, then nearer. A change that counts
/// in full then is larger, so that the steepest place is the edge.
const EXACT: [(f32, Scan); 2] = [
    (
        0.010,
        Scan {
            steps: 12,
            full: 48.0,
        },
    ),
    (
        0.008,
        Scan {
            steps: 12,
            full: 128.0,
        },
    ),
];
/// What a line gains by lying on the guess rather than at the end of the reach, as a share of the best possible.
const PULL: f32 = 0.12;
/// Mean change, in levels of 255, that makes a line an edge.
const LEAST_CHANGE: f32 = 4.0;

/// The picture in the size that edges are looked for in.
pub(super) struct Closer<'a> {
    seen: Cow<'a, Picture>,
    /// Pixels of the picture one of `seen`.
    scale: f32,
}

impl Closer<'_> {
    pub fn of(picture: &Picture) -> Closer<'_> {
        let long = picture.width().max(picture.height());
        let (seen, scale) = smaller(picture, long as f32 / LONG_SIDE as f32);
        Closer { seen, scale }
    }

    /// The corners as exact as the edges close by are; edges that the picture does not show stay.
    pub fn exact(&self, guess: &[Point; 4]) -> [Point; 4] {
        let mut corners = guess.map(|p| p.map(|v| (v + 0.5) / self.scale - 0.5));
        let length = width_px(corners);
        for (share, scan) in EXACT {
            let reach = share * length;
            let lines: [(Point, Point); 4] = std::array::from_fn(|i| {
                let ends = (corners[i], corners[(i + 1) % 4]);
                Strip::along(&self.seen, ends, reach, scan).edge()
            });
            for i in 0..4 {
                if let Some(moved) = crossing(lines[(i + 3) % 4], lines[i])
                    && distance(corners[i], moved) <= 2.0 * reach
                {
                    corners[i] = moved;
                }
            }
        }
        corners.map(|p| p.map(|v| (v + 0.5) * self.scale - 0.5))
    }
}

fn width_px(corners: [Point; 4]) -> f32 {
    Outline {
        corners,
        score: 1.0,
    }
    .width_px()
}

#[derive(Debug, Clone, Copy)]
struct Scan {
    /// Offsets to either side of the guess.
    steps: usize,
    /// A change of the picture that counts in full, in levels of 255.
    full: f32,
}

/// How far the picture changes across lines near a guess.
struct Strip {
    ends: (Point, Point),
    normal: Point,
    step: f32,
    steps: usize,
    /// Mean change that makes a line an edge.
    least: f32,
    /// At each place along the guess, at each offset: 0 to 1.
    change: Vec<f32>,
}

impl Strip {
    fn along(picture: &Picture, (a, b): (Point, Point), reach: f32, scan: Scan) -> Strip {
        let Scan { steps, full } = scan;
        let length = distance(a, b).max(1e-3);
        let normal = [(a[1] - b[1]) / length, (b[0] - a[0]) / length];
        let step = reach / steps as f32;
        let beside = step.max(1.0);
        let span = 2 * steps + 1;
        let mut change = Vec::with_capacity(PLACES * span);
        for i in 0..PLACES {
            let t = place(i);
            let at: Point = std::array::from_fn(|k| a[k] + (b[k] - a[k]) * t);
            for k in 0..span {
                let offset = (k as f32 - steps as f32) * step;
                let mean = |from: f32| -> [f32; 3] {
                    let point = |d: f32| picture.at(at[0] + normal[0] * d, at[1] + normal[1] * d);
                    let (near, far) = (point(offset + from * 0.5), point(offset + from * 1.5));
                    std::array::from_fn(|c| (near[c] + far[c]) / 2.0)
                };
                let (outer, inner) = (mean(-beside), mean(beside));
                let most = (0..3).fold(0.0f32, |most, c| most.max((outer[c] - inner[c]).abs()));
                change.push(most.min(full) / full);
            }
        }
        Strip {
            ends: (a, b),
            normal,
            step,
            steps,
            least: LEAST_CHANGE / full,
            change,
        }
    }

    /// Mean change along the line from one offset to another.
    fn mean(&self, first: usize, last: usize) -> f32 {
        let span = 2 * self.steps + 1;
        let sum: f32 = (0..PLACES)
            .map(|i| {
                let k = first as f32 + (last as f32 - first as f32) * place(i);
                self.change[i * span + k.round() as usize]
            })
            .sum();
        sum / PLACES as f32
    }

    /// The line along which the picture changes most: the guess itself where it changes along none.
    fn edge(&self) -> (Point, Point) {
        let span = 2 * self.steps + 1;
        let off = |k: usize| (k as f32 - self.steps as f32) / self.steps as f32;
        let worth = |(first, last): (usize, usize)| {
            let change = self.mean(first, last);
            let moved = (off(first).powi(2) + off(last).powi(2)) / 2.0;
            (change >= self.least).then_some(change - PULL * moved)
        };
        let lines = (0..span * span).map(|i| (i / span, i % span));
        let best = lines
            .filter_map(|line| Some((line, worth(line)?)))
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (first, last) = best.map_or((self.steps, self.steps), |(line, _)| line);
        let reach = self.step * self.steps as f32;
        let moved = |p: Point, by: f32| [p[0] + self.normal[0] * by, p[1] + self.normal[1] * by];
        let (from, to) = self.ends;
        (
            moved(from, off(first) * reach),
            moved(to, off(last) * reach),
        )
    }
}

/// A place along an edge, 0 to 1.
fn place(i: usize) -> f32 {
    FIRST_PLACE + (1.0 - 2.0 * FIRST_PLACE) * i as f32 / (PLACES - 1) as f32
}

fn crossing((a, b): (Point, Point), (c, d): (Point, Point)) -> Option<Point> {
    let (u, v) = ([b[0] - a[0], b[1] - a[1]], [d[0] - c[0], d[1] - c[1]]);
    let det = u[0] * v[1] - u[1] * v[0];
    if det.abs() < 1e-3 {
        return None;
    }
    let s = ((c[0] - a[0]) * v[1] - (c[1] - a[1]) * v[0]) / det;
    Some([a[0] + u[0] * s, a[1] + u[1] * s])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_guess_is_drawn_to_the_edges() {
        // A light card with rounded corners on a grey table.
        let (left, top, right, bottom, radius) = (203.0f32, 121.0f32, 843.0f32, 524.0f32, 24.0f32);
        let rgb = (0..960 * 640)
            .flat_map(|i| {
                let (x, y) = ((i % 960) as f32, (i / 960) as f32);
                let dx = (left + radius - x).max(x - right + radius).max(0.0);
                let dy = (top + radius - y).max(y - bottom + radius).max(0.0);
                [if dx.hypot(dy) <= radius { 210u8 } else { 90 }; 3]
            })
            .collect();
        let picture = Picture::new(960, 640, rgb).unwrap();
        let guess = [
            [206.0, 118.0],
            [840.0, 124.0],
            [846.0, 521.0],
            [200.0, 527.0],
        ];
        let exact = Closer::of(&picture).exact(&guess);
        let truth = [[left, top], [right, top], [right, bottom], [left, bottom]];
        for (corner, truth) in exact.iter().zip(truth) {
            let off = distance(*corner, truth);
            assert!(off < 2.0, "{exact:?} is {off} px off");
        }
    }

    #[test]
    fn without_edges_the_guess_stays() {
        let picture = Picture::new(320, 200, vec![120; 320 * 200 * 3]).unwrap();
        let guess = [[40.0, 40.0], [260.0, 45.0], [255.0, 170.0], [45.0, 165.0]];
        let exact = Closer::of(&picture).exact(&guess);
        for (a, b) in exact.into_iter().zip(guess) {
            assert!(distance(a, b) < 0.01);
        }
    }
}
