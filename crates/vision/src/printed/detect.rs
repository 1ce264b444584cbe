//! Where lines of text lie: a network paints what looks like text, and each painted area is a line.

use std::sync::OnceLock;

use crate::face::Point;
use crate::models::{ModelError, TEXT_DETECTOR};
use crate::picture::Picture;
use crate::runtime::Network;

/// The longer side of what the network looks at, and what its sides are multiples of. It costs 280 ms; 640
/// would cost 170, and the ends of small print would be missing.
const LONG_SIDE: usize = 800;
const MULTIPLE: usize = 32;
const OUTPUT: &str = "fetch_name_0";
/// What the network paints stronger than this is text.
const LEAST_PAINT: f32 = 0.3;
/// An area whose paint is weaker in the mean is none.
const LEAST_MEAN: f32 = 0.5;
/// An area lower than this, in pixels of what the network looked at, holds no letters that can be read.
const LEAST_HEIGHT: f32 = 4.0;
/// The network paints the middle of the letters: area times this over perimeter is what it leaves out on each side.
const GROWTH: f32 = 1.6;
/// Means and spreads of the colours in the order blue, green, red, as the network was trained.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const SPREAD: [f32; 3] = [0.229, 0.224, 0.225];

/// A line's rectangle, in pixels of the picture: its middle, the direction in which it is read, and its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub middle: Point,
    /// Of length 1.
    pub along: Point,
    pub width: f32,
    pub height: f32,
}

impl Area {
    /// A point of the rectangle: from the middle, `x` along the line and `y` below it.
    pub fn point(&self, x: f32, y: f32) -> Point {
        [
            self.middle[0] + x * self.along[0] - y * self.along[1],
            self.middle[1] + x * self.along[1] + y * self.along[0],
        ]
    }

    /// Clockwise from where the line begins at its top.
    pub fn corners(&self) -> [Point; 4] {
        let (w, h) = (self.width / 2.0, self.height / 2.0);
        [
            self.point(-w, -h),
            self.point(w, -h),
            self.point(w, h),
            self.point(-w, h),
        ]
    }
}

/// Lines of text, in no order. The picture is upright: lines that run steeply are left out.
pub(super) fn areas(picture: &Picture) -> Result<Vec<Area>, ModelError> {
    let scale = picture.width().max(picture.height()) as f32 / LONG_SIDE as f32;
    let side = |length: usize| {
        let length = length as f32 / scale / MULTIPLE as f32;
        (length.round() as usize).max(1) * MULTIPLE
    };
    let (width, height) = (side(picture.width()), side(picture.height()));
    let (sx, sy) = (
        picture.width() as f32 / width as f32,
        picture.height() as f32 / height as f32,
    );
    let small = picture.sampled(width, height, scale, |x, y| {
        ((x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5)
    });
    let mut input = Vec::with_capacity(width * height * 3);
    for c in 0..3 {
        let pixels = small.rgb().chunks_exact(3);
        input.extend(pixels.map(|p| (f32::from(p[2 - c]) / 255.0 - MEAN[c]) / SPREAD[c]));
    }
    let maps = network()?.run_to_maps(&[1, 3, height, width], input, &[OUTPUT])?;
    let paint = match maps.into_iter().next() {
        Some(map) if map.last == width && map.values.len() == width * height => map.values,
        _ => {
            return Err(ModelError::Shape {
                file: TEXT_DETECTOR.name,
            });
        }
    };
    let areas = painted(&paint, width, height);
    Ok(areas
        .into_iter()
        .map(|area| to_picture(area, sx, sy))
        .collect())
}

fn network() -> Result<&'static Network, ModelError> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let network = Network::load(TEXT_DETECTOR.name, TEXT_DETECTOR.verified()?.to_vec())?;
    Ok(NETWORK.get_or_init(|| network))
}

/// The two scales differ by the rounding of the sides alone, so that a rectangle stays one.
fn to_picture(area: Area, sx: f32, sy: f32) -> Area {
    let along = [area.along[0] * sx, area.along[1] * sy];
    let length = along[0].hypot(along[1]);
    Area {
        middle: [
            (area.middle[0] + 0.5) * sx - 0.5,
            (area.middle[1] + 0.5) * sy - 0.5,
        ],
        along: along.map(|v| v / length),
        width: area.width * length,
        height: area.height * sy,
    }
}

/// Areas of paint that hang together, each as the rectangle of its line.
fn painted(paint: &[f32], width: usize, height: usize) -> Vec<Area> {
    let mut seen = vec![false; paint.len()];
    let mut areas = Vec::new();
    let mut stack = Vec::new();
    for start in 0..paint.len() {
        if seen[start] || paint[start] < LEAST_PAINT {
            continue;
        }
        seen[start] = true;
        stack.push(start);
        let mut pixels = Vec::new();
        let mut sum = 0.0;
        while let Some(i) = stack.pop() {
            let (x, y) = (i % width, i / width);
            pixels.push((x, y));
            sum += paint[i];
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for nx in x.saturating_sub(1)..(x + 2).min(width) {
                    let next = ny * width + nx;
                    if !seen[next] && paint[next] >= LEAST_PAINT {
                        seen[next] = true;
                        stack.push(next);
                    }
                }
            }
        }
        if sum / pixels.len() as f32 >= LEAST_MEAN {
            areas.extend(rectangle(&pixels));
        }
    }
    areas
}

/// Steeper lines, in radians, are none of an upright document.
const STEEPEST: f32 = 0.35;

/// The rectangle around a line's pixels, grown to what the paint leaves out.
fn rectangle(pixels: &[(usize, usize)]) -> Option<Area> {
    let n = pixels.len() as f32;
    let mean = |value: fn(&(usize, usize)) -> usize| {
        pixels.iter().map(|p| value(p) as f32).sum::<f32>() / n
    };
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let (mut xx, mut xy, mut yy) = (0.0f32, 0.0, 0.0);
    for &(x, y) in pixels {
        let (dx, dy) = (x as f32 - mx, y as f32 - my);
        (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
    }
    let span = |along: Point| {
        let mut ends = [[f32::MAX, f32::MIN]; 2];
        for &(x, y) in pixels {
            let (dx, dy) = (x as f32 - mx, y as f32 - my);
            let place = [dx * along[0] + dy * along[1], dy * along[0] - dx * along[1]];
            for (end, at) in ends.iter_mut().zip(place) {
                *end = [end[0].min(at), end[1].max(at)];
            }
        }
        ends
    };
    // Spread along the area and across it. The direction of a short word's paint says nothing.
    let (middle, half) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
    let long = middle + half > 9.0 * (middle - half);
    let turn = if long {
        (2.0 * xy).atan2(xx - yy) / 2.0
    } else {
        0.0
    };
    if turn.abs() > STEEPEST {
        return None;
    }
    let along = [turn.cos(), turn.sin()];
    let [[left, right], [top, bottom]] = span(along);
    let (w, h) = (right - left + 1.0, bottom - top + 1.0);
    if h < LEAST_HEIGHT {
        return None;
    }
    let growth = GROWTH * w * h / (2.0 * (w + h));
    let mut area = Area {
        middle: [mx, my],
        along,
        width: w + 2.0 * growth,
        height: h + 2.0 * growth,
    };
    area.middle = area.point((left + right) / 2.0, (top + bottom) / 2.0);
    Some(area)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn paint(inside: impl Fn(f32, f32) -> bool) -> Vec<f32> {
        let place = |i: usize| ((i % 200) as f32, (i / 200) as f32);
        (0..200 * 100)
            .map(|i| {
                if inside(place(i).0, place(i).1) {
                    0.9
                } else {
                    0.0
                }
            })
            .collect()
    }

    #[test]
    fn painted_areas_are_lines_of_their_own() {
        let two = paint(|x, y| {
            (20.0..120.0).contains(&x) && ((10.0..20.0).contains(&y) || (40.0..50.0).contains(&y))
        });
        let areas = painted(&two, 200, 100);
        assert_eq!(areas.len(), 2);
        let area = areas[0];
        assert!((area.middle[0] - 69.5).abs() < 0.6 && (area.middle[1] - 14.5).abs() < 0.6);
        assert!(area.width > 105.0 && area.height > 15.0 && area.height < 30.0);
    }

    #[test]
    fn a_sloping_line_is_followed_and_a_steep_one_left_out() {
        let slope = |s: f32| {
            paint(move |x, y| (20.0..180.0).contains(&x) && (y - 20.0 - s * x).abs() < 5.0)
        };
        let areas = painted(&slope(0.1), 200, 100);
        assert_eq!(areas.len(), 1);
        assert!((areas[0].along[1] / areas[0].along[0] - 0.1).abs() < 0.01);
        assert!(areas[0].height < 30.0);
        assert!(painted(&slope(0.45), 200, 100).is_empty());
    }

    #[test]
    fn what_is_too_low_or_too_faint_is_none() {
        assert!(painted(&paint(|_, y| (10.0..13.0).contains(&y)), 200, 100).is_empty());
        let mut faint = paint(|_, y| (10.0..20.0).contains(&y));
        faint.iter_mut().for_each(|v| *v *= 0.5);
        assert!(painted(&faint, 200, 100).is_empty());
    }
}
