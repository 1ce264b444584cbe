//! Which printed words are those that the zone says in its own letters: `MUÑOZ` for `MUNOZ`.

use serde::Serialize;

use super::{PrintedLine, glyphs};

/// Values shorter than this are not recognised where a letter differs: too many words would.
const LEAST_LETTERS_WITH_ERROR: usize = 5;
/// Where a letter is read with less certainty, the printed form is not sure.
const LEAST_SURE: f32 = 0.8;
/// Names go on in the lines below.
const MOST_LINES: usize = 3;

/// Printed words that are a value of the zone. Personal data: its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Printed {
    /// As printed; where a letter cannot be what is printed, the zone's.
    pub value: String,
    /// The line, or the first of them, by its place in the list.
    pub line: usize,
    /// Letters that cannot be what the zone says: 0 or 1.
    pub distance: usize,
    /// No letter differs, and each is read with certainty.
    pub sure: bool,
}

impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printed")
            .field("line", &self.line)
            .field("distance", &self.distance)
            .field("sure", &self.sure)
            .finish_non_exhaustive()
    }
}

/// What may differ between zone and print.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    /// A name whose end the zone has no place for.
    CutName,
    Number,
}

/// The printed form of a name of the zone, whose words are parted by spaces or fillers. One letter may differ in all, and
/// then it is not sure.
pub fn printed_form(mrz_value: &str, lines: &[PrintedLine]) -> Option<Printed> {
    find(mrz_value, lines, Kind::Name)
}

/// The same of a name that fills the zone to its end: the printed one may go on.
pub fn printed_form_of_cut_name(mrz_value: &str, lines: &[PrintedLine]) -> Option<Printed> {
    find(mrz_value, lines, Kind::CutName)
}

/// The printed form of a number, whatever parts its digits. One letter may be read as a digit that looks like it, or the
/// other way round, and then it is not sure.
pub fn printed_number(mrz_value: &str, lines: &[PrintedLine]) -> Option<Printed> {
    find(mrz_value, lines, Kind::Number)
}

fn find(mrz_value: &str, lines: &[PrintedLine], kind: Kind) -> Option<Printed> {
    let wanted: Vec<char> = mrz_value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    if wanted.len() < 2 {
        return None;
    }
    let mut best: Option<(Printed, f32)> = None;
    for first in 0..lines.len() {
        for text in joined(lines, first, kind) {
            let Some(found) = text.find(&wanted, kind, first) else {
                continue;
            };
            let height = lines[first].height();
            let better = best.as_ref().is_none_or(|(b, h)| {
                (found.distance, !found.sure, -height) < (b.distance, !b.sure, -h)
            });
            if better {
                best = Some((found, height));
            }
        }
    }
    best.map(|(found, _)| found)
}

/// Letters of one or more lines with their certainty; lines are parted by a space.
struct Text(Vec<(char, f32)>);

/// A line, and it with those below it that go on. A zone that was read as a line is no print.
fn joined(lines: &[PrintedLine], first: usize, kind: Kind) -> Vec<Text> {
    if lines[first].is_zone() {
        return Vec::new();
    }
    let most = if kind == Kind::Number { 1 } else { MOST_LINES };
    let mut text = letters_of(&lines[first]);
    let mut texts = vec![Text(text.clone())];
    let mut last = first;
    while texts.len() < most {
        let next = super::next_line(lines, last);
        let Some(next) = next else { break };
        text.push((' ', 1.0));
        text.extend(letters_of(&lines[next]));
        texts.push(Text(text.clone()));
        last = next;
    }
    texts
}

fn letters_of(line: &PrintedLine) -> Vec<(char, f32)> {
    let letters = line.text.chars().enumerate();
    letters
        .map(|(i, letter)| (letter, line.least_sure(i..i + 1)))
        .collect()
}

impl Text {
    /// The words that are the wanted letters, with the fewest differences.
    fn find(&self, wanted: &[char], kind: Kind, line: usize) -> Option<Printed> {
        let letter = |i: usize| self.0.get(i).is_some_and(|(c, _)| c.is_alphanumeric());
        let parts = |i: usize| match (kind, self.0[i].0) {
            (Kind::Number, c) => matches!(c, ' ' | '-' | '.' | '/' | '·'),
            (_, c) => matches!(c, ' ' | '-' | '.' | '\'' | '’' | '·' | ','),
        };
        let starts = (0..self.0.len()).filter(|&i| letter(i) && (i == 0 || !letter(i - 1)));
        let mut best: Option<Printed> = None;
        for start in starts {
            for end in start + 1..=self.0.len() {
                let last = end - 1;
                if !letter(last) && !parts(last) {
                    break;
                }
                if !letter(last) || letter(end) {
                    continue;
                }
                if kind == Kind::CutName && end < self.0.len() {
                    continue;
                }
                let Some(found) = agreement(&self.0[start..end], wanted, kind, line) else {
                    continue;
                };
                let better = best
                    .as_ref()
                    .is_none_or(|b| (found.distance, !found.sure) < (b.distance, !b.sure));
                if better {
                    best = Some(found);
                }
            }
        }
        best
    }
}

/// One way to read the first letters as the first wanted ones: how many differ, and how it came about.
#[derive(Clone, Copy)]
struct Step {
    cost: usize,
    /// Wanted letters that the last printed one stands for.
    taken: usize,
    /// It cannot be what they say.
    differs: bool,
}

/// Whether printed words are the wanted letters but for one, by the best of all ways to write them in a zone.
fn agreement(printed: &[(char, f32)], wanted: &[char], kind: Kind, line: usize) -> Option<Printed> {
    let cut = kind == Kind::CutName;
    let letters = printed.iter().filter(|(c, _)| c.is_alphanumeric()).count();
    if letters > wanted.len() && !cut || letters * 3 + 1 < wanted.len() {
        return None;
    }
    let mut rows: Vec<Vec<Option<Step>>> = vec![vec![None; wanted.len() + 1]];
    rows[0][0] = Some(Step {
        cost: 0,
        taken: 0,
        differs: false,
    });
    for &(letter, _) in printed {
        let before = &rows[rows.len() - 1];
        let mut row = vec![None; wanted.len() + 1];
        for (j, step) in before.iter().enumerate() {
            let Some(Step { cost, .. }) = *step else {
                continue;
            };
            let mut put = |taken: usize, differs: bool| {
                let cost = cost + usize::from(differs);
                let place: &mut Option<Step> = &mut row[j + taken];
                if cost <= 1 && place.is_none_or(|s| cost < s.cost) {
                    *place = Some(Step {
                        cost,
                        taken,
                        differs,
                    });
                }
            };
            let rest = &wanted[j..];
            if !letter.is_alphanumeric() || (cut && rest.is_empty()) {
                put(0, false);
                continue;
            }
            for form in forms(letter, kind) {
                if rest.starts_with(&form) {
                    put(form.len(), false);
                }
            }
            match (kind, rest.first()) {
                (Kind::Number, Some(&wanted)) if glyphs::look_alike(letter, wanted) => put(1, true),
                (Kind::Number, _) => {}
                (_, Some(_)) => {
                    put(1, true);
                    if glyphs::lost_marks(letter)
                        .iter()
                        .any(|form| rest.starts_with(form))
                    {
                        put(2, true);
                    }
                }
                (_, None) => {}
            }
        }
        rows.push(row);
    }
    let distance = rows.last()?[wanted.len()]?.cost;
    if distance > 0 && kind != Kind::Number && wanted.len() < LEAST_LETTERS_WITH_ERROR {
        return None;
    }
    let (value, sure) = written(printed, wanted, &rows);
    Some(Printed {
        value,
        line,
        distance,
        sure: distance == 0 && sure,
    })
}

/// The printed letters, and the wanted ones where they cannot be those; and whether each was read with certainty.
fn written(printed: &[(char, f32)], wanted: &[char], rows: &[Vec<Option<Step>>]) -> (String, bool) {
    let (mut place, mut sure) = (wanted.len(), true);
    let mut value = Vec::new();
    for (i, &(letter, certainty)) in printed.iter().enumerate().rev() {
        let Some(step) = rows[i + 1][place] else {
            continue;
        };
        place -= step.taken;
        sure &= certainty >= LEAST_SURE;
        if step.differs {
            value.extend(wanted[place..place + step.taken].iter().rev());
        } else {
            value.push(letter);
        }
    }
    (value.iter().rev().collect(), sure)
}

fn forms(letter: char, kind: Kind) -> Vec<Vec<char>> {
    match kind {
        Kind::Number => vec![vec![letter.to_ascii_uppercase()]],
        _ => letters::zone_forms(letter)
            .iter()
            .map(|form| form.chars().collect())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::{line, line_at};
    use super::*;

    fn form(mrz: &str, printed: &str) -> Option<(String, usize)> {
        printed_form(mrz, &[line(printed)]).map(|p| (p.value, p.distance))
    }

    #[test]
    fn printed_forms_of_what_zones_say() {
        for (mrz, printed) in [
            ("MUNOZ", "MUÑOZ"),
            ("MUELLER", "MÜLLER"),
            ("MULLER", "MÜLLER"),
            ("MUXXLLER", "MÜLLER"),
            ("JUERGEN WEISS", "Jürgen Weiß"),
            ("GARCIA<MARQUEZ", "GARCÍA MÁRQUEZ"),
            ("PEREZ AVILA", "PÉREZ-ÁVILA"),
            ("OCONNOR", "O'CONNOR"),
            ("O CONNOR", "O’CONNOR"),
            ("OESTERGAARD", "ØSTERGÅRD"),
            ("AAKERSTROEM", "ÅKERSTRÖM"),
            ("AKERSTROM", "ÅKERSTRÖM"),
            ("LUKASZEWICZ", "ŁUKASZEWICZ"),
            ("SOERENSEN", "SØRENSEN"),
            ("THOR", "ÞÓR"),
            ("ANA", "ANA"),
            ("CASTANO<LOPEZ", "CASTAÑO LÓPEZ"),
        ] {
            assert_eq!(form(mrz, printed), Some((printed.to_owned(), 0)), "{mrz}");
        }
    }

    #[test]
    fn words_are_found_beside_labels_and_others_are_not() {
        assert_eq!(
            form("DUPONT", "NOM: DUPONT"),
            Some(("DUPONT".to_owned(), 0))
        );
        assert_eq!(
            form("MUNOZ", "Apellidos/MUÑOZ"),
            Some(("MUÑOZ".to_owned(), 0))
        );
        for (mrz, printed) in [
            ("MUNOZ", "MUÑOZA LOPEZ"),
            ("ANA", "DIANA"),
            ("ANA", "ANNA"),
            ("ANA", "AND"),
            ("GARCIA MARQUEZ", "GARCÍA"),
            ("MUNOZ", "NUÑEZ"),
            ("MUELLER", "MOLLER"),
            ("ERIKSSON", "P<UTOERIKSSON<<ANNA<MARIA<<<<"),
            ("", "MUÑOZ"),
            ("MUNOZ", ""),
        ] {
            assert_eq!(form(mrz, printed), None, "{mrz} {printed}");
        }
    }

    #[test]
    fn one_wrong_letter_is_the_zones_and_not_sure() {
        for (printed, meant) in [("MUÑ0Z", "MUÑOZ"), ("HUÑOZ", "MUÑOZ")] {
            let found = printed_form("MUNOZ", &[line(printed)]).unwrap();
            assert_eq!(
                (found.value.as_str(), found.distance, found.sure),
                (meant, 1, false)
            );
        }
        assert!(printed_form("MUNOZ", &[line("MUÑOZ")]).unwrap().sure);
        // Marks that were overlooked.
        for (zone, printed) in [
            ("SOEREN", "SOREN"),
            ("WEISS", "WEIB"),
            ("MUELLER", "MULLER"),
        ] {
            let found = printed_form(zone, &[line(printed)]).unwrap();
            assert_eq!(
                (found.value.as_str(), found.distance, found.sure),
                (zone, 1, false)
            );
        }
    }

    #[test]
    fn a_doubtful_letter_makes_the_form_unsure() {
        let doubtful =
            PrintedLine::new("MUÑOZ".into(), vec![1.0, 1.0, 0.5, 1.0, 1.0], [[0.0; 2]; 4]);
        let found = printed_form("MUNOZ", &[doubtful]).unwrap();
        assert_eq!((found.distance, found.sure), (0, false));
    }

    #[test]
    fn a_name_goes_on_in_the_line_below_it() {
        let lines = [
            line_at("GARCÍA", 100.0, 50.0),
            line_at("ESPAÑA", 400.0, 70.0),
            line_at("MÁRQUEZ", 104.0, 80.0),
            line_at("LUCÍA", 102.0, 200.0),
        ];
        let found = printed_form("GARCIA MARQUEZ", &lines).unwrap();
        assert_eq!(
            (found.value.as_str(), found.line, found.sure),
            ("GARCÍA MÁRQUEZ", 0, true)
        );
        assert!(
            printed_form("MARQUEZ LUCIA", &lines).is_none(),
            "too far below"
        );
        assert!(printed_form("GARCIA ESPANA", &lines).is_none(), "elsewhere");
    }

    #[test]
    fn a_cut_name_goes_on_in_print() {
        let lines = [line("MARÍA DEL CARMEN")];
        let found = printed_form_of_cut_name("MARIA DEL CAR", &lines).unwrap();
        assert_eq!(
            (found.value.as_str(), found.distance),
            ("MARÍA DEL CARMEN", 0)
        );
        assert!(printed_form("MARIA DEL CAR", &lines).is_none());
        assert!(printed_form_of_cut_name("MARTA DEL PIL", &lines).is_none());
    }

    #[test]
    fn numbers_are_found_whatever_parts_them() {
        let number = |mrz: &str, printed: &str| {
            printed_number(mrz, &[line(printed)]).map(|p| (p.value, p.distance))
        };
        assert_eq!(
            number("12345678Z", "DNI 12.345.678-Z"),
            Some(("12.345.678-Z".into(), 0))
        );
        assert_eq!(
            number("D23145890", "D23145890"),
            Some(("D23145890".into(), 0))
        );
        assert_eq!(
            number("D23145890", "D2314589O"),
            Some(("D23145890".into(), 1))
        );
        assert_eq!(number("D23145890", "D23145891"), None);
        assert_eq!(number("D23145890", "D2314589"), None);
        assert_eq!(number("D23145890", "XD23145890"), None);
    }

    #[test]
    fn the_surer_and_the_larger_print_is_taken() {
        let mut small = line_at("MUNOZ", 0.0, 300.0);
        small.corners[3][1] -= 15.0;
        let found = printed_form("MUNOZ", &[small, line_at("MUÑOZ", 0.0, 0.0), line("MUNO2")]);
        assert_eq!(found.unwrap().value, "MUÑOZ");
    }

    #[test]
    fn debug_shows_no_name() {
        let found = printed_form("MUNOZ", &[line("MUÑOZ")]).unwrap();
        assert!(!format!("{found:?}").contains("MU"));
    }
}
