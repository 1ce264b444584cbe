//! Printed text of a drawn document, read in the picture.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use vision::Picture;
use vision::printed::{MAX_LINES, PrintedLine, read_lines};

fn drawn() -> Picture {
    vision::intake::read(include_bytes!("data/printed.jpg")).unwrap()
}

fn line<'a>(lines: &'a [PrintedLine], text: &str) -> &'a PrintedLine {
    lines
        .iter()
        .find(|line| line.text == text)
        .unwrap_or_else(|| panic!("{text} is not among {:?}", texts(lines)))
}

fn texts(lines: &[PrintedLine]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn names_with_their_diacritics_dates_and_numbers_are_read_where_they_stand() {
    let picture = drawn();
    let lines = read_lines(&picture).unwrap();
    let printed = ["MUÑOZ", "Jürgen Weiß", "27.11.1991", "NKF14252437Z"];
    let tops = printed.map(|text| {
        let line = line(&lines, text);
        assert!(line.confidence > 0.8, "{text} {}", line.confidence);
        let [[left, top], [right, _], [_, bottom], _] = line.corners;
        // The generator sets every value at 34 mm of 85.6, three millimetres high and less.
        assert!(
            (left - 34.0 / 85.6 * 800.0).abs() < 25.0,
            "{text} at {left}"
        );
        assert!(right > left + 60.0 && bottom > top + 15.0 && bottom < top + 70.0);
        top
    });
    assert!(tops.is_sorted(), "{tops:?}");
    assert!(lines.len() <= MAX_LINES);
}

#[test]
fn lines_come_from_the_top() {
    let lines = read_lines(&drawn()).unwrap();
    let texts = texts(&lines);
    let place = |text: &str| texts.iter().position(|t| *t == text).unwrap();
    assert!(place("MUÑOZ") < place("Jürgen Weiß"));
    assert!(place("Jürgen Weiß") < place("27.11.1991"));
}

#[test]
fn a_picture_without_text_has_no_lines() {
    let even = Picture::new(640, 400, vec![180; 640 * 400 * 3]).unwrap();
    assert!(read_lines(&even).unwrap().is_empty());
    let dot = Picture::new(1, 1, vec![0; 3]).unwrap();
    assert!(read_lines(&dot).unwrap().is_empty());
    let strip = Picture::new(3000, 2, vec![0; 3000 * 2 * 3]).unwrap();
    assert!(read_lines(&strip).unwrap().is_empty());
}

#[test]
fn debug_shows_no_text() {
    let lines = read_lines(&drawn()).unwrap();
    let shown = format!("{lines:?}");
    assert!(
        !shown.contains("MUÑOZ") && !shown.contains("1991"),
        "{shown}"
    );
}
