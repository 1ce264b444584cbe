//! An upright colour picture in memory.

/// RGB, 8 bits a channel, rows from the top. Its `Debug` shows the size alone: the pixels are personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

impl Picture {
    /// `None` where it would be empty, or the bytes are not three for each pixel.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Option<Picture> {
        let bytes = width.checked_mul(height)?.checked_mul(3)?;
        (bytes > 0 && bytes == rgb.len()).then_some(Picture { width, height, rgb })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Colour between pixels (bilinear), whose middles lie at whole numbers; beyond the edge the edge's colour.
    pub(crate) fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let pixel =
            |x: usize, y: usize, c: usize| f32::from(self.rgb[(y * self.width + x) * 3 + c]);
        std::array::from_fn(|c| {
            let top = pixel(x0, y0, c) * (1.0 - fx) + pixel(x1, y0, c) * fx;
            let bottom = pixel(x0, y1, c) * (1.0 - fx) + pixel(x1, y1, c) * fx;
            top * (1.0 - fy) + bottom * fy
        })
    }

    /// `width`×`height` pixels, each the mean of what `place` puts under it: `place` maps a point of the result to
    /// a point of this picture, `step` is how many pixels of this picture lie between two of the result.
    pub(crate) fn sampled(
        &self,
        width: usize,
        height: usize,
        step: f32,
        place: impl Fn(f32, f32) -> (f32, f32),
    ) -> Picture {
        let n = (step.ceil() as usize).clamp(1, MAX_SAMPLES);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0.0f32; 3];
                for i in 0..n * n {
                    let within = |k: usize| (k as f32 + 0.5) / n as f32 - 0.5;
                    let (u, v) = place(x as f32 + within(i % n), y as f32 + within(i / n));
                    for (sum, value) in sum.iter_mut().zip(self.at(u, v)) {
                        *sum += value;
                    }
                }
                rgb.extend(sum.map(|sum| (sum / (n * n) as f32).round() as u8));
            }
        }
        Picture { width, height, rgb }
    }
}

/// Samples a side of a result's pixel: beyond it, a picture is scaled down so far that more would show nothing.
const MAX_SAMPLES: usize = 8;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_picture_has_as_many_bytes_as_it_says() {
        assert!(Picture::new(2, 1, vec![0; 6]).is_some());
        assert!(Picture::new(2, 1, vec![0; 5]).is_none());
        assert!(Picture::new(0, 1, Vec::new()).is_none());
        assert!(Picture::new(usize::MAX, 2, Vec::new()).is_none());
    }

    #[test]
    fn between_pixels_and_beyond_the_edge() {
        let picture = Picture::new(2, 1, vec![0, 10, 100, 100, 20, 0]).unwrap();
        assert_eq!(picture.at(0.5, 0.0), [50.0, 15.0, 50.0]);
        assert_eq!(picture.at(-3.0, 7.0), [0.0, 10.0, 100.0]);
        assert_eq!(picture.at(9.0, 0.0), [100.0, 20.0, 0.0]);
    }

    #[test]
    fn scaling_down_takes_the_mean_of_all_that_lies_under_a_pixel() {
        // Columns of black and white, too fine for the result.
        let rgb = (0..64 * 64)
            .flat_map(|i| [if i % 2 == 0 { 0 } else { 255 }; 3])
            .collect();
        let picture = Picture::new(64, 64, rgb).unwrap();
        let small = picture.sampled(16, 16, 4.0, |x, y| (x * 4.0 + 1.5, y * 4.0 + 1.5));
        assert!(
            small.rgb().iter().all(|&v| (120..=135).contains(&v)),
            "{:?}",
            small.rgb()
        );
    }

    #[test]
    fn its_debug_shows_no_pixels() {
        let picture = Picture::new(1, 1, vec![201, 202, 203]).unwrap();
        assert_eq!(format!("{picture:?}"), "Picture(1×1)");
    }
}
