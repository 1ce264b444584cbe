//! How letters are written where there are capitals without marks alone, as in machine-readable zones (ICAO 9303-3, section 6).

use icu_normalizer::DecomposingNormalizerBorrowed;

/// All that a printed letter may be in a zone; nothing for what a zone leaves out. Capitals and small letters are alike.
pub fn zone_forms(letter: char) -> Vec<String> {
    let upper: String = letter.to_uppercase().collect();
    let several: &[&str] = match upper.as_str() {
        "Ä" => &["AE", "A"],
        "Å" => &["AA", "A"],
        "Æ" => &["AE"],
        "Ö" => &["OE", "O"],
        "Ø" => &["OE", "O"],
        "Œ" => &["OE"],
        "Ü" => &["UE", "UXX", "U"],
        "Ű" => &["U", "UE"],
        "Ő" => &["O", "OE"],
        "Ñ" => &["N", "NXX"],
        // Its capital form is two letters already.
        "SS" | "ẞ" => &["SS"],
        "Þ" => &["TH"],
        "Ð" | "Đ" => &["D", "DJ"],
        _ => {
            return upper
                .chars()
                .filter_map(base)
                .map(String::from)
                .collect::<Vec<_>>();
        }
    };
    several.iter().map(|form| (*form).to_owned()).collect()
}

/// The letter without its marks, as a capital; nothing where it is no Latin letter or digit.
pub fn base(letter: char) -> Option<char> {
    let upper = letter.to_uppercase().next().unwrap_or(letter);
    let bare = DecomposingNormalizerBorrowed::new_nfd()
        .normalize_iter(std::iter::once(upper))
        .next()
        .unwrap_or(upper);
    match bare {
        // Letters that Unicode does not take apart.
        'Æ' => Some('A'),
        'Ð' | 'Đ' => Some('D'),
        'Ħ' => Some('H'),
        'Ł' => Some('L'),
        'Ø' | 'Œ' => Some('O'),
        'ẞ' => Some('S'),
        'Ŧ' | 'Þ' => Some('T'),
        _ => bare.is_ascii_alphanumeric().then_some(bare),
    }
}

/// The letters and digits of a text as capitals without marks.
pub fn base_letters(text: &str) -> String {
    text.chars()
        .flat_map(|letter| match letter {
            'ß' | 'ẞ' => vec!['S', 'S'],
            _ => base(letter).into_iter().collect(),
        })
        .collect()
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
            ('ệ', &["E"]),
            ('ư', &["U"]),
            ('7', &["7"]),
            ('-', &[]),
            ('中', &[]),
            ('\u{301}', &[]),
        ] {
            assert_eq!(zone_forms(printed), forms, "{printed}");
        }
    }

    #[test]
    fn marks_are_left_out_and_what_is_no_letter() {
        assert_eq!(
            base_letters("Nguyễn Straße, D'Łódź 7"),
            "NGUYENSTRASSEDLODZ7"
        );
        // The same written with marks of their own.
        assert_eq!(base_letters("Mun\u{303}oz"), "MUNOZ");
    }

    #[test]
    fn every_latin_letter_of_europe_has_a_base() {
        let of_europe = "ÀÁÂÃÄÅĀĂĄÆÇĆĈĊČÐĎĐÈÉÊËĒĔĖĘĚĜĞĠĢĤĦÌÍÎÏĨĪĬĮİĴĶĹĻĽŁÑŃŅŇÒÓÔÕÖØŌŎŐŒŔŖŘŚŜŞŠȘẞŢŤŦȚÞÙÚÛÜŨŪŬŮŰŲŴÝŶŸŹŻŽ";
        for letter in of_europe.chars() {
            let small: Vec<char> = letter.to_lowercase().collect();
            let bare = base(letter);
            assert!(bare.is_some_and(|b| b.is_ascii_uppercase()), "{letter}");
            // The capital of a small sharp s is two letters.
            if letter != 'ẞ' {
                assert_eq!(base(small[0]), bare, "{letter}");
            }
        }
    }
}
