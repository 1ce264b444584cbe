//! What a line says: the line is cut out, and a network names the letter of each column of it.

use std::sync::OnceLock;

use super::alphabet;
use super::detect::Area;
use crate::models::{ModelError, TEXT_RECOGNISER};
use crate::picture::Picture;
use crate::runtime::Network;

const OUTPUT: &str = "fetch_name_0";
/// Height of the line in the network, and what its width is a multiple of.
const HEIGHT: usize = 48;
const MULTIPLE: usize = 8;
/// Longer lines are pressed together: the time of a line grows with its width.
const WIDEST: usize = 960;
/// The network was trained on lines no narrower than this, with nothing after the text.
const NARROWEST: usize = 160;

/// A line's text and how sure each of its letters is, 0 to 1.
pub(super) struct Read {
    pub text: String,
    pub sure: Vec<f32>,
}

struct Recogniser {
    network: Network,
    letters: Vec<char>,
}

/// Columns of the line's text in the network, and all that it is given.
fn widths(area: &Area) -> (usize, usize) {
    let wide = area.width / area.height * HEIGHT as f32;
    let text = (wide.ceil() as usize).clamp(HEIGHT / 2, WIDEST);
    (text, text.max(NARROWEST).next_multiple_of(MULTIPLE))
}

/// What a line costs: 100 columns take some 15 ms.
pub(super) fn columns(area: &Area) -> usize {
    widths(area).1
}

pub(super) fn read(picture: &Picture, area: &Area) -> Result<Read, ModelError> {
    let recogniser = recogniser()?;
    let (text_width, width) = widths(area);
    let (sx, sy) = (area.width / text_width as f32, area.height / HEIGHT as f32);
    let line = picture.sampled(text_width, HEIGHT, sx.max(sy), |x, y| {
        let [x, y] = area.point(
            (x + 0.5) * sx - area.width / 2.0,
            (y + 0.5) * sy - area.height / 2.0,
        );
        (x, y)
    });
    let mut input = vec![0.0; 3 * HEIGHT * width];
    for c in 0..3 {
        for y in 0..HEIGHT {
            let from = &line.rgb()[y * text_width * 3..(y + 1) * text_width * 3];
            let to = &mut input[(c * HEIGHT + y) * width..][..text_width];
            for (to, pixel) in to.iter_mut().zip(from.chunks_exact(3)) {
                *to = f32::from(pixel[2 - c]) / 127.5 - 1.0;
            }
        }
    }
    let outputs = recogniser
        .network
        .run(&[1, 3, HEIGHT, width], input, &[OUTPUT])?;
    match outputs.into_iter().next() {
        Some(output) if output.last == recogniser.letters.len() + 1 => {
            Ok(collapse(&output.values, &recogniser.letters))
        }
        _ => Err(ModelError::Shape {
            file: TEXT_RECOGNISER.name,
        }),
    }
}

fn recogniser() -> Result<&'static Recogniser, ModelError> {
    static RECOGNISER: OnceLock<Recogniser> = OnceLock::new();
    if let Some(recogniser) = RECOGNISER.get() {
        return Ok(recogniser);
    }
    let reduced = alphabet::reduced(TEXT_RECOGNISER.verified()?)?;
    let recogniser = Recogniser {
        network: Network::load(TEXT_RECOGNISER.name, reduced.onnx)?,
        letters: reduced.letters,
    };
    Ok(RECOGNISER.get_or_init(|| recogniser))
}

/// One letter for each run of columns that name the same; columns that name none part equal letters.
fn collapse(values: &[f32], letters: &[char]) -> Read {
    let mut read: Vec<(char, f32)> = Vec::new();
    let mut before = 0;
    for column in values.chunks_exact(letters.len() + 1) {
        let mut best = 0;
        for (i, value) in column.iter().enumerate() {
            if *value > column[best] {
                best = i;
            }
        }
        let sure = column[best];
        if best != 0 && best != before {
            read.push((letters[best - 1], sure));
        } else if best != 0
            && let Some((_, surest)) = read.last_mut()
        {
            *surest = surest.max(sure);
        }
        before = best;
    }
    let space = |letter: &(char, f32)| letter.0 == ' ';
    let start = read.iter().take_while(|l| space(l)).count();
    let end = read.iter().rev().take_while(|l| space(l)).count();
    let read = read.get(start..read.len() - end).unwrap_or_default();
    Read {
        text: in_one_case(&read.iter().map(|l| l.0).collect::<Vec<_>>()),
        sure: read.iter().map(|l| l.1).collect(),
    }
}

/// Capitals and small letters of one shape are confused in wide print: a word that has several capitals, a third of its letters and more,
/// is one of capitals. `McDonald` stays.
fn in_one_case(letters: &[char]) -> String {
    let mut text = String::new();
    for word in letters.split_inclusive(|c| !c.is_alphabetic()) {
        let capitals = word.iter().filter(|c| c.is_uppercase()).count();
        let small = word.iter().filter(|c| c.is_lowercase()).count();
        let raise = capitals > 1 && capitals > small || capitals > 2 && capitals * 2 >= small;
        text.extend(word.iter().map(|&letter| {
            let mut upper = letter.to_uppercase();
            match (raise, upper.next(), upper.next()) {
                (true, Some(upper), None) => upper,
                _ => letter,
            }
        }));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_one_letter_and_gaps_part_equal_ones() {
        let columns = [
            [0.1, 0.9, 0.0],
            [0.2, 0.8, 0.0],
            [0.9, 0.1, 0.0],
            [0.3, 0.7, 0.0],
            [0.0, 0.4, 0.6],
        ];
        let read = collapse(&columns.concat(), &['A', 'B']);
        assert_eq!(read.text, "AAB");
        assert_eq!(read.sure, [0.9, 0.7, 0.6]);
        assert_eq!(collapse(&[1.0, 0.0, 0.0], &['A', 'B']).text, "");
    }

    #[test]
    fn spaces_at_the_ends_are_no_text() {
        let columns = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]];
        let read = collapse(&columns.concat(), &[' ', 'B']);
        assert_eq!((read.text.as_str(), read.sure.len()), ("B", 1));
    }

    #[test]
    fn words_are_of_one_case_where_most_speaks_for_it() {
        for (read, meant) in [
            ("åKErstrÖm", "ÅKERSTRÖM"),
            ("ANAïS MARIA", "ANAÏS MARIA"),
            ("WEIß", "WEIß"),
            ("McDonald", "McDonald"),
            ("María de la O", "María de la O"),
            ("Date of birth", "Date of birth"),
            ("12 AUg 1974", "12 AUG 1974"),
            ("mUÑOZ", "MUÑOZ"),
            ("őRI", "ŐRI"),
            ("DeVito", "DeVito"),
        ] {
            assert_eq!(in_one_case(&read.chars().collect::<Vec<_>>()), meant);
        }
    }
}
