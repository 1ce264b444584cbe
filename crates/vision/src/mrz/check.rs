//! Check digits of machine-readable zones: weights 7, 3, 1 repeating, sum modulo 10.
//!
//! One digit finds every single wrong character except one whose value differs by a multiple of ten: `<`, `0`, `A`, `K`
//! and `U` count alike, so do `6`, `G` and `Q`, or `M` and `W`. A digit that agrees is therefore no proof by itself.

/// The value of a character (`<` is 0, letters go on after 9), or nothing for one that no zone has.
pub fn value(c: char) -> Option<u32> {
    match c {
        '<' => Some(0),
        'A'..='Z' | '0'..='9' => c.to_digit(36),
        _ => None,
    }
}

/// The check digit of `text`, or nothing where it holds a character that no zone has.
pub fn digit(text: &str) -> Option<char> {
    let mut sum = 0;
    for (c, weight) in text.chars().zip([7, 3, 1].into_iter().cycle()) {
        sum += value(c)? * weight;
    }
    char::from_digit(sum % 10, 10)
}

/// Whether `found` is the check digit of `text`.
pub fn agrees(text: &str, found: char) -> bool {
    digit(text) == Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_published_fields() {
        for (text, expected) in [
            ("L898902C3", '6'),
            ("740812", '2'),
            ("120415", '9'),
            ("ZE184226B<<<<<", '1'),
            ("520727", '3'),
            ("D23145890734", '9'),
            ("<<<<", '0'),
        ] {
            assert_eq!(digit(text), Some(expected), "{text}");
        }
        assert_eq!(digit("ab"), None);
        assert_eq!(digit("É"), None);
    }
}
