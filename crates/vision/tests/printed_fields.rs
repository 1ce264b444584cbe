//! Fields of a front by its printed labels.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use time::Date;
use time::macros::date;
use vision::printed::{FrontFields, Printed, PrintedLine, fields_without_mrz};

const TODAY: Date = date!(2026 - 11 - 23);

/// A sure line, 20 px high.
fn line(text: &str) -> PrintedLine {
    line_at(text, 0.0, 0.0)
}

fn line_at(text: &str, x: f32, y: f32) -> PrintedLine {
    let letters = text.chars().count();
    let right = x + 12.0 * letters as f32;
    let corners = [[x, y], [right, y], [right, y + 20.0], [x, y + 20.0]];
    PrintedLine::new(text.to_owned(), vec![1.0; letters], corners)
}

fn value(printed: &Option<Printed>) -> &str {
    printed.as_ref().map_or("", |p| p.value.as_str())
}

#[test]
fn a_spanish_front() {
    let lines = [
        line_at("DOCUMENTO NACIONAL DE IDENTIDAD", 300.0, 10.0),
        line_at("APELLIDOS / COGNOMS", 300.0, 60.0),
        line_at("GARCÍA", 300.0, 85.0),
        line_at("MÁRQUEZ", 301.0, 111.0),
        line_at("NOMBRE / NOM", 300.0, 140.0),
        line_at("BEGOÑA", 300.0, 165.0),
        line_at("SEXO / SEXE", 300.0, 200.0),
        line_at("F", 300.0, 225.0),
        line_at("FECHA DE NACIMIENTO / DATA DE NAIXEMENT", 300.0, 260.0),
        line_at("01 01 1980", 302.0, 285.0),
        line_at("EMISIÓN / EMISSIÓ", 300.0, 330.0),
        line_at("06 06 2023", 300.0, 355.0),
        line_at("VALIDEZ / VALIDESA", 560.0, 330.0),
        line_at("06 06 2033", 560.0, 355.0),
        line_at("NUM SOPORT", 300.0, 400.0),
        line_at("CAA000000", 300.0, 425.0),
        line_at("DNI", 20.0, 500.0),
        line_at("99999999R", 90.0, 500.0),
    ];
    let fields = fields_without_mrz(&lines, TODAY);
    assert_eq!(value(&fields.surname), "GARCÍA MÁRQUEZ");
    assert_eq!(value(&fields.given_names), "BEGOÑA");
    assert_eq!(value(&fields.number), "CAA000000");
    assert_eq!(value(&fields.personal_number), "99999999R");
    assert_eq!(fields.birth_date.unwrap().date, date!(1980 - 01 - 01));
    assert_eq!(fields.expiry_date.unwrap().date, date!(2033 - 06 - 06));
    let shown = format!("{fields:?}");
    assert!(
        !shown.contains("GARC") && !shown.contains("1980"),
        "{shown}"
    );
}

#[test]
fn labels_on_the_line_of_their_value() {
    let lines = [
        line("Nom: DUPONT"),
        line("Prénom(s) : ANAÏS"),
        line("Né(e) le : 12.08.74"),
        line("Document No. D23145890"),
        line("Valid until 15 APR 34"),
    ];
    let fields = fields_without_mrz(&lines, TODAY);
    assert_eq!(value(&fields.surname), "DUPONT");
    assert_eq!(value(&fields.given_names), "ANAÏS");
    assert_eq!(value(&fields.number), "D23145890");
    assert_eq!(fields.birth_date.unwrap().date, date!(1974 - 08 - 12));
    assert_eq!(fields.expiry_date.unwrap().date, date!(2034 - 04 - 15));
}

#[test]
fn nothing_is_taken_without_a_label_or_where_two_lines_disagree() {
    let fields = fields_without_mrz(
        &[line("GARCÍA"), line("12.08.1974"), line("D23145890")],
        TODAY,
    );
    assert_eq!(fields, FrontFields::default());
    let two = [
        line_at("Surname", 0.0, 0.0),
        line_at("GARCÍA", 0.0, 25.0),
        line_at("Apellidos", 400.0, 0.0),
        line_at("MUÑOZ", 400.0, 25.0),
    ];
    assert_eq!(fields_without_mrz(&two, TODAY).surname, None);
    let none = [
        line_at("Surname", 0.0, 0.0),
        line_at("Given names", 0.0, 25.0),
        line_at("ANA", 0.0, 50.0),
    ];
    let fields = fields_without_mrz(&none, TODAY);
    assert_eq!(
        (value(&fields.surname), value(&fields.given_names)),
        ("", "ANA")
    );
}

#[test]
fn a_spanish_number_needs_no_label_but_the_right_letter() {
    let of =
        |text: &str| value(&fields_without_mrz(&[line(text)], TODAY).personal_number).to_owned();
    assert_eq!(of("12345678Z"), "12345678Z");
    assert_eq!(of("X1234567L"), "X1234567L");
    assert_eq!(of("12345678A"), "");
    assert_eq!(of("123456789"), "");
    assert_eq!(of("IDESP<<12345678Z"), "");
}

#[test]
fn a_birth_in_the_future_is_none() {
    let lines = [line("Date of birth 12.08.2034")];
    assert_eq!(fields_without_mrz(&lines, TODAY).birth_date, None);
    let lines = [line("Date of birth 12.08.34")];
    let birth = fields_without_mrz(&lines, TODAY).birth_date.unwrap();
    assert_eq!(birth.date, date!(1934 - 08 - 12));
}
