//! Printed text of a drawn document, read in the picture.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use time::macros::date;
use vision::Picture;
use vision::document::{Format, Outline, straighten};
use vision::printed::{
    MAX_LINES, Printed, PrintedLine, fields_without_mrz, printed_date, printed_form,
    printed_number, read_lines,
};

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

/// The specimen card as the replay camera shows it, straightened by corners measured by hand.
fn specimen_front() -> Vec<PrintedLine> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../camera/specimens/document_front.jpg"
    );
    let picture = vision::intake::read(&std::fs::read(file).unwrap()).unwrap();
    let outline = Outline {
        corners: [
            [285.0, 172.0],
            [1628.0, 154.0],
            [1637.0, 1000.0],
            [294.0, 1018.0],
        ],
        score: 1.0,
    };
    let card = straighten(&picture, &outline, Format::Id1).unwrap();
    read_lines(&card.picture).unwrap()
}

#[test]
fn what_the_zone_on_the_rear_says_is_found_on_the_front() {
    let lines = specimen_front();
    for (zone, printed) in [("ERIKSSON", "ERIKSSON"), ("ANNA MARIA", "ANNA MARIA")] {
        let found = printed_form(zone, &lines).unwrap();
        assert_eq!((found.value.as_str(), found.distance), (printed, 0));
    }
    assert_eq!(
        printed_number("D23145890", &lines).unwrap().value,
        "D23145890"
    );
    assert!(printed_number("D23145891", &lines).is_none());
    for date in [date!(1974 - 08 - 12), date!(2034 - 04 - 15)] {
        let found = printed_date(date, &lines).unwrap();
        assert!(found.sure && !found.short_year, "{date}");
    }
    assert!(printed_date(date!(1974 - 08 - 13), &lines).is_none());
    assert!(printed_form("SVENSSON", &lines).is_none());
}

#[test]
fn a_front_says_its_fields_by_its_labels() {
    let lines = specimen_front();
    let fields = fields_without_mrz(&lines, date!(2026 - 11 - 23));
    let value = |field: Option<Printed>| field.map(|printed| printed.value);
    assert_eq!(
        value(fields.surname).as_deref(),
        Some("ERIKSSON"),
        "{:?}",
        texts(&lines)
    );
    assert_eq!(value(fields.given_names).as_deref(), Some("ANNA MARIA"));
    assert_eq!(value(fields.number).as_deref(), Some("D23145890"));
    assert_eq!(value(fields.personal_number).as_deref(), Some("12345678Z"));
    assert_eq!(fields.birth_date.unwrap().date, date!(1974 - 08 - 12));
    assert_eq!(fields.expiry_date.unwrap().date, date!(2034 - 04 - 15));
}
