//! A face turned and scaled so that its points lie where those of dlib's mean face lie.

use super::detect::{Face, Point};
use super::network::SIDE;
use crate::picture::Picture;

/// Room around the mean face, as a part of its size.
const PADDING: f32 = 0.25;

/// dlib's mean face, 0 to 1: the middles of its eyes' outlines, the tip of the nose, the corners of the mouth.
const MEAN_FACE: [Point; 5] = [
    [0.225_492, 0.215_99],
    [0.754_761, 0.215_99],
    [0.490_127, 0.515_625],
    [0.254_149, 0.780_233],
    [0.726_104, 0.780_233],
];

/// Turn and scale `[a −b; b a]`, then a shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Similarity {
    a: f32,
    b: f32,
    shift: Point,
}

impl Similarity {
    pub fn apply(&self, [x, y]: Point) -> Point {
        [
            self.a * x - self.b * y + self.shift[0],
            self.b * x + self.a * y + self.shift[1],
        ]
    }

    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// The one that takes `from` to `to` with the least squared error; `None` where `from` is one point.
    pub fn between(from: &[Point; 5], to: &[Point; 5]) -> Option<Similarity> {
        let middle = |points: &[Point; 5]| {
            [0, 1].map(|axis| points.iter().map(|p| p[axis]).sum::<f32>() / 5.0)
        };
        let (f, t) = (middle(from), middle(to));
        let (mut along, mut across, mut size) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py, qx, qy) = (p[0] - f[0], p[1] - f[1], q[0] - t[0], q[1] - t[1]);
            along += px * qx + py * qy;
            across += px * qy - py * qx;
            size += px * px + py * py;
        }
        if size < 1e-6 {
            return None;
        }
        let (a, b) = (along / size, across / size);
        Some(Similarity {
            a,
            b,
            shift: [t[0] - (a * f[0] - b * f[1]), t[1] - (b * f[0] + a * f[1])],
        })
    }
}

/// The face as the descriptor's network takes it, [`SIDE`] pixels square; `None` where its points are no face.
pub(super) fn aligned(picture: &Picture, face: &Face) -> Option<Picture> {
    let place = |p: Point| p.map(|v| (v + PADDING) / (1.0 + 2.0 * PADDING) * SIDE as f32);
    let to_picture = Similarity::between(&MEAN_FACE.map(place), &face.points())?;
    let scale = to_picture.scale();
    (scale > 1e-3).then(|| {
        picture.sampled(SIDE, SIDE, scale, |x, y| {
            let [u, v] = to_picture.apply([x, y]);
            (u, v)
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_turned_scaled_and_shifted_face_is_brought_back() {
        let (a, b) = (1.7 * 0.3f32.cos(), 1.7 * 0.3f32.sin());
        let there = MEAN_FACE.map(|[x, y]| [a * x - b * y + 40.0, b * x + a * y - 7.0]);
        let found = Similarity::between(&MEAN_FACE, &there).unwrap();
        assert!((found.scale() - 1.7).abs() < 1e-3);
        for (p, q) in MEAN_FACE.iter().zip(there) {
            let [x, y] = found.apply(*p);
            assert!((x - q[0]).abs() < 1e-3 && (y - q[1]).abs() < 1e-3);
        }
    }

    #[test]
    fn five_times_one_point_is_no_face() {
        assert!(Similarity::between(&[[3.0, 4.0]; 5], &MEAN_FACE).is_none());
    }
}
