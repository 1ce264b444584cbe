//! Fields of a front that has no zone: only what stands beside or below its label, or cannot be anything else.

use time::Date;

use super::dates::{self, PrintedDate};
use super::matching::Printed;
use super::{PrintedLine, glyphs};

/// A value stands below its label within so many heights of the label's line.
const BELOW_HEIGHTS: f32 = 4.0;
/// On the same row, it begins within so many heights after the label's end.
const BESIDE_HEIGHTS: f32 = 12.0;
/// Where a letter is read with less certainty, the value is not sure.
const LEAST_SURE: f32 = 0.7;

/// What the print of a front says. Each is left out where it has no label, or where two lines say two things.
#[derive(Clone, Default, PartialEq)]
pub struct FrontFields {
    pub surname: Option<Printed>,
    pub given_names: Option<Printed>,
    pub number: Option<Printed>,
    /// The person's number, where the document has one besides its own.
    pub personal_number: Option<Printed>,
    pub birth_date: Option<PrintedDate>,
    pub expiry_date: Option<PrintedDate>,
}

impl std::fmt::Debug for FrontFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrontFields")
            .field("surname", &self.surname.is_some())
            .field("given_names", &self.given_names.is_some())
            .field("number", &self.number.is_some())
            .field("personal_number", &self.personal_number.is_some())
            .field("birth_date", &self.birth_date.is_some())
            .field("expiry_date", &self.expiry_date.is_some())
            .finish()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Surname,
    GivenNames,
    Number,
    PersonalNumber,
    Birth,
    Expiry,
    /// A label of something else: what stands below it is no field of ours.
    Other,
}

/// Labels in base letters, the longer before those that they contain. `NAME` alone is the surname or the given name, by country.
const LABELS: &[(Field, &str)] = &[
    (
        Field::Other,
        "PLACE OF BIRTH|LUGAR DE NACIMIENTO|LUOGO DI NASCITA|LIEU DE NAISSANCE|GEBURTSORT|LOCAL DE NASCIMENTO",
    ),
    (
        Field::Other,
        "DATE OF ISSUE|EMISION|FECHA DE EXPEDICION|EMISSIONE|DATE DE DELIVRANCE|AUSSTELLUNGSDATUM|DATA DE EMISSAO|RILASCIO|EMISSAO",
    ),
    (
        Field::Other,
        "NATIONALITY|NACIONALIDAD|CITTADINANZA|NATIONALITE|STAATSANGEHORIGKEIT|NACIONALIDADE|SEXO|SEX|SESSO|SEXE|GESCHLECHT",
    ),
    (
        Field::Other,
        "GEBURTSNAME|NOM D USAGE|DOMICILIO|RESIDENZA|ALTURA|STATURA|TAILLE|FILIACAO|AUTHORITY|BEHORDE|AUTORIDADE|AUTORIDAD",
    ),
    (
        Field::Birth,
        "DATE OF BIRTH|FECHA DE NACIMIENTO|DATA DI NASCITA|DATA DE NASCIMENTO|DATE DE NAISSANCE|DATE DE NAISS|GEBURTSDATUM|GEBURTSTAG|NACIMIENTO|NE E LE|NEE LE|NATO IL|NATA IL",
    ),
    (
        Field::Expiry,
        "DATE OF EXPIRY|EXPIRY DATE|FECHA DE CADUCIDAD|DATA DI SCADENZA|DATA DE VALIDADE|DATE D EXPIRATION|GULTIG BIS|VALIDO HASTA|VALID UNTIL|VALIDEZ|SCADENZA|VALIDADE|EXPIRY|DATE OF EXP|DATE D EXPIR",
    ),
    (
        Field::PersonalNumber,
        "PERSONAL NO|PERSONAL NUMBER|PERSONAL NUM|DNI NUM|DNI|NIE|CODICE FISCALE|NUMERO PERSONAL",
    ),
    (
        Field::Number,
        "DOCUMENT NO|DOCUMENT NUMBER|DOCUMENT NUM|DOCUMENTO NUM|NUM SOPORT|NUM SOPORTE|IDESP|PASSPORT NO|PASAPORTE N|PASSAPORTO N|N DU DOCUMENT|N DU PASSEPORT|PASSEPORT N|N DOCUMENTO|CARD NO|CARTA NUMERO|AUSWEISNUMMER|CARTE N",
    ),
    (
        Field::GivenNames,
        "GIVEN NAMES|GIVEN NAME|FORENAMES|FIRST NAME|FIRST NAMES|NOMBRE|NOMBRES|NOME S PROPRIO S|NOME|PRENOMS|PRENOM S|PRENOM|VORNAMEN|VORNAME",
    ),
    (
        Field::Surname,
        "SURNAME S|SURNAME|SURNAMES|LAST NAME|APELLIDOS|APELLIDO|PRIMER APELLIDO|COGNOME|APELIDO S|APELIDOS|APELIDO|FAMILIENNAME|NACHNAME|COGNOMS|NOM",
    ),
];

/// Words that may follow or precede a label on its line and are no value.
const BESIDE_LABELS: &str =
    "NAME NAMES NOM NUM NO N NR NUMERO NUMBER OF DE DI DU LA AND Y E ET UND S";

/// Fields of a front by its labels; `today` settles the century of a birth date's year of two digits. A Spanish number with
/// the right letter needs no label.
pub fn fields_without_mrz(lines: &[PrintedLine], today: Date) -> FrontFields {
    let labels: Vec<Option<(Field, usize)>> = lines.iter().map(|line| label(&line.text)).collect();
    let text = |field: Field| one(values(lines, &labels, field));
    FrontFields {
        surname: text(Field::Surname),
        given_names: text(Field::GivenNames),
        number: text(Field::Number),
        personal_number: text(Field::PersonalNumber).or_else(|| one(spanish_numbers(lines))),
        birth_date: date(lines, &labels, Field::Birth).and_then(|d| past(d, today)),
        expiry_date: date(lines, &labels, Field::Expiry).and_then(|d| ahead(d, today)),
    }
}

/// The label that a line begins with, and the place of its first letter after it; several of one kind in several languages
/// are one. Labels are at the beginning: a name may be one of these words.
fn label(text: &str) -> Option<(Field, usize)> {
    let words = placed_words(text);
    let mut place = 0;
    let mut field = None;
    while place < words.len() {
        let rest = &words[place..];
        let found = LABELS.iter().find_map(|(field, names)| {
            let longest = names
                .split('|')
                .map(|name| name.split(' ').collect::<Vec<_>>())
                .filter(|name| {
                    name.len() <= rest.len() && name.iter().zip(rest).all(|(n, (w, _))| n == w)
                })
                .map(|name| name.len())
                .max()?;
            Some((*field, longest))
        });
        match found {
            Some((kind, length)) => {
                // `NOMBRE / NAME`, `NAME / SURNAME`: the more telling of the two languages.
                field = field.or(Some(kind));
                place += length;
            }
            None if BESIDE_LABELS.split(' ').any(|w| w == rest[0].0) => place += 1,
            None => break,
        }
    }
    let after = words.get(place).map_or(text.chars().count(), |w| w.1);
    field.map(|field| (field, after))
}

/// Words in base letters, with the places where they begin.
fn placed_words(text: &str) -> Vec<(String, usize)> {
    let mut words: Vec<(String, usize)> = Vec::new();
    let mut inside = false;
    for (i, letter) in text.chars().enumerate() {
        match letters::base(letter) {
            Some(base) => {
                match words.last_mut() {
                    Some((word, _)) if inside => word.push(base),
                    _ => words.push((base.to_string(), i)),
                }
                inside = true;
            }
            None => inside = false,
        }
    }
    words
}

/// What stands after a label of this field on its line, beside it, or below it.
fn values(lines: &[PrintedLine], labels: &[Option<(Field, usize)>], wanted: Field) -> Vec<Printed> {
    let mut values = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let Some((field, after)) = labels[i] else {
            continue;
        };
        if field != wanted {
            continue;
        }
        if let Some(value) = value_from(line, i, after, wanted) {
            values.push(value);
        } else if let Some(next) = place_of_value(lines, labels, i)
            && let Some(value) = value_from(&lines[next], next, 0, wanted)
        {
            values.push(gone_on(value, lines, labels, wanted));
        }
    }
    values
}

/// A name goes on in the line right below it, where that has no label: Spain's second surname, many given names.
fn gone_on(
    mut value: Printed,
    lines: &[PrintedLine],
    labels: &[Option<(Field, usize)>],
    field: Field,
) -> Printed {
    let names = matches!(field, Field::Surname | Field::GivenNames);
    let more = super::next_line(lines, value.line)
        .filter(|&i| names && labels[i].is_none())
        .and_then(|i| value_from(&lines[i], i, 0, field));
    if let Some(more) = more {
        value.value = format!("{} {}", value.value, more.value);
        value.sure &= more.sure;
    }
    value
}

/// The rest of a line from a letter on, if it can be such a field.
fn value_from(line: &PrintedLine, place: usize, from: usize, field: Field) -> Option<Printed> {
    let letters: Vec<char> = line.text.chars().collect();
    let count = letters.len();
    let end = letters.iter().rposition(|c| c.is_alphanumeric())? + 1;
    let start = (from..end).find(|&i| letters[i].is_alphanumeric())?;
    let value: String = letters[start..end.min(count)].iter().collect();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let fits = match field {
        Field::Surname | Field::GivenNames => {
            digits == 0 && value.chars().filter(|c| c.is_alphabetic()).count() > 1
        }
        _ => {
            let plain = value.chars().filter(|c| c.is_alphanumeric()).count();
            digits >= 4 && (6..=16).contains(&plain)
        }
    };
    (fits && !line.is_zone()).then(|| Printed {
        value,
        line: place,
        distance: 0,
        sure: line.least_sure(start..end) >= LEAST_SURE,
    })
}

/// The nearest line below a label that begins where it begins, or the one beside it; it has no label itself.
fn place_of_value(
    lines: &[PrintedLine],
    labels: &[Option<(Field, usize)>],
    label: usize,
) -> Option<usize> {
    let (at, height) = (&lines[label], lines[label].height());
    let others = || (0..lines.len()).filter(move |&i| i != label);
    let below = others()
        .filter(|&i| {
            let down = lines[i].middle()[1] - at.middle()[1];
            let aside = lines[i].corners[0][0] - at.corners[0][0];
            (0.5 * height..BELOW_HEIGHTS * height).contains(&down) && aside.abs() < 2.0 * height
        })
        .min_by(|&a, &b| lines[a].middle()[1].total_cmp(&lines[b].middle()[1]));
    let beside = || {
        others()
            .filter(|&i| {
                let down = (lines[i].middle()[1] - at.middle()[1]).abs();
                let after = lines[i].corners[0][0] - at.corners[1][0];
                down < 0.5 * height && (-0.5 * height..BESIDE_HEIGHTS * height).contains(&after)
            })
            .min_by(|&a, &b| lines[a].corners[0][0].total_cmp(&lines[b].corners[0][0]))
    };
    // A label below is of the next field: this one's value is elsewhere.
    below
        .filter(|&i| labels[i].is_none())
        .or_else(|| beside().filter(|&i| labels[i].is_none()))
}

/// One value, where all that were found are the same.
fn one(values: Vec<Printed>) -> Option<Printed> {
    let plain = |printed: &Printed| glyphs::words(&printed.value).concat();
    let first = values.first()?;
    let same = values.iter().all(|value| plain(value) == plain(first));
    same.then(|| first.clone())
}

fn date(
    lines: &[PrintedLine],
    labels: &[Option<(Field, usize)>],
    wanted: Field,
) -> Option<PrintedDate> {
    let mut found: Vec<PrintedDate> = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        if !matches!(label, Some((field, _)) if *field == wanted) {
            continue;
        }
        let here = dates::dates_in(lines, i);
        let dates = match place_of_value(lines, labels, i) {
            Some(next) if here.is_empty() => dates::dates_in(lines, next),
            _ => here,
        };
        // Two dates in one line belong to two labels.
        if let [date] = dates.as_slice() {
            found.push(*date);
        }
    }
    let first = *found.first()?;
    found.iter().all(|d| d.date == first.date).then_some(first)
}

/// A birth date is the latest that is not in the future.
fn past(printed: PrintedDate, today: Date) -> Option<PrintedDate> {
    let later = |date: Date| date.replace_year(date.year() + 100).ok();
    match later(printed.date) {
        Some(date) if printed.short_year && date <= today => Some(PrintedDate { date, ..printed }),
        _ => (printed.date <= today).then_some(printed),
    }
}

/// An expiry date of two digits is the latest within [`crate::mrz::EXPIRY_MAX_YEARS_AHEAD`].
fn ahead(printed: PrintedDate, today: Date) -> Option<PrintedDate> {
    let later = printed.date.replace_year(printed.date.year() + 100).ok();
    let latest = today.year() + crate::mrz::EXPIRY_MAX_YEARS_AHEAD;
    match later {
        Some(date) if printed.short_year && date.year() <= latest => {
            Some(PrintedDate { date, ..printed })
        }
        _ => Some(printed),
    }
}

/// Numbers of Spain's DNI and NIE with the right letter, each a word of its own.
fn spanish_numbers(lines: &[PrintedLine]) -> Vec<Printed> {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let right = |word: &str| -> Option<bool> {
        let (body, letter) = (word.get(..8)?, word.get(8..)?);
        let body = match body.chars().next()? {
            'X' => format!("0{}", &body[1..]),
            'Y' => format!("1{}", &body[1..]),
            'Z' => format!("2{}", &body[1..]),
            _ => body.to_owned(),
        };
        let chosen = LETTERS[body.parse::<usize>().ok()? % 23];
        Some(letter.as_bytes() == [chosen])
    };
    let mut found = Vec::new();
    for (line, printed) in lines.iter().enumerate() {
        if printed.is_zone() {
            continue;
        }
        for (word, start) in placed_words(&printed.text) {
            if right(&word) == Some(true) {
                found.push(Printed {
                    sure: printed.least_sure(start..start + word.len()) >= LEAST_SURE,
                    value: word,
                    line,
                    distance: 0,
                });
            }
        }
    }
    found
}
