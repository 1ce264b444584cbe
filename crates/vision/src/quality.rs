//! How well a picture shows something: sharpness, glare, light. Pure and fast enough for every preview frame.

use serde::Serialize;

use crate::picture::{Picture, luma};

/// All three channels above it: glare, or paper that is lit too brightly.
const GLARE_LEVEL: u8 = 245;
/// Side of the squares that glare is gathered in, in pixels, and the part of a square that must glare to count.
const GLARE_SQUARE: usize = 8;
const GLARE_PART: f32 = 0.6;

/// A part of a picture in whole pixels, never empty, never beyond the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Area {
    pub fn all(picture: &Picture) -> Area {
        Area {
            left: 0,
            top: 0,
            width: picture.width(),
            height: picture.height(),
        }
    }

    /// What of left, top, width, height lies in the picture; `None` where nothing does.
    pub fn within(picture: &Picture, [left, top, width, height]: [f32; 4]) -> Option<Area> {
        let clip = |from: f32, length: f32, size: usize| {
            let to = (from + length).round().clamp(0.0, size as f32) as usize;
            let from = from.round().clamp(0.0, size as f32) as usize;
            (from, to.saturating_sub(from))
        };
        let (left, width) = clip(left, width, picture.width());
        let (top, height) = clip(top, height, picture.height());
        (width > 0 && height > 0).then_some(Area {
            left,
            top,
            width,
            height,
        })
    }

    fn rows<'a>(&self, picture: &'a Picture) -> impl Iterator<Item = &'a [u8]> {
        let (left, width, stride) = (self.left, self.width, picture.width());
        (self.top..self.top + self.height)
            .map(move |y| &picture.rgb()[(y * stride + left) * 3..(y * stride + left + width) * 3])
    }

    fn luma(&self, picture: &Picture) -> Vec<u8> {
        let pixels = self.rows(picture).flat_map(|row| row.chunks_exact(3));
        pixels.map(luma).collect()
    }
}

/// Variance of the Laplacian. It depends on scale and content: compare like with like. 0 below 3×3 pixels.
pub fn sharpness(picture: &Picture, area: Area) -> f32 {
    let (width, height) = (area.width, area.height);
    if width < 3 || height < 3 {
        return 0.0;
    }
    let luma = area.luma(picture);
    let (mut sum, mut squares) = (0i64, 0i64);
    for y in 1..height - 1 {
        let row = |y: usize| &luma[y * width..(y + 1) * width];
        let (above, here, below) = (row(y - 1), row(y), row(y + 1));
        // One row's sums fit 32 and 64 bits whatever it holds.
        let (mut row_sum, mut row_squares) = (0i32, 0i64);
        for x in 1..width - 1 {
            let around = i32::from(here[x - 1])
                + i32::from(here[x + 1])
                + i32::from(above[x])
                + i32::from(below[x]);
            let value = 4 * i32::from(here[x]) - around;
            row_sum += value;
            row_squares += i64::from(value * value);
        }
        sum += i64::from(row_sum);
        squares += row_squares;
    }
    let count = ((width - 2) * (height - 2)) as f64;
    let mean = sum as f64 / count;
    (squares as f64 / count - mean * mean) as f32
}

/// Levels over six pixels that make an edge, and how many edges it takes to tell.
const EDGE_CHANGE: i32 = 45;
const LEAST_EDGES: usize = 40;
/// Every so many-th row is looked at.
const EDGE_ROWS: usize = 3;

/// How steep the strong edges are: the part of their change over six pixels that lies within two, 0 to 1. About 1 where they are
/// as sharp as pixels allow, 0.33 where they are ramps; noise and content matter little. `None` where there are too few.
pub fn edge_sharpness(picture: &Picture, area: Area) -> Option<f32> {
    let (mut sum, mut count) = (0.0, 0usize);
    let mut row_luma: Vec<i32> = Vec::new();
    for row in area.rows(picture).step_by(EDGE_ROWS) {
        row_luma.clear();
        row_luma.extend(row.chunks_exact(3).map(|pixel| i32::from(luma(pixel))));
        let change = |x: usize, reach: usize| row_luma[x + reach] - row_luma[x - reach];
        for x in 4..row_luma.len().saturating_sub(4) {
            let wide = change(x, 3).abs();
            let narrow = change(x, 1).abs();
            // The steepest place of an edge stands for it.
            if wide < EDGE_CHANGE
                || narrow < change(x - 1, 1).abs()
                || narrow <= change(x + 1, 1).abs()
            {
                continue;
            }
            sum += (narrow as f32 / wide as f32).min(1.0);
            count += 1;
        }
    }
    (count >= LEAST_EDGES).then(|| sum / count as f32)
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Light {
    /// 0 to 255.
    pub mean_luma: f32,
    pub glare: Glare,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Glare {
    /// Part of the area that glares, 0 to 1.
    pub share: f32,
    /// Middle of what glares, in pixels of the picture; `None` where nothing does.
    pub at: Option<[f32; 2]>,
}

/// Brightness and glare of an area. Single bright pixels are no glare, a square of them is.
pub fn light(picture: &Picture, area: Area) -> Light {
    let columns = area.width.div_ceil(GLARE_SQUARE);
    let mut bright = vec![0u32; columns];
    let (mut luma_sum, mut glaring, mut sum_x, mut sum_y) = (0u64, 0u64, 0.0f64, 0.0f64);
    for (y, row) in area.rows(picture).enumerate() {
        for (square, pixels) in bright.iter_mut().zip(row.chunks(GLARE_SQUARE * 3)) {
            for pixel in pixels.chunks_exact(3) {
                luma_sum += u64::from(luma(pixel));
                *square += u32::from(pixel.iter().all(|&v| v > GLARE_LEVEL));
            }
        }
        let rows = y % GLARE_SQUARE + 1;
        if rows < GLARE_SQUARE && y + 1 < area.height {
            continue;
        }
        for (column, count) in bright.iter_mut().enumerate() {
            let left = column * GLARE_SQUARE;
            let width = GLARE_SQUARE.min(area.width - left);
            let count = std::mem::take(count);
            if count as f32 >= GLARE_PART * (width * rows) as f32 {
                glaring += u64::from(count);
                sum_x += f64::from(count) * ((area.left + left) as f64 + width as f64 / 2.0);
                sum_y += f64::from(count) * ((area.top + y + 1) as f64 - rows as f64 / 2.0);
            }
        }
    }
    let pixels = (area.width * area.height) as f64;
    let middle = |sum: f64| (sum / glaring as f64) as f32;
    Light {
        mean_luma: (luma_sum as f64 / pixels) as f32,
        glare: Glare {
            share: (glaring as f64 / pixels) as f32,
            at: (glaring > 0).then(|| [middle(sum_x), middle(sum_y)]),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn grey(width: usize, height: usize, value: impl Fn(usize, usize) -> u8) -> Picture {
        let rgb = (0..width * height)
            .flat_map(|i| [value(i % width, i / width); 3])
            .collect();
        Picture::new(width, height, rgb).unwrap()
    }

    #[test]
    fn edges_are_sharp_and_ramps_are_not() {
        let flat = grey(64, 48, |_, _| 90);
        let ramp = grey(64, 48, |x, _| (x * 3) as u8);
        let edges = grey(64, 48, |x, _| if x / 4 % 2 == 0 { 40 } else { 200 });
        assert_eq!(sharpness(&flat, Area::all(&flat)), 0.0);
        assert!(sharpness(&ramp, Area::all(&ramp)) < 3.0);
        assert!(sharpness(&edges, Area::all(&edges)) > 1000.0);
    }

    #[test]
    fn blur_lowers_sharpness() {
        let noise = grey(80, 80, |x, y| (x * 31 + y * 57 + x * y * 7) as u8);
        let blurred = noise.sampled(80, 80, 3.0, |x, y| (x, y));
        let softer = blurred
            .sampled(40, 40, 2.0, |x, y| (x * 2.0, y * 2.0))
            .sampled(80, 80, 1.0, |x, y| (x / 2.0, y / 2.0));
        let of = |picture: &Picture| sharpness(picture, Area::all(picture));
        assert!(
            of(&softer) < of(&noise) / 4.0,
            "{} {}",
            of(&softer),
            of(&noise)
        );
    }

    #[test]
    fn glare_has_a_share_and_a_place() {
        let spot = grey(160, 80, |x, y| {
            if (32..64).contains(&x) && (16..40).contains(&y) {
                255
            } else {
                100
            }
        });
        let found = light(&spot, Area::all(&spot)).glare;
        assert!((found.share - 32.0 * 24.0 / (160.0 * 80.0)).abs() < 1e-6);
        assert_eq!(found.at, Some([48.0, 28.0]));
        let part = Area::within(&spot, [0.0, 0.0, 20.0, 80.0]).unwrap();
        assert_eq!(
            light(&spot, part).glare,
            Glare {
                share: 0.0,
                at: None
            }
        );
    }

    #[test]
    fn bright_dots_are_no_glare() {
        let dots = grey(
            64,
            64,
            |x, y| if x % 3 == 0 && y % 3 == 0 { 255 } else { 20 },
        );
        assert_eq!(light(&dots, Area::all(&dots)).glare.share, 0.0);
    }

    #[test]
    fn mean_luma_of_the_area_alone() {
        let halves = grey(20, 10, |x, _| if x < 10 { 50 } else { 210 });
        let right = Area::within(&halves, [10.0, -5.0, 500.0, 500.0]).unwrap();
        assert_eq!(light(&halves, right).mean_luma, 210.0);
        assert_eq!(light(&halves, Area::all(&halves)).mean_luma, 130.0);
    }

    #[test]
    fn areas_outside_and_tiny_ones() {
        let picture = grey(5, 5, |_, _| 255);
        for outside in [
            [9.0, 0.0, 3.0, 3.0],
            [-4.0, 0.0, 3.0, 3.0],
            [0.0, 0.0, 0.0, 2.0],
            [f32::NAN; 4],
        ] {
            assert_eq!(Area::within(&picture, outside), None, "{outside:?}");
        }
        let one = Area::within(&picture, [4.0, 4.0, 9.0, 9.0]).unwrap();
        assert_eq!(sharpness(&picture, one), 0.0);
        assert_eq!(light(&picture, one).glare.share, 1.0);
    }
}
