//! One person's name in two spellings, and names of two persons.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use evidence::NameDifferenceKind::{self, *};
use evidence::{NameComparison, PersonName, compare_names, split_surnames};
use proptest::prelude::*;

fn name(given: &str, surname_1: &str, surname_2: &str) -> PersonName {
    PersonName {
        given_name: given.to_owned(),
        surname_1: surname_1.to_owned(),
        surname_2: surname_2.to_owned(),
        may_be_cut: false,
    }
}

fn kinds(comparison: &NameComparison) -> Vec<NameDifferenceKind> {
    comparison.differences.iter().map(|d| d.kind).collect()
}

#[test]
fn spellings_of_one_name() {
    let cases: &[(&str, &str, &[NameDifferenceKind])] = &[
        ("JOSE", "JOSE", &[]),
        ("José", "JOSÉ", &[Case]),
        ("JOSE", "JOSÉ", &[Diacritics]),
        ("José", "JOSE", &[Case, Diacritics]),
        ("JOERG", "JÖRG", &[Transliteration]),
        ("JORG", "JÖRG", &[Diacritics]),
        ("SOEREN", "SØREN", &[Transliteration]),
        ("AASE", "ÅSE", &[Transliteration]),
        ("Jean-Pierre", "Jean Pierre", &[Separators]),
        ("JEANPIERRE", "JEAN-PIERRE", &[Separators]),
        ("MARIA ANNA", "ANNA MARIA", &[Order]),
        ("ANNA", "ANNA MARIA", &[GivenNameMissing]),
        (
            "Anna Maria Elisabeth",
            "ANNA ELISABETH",
            &[GivenNameMissing, Case],
        ),
    ];
    for (requested, document, differences) in cases {
        let found = compare_names(&name(requested, "ROSSI", ""), &name(document, "ROSSI", ""));
        assert!(found.same, "{requested} {document} {found:?}");
        assert_eq!(&kinds(&found), differences, "{requested} {document}");
    }
}

#[test]
fn spellings_of_one_surname() {
    let cases: &[([&str; 2], [&str; 2], &[NameDifferenceKind])] = &[
        (["MUÑOZ", "GARCÍA"], ["MUNOZ", "GARCIA"], &[Diacritics]),
        (
            ["GARCIA", "MARQUEZ"],
            ["GARCIA", ""],
            &[SecondSurnameMissing],
        ),
        (
            ["GARCIA", ""],
            ["GARCIA", "MARQUEZ"],
            &[SecondSurnameMissing],
        ),
        (
            ["García", ""],
            ["GARCIA MARQUEZ", ""],
            &[SecondSurnameMissing, Case],
        ),
        (
            ["GARCIA MARQUEZ", ""],
            ["GARCIA", "MARQUEZ"],
            &[SurnamesDivided],
        ),
        (
            ["DE LA FUENTE", ""],
            ["DE LA FUENTE", "RUIZ"],
            &[SecondSurnameMissing],
        ),
        (["O'CONNOR", ""], ["OCONNOR", ""], &[Separators]),
        (["WEISS", ""], ["WEIß", ""], &[Transliteration]),
        (["GROSS", ""], ["Groß", ""], &[Case, Transliteration]),
        (["MUELLER", ""], ["MÜLLER", ""], &[Transliteration]),
    ];
    for (requested, document, differences) in cases {
        let found = compare_names(
            &name("ANA", requested[0], requested[1]),
            &name("ANA", document[0], document[1]),
        );
        assert!(found.same, "{requested:?} {document:?} {found:?}");
        assert_eq!(&kinds(&found), differences, "{requested:?} {document:?}");
    }
}

#[test]
fn other_names_are_different() {
    for (requested, document) in [
        (name("ANA", "ROSSI", ""), name("ANNA", "ROSSI", "")),
        (name("ANA", "ROSSI", ""), name("EVA", "ROSSI", "")),
        (name("MARIA", "ROSSI", ""), name("JOSE MARIA", "ROSSI", "")),
        (
            name("ANA", "GARCIA", "MARQUEZ"),
            name("ANA", "MARQUEZ", "GARCIA"),
        ),
        (
            name("ANA", "GARCIA", "LOPEZ"),
            name("ANA", "GARCIA", "MARQUEZ"),
        ),
        (name("ANA", "DE", ""), name("ANA", "DE LA FUENTE", "")),
        (name("ANA", "MUÑOZ", ""), name("ANA", "MUÑIZ", "")),
        (name("ANA", "FERNANDEZ", ""), name("ANA", "FERNAN", "")),
    ] {
        let found = compare_names(&requested, &document);
        assert!(!found.same, "{found:?}");
        assert_eq!(kinds(&found), [Different]);
    }
}

#[test]
fn nothing_is_no_name() {
    for (requested, document) in [
        (name("", "", ""), name("", "", "")),
        (name("ANA", "ROSSI", ""), name("", "ROSSI", "")),
        (name("ANA", "", ""), name("ANA", "ROSSI", "")),
        (name("ANA", " -", ""), name("ANA", "ROSSI", "")),
    ] {
        let found = compare_names(&requested, &document);
        assert!(!found.same && kinds(&found).contains(&Missing), "{found:?}");
    }
}

#[test]
fn a_zone_without_place_says_the_beginning() {
    let cut = |given: &str, surname: &str| PersonName {
        may_be_cut: true,
        ..name(given, surname, "")
    };
    let requested = name("MARÍA DEL CARMEN", "FERNÁNDEZ", "IBÁÑEZ");
    for document in [
        cut("MARIA DEL CAR", "FERNANDEZ IBANEZ"),
        cut("M", "FERNANDEZ IBAN"),
    ] {
        let found = compare_names(&requested, &document);
        assert!(found.same && kinds(&found).contains(&Cut), "{found:?}");
    }
    assert!(!compare_names(&requested, &cut("MARTA", "FERNANDEZ IBANEZ")).same);
    assert!(!compare_names(&requested, &cut("MARIA DEL CARMEN PILAR", "FERRER")).same);
    // Only the zone is cut, and only where it is full.
    assert!(!compare_names(&cut("M", "FERNANDEZ IBANEZ"), &requested).same);
    assert!(!compare_names(&requested, &name("MAR", "FERNANDEZ IBANEZ", "")).same);
}

#[test]
fn spain_has_two_surnames() {
    for (zone, first, second) in [
        ("GARCIA<MARQUEZ", "GARCIA", Some("MARQUEZ")),
        ("GARCIA MARQUEZ", "GARCIA", Some("MARQUEZ")),
        ("DE<LA<FUENTE<GARCIA", "DE LA FUENTE", Some("GARCIA")),
        ("GARCIA DE LA FUENTE", "GARCIA", Some("DE LA FUENTE")),
        ("ORTEGA Y GASSET", "ORTEGA", Some("Y GASSET")),
        ("DEL RIO", "DEL RIO", None),
        ("GARCIA", "GARCIA", None),
        ("GARCIA LORCA MARTIN", "GARCIA", Some("LORCA MARTIN")),
        ("SAN MARTIN RUIZ", "SAN MARTIN", Some("RUIZ")),
        ("", "", None),
        ("DE LA", "DE LA", None),
    ] {
        let found = split_surnames("ESP", zone);
        assert_eq!(
            found,
            (first.to_owned(), second.map(str::to_owned)),
            "{zone}"
        );
    }
    assert_eq!(
        split_surnames("FRA", "DUPONT<MARTIN"),
        ("DUPONT MARTIN".to_owned(), None)
    );
}

fn plain_name() -> impl Strategy<Value = String> {
    "[A-Z][a-zñçáéíóúüß]{1,9}( [A-Z][a-zéíóä]{1,9})?"
}

proptest! {
    #[test]
    fn a_name_is_itself_in_capitals_and_with_hyphens(given in plain_name(), surname in plain_name()) {
        let own = name(&given, &surname, "");
        prop_assert_eq!(kinds(&compare_names(&own, &own)), []);
        let capitals = name(&given.to_uppercase(), &surname.to_uppercase().replace(' ', "-"), "");
        let found = compare_names(&own, &capitals);
        prop_assert!(found.same, "{:?}", found);
        prop_assert!(kinds(&found).contains(&Case));
    }

    #[test]
    fn it_does_not_matter_which_is_which(a in plain_name(), b in plain_name(), c in plain_name()) {
        let (x, y) = (name(&a, &b, ""), name(&a, &c, &b));
        prop_assert_eq!(compare_names(&x, &y).same, compare_names(&y, &x).same);
    }

    #[test]
    fn another_letter_in_front_is_another_name(given in "[B-Z][a-z]{2,8}", surname in plain_name()) {
        let other = format!("A{given}");
        let found = compare_names(&name(&given, &surname, ""), &name(&other, &surname, ""));
        prop_assert_eq!(kinds(&found), [Different]);
    }

    #[test]
    fn any_text_is_compared(a in ".{0,40}", b in ".{0,40}", cut in any::<bool>()) {
        let document = PersonName { may_be_cut: cut, ..name(&b, &a, &b) };
        let found = compare_names(&name(&a, &b, ""), &document);
        prop_assert_eq!(found.same, kinds(&found).iter().all(|k| !matches!(k, Different | Missing)));
        split_surnames("ESP", &a);
    }
}
