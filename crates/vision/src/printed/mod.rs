//! Printed text of documents: where its lines are, what they say, and which of them are what the zone says in its own
//! letters.

mod alphabet;
mod dates;
mod detect;
mod glyphs;
mod labels;
mod matching;
mod recognise;

pub use dates::{PrintedDate, printed_date};
pub use labels::{FrontFields, fields_without_mrz};
pub use matching::{Printed, printed_form, printed_form_of_cut_name, printed_number};

use serde::Serialize;

use crate::face::Point;
use crate::models::ModelError;
use crate::picture::Picture;

/// More lines than this are not read: a document has no more that matter.
pub const MAX_LINES: usize = 40;
/// Nor lines that together are longer than this, in columns of the recogniser: they take two seconds.
const MAX_COLUMNS: usize = 13_000;
/// A line longer than so many of its heights is none of a field: zones of passports, small print across the page.
const LONGEST_LINE_HEIGHTS: f32 = 20.0;
/// What is read with less certainty is no text.
pub const LEAST_CONFIDENCE: f32 = 0.5;
/// A line lower than this, in pixels of the picture, cannot be read.
const LEAST_HEIGHT_PX: f32 = 9.0;

/// A line of print. Personal data: its `Debug` shows no text.
#[derive(Clone, PartialEq, Serialize)]
pub struct PrintedLine {
    pub text: String,
    /// How sure its letters are in the mean, 0 to 1.
    pub confidence: f32,
    /// In pixels of the picture, clockwise from where the line begins at its top.
    pub corners: [Point; 4],
    /// How sure each letter is.
    #[serde(skip)]
    sure: Vec<f32>,
}

impl std::fmt::Debug for PrintedLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrintedLine")
            .field("letters", &self.text.chars().count())
            .field("confidence", &self.confidence)
            .field("corners", &self.corners)
            .finish()
    }
}

/// The lines of an upright, straightened document, from the top, and from the left within a row.
pub fn read_lines(picture: &Picture) -> Result<Vec<PrintedLine>, ModelError> {
    let mut areas = detect::areas(picture)?;
    areas.retain(|area| {
        area.height >= LEAST_HEIGHT_PX && area.width <= LONGEST_LINE_HEIGHTS * area.height
    });
    // Where there are too many, the highest are titles and names, the lowest are small print.
    areas.sort_by(|a, b| b.height.total_cmp(&a.height));
    areas.truncate(MAX_LINES);
    let mut lines = Vec::with_capacity(areas.len());
    let mut columns = 0;
    for area in areas {
        columns += recognise::columns(&area);
        if columns > MAX_COLUMNS {
            break;
        }
        let read = recognise::read(picture, &area)?;
        let line = PrintedLine::new(read.text, read.sure, area.corners());
        if line.confidence >= LEAST_CONFIDENCE {
            lines.push(line);
        }
    }
    Ok(in_rows(lines))
}

impl PrintedLine {
    /// `sure` says of each letter how sure it is; a line without letters is not sure at all.
    pub fn new(text: String, sure: Vec<f32>, corners: [Point; 4]) -> PrintedLine {
        let confidence = sure.iter().sum::<f32>() / sure.len().max(1) as f32;
        PrintedLine {
            text,
            confidence,
            corners,
            sure,
        }
    }

    /// A machine-readable zone is no print, and has a reader of its own.
    fn is_zone(&self) -> bool {
        self.text.matches('<').count() > 1
    }

    /// The least sure letter of a part of the text, by the numbers of its letters.
    pub(crate) fn least_sure(&self, letters: std::ops::Range<usize>) -> f32 {
        let part = self.sure.get(letters).unwrap_or_default();
        part.iter().copied().fold(1.0, f32::min)
    }

    pub(crate) fn middle(&self) -> Point {
        [0, 1].map(|axis| self.corners.iter().map(|c| c[axis]).sum::<f32>() / 4.0)
    }

    pub(crate) fn height(&self) -> f32 {
        let [[x0, y0], _, _, [x1, y1]] = self.corners;
        (x1 - x0).hypot(y1 - y0)
    }
}

/// A line goes on in the one that begins below its beginning and follows within so many heights.
const NEXT_LINE_HEIGHTS: f32 = 2.2;

/// The line in which one may go on.
fn next_line(lines: &[PrintedLine], line: usize) -> Option<usize> {
    let (above, height) = (&lines[line], lines[line].height());
    (0..lines.len())
        .filter(|&i| i != line && !lines[i].is_zone())
        .filter(|&i| {
            let down = lines[i].middle()[1] - above.middle()[1];
            let aside = lines[i].corners[0][0] - above.corners[0][0];
            (0.5 * height..NEXT_LINE_HEIGHTS * height).contains(&down) && aside.abs() < height
        })
        .min_by(|&a, &b| lines[a].middle()[1].total_cmp(&lines[b].middle()[1]))
}

/// From the top; lines whose middles lie within half a line of each other are one row, read from the left.
fn in_rows(mut lines: Vec<PrintedLine>) -> Vec<PrintedLine> {
    lines.sort_by(|a, b| a.middle()[1].total_cmp(&b.middle()[1]));
    let mut rows: Vec<Vec<PrintedLine>> = Vec::new();
    for line in lines {
        let same = rows
            .last()
            .and_then(|row| row.first())
            .is_some_and(|first| {
                line.middle()[1] - first.middle()[1] < first.height().min(line.height()) / 2.0
            });
        match rows.last_mut() {
            Some(row) if same => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.middle()[0].total_cmp(&b.middle()[0]));
    }
    rows.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sure line, 20 px high.
    pub(super) fn line(text: &str) -> PrintedLine {
        line_at(text, 0.0, 0.0)
    }

    pub(super) fn line_at(text: &str, x: f32, y: f32) -> PrintedLine {
        let letters = text.chars().count();
        let right = x + 12.0 * letters as f32;
        let corners = [[x, y], [right, y], [right, y + 20.0], [x, y + 20.0]];
        PrintedLine::new(text.to_owned(), vec![1.0; letters], corners)
    }

    #[test]
    fn rows_are_read_from_the_top_and_from_the_left() {
        let lines = [
            line_at("D", 300.0, 101.0),
            line_at("C", 0.0, 107.0),
            line_at("A", 200.0, 0.0),
            line_at("B", 0.0, 30.0),
        ];
        let read: String = in_rows(lines.to_vec())
            .iter()
            .map(|l| l.text.clone())
            .collect();
        assert_eq!(read, "ABCD");
    }

    #[test]
    fn a_line_without_letters_is_not_sure() {
        assert_eq!(line("").confidence, 0.0);
        assert_eq!(line("AB").confidence, 1.0);
    }
}
