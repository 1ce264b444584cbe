//! Letters as they are read: what is confused, which marks are lost, words.

use letters::base;

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
    fn words_are_parted_by_what_is_no_letter() {
        assert_eq!(
            words("Gültig bis / Date d'expiration:"),
            ["GULTIG", "BIS", "DATE", "D", "EXPIRATION"]
        );
        assert!(words(" ·/ ").is_empty());
    }
}
