//! Dates as documents print them: `12.08.1974`, `12 AUG / AOÛT 74`, `1 de enero de 2030`.

use serde::Serialize;
use time::{Date, Month};

use super::PrintedLine;

/// Where a date's letters are read with less certainty, it is not sure.
const LEAST_SURE: f32 = 0.7;
/// A year of two digits is a year of these centuries.
const CENTURIES: [i32; 2] = [1900, 2000];

/// A printed date. Personal data: its `Debug` shows none.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PrintedDate {
    pub date: Date,
    /// The year has two digits: the date may be one of the other century.
    pub short_year: bool,
    /// The line, by its place in the list.
    pub line: usize,
    /// Every letter was read with certainty and as what it stands for.
    pub sure: bool,
}

impl std::fmt::Debug for PrintedDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrintedDate")
            .field("line", &self.line)
            .field("sure", &self.sure)
            .finish_non_exhaustive()
    }
}

/// Months by the beginnings and names that are printed in English, Spanish, Italian, Portuguese, French, German, Catalan
/// and Dutch.
const MONTHS: [&str; 12] = [
    "JAN JANUARY JANUAR JANVIER JANV ENE ENERO GEN GENNAIO JANEIRO GENER JANUARI",
    "FEB FEBRUARY FEBRUAR FEV FEVR FEVRIER FEBRERO FEBBRAIO FEVEREIRO FEBRER FEBRUARI",
    "MAR MARCH MAERZ MARZ MRZ MARS MARZO MARCO MARC MAART MRT",
    "APR APRIL AVR AVRIL ABR ABRIL APRILE",
    "MAY MAI MAIO MAYO MAG MAGGIO MAIG MEI",
    "JUN JUNE JUNI JUIN JUNIO JUNHO GIU GIUGNO JUNY",
    "JUL JULY JULI JUIL JUILLET JULIO JULHO LUG LUGLIO JULIOL",
    "AUG AUGUST AOU AOUT AGO AGOSTO AGOST AUGUSTUS",
    "SEP SEPT SEPTEMBER SEPTEMBRE SEPTIEMBRE SET SETEMBRO SETTEMBRE SETEMBRE",
    "OCT OCTOBER OKT OKTOBER OCTOBRE OCTUBRE OTT OTTOBRE OUT OUTUBRO",
    "NOV NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO",
    "DEC DECEMBER DEZ DEZEMBER DECEMBRE DIC DICIEMBRE DICEMBRE DEZEMBRO DESEMBRE",
];

/// The printed form of a date that the zone says. A year of two digits may be of either century.
pub fn printed_date(wanted: Date, lines: &[PrintedLine]) -> Option<PrintedDate> {
    let mut found: Vec<PrintedDate> = (0..lines.len())
        .flat_map(|line| dates_in(lines, line))
        .filter(|printed| {
            printed.date == wanted
                || printed.short_year
                    && (printed.date.year() - wanted.year()) % 100 == 0
                    && (printed.date.month(), printed.date.day()) == (wanted.month(), wanted.day())
        })
        .map(|printed| PrintedDate {
            date: wanted,
            ..printed
        })
        .collect();
    found.sort_by_key(|printed| (!printed.sure, printed.short_year, printed.line));
    found.first().copied()
}

/// The dates of a line, from the left. Those of two-digit years are of the earliest century in which they exist.
pub(super) fn dates_in(lines: &[PrintedLine], line: usize) -> Vec<PrintedDate> {
    let Some(text) = lines.get(line) else {
        return Vec::new();
    };
    let tokens = tokens(text);
    let mut dates = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        match date_at(&tokens[start..]) {
            Some((parts, used)) => {
                let sure = tokens[start..start + used].iter().all(|t| t.sure);
                if let Some((date, short_year)) = parts.date() {
                    dates.push(PrintedDate {
                        date,
                        short_year,
                        line,
                        sure,
                    });
                }
                start += used;
            }
            None => start += 1,
        }
    }
    dates
}

/// Letters or digits between others.
#[derive(Debug, PartialEq)]
struct Token {
    what: What,
    sure: bool,
}

#[derive(Debug, PartialEq)]
enum What {
    Digits(Vec<u32>),
    /// 1 to 12.
    Month(u8),
    /// `de`, between the parts of a date.
    Of,
    /// What parts dates from each other.
    Other,
}

fn tokens(line: &PrintedLine) -> Vec<Token> {
    let letters: Vec<char> = line.text.chars().collect();
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < letters.len() {
        let end = (i..letters.len())
            .find(|&k| !letters[k].is_alphanumeric())
            .unwrap_or(letters.len());
        if end > i {
            let (what, exact) = what(&letters[i..end]);
            let sure = exact && line.least_sure(i..end) >= LEAST_SURE;
            tokens.push(Token { what, sure });
            i = end;
        } else {
            if !matches!(letters[i], ' ' | '.' | '/' | '-' | '·' | ',') {
                tokens.push(Token {
                    what: What::Other,
                    sure: true,
                });
            }
            i += 1;
        }
    }
    tokens
}

/// A word, and whether it is one as it stands: `0CT` is a month and `O4` are digits, but not surely.
fn what(word: &[char]) -> (What, bool) {
    if let Some(digits) = word
        .iter()
        .map(|c| c.to_digit(10))
        .collect::<Option<Vec<_>>>()
    {
        return (What::Digits(digits), true);
    }
    let plain: String = word.iter().filter_map(|c| letters::base(*c)).collect();
    if matches!(plain.as_str(), "DE" | "DEL" | "DI") {
        return (What::Of, true);
    }
    let lettered: String = plain
        .chars()
        .map(|c| match c {
            '0' => 'O',
            '1' => 'I',
            '5' => 'S',
            '6' => 'G',
            '8' => 'B',
            other => other,
        })
        .collect();
    let month = MONTHS
        .iter()
        .position(|names| names.split(' ').any(|name| name == lettered));
    if let Some(month) = month {
        return (What::Month(month as u8 + 1), lettered == plain);
    }
    let numbers = plain.chars().map(|c| match c {
        'O' | 'Q' | 'D' => Some(0),
        'I' | 'L' => Some(1),
        'Z' => Some(2),
        'S' => Some(5),
        'B' => Some(8),
        other => other.to_digit(10),
    });
    let has_digit = plain.chars().any(|c| c.is_ascii_digit());
    match numbers.collect::<Option<Vec<u32>>>() {
        Some(digits) if has_digit => (What::Digits(digits), false),
        _ => (What::Other, true),
    }
}

/// Day, month and the digits of the year.
struct Parts {
    day: u32,
    month: u32,
    year: u32,
    short_year: bool,
}

impl Parts {
    fn of(digits: &[u32]) -> Option<Parts> {
        let number = |digits: &[u32]| digits.iter().fold(0, |n, d| n * 10 + d);
        // The other order, year first, is of eight digits too: no document's year begins so.
        (matches!(digits.len(), 6 | 8)).then(|| Parts {
            day: number(&digits[..2]),
            month: number(&digits[2..4]),
            year: number(&digits[4..]),
            short_year: digits.len() == 6,
        })
    }

    fn date(&self) -> Option<(Date, bool)> {
        let month = Month::try_from(u8::try_from(self.month).ok()?).ok()?;
        let day = u8::try_from(self.day).ok()?;
        let year = i32::try_from(self.year).ok()?;
        if self.short_year {
            return CENTURIES
                .iter()
                .find_map(|century| Date::from_calendar_date(century + year, month, day).ok())
                .map(|date| (date, true));
        }
        let year = (1850..=2150).contains(&year) || year == 9999;
        year.then(|| Date::from_calendar_date(self.year as i32, month, day).ok())
            .flatten()
            .map(|date| (date, false))
    }
}

/// The date that the tokens begin with, and how many they are.
fn date_at(tokens: &[Token]) -> Option<(Parts, usize)> {
    let mut digits: Vec<u32> = Vec::new();
    let mut month = None;
    let mut best = None;
    for (used, token) in tokens.iter().enumerate() {
        match &token.what {
            What::Digits(more) => {
                // The day of one digit is written out: `1 de enero`, `1.1.2030`.
                if more.len() == 1 && digits.len() <= 2 {
                    digits.push(0);
                }
                digits.extend(more);
            }
            What::Month(number) if digits.len() == 2 && month.is_none() => {
                month = Some(*number);
                digits.extend([u32::from(number / 10), u32::from(number % 10)]);
            }
            // `JAN / JAN`: the same in another language.
            What::Month(number) if digits.len() == 4 && month == Some(*number) => {}
            What::Of if !digits.is_empty() => {}
            _ => break,
        }
        if digits.len() > 8 {
            break;
        }
        // What ends here may go on to four digits of the year.
        if matches!(token.what, What::Digits(_))
            && let Some(parts) = Parts::of(&digits)
            && parts.date().is_some()
        {
            best = Some((parts, used + 1));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use time::macros::date;

    use super::super::tests::line;
    use super::*;

    fn read(text: &str) -> Vec<Date> {
        dates_in(&[line(text)], 0).iter().map(|d| d.date).collect()
    }

    #[test]
    fn dates_as_documents_print_them() {
        let day = date!(1974 - 08 - 12);
        for text in [
            "12 08 1974",
            "12.08.1974",
            "12/08/1974",
            "12-08-1974",
            "12 AUG 1974",
            "12 AUG/AOÛT 1974",
            "12 AUG / AOU 74",
            "12 août 1974",
            "12 AGO 1974",
            "12 de agosto de 1974",
            "12. August 1974",
            "12.8.1974",
            "12081974",
            "12 081974",
            "1208 1974",
            "12/08/74",
            "120874",
            "Fecha de nacimiento 12 08 1974",
            "Geb. 12.08.1974 in X",
            "l2 AUG 1974",
            "12 08 I974",
        ] {
            assert_eq!(read(text), [day], "{text}");
        }
        for (text, day) in [
            ("01 ENE 2030", date!(2030 - 01 - 01)),
            ("1 janvier 1990", date!(1990 - 01 - 01)),
            ("01 JAN/JAN 90", date!(1990 - 01 - 01)),
            ("31 MÄRZ 1999", date!(1999 - 03 - 31)),
            ("04 0CT 1946", date!(1946 - 10 - 04)),
            ("29 FÉV 2000", date!(2000 - 02 - 29)),
            ("29/02/00", date!(2000 - 02 - 29)),
            ("01 01 9999", date!(9999 - 01 - 01)),
        ] {
            assert_eq!(read(text), [day], "{text}");
        }
        assert_eq!(read("12.08.1974 15.04.2034"), [day, date!(2034 - 04 - 15)]);
        assert_eq!(
            read("12 08 1974 - 15 04 2034"),
            [day, date!(2034 - 04 - 15)]
        );
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "31 02 1990",
            "12 13 1990",
            "99999999R",
            "D23145890",
            "MUÑOZ",
            "12 JAN / FEB 1990",
            "12 AUG",
            "1974",
            "00 01 1990",
            "12345678",
            "1974-08-12",
            "SOLO 12",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn the_zones_date_is_found_in_print() {
        let lines = [
            line("SPECIMEN"),
            line("12 AUG 74"),
            line("15.04.2034"),
            line("15 0CT 1950"),
        ];
        let found = printed_date(date!(2034 - 04 - 15), &lines).unwrap();
        assert_eq!((found.line, found.sure, found.short_year), (2, true, false));
        let found = printed_date(date!(1974 - 08 - 12), &lines).unwrap();
        assert_eq!((found.line, found.short_year), (1, true));
        assert!(!printed_date(date!(1950 - 10 - 15), &lines).unwrap().sure);
        assert!(printed_date(date!(1974 - 08 - 13), &lines).is_none());
        assert!(!format!("{found:?}").contains("1974"));
    }
}
