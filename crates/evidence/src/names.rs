//! Whether two spellings are one person's name, and what differs between them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A name in its parts. Personal data: no `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    pub given_name: String,
    pub surname_1: String,
    pub surname_2: String,
    /// It fills the zone to its end: letters and whole names may be missing.
    pub may_be_cut: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NameComparison {
    /// They may be one person's name.
    pub same: bool,
    /// What differs, the given names first.
    pub differences: Vec<NameDifference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NameDifference {
    pub part: NamePart,
    pub kind: NameDifferenceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NamePart {
    GivenName,
    Surnames,
}

/// Only the last two make another name of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NameDifferenceKind {
    /// Capitals and small letters.
    Case,
    /// `MUNOZ` for `MUÑOZ`.
    Diacritics,
    /// `MUELLER` for `MÜLLER`, as zones write it.
    Transliteration,
    /// Hyphens, apostrophes, spaces.
    Separators,
    /// The same given names in another order.
    Order,
    /// One side has further given names after the first.
    GivenNameMissing,
    /// One side has no second surname.
    SecondSurnameMissing,
    /// The same surnames, divided into first and second elsewhere.
    SurnamesDivided,
    /// The zone had no place for all of it.
    Cut,
    /// There is no name to compare on one side.
    Missing,
    /// Another name.
    Different,
}

use NameDifferenceKind as Kind;

/// Compares the name that was requested with the document's. It is tolerant of how names are written, not of other names.
pub fn compare_names(requested: &PersonName, document: &PersonName) -> NameComparison {
    let cut = document.may_be_cut;
    let given = given_names(&requested.given_name, &document.given_name, cut);
    let surnames = surnames(requested, document);
    let of = |part, kinds: Vec<Kind>| {
        let differences = kinds.into_iter();
        differences.map(move |kind| NameDifference { part, kind })
    };
    let differences: Vec<NameDifference> = of(NamePart::GivenName, given)
        .chain(of(NamePart::Surnames, surnames))
        .collect();
    NameComparison {
        same: differences
            .iter()
            .all(|d| !matches!(d.kind, Kind::Different | Kind::Missing)),
        differences,
    }
}

fn given_names(a: &str, b: &str, b_cut: bool) -> Vec<Kind> {
    if let Some(kinds) = missing_or_spelled(a, b) {
        return kinds;
    }
    let (left, right) = (words(a), words(b));
    if left.len() == right.len() && has_all(&left, &right) {
        return with(Kind::Order, case(a, b));
    }
    let (short, long) = shorter(&left, &right);
    if let (Some((first, others)), Some((long_first, long_others))) =
        (short.split_first(), long.split_first())
        && agree(first, long_first)
        && has_all(others, long_others)
    {
        return with(Kind::GivenNameMissing, case(a, b));
    }
    if b_cut && is_cut(&left, &right) {
        return with(Kind::Cut, case(a, b));
    }
    vec![Kind::Different]
}

fn surnames(a: &PersonName, b: &PersonName) -> Vec<Kind> {
    let joined = |name: &PersonName| {
        format!("{} {}", name.surname_1, name.surname_2)
            .trim()
            .to_owned()
    };
    let (all_a, all_b) = (joined(a), joined(b));
    if let Some(mut kinds) = missing_or_spelled(&all_a, &all_b) {
        let divided = !agree(&a.surname_1, &b.surname_1);
        if divided && !kinds.contains(&Kind::Missing) {
            kinds.push(Kind::SurnamesDivided);
        }
        return kinds;
    }
    let (left, right) = (words(&all_a), words(&all_b));
    let (short, long) = shorter(&left, &right);
    // A prefix that ends in `DE LA` is no whole surname.
    let whole = short.last().is_some_and(|word| !is_particle(word));
    if whole && short.len() < long.len() && short.iter().zip(long).all(|(x, y)| agree(x, y)) {
        return with(Kind::SecondSurnameMissing, case(&all_a, &all_b));
    }
    if b.may_be_cut && is_cut(&left, &right) {
        return with(Kind::Cut, case(&all_a, &all_b));
    }
    vec![Kind::Different]
}

fn with(kind: Kind, others: Vec<Kind>) -> Vec<Kind> {
    let mut kinds = vec![kind];
    kinds.extend(others);
    kinds
}

/// What differs where one is missing or both have the same letters; nothing where they have others.
fn missing_or_spelled(a: &str, b: &str) -> Option<Vec<Kind>> {
    if letters::base_letters(a).is_empty() || letters::base_letters(b).is_empty() {
        return Some(vec![Kind::Missing]);
    }
    if !agree(a, b) {
        return None;
    }
    let mut kinds = case(a, b);
    let (left, right) = (capitals(a), capitals(b));
    if left != right {
        let marks = letters::base_letters(a) == letters::base_letters(b);
        let as_many = left.chars().count() == right.chars().count();
        kinds.push(if marks && as_many {
            Kind::Diacritics
        } else {
            Kind::Transliteration
        });
    }
    let between = |text: &str| -> Vec<String> {
        let parts = text.trim().split(|c: char| c.is_alphanumeric());
        parts.filter(|p| !p.is_empty()).map(str::to_owned).collect()
    };
    let lengths = |text: &str| words(text).len();
    if between(a) != between(b) || lengths(a) != lengths(b) {
        kinds.push(Kind::Separators);
    }
    Some(kinds)
}

/// Letters and digits as capitals; `ß`, which has none of one letter, stays.
fn capitals(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters
        .map(|letter| {
            let mut upper = letter.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(upper), None) => upper,
                _ => letter,
            }
        })
        .collect()
}

/// One is all capitals and the other is not, or they differ in nothing else.
fn case(a: &str, b: &str) -> Vec<Kind> {
    let all_capitals = |text: &str| !text.chars().any(|c| c.is_lowercase() && c != 'ß');
    let plain = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let only = capitals(a) == capitals(b) && plain(a) != plain(b);
    if only || all_capitals(a) != all_capitals(b) {
        vec![Kind::Case]
    } else {
        Vec::new()
    }
}

/// Names have at most so many ways to be written that are tried; real ones have under ten.
const MOST_FORMS: usize = 96;

/// One of the ways in which the one is written is one of those of the other. Whatever parts their words is left out.
fn agree(a: &str, b: &str) -> bool {
    let (left, right) = (forms(a), forms(b));
    left.iter().any(|form| right.contains(form))
}

fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![String::new()];
    for letter in text.chars() {
        let ways = letters::zone_forms(letter);
        match ways.as_slice() {
            [] => {}
            [first, others @ ..] => {
                let more: Vec<String> = if forms.len() * ways.len() <= MOST_FORMS {
                    let longer = |way: &String| {
                        let way = way.clone();
                        forms.iter().map(move |form| format!("{form}{way}"))
                    };
                    others.iter().flat_map(longer).collect()
                } else {
                    Vec::new()
                };
                for form in &mut forms {
                    form.push_str(first);
                }
                forms.extend(more);
            }
        }
    }
    forms
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !letters::base_letters(word).is_empty())
        .map(str::to_owned)
        .collect()
}

fn shorter<'a>(a: &'a [String], b: &'a [String]) -> (&'a [String], &'a [String]) {
    if a.len() <= b.len() { (a, b) } else { (b, a) }
}

/// Each of the words has one of its own among the others.
fn has_all(words: &[String], others: &[String]) -> bool {
    let mut left: Vec<&String> = others.iter().collect();
    words.iter().all(|word| {
        let found = left.iter().position(|other| agree(word, other));
        found.map(|i| left.swap_remove(i)).is_some()
    })
}

/// What is left of the words where there was no place: each the beginning of its own, and none after the last.
fn is_cut(whole: &[String], cut: &[String]) -> bool {
    let begins = |word: &String, part: &String| {
        let parts = forms(part);
        forms(word)
            .iter()
            .any(|word| parts.iter().any(|part| word.starts_with(part.as_str())))
    };
    !cut.is_empty()
        && cut.len() <= whole.len()
        && whole.iter().zip(cut).all(|(word, part)| begins(word, part))
}

/// Words that belong to the surname after them.
fn is_particle(word: &str) -> bool {
    const PARTICLES: [&str; 24] = [
        "DE", "DEL", "DELA", "LA", "LAS", "LOS", "EL", "Y", "E", "I", "DA", "DAS", "DO", "DOS",
        "DI", "SAN", "SANTA", "VAN", "VON", "DER", "DEN", "TEN", "TER", "LE",
    ];
    PARTICLES.contains(&letters::base_letters(word).as_str())
}

/// The first and the second surname of what a zone has in one. Spain's documents (`ESP`, `ES`) have two, of which the first
/// ends before the second word that is no particle: `DE LA FUENTE GARCIA` is `DE LA FUENTE` and `GARCIA`. Where there are
/// more such words, a zone does not tell which surname is the double one, and the first is taken to be simple. Documents of
/// other countries have one.
pub fn split_surnames(country: &str, mrz_surname: &str) -> (String, Option<String>) {
    let words: Vec<&str> = mrz_surname
        .split(['<', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    let spanish = matches!(country, "ESP" | "ES");
    let first = words.iter().position(|word| !is_particle(word));
    match first {
        Some(first) if spanish && first + 1 < words.len() => {
            let (one, two) = words.split_at(first + 1);
            (one.join(" "), Some(two.join(" ")))
        }
        _ => (words.join(" "), None),
    }
}
