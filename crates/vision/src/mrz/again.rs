//! A second look at a line in doubt.

use super::decode::{decode, top};
use super::net::{MrzModelError, STRIP_PITCH, columns};
use super::strip::Pyramid;
use super::zone::ReadLine;

/// Contrast, in levels, that is still raised in full when it is made even; and what it becomes.
const LEAST_CONTRAST: f32 = 4.0;
const EVEN: f32 = 40.0;

/// How a line is looked at again: letter distance, and distance from its middle in letters; whether its contrast is made even.
const AGAIN: [(f32, f32, bool); 4] = [
    (0.955, 0.0, false),
    (1.045, 0.0, false),
    (1.0, 0.06, true),
    (1.0, -0.06, true),
];

impl ReadLine {
    /// The same line from strips that differ a little; each letter by the mean of what all of them show.
    pub fn read_again(&self, picture: &Pyramid) -> Result<ReadLine, MrzModelError> {
        let letters = self.decoded.text.len();
        let pitch = self.pitch();
        let mut decoded = self.decoded.clone();
        let mut looks = 1.0;
        for (stretch, aside, even) in AGAIN {
            let course = self.course.moved(stretch, aside);
            let mut strip = course.strip(picture);
            if even {
                evened(&mut strip, course.width());
            }
            let Some(look) = decode(&columns(&strip, course.width())?, letters) else {
                continue;
            };
            // Letters that begin elsewhere are others.
            let off = [
                (look.first, self.decoded.first),
                (look.last, self.decoded.last),
            ]
            .map(|(there, here)| {
                let apart = self.course.place(here).to(course.place(there));
                apart.dot(self.course.along).abs()
            });
            if off.iter().any(|off| *off > 0.5 * pitch) {
                continue;
            }
            looks += 1.0;
            for (sum, classes) in decoded.classes.iter_mut().zip(&look.classes) {
                sum.iter_mut().zip(classes).for_each(|(sum, p)| *sum += p);
            }
        }
        for (i, classes) in decoded.classes.iter_mut().enumerate() {
            classes.iter_mut().for_each(|p| *p /= looks);
            (decoded.text[i], decoded.sure[i]) = top(classes, |_| true);
        }
        Ok(ReadLine {
            course: self.course,
            decoded,
        })
    }
}

/// Makes light and contrast even along a strip: glare and shadows lie over parts of a line.
fn evened(strip: &mut [f32], width: usize) {
    let reach = (2.5 * STRIP_PITCH) as usize;
    let rows = strip.len() / width;
    let of_column = |f: &dyn Fn(f32) -> f32| -> Vec<f32> {
        let sum = |x: usize| (0..rows).map(|y| f(strip[y * width + x])).sum::<f32>();
        (0..width).map(|x| sum(x) / rows as f32).collect()
    };
    let around = |values: &[f32]| -> Vec<f32> {
        let near = |x: usize| &values[x.saturating_sub(reach)..(x + reach + 1).min(width)];
        let mean = |near: &[f32]| near.iter().sum::<f32>() / near.len() as f32;
        (0..width).map(|x| mean(near(x))).collect()
    };
    let means = around(&of_column(&|v| v));
    let squares = around(&of_column(&|v| v * v));
    for row in strip.chunks_exact_mut(width) {
        for (x, v) in row.iter_mut().enumerate() {
            let deviation = (squares[x] - means[x] * means[x]).max(0.0).sqrt();
            *v = (*v - means[x]) / (deviation + LEAST_CONTRAST) * EVEN;
        }
    }
}
