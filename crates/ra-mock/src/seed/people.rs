//! The made-up people who made the seeded requests.

use letters::base_letters;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use super::object;

pub(super) struct Country {
    pub code: &'static str,
    phone: &'static str,
    given: &'static [&'static str],
    surnames: &'static [&'static str],
    /// Two surnames are usual.
    second: bool,
}

pub(super) const COUNTRIES: [Country; 5] = [
    Country {
        code: "ES",
        phone: "+346",
        given: &[
            "Ana María",
            "José Luis",
            "Íñigo",
            "Lucía",
            "Begoña",
            "Ramón",
            "Nuria",
            "Álvaro",
        ],
        surnames: &[
            "Muñoz", "García", "Ibáñez", "Peña", "Núñez", "Castaño", "Sánchez", "Güell",
        ],
        second: true,
    },
    Country {
        code: "IT",
        phone: "+393",
        given: &["Giulia", "Niccolò", "Chiara", "Matteo", "Noè", "Francesca"],
        surnames: &["Rossi", "D'Angelo", "Nardò", "Esposito", "Cantù", "De Luca"],
        second: false,
    },
    Country {
        code: "PT",
        phone: "+3519",
        given: &["João", "Inês", "Conceição", "Luís", "Matilde", "Tomás"],
        surnames: &[
            "Gonçalves",
            "Simões",
            "Araújo",
            "Brandão",
            "Magalhães",
            "Sá",
        ],
        second: true,
    },
    Country {
        code: "FR",
        phone: "+336",
        given: &["Zoé", "François", "Anaïs", "Benoît", "Chloé", "Jérôme"],
        surnames: &["Lefèvre", "Noël", "Béranger", "Dupont", "Maître", "Lacroix"],
        second: false,
    },
    Country {
        code: "DE",
        phone: "+4915",
        given: &["Jürgen", "Käthe", "Lena", "Björn", "Ruth", "Sören"],
        surnames: &["Müller", "Weiß", "Schröder", "Jäger", "Köhler", "Vogel"],
        second: false,
    },
];

pub(super) struct Person {
    pub country: &'static str,
    pub given: String,
    pub surname_1: String,
    pub surname_2: Option<String>,
    pub number: String,
    pub document_type: &'static str,
    pub email: String,
    pub phone: String,
    pub birth: String,
    pub valid_until: String,
}

impl Person {
    pub fn draw(country: &Country, rng: &mut StdRng) -> Self {
        let pick =
            |rng: &mut StdRng, from: &[&str]| from[rng.random_range(0..from.len())].to_owned();
        let (given, surname_1) = (pick(rng, country.given), pick(rng, country.surnames));
        let surname_2 = country.second.then(|| pick(rng, country.surnames));
        let passport = rng.random_range(0..5) == 0;
        let digits = rng.random_range(10_000_000..99_999_999_u32);
        let number = match (country.code, passport) {
            ("ES", false) => format!("{digits}{}", dni_letter(digits)),
            (_, true) => format!("XD{}", digits % 1_000_000),
            (code, false) => format!("{code}{digits}"),
        };
        let mailbox = [&given, &surname_1].map(|name| base_letters(name).to_lowercase());
        Person {
            country: country.code,
            given,
            surname_1,
            surname_2,
            number,
            document_type: if passport { "PAS" } else { "IDC" },
            email: format!("{}{}@example.org", mailbox.join("."), digits % 100),
            phone: format!("{}{:08}", country.phone, digits % 100_000_000),
            birth: format!(
                "{:02}/{:02}/{}",
                rng.random_range(1..=28),
                rng.random_range(1..=12),
                rng.random_range(1948..=2006)
            ),
            valid_until: format!(
                "{:02}/{:02}/{}",
                rng.random_range(1..=28),
                rng.random_range(1..=12),
                rng.random_range(2025..=2035)
            ),
        }
    }

    pub fn fields(
        &self,
        profile: &str,
        registration_authority: u64,
        card: u64,
    ) -> Map<String, Value> {
        let secure_element = match profile {
            name if name.contains("nube") => "2",
            name if name.contains("qscd") => "1",
            _ => "0",
        };
        object(json!({
            "profile": profile,
            "scratchcard": card.to_string(),
            "registration_authority": registration_authority.to_string(),
            "secure_element": secure_element,
            "validity_time": 730,
            "country_name": self.country,
            "serial_number": self.number,
            "id_document_country": self.country,
            "id_document_type": self.document_type,
            "given_name": self.given,
            "surname_1": self.surname_1,
            "surname_2": self.surname_2,
            "email": self.email,
            "mobile_phone_number": self.phone,
            "identification_rao": 1_398,
            "videoid_mode": 1,
        }))
    }
}

/// The control letter of a Spanish DNI.
pub(super) fn dni_letter(number: u32) -> char {
    char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize])
}

/// A name as a zone has it: capitals without marks, in words.
pub(super) fn in_a_zone(name: &str) -> String {
    let words: Vec<String> = name.split(' ').map(base_letters).collect();
    words.join(" ")
}
