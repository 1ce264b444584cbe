//! Checks of what is typed to create a request.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::DocumentType;

/// Five years, the longest that a certificate for a person is issued for.
pub const MAX_VALIDITY_DAYS: u32 = 1825;

/// What the operator types to create the request. All strings as typed, trimmed by the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct RequestForm {
    pub profile: String,
    pub given_name: String,
    pub surname_1: String,
    pub surname_2: String,
    pub email: String,
    /// E.164, as +34611223344.
    pub mobile_phone_number: String,
    pub serial_number: String,
    /// ISO 3166-1 alpha-2.
    pub country_name: String,
    pub id_document_type: String,
    pub id_document_country: String,
    pub validity_days: u32,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputProblem {
    #[error("is needed")]
    Empty,
    #[error("is not an e-mail address")]
    Email,
    #[error("is not a telephone number in the form +34611223344")]
    Phone,
    #[error("is not an ISO 3166-1 country code of two letters")]
    Country,
    #[error("is not one of IDC, PAS, PNO, TIN")]
    DocumentType,
    #[error("is not a document number")]
    DocumentNumber,
    #[error("does not end in the letter that belongs to its digits")]
    ControlLetter,
    #[error("is not between 1 and 1825 days")]
    Validity,
    #[error("is too long")]
    TooLong,
    #[error("holds characters that cannot be sent")]
    Characters,
}

/// A field of the form, by its name in the API, and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct InvalidField {
    pub field: &'static str,
    pub problem: InputProblem,
}

/// Longest text of one field, in characters.
const MAX_TEXT: usize = 100;

impl RequestForm {
    /// The form trimmed and in the RA's spelling, or everything that is wrong with it.
    pub fn check(&self) -> Result<RequestForm, Vec<InvalidField>> {
        let upper = |text: &str| text.trim().to_uppercase();
        let form = RequestForm {
            profile: self.profile.trim().to_owned(),
            given_name: self.given_name.trim().to_owned(),
            surname_1: self.surname_1.trim().to_owned(),
            surname_2: self.surname_2.trim().to_owned(),
            email: self.email.trim().to_owned(),
            mobile_phone_number: self
                .mobile_phone_number
                .replace([' ', '-', '.', '(', ')'], ""),
            serial_number: normal_number(&self.serial_number),
            country_name: upper(&self.country_name),
            id_document_type: upper(&self.id_document_type),
            id_document_country: upper(&self.id_document_country),
            validity_days: self.validity_days,
        };
        let mut problems = Vec::new();
        let mut note = |field, result: Result<(), InputProblem>| {
            if let Err(problem) = result {
                problems.push(InvalidField { field, problem });
            }
        };
        note("profile", needed(&form.profile));
        note("given_name", needed(&form.given_name));
        note("surname_1", needed(&form.surname_1));
        note("surname_2", plain(&form.surname_2));
        note("email", check_email(&form.email));
        note(
            "mobile_phone_number",
            check_phone(&form.mobile_phone_number),
        );
        note("country_name", check_country(&form.country_name));
        note(
            "id_document_country",
            check_country(&form.id_document_country),
        );
        match DocumentType::from_code(&form.id_document_type) {
            None => note("id_document_type", Err(InputProblem::DocumentType)),
            Some(kind) => note(
                "serial_number",
                check_document_number(kind, &form.id_document_country, &form.serial_number),
            ),
        }
        if form.validity_days == 0 || form.validity_days > MAX_VALIDITY_DAYS {
            note("validity_time", Err(InputProblem::Validity));
        }
        if problems.is_empty() {
            Ok(form)
        } else {
            Err(problems)
        }
    }
}

fn normal_number(text: &str) -> String {
    text.trim().replace([' ', '.', '-'], "").to_uppercase()
}

fn plain(text: &str) -> Result<(), InputProblem> {
    if text.chars().count() > MAX_TEXT {
        Err(InputProblem::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(InputProblem::Characters)
    } else {
        Ok(())
    }
}

fn needed(text: &str) -> Result<(), InputProblem> {
    if text.is_empty() {
        Err(InputProblem::Empty)
    } else {
        plain(text)
    }
}

/// One `@`, something before it, a dotted name after it, no blanks.
pub fn check_email(text: &str) -> Result<(), InputProblem> {
    needed(text)?;
    let (local, host) = text.rsplit_once('@').ok_or(InputProblem::Email)?;
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let local_good = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.contains(|c: char| c.is_whitespace() || "@<>(),;:\\\"[]".contains(c));
    let labels: Vec<&str> = host.split('.').collect();
    let host_good = labels.len() >= 2
        && labels.iter().all(|part| label(part))
        && labels.last().is_some_and(|last| last.chars().count() >= 2);
    if local_good && host_good {
        Ok(())
    } else {
        Err(InputProblem::Email)
    }
}

/// E.164: a plus, a country code that does not start with 0, 7 to 15 digits in all.
pub fn check_phone(text: &str) -> Result<(), InputProblem> {
    if text.is_empty() {
        return Err(InputProblem::Empty);
    }
    let digits = text.strip_prefix('+').ok_or(InputProblem::Phone)?;
    let good = (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    if good {
        Ok(())
    } else {
        Err(InputProblem::Phone)
    }
}

/// The assigned codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS \
IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA \
RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT \
TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// An assigned two-letter country code, in capitals.
pub fn check_country(text: &str) -> Result<(), InputProblem> {
    if text.is_empty() {
        return Err(InputProblem::Empty);
    }
    if text.len() == 2 && COUNTRIES.split(' ').any(|code| code == text) {
        Ok(())
    } else {
        Err(InputProblem::Country)
    }
}

/// A document's number, in capitals without blanks. Spanish identity cards are checked by their letter.
pub fn check_document_number(
    kind: DocumentType,
    country: &str,
    number: &str,
) -> Result<(), InputProblem> {
    if number.is_empty() {
        return Err(InputProblem::Empty);
    }
    if number.len() > 30 {
        return Err(InputProblem::TooLong);
    }
    if !number
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    {
        return Err(InputProblem::DocumentNumber);
    }
    if kind == DocumentType::Idc && country == "ES" {
        spanish_letter(number)
    } else {
        Ok(())
    }
}

/// DNI: eight digits and a letter. NIE: X, Y or Z, seven digits and a letter. The letter is the number modulo 23.
fn spanish_letter(number: &str) -> Result<(), InputProblem> {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = number.as_bytes();
    if bytes.len() != 9 {
        return Err(InputProblem::DocumentNumber);
    }
    let first = match bytes[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        digit => digit,
    };
    let mut value = 0usize;
    for &digit in std::iter::once(&first).chain(&bytes[1..8]) {
        if !digit.is_ascii_digit() {
            return Err(InputProblem::DocumentNumber);
        }
        value = value * 10 + usize::from(digit - b'0');
    }
    if !bytes[8].is_ascii_uppercase() {
        return Err(InputProblem::DocumentNumber);
    }
    if LETTERS[value % 23] == bytes[8] {
        Ok(())
    } else {
        Err(InputProblem::ControlLetter)
    }
}
