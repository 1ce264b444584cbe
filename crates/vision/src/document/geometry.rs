//! The plane that a document lies in, as a camera sees it.

use crate::face::Point;
use crate::picture::Picture;

/// Focal length as a share of the picture's longer side: an angle of view of 53°, as webcams and telephones have about.
const FOCAL: f32 = 1.0;

pub(super) fn distance(a: Point, b: Point) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// A mapping of the plane onto itself that keeps lines straight; `x, y` go to `(ax + by + c, dx + ey + f) / (gx + hy + 1)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Homography([f32; 8]);

impl Homography {
    /// From the square of side 1 onto four corners; after Heckbert, "Fundamentals of Texture Mapping", 1989.
    pub fn from_unit_square(q: &[Point; 4]) -> Option<Homography> {
        let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = *q;
        let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let det = dx1 * dy2 - dx2 * dy1;
        if det.abs() < 1e-6 || !det.is_finite() {
            return None;
        }
        let g = (sx * dy2 - dx2 * sy) / det;
        let h = (dx1 * sy - sx * dy1) / det;
        Some(Homography([
            x1 - x0 + g * x1,
            x3 - x0 + h * x3,
            x0,
            y1 - y0 + g * y1,
            y3 - y0 + h * y3,
            y0,
            g,
            h,
        ]))
    }

    /// Numerators and denominator at a point.
    pub fn parts(&self, x: f32, y: f32) -> [f32; 3] {
        let [a, b, c, d, e, f, g, h] = self.0;
        [a * x + b * y + c, d * x + e * y + f, g * x + h * y + 1.0]
    }
}

/// How a rectangle of which four corners are seen lies before the camera.
pub(super) struct Plane {
    /// Between the rectangle's normal and the direction to the camera.
    pub tilt_deg: f32,
    /// Length of the first side by that of the second.
    pub aspect: f32,
}

impl Plane {
    pub fn of(corners: &[Point; 4], picture: &Picture) -> Option<Plane> {
        let focal = FOCAL * picture.width().max(picture.height()) as f32;
        let middle = [picture.width() as f32 / 2.0, picture.height() as f32 / 2.0];
        let centred = corners.map(|[x, y]| [(x - middle[0]) / focal, (y - middle[1]) / focal]);
        let Homography([a, b, _, d, e, _, g, h]) = Homography::from_unit_square(&centred)?;
        // The sides' directions in space, each in its own unit.
        let (along, down) = ([a, d, g], [b, e, h]);
        let length = |v: [f32; 3]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
        let normal = [
            along[1] * down[2] - along[2] * down[1],
            along[2] * down[0] - along[0] * down[2],
            along[0] * down[1] - along[1] * down[0],
        ];
        let (size, other) = (length(normal), length(down));
        if size < 1e-9 || other < 1e-9 {
            return None;
        }
        Some(Plane {
            tilt_deg: (normal[2].abs() / size).min(1.0).acos().to_degrees(),
            aspect: length(along) / other,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_unit_square_lands_on_the_corners() {
        let corners = [[10.0, 20.0], [110.0, 30.0], [100.0, 90.0], [5.0, 70.0]];
        let to = Homography::from_unit_square(&corners).unwrap();
        for ([x, y], corner) in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
            .iter()
            .zip(corners)
        {
            let [u, v, w] = to.parts(*x, *y);
            assert!(distance([u / w, v / w], corner) < 1e-3);
        }
        assert!(Homography::from_unit_square(&[[1.0, 1.0]; 4]).is_none());
    }
}
