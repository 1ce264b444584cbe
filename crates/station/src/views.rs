//! From the session's state to what the screens see of it.

use evidence::{Case, Check, Field, FieldSource, ImageKind, Step};

use crate::clock::rfc3339;
use crate::contract::*;
use crate::enrollment::OpenCase;
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
        interrupted: video.interrupted.clone(),
    })
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
    FieldView {
        field,
        differs: !requested.is_empty()
            && !document.is_empty()
            && requested.to_uppercase() != document.to_uppercase(),
        edited: entry.is_some_and(|entry| !entry.edits.is_empty()),
        source: entry.map_or(FieldSource::Typed, |entry| entry.source),
        confidence: entry.and_then(|entry| entry.confidence),
        valid: entry.and_then(|entry| entry.valid),
        suggestion: open.seeing.suggestion(case, field),
        requested,
        document,
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
