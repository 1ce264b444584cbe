//! Corners made exact by the document's edges: each edge is the line near the first guess along which the picture changes most.

use std::borrow::Cow;

use super::Outline;
use super::geometry::distance;
use super::hypotheses::FULL_CHANGE;
use super::locate::shrunk;
use crate::face::Point;
use crate::picture::Picture;

/// Longest side of the picture that edges are looked for in.
const LONG_SIDE: usize = 960;
/// Places along an edge at which the picture is looked at; the ends are left out, where cards are rounded.
const PLACES: usize = 40;
const FIRST_PLACE: f32 = 0.07;
/// How far from the guess an edge may lie, as a share of the document's width, in the first and the second round.
const REACH: [f32; 2] = [0.025, 0.012];
/// Steps to either side.
const STEPS: usize = 12;
/// What a line gains by lying on the guess rather than at the end of the reach, as a share of the best possible.
const PULL: f32 = 0.12;
/// Mean change, in levels, that makes a line an edge.
const LEAST_CHANGE: f32 = 4.0;

/// The picture in the size that edges are looked for in.
pub(super) struct Closer<'a> {
    seen: Cow<'a, Picture>,
    /// Pixels of the picture one of `seen`.
    scale: f32,
}

impl Closer<'_> {
    pub fn of(picture: &Picture) -> Closer<'_> {
        let scale = (picture.width().max(picture.height()) as f32 / LONG_SIDE as f32).max(1.0);
        let size = |length: usize| ((length as f32 / scale).round() as usize).max(1);
        let (width, height) = (size(picture.width()), size(picture.height()));
        let small = (scale > 1.0)
            .then(|| shrunk(picture, width, height))
            .flatten()
            .and_then(|rgb| Picture::new(width, height, rgb));
        match small {
            Some(small) => Closer {
                seen: Cow::Owned(small),
                scale,
            },
            None => Closer {
                seen: Cow::Borrowed(picture),
                scale: 1.0,
            },
        }
    }

    /// The corners with each edge moved to where the picture shows it, and how far the picture changes across each, 0 to 1; edges
    /// that it does not show stay. `None` where that leaves no document's corners.
    pub fn refined(&self, corners: &[Point; 4]) -> Option<([Point; 4], [f32; 4])> {
        // Pixels' middles lie at whole numbers.
        let mut corners = corners.map(|p| p.map(|v| (v + 0.5) / self.scale - 0.5));
        let mut change = [0.0; 4];
        for reach in REACH {
            let length = width_px(corners);
            let edges: [Edge; 4] = std::array::from_fn(|i| {
                edge(&self.seen, corners[i], corners[(i + 1) % 4], reach * length)
            });
            change = edges.map(|edge| edge.change);
            let moved: [Option<Point>; 4] =
                std::array::from_fn(|i| crossing(edges[(i + 3) % 4].line, edges[i].line));
            for (corner, moved) in corners.iter_mut().zip(moved) {
                if let Some(moved) = moved
                    && distance(*corner, moved) <= 2.0 * reach * length
                {
                    *corner = moved;
                }
            }
        }
        let exact = Outline {
            corners: corners.map(|p| p.map(|v| (v + 0.5) * self.scale - 0.5)),
            score: 1.0,
        };
        exact.is_plausible(1.0).then_some((exact.corners, change))
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
struct Edge {
    line: (Point, Point),
    /// Mean change of the picture across it, 0 to 1.
    change: f32,
}

/// The line near `a`-`b` along which the picture changes most, by its crossings with the normals at both ends.
fn edge(picture: &Picture, a: Point, b: Point, reach: f32) -> Edge {
    let length = distance(a, b).max(1e-3);
    let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    let normal = [-along[1], along[0]];
    let step = reach / STEPS as f32;
    let span = 2 * STEPS + 1;
    // How much the picture changes across the edge, at each place and offset.
    let mut change = vec![0.0f32; PLACES * span];
    let places: Vec<f32> = (0..PLACES)
        .map(|i| FIRST_PLACE + (1.0 - 2.0 * FIRST_PLACE) * i as f32 / (PLACES - 1) as f32)
        .collect();
    let side = step.max(1.0);
    for (i, t) in places.iter().enumerate() {
        let at = [a[0] + along[0] * length * t, a[1] + along[1] * length * t];
        for k in 0..span {
            let offset = (k as f32 - STEPS as f32) * step;
            let mean = |from: f32| -> [f32; 3] {
                let point = |d: f32| picture.at(at[0] + normal[0] * d, at[1] + normal[1] * d);
                let (near, far) = (point(offset + from * 0.5), point(offset + from * 1.5));
                std::array::from_fn(|c| (near[c] + far[c]) / 2.0)
            };
            let (outer, inner) = (mean(-side), mean(side));
            let most = (0..3).fold(0.0f32, |most, c| most.max((outer[c] - inner[c]).abs()));
            change[i * span + k] = most.min(FULL_CHANGE);
        }
    }
    let mut best = (f32::MIN, 0.0, 0.0, 0.0);
    for first in 0..span {
        for last in 0..span {
            let sum: f32 = places
                .iter()
                .enumerate()
                .map(|(i, t)| {
                    let k = first as f32 + (last as f32 - first as f32) * t;
                    change[i * span + k.round() as usize]
                })
                .sum::<f32>()
                / PLACES as f32;
            let off = |k: usize| (k as f32 - STEPS as f32) / STEPS as f32;
            let score = sum - PULL * FULL_CHANGE * (off(first).powi(2) + off(last).powi(2)) / 2.0;
            if score > best.0 {
                best = (score, first as f32, last as f32, sum);
            }
        }
    }
    let (_, first, last, sum) = best;
    let (first, last) = if sum >= LEAST_CHANGE {
        ((first - STEPS as f32) * step, (last - STEPS as f32) * step)
    } else {
        (0.0, 0.0)
    };
    let moved = |p: Point, by: f32| [p[0] + normal[0] * by, p[1] + normal[1] * by];
    Edge {
        line: (moved(a, first), moved(b, last)),
        change: sum / FULL_CHANGE,
    }
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
            [211.0, 114.0],
            [836.0, 130.0],
            [850.0, 516.0],
            [196.0, 531.0],
        ];
        let (exact, change) = Closer::of(&picture).refined(&guess).unwrap();
        let truth = [[left, top], [right, top], [right, bottom], [left, bottom]];
        for (corner, truth) in exact.iter().zip(truth) {
            let off = distance(*corner, truth);
            assert!(off < 3.0, "{exact:?} is {off} px off");
        }
        assert!(change.iter().all(|&change| change > 0.9), "{change:?}");
    }

    #[test]
    fn without_edges_the_guess_stays() {
        let picture = Picture::new(320, 200, vec![120; 320 * 200 * 3]).unwrap();
        let guess = [[40.0, 40.0], [260.0, 45.0], [255.0, 170.0], [45.0, 165.0]];
        let (same, change) = Closer::of(&picture).refined(&guess).unwrap();
        for (a, b) in same.iter().zip(guess) {
            assert!(distance(*a, b) < 0.01);
        }
        assert_eq!(change, [0.0; 4]);
    }
}
