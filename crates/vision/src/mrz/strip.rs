//! Straightening: a line of text anywhere in a picture as an upright strip of known letter distance.

use super::gray::{Gray, P};
use super::net::{STRIDE, STRIP_HEIGHT, STRIP_PITCH};

/// The same picture at full, half, quarter … size, so that sampling never skips pixels.
pub(super) struct Pyramid(Vec<Gray>);

impl Pyramid {
    pub fn new(full: Gray) -> Pyramid {
        let mut levels = vec![full];
        while let Some(last) = levels
            .last()
            .filter(|l| l.w.min(l.h) > 64 && levels.len() < 6)
        {
            let next = last.shrunk(2);
            levels.push(next);
        }
        Pyramid(levels)
    }

    pub fn full(&self) -> &Gray {
        &self.0[0]
    }

    /// `rows` × `w` values: `origin` is the middle of the strip's left edge, `step` the vector of one strip pixel along the line.
    fn sample(&self, origin: P, step: P, w: usize, rows: usize) -> Vec<f32> {
        let size = step.dot(step).sqrt();
        let level = if size > 1.4 {
            (size / 1.4).log2().ceil().max(0.0) as usize
        } else {
            0
        }
        .min(self.0.len() - 1);
        let by = (1 << level) as f32;
        let down = step.down();
        let mut out = Vec::with_capacity(w * rows);
        for row in 0..rows {
            let start = origin.plus(down, row as f32 + 0.5 - rows as f32 / 2.0);
            for x in 0..w {
                let p = start.plus(step, x as f32 + 0.5);
                out.push(self.0[level].at(P {
                    x: (p.x + 0.5) / by - 0.5,
                    y: (p.y + 0.5) / by - 0.5,
                }));
            }
        }
        out
    }
}

/// Where a line lies: from a point left of its first letter, along a unit vector, with its pixels from letter to letter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub origin: P,
    pub along: P,
    pub pitch: f32,
    /// Length of the strip, in letters.
    pub letters: f32,
}

impl Course {
    pub fn width(&self) -> usize {
        (((self.letters * STRIP_PITCH) as usize).clamp(120, 900) / STRIDE) * STRIDE
    }

    fn step(&self) -> P {
        P { x: 0.0, y: 0.0 }.plus(self.along, self.pitch / STRIP_PITCH)
    }

    /// The place in the picture of a column of the network's output.
    pub fn place(&self, column: f32) -> P {
        self.origin.plus(self.step(), column * STRIDE as f32 + 1.0)
    }

    /// The course moved onto the strokes: their middle by height, taken in pieces along the line.
    pub fn refined(&self, picture: &Pyramid) -> Course {
        const ROWS: usize = 40;
        const PIECES: usize = 8;
        let w = self.width();
        let strip = picture.sample(self.origin, self.step(), w, ROWS);
        let (mut offset, mut slope) = (0.0f32, 0.0f32);
        for reach in [10.0f32, 8.0, 7.5] {
            let (mut s, mut sx, mut sy, mut sxx, mut sxy) = (0.0f32, 0.0, 0.0, 0.0, 0.0);
            for piece in 0..PIECES {
                let (x0, x1) = (piece * w / PIECES + 1, (piece + 1) * w / PIECES - 1);
                let x = (x0 + x1) as f32 / 2.0 - w as f32 / 2.0;
                let energy: Vec<f32> = (0..ROWS)
                    .map(|y| {
                        (x0..x1)
                            .map(|x| (strip[y * w + x + 1] - strip[y * w + x - 1]).abs())
                            .sum()
                    })
                    .collect();
                let least = energy.iter().copied().fold(f32::MAX, f32::min);
                let expected = offset + slope * x;
                let (mut mass, mut moment) = (0.0f32, 0.0f32);
                for (y, e) in energy.iter().enumerate() {
                    let y = y as f32 + 0.5 - ROWS as f32 / 2.0;
                    if (y - expected).abs() < reach {
                        mass += e - least;
                        moment += (e - least) * y;
                    }
                }
                if mass > 0.0 {
                    let y = moment / mass;
                    s += mass;
                    sx += mass * x;
                    sy += mass * y;
                    sxx += mass * x * x;
                    sxy += mass * x * y;
                }
            }
            let determinant = s * sxx - sx * sx;
            if s <= 0.0 || determinant <= 1.0 {
                break;
            }
            slope = ((s * sxy - sx * sy) / determinant).clamp(-0.05, 0.05);
            offset = ((sy - slope * sx) / s).clamp(-8.0, 8.0);
        }
        let down = self.step().down();
        let left = offset - slope * w as f32 / 2.0;
        let along = self.along.plus(self.along.down(), slope);
        let length = along.dot(along).sqrt();
        Course {
            origin: self.origin.plus(down, left),
            along: P {
                x: along.x / length,
                y: along.y / length,
            },
            ..*self
        }
    }

    /// The same length at another letter distance, about the same middle, some letters down.
    pub fn moved(&self, stretch: f32, down: f32) -> Course {
        let pitch = self.pitch * stretch;
        let longer = self.letters * (pitch - self.pitch) / 2.0;
        Course {
            origin: self
                .origin
                .plus(self.along, -longer)
                .plus(self.along.down(), down * self.pitch),
            pitch,
            ..*self
        }
    }

    pub fn strip(&self, picture: &Pyramid) -> Vec<f32> {
        picture.sample(self.origin, self.step(), self.width(), STRIP_HEIGHT)
    }
}
