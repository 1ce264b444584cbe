//! Which four corners make the document: several places may look like a corner, and the most heated ones need not belong together.

use super::geometry::{Plane, distance};
use super::locate::{CELLS, COLUMNS, ROWS, STRIDE};
use super::{Format, Outline};
use crate::face::Point;
use crate::picture::Picture;

/// Heat below which no corner is thought of, and how many places are.
const LEAST_HEAT: f32 = 0.10;
const MOST_PLACES: usize = 9;
/// Shortest side of a document, in cells.
const LEAST_SIDE: f32 = 0.06 * COLUMNS as f32;
/// Fewest cells of an outline.
const LEAST_CELLS: usize = 8;
/// A single cell of the mask says at most so much.
const MOST_MASK: f32 = 4.0;
/// A change of the picture across a side that counts in full, in levels of 255: a document's print must not outweigh its edge.
const FULL_CHANGE: f32 = 24.0;
/// Places along a side at which the picture is looked at, and how much of its ends is left out, where cards are rounded.
const PLACES: usize = 24;
const END: f32 = 0.08;
/// Distance to either side of an edge and the offsets at which it is looked for, in pixels of the network's input.
const BESIDE: f32 = 1.5;
const OFFSETS: [f32; 3] = [-0.9, 0.0, 0.9];
/// Fitted on generated scenes, at the size of the network's input.
const WEIGHTS: Weights = Weights {
    heat: 1.618,
    aspect: -10.223,
    mask: 0.831,
    sides: [6.470, 0.600],
    bias: -3.312,
};
/// Four corners that may be the document's.
#[derive(Debug, Clone)]
pub(super) struct Hypothesis {
    /// In pixels of the network's input, clockwise from its top left.
    pub corners: [Point; 4],
    /// Logit that these are the document's corners.
    pub worth: f32,
}

/// What each observation is worth, in logits.
struct Weights {
    heat: f32,
    aspect: f32,
    mask: f32,
    /// The side that shows least, and the next.
    sides: [f32; 2],
    bias: f32,
}

impl Weights {
    fn logit(&self, heat: f32, aspect: f32, mask: f32, mut sides: [f32; 4]) -> f32 {
        sides.sort_by(f32::total_cmp);
        self.heat * heat
            + self.aspect * off_format(aspect)
            + self.mask * mask
            + self.sides[0] * sides[0]
            + self.sides[1] * sides[1]
            + self.bias
    }
}

/// How far proportions are from those of a format, as the logarithm of a ratio.
fn off_format(aspect: f32) -> f32 {
    let off = |format: Format| (aspect / format.aspect()).ln().abs();
    off(Format::Id1).min(off(Format::Id3)).min(0.5)
}

/// The hypotheses that these maps allow, the worthiest first. `heat` are the logits of the four corners' maps, `mask` those of
/// the document, `small` is the picture as the network saw it.
pub(super) fn hypotheses(heat: &[f32], mask: &[f32], small: &Picture) -> Vec<Hypothesis> {
    let places = places(heat);
    let rows = RowSums::of(mask);
    let mut sides = Sides::new(small, &places);
    let mut found = Vec::new();
    let n = places.len();
    for a in 0..n {
        for b in a + 1..n {
            for c in b + 1..n {
                for d in c + 1..n {
                    found.extend(hypothesis(&places, [a, b, c, d], &rows, small, &mut sides));
                }
            }
        }
    }
    found.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    found
}

fn hypothesis(
    places: &[Place],
    which: [usize; 4],
    rows: &RowSums,
    small: &Picture,
    sides: &mut Sides,
) -> Option<Hypothesis> {
    let which = clockwise(places, which);
    let cells = which.map(|i| places[i].cell);
    let corners = cells.map(|cell| cell.map(|v| v * STRIDE as f32));
    let outline = Outline {
        corners: cells,
        score: 1.0,
    };
    if !outline.is_plausible(LEAST_SIDE) {
        return None;
    }
    let mask = rows.mean_within(&cells)?;
    let heat = which.iter().map(|&i| places[i].ln_heat).sum();
    let aspect = Plane::of(&corners, small).map_or(1.0, |plane| plane.aspect);
    let aspect = aspect.max(1.0 / aspect);
    let change = std::array::from_fn(|i| sides.change(which[i], which[(i + 1) % 4]));
    Some(Hypothesis {
        corners,
        worth: WEIGHTS.logit(heat, aspect, mask, change),
    })
}

/// Beginning at the top left: the least sum of both coordinates.
fn clockwise(places: &[Place], mut which: [usize; 4]) -> [usize; 4] {
    let at = |i: usize| places[i].cell;
    let middle: Point = std::array::from_fn(|k| which.iter().map(|&i| at(i)[k]).sum::<f32>() / 4.0);
    let angle = |i: usize| (at(i)[1] - middle[1]).atan2(at(i)[0] - middle[0]);
    which.sort_by(|&a, &b| angle(a).total_cmp(&angle(b)));
    let sum = |i: usize| at(i)[0] + at(i)[1];
    let first = (0..4).fold(0, |best, k| {
        if sum(which[k]) < sum(which[best]) {
            k
        } else {
            best
        }
    });
    which.rotate_left(first);
    which
}

/// Where a corner may be.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// In cells from the frame's top left; a cell's middle lies at a half.
    cell: Point,
    ln_heat: f32,
}

/// Peaks of the heat, whichever corner they are of, the highest first.
fn places(heat: &[f32]) -> Vec<Place> {
    let ln: Vec<f32> = (0..CELLS)
        .map(|i| {
            let logit = (0..4).fold(f32::MIN, |most, k| most.max(heat[k * CELLS + i]));
            -(-logit).exp().ln_1p()
        })
        .collect();
    let mut places = Vec::new();
    for y in 0..ROWS {
        for x in 0..COLUMNS {
            let at = y * COLUMNS + x;
            let here = ln[at];
            let around = (y.saturating_sub(1)..(y + 2).min(ROWS)).flat_map(|v| {
                (x.saturating_sub(1)..(x + 2).min(COLUMNS)).map(move |u| v * COLUMNS + u)
            });
            if here < LEAST_HEAT.ln()
                || around
                    .into_iter()
                    .any(|i| ln[i] > here || ln[i] == here && i < at)
            {
                continue;
            }
            let beside = |step: usize, first: bool, last: bool| {
                if first || last {
                    0.0
                } else {
                    summit(ln[at - step], here, ln[at + step])
                }
            };
            let dx = beside(1, x == 0, x + 1 == COLUMNS);
            let dy = beside(COLUMNS, y == 0, y + 1 == ROWS);
            places.push(Place {
                cell: [x as f32 + 0.5 + dx, y as f32 + 0.5 + dy],
                ln_heat: here,
            });
        }
    }
    places.sort_by(|a, b| b.ln_heat.total_cmp(&a.ln_heat));
    places.truncate(MOST_PLACES);
    places
}

/// Where between three neighbours a bell of which these are the logarithms has its summit.
fn summit(before: f32, here: f32, after: f32) -> f32 {
    let bend = before + after - 2.0 * here;
    if bend > -1e-3 {
        return 0.0;
    }
    ((before - after) / (2.0 * bend)).clamp(-0.5, 0.5)
}

/// Sums of the mask's logits from the left of each row.
struct RowSums(Vec<f32>);

impl RowSums {
    fn of(mask: &[f32]) -> RowSums {
        let mut sums = Vec::with_capacity(ROWS * (COLUMNS + 1));
        for row in mask.chunks_exact(COLUMNS) {
            let mut sum = 0.0;
            sums.push(sum);
            for logit in row {
                sum += logit.clamp(-MOST_MASK, MOST_MASK);
                sums.push(sum);
            }
        }
        RowSums(sums)
    }

    /// Mean over the cells whose middles lie within convex corners; `None` where these are too few.
    fn mean_within(&self, corners: &[Point; 4]) -> Option<f32> {
        let (mut sum, mut count) = (0.0, 0);
        for row in 0..ROWS {
            let y = row as f32 + 0.5;
            let (mut from, mut to) = (f32::MAX, f32::MIN);
            for i in 0..4 {
                let (a, b) = (corners[i], corners[(i + 1) % 4]);
                if (a[1] <= y) != (b[1] <= y) {
                    let x = a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                    (from, to) = (from.min(x), to.max(x));
                }
            }
            if from > to {
                continue;
            }
            let cell = |x: f32| (x - 0.5).ceil().clamp(0.0, COLUMNS as f32) as usize;
            let (from, to) = (cell(from), cell(to));
            if to > from {
                let at = row * (COLUMNS + 1);
                sum += self.0[at + to] - self.0[at + from];
                count += to - from;
            }
        }
        (count >= LEAST_CELLS).then(|| sum / count as f32)
    }
}

/// How far the picture changes across the line between two places, each pair looked at once.
struct Sides<'a> {
    small: &'a Picture,
    ends: Vec<Point>,
    known: Vec<Option<f32>>,
}

impl Sides<'_> {
    fn new<'a>(small: &'a Picture, places: &[Place]) -> Sides<'a> {
        // Pixels' middles lie at whole numbers.
        let pixel = |place: &Place| place.cell.map(|v| v * STRIDE as f32 - 0.5);
        Sides {
            small,
            ends: places.iter().map(pixel).collect(),
            known: vec![None; places.len() * places.len()],
        }
    }

    fn change(&mut self, from: usize, to: usize) -> f32 {
        let at = from.min(to) * self.ends.len() + from.max(to);
        if let Some(known) = self.known[at] {
            return known;
        }
        let change = mean_change(self.small, self.ends[from], self.ends[to]);
        self.known[at] = Some(change);
        change
    }
}

/// How far a picture changes across a line, 0 to 1.
fn mean_change(picture: &Picture, a: Point, b: Point) -> f32 {
    let length = distance(a, b).max(1e-3);
    let normal = [(a[1] - b[1]) / length, (b[0] - a[0]) / length];
    let along = |offset: f32| {
        let change = (0..PLACES).map(|i| {
            let t = END + (1.0 - 2.0 * END) * i as f32 / (PLACES - 1) as f32;
            let at = |by: f32| {
                picture.at(
                    a[0] + (b[0] - a[0]) * t + normal[0] * by,
                    a[1] + (b[1] - a[1]) * t + normal[1] * by,
                )
            };
            let (inner, outer) = (at(offset + BESIDE), at(offset - BESIDE));
            let most = (0..3).fold(0.0f32, |most, c| most.max((inner[c] - outer[c]).abs()));
            most.min(FULL_CHANGE)
        });
        change.sum::<f32>() / (PLACES as f32 * FULL_CHANGE)
    };
    OFFSETS.map(along).into_iter().fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::document::locate::{HEIGHT, WIDTH};

    /// Logits of bells of that height around cells, all in the first map.
    fn bells(places: &[(Point, f32)]) -> Vec<f32> {
        let mut heat = vec![-12.0f32; 4 * CELLS];
        for (i, logit) in heat[..CELLS].iter_mut().enumerate() {
            let (x, y) = ((i % COLUMNS) as f32 + 0.5, (i / COLUMNS) as f32 + 0.5);
            for ([px, py], height) in places {
                let p = height * (-((x - px).powi(2) + (y - py).powi(2)) / 2.42).exp();
                *logit = logit.max((p / (1.0 - p)).max(1e-6).ln());
            }
        }
        heat
    }

    fn drawn(corners: [f32; 4]) -> (Picture, Vec<f32>) {
        let [left, top, right, bottom] = corners.map(|v| v * STRIDE as f32);
        let inside = |x: f32, y: f32| x > left && x < right && y > top && y < bottom;
        let rgb = (0..WIDTH * HEIGHT)
            .flat_map(|i| {
                let seen = inside((i % WIDTH) as f32 + 0.5, (i / WIDTH) as f32 + 0.5);
                [if seen { 200u8 } else { 60 }; 3]
            })
            .collect();
        let stride = STRIDE as f32;
        let mask = (0..CELLS)
            .map(|i| {
                let (x, y) = ((i % COLUMNS) as f32 + 0.5, (i / COLUMNS) as f32 + 0.5);
                if inside(x * stride, y * stride) {
                    3.0
                } else {
                    -3.0
                }
            })
            .collect();
        (Picture::new(WIDTH, HEIGHT, rgb).unwrap(), mask)
    }

    #[test]
    fn corners_that_belong_together_win_over_hotter_ones() {
        let (small, mask) = drawn([10.0, 6.0, 42.0, 26.2]);
        let truth = [[10.0, 6.0], [42.0, 6.0], [42.0, 26.2], [10.0, 26.2]];
        let mut places: Vec<(Point, f32)> = truth.iter().map(|&p| (p, 0.6)).collect();
        // The lower edge of a band along the top, and a thing beside it.
        places.extend([([42.0, 10.3], 0.8), ([55.0, 20.0], 0.8)]);
        let found = hypotheses(&bells(&places), &mask, &small);
        assert!(found.len() > 3);
        for (corner, truth) in found[0].corners.iter().zip(truth) {
            let off = distance(*corner, truth.map(|v| v * STRIDE as f32));
            assert!(off < 1.0, "{:?}", found[0]);
        }
        assert!(found[0].worth > 0.0 && found[1].worth < found[0].worth - 1.0);
    }

    #[test]
    fn corners_around_nothing_are_worth_little() {
        let (small, mask) = drawn([0.0; 4]);
        let places = [[10.0, 6.0], [42.0, 6.0], [42.0, 26.2], [10.0, 26.2]].map(|p| (p, 0.6));
        let found = hypotheses(&bells(&places), &mask, &small);
        assert_eq!(found.len(), 1);
        assert!(found[0].worth < -4.0, "{:?}", found[0]);
        assert!(hypotheses(&bells(&places[..3]), &mask, &small).is_empty());
    }
}
