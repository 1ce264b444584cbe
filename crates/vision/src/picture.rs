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

    /// Brightness of each pixel by BT.601, rows from the top.
    pub fn luma(&self) -> Vec<u8> {
        self.rgb.chunks_exact(3).map(luma).collect()
    }

    /// The channels one after the other, in this order, each value by `value`.
    pub(crate) fn planes(&self, order: [usize; 3], value: impl Fn(u8) -> f32) -> Vec<f32> {
        let mut values = vec![0.0; self.rgb.len()];
        let planes = values.chunks_exact_mut(self.width * self.height);
        for (channel, plane) in order.into_iter().zip(planes) {
            for (to, pixel) in plane.iter_mut().zip(self.rgb.chunks_exact(3)) {
                *to = value(pixel[channel]);
            }
        }
        values
    }

    /// The part within left, top, width, height; `None` where that is empty or reaches beyond the picture.
    pub fn cut(&self, area: [u32; 4]) -> Option<Picture> {
        let [left, top, width, height] = area.map(|v| v as usize);
        if left.checked_add(width)? > self.width || top.checked_add(height)? > self.height {
            return None;
        }
        let rows = (top..top + height)
            .flat_map(|y| &self.rgb[(y * self.width + left) * 3..][..width * 3])
            .copied();
        Picture::new(width, height, rows.collect())
    }

    /// As JPEG of that quality, 1 to 100; `None` for sides of more than 65,535 pixels, which JPEG does not know.
    pub fn jpeg(&self, quality: u8) -> Option<Vec<u8>> {
        let (width, height) = (
            u16::try_from(self.width).ok()?,
            u16::try_from(self.height).ok()?,
        );
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode(
                &self.rgb,
                width.into(),
                height.into(),
                image::ExtendedColorType::Rgb8,
            )
            .ok()?;
        Some(jpeg)
    }

    /// Turned clockwise by so many quarters.
    pub fn quarter_turned(&self, quarters: usize) -> Picture {
        let (w, h) = (self.width, self.height);
        let (width, height) = if quarters.is_multiple_of(2) {
            (w, h)
        } else {
            (h, w)
        };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match quarters % 4 {
                    0 => (x, y),
                    1 => (y, h - 1 - x),
                    2 => (w - 1 - x, h - 1 - y),
                    _ => (w - 1 - y, x),
                };
                let at = (from_y * w + from_x) * 3;
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        Picture { width, height, rgb }
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

/// Of BT.601, in 1/256.
pub(crate) fn luma(rgb: &[u8]) -> u8 {
    ((u32::from(rgb[0]) * 77 + u32::from(rgb[1]) * 150 + u32::from(rgb[2]) * 29) >> 8) as u8
}

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
    fn a_part_is_cut_and_written() {
        let rgb = (0..40 * 30 * 3).map(|i| (i / 3 % 40) as u8 * 5).collect();
        let picture = Picture::new(40, 30, rgb).unwrap();
        let part = picture.cut([10, 5, 20, 10]).unwrap();
        assert_eq!((part.width(), part.height(), part.rgb()[0]), (20, 10, 50));
        assert!(picture.cut([30, 0, 11, 5]).is_none());
        assert!(picture.cut([0, 0, 0, 5]).is_none());
        assert!(picture.cut([u32::MAX, 0, 2, 5]).is_none());
        let again = crate::intake::read(&part.jpeg(95).unwrap()).unwrap();
        assert_eq!((again.width(), again.height()), (20, 10));
    }

    #[test]
    fn quarters_turn_clockwise() {
        let rgb = |v: &[u8]| v.iter().flat_map(|&v| [v; 3]).collect::<Vec<u8>>();
        let picture = Picture::new(3, 2, rgb(&[1, 2, 3, 4, 5, 6])).unwrap();
        let turned = |n| picture.quarter_turned(n);
        assert_eq!(turned(1).rgb(), rgb(&[4, 1, 5, 2, 6, 3]));
        assert_eq!((turned(1).width(), turned(1).height()), (2, 3));
        assert_eq!(turned(2).rgb(), rgb(&[6, 5, 4, 3, 2, 1]));
        assert_eq!(turned(3), turned(1).quarter_turned(2));
        assert_eq!(turned(4), picture);
    }

    #[test]
    fn its_debug_shows_no_pixels() {
        let picture = Picture::new(1, 1, vec![201, 202, 203]).unwrap();
        assert_eq!(format!("{picture:?}"), "Picture(1×1)");
    }
}
