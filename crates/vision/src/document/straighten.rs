//! The document as it would lie under a scanner.

use super::geometry::Homography;
use super::{Format, Outline};
use crate::picture::Picture;

/// Longest side of a straightened picture; no camera that is a person's has more.
const MAX_SIDE: f32 = 6000.0;
const MM_PER_INCH: f32 = 25.4;

pub struct Straightened {
    pub picture: Picture,
    /// Dots that the camera really saw on an inch of the document.
    pub dpi: f32,
}

/// The document within the outline, whose first corner becomes the top left, at the resolution that the camera gave it; colours
/// are as they were. `None` for corners that no document has.
pub fn straighten(picture: &Picture, outline: &Outline, format: Format) -> Option<Straightened> {
    if !outline.is_plausible(2.0) {
        return None;
    }
    let [top, right, bottom, left] = outline.sides();
    let lying = top + bottom >= left + right;
    let long = outline.width_px().min(MAX_SIDE);
    let short = long / format.aspect();
    let (width, height) = if lying { (long, short) } else { (short, long) };
    let (columns, rows) = (
        width.round().max(1.0) as usize,
        height.round().max(1.0) as usize,
    );
    Some(Straightened {
        picture: view(picture, outline, columns, rows)?,
        dpi: outline.width_px() / (format.millimetres()[0] / MM_PER_INCH),
    })
}

/// The document in so many columns and rows, one sample a pixel.
pub(crate) fn view(
    picture: &Picture,
    outline: &Outline,
    columns: usize,
    rows: usize,
) -> Option<Picture> {
    let to = Homography::from_unit_square(&outline.corners)?;
    let mut rgb = Vec::with_capacity(columns * rows * 3);
    for row in 0..rows {
        let y = (row as f32 + 0.5) / rows as f32;
        // Along a row numerators and denominator grow by even steps.
        let from = to.parts(0.5 / columns as f32, y);
        let next = to.parts(1.5 / columns as f32, y);
        let step: [f32; 3] = std::array::from_fn(|i| next[i] - from[i]);
        for column in 0..columns {
            let [u, v, w]: [f32; 3] = std::array::from_fn(|i| from[i] + step[i] * column as f32);
            rgb.extend(picture.at(u / w, v / w).map(|value| (value + 0.5) as u8));
        }
    }
    Picture::new(columns, rows, rgb)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_turned_card_is_straight_again_with_its_own_colours() {
        // Four fields of colour within a rhomboid, black around it.
        let corners = [[60.0, 40.0], [240.0, 70.0], [222.0, 183.0], [42.0, 153.0]];
        let outline = Outline {
            corners,
            score: 1.0,
        };
        let (dx, dy) = ([180.0, 30.0], [-18.0, 113.0]);
        let det: f32 = dx[0] * dy[1] - dx[1] * dy[0];
        let rgb = (0..300 * 220)
            .flat_map(|i| {
                let (x, y) = (
                    (i % 300) as f32 - corners[0][0],
                    (i / 300) as f32 - corners[0][1],
                );
                let (s, t) = ((x * dy[1] - y * dy[0]) / det, (y * dx[0] - x * dx[1]) / det);
                match (s, t) {
                    (0.0..0.5, 0.0..0.5) => [200, 0, 0],
                    (0.5..1.0, 0.0..0.5) => [0, 200, 0],
                    (0.0..0.5, 0.5..1.0) => [0, 0, 200],
                    (0.5..1.0, 0.5..1.0) => [200, 200, 200],
                    _ => [0, 0, 0],
                }
            })
            .collect();
        let picture = Picture::new(300, 220, rgb).unwrap();
        let straight = straighten(&picture, &outline, Format::Id1).unwrap();
        let (w, h) = (straight.picture.width(), straight.picture.height());
        assert!(
            (w as f32 - 182.5).abs() < 1.0 && (h as f32 - 115.0).abs() < 1.0,
            "{w}×{h}"
        );
        let at = |x: usize, y: usize| &straight.picture.rgb()[(y * w + x) * 3..][..3];
        assert_eq!(at(w / 4, h / 4), [200, 0, 0]);
        assert_eq!(at(3 * w / 4, h / 4), [0, 200, 0]);
        assert_eq!(at(w / 4, 3 * h / 4), [0, 0, 200]);
        assert_eq!(at(3 * w / 4, 3 * h / 4), [200, 200, 200]);
        assert!(
            (straight.dpi - 182.5 / 3.37).abs() < 0.5,
            "{}",
            straight.dpi
        );
    }

    #[test]
    fn corners_on_one_line_are_refused() {
        let picture = Picture::new(10, 10, vec![0; 300]).unwrap();
        let line = Outline {
            corners: [[0.0, 0.0], [3.0, 3.0], [6.0, 6.0], [9.0, 9.0]],
            score: 1.0,
        };
        assert!(straighten(&picture, &line, Format::Id1).is_none());
    }
}
