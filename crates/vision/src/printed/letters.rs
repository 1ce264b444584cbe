//! How printed letters are written in a zone (ICAO 9303-3, section 6): mostly their base letter, some in several ways.

/// All that a printed letter may be in a zone; nothing for what a zone leaves out. Capitals and small letters are alike.
pub(super) fn zone_forms(letter: char) -> Vec<String> {
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
pub(super) fn base(letter: char) -> Option<char> {
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

/// Letters and digits that recognisers confuse.
pub(super) fn look_alike(a: char, b: char) -> bool {
    const ALIKE: [&str; 6] = ["0OQD", "1IL", "2Z", "5S", "6G", "8B"];
    let (a, b) = (a.to_ascii_uppercase(), b.to_ascii_uppercase());
    ALIKE.iter().any(|set| set.contains(a) && set.contains(b))
}

/// What a zone writes for letters with marks that are easily read as this one.
pub(super) fn lost_marks(letter: char) -> &'static [&'static [char]] {
    match letter.to_ascii_uppercase() {
        'A' => &[&['A', 'E'], &['A', 'A']],
        'O' => &[&['O', 'E']],
        'U' => &[&['U', 'E']],
        'B' => &[&['S', 'S']],
        _ => &[],
    }
}

/// The words of a line in base letters, for labels and months.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in text.chars() {
        match (base(letter), words.last_mut()) {
            (Some(base), Some(word)) => word.push(base),
            (None, Some(word)) if !word.is_empty() => words.push(String::new()),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_the_zone() {
        for (printed, forms) in [
            ('ñ', &["N", "NXX"][..]),
            ('Ü', &["UE", "UXX", "U"]),
            ('ß', &["SS"]),
            ('Ø', &["OE", "O"]),
            ('é', &["E"]),
            ('Ł', &["L"]),
            ('ı', &["I"]),
            ('7', &["7"]),
            ('-', &[]),
            ('中', &[]),
        ] {
            assert_eq!(zone_forms(printed), forms, "{printed}");
        }
    }

    #[test]
    fn words_are_parted_by_what_is_no_letter() {
        assert_eq!(
            words("Gültig bis / Date d'expiration:"),
            ["GULTIG", "BIS", "DATE", "D", "EXPIRATION"]
        );
        assert!(words(" ·/ ").is_empty());
    }
}
