//! Cues of a copy: little colour, regular patterns.

use serde::Serialize;

use crate::picture::Picture;

/// What a copy or a screen may show. Numbers for a hint, not a verdict.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CopyCues {
    /// Part of the pixels that have a colour of their own; a black-and-white copy has next to none.
    pub colour_share: f32,
    /// The strongest regular pattern against what lies beside it in frequency; screens and halftones have strong ones.
    pub pattern: f32,
}

/// Samples of a row that are looked at for patterns, and rows.
const PATTERN_LENGTH: usize = 256;
const PATTERN_ROWS: usize = 48;
/// Periods of a pattern, in pixels: finer ones are noise, coarser ones are print.
const PATTERN_PERIODS: [usize; 2] = [3, 10];
/// Distance between the strongest and the weakest channel that makes a pixel coloured.
const COLOURED: u8 = 24;

/// Measures on an upright document what speaks of a copy or a screen.
pub fn copy_cues(picture: &Picture) -> CopyCues {
    let mut coloured = 0usize;
    for pixel in picture.rgb().chunks_exact(3) {
        let (least, most) = pixel
            .iter()
            .fold((255u8, 0u8), |(a, b), &v| (a.min(v), b.max(v)));
        coloured += usize::from(most - least >= COLOURED);
    }
    let (width, height) = (picture.width(), picture.height());
    CopyCues {
        colour_share: coloured as f32 / (width * height) as f32,
        pattern: pattern(&picture.luma(), width, height),
    }
}

/// The strongest frequency of rows against the median of those around it; 0 for small pictures.
fn pattern(luma: &[u8], width: usize, height: usize) -> f32 {
    if width < PATTERN_LENGTH || height < PATTERN_ROWS {
        return 0.0;
    }
    let (first, last) = (
        PATTERN_LENGTH / PATTERN_PERIODS[1],
        PATTERN_LENGTH / PATTERN_PERIODS[0],
    );
    let turns: Vec<[f32; 2]> = (0..PATTERN_LENGTH)
        .map(|i| {
            let angle = std::f32::consts::TAU * i as f32 / PATTERN_LENGTH as f32;
            [angle.cos(), angle.sin()]
        })
        .collect();
    let mut power = vec![0.0f32; last - first + 1];
    for row in 0..PATTERN_ROWS {
        let y = (row * 2 + 1) * height / (2 * PATTERN_ROWS);
        let left = (width - PATTERN_LENGTH) / 2;
        let values = &luma[y * width + left..][..PATTERN_LENGTH];
        let mean = values.iter().map(|&v| f32::from(v)).sum::<f32>() / PATTERN_LENGTH as f32;
        for (k, power) in (first..=last).zip(&mut power) {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, &v) in values.iter().enumerate() {
                let [c, s] = turns[i * k % PATTERN_LENGTH];
                re += (f32::from(v) - mean) * c;
                im += (f32::from(v) - mean) * s;
            }
            *power += re * re + im * im;
        }
    }
    let mut sorted = power.clone();
    sorted.sort_by(f32::total_cmp);
    let median = sorted[sorted.len() / 2].max(1.0);
    sorted[sorted.len() - 1] / median
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn grey(value: impl Fn(usize, usize) -> u8) -> Picture {
        let rgb = (0..400 * 300)
            .flat_map(|i| [value(i % 400, i / 400); 3])
            .collect();
        Picture::new(400, 300, rgb).unwrap()
    }

    #[test]
    fn a_grey_copy_has_no_colour_and_a_screen_has_a_pattern() {
        let noise = |x: usize, y: usize| ((x * 7919 + y * 104_729 + x * y * 31) % 61) as u8;
        let plain = grey(|x, y| 100 + noise(x, y));
        let screen = grey(|x, y| 100 + noise(x, y) / 2 + if x % 5 < 2 { 40 } else { 0 });
        assert_eq!(copy_cues(&plain).colour_share, 0.0);
        let (plain, screen) = (copy_cues(&plain).pattern, copy_cues(&screen).pattern);
        assert!(screen > 5.0 * plain, "{screen} {plain}");
        let mut rgb = vec![120; 400 * 300 * 3];
        rgb.iter_mut()
            .step_by(3)
            .take(60_000)
            .for_each(|v| *v = 200);
        let half = Picture::new(400, 300, rgb).unwrap();
        assert!((copy_cues(&half).colour_share - 0.5).abs() < 0.01);
    }
}
