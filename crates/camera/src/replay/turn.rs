//! The head of the recording scene turns when it is asked to: the picture is laid around an upright cylinder, whose nose stands
//! out, and the cylinder is turned. It is enough for the points of a face to tell a turn by, and nobody would take it for real.

use crate::convert::Rgb;
use crate::frame::Turn;

/// The middle of the specimen's face, as shares of the picture's width and height, and the distance between its eyes as a
/// share of its width. All other lengths are in these distances.
const MIDDLE: (f64, f64) = (957.4 / 1920.0, 372.6 / 1080.0);
const BETWEEN_EYES: f64 = 123.0 / 1920.0;
/// What turns: half its width and height; towards the rim it turns less.
const HEAD: (f64, f64) = (1.78, 2.45);
const TURNED_DEG: f64 = 37.0;
/// So far inside the rim it turns whole.
const FADE: f64 = 1.67;
/// How far the nose moves beyond the rest, its width, and how far its tip lies above the middle.
const NOSE_SHIFT: f64 = 0.46;
const NOSE_SPREAD: f64 = 0.52;
const NOSE_ABOVE: f64 = 0.1;

/// Steps from looking ahead to a full turn; one a picture.
const STEPS: i32 = 6;

/// Where the head is on its way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head {
    wanted: i32,
    /// Negative to the picture's left.
    now: i32,
}

impl Head {
    pub fn ask(&mut self, turn: Turn) {
        self.wanted = match turn {
            Turn::Ahead => 0,
            // The subject's left is the picture's right.
            Turn::Left => STEPS,
            Turn::Right => -STEPS,
        };
    }

    /// One step on; tells how far it is turned.
    pub fn step(&mut self) -> i32 {
        self.now += (self.wanted - self.now).signum();
        self.now
    }
}

/// The picture with the head turned by so many steps, and so much of the usual turn.
pub fn turned(picture: &Rgb, step: i32, strength: f64) -> Rgb {
    let mut out = picture.clone();
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let eyes = BETWEEN_EYES * width;
    let (x0, y0) = (MIDDLE.0 * width, MIDDLE.1 * height);
    let part = strength * f64::from(step) / f64::from(STEPS);
    let row = picture.width as usize * 3;
    let inside = |value: f64, end: f64| value.clamp(0.0, end - 1.0) as usize;
    let (across, down) = (HEAD.0 * eyes, HEAD.1 * eyes);
    for y in inside(y0 - down, height)..=inside(y0 + down, height) {
        let line = &picture.pixels[y * row..(y + 1) * row];
        let v = (y as f64 - y0) / eyes;
        for x in inside(x0 - across, width)..=inside(x0 + across, width) {
            let u = (x as f64 - x0) / eyes;
            let from = x0 + eyes * source_of(u, v, part);
            let left = inside(from, width - 1.0);
            let mix = (from - left as f64).clamp(0.0, 1.0);
            for c in 0..3 {
                let (a, b) = (line[left * 3 + c], line[left * 3 + 3 + c]);
                let mixed = f64::from(a) * (1.0 - mix) + f64::from(b) * mix;
                out.pixels[y * row + x * 3 + c] = mixed.round() as u8;
            }
        }
    }
    out
}

/// What is seen at this place of the turned head, on the head that looks ahead.
fn source_of(u: f64, v: f64, part: f64) -> f64 {
    let (across, down) = (u / HEAD.0, v / HEAD.1);
    let rim = 1.0 - across * across - down * down;
    if rim <= 0.0 {
        return u;
    }
    let angle = TURNED_DEG.to_radians() * part * (rim * FADE).min(1.0);
    let on_head = (across.clamp(-1.0, 1.0).asin() - angle).sin() * HEAD.0;
    let (nose_x, nose_y) = (on_head / NOSE_SPREAD, (v + NOSE_ABOVE) / NOSE_SPREAD);
    let nose = (-(nose_x * nose_x + nose_y * nose_y) / 2.0).exp();
    on_head - NOSE_SHIFT * part * nose
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_turns_in_steps_and_back() {
        let mut head = Head::default();
        head.ask(Turn::Left);
        let steps: Vec<i32> = (0..8).map(|_| head.step()).collect();
        assert_eq!(steps, [1, 2, 3, 4, 5, 6, 6, 6]);
        head.ask(Turn::Right);
        assert_eq!((0..12).map(|_| head.step()).last(), Some(-6));
    }

    #[test]
    fn what_is_far_from_the_nose_stays() {
        let pixels = (0..192 * 108 * 3).map(|i| (i % 251) as u8).collect();
        let picture = Rgb {
            width: 192,
            height: 108,
            pixels,
        };
        let turned = turned(&picture, STEPS, 1.0);
        assert_ne!(turned.pixels, picture.pixels);
        assert_eq!(turned.pixels[..192 * 3], picture.pixels[..192 * 3]);
    }
}
