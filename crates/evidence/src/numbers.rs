//! Numbers of documents and persons that carry a check of their own.

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    IdentityCard,
    Passport,
    /// The person's number, whatever document it is printed on.
    Personal,
    Tax,
}

/// What a number's own check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberCheck {
    Valid,
    /// Its check letter or digit does not agree, or it is of a form that there is not.
    Invalid,
    /// There is no published rule for such numbers, or this one carries no check.
    NoRule,
}

/// Checks a number by the rule of its country (alpha-2, alpha-3 or the zone's code). Spaces, dots and hyphens are left out.
pub fn check_number(country: &str, kind: NumberKind, value: &str) -> NumberCheck {
    let value: String = value
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '/'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let value = value.as_str();
    if value.is_empty() || !value.is_ascii() {
        return NumberCheck::Invalid;
    }
    let holds = match (country, kind) {
        ("ESP" | "ES", NumberKind::Personal | NumberKind::Tax) => spanish_nif(value),
        ("ITA" | "IT", NumberKind::Personal | NumberKind::Tax) => codice_fiscale(value),
        ("ITA" | "IT", NumberKind::IdentityCard) => return italian_card(value),
        ("PRT" | "PT", NumberKind::IdentityCard | NumberKind::Personal) => {
            return portuguese_card(value);
        }
        ("PRT" | "PT", NumberKind::Tax) => portuguese_nif(value),
        ("FRA" | "FR", NumberKind::Personal) => french_nir(value),
        ("D" | "DEU" | "DE", NumberKind::IdentityCard | NumberKind::Passport) => {
            return german_document(value);
        }
        ("D" | "DEU" | "DE", NumberKind::Tax) => german_tax(value),
        _ => return NumberCheck::NoRule,
    };
    if holds == Some(true) {
        NumberCheck::Valid
    } else {
        NumberCheck::Invalid
    }
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn number(text: &str) -> Option<u64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// `text` in its parts before and from its last letter.
fn last(text: &str) -> Option<(&str, char)> {
    let letter = text.chars().next_back()?;
    Some((&text[..text.len() - letter.len_utf8()], letter))
}

/// DNI, NIE and the tax numbers of persons without either (K, L, M): the number modulo 23 chooses the letter. Real Decreto
/// 1553/2005, art. 11, and Orden INT/2058/2008 (NIE: X, Y, Z stand for 0, 1, 2 in front).
fn spanish_nif(value: &str) -> Option<bool> {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    if value.len() != 9 {
        return None;
    }
    let (body, letter) = last(value)?;
    let body = match body.chars().next()? {
        'X' => format!("0{}", &body[1..]),
        'Y' => format!("1{}", &body[1..]),
        'Z' => format!("2{}", &body[1..]),
        'K' | 'L' | 'M' => body[1..].to_owned(),
        _ => body.to_owned(),
    };
    let chosen = LETTERS[(number(&body)? % 23) as usize];
    Some(letter == char::from(chosen))
}

/// Codice fiscale: 16 letters and digits, of which the last is computed from the others by two tables (Decreto del Ministro
/// delle Finanze 23 dicembre 1976, with letters for digits where two persons would have the same).
fn codice_fiscale(value: &str) -> Option<bool> {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
        6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];
    // L letter, D digit or the letter that stands for it, M month.
    const FORM: &str = "LLLLLLDDMDDLDDDL";
    const MONTHS: &str = "ABCDEHLMPRST";
    const DIGITS: &str = "0123456789LMNPQRSTUV";
    if value.len() != 16 {
        return None;
    }
    let form = value.chars().zip(FORM.chars()).all(|(c, form)| match form {
        'L' => c.is_ascii_uppercase(),
        'M' => MONTHS.contains(c),
        _ => DIGITS.contains(c),
    });
    let (body, control) = last(value)?;
    let mut sum = 0;
    for (i, c) in body.chars().enumerate() {
        let place = c.to_digit(36)?;
        sum += if i % 2 == 0 {
            ODD[place as usize]
        } else {
            place.checked_sub(10).unwrap_or(place)
        };
    }
    Some(form && u32::from(control) == u32::from('A') + sum % 26)
}

/// Italian cards carry no check; a number that is neither of the electronic card (`CA12345AA`, earlier `1234567AA`) nor of
/// the paper one (`AA1234567`) is none (Ministero dell'Interno, Carta di identità elettronica).
fn italian_card(value: &str) -> NumberCheck {
    const FORMS: [&str; 3] = ["LLDDDDDLL", "DDDDDDDLL", "LLDDDDDDD"];
    let is = |form: &&str| {
        form.len() == value.len()
            && value.chars().zip(form.chars()).all(|(c, form)| match form {
                'L' => c.is_ascii_uppercase(),
                _ => c.is_ascii_digit(),
            })
    };
    if FORMS.iter().any(is) {
        NumberCheck::NoRule
    } else {
        NumberCheck::Invalid
    }
}

/// Cartão de Cidadão: 8 digits, a digit, two letters or digits and a digit that makes the sum of all, every second doubled,
/// a multiple of 10 (AMA, Validação de Número de Documento do Cartão de Cidadão, 2009). The civil number alone, 8 digits
/// and its own digit, is not checked by it.
fn portuguese_card(value: &str) -> NumberCheck {
    match value.len() {
        12 => {
            let shape = value.bytes().enumerate().all(|(i, b)| match i {
                9 | 10 => b.is_ascii_alphanumeric(),
                _ => b.is_ascii_digit(),
            });
            let sum: u32 = value
                .chars()
                .rev()
                .enumerate()
                .filter_map(|(i, c)| {
                    let value = c.to_digit(36)? * (1 + i as u32 % 2);
                    Some(if i % 2 == 1 && value > 9 {
                        value - 9
                    } else {
                        value
                    })
                })
                .sum();
            if shape && sum.is_multiple_of(10) {
                NumberCheck::Valid
            } else {
                NumberCheck::Invalid
            }
        }
        7..=9 if digits(value).is_some() => NumberCheck::NoRule,
        _ => NumberCheck::Invalid,
    }
}

/// Portugal's NIF: nine digits; the last is 11 less the weighted sum (9 to 2) modulo 11, or 0 where that is above 9
/// (Decreto-Lei 463/79; the digits in front as Autoridade Tributária lists them).
fn portuguese_nif(value: &str) -> Option<bool> {
    let digits = digits(value)?;
    let (control, body) = digits.split_last()?;
    if body.len() != 8 || digits[0] == 0 || (digits[0] == 4 && digits[1] != 5) {
        return None;
    }
    let sum: u32 = body.iter().zip((2..=9).rev()).map(|(d, w)| d * w).sum();
    let wanted = 11 - sum % 11;
    Some(*control == if wanted > 9 { 0 } else { wanted })
}

/// The French NIR, 13 digits and a key of two: 97 less the number modulo 97; Corsica's `2A` and `2B` count as 19 and 18
/// (INSEE). Identity cards carry another number, for which no rule is published.
fn french_nir(value: &str) -> Option<bool> {
    if value.len() != 15 {
        return None;
    }
    let (body, key) = value.split_at(13);
    let body = match &body[5..7] {
        "2A" => format!("{}19{}", &body[..5], &body[7..]),
        "2B" => format!("{}18{}", &body[..5], &body[7..]),
        _ => body.to_owned(),
    };
    Some(97 - number(&body)? % 97 == number(key)?)
}

/// German identity cards and passports: nine letters and digits without vowels and what looks like a digit, and where it is
/// printed with it, the digit of ICAO 9303-3 (weights 7, 3, 1). Personalausweisverordnung, Anhang 4. Cards from before
/// November 2010 have digits alone, which the same digit follows.
fn german_document(value: &str) -> NumberCheck {
    const ALPHABET: &str = "0123456789CFGHJKLMNPRTVWXYZ";
    if !value.chars().take(9).all(|c| ALPHABET.contains(c)) {
        return NumberCheck::Invalid;
    }
    match (value.len(), value.chars().nth(9)) {
        (9, None) => NumberCheck::NoRule,
        (10, Some(control)) => {
            let sum: u32 = value
                .chars()
                .take(9)
                .zip([7, 3, 1].into_iter().cycle())
                .filter_map(|(c, weight)| Some(c.to_digit(36)? * weight))
                .sum();
            if control.to_digit(10) == Some(sum % 10) {
                NumberCheck::Valid
            } else {
                NumberCheck::Invalid
            }
        }
        _ => NumberCheck::Invalid,
    }
}

/// Germany's tax number of persons (§ 139b AO): eleven digits, the last by ISO 7064, modulus 11, 10.
fn german_tax(value: &str) -> Option<bool> {
    let digits = digits(value)?;
    let (control, body) = digits.split_last()?;
    if body.len() != 10 || body[0] == 0 {
        return None;
    }
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    Some((11 - product) % 10 == *control)
}

#[cfg(test)]
mod tests {
    use super::NumberCheck::*;
    use super::NumberKind::*;
    use super::*;

    #[test]
    fn numbers_of_five_countries() {
        let table: &[(&str, NumberKind, &str, NumberCheck)] = &[
            ("ESP", Personal, "12345678Z", Valid),
            ("ES", Personal, "12.345.678-z", Valid),
            ("ESP", Personal, "00000000T", Valid),
            ("ESP", Personal, "99999999R", Valid),
            ("ESP", Personal, "12345678A", Invalid),
            ("ESP", Personal, "X1234567L", Valid),
            ("ESP", Personal, "Y1234567X", Valid),
            ("ESP", Personal, "Z1234567R", Valid),
            ("ESP", Personal, "Z1234567L", Invalid),
            ("ESP", Tax, "1234567L", Invalid),
            ("ESP", Personal, "", Invalid),
            ("ESP", IdentityCard, "BAA000589", NoRule),
            ("ITA", Personal, "RSSMRA85T10A562S", Valid),
            ("ITA", Tax, "MRTMTT25D09F205Z", Valid),
            ("ITA", Personal, "RSSMRA85T10A562T", Invalid),
            ("ITA", Personal, "RSSMRA85T1OA562S", Invalid),
            ("ITA", IdentityCard, "CA00000AA", NoRule),
            ("ITA", IdentityCard, "AA1234567", NoRule),
            ("ITA", IdentityCard, "CA0000AA", Invalid),
            ("ITA", Passport, "YA1234567", NoRule),
            ("PRT", IdentityCard, "00000000 0 ZZ4", Valid),
            ("PT", Personal, "000000000ZZ5", Invalid),
            ("PRT", IdentityCard, "0000000OOZZ4", Invalid),
            ("PRT", IdentityCard, "12345678", NoRule),
            ("PRT", Tax, "123456789", Valid),
            ("PRT", Tax, "123456780", Invalid),
            ("PRT", Tax, "023456789", Invalid),
            ("FRA", Personal, "2 95 10 99 126 111 93", Valid),
            ("FRA", Personal, "295109912611192", Invalid),
            ("FRA", IdentityCard, "880692310285", NoRule),
            ("D", IdentityCard, "T22000129", NoRule),
            ("DEU", IdentityCard, "T220001293", Valid),
            ("DE", Passport, "C01X00T478", Valid),
            ("D", IdentityCard, "L01X00T471", Valid),
            ("D", IdentityCard, "L01X00T472", Invalid),
            ("D", IdentityCard, "LO1X00T471", Invalid),
            ("D", Tax, "86095742719", Valid),
            ("D", Tax, "86095742718", Invalid),
            ("GBR", Passport, "925665416", NoRule),
        ];
        for (country, kind, value, wanted) in table {
            assert_eq!(
                check_number(country, *kind, value),
                *wanted,
                "{country} {value}"
            );
        }
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        for (country, kind, value) in [
            ("ESP", Personal, "12345678Z"),
            ("ITA", Personal, "RSSMRA85T10A562S"),
            ("PRT", Tax, "123456789"),
            ("FRA", Personal, "295109912611193"),
            ("D", Tax, "86095742719"),
        ] {
            for (i, right) in value.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                for digit in ('0'..='9').filter(|d| *d != right) {
                    let wrong = format!("{}{digit}{}", &value[..i], &value[i + 1..]);
                    assert_eq!(check_number(country, kind, &wrong), Invalid, "{wrong}");
                }
            }
        }
    }

    #[test]
    fn anything_is_checked_without_panic() {
        for country in ["ESP", "ITA", "PRT", "FRA", "D", "XXX"] {
            for kind in [IdentityCard, Passport, Personal, Tax] {
                for value in [
                    "ÑÑÑÑÑÑÑÑÑ",
                    "Ñ",
                    " ",
                    "X",
                    "99999999999999999999",
                    "ZZZZZZZZZZZZZZZ",
                    "中文",
                ] {
                    assert_ne!(check_number(country, kind, value), Valid, "{value}");
                }
            }
        }
    }
}
