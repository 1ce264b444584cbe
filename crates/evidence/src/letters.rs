//! How letters are written where there are capitals without marks alone, as in zones (ICAO 9303-3, section 6).

/// All that a printed letter may be in a zone; nothing for what a zone leaves out. Capitals and small letters are alike.
pub(crate) fn zone_forms(letter: char) -> Vec<String> {
    let upper: String = letter.to_uppercase().collect();
    let one = |forms: &[&str]| forms.iter().map(|f| (*f).to_owned()).collect();
    match upper.as_str() {
        "Ä" => one(&["AE", "A"]),
        "Å" => one(&["AA", "A"]),
        "Æ" => one(&["AE"]),
        "Ö" => one(&["OE", "O"]),
        "Ø" => one(&["OE", "O"]),
        "Œ" => one(&["OE"]),
        "Ü" => one(&["UE", "UXX", "U"]),
        "Ű" => one(&["U", "UE"]),
        "Ő" => one(&["O", "OE"]),
        "Ñ" => one(&["N", "NXX"]),
        // Its capital form is two letters already.
        "SS" | "ẞ" => one(&["SS"]),
        "Þ" => one(&["TH"]),
        "Ð" | "Đ" => one(&["D", "DJ"]),
        _ => upper
            .chars()
            .filter_map(base)
            .map(String::from)
            .collect::<Vec<_>>(),
    }
}

/// The letter without its marks, as a capital; nothing where it is no letter or digit.
pub(crate) fn base(letter: char) -> Option<char> {
    if letter.is_ascii_alphanumeric() {
        return Some(letter.to_ascii_uppercase());
    }
    let upper = letter.to_uppercase().next().unwrap_or(letter);
    BASES
        .iter()
        .find(|(_, marked)| marked.contains(upper))
        .map(|(base, _)| *base)
}

/// Capitals with marks, by what they are without.
const BASES: [(char, &str); 19] = [
    ('A', "ÀÁÂÃÄÅĀĂĄÆ"),
    ('C', "ÇĆĈĊČ"),
    ('D', "ÐĎĐ"),
    ('E', "ÈÉÊËĒĔĖĘĚ"),
    ('G', "ĜĞĠĢ"),
    ('H', "ĤĦ"),
    ('I', "ÌÍÎÏĨĪĬĮİ"),
    ('J', "Ĵ"),
    ('K', "Ķ"),
    ('L', "ĹĻĽŁ"),
    ('N', "ÑŃŅŇ"),
    ('O', "ÒÓÔÕÖØŌŎŐŒ"),
    ('R', "ŔŖŘ"),
    ('S', "ŚŜŞŠȘẞ"),
    ('T', "ŢŤŦȚÞ"),
    ('U', "ÙÚÛÜŨŪŬŮŰŲ"),
    ('W', "Ŵ"),
    ('Y', "ÝŶŸ"),
    ('Z', "ŹŻŽ"),
];

/// The letters and digits of a text as capitals without marks.
pub(crate) fn base_letters(text: &str) -> String {
    text.chars()
        .flat_map(|letter| match letter {
            'ß' | 'ẞ' => vec!['S', 'S'],
            _ => base(letter).into_iter().collect(),
        })
        .collect()
}
