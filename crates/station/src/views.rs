//! From the session's state to what the screens see of it.

use evidence::{
    Case, Check, Field, FieldSource, ImageKind, NameComparison, NameDifferenceKind, NamePart,
    PersonName, Step, compare_names,
};

use crate::clock::rfc3339;
use crate::contract::*;
use crate::enrollment::OpenCase;
use crate::failure::code_named;
use crate::settings::Settings;

pub fn case_summary(case: &Case) -> CaseSummary {
    let name = format!("{} {}", case.form.given_name, case.form.surname_1);
    let name = name.trim();
    CaseSummary {
        case_id: case.case_id.clone(),
        started_at: rfc3339(case.started_at),
        subject_name: (!name.is_empty()).then(|| name.to_owned()),
        request_id: case.request.as_ref().map(|request| request.pk.clone()),
        request_state: case.request.as_ref().map(|request| request.status.clone()),
        next_step: case.next_step(),
        environment: environment_from(&case.environment),
    }
}

pub fn environment_name(environment: Environment) -> &'static str {
    match environment {
        Environment::Training => "training",
        Environment::Sandbox => "sandbox",
        Environment::Production => "production",
    }
}

fn environment_from(name: &str) -> Environment {
    match name {
        "sandbox" => Environment::Sandbox,
        "production" => Environment::Production,
        _ => Environment::Training,
    }
}

pub fn enrollment_view(
    open: &OpenCase,
    settings: &Settings,
    blind: Option<&Failure>,
) -> EnrollmentView {
    let case = &open.case;
    EnrollmentView {
        case_id: case.case_id.clone(),
        started_at: rfc3339(case.started_at),
        simulated: case.simulated(),
        step: case.step,
        steps: Step::ALL.map(|step| step_view(case, step)).to_vec(),
        form: case.form.clone(),
        request: case.request.as_ref().map(|request| RequestView {
            pk: request.pk.clone(),
            scratchcard: request.scratchcard.clone(),
            status: request.status.clone(),
            video_identifier: request.video_identifier.clone(),
        }),
        request_work: open.request_work.clone(),
        document_type: case.document_type,
        document_country: case.document_country.clone(),
        consent: case.acceptance.as_ref().map(|given| ConsentView {
            accepted: given.accepted,
            at: rfc3339(given.at),
        }),
        pending: open.pending.as_ref().map(|pending| PendingCapture {
            kind: pending.kind,
            id: pending.id.clone(),
            width: pending.width,
            height: pending.height,
            bytes: pending.jpeg.len() as u64,
            look: pending.look.clone(),
        }),
        capturing: open.capturing.view(
            open.awaiting_still.is_some(),
            settings.camera.by_hand_only,
            blind,
        ),
        images: images(case),
        readings: open.seeing.readings(case),
        faces: open.seeing.faces(case),
        liveness: open.seeing.liveness(case),
        code: open.code.view(settings.hooks.code.is_some()),
        codes_left: open.code.left(),
        register: open.register.view(settings.hooks.register.is_some()),
        video: video(case),
        recording: open.recording.as_ref().map(|recording| recording.view()),
        import_work: open.import_work.clone(),
        challenge: case.challenge.clone(),
        fields: Field::ALL.map(|field| field_view(open, field)).to_vec(),
        checks: Check::ALL
            .map(|check| CheckView {
                check,
                result: case.check_result(check),
                hints: open.seeing.hints.get(&check).cloned().unwrap_or_default(),
                attestable: check != Check::OtpValidation
                    || settings.hooks.code.is_none()
                    || open.code.failed(),
            })
            .to_vec(),
        missing: if case.delivered.is_some() || case.cancelled() {
            Vec::new()
        } else {
            case.missing()
        },
        delivery: delivery(open),
    }
}

fn images(case: &Case) -> Vec<ImageView> {
    if case.erased_at.is_some() {
        return Vec::new();
    }
    let view = |(kind, image): (&ImageKind, &evidence::ImageRecord)| ImageView {
        kind: *kind,
        id: image.id.clone(),
        width: image.width,
        height: image.height,
        bytes: image.bytes,
        captured_at: rfc3339(image.captured_at),
        source: image.source.clone(),
        simulated: image.simulated,
    };
    case.images.iter().map(view).collect()
}

fn video(case: &Case) -> Option<VideoView> {
    if case.erased_at.is_some() {
        return None;
    }
    case.video.as_ref().map(|video| VideoView {
        id: video.id.clone(),
        picked: video.picked,
        source: video.source.clone(),
        simulated: video.simulated,
        duration_ms: video.duration_ms,
        width: video.width,
        height: video.height,
        frames: video.frames,
        dropped: video.dropped,
        bytes: video.bytes,
        recorded_at: rfc3339(video.recorded_at),
        interrupted: video.interrupted.as_deref().map(cause),
    })
}

/// The code that a video's record names. Records of earlier versions say it in words, all of them of a program that
/// ended.
fn cause(interrupted: &str) -> FailureCode {
    code_named(interrupted).unwrap_or(FailureCode::ProgramClosed)
}

fn delivery(open: &OpenCase) -> DeliveryView {
    match &open.case.delivered {
        Some(delivered) => DeliveryView::Delivered {
            status: delivered.status.clone(),
            at: rfc3339(delivered.at),
        },
        None => open.delivery.clone(),
    }
}

fn field_view(open: &OpenCase, field: Field) -> FieldView {
    let case = &open.case;
    let entry = case.fields.get(&field);
    let requested = case.requested_value(field).to_owned();
    let document = case.document_value(field);
    let (differs, differences) = difference(case, field);
    FieldView {
        field,
        differs,
        differences,
        edited: entry.is_some_and(|entry| !entry.edits.is_empty()),
        source: entry.map_or(FieldSource::Typed, |entry| entry.source),
        confidence: entry.and_then(|entry| entry.confidence),
        valid: entry.and_then(|entry| entry.valid),
        suggestion: open.seeing.suggestion(case, field),
        requested,
        document,
    }
}

/// Whether a field says otherwise than the request, and how a name is only written otherwise. Capitals are no difference.
fn difference(case: &Case, field: Field) -> (bool, Vec<NameDifferenceKind>) {
    let (requested, document) = (case.requested_value(field), case.document_value(field));
    let part = match field {
        Field::GivenName => NamePart::GivenName,
        Field::Surname1 | Field::Surname2 => NamePart::Surnames,
        _ => {
            let differs = requested.to_uppercase() != document.to_uppercase();
            return (
                !requested.is_empty() && !document.is_empty() && differs,
                Vec::new(),
            );
        }
    };
    let whole = kinds(
        compare_names(&requested_name(case), &document_name(case)),
        part,
    );
    if requested.is_empty() || document.is_empty() {
        let one = requested.is_empty() != document.is_empty();
        let missing = |kind: &NameDifferenceKind| {
            one && field == Field::Surname2 && *kind == NameDifferenceKind::SecondSurnameMissing
        };
        return (false, whole.into_iter().filter(missing).collect());
    }
    if field == Field::GivenName {
        return (whole.contains(&NameDifferenceKind::Different), whole);
    }
    let alone = |surname: &str, may_be_cut| PersonName {
        given_name: "X".to_owned(),
        surname_1: surname.to_owned(),
        surname_2: String::new(),
        may_be_cut,
    };
    let cut = document_name(case).may_be_cut;
    let own = compare_names(&alone(requested, false), &alone(&document, cut));
    match (whole.contains(&NameDifferenceKind::Different), own.same) {
        (true, same) => (!same, kinds(own, part)),
        (false, true) => (false, kinds(own, part)),
        // As a whole they are the same.
        (false, false) => (false, whole),
    }
}

fn kinds(compared: NameComparison, part: NamePart) -> Vec<NameDifferenceKind> {
    let of_part = compared.differences.into_iter().filter(|d| d.part == part);
    let kinds = of_part.map(|difference| difference.kind);
    kinds
        .filter(|kind| !matches!(kind, NameDifferenceKind::Case | NameDifferenceKind::Missing))
        .collect()
}

fn requested_name(case: &Case) -> PersonName {
    PersonName {
        given_name: case.form.given_name.clone(),
        surname_1: case.form.surname_1.clone(),
        surname_2: case.form.surname_2.clone(),
        may_be_cut: false,
    }
}

fn document_name(case: &Case) -> PersonName {
    let names = [Field::GivenName, Field::Surname1, Field::Surname2];
    let of_zone = |field: &Field| {
        let entry = case.fields.get(field);
        entry.is_some_and(|entry| entry.source == FieldSource::Mrz)
    };
    let [given_name, surname_1, surname_2] = names.map(|field| case.document_value(field));
    PersonName {
        given_name,
        surname_1,
        surname_2,
        may_be_cut: names.iter().any(of_zone)
            && case.zone().is_some_and(|(_, zone)| zone.names_cut()),
    }
}

/// Whether the enrollment may be taken to this step now: nothing that captures before consent, nothing but the
/// result after delivery.
pub fn reachable(case: &Case, step: Step) -> bool {
    if case.delivered.is_some() {
        return matches!(step, Step::Review | Step::Done);
    }
    if case.cancelled() {
        return matches!(step, Step::Request | Step::Review);
    }
    match step {
        Step::Request | Step::Consent => true,
        Step::Done => false,
        _ => case.consented() && case.step_needed(step),
    }
}

fn step_view(case: &Case, step: Step) -> StepView {
    let interrupted = step == Step::Video
        && case
            .video
            .as_ref()
            .is_some_and(|video| video.interrupted.is_some());
    let refused = step == Step::Consent
        && case
            .acceptance
            .as_ref()
            .is_some_and(|given| !given.accepted);
    let doubtful = step == Step::Data && case.delivered.is_none() && case.data_doubtful();
    let state = if !case.step_needed(step) {
        StepState::NotNeeded
    } else if case.step == step {
        StepState::Current
    } else if interrupted || refused || doubtful {
        StepState::Attention
    } else if case.step_done(step) {
        StepState::Done
    } else {
        StepState::Todo
    };
    StepView {
        step,
        state,
        reachable: reachable(case, step),
    }
}

#[cfg(test)]
mod tests {
    use evidence::{Challenge, FieldEntry, OperatorRecord};
    use rand::SeedableRng;
    use time::macros::datetime;

    use super::*;
    use crate::failure::code_name;

    #[test]
    fn an_interruption_is_told_by_its_code() {
        for code in [FailureCode::CameraDisconnected, FailureCode::ProgramClosed] {
            assert_eq!(cause(&code_name(code)), code);
        }
        assert_eq!(cause("the program was closed"), FailureCode::ProgramClosed);
    }

    fn case(requested: [&str; 3], document: [&str; 3]) -> Case {
        let operator = OperatorRecord {
            name: "o".to_owned(),
            rao_id: None,
        };
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let at = datetime!(2026-03-10 09:00 UTC);
        let challenge = Challenge::draw(&mut rng);
        let mut case = Case::new(
            "c".to_owned(),
            "sandbox".to_owned(),
            at,
            operator,
            challenge,
        );
        let [given, first, second] = requested.map(str::to_owned);
        (
            case.form.given_name,
            case.form.surname_1,
            case.form.surname_2,
        ) = (given, first, second);
        let names = [Field::GivenName, Field::Surname1, Field::Surname2];
        for (field, value) in names.into_iter().zip(document) {
            let entry = FieldEntry {
                value: value.to_owned(),
                source: FieldSource::Mrz,
                ..FieldEntry::default()
            };
            case.fields.insert(field, entry);
        }
        case
    }

    #[test]
    fn a_name_in_another_spelling_does_not_differ_and_says_how() {
        use NameDifferenceKind::*;
        type Said<'a> = (bool, &'a [NameDifferenceKind]);
        let same: Said = (false, &[]);
        let table: [([&str; 3], [&str; 3], [Said; 3]); 7] = [
            (
                ["Ana", "Muñoz", "García"],
                ["ANA", "MUNOZ", "GARCIA"],
                [same, (false, &[Diacritics]), (false, &[Diacritics])],
            ),
            (
                ["Jürgen", "Müller", ""],
                ["JUERGEN", "MUELLER", ""],
                [
                    (false, &[Transliteration]),
                    (false, &[Transliteration]),
                    same,
                ],
            ),
            (
                ["Ana", "Ruiz", "Gil"],
                ["ANA", "RUIZ", ""],
                [same, same, (false, &[SecondSurnameMissing])],
            ),
            (
                ["Ana", "Ruiz Gil", ""],
                ["ANA", "RUIZ", "GIL"],
                [same, (false, &[SecondSurnameMissing]), same],
            ),
            (
                ["Ana María", "Ruiz", ""],
                ["ANA", "RUIZ", ""],
                [(false, &[GivenNameMissing]), same, same],
            ),
            (
                ["Ana", "Ruiz", "Gil"],
                ["ANA", "PEREZ", "GIL"],
                [same, (true, &[Different]), same],
            ),
            (
                ["Eva", "Ruiz", ""],
                ["ANA", "RUIZ", ""],
                [(true, &[Different]), same, same],
            ),
        ];
        for (requested, document, said) in table {
            let case = case(requested, document);
            let names = [Field::GivenName, Field::Surname1, Field::Surname2];
            for (field, (differs, how)) in names.into_iter().zip(said) {
                let expected = (differs, how.to_vec());
                assert_eq!(
                    difference(&case, field),
                    expected,
                    "{requested:?} {document:?}"
                );
            }
        }
    }
}
