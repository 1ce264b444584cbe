//! Where portraits sit on documents.

use super::Format;
use crate::face::Face;
use crate::picture::Picture;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Front,
    Rear,
}

/// Where things sit on a kind of document, each as shares of its width and height: left, top, width, height. Roughly: series of a
/// country's cards differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    pub portrait: Option<[f32; 4]>,
    /// The document's or the person's printed number.
    pub number: Option<[f32; 4]>,
}

const LEFT_PORTRAIT: [f32; 4] = [0.02, 0.18, 0.36, 0.72];
const UPPER_RIGHT: [f32; 4] = [0.55, 0.0, 0.45, 0.25];

/// The layout of a country's document (ISO 3166-1 alpha-3, `D` for Germany as in zones), as its issuers show their specimens; for
/// others a general one.
pub fn layout(country: &str, format: Format, side: Side) -> Layout {
    match (country, format, side) {
        (_, Format::Id2 | Format::Id3, Side::Front) => Layout {
            portrait: Some([0.02, 0.1, 0.34, 0.66]),
            number: Some(UPPER_RIGHT),
        },
        ("ESP", Format::Id1, Side::Front) => Layout {
            portrait: Some(LEFT_PORTRAIT),
            number: Some([0.0, 0.1, 0.75, 0.9]),
        },
        ("ITA" | "FRA" | "D", Format::Id1, Side::Front) => Layout {
            portrait: Some(LEFT_PORTRAIT),
            number: Some(UPPER_RIGHT),
        },
        ("PRT", Format::Id1, Side::Front) => Layout {
            portrait: None,
            number: Some([0.2, 0.6, 0.8, 0.4]),
        },
        _ => Layout {
            portrait: None,
            number: None,
        },
    }
}

/// Of the face's height and width, how much is kept around it: as passport pictures are cut.
const ABOVE: f32 = 0.38;
const BELOW: f32 = 0.30;
const BESIDE: f32 = 0.28;
/// A portrait takes up at least this part of a document's height; smaller faces are ghosts and watermarks.
const LEAST_FACE: f32 = 0.14;

/// The portrait on a document, cut by its face: left, top, width, height in whole pixels of the picture; `None` without a face that
/// could be one. Of several faces it is the one where the layout has the portrait, else the largest.
pub fn portrait_area(document: &Picture, faces: &[Face], layout: &Layout) -> Option<[u32; 4]> {
    let (width, height) = (document.width() as f32, document.height() as f32);
    let placed = |face: &&Face| {
        let middle = [
            (face.bounds[0] + face.bounds[2] / 2.0) / width,
            (face.bounds[1] + face.bounds[3] / 2.0) / height,
        ];
        layout.portrait.is_some_and(|[x, y, w, h]| {
            (x..x + w).contains(&middle[0]) && (y..y + h).contains(&middle[1])
        })
    };
    let large = |face: &&Face| face.bounds[3] >= LEAST_FACE * height;
    let size = |face: &&Face| (face.bounds[2] * face.bounds[3]) as i64;
    let candidates = || faces.iter().filter(large);
    let face = candidates()
        .filter(placed)
        .max_by_key(size)
        .or_else(|| candidates().max_by_key(size))?;
    let [x, y, w, h] = face.bounds;
    let left = (x - BESIDE * w).max(0.0).floor();
    let top = (y - ABOVE * h).max(0.0).floor();
    let right = (x + w + BESIDE * w).min(width).ceil();
    let bottom = (y + h + BELOW * h).min(height).ceil();
    (right > left && bottom > top)
        .then(|| [left, top, right - left, bottom - top].map(|v| v as u32))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn face(bounds: [f32; 4]) -> Face {
        let [x, y, w, h] = bounds;
        let at = |u: f32, v: f32| [x + u * w, y + v * h];
        Face {
            bounds,
            left_eye: at(0.3, 0.4),
            right_eye: at(0.7, 0.4),
            nose: at(0.5, 0.6),
            left_mouth: at(0.35, 0.8),
            right_mouth: at(0.65, 0.8),
            score: 0.9,
        }
    }

    #[test]
    fn the_portrait_is_where_the_layout_has_it_and_stays_inside() {
        let card = Picture::new(1000, 630, vec![0; 1000 * 630 * 3]).unwrap();
        let spanish = layout("ESP", Format::Id1, Side::Front);
        let (left, right) = (
            face([60.0, 200.0, 180.0, 240.0]),
            face([720.0, 100.0, 190.0, 250.0]),
        );
        let [x, y, w, h] = portrait_area(&card, &[right.clone(), left], &spanish).unwrap();
        assert!(
            x < 60 && x + w > 240 && y < 200 && y + h > 440,
            "{x} {y} {w} {h}"
        );
        let nowhere = layout("UTO", Format::Id1, Side::Front);
        let ghost = face([10.0, 10.0, 30.0, 40.0]);
        assert!(portrait_area(&card, std::slice::from_ref(&ghost), &nowhere).is_none());
        let [x, _, w, _] = portrait_area(&card, &[ghost, right], &nowhere).unwrap();
        assert!(x > 600 && x + w <= 1000);
    }
}
