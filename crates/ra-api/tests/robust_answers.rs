//! Whatever a server answers, reading it ends in a value or an error: the loops of the fuzz target, in short.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use ra_api::{
    Decision, Page, Presence, Rao, Receipt, RequestRecord, RequestSummary, Scratchcard,
    WebhookEvent,
};

/// An answer with a value in most of the fields that are known, secrets among them.
const REQUEST: &str = r#"{
    "pk": 46760, "status": "VIDEOREVIEW", "given_name": "Ana", "surname_1": "Ruiz", "profile": "PFnubeQSCDr1",
    "created": "2026-02-03T04:05:06Z", "validity_time": 730, "scratchcard": { "sn": "77", "secrets": { "pin": "KEEPOUT" } },
    "videoid_data": { "pk": 9, "video_identifier": "0a1b", "status": "COMPLETED", "requests": [46760], "acceptance": true,
        "data": { "similarity_level": "87%", "security_checks": [["OTP validation", true]], "images": { "selfie": "aGVsbG8=" } } },
    "secrets": { "puk": "KEEPOUT" }, "documents": [{ "pk": 1, "title": "front", "document": "a.jpg" }]
}"#;

/// Reads it as everything that a server answers with, and goes on with what was read.
fn read_all(bytes: &[u8]) -> usize {
    let record = |record: &RequestRecord| {
        let _ = (
            record.created(),
            record.is_natural_person(),
            record.video_target(),
        );
        if let Some(videoid) = &record.videoid_data {
            let content = videoid.content();
            // What is told to be there can be read.
            assert!(content.is_none() || videoid.data_presence() != Presence::Absent);
        }
        let shown = format!("{record:?}");
        assert!(!shown.contains("KEEPOUT"), "{shown}");
        let again = serde_json::to_vec(record).expect("what was read is written");
        assert!(!String::from_utf8_lossy(&again).contains("KEEPOUT"));
        let again: RequestRecord = serde_json::from_slice(&again).expect("and read again");
        assert_eq!((&again.pk, &again.status), (&record.pk, &record.status));
    };
    let mut read = 0;
    if let Ok(one) = serde_json::from_slice::<RequestRecord>(bytes) {
        record(&one);
        read += 1;
    }
    if let Ok(page) = serde_json::from_slice::<Page<RequestRecord>>(bytes) {
        page.results.iter().for_each(record);
        read += 1;
    }
    read += usize::from(serde_json::from_slice::<RequestSummary>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<Page<RequestSummary>>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<Page<Scratchcard>>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<Scratchcard>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<Decision>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<Receipt>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<Rao>(bytes).is_ok());
    read += usize::from(serde_json::from_slice::<WebhookEvent>(bytes).is_ok());
    read
}

#[test]
fn the_answer_itself_is_read() {
    assert!(read_all(REQUEST.as_bytes()) >= 2);
    let page = format!(
        r#"{{"count": 1, "next": "https://elsewhere.example/?page=2", "results": [{REQUEST}]}}"#
    );
    assert!(read_all(page.as_bytes()) >= 2);
}

/// Nesting without end is an error and no overflow of the stack.
#[test]
fn deep_answers_are_refused() {
    for (open, close) in [("[", "]"), (r#"{"extra":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(read_all(deep.as_bytes()), 0);
        let within = format!(r#"{{"pk": 1, "status": "CREATED", "extra": {deep}}}"#);
        assert!(serde_json::from_str::<RequestRecord>(&within).is_err());
        // What a list needs is read, as it passes over all else without keeping it.
        assert_eq!(read_all(within.as_bytes()), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    /// Text of the letters that JSON is made of.
    #[test]
    fn almost_json(text in r#"[\[\]{}:,"a-c0-9.eE+\-\\ntrufls]{0,120}"#) {
        read_all(text.as_bytes());
    }

    /// The answer with bytes exchanged, parts left out, parts repeated.
    #[test]
    fn damaged_answers(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of((any::<prop::sample::Index>(), 0usize..60)),
        again in prop::option::of((any::<prop::sample::Index>(), 0usize..60)),
    ) {
        // Not the secrets' own marks and names: a secret under another name cannot be told from data.
        let mut bytes = REQUEST.replace("KEEPOUT", "hidden").into_bytes();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some((from, length)) = cut {
            let from = from.index(bytes.len());
            bytes.drain(from..(from + length).min(bytes.len()));
        }
        if let Some((from, length)) = again {
            let from = from.index(bytes.len());
            let part = bytes[from..(from + length).min(bytes.len())].to_vec();
            bytes.splice(from..from, part);
        }
        read_all(&bytes);
    }
}
