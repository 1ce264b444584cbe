//! The document in a picture: its four corners, how it is held, and its straightened picture.

mod close;
mod geometry;
mod hypotheses;
mod layout;
mod locate;
mod refine;
mod straighten;

use serde::Serialize;

use crate::face::Point;
use crate::picture::Picture;
use geometry::Plane;
pub use layout::{Layout, Side, layout, portrait_area};
pub(crate) use locate::shrunk;
pub use locate::{Located, follow, locate, look, look_quickly};
pub(crate) use straighten::view;
pub use straighten::{Straightened, straighten};

/// A document's corners in pixels of the picture, clockwise from the picture's top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outline {
    pub corners: [Point; 4],
    /// How sure it is that these are a document's corners, 0 to 1.
    pub score: f32,
}

/// Sizes of ISO/IEC 7810.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Format {
    /// 85.60 × 53.98 mm: identity cards.
    Id1,
    /// 105 × 74 mm.
    Id2,
    /// 125 × 88 mm: a passport's page.
    Id3,
}

impl Format {
    /// Longer and shorter side, millimetres.
    pub fn millimetres(self) -> [f32; 2] {
        match self {
            Format::Id1 => [85.60, 53.98],
            Format::Id2 => [105.0, 74.0],
            Format::Id3 => [125.0, 88.0],
        }
    }

    pub fn aspect(self) -> f32 {
        let [long, short] = self.millimetres();
        long / short
    }
}

impl Outline {
    /// Mean of the two longer opposite sides, in pixels.
    pub fn width_px(&self) -> f32 {
        let [top, right, bottom, left] = self.sides();
        ((top + bottom) / 2.0).max((left + right) / 2.0)
    }

    fn sides(&self) -> [f32; 4] {
        let c = &self.corners;
        std::array::from_fn(|i| geometry::distance(c[i], c[(i + 1) % 4]))
    }

    /// In square pixels.
    pub fn area(&self) -> f32 {
        let c = &self.corners;
        let twice = (0..4).map(|i| {
            let (a, b) = (c[i], c[(i + 1) % 4]);
            a[0] * b[1] - b[0] * a[1]
        });
        twice.sum::<f32>() / 2.0
    }

    /// Its width as a share of the picture's width.
    pub fn share_of(&self, picture: &Picture) -> f32 {
        let xs = self.corners.map(|[x, _]| x);
        let width =
            xs.iter().fold(f32::MIN, |a, &b| a.max(b)) - xs.iter().fold(f32::MAX, |a, &b| a.min(b));
        width / picture.width() as f32
    }

    /// How far it is tilted away from the camera, in degrees, taking a camera of common angle of view.
    pub fn tilt_deg(&self, picture: &Picture) -> f32 {
        Plane::of(&self.corners, picture).map_or(90.0, |plane| plane.tilt_deg)
    }

    /// Longer by shorter side, the perspective taken out.
    pub fn aspect(&self, picture: &Picture) -> f32 {
        let seen = Plane::of(&self.corners, picture).map_or(1.0, |plane| plane.aspect);
        seen.max(1.0 / seen)
    }

    /// How far its long side is turned from the horizontal, in degrees, -90 to 90; positive is clockwise.
    pub fn roll_deg(&self) -> f32 {
        let c = self.landscape().corners;
        let along = [
            c[1][0] - c[0][0] + c[2][0] - c[3][0],
            c[1][1] - c[0][1] + c[2][1] - c[3][1],
        ];
        let roll = along[1].atan2(along[0]).to_degrees();
        if roll > 90.0 {
            roll - 180.0
        } else if roll < -90.0 {
            roll + 180.0
        } else {
            roll
        }
    }

    /// The same corners, beginning so many corners later.
    pub fn turned(self, quarters: usize) -> Outline {
        let mut corners = self.corners;
        corners.rotate_left(quarters % 4);
        Outline { corners, ..self }
    }

    /// Beginning at the picture's top left: the corner with the least sum of both coordinates.
    fn top_left_first(self) -> Outline {
        let sum = |i: usize| self.corners[i][0] + self.corners[i][1];
        let first = (1..4).fold(0, |best, i| if sum(i) < sum(best) { i } else { best });
        self.turned(first)
    }

    /// Beginning at a corner from which a long side runs clockwise.
    pub fn landscape(self) -> Outline {
        let [top, right, bottom, left] = self.sides();
        if top + bottom >= left + right {
            self
        } else {
            self.turned(1)
        }
    }

    /// The nearest format. ID-2 and ID-3 differ in size alone: of them it is ID-3.
    pub fn format(&self, picture: &Picture) -> Format {
        let aspect = self.aspect(picture);
        let off = |format: Format| (format.aspect() / aspect).ln().abs();
        if off(Format::Id1) <= off(Format::Id3) {
            Format::Id1
        } else {
            Format::Id3
        }
    }

    /// Four corners that a document may have: convex, clockwise, no side shorter than `least` pixels.
    pub fn is_plausible(&self, least: f32) -> bool {
        let c = &self.corners;
        let finite = c.iter().flatten().all(|v| v.is_finite());
        let convex = (0..4).all(|i| {
            let (a, b, d) = (c[i], c[(i + 1) % 4], c[(i + 2) % 4]);
            (b[0] - a[0]) * (d[1] - b[1]) - (b[1] - a[1]) * (d[0] - b[0]) > 0.0
        });
        finite && convex && self.sides().iter().all(|&side| side >= least)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame() -> Picture {
        Picture::new(1280, 720, vec![0; 1280 * 720 * 3]).unwrap()
    }

    fn outline(corners: [Point; 4]) -> Outline {
        Outline {
            corners,
            score: 1.0,
        }
    }

    /// An ID-1 card seen by a pinhole camera whose focal length is the frame's width.
    fn card(pitch_deg: f32, roll_deg: f32) -> Outline {
        let (p, r) = (pitch_deg.to_radians(), roll_deg.to_radians());
        let corners = [[-42.8, -27.0], [42.8, -27.0], [42.8, 27.0], [-42.8, 27.0]].map(|[x, y]| {
            let (x, y): (f32, f32) = (x * r.cos() - y * r.sin(), x * r.sin() + y * r.cos());
            let (y, z) = (y * p.cos(), 150.0 + y * p.sin());
            [640.0 + 1280.0 * x / z, 360.0 + 1280.0 * y / z]
        });
        outline(corners)
    }

    #[test]
    fn tilt_roll_and_aspect_of_a_card() {
        for (pitch, roll) in [(0.0, 0.0), (12.0, 0.0), (25.0, 8.0), (18.0, -20.0)] {
            let seen = card(pitch, roll);
            let tilt = seen.tilt_deg(&frame());
            assert!((tilt - pitch).abs() < 0.5, "{pitch} {roll}: {tilt}");
            let aspect = seen.aspect(&frame());
            assert!((aspect - 1.586).abs() < 0.02, "{pitch} {roll}: {aspect}");
            assert_eq!(seen.format(&frame()), Format::Id1);
        }
        assert!((card(0.0, 20.0).roll_deg() - 20.0).abs() < 0.1);
        assert!((card(0.0, -20.0).turned(2).roll_deg() + 20.0).abs() < 0.1);
    }

    #[test]
    fn a_card_that_stands_on_its_short_side_is_as_wide_as_its_long_one() {
        let upright = outline([
            [100.0, 100.0],
            [200.0, 100.0],
            [200.0, 260.0],
            [100.0, 260.0],
        ]);
        assert_eq!(upright.width_px(), 160.0);
        assert_eq!(upright.landscape().corners[0], [200.0, 100.0]);
        assert!((upright.roll_deg().abs() - 90.0).abs() < 0.1);
    }

    #[test]
    fn corners_that_no_document_has() {
        let good = [[0.0, 0.0], [90.0, 0.0], [90.0, 60.0], [0.0, 60.0]];
        assert!(outline(good).is_plausible(50.0));
        assert!(!outline(good).is_plausible(70.0));
        let crossed = [good[0], good[2], good[1], good[3]];
        assert!(!outline(crossed).is_plausible(10.0));
        let backwards = [good[3], good[2], good[1], good[0]];
        assert!(!outline(backwards).is_plausible(10.0));
        let mut nan = good;
        nan[2][0] = f32::NAN;
        assert!(!outline(nan).is_plausible(10.0));
    }
}
