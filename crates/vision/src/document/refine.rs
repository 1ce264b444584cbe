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
/// How far from the guess an edge may lie, as a share of the document's width, while several are thought of.
const REACH: f32 = 0.06;
const SCAN: Scan = Scan {
    steps: 24,
    full: FULL_CHANGE,
};
/// The same once they are chosen; a change that counts in full then is larger, so that the steepest place is the edge.
const EXACT: [(f32, Scan); 2] = [
    (
        0.016,
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
/// Lines thought of for an edge, and how many steps apart their ends are in sum.
const LINES: usize = 3;
const APART: usize = 6;
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

/// Corners where edges cross.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fitted {
    pub corners: [Point; 4],
    /// Mean change of the picture across each side, 0 to 1.
    pub change: [f32; 4],
    /// Mean square of how far the sides' ends were moved, as shares of the reach.
    pub moved: f32,
    /// Mean of how far they were moved away from the middle, as shares of the reach.
    pub outward: f32,
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

    /// The corners that the edges near a guess allow, in no order.
    pub fn fits(&self, guess: &[Point; 4]) -> Vec<Fitted> {
        // Pixels' middles lie at whole numbers.
        let corners = guess.map(|p| p.map(|v| (v + 0.5) / self.scale - 0.5));
        let length = width_px(corners);
        let sides: [Vec<Edge>; 4] = std::array::from_fn(|i| {
            let ends = (corners[i], corners[(i + 1) % 4]);
            Strip::along(&self.seen, ends, REACH * length, SCAN).edges(LINES)
        });
        let mut fits = Vec::new();
        for top in &sides[0] {
            for right in &sides[1] {
                for bottom in &sides[2] {
                    for left in &sides[3] {
                        fits.extend(self.fitted([top, right, bottom, left]));
                    }
                }
            }
        }
        fits
    }

    fn fitted(&self, edges: [&Edge; 4]) -> Option<Fitted> {
        let mut corners = [[0.0; 2]; 4];
        for (i, corner) in corners.iter_mut().enumerate() {
            let p = crossing(edges[(i + 3) % 4].line, edges[i].line)?;
            *corner = p.map(|v| (v + 0.5) * self.scale - 0.5);
        }
        let outline = Outline {
            corners,
            score: 1.0,
        };
        outline.is_plausible(1.0).then_some(Fitted {
            corners,
            change: edges.map(|edge| edge.change),
            moved: edges.iter().map(|edge| edge.moved).sum::<f32>() / 4.0,
            outward: edges.iter().map(|edge| edge.outward).sum::<f32>() / 4.0,
        })
    }

    /// The corners as exact as the edges close by are; edges that the picture does not show stay.
    pub fn exact(&self, guess: &[Point; 4]) -> [Point; 4] {
        let mut corners = guess.map(|p| p.map(|v| (v + 0.5) / self.scale - 0.5));
        let length = width_px(corners);
        for (share, scan) in EXACT {
            let reach = share * length;
            let lines: [(Point, Point); 4] = std::array::from_fn(|i| {
                let ends = (corners[i], corners[(i + 1) % 4]);
                Strip::along(&self.seen, ends, reach, scan).best().line
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
struct Edge {
    line: (Point, Point),
    change: f32,
    /// Mean square of how far its ends lie from the guess's, and mean of how far they lie outside of it, as shares of the reach.
    moved: f32,
    outward: f32,
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

    /// A line by its offsets at both ends.
    fn edge(&self, first: usize, last: usize) -> Edge {
        let off = |k: usize| (k as f32 - self.steps as f32) / self.steps as f32;
        let reach = self.step * self.steps as f32;
        let moved = |p: Point, by: f32| [p[0] + self.normal[0] * by, p[1] + self.normal[1] * by];
        Edge {
            line: (
                moved(self.ends.0, off(first) * reach),
                moved(self.ends.1, off(last) * reach),
            ),
            change: self.mean(first, last),
            moved: (off(first).powi(2) + off(last).powi(2)) / 2.0,
            // Clockwise, the normals point inwards.
            outward: -(off(first) + off(last)) / 2.0,
        }
    }

    fn best(&self) -> Edge {
        self.edges(1)[0]
    }

    /// The lines along which the picture changes most, at least one: the guess itself where it changes along none.
    fn edges(&self, most: usize) -> Vec<Edge> {
        let span = 2 * self.steps + 1;
        let mut lines: Vec<(usize, usize, f32)> = (0..span * span)
            .map(|i| (i / span, i % span))
            .map(|(first, last)| (first, last, self.edge(first, last)))
            .filter(|(_, _, edge)| edge.change >= self.least)
            .map(|(first, last, edge)| (first, last, edge.change - PULL * edge.moved))
            .collect();
        lines.sort_by(|a, b| b.2.total_cmp(&a.2));
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        for (first, last, _) in lines {
            let apart = |&(f, l): &(usize, usize)| f.abs_diff(first) + l.abs_diff(last) > APART;
            if chosen.iter().all(apart) {
                chosen.push((first, last));
                if chosen.len() == most {
                    break;
                }
            }
        }
        if chosen.is_empty() {
            chosen.push((self.steps, self.steps));
        }
        let edges = chosen.into_iter();
        edges.map(|(first, last)| self.edge(first, last)).collect()
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
            [211.0, 114.0],
            [836.0, 130.0],
            [850.0, 516.0],
            [196.0, 531.0],
        ];
        let closer = Closer::of(&picture);
        let fits = closer.fits(&guess);
        let best = fits.iter().max_by(|a, b| {
            let sum = |fitted: &Fitted| fitted.change.iter().sum::<f32>() - fitted.moved;
            sum(a).total_cmp(&sum(b))
        });
        let Fitted {
            corners, change, ..
        } = *best.unwrap();
        let exact = closer.exact(&corners);
        let truth = [[left, top], [right, top], [right, bottom], [left, bottom]];
        for (corner, truth) in exact.iter().zip(truth) {
            let off = distance(*corner, truth);
            assert!(off < 2.0, "{exact:?} is {off} px off");
        }
        assert!(change.iter().all(|&change| change > 0.9), "{change:?}");
    }

    #[test]
    fn without_edges_the_guess_stays() {
        let picture = Picture::new(320, 200, vec![120; 320 * 200 * 3]).unwrap();
        let guess = [[40.0, 40.0], [260.0, 45.0], [255.0, 170.0], [45.0, 165.0]];
        let closer = Closer::of(&picture);
        let fits = closer.fits(&guess);
        assert_eq!(fits.len(), 1);
        assert_eq!((fits[0].change, fits[0].moved), ([0.0; 4], 0.0));
        let exact = closer.exact(&guess);
        for ((a, b), c) in fits[0].corners.iter().zip(guess).zip(exact) {
            assert!(distance(*a, b) < 0.01 && distance(c, b) < 0.01);
        }
    }
}
