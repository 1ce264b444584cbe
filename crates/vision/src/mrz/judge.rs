//! From letters as they look to what a zone says: letters by their place, and what is in doubt.

use std::collections::BTreeMap;

use time::Date;

use super::check;
use super::decode::{Decoded, top};
use super::gray::P;
use super::net::LETTERS;
use super::reading::{MrzReading, MrzTimes};
use super::text::{Layout, MrzKind, MrzText, NUMBERED_TYPES, Span, parse};
use super::zone::Zone;

/// A letter that no check digit covers must be at least so sure, or its field does not hold.
pub const LEAST_SURE_ALONE: f32 = 0.80;
/// A letter that a check digit covers must be at least so sure for the digit to decide; and of two letters in doubt it decides
/// none, for two mistakes (O for 0 here, 0 for O there) can make up for each other.
pub const LEAST_SURE_COVERED: f32 = 0.50;
/// What letters that count alike in a check digit may have together beside the one that was taken: between them it decides nothing.
const MOST_ALIKE: f32 = 0.15;
/// In a place for digits, a digit at least so likely is taken where another sign was likelier; and in type and names a letter
/// where a digit was. Below it the picture speaks against it, and what it shows stays: some states print digits in names.
const LEAST_LIKELY: f32 = 0.2;
/// The same for O and 0, which differ little in this print.
const LEAST_LIKELY_ROUND: f32 = 0.03;
/// How much commoner 0 is than O in the zones that the reader was trained on, through their dates. Where a field may hold either,
/// as often the one as the other, that is taken back; a digit covers these fields.
const ZERO_OVER_O: f32 = 1.8;

const TYPE: Span = (0, 0, 2);
const STATE: Span = (0, 2, 5);

fn digit_after((row, _, to): Span) -> Span {
    (row, to, to + 1)
}

/// What the lines say, with the doubts of the reading; nothing where too little speaks for a zone.
pub(super) fn judge(zone: &Zone, quarter: bool, height: usize, today: Date) -> Option<MrzReading> {
    let mut lines: Vec<Decoded> = zone.lines.iter().map(|l| l.decoded.clone()).collect();
    let numbered = |code: &&str| {
        let first = lines.first();
        first.is_some_and(|line| line.text.starts_with(code.as_bytes()))
    };
    let letters = if NUMBERED_TYPES.iter().any(numbered) {
        (0, 0, 1)
    } else {
        TYPE
    };
    // The type first: it tells the kind of zone.
    take_letters(&mut lines, letters, true);
    let kind = MrzKind::of(&lines.iter().map(text_of).collect::<Vec<_>>())?;
    by_place(&mut lines, kind);
    let MrzText {
        kind,
        lines: text,
        mut fields,
        names_truncated,
        mut all_valid,
    } = parse(&lines.iter().map(text_of).collect::<Vec<_>>(), today)?;

    let mut confidence = BTreeMap::new();
    let long = fields
        .get("number")
        .map_or(0, |number| number.value.len().saturating_sub(9));
    for (name, spans) in places(kind.layout(), long) {
        let doubt = Doubt::of(&lines, &spans);
        confidence.insert(name, doubt.least);
        let Some(field) = fields.get_mut(name) else {
            continue;
        };
        let has_digit = match name {
            "number" | "birth_date" | "expiry_date" => true,
            "optional" => kind.layout().optional_digit,
            _ => false,
        };
        // The composite digit alone covers the optional data of cards, with much else: it settles no doubt in them.
        let undecided = match name {
            _ if has_digit => {
                doubt.least < LEAST_SURE_COVERED || doubt.letters > 1 || doubt.alike > MOST_ALIKE
            }
            "composite" => doubt.least < LEAST_SURE_COVERED,
            _ => doubt.least < LEAST_SURE_ALONE,
        };
        match field.valid {
            None if doubt.least < LEAST_SURE_ALONE => field.valid = Some(false),
            Some(true) if undecided => field.valid = None,
            _ => continue,
        }
        all_valid = false;
    }
    let agreeing = fields.values().filter(|f| f.valid == Some(true)).count();
    if agreeing < 2 && zone.mean_sure() < 0.8 || zone.mean_sure() < 0.6 {
        return None;
    }
    let back = |p: P| {
        if quarter {
            [p.y, height as f32 - 1.0 - p.x]
        } else {
            [p.x, p.y]
        }
    };
    let corners = zone.corners()?.map(back);
    Some(MrzReading {
        kind,
        lines: text,
        fields,
        confidence,
        all_valid,
        names_truncated,
        corners,
        ms: MrzTimes::default(),
    })
}

/// Where each field stands, its check digit included; a number that is `long` letters longer than its place goes on in the
/// optional field.
fn places(layout: &Layout, long: usize) -> Vec<(&'static str, Vec<Span>)> {
    let with_digit = |span: Span| vec![span, digit_after(span)];
    let mut places = vec![
        ("type", vec![TYPE]),
        ("country", vec![STATE]),
        ("sex", vec![layout.sex]),
        ("surname", vec![layout.names]),
        ("given_names", vec![layout.given.unwrap_or(layout.names)]),
        ("birth_date", with_digit(layout.birth)),
    ];
    let mut number = with_digit(layout.number);
    let (row, from, to) = layout.optional;
    let goes_on = from + long + 1;
    if long > 0 && layout.number.2 - layout.number.1 == 9 && goes_on <= to {
        number.push((row, from, goes_on));
    }
    places.push(("number", number));
    places.push((
        "optional",
        if layout.optional_digit {
            with_digit(layout.optional)
        } else {
            vec![layout.optional]
        },
    ));
    places.extend(layout.nationality.map(|span| ("nationality", vec![span])));
    places.extend(layout.expiry.map(|span| ("expiry_date", with_digit(span))));
    places.extend(layout.optional_2.map(|span| ("optional_2", vec![span])));
    if !layout.composite.is_empty() {
        places.push(("composite", vec![(1, layout.letters - 1, layout.letters)]));
    }
    places
}

/// How far a field's letters are in doubt.
struct Doubt {
    /// Certainty of the least sure one.
    least: f32,
    /// Letters surer than half, if at all, yet not beyond doubt.
    letters: usize,
    /// The largest share that letters have which count as the taken one does.
    alike: f32,
}

impl Doubt {
    fn of(lines: &[Decoded], spans: &[Span]) -> Doubt {
        let mut doubt = Doubt {
            least: 1.0,
            letters: 0,
            alike: 0.0,
        };
        for (row, from, to) in spans {
            let Some(line) = lines.get(*row) else {
                doubt.least = 0.0;
                continue;
            };
            for i in *from..*to {
                doubt.least = doubt.least.min(line.sure[i]);
                doubt.letters += usize::from(line.sure[i] < LEAST_SURE_ALONE);
                doubt.alike = doubt.alike.max(alike(line, i));
            }
        }
        doubt
    }
}

/// The share that other letters have which count in a check digit as the taken one does (6 and G, 0 and K).
fn alike(line: &Decoded, i: usize) -> f32 {
    let counts = |letter: u8| check::value(char::from(letter)).map(|value| value % 10);
    let taken = line.text[i];
    let (mut own, mut others) = (0.0, 0.0);
    for (letter, p) in LETTERS.iter().zip(&line.classes[i]) {
        if *letter == taken {
            own = *p;
        } else if counts(*letter) == counts(taken) {
            others += p;
        }
    }
    others / (own + others).max(f32::EPSILON)
}

/// Letters where only letters can be, digits where only digits can, as far as the picture allows it.
fn by_place(lines: &mut [Decoded], kind: MrzKind) {
    let layout = kind.layout();
    let mut digits = vec![
        layout.birth,
        digit_after(layout.birth),
        digit_after(layout.number),
    ];
    if let Some(expiry) = layout.expiry {
        digits.extend([expiry, digit_after(expiry)]);
    }
    if kind == MrzKind::IdFra {
        // Year, month and a running number; between them the department, which may have a letter.
        digits.extend([(1, 0, 4), (1, 7, 12)]);
    }
    if !layout.composite.is_empty() {
        digits.push((1, layout.letters - 1, layout.letters));
    }
    for span in digits {
        take_digits(lines, span);
    }
    for span in [Some(layout.names), layout.given].into_iter().flatten() {
        take_letters(lines, span, true);
    }
    // States are left as they look, and only their doubt is of letters alone.
    for span in [Some(STATE), layout.nationality].into_iter().flatten() {
        take_letters(lines, span, false);
    }
    let mut either = vec![layout.optional];
    either.extend((kind != MrzKind::IdFra).then_some(layout.number));
    either.extend(layout.optional_2);
    for span in either {
        each(lines, span, |line, i| {
            let [zero, letter] = [b'0', b'O'].map(|c| top(&line.classes[i], |l| l == c).1);
            let letter = letter * ZERO_OVER_O;
            if line.text[i] == b'0' && letter > zero {
                (line.text[i], line.sure[i]) = (b'O', letter / (letter + zero));
            }
        });
    }
}

fn each(lines: &mut [Decoded], (row, from, to): Span, mut f: impl FnMut(&mut Decoded, usize)) {
    if let Some(line) = lines.get_mut(row) {
        (from..to).for_each(|i| f(line, i));
    }
}

fn least_likely(seen: u8, taken: u8) -> f32 {
    match (seen, taken) {
        (b'O', b'0') | (b'0', b'O') => LEAST_LIKELY_ROUND,
        _ => LEAST_LIKELY,
    }
}

fn take_digits(lines: &mut [Decoded], span: Span) {
    each(lines, span, |line, i| {
        let (digit, sure) = top(&line.classes[i], |l| l.is_ascii_digit());
        let digits: f32 = line.classes[i][..10].iter().sum();
        let seen = line.text[i];
        if seen.is_ascii_digit() || sure < LEAST_LIKELY_ROUND {
            return;
        }
        if sure >= least_likely(seen, digit) {
            (line.text[i], line.sure[i]) = (digit, sure / digits.max(sure));
        } else if seen != b'<' {
            // No state prints letters here, but what was seen leaves the digit in doubt. Fillers may stand here.
            (line.text[i], line.sure[i]) = (digit, sure);
        }
    });
}

/// With `take`, letters replace digits; without it, only the doubt between a letter and a digit is settled.
fn take_letters(lines: &mut [Decoded], span: Span, take: bool) {
    each(lines, span, |line, i| {
        let (letter, sure) = top(&line.classes[i], |l| !l.is_ascii_digit());
        if letter == line.text[i] || (take && sure >= least_likely(line.text[i], letter)) {
            let digits: f32 = line.classes[i][..10].iter().sum();
            (line.text[i], line.sure[i]) = (letter, sure / (1.0 - digits).max(sure));
        }
    });
}

fn text_of(line: &Decoded) -> String {
    line.text.iter().map(|b| char::from(*b)).collect()
}
