//! Rules of a case: consent first, nothing true by default, nothing after delivery, payload as the RA takes it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use evidence::*;
use proptest::prelude::*;
use rand::SeedableRng;
use serde_json::json;
use time::macros::datetime;

fn case(environment: &str) -> Case {
    let operator = OperatorRecord {
        name: "Op".into(),
        rao_id: None,
    };
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let at = datetime!(2026-01-02 03:04:05.678 UTC);
    Case::new(
        "c1".into(),
        environment.into(),
        at,
        operator,
        Challenge::draw(&mut rng),
    )
}

fn image(id: &str, simulated: bool) -> ImageRecord {
    ImageRecord {
        id: id.into(),
        file: format!("{id}.jpg"),
        width: 1920,
        height: 1080,
        bytes: 1,
        sha256: "00".into(),
        captured_at: datetime!(2026-01-02 03:04:05 UTC),
        source: "Cam".into(),
        simulated,
        cut_from: None,
        original: None,
        dpi: None,
        automatic: false,
        overridden: Vec::new(),
    }
}

fn video(interrupted: Option<&str>) -> VideoRecord {
    VideoRecord {
        id: "v".into(),
        file: "v.mp4".into(),
        picked: false,
        source: "Cam".into(),
        simulated: false,
        duration_ms: 9000,
        width: 1280,
        height: 720,
        frames: 270,
        dropped: 0,
        bytes: 1,
        sha256: "00".into(),
        recorded_at: datetime!(2026-01-02 03:04:05 UTC),
        interrupted: interrupted.map(str::to_owned),
        virtual_camera: false,
    }
}

fn attested(value: bool) -> CheckResult {
    CheckResult::Attested {
        value,
        by: "Op".into(),
        at: "t".into(),
        reason: None,
        measured: None,
        overridden: None,
    }
}

fn accept(case: &mut Case) {
    case.acceptance = Some(Acceptance {
        accepted: true,
        at: datetime!(2021-06-04 16:24:39.708 UTC),
        description: "Accepted".into(),
        terms_url: "https://t".into(),
        privacy_url: "https://p".into(),
        web_url: "https://w".into(),
        user_agent: "ua".into(),
        ip: Some("203.0.113.9".into()),
    });
}

fn complete(document: DocumentType) -> Case {
    let mut case = case("sandbox");
    accept(&mut case);
    case.request = Some(RequestRecord {
        pk: "1".into(),
        scratchcard: None,
        status: "VIDEOPENDING".into(),
        video_pk: Some("2".into()),
        video_identifier: Some("u".into()),
        api_url: None,
        at_ra: PartsAtRa::default(),
    });
    case.set_document(document, "ES".into()).unwrap();
    for kind in ImageKind::ALL {
        if case.needs_image(kind) {
            case.put_image(kind, image(kind.key(), false)).unwrap();
        }
    }
    case.put_video(video(None)).unwrap();
    for field in ESSENTIAL_FIELDS {
        case.set_field(field, "X", datetime!(2026-01-02 03:04:05 UTC))
            .unwrap();
    }
    case
}

#[test]
fn nothing_is_captured_before_consent() {
    let mut case = case("sandbox");
    assert_eq!(
        case.put_image(ImageKind::DocumentFront, image("a", false)),
        Err(CaseError::ConsentMissing)
    );
    assert_eq!(case.put_video(video(None)), Err(CaseError::ConsentMissing));
    accept(&mut case);
    assert!(
        case.put_image(ImageKind::DocumentFront, image("a", false))
            .is_ok()
    );
}

#[test]
fn a_refusal_is_no_consent() {
    let mut case = case("sandbox");
    accept(&mut case);
    case.acceptance.as_mut().unwrap().accepted = false;
    assert_eq!(case.check_capture(), Err(CaseError::ConsentMissing));
    assert!(
        build_payload(&case, PayloadOptions::default())
            .acceptance
            .is_empty()
    );
}

#[test]
fn completeness_follows_the_document() {
    for (document, rear) in [
        (DocumentType::Idc, true),
        (DocumentType::Pas, false),
        (DocumentType::Pno, true),
        (DocumentType::Tin, true),
    ] {
        let mut case = complete(document);
        assert_eq!(case.missing(), vec![], "{document:?}");
        assert_eq!(case.needs_image(ImageKind::DocumentRear), rear);
        case.images.remove(&ImageKind::DocumentPhoto);
        assert_eq!(case.missing(), vec![Missing::DocumentPhoto]);
        assert_eq!(case.next_step(), Step::Portrait);
    }
}

#[test]
fn an_interrupted_video_does_not_count() {
    let mut case = complete(DocumentType::Idc);
    case.put_video(video(Some("camera_disconnected"))).unwrap();
    assert_eq!(case.missing(), vec![Missing::Video]);
}

#[test]
fn data_and_checks_are_done_when_all_of_the_evidence_is_there() {
    let mut case = complete(DocumentType::Idc);
    assert!(case.step_done(Step::Data) && !case.data_doubtful());
    case.put_video(video(Some("camera_disconnected"))).unwrap();
    assert!(!case.step_done(Step::Data) && case.step_done(Step::DocumentFront));
}

#[test]
fn a_failed_check_and_a_field_that_contradicts_itself_are_doubtful() {
    let mut case = complete(DocumentType::Idc);
    let measured = |value| CheckResult::Measured {
        value,
        method: "test".into(),
        reasons: Vec::new(),
    };
    case.checks
        .insert(Check::DocumentNotexpired, measured(true));
    assert!(!case.data_doubtful());
    case.checks
        .insert(Check::DocumentNotexpired, measured(false));
    assert!(case.data_doubtful());
    case.checks.clear();
    let serial = case.fields.get_mut(&Field::SerialNumber).unwrap();
    serial.valid = Some(false);
    assert!(case.data_doubtful());
    let at = datetime!(2026-01-02 03:04:05 UTC);
    case.set_field(Field::SerialNumber, "Y", at).unwrap();
    assert!(!case.data_doubtful());
}

#[test]
fn choosing_a_passport_hands_back_the_rear() {
    let mut case = complete(DocumentType::Idc);
    let rear = case.set_document(DocumentType::Pas, "ES".into()).unwrap();
    assert_eq!(rear.unwrap().id, "document_rear");
    assert_eq!(case.missing(), vec![]);
    assert_eq!(
        case.put_image(ImageKind::DocumentRear, image("r", false)),
        Err(CaseError::NotNeeded)
    );
}

#[test]
fn discarding_the_front_takes_the_portrait_with_it() {
    let mut case = complete(DocumentType::Idc);
    let removed = case.remove_image(ImageKind::DocumentFront).unwrap();
    assert_eq!(removed.len(), 2);
    assert_eq!(
        case.missing(),
        vec![Missing::DocumentFront, Missing::DocumentPhoto]
    );
    assert_eq!(
        case.remove_image(ImageKind::DocumentFront),
        Err(CaseError::Nothing)
    );
}

#[test]
fn nothing_changes_after_delivery() {
    let mut case = complete(DocumentType::Idc);
    let at = datetime!(2026-01-02 03:04:05 UTC);
    case.delivered = Some(Delivered {
        status: "VIDEOREVIEW".into(),
        at,
    });
    let before = case.clone();
    assert!(
        case.put_image(ImageKind::DocumentFront, image("x", false))
            .is_err()
    );
    assert!(case.remove_image(ImageKind::DocumentFront).is_err());
    assert!(case.put_video(video(None)).is_err());
    assert!(case.remove_video().is_err());
    assert!(case.set_field(Field::GivenName, "Y", at).is_err());
    assert!(case.put_check(Check::Liveliness, attested(true)).is_err());
    assert!(case.set_document(DocumentType::Pas, "FR".into()).is_err());
    assert_eq!(case, before);
}

#[test]
fn the_payload_of_a_complete_case() {
    let mut case = complete(DocumentType::Idc);
    case.form.email = "a@example.org".into();
    case.put_check(Check::DocumentNotcopy, attested(true))
        .unwrap();
    case.put_check(Check::DocumentNotexpired, attested(false))
        .unwrap();
    let payload = build_payload(&case, PayloadOptions::default());
    assert_eq!(
        serde_json::Value::Object(payload.acceptance),
        json!({
            "description": "Accepted", "url-doc-termsconditions": "https://t", "url-doc-privacypolicy": "https://p",
            "ip": "203.0.113.9", "url-web-videoid": "https://w", "user-agent": "ua", "date": 1622823879708u64
        })
    );
    assert_eq!(
        serde_json::Value::Object(payload.ocr_data),
        json!({
            "given_name": "X", "surname_1": "X", "serial_number": "X", "email": "a@example.org",
            "id_document_type": "IDC", "id_document_country": "ES"
        })
    );
    assert_eq!(
        serde_json::Value::Object(payload.security_checks),
        json!({"document_notcopy": true, "document_notexpired": false})
    );
    assert_eq!(payload.similarity_level, None);
    assert_eq!(payload.images.len(), 4);
}

#[test]
fn the_settings_of_the_payload() {
    let mut case = complete(DocumentType::Pas);
    for kind in [ImageKind::DocumentOwner, ImageKind::DocumentPhoto] {
        case.images.get_mut(&kind).unwrap().sha256 = kind.key().into();
    }
    case.faces = Some(FaceRecord {
        of: case.faces_of(),
        selfie_portrait: Some(FaceMatch {
            distance: 0.5,
            score: Some(61),
            inter_eye_px: [90.0, 60.0],
        }),
        ..FaceRecord::default()
    });
    let options = PayloadOptions {
        similarity_form: SimilarityForm::Level,
        unperformed_as_false: true,
        provenance: true,
        passport_rear_twice: true,
    };
    let payload = build_payload(&case, options);
    assert_eq!(payload.similarity_level, Some(json!("high")));
    let mut other = case.clone();
    other
        .images
        .get_mut(&ImageKind::DocumentOwner)
        .unwrap()
        .sha256 = "new".into();
    assert_eq!(build_payload(&other, options).similarity_level, None);
    for check in Check::ALL {
        assert_eq!(payload.security_checks[check.key()], json!(false));
    }
    assert_eq!(
        payload.security_checks["provenance"]["liveliness"]["source"],
        json!("not_performed")
    );
    let sources = payload.ocr_data["provenance"].as_object().unwrap();
    let fields = payload.ocr_data.keys().filter(|key| *key != "provenance");
    assert!(fields.eq(sources.keys()), "{sources:?}");
    assert_eq!(sources["id_document_type"], json!({"source": "typed"}));
    assert!(
        payload
            .images
            .contains(&(ImageKind::DocumentRear, ImageKind::DocumentFront))
    );
    let plain = build_payload(&case, PayloadOptions::default());
    assert_eq!(plain.similarity_level, Some(json!(61)));
    assert!(plain.security_checks.is_empty());
    assert!(!plain.ocr_data.contains_key("provenance"));
    assert_eq!(plain.images.len(), 3);
}

#[test]
fn simulated_evidence_says_so() {
    let mut real = complete(DocumentType::Idc);
    assert!(
        !build_payload(&real, PayloadOptions::default())
            .acceptance
            .contains_key("simulated")
    );
    real.put_image(ImageKind::DocumentOwner, image("o", true))
        .unwrap();
    assert_eq!(
        build_payload(&real, PayloadOptions::default()).acceptance["simulated"],
        json!(true)
    );
    let mut training = case("training");
    accept(&mut training);
    let acceptance = build_payload(&training, PayloadOptions::default()).acceptance;
    assert_eq!(
        (&acceptance["simulated"], &acceptance["environment"]),
        (&json!(true), &json!("training"))
    );
}

#[test]
fn erasing_leaves_nothing_that_names_the_subject() {
    let mut case = complete(DocumentType::Idc);
    case.form.given_name = "ZACARIAS".into();
    case.form.email = "zacarias@example.org".into();
    case.set_field(
        Field::GivenName,
        "ZACARIAS",
        datetime!(2026-01-02 03:04:05 UTC),
    )
    .unwrap();
    case.erase(datetime!(2026-01-03 03:04:05 UTC));
    let text = serde_json::to_string(&case).unwrap();
    assert!(!text.to_uppercase().contains("ZACARIAS"));
    assert!(!text.contains("203.0.113.9"));
}

#[test]
fn an_event_is_one_flat_line() {
    let line = AuditLine {
        at: datetime!(2026-01-02 03:04:05 UTC),
        operator: OperatorRecord {
            name: "Op".into(),
            rao_id: Some("7".into()),
        },
        event: AuditEvent::ImageRetaken {
            kind: ImageKind::DocumentFront,
        },
    };
    let text = serde_json::to_string(&line).unwrap();
    assert_eq!(
        text,
        r#"{"at":"2026-01-02T03:04:05Z","operator":{"name":"Op","rao_id":"7"},"event":"image_retaken","kind":"document_front"}"#
    );
    assert_eq!(serde_json::from_str::<AuditLine>(&text).unwrap(), line);
}

#[test]
fn spanish_letters() {
    let check = |number: &str| check_document_number(DocumentType::Idc, "ES", number);
    for good in [
        "12345678Z",
        "00000000T",
        "X1234567L",
        "Y1234567X",
        "Z1234567R",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
    for (bad, problem) in [
        ("12345678A", InputProblem::ControlLetter),
        ("X1234567A", InputProblem::ControlLetter),
        ("1234567Z", InputProblem::DocumentNumber),
        ("A2345678Z", InputProblem::DocumentNumber),
        ("123456789", InputProblem::DocumentNumber),
        ("12345678z", InputProblem::DocumentNumber),
        ("", InputProblem::Empty),
    ] {
        assert_eq!(check(bad), Err(problem), "{bad}");
    }
    assert_eq!(
        check_document_number(DocumentType::Pas, "ES", "PAA123456"),
        Ok(())
    );
    assert_eq!(
        check_document_number(DocumentType::Idc, "IT", "CA00000AA"),
        Ok(())
    );
}

#[test]
fn addresses_and_numbers() {
    for good in ["a@example.org", "a.b+c@sub.example.co", "ñ@éxample.es"] {
        assert_eq!(check_email(good), Ok(()), "{good}");
    }
    for bad in [
        "a",
        "a@b",
        "@example.org",
        "a@example",
        "a b@example.org",
        "a@.org",
        "a@b..org",
        "a@@b.org",
        "a.@b.org",
        "a@-b.org",
    ] {
        assert_eq!(check_email(bad), Err(InputProblem::Email), "{bad}");
    }
    assert_eq!(check_phone("+34611223344"), Ok(()));
    for bad in [
        "611223344",
        "+0611223344",
        "+34",
        "+3461122334455667",
        "+34 611",
        "+34a11223344",
    ] {
        assert_eq!(check_phone(bad), Err(InputProblem::Phone), "{bad}");
    }
    assert_eq!(check_country("ES"), Ok(()));
    for bad in ["es", "XX", "ESP", "E", "A "] {
        assert_eq!(check_country(bad), Err(InputProblem::Country), "{bad}");
    }
}

fn form() -> RequestForm {
    RequestForm {
        profile: "PFnubeAFCiudadano".into(),
        given_name: " Ana ".into(),
        surname_1: "García".into(),
        surname_2: String::new(),
        email: "ana@example.org".into(),
        mobile_phone_number: "+34 611-22-33-44".into(),
        serial_number: "12345678-z".into(),
        country_name: "es".into(),
        id_document_type: "idc".into(),
        id_document_country: "es".into(),
        validity_days: 730,
    }
}

#[test]
fn a_form_is_brought_into_the_ras_spelling() {
    let checked = form().check().unwrap();
    assert_eq!(checked.given_name, "Ana");
    assert_eq!(checked.mobile_phone_number, "+34611223344");
    assert_eq!(checked.serial_number, "12345678Z");
    assert_eq!(
        (
            checked.country_name.as_str(),
            checked.id_document_type.as_str()
        ),
        ("ES", "IDC")
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let wrong = RequestForm {
        given_name: String::new(),
        email: "nobody".into(),
        validity_days: 0,
        id_document_type: "XXX".into(),
        ..form()
    };
    let fields: Vec<_> = wrong
        .check()
        .unwrap_err()
        .into_iter()
        .map(|problem| problem.field)
        .collect();
    assert_eq!(
        fields,
        ["given_name", "email", "id_document_type", "validity_time"]
    );
    for days in [1, MAX_VALIDITY_DAYS] {
        assert!(
            RequestForm {
                validity_days: days,
                ..form()
            }
            .check()
            .is_ok()
        );
    }
    assert!(
        RequestForm {
            validity_days: MAX_VALIDITY_DAYS + 1,
            ..form()
        }
        .check()
        .is_err()
    );
}

#[derive(Debug, Clone)]
enum Act {
    Consent(bool),
    Image(ImageKind),
    DropImage(ImageKind),
    Video,
    DropVideo,
    Document(DocumentType),
    Field(Field, String),
    Attest(Check, Option<bool>),
    Deliver,
}

fn act() -> impl Strategy<Value = Act> {
    let kind = prop::sample::select(ImageKind::ALL.to_vec());
    let document = prop::sample::select(vec![
        DocumentType::Idc,
        DocumentType::Pas,
        DocumentType::Pno,
        DocumentType::Tin,
    ]);
    prop_oneof![
        3 => any::<bool>().prop_map(Act::Consent),
        5 => kind.clone().prop_map(Act::Image),
        1 => kind.prop_map(Act::DropImage),
        2 => Just(Act::Video),
        1 => Just(Act::DropVideo),
        1 => document.prop_map(Act::Document),
        5 => (prop::sample::select(Field::ALL.to_vec()), "[A-Z]{0,3}").prop_map(|(field, text)| Act::Field(field, text)),
        2 => (prop::sample::select(Check::ALL.to_vec()), any::<Option<bool>>()).prop_map(|(c, v)| Act::Attest(c, v)),
        1 => Just(Act::Deliver),
    ]
}

proptest! {
    /// Whatever is done in whatever order: the invariants hold, and a stored case is read back as it was.
    #[test]
    fn invariants(acts in prop::collection::vec(act(), 0..60)) {
        let mut case = case("sandbox");
        let at = datetime!(2026-01-02 03:04:05 UTC);
        for act in acts {
            let before = case.clone();
            let delivered = case.delivered.is_some();
            match act {
                Act::Consent(true) if !delivered => accept(&mut case),
                Act::Consent(false) if !delivered => { case.drop_captures(); case.acceptance = None; }
                Act::Consent(_) => {}
                Act::Image(kind) => { let _ = case.put_image(kind, image(kind.key(), false)); }
                Act::DropImage(kind) => { let _ = case.remove_image(kind); }
                Act::Video => { let _ = case.put_video(video(None)); }
                Act::DropVideo => { let _ = case.remove_video(); }
                Act::Document(document) => { let _ = case.set_document(document, "ES".into()); }
                Act::Field(field, text) => { let _ = case.set_field(field, &text, at); }
                Act::Attest(check, value) => {
                    let result = value.map_or(CheckResult::NotPerformed, attested);
                    let _ = case.put_check(check, result);
                }
                Act::Deliver => case.delivered = Some(Delivered { status: "VIDEOREVIEW".into(), at }),
            }
            if delivered {
                prop_assert_eq!(&case, &before);
            }
            // No evidence without consent.
            prop_assert!(case.consented() || (case.images.is_empty() && case.video.is_none()));
            // No picture that the document does not have.
            prop_assert!(case.images.keys().all(|kind| case.needs_image(*kind)));
            // A check is sent exactly when it was performed, with its value.
            let payload = build_payload(&case, PayloadOptions::default());
            for check in Check::ALL {
                let sent = payload.security_checks.get(check.key()).and_then(serde_json::Value::as_bool);
                prop_assert_eq!(sent, case.check_result(check).value());
            }
            prop_assert!(payload.ocr_data.values().all(|value| value != ""));
            prop_assert_eq!(payload.images.len(), case.images.len());
            let json = serde_json::to_string(&case).unwrap();
            prop_assert_eq!(serde_json::from_str::<Case>(&json).unwrap(), case.clone());
        }
    }

    #[test]
    fn challenges(seed in any::<u64>()) {
        let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
        let challenge = Challenge::draw(&mut rng);
        prop_assert!(challenge.code.len() >= 6);
        prop_assert!(challenge.code.bytes().all(|b| CODE_ALPHABET.contains(&b)));
        prop_assert_eq!(challenge.actions[0], ChallengeAction::LookAhead);
        let distinct: std::collections::HashSet<_> = challenge.actions.iter().collect();
        prop_assert_eq!(distinct.len(), 6);
        prop_assert!(challenge.marked_ms.iter().all(Option::is_none));
    }

    /// Of all 23 letters exactly one fits a number.
    #[test]
    fn one_letter_fits(number in 0u32..100_000_000) {
        let fitting = (b'A'..=b'Z')
            .filter(|letter| {
                let text = format!("{number:08}{}", char::from(*letter));
                check_document_number(DocumentType::Idc, "ES", &text).is_ok()
            })
            .count();
        prop_assert_eq!(fitting, 1);
    }

    #[test]
    fn checking_any_form_never_panics_and_settles(
        text in ".{0,40}", number in ".{0,12}", days in any::<u32>()
    ) {
        let form = RequestForm {
            email: text.clone(), given_name: text, serial_number: number.clone(),
            mobile_phone_number: number, validity_days: days, ..form()
        };
        if let Ok(checked) = form.check() {
            prop_assert_eq!(checked.check().unwrap(), checked);
        }
    }
}

#[test]
fn a_part_that_the_ra_has_is_not_asked_for() {
    let mut case = case("sandbox");
    accept(&mut case);
    case.request = complete(DocumentType::Idc).request;
    let at_ra = |case: &mut Case, data, video| {
        case.request.as_mut().unwrap().at_ra = PartsAtRa { data, video };
    };
    at_ra(&mut case, true, false);
    assert_eq!(case.missing(), [Missing::Video]);
    assert_eq!(case.next_step(), Step::Video);
    assert!(!case.step_needed(Step::DocumentFront) && !case.step_needed(Step::Data));
    at_ra(&mut case, false, true);
    assert!(!case.missing().contains(&Missing::Video));
    assert!(!case.step_needed(Step::Video) && case.step_needed(Step::Selfie));

    // What was captured here stays in sight, wherever else it is.
    let mut case = complete(DocumentType::Idc);
    at_ra(&mut case, true, true);
    assert_eq!(case.missing(), []);
    assert!(Step::ALL.into_iter().all(|step| case.step_needed(step)));
}

#[test]
fn a_cancelled_request_takes_nothing_more() {
    let mut case = complete(DocumentType::Idc);
    case.request.as_mut().unwrap().status = "CANCELLED".into();
    assert_eq!(case.check_open(), Err(CaseError::RequestCancelled));
    assert_eq!(
        case.put_video(video(None)),
        Err(CaseError::RequestCancelled)
    );
    assert_eq!(case.next_step(), Step::Request);
    assert_eq!(case.images.len(), 4, "what is there stays");
}

#[test]
fn a_case_of_an_earlier_version_says_nothing_of_the_ra() {
    let mut json = serde_json::to_value(complete(DocumentType::Idc)).unwrap();
    json["request"].as_object_mut().unwrap().remove("at_ra");
    let read: Case = serde_json::from_value(json).unwrap();
    assert_eq!(read.at_ra(), PartsAtRa::default());
}

#[test]
fn nothing_personal_stays_after_erasing() {
    let mut case = complete(DocumentType::Idc);
    let secret = |text: &str| format!("{text}-1980-01-31");
    let measured = CheckResult::Measured {
        value: false,
        method: "date of expiry".into(),
        reasons: vec![CheckReason {
            code: ReasonCode::ExpiryDate,
            holds: Some(false),
            measured: Some(secret("m")),
            expected: None,
        }],
    };
    case.put_check(Check::DocumentNotexpired, measured.clone())
        .unwrap();
    let looked_up = CheckResult::LookedUp {
        value: true,
        register: "Register".into(),
        reference: Some(secret("l")),
        at: "t".into(),
    };
    case.put_check(Check::DocumentsMatch, looked_up).unwrap();
    let overridden = CheckResult::Attested {
        value: true,
        by: "Op".into(),
        at: "t".into(),
        reason: Some(secret("r")),
        measured: Some(false),
        overridden: Some(Box::new(measured)),
    };
    case.put_check(Check::DataIntegrity, overridden).unwrap();
    case.erase(datetime!(2026-02-02 03:04:05 UTC));
    let kept = serde_json::to_string(&case).unwrap();
    assert!(!kept.contains("1980-01-31"), "{kept}");
    let values = case.checks.values().map(CheckResult::value);
    let values: Vec<Option<bool>> = values.collect();
    assert_eq!(values, [Some(true), Some(true), Some(false)]);
}

#[test]
fn what_was_said_falls_with_what_it_is_about() {
    let looked_up = CheckResult::LookedUp {
        value: true,
        register: "Register".into(),
        reference: None,
        at: "t".into(),
    };
    let returned = CheckResult::Measured {
        value: true,
        method: "one-time code".into(),
        reasons: Vec::new(),
    };
    let said = |case: &mut Case| {
        case.put_check(Check::DocumentsMatch, looked_up.clone())
            .unwrap();
        case.put_check(Check::OtpValidation, returned.clone())
            .unwrap();
        for check in [
            Check::DocumentNotcopy,
            Check::Liveliness,
            Check::DataIntegrity,
        ] {
            case.put_check(check, attested(true)).unwrap();
        }
    };
    let at = datetime!(2026-01-02 03:04:05 UTC);
    let other = || ImageRecord {
        sha256: "01".into(),
        ..image("o", false)
    };
    type Change<'a> = &'a dyn Fn(&mut Case);
    use Check::{DataIntegrity, DocumentNotcopy, DocumentsMatch, Liveliness, OtpValidation};
    let table: [(&str, Change, &[Check]); 12] = [
        ("nothing", &|_| {}, &[]),
        ("the step", &|case| case.step = Step::Data, &[]),
        (
            "a name",
            &|case| case.set_field(Field::Surname1, "Y", at).unwrap(),
            &[DocumentsMatch],
        ),
        (
            "the document",
            &|case| drop(case.set_document(DocumentType::Pno, "FR".into()).unwrap()),
            &[DocumentsMatch],
        ),
        (
            "a value that is read no more",
            &|case| drop(case.fields.remove(&Field::SerialNumber)),
            &[DocumentsMatch],
        ),
        (
            "the request's telephone",
            &|case| case.form.mobile_phone_number = "+34600000000".into(),
            &[OtpValidation, DataIntegrity],
        ),
        (
            "the mailbox that is sent",
            &|case| case.set_field(Field::Email, "b@example.org", at).unwrap(),
            &[OtpValidation],
        ),
        (
            "the front",
            &|case| drop(case.put_image(ImageKind::DocumentFront, other()).unwrap()),
            &[DataIntegrity, DocumentNotcopy],
        ),
        (
            "no rear",
            &|case| drop(case.remove_image(ImageKind::DocumentRear).unwrap()),
            &[DataIntegrity, DocumentNotcopy],
        ),
        (
            "the selfie",
            &|case| drop(case.put_image(ImageKind::DocumentOwner, other()).unwrap()),
            &[Liveliness],
        ),
        (
            "no video",
            &|case| drop(case.remove_video().unwrap()),
            &[Liveliness],
        ),
        (
            "a new word",
            &|case| {
                case.remove_video().unwrap();
                case.put_check(Check::Liveliness, attested(false)).unwrap();
            },
            &[],
        ),
    ];
    for (what, change, fallen) in table {
        let mut case = complete(DocumentType::Idc);
        said(&mut case);
        let before = case.clone();
        change(&mut case);
        assert_eq!(case.drop_outdated(&before), fallen, "{what}");
        assert!(fallen.iter().all(|check| !case.checks.contains_key(check)));
        assert_eq!(case.checks.len(), 5 - fallen.len(), "{what}");
    }
    let mut case = complete(DocumentType::Idc);
    said(&mut case);
    case.drop_captures();
    assert_eq!(
        case.checks.len(),
        2,
        "consent withdrawn: what others said stays"
    );
}
