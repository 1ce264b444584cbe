//! Luma pictures: shrinking, turning, and sampling along any axes.

/// A luma picture of 8 bits, its rows without gaps.
#[derive(Clone)]
pub(super) struct Gray {
    pub w: usize,
    pub h: usize,
    pub px: Vec<u8>,
}

/// A point or a direction, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct P {
    pub x: f32,
    pub y: f32,
}

impl P {
    pub fn plus(self, other: P, times: f32) -> P {
        P {
            x: self.x + other.x * times,
            y: self.y + other.y * times,
        }
    }
    pub fn dot(self, other: P) -> f32 {
        self.x * other.x + self.y * other.y
    }
    /// A quarter turn: along a line of text to its letters' feet.
    pub fn down(self) -> P {
        P {
            x: -self.y,
            y: self.x,
        }
    }
    pub fn to(self, other: P) -> P {
        other.plus(self, -1.0)
    }
    /// The place in a picture of `scale` times the size: pixels' middles are at whole numbers.
    pub fn scaled(self, scale: f32) -> P {
        P {
            x: (self.x + 0.5) * scale - 0.5,
            y: (self.y + 0.5) * scale - 0.5,
        }
    }
}

impl Gray {
    /// Each pixel the mean of `by` × `by`.
    pub fn shrunk(&self, by: usize) -> Gray {
        let (w, h) = ((self.w / by).max(1), (self.h / by).max(1));
        let area = (by * by) as u32;
        let mut px = Vec::with_capacity(w * h);
        let mut sums = vec![0u32; w];
        for y in 0..h {
            sums.fill(0);
            for row in (y * by..(y + 1) * by).filter(|r| *r < self.h) {
                let row = &self.px[row * self.w..(row + 1) * self.w];
                for (sum, part) in sums.iter_mut().zip(row.chunks(by)) {
                    *sum += part.iter().map(|v| u32::from(*v)).sum::<u32>();
                }
            }
            px.extend(sums.iter().map(|s| (s / area).min(255) as u8));
        }
        Gray { w, h, px }
    }

    /// The picture turned by a quarter, so that its columns from the bottom up become rows.
    pub fn quarter_turned(&self) -> Gray {
        let (w, h) = (self.h, self.w);
        let mut px = vec![0; w * h];
        for (y, row) in self.px.chunks_exact(self.w.max(1)).enumerate() {
            for (x, v) in row.iter().enumerate() {
                px[x * w + (w - 1 - y)] = *v;
            }
        }
        Gray { w, h, px }
    }

    /// The value at a place between pixels; outside the picture its edge goes on.
    pub fn at(&self, p: P) -> f32 {
        let x = p.x.clamp(0.0, (self.w - 1) as f32);
        let y = p.y.clamp(0.0, (self.h - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.w - 1), (y0 + 1).min(self.h - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let v = |x: usize, y: usize| f32::from(self.px[y * self.w + x]);
        let top = v(x0, y0) * (1.0 - fx) + v(x1, y0) * fx;
        let bottom = v(x0, y1) * (1.0 - fx) + v(x1, y1) * fx;
        top * (1.0 - fy) + bottom * fy
    }
}
