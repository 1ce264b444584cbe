//! Made-up requests that a fresh mock can begin with, so that an officer has a queue to practise on. All of them follow
//! from two numbers, so only what was changed since has to be kept.

mod people;

use std::collections::BTreeMap;
use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use people::{COUNTRIES, Person};

use crate::record::{ImageRecord, RequestRecord, StateChange, VideoIdRecord, VideoRecord};
use crate::store::{Scratchcard, Store};

/// More would reach below the first number.
pub const MAX_SEEDS: u64 = 40_000;
/// Begins the name of a file that all seeded requests share.
pub const SHARED: &str = "seed-";

/// The evidence that all seeded requests share, by the name that it has among the blobs.
const FILES: [(&str, &[u8]); 6] = [
    (
        "seed-document_front.jpg",
        include_bytes!("../specimens/document_front.jpg"),
    ),
    (
        "seed-document_rear.jpg",
        include_bytes!("../specimens/document_rear.jpg"),
    ),
    (
        "seed-document_photo.jpg",
        include_bytes!("../specimens/document_photo.jpg"),
    ),
    (
        "seed-document_owner.jpg",
        include_bytes!("../specimens/document_owner.jpg"),
    ),
    (
        "seed-passport_page.jpg",
        include_bytes!("../specimens/passport_page.jpg"),
    ),
    ("seed-video.mp4", include_bytes!("../specimens/video.mp4")),
];

/// What the seeded requests follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seeds {
    pub count: u64,
    pub seed: u64,
    pub registration_authority: u64,
    /// Unix seconds of the first start: the requests' dates count from it.
    pub from: i64,
}

const PERSONS: [&str; 4] = [
    "PFnubeAFCiudadano",
    "PFnubeQAFCiudadano",
    "PFqscdCiudadano",
    "PFSoftAFCiudadano",
];
const ORGANISATIONS: [&str; 3] = ["PFnubeAFEmpleado", "PFnubeQAFRepresentante", "PJnubeSello"];

/// Where a request stands: the two states, and how much of the evidence is there.
struct Stage {
    weight: u32,
    status: &'static str,
    videoid: &'static str,
    data: bool,
    video: bool,
    organisation: bool,
}

const fn stage(
    weight: u32,
    status: &'static str,
    videoid: &'static str,
    data: bool,
    video: bool,
    organisation: bool,
) -> Stage {
    Stage {
        weight,
        status,
        videoid,
        data,
        video,
        organisation,
    }
}

const STAGES: [Stage; 13] = [
    stage(34, "VIDEOREVIEW", "REVIEW", true, true, false),
    stage(6, "VIDEOREVIEW", "REVIEW", true, true, true),
    stage(5, "VIDEOREVIEW", "VALIDATED", true, true, false),
    stage(5, "VIDEOREVIEW", "REFUSED", true, true, false),
    stage(5, "CREATED", "VALIDATED", true, true, true),
    stage(7, "VIDEOPENDING", "PENDING", false, false, false),
    stage(3, "VIDEOINCOMPLETE", "INCOMPLETE", true, false, false),
    stage(3, "VIDEOINCOMPLETE", "INCOMPLETE", false, true, false),
    stage(3, "VIDEOERROR", "ERROR", true, true, false),
    stage(10, "ENROLLREADY", "VALIDATED", true, true, false),
    stage(12, "ISSUED", "VALIDATED", true, true, false),
    stage(3, "RENEWED", "VALIDATED", true, true, false),
    stage(4, "CANCELLED", "PENDING", false, false, false),
];

/// Puts the shared evidence among the blobs.
pub fn write_files(blobs: &Path) -> std::io::Result<()> {
    for (name, bytes) in FILES {
        let path = blobs.join(name);
        if std::fs::metadata(&path).is_ok_and(|there| there.len() == bytes.len() as u64) {
            continue;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

/// Adds the requests that are not in the store: what was changed since the first start stays as it is.
pub fn plant(store: &mut Store, seeds: Seeds, cards_per_ra: u64) {
    let count = seeds.count.min(MAX_SEEDS).min(cards_per_ra / 2);
    let first = Store::default().next_pk - count;
    for index in 0..count {
        let pk = first + index;
        let card = Scratchcard::nth(seeds.registration_authority, cards_per_ra - index);
        store.used_cards.insert(card.sn, pk);
        store
            .requests
            .entry(pk)
            .or_insert_with(|| request(seeds, pk, card.sn, count - index));
    }
}

/// `age` counts from the newest, which is 1.
fn request(seeds: Seeds, pk: u64, card: u64, age: u64) -> RequestRecord {
    let mut rng = StdRng::seed_from_u64(seeds.seed.wrapping_mul(1_000_003).wrapping_add(pk));
    let Ok(stage) = STAGES.choose_weighted(&mut rng, |stage| stage.weight) else {
        unreachable!("the weights are constants")
    };
    let country = &COUNTRIES[rng.random_range(0..COUNTRIES.len())];
    let person = Person::draw(country, &mut rng);
    // A few an hour, the newest a quarter of an hour old.
    let minutes = i64::try_from(age).unwrap_or(i64::MAX).saturating_mul(13);
    let created = OffsetDateTime::from_unix_timestamp(seeds.from)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .saturating_sub(Duration::minutes(minutes + rng.random_range(0..10)));
    let profile = if stage.organisation {
        ORGANISATIONS[rng.random_range(0..ORGANISATIONS.len())]
    } else {
        PERSONS[rng.random_range(0..PERSONS.len())]
    };
    let videoid = videoid(stage, pk, &person, created, &mut rng);
    let reasons = videoid.reasons.clone();
    RequestRecord {
        pk,
        status: stage.status.to_owned(),
        fields: person.fields(profile, seeds.registration_authority, card),
        scratchcard: card,
        registration_authority: seeds.registration_authority,
        created: crate::app::written(created),
        videoid: Some(videoid),
        documents: Vec::new(),
        history: vec![StateChange {
            date: crate::app::written(created),
            status: stage.status.to_owned(),
            reasons,
        }],
        webhooks: Vec::new(),
        data_uploads: u32::from(stage.data),
        video_uploads: u32::from(stage.video),
        final_videos: u32::from(stage.data && stage.video),
        untouched: true,
    }
}

fn videoid(
    stage: &Stage,
    pk: u64,
    person: &Person,
    created: OffsetDateTime,
    rng: &mut StdRng,
) -> VideoIdRecord {
    let mut images = BTreeMap::new();
    let mut data = None;
    let mut acceptance = None;
    if stage.data {
        images = shared_images(person.document_type);
        data = Some(answers(person, rng));
        acceptance = Some(object(json!({
            "description": "User Accepted Terms and Conditions and Privacy Policy",
            "url-doc-termsconditions": "https://example.org/terms",
            "url-doc-privacypolicy": "https://example.org/privacy",
            "ip": format!("203.0.113.{}", rng.random_range(1..255)),
            "url-web-videoid": "https://example.org/videoid",
            "user-agent": "videoid-desk (specimen)",
            "date": created.unix_timestamp() * 1_000,
            "simulated": true,
        })));
    }
    let identifier = uuid::Uuid::from_u128(rng.random());
    let decided = matches!(stage.videoid, "VALIDATED" | "REFUSED");
    VideoIdRecord {
        pk: pk + 500_000,
        video_identifier: identifier.hyphenated().to_string(),
        status: stage.videoid.to_owned(),
        refusal_reason: (stage.videoid == "REFUSED")
            .then(|| "The document cannot be read".to_owned()),
        validation_operator: decided.then_some(1_400),
        acceptance,
        data,
        images,
        video: stage.video.then(|| VideoRecord {
            file: "seed-video.mp4".to_owned(),
            bytes: size_of_shared("seed-video.mp4"),
            facts: Value::Null,
            problem: None,
        }),
        reasons: match stage.status {
            "VIDEOERROR" => vec!["the video could not be decoded (made up)".to_owned()],
            _ => Vec::new(),
        },
    }
}

fn shared_images(document_type: &str) -> BTreeMap<String, ImageRecord> {
    let kinds: &[(&str, &str, u32, u32)] = match document_type {
        "PAS" => &[
            ("document_front", "seed-passport_page.jpg", 1_100, 618),
            ("document_photo", "seed-document_photo.jpg", 300, 384),
            ("document_owner", "seed-document_owner.jpg", 960, 540),
        ],
        _ => &[
            ("document_front", "seed-document_front.jpg", 1_000, 642),
            ("document_rear", "seed-document_rear.jpg", 1_000, 642),
            ("document_photo", "seed-document_photo.jpg", 300, 384),
            ("document_owner", "seed-document_owner.jpg", 960, 540),
        ],
    };
    kinds
        .iter()
        .map(|(name, file, width, height)| {
            let record = ImageRecord {
                file: Some((*file).to_owned()),
                bytes: size_of_shared(file),
                width: *width,
                height: *height,
                problem: None,
            };
            ((*name).to_owned(), record)
        })
        .collect()
}

fn size_of_shared(name: &str) -> u64 {
    FILES
        .iter()
        .find(|(file, _)| *file == name)
        .map_or(0, |(_, bytes)| bytes.len() as u64)
}

/// What a station would have read and checked: mostly in agreement with the request, now and then not.
fn answers(person: &Person, rng: &mut StdRng) -> Map<String, Value> {
    let mut ocr = object(json!({
        "given_name": person.given,
        "surname_1": person.surname_1,
        "email": person.email,
        "mobile_phone_number": person.phone,
        "serial_number": person.number,
        "id_document_type": person.document_type,
        "id_document_country": person.country,
        "birth_date": person.birth,
        "id_document_validity": person.valid_until,
    }));
    if let Some(second) = &person.surname_2 {
        ocr.insert("surname_2".to_owned(), json!(second));
    }
    match rng.random_range(0..8) {
        // Read from the machine-readable zone, which knows no diacritics.
        0 => {
            let plain = people::in_a_zone(&person.surname_1);
            ocr.insert("surname_1".to_owned(), json!(plain));
        }
        1 => {
            ocr.insert(
                "serial_number".to_owned(),
                json!(person.number.replace('1', "7")),
            );
        }
        _ => {}
    }
    let mut checks = Map::new();
    for name in [
        "otp_validation",
        "documents_match",
        "data_integrity",
        "document_notcopy",
        "document_notexpired",
        "document_notunderage",
        "liveliness",
    ] {
        match rng.random_range(0..20) {
            0 => {
                checks.insert(name.to_owned(), json!(false));
            }
            // Not performed: left out.
            1..4 => {}
            _ => {
                checks.insert(name.to_owned(), json!(true));
            }
        }
    }
    let mut data = Map::new();
    data.insert("ocr_data".to_owned(), Value::Object(ocr));
    data.insert("security_checks".to_owned(), Value::Object(checks));
    if rng.random_range(0..6) > 0 {
        data.insert(
            "similarity_level".to_owned(),
            json!(rng.random_range(35..=98)),
        );
    }
    data
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(mut fields) => {
            fields.retain(|_, value| !value.is_null());
            fields
        }
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::people::dni_letter;
    use super::*;

    const SEEDS: Seeds = Seeds {
        count: 500,
        seed: 7,
        registration_authority: 116,
        from: 1_770_000_000,
    };

    fn planted(seeds: Seeds) -> Store {
        let mut store = Store::default();
        plant(&mut store, seeds, 90_000);
        store
    }

    #[test]
    fn the_same_numbers_give_the_same_requests() {
        let text = |seeds| serde_json::to_string(&planted(seeds).requests).unwrap();
        assert_eq!(text(SEEDS), text(SEEDS));
        assert_ne!(text(SEEDS), text(Seeds { seed: 8, ..SEEDS }));
    }

    #[test]
    fn every_stage_occurs_and_nothing_given_out_later_is_taken() {
        let store = planted(SEEDS);
        assert_eq!(store.requests.len(), 500);
        for stage in &STAGES {
            assert!(
                store
                    .requests
                    .values()
                    .any(|request| request.status == stage.status
                        && request.videoid.as_ref().unwrap().status == stage.videoid),
                "{}/{}",
                stage.status,
                stage.videoid
            );
        }
        assert!(store.requests.keys().all(|pk| *pk < store.next_pk));
        let card = store.first_unused(116, 90_000).unwrap();
        assert_eq!(card, Scratchcard::nth(116, 1));
    }

    #[test]
    fn spanish_numbers_have_their_letter() {
        assert_eq!(dni_letter(12_345_678), 'Z');
        let store = planted(SEEDS);
        let spanish = store.requests.values().filter(|request| {
            request.field("id_document_country") == Some("ES")
                && request.field("id_document_type") == Some("IDC")
        });
        for request in spanish {
            let number = request.field("serial_number").unwrap();
            let digits: u32 = number[..8].parse().unwrap();
            assert!(number.ends_with(dni_letter(digits)), "{number}");
        }
    }

    #[test]
    fn what_was_changed_is_not_planted_again() {
        let mut store = planted(SEEDS);
        let pk = *store.requests.keys().next().unwrap();
        store.request_mut(pk).unwrap().status = "CANCELLED".to_owned();
        plant(&mut store, SEEDS, 90_000);
        assert_eq!(store.requests[&pk].status, "CANCELLED");
    }

    #[test]
    fn the_shared_pictures_have_the_sizes_that_are_told() {
        for document_type in ["IDC", "PAS"] {
            for image in shared_images(document_type).values() {
                let name = image.file.clone().unwrap();
                let (_, bytes) = FILES.iter().find(|(file, _)| *file == name).unwrap();
                assert_eq!(
                    crate::checks::check_image(bytes).unwrap(),
                    (image.width, image.height),
                    "{name}"
                );
            }
        }
    }
}
