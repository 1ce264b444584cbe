//! What the lines of a machine-readable zone say (ICAO 9303 parts 3 to 7, and France's former card), and which of it holds.
//! Nothing is repaired.

use std::collections::BTreeMap;

use serde::Serialize;
use time::{Date, Month};

use super::{check, country};

/// An expiry date further ahead than this many years belongs to the century before.
pub const EXPIRY_MAX_YEARS_AHEAD: i32 = 50;

/// The only types with a digit: permanent residents' cards of the United States.
pub(crate) const NUMBERED_TYPES: [&str; 2] = ["C1", "C2"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum MrzKind {
    #[serde(rename = "TD1")]
    Td1,
    #[serde(rename = "TD2")]
    Td2,
    /// France's cards of 1988 to 2021: lines and size of TD2, fields in places of their own, no expiry date, no nationality.
    #[serde(rename = "TD2")]
    IdFra,
    #[serde(rename = "TD3")]
    Td3,
    /// Visas of the size of a passport's page.
    #[serde(rename = "MRVA")]
    MrvA,
    #[serde(rename = "MRVB")]
    MrvB,
}

/// One field: `valid` is decided by a check digit, or by content that cannot be; `None` where nothing decides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MrzField {
    pub value: String,
    pub valid: Option<bool>,
}

/// Values are personal data: only whether they hold is shown.
impl std::fmt::Debug for MrzField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MrzField")
            .field("valid", &self.valid)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MrzText {
    pub kind: MrzKind,
    pub lines: Vec<String>,
    /// By name: `type`, `country`, `number`, `birth_date`, `sex`, `expiry_date` and `nationality` (not on France's former card),
    /// `surname`, `given_names`, `optional`, `optional_2` (TD1), `composite` (not on visas). Dates are ISO where they exist, else
    /// as printed.
    pub fields: BTreeMap<&'static str, MrzField>,
    /// The names fill their place to its end: letters may be missing.
    pub names_truncated: bool,
    /// Every digit agrees, and alphabets, countries and dates are right.
    pub all_valid: bool,
}

impl std::fmt::Debug for MrzText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MrzText")
            .field("kind", &self.kind)
            .field("fields", &self.fields)
            .field("all_valid", &self.all_valid)
            .finish_non_exhaustive()
    }
}

/// A place in the zone: line, first and one past the last character.
pub type Span = (usize, usize, usize);

/// Where a kind keeps its fields. The check digit of number, dates and TD3's optional field follows the field.
pub(crate) struct Layout {
    pub letters: usize,
    /// Surname and given names, or the surname alone where the given names have a place of their own.
    pub names: Span,
    pub given: Option<Span>,
    pub number: Span,
    pub birth: Span,
    pub sex: Span,
    pub expiry: Option<Span>,
    pub nationality: Option<Span>,
    pub optional: Span,
    pub optional_2: Option<Span>,
    pub optional_digit: bool,
    /// What the composite digit covers; empty on visas. It is the last character of the second line.
    pub composite: &'static [Span],
}

const TD1: Layout = Layout {
    letters: 30,
    names: (2, 0, 30),
    given: None,
    number: (0, 5, 14),
    birth: (1, 0, 6),
    sex: (1, 7, 8),
    expiry: Some((1, 8, 14)),
    nationality: Some((1, 15, 18)),
    optional: (0, 15, 30),
    optional_2: Some((1, 18, 29)),
    optional_digit: false,
    composite: &[(0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)],
};
const TD2: Layout = Layout {
    letters: 36,
    names: (0, 5, 36),
    given: None,
    number: (1, 0, 9),
    birth: (1, 13, 19),
    sex: (1, 20, 21),
    expiry: Some((1, 21, 27)),
    nationality: Some((1, 10, 13)),
    optional: (1, 28, 35),
    optional_2: None,
    optional_digit: false,
    composite: &[(1, 0, 10), (1, 13, 20), (1, 21, 35)],
};
/// The last six letters of the first line, kept as optional data, tell the department and the office that issued the card.
const ID_FRA: Layout = Layout {
    letters: 36,
    names: (0, 5, 30),
    given: Some((1, 13, 27)),
    number: (1, 0, 12),
    birth: (1, 27, 33),
    sex: (1, 34, 35),
    expiry: None,
    nationality: None,
    optional: (0, 30, 36),
    optional_2: None,
    optional_digit: false,
    composite: &[(0, 0, 36), (1, 0, 35)],
};
const TD3: Layout = Layout {
    letters: 44,
    names: (0, 5, 44),
    optional: (1, 28, 42),
    optional_digit: true,
    composite: &[(1, 0, 10), (1, 13, 20), (1, 21, 43)],
    ..TD2
};
const MRV_A: Layout = Layout {
    letters: 44,
    names: (0, 5, 44),
    optional: (1, 28, 44),
    composite: &[],
    ..TD2
};
const MRV_B: Layout = Layout {
    optional: (1, 28, 36),
    composite: &[],
    ..TD2
};

impl MrzKind {
    pub(crate) fn layout(self) -> &'static Layout {
        match self {
            MrzKind::Td1 => &TD1,
            MrzKind::Td2 => &TD2,
            MrzKind::IdFra => &ID_FRA,
            MrzKind::Td3 => &TD3,
            MrzKind::MrvA => &MRV_A,
            MrzKind::MrvB => &MRV_B,
        }
    }

    /// The kind of zone that such lines are: by their number and length; visas begin with V, France's former card is the only
    /// one of France's of its length.
    pub fn of<S: AsRef<str>>(lines: &[S]) -> Option<MrzKind> {
        let lengths: Vec<usize> = lines.iter().map(|l| l.as_ref().chars().count()).collect();
        let first = lines.first()?.as_ref();
        let visa = first.starts_with('V');
        match (lengths.as_slice(), visa) {
            ([30, 30, 30], _) => Some(MrzKind::Td1),
            ([36, 36], false) if first.starts_with("IDFRA") => Some(MrzKind::IdFra),
            ([36, 36], false) => Some(MrzKind::Td2),
            ([44, 44], false) => Some(MrzKind::Td3),
            ([44, 44], true) => Some(MrzKind::MrvA),
            ([36, 36], true) => Some(MrzKind::MrvB),
            _ => None,
        }
    }
}

/// Reads lines of the right number and length, in capitals, digits and `<`; anything else is no zone. `today` settles centuries:
/// nobody is born in the future, and no document expires more than [`EXPIRY_MAX_YEARS_AHEAD`] years ahead.
pub fn parse<S: AsRef<str>>(lines: &[S], today: Date) -> Option<MrzText> {
    if lines
        .iter()
        .any(|l| l.as_ref().chars().any(|c| check::value(c).is_none()))
    {
        return None;
    }
    let kind = MrzKind::of(lines)?;
    let lines: Vec<String> = lines.iter().map(|l| l.as_ref().to_owned()).collect();
    let layout = kind.layout();
    let at = |(row, from, to): Span| {
        lines
            .get(row)
            .and_then(|l| l.get(from..to))
            .unwrap_or_default()
    };
    let after = |(row, _, to): Span| {
        lines
            .get(row)
            .and_then(|l| l[to..].chars().next())
            .unwrap_or('<')
    };
    let composite = layout.composite.iter().map(|s| at(*s)).collect::<String>();
    let composite = (!composite.is_empty())
        .then(|| check::agrees(&composite, lines[1].chars().last().unwrap_or('<')));

    let mut fields = BTreeMap::new();
    let mut put = |name: &'static str, value: String, valid: Option<bool>| {
        fields.insert(name, MrzField { value, valid })
    };

    let code = at((0, 0, 2));
    put(
        "type",
        trimmed(code),
        (!code.starts_with(|c: char| c.is_ascii_uppercase())
            || (code.ends_with(|c: char| c.is_ascii_digit()) && !NUMBERED_TYPES.contains(&code)))
        .then_some(false),
    );
    let undecided_unless_wrong = |right: bool| (!right).then_some(false);
    let states = [
        ("country", Some((0, 2, 5))),
        ("nationality", layout.nationality),
    ];
    for (name, span) in states {
        let Some(span) = span else { continue };
        let code = trimmed(at(span));
        let right = country::exists(&code);
        put(name, code, undecided_unless_wrong(right));
    }
    let sex = at(layout.sex);
    put(
        "sex",
        trimmed(sex),
        undecided_unless_wrong(matches!(sex, "M" | "F" | "X" | "<")),
    );

    let (number, number_valid, optional) = document_number(
        at(layout.number),
        after(layout.number),
        at(layout.optional),
        kind,
        at((0, 2, 5)),
    );
    put("number", number, Some(number_valid));
    let optional_valid = match (layout.optional_digit, optional.is_empty()) {
        // An empty field may have a filler in the place of its digit.
        (true, empty) => Some(
            check::agrees(at(layout.optional), after(layout.optional))
                || (empty && after(layout.optional) == '<'),
        ),
        (false, _) => composite,
    };
    put("optional", optional, optional_valid);
    if let Some(span) = layout.optional_2 {
        put("optional_2", trimmed(at(span)), composite);
    }
    let dates = [
        (
            "birth_date",
            Some(layout.birth),
            born as fn(u8, Date) -> [i32; 2],
        ),
        ("expiry_date", layout.expiry, expires),
    ];
    for (name, span, century) in dates {
        let Some(span) = span else { continue };
        let birth = name == "birth_date";
        let (mut value, valid) = date(at(span), after(span), century, birth, today);
        // Spain's cards of people over 70 end on 1 January 9999.
        if !birth && at((0, 2, 5)) == "ESP" && matches!(at(span), "990101" | "991231") {
            value.replace_range(..2, "99");
        }
        put(name, value, valid);
    }
    let names = at(layout.names);
    let mut names_truncated = !names.ends_with('<');
    match layout.given.map(at) {
        None => {
            let (surname, given, right) = split_names(names);
            put("surname", surname, undecided_unless_wrong(right));
            put("given_names", given, undecided_unless_wrong(right));
        }
        Some(given) => {
            names_truncated |= !given.ends_with('<');
            for (name, text) in [("surname", names), ("given_names", given)] {
                let (value, right) = one_name(text);
                put(name, value, undecided_unless_wrong(right));
            }
        }
    }
    if let Some(agrees) = composite {
        put(
            "composite",
            lines[1]
                .chars()
                .last()
                .map(String::from)
                .unwrap_or_default(),
            Some(agrees),
        );
    }
    let dates_known = ["birth_date", "expiry_date"]
        .iter()
        .filter_map(|name| fields.get(name))
        .all(|date| date.valid == Some(true));
    let all_valid = dates_known && fields.values().all(|f| f.valid != Some(false));
    Some(MrzText {
        kind,
        lines,
        fields,
        names_truncated,
        all_valid,
    })
}

fn trimmed(text: &str) -> String {
    text.trim_end_matches('<').to_owned()
}

/// Number, whether its digit agrees, and what is left of the optional field. A number too long for its place (TD1, TD2) has a
/// filler where its digit would be, and goes on in the optional field, its digit last before a filler. On Portugal's cards the
/// digit covers that filler, too.
fn document_number(
    number: &str,
    digit: char,
    optional: &str,
    kind: MrzKind,
    state: &str,
) -> (String, bool, String) {
    let alphabet = |n: &str| !n.is_empty() && !n.starts_with('<');
    if digit == '<'
        && matches!(kind, MrzKind::Td1 | MrzKind::Td2)
        && !optional.starts_with('<')
        && !number.contains('<')
    {
        let (rest, after) = optional.split_once('<').unwrap_or((optional, ""));
        if let Some((last, found)) = rest.char_indices().last() {
            let long = format!("{number}{}", &rest[..last]);
            let covered = match state {
                "PRT" => format!("{number}<{}", &rest[..last]),
                _ => long.clone(),
            };
            let valid = alphabet(&long) && last > 0 && check::agrees(&covered, found);
            return (long, valid, trimmed(after));
        }
    }
    let value = trimmed(number);
    let valid = alphabet(&value) && check::agrees(number, digit);
    (value, valid, trimmed(optional))
}

/// Centuries to try for a birth, the likelier first: the date itself settles it, see [`date`].
fn born(_: u8, today: Date) -> [i32; 2] {
    let century = today.year() / 100 * 100;
    [century, century - 100]
}

fn expires(year: u8, today: Date) -> [i32; 2] {
    let century = (today.year() + EXPIRY_MAX_YEARS_AHEAD) / 100 * 100;
    if century + i32::from(year) <= today.year() + EXPIRY_MAX_YEARS_AHEAD {
        [century, century]
    } else {
        [century - 100, century - 100]
    }
}

/// A date as ISO, and whether it holds: `None` where parts of it are unknown (fillers) though the digit agrees.
fn date(
    text: &str,
    digit: char,
    century: fn(u8, Date) -> [i32; 2],
    past: bool,
    today: Date,
) -> (String, Option<bool>) {
    let agrees = check::agrees(text, digit);
    let pair = |i: usize| {
        text.get(i..i + 2)
            .filter(|p| p.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|p| p.parse::<u8>().ok())
    };
    let (Some(year), Some(month), Some(day)) = (pair(0), pair(2), pair(4)) else {
        let pairs_of_fillers = [0, 2, 4]
            .iter()
            .all(|i| pair(*i).is_some() || text.get(*i..i + 2) == Some("<<"));
        return (
            text.to_owned(),
            if agrees && pairs_of_fillers {
                None
            } else {
                Some(false)
            },
        );
    };
    let found = century(year, today).into_iter().find_map(|c| {
        let date = Date::from_calendar_date(c + i32::from(year), Month::try_from(month).ok()?, day)
            .ok()?;
        (!past || date <= today).then_some(date)
    });
    match found {
        Some(d) => (
            format!("{:04}-{:02}-{:02}", d.year(), u8::from(d.month()), d.day()),
            Some(agrees),
        ),
        None => (text.to_owned(), Some(false)),
    }
}

/// Surname, given names, and whether the field is well formed: letters only, one double filler between them, then fillers.
fn split_names(names: &str) -> (String, String, bool) {
    let text = names.trim_end_matches('<');
    let (surname, given) = text.split_once("<<").unwrap_or((text, ""));
    let right = !text.is_empty()
        && !text.starts_with('<')
        && !given.starts_with('<')
        && !given.contains("<<")
        && text.chars().all(|c| c == '<' || c.is_ascii_uppercase());
    (
        surname.replace('<', " "),
        given.replace('<', " ").trim().to_owned(),
        right,
    )
}

/// A name that stands alone in its place, and whether it is well formed: words of letters, with one filler or two between them.
fn one_name(text: &str) -> (String, bool) {
    let words: Vec<&str> = text.split('<').filter(|word| !word.is_empty()).collect();
    let right = !words.is_empty()
        && !text.starts_with('<')
        && !text.trim_end_matches('<').contains("<<<")
        && words
            .iter()
            .all(|w| w.chars().all(|c| c.is_ascii_uppercase()));
    (words.join(" "), right)
}
