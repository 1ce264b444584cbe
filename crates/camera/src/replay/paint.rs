//! What planted defects do to pixels.

use crate::convert::Rgb;

/// Rows that the specimens' own band covers, with its soft lower edge.
const BAND: f64 = 52.0;
/// The lamp's reflection: its middle, its half axes, and the share of these over which it fades away.
const GLARE: [f64; 2] = [1190.0, 610.0];
const GLARE_REACH: [f64; 2] = [190.0, 130.0];
const GLARE_RIM: f64 = 0.35;

/// The picture in which each point shows what `from` says; beyond the picture its border goes on. Rows of the band stay.
pub fn warped(picture: &Rgb, from: impl Fn(f64, f64) -> (f64, f64)) -> Rgb {
    let mut out = picture.clone();
    let row = picture.width as usize * 3;
    let (right, bottom) = (
        f64::from(picture.width) - 1.001,
        f64::from(picture.height) - 1.001,
    );
    for y in BAND as u32..picture.height {
        for x in 0..picture.width {
            let (sx, sy) = from(f64::from(x), f64::from(y));
            let (sx, sy) = (sx.clamp(0.0, right), sy.clamp(BAND, bottom));
            let (mx, my) = (sx.fract(), sy.fract());
            let at = sy as usize * row + sx as usize * 3;
            let to = y as usize * row + x as usize * 3;
            for c in 0..3 {
                let value = |place: usize| f64::from(picture.pixels[place + c]);
                let above = value(at) * (1.0 - mx) + value(at + 3) * mx;
                let below = value(at + row) * (1.0 - mx) + value(at + row + 3) * mx;
                out.pixels[to + c] = (above * (1.0 - my) + below * my).round() as u8;
            }
        }
    }
    out
}

/// Lays a part on the picture, which may reach beyond it; its last row goes on to the picture's end where it fades at its sides.
pub fn lay(picture: &mut Rgb, part: &Rgb, (left, top): (f64, f64), rim: f64) {
    let (left, top) = (left.round() as i64, top.round() as i64);
    let (width, height) = (i64::from(part.width), i64::from(part.height));
    let end = if rim > 0.0 {
        i64::from(picture.height)
    } else {
        top + height
    };
    for y in top.max(0)..end.min(picture.height.into()) {
        let row = (y - top).min(height - 1);
        for x in left.max(0)..(left + width).min(picture.width.into()) {
            let inside = (x - left + 1).min(left + width - x) as f64;
            let cover = if rim > 0.0 {
                (inside / rim).min(1.0)
            } else {
                1.0
            };
            let from = ((row * width + x - left) * 3) as usize;
            let to = ((y * i64::from(picture.width) + x) * 3) as usize;
            for c in 0..3 {
                let (below, above) = (picture.pixels[to + c], part.pixels[from + c]);
                let mixed = f64::from(below) * (1.0 - cover) + f64::from(above) * cover;
                picture.pixels[to + c] = mixed.round() as u8;
            }
        }
    }
}

/// A lamp's reflection: white in the middle, fading at its rim.
pub fn shine(picture: &mut Rgb) {
    let width = picture.width as usize;
    for (place, pixel) in picture.pixels.chunks_exact_mut(3).enumerate() {
        let (x, y) = ((place % width) as f64, (place / width) as f64);
        let off = ((x - GLARE[0]) / GLARE_REACH[0]).hypot((y - GLARE[1]) / GLARE_REACH[1]);
        let light = ((1.0 + GLARE_RIM - off) / GLARE_RIM).clamp(0.0, 1.0);
        if light > 0.0 {
            for value in pixel {
                let dark = f64::from(255 - *value);
                *value = (255.0 - dark * (1.0 - light)).round() as u8;
            }
        }
    }
}
