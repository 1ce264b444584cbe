//! From columns to letters: as many as a line has, at places of nearly equal distance.

use super::net::{CLASSES, LETTERS};

/// A line as read, `letters` long, with the probability of each letter.
#[derive(Clone)]
pub(super) struct Decoded {
    pub text: Vec<u8>,
    pub sure: Vec<f32>,
    /// Probabilities of all classes at each place.
    pub classes: Vec<[f32; CLASSES]>,
    /// Columns of the first and the last letter.
    pub first: f32,
    pub last: f32,
    /// How well the columns are explained by so many letters: higher is better, comparable between counts on the same columns.
    pub score: f32,
}

impl Decoded {
    pub fn mean_sure(&self) -> f32 {
        self.sure.iter().sum::<f32>() / self.sure.len().max(1) as f32
    }
}

/// What a letter weighs whose distance from the one before is not the line's, in columns squared.
const STRETCH: f32 = 0.7;

/// What a column half-way between two letters weighs that looks like a letter's middle: then it is one letter, read twice.
const BETWEEN: f32 = 0.5;

/// The best `letters` places in the columns, or nothing where they do not fit in.
pub(super) fn decode(columns: &[[f32; CLASSES]], letters: usize) -> Option<Decoded> {
    let n = columns.len();
    // How much a column is the middle of a letter: log odds, smoothed over its neighbours.
    let raw: Vec<f32> = columns
        .iter()
        .map(|p| ((1.0 - p[CLASSES - 1] + 0.01) / (p[CLASSES - 1] + 0.01)).ln())
        .collect();
    let middle: Vec<f32> = (0..n)
        .map(|i| 0.25 * raw[i.saturating_sub(1)] + 0.5 * raw[i] + 0.25 * raw[(i + 1).min(n - 1)])
        .collect();
    let between: Vec<f32> = middle.iter().map(|m| BETWEEN * m.max(0.0)).collect();
    let mut outside = vec![0.0f32; n + 1];
    for i in 0..n {
        outside[i + 1] = outside[i] + raw[i].max(0.0) / 3.0;
    }
    let mut best: Option<(f32, Vec<usize>)> = None;
    for tenth in (42..=80).step_by(2) {
        let pitch = tenth as f32 / 10.0;
        if (letters as f32 - 1.0) * pitch > n as f32 {
            break;
        }
        let (shortest, longest) = (
            (pitch - 1.0).floor() as usize,
            (pitch + 1.0).ceil() as usize,
        );
        let mut total: Vec<f32> = (0..n)
            .map(|i| middle[i] - outside[i.saturating_sub(3)])
            .collect();
        let mut back = vec![0u8; n * letters];
        for k in 1..letters {
            let mut next = vec![f32::MIN; n];
            for i in shortest..n {
                for step in shortest..=longest.min(i) {
                    let value = total[i - step]
                        - STRETCH * (step as f32 - pitch).powi(2)
                        - between[i - step / 2];
                    if value > next[i] {
                        next[i] = value;
                        back[k * n + i] = step as u8;
                    }
                }
                next[i] += middle[i];
            }
            total = next;
        }
        let end = (0..n)
            .map(|i| (i, total[i] - (outside[n] - outside[(i + 4).min(n)])))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((mut i, score)) =
            end.filter(|e| e.1 > -1e6 && best.as_ref().is_none_or(|b| e.1 > b.0))
        {
            let mut places = vec![i];
            for k in (1..letters).rev() {
                i -= usize::from(back[k * n + i]).min(i);
                places.push(i);
            }
            places.reverse();
            best = Some((score, places));
        }
    }
    let (score, places) = best?;
    let classes: Vec<[f32; CLASSES]> = places.iter().map(|i| around(columns, *i)).collect();
    let (text, sure): (Vec<u8>, Vec<f32>) = classes.iter().map(|p| top(p, |_| true)).unzip();
    // A place that is no clear letter speaks against so many letters.
    let clear: f32 = sure.iter().map(|s| 2.0 * (s.max(0.05) / 0.6).ln()).sum();
    let score = score + clear;
    Some(Decoded {
        text,
        sure,
        classes,
        first: *places.first()? as f32,
        last: *places.last()? as f32,
        score,
    })
}

/// The mean of a column and its neighbours, those that are between letters counting less.
fn around(columns: &[[f32; CLASSES]], i: usize) -> [f32; CLASSES] {
    let near = &columns[i.saturating_sub(1)..(i + 2).min(columns.len())];
    let mut sum = [0.0f32; CLASSES];
    let mut weight = 0.0;
    for p in near {
        let w = 1.02 - p[CLASSES - 1];
        weight += w;
        for (s, v) in sum.iter_mut().zip(p) {
            *s += v * w;
        }
    }
    sum.map(|s| s / weight)
}

/// The likeliest letter among those allowed, and its probability.
pub(super) fn top(p: &[f32; CLASSES], allowed: impl Fn(u8) -> bool) -> (u8, f32) {
    LETTERS
        .iter()
        .zip(p)
        .filter(|(l, _)| allowed(**l))
        .map(|(l, v)| (*l, *v))
        .fold(
            (b'<', 0.0),
            |best, this| if this.1 > best.1 { this } else { best },
        )
}
