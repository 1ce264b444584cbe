//! The open enrollment: begin, resume, leave, discard; consent, document, fields and checks.

use evidence::{
    AuditEvent, AuditLine, Case, Challenge, DocumentType, ImageKind, ImageRecord, LivenessRecord,
    OperatorRecord, Step,
};
use tokio_util::sync::CancellationToken;

use crate::code::OneTimeCode;
use crate::contract::*;
use crate::failure::{chain, not_now, of, plain};
use crate::guiding::{Capturing, Original};
use crate::reading::Seeing;
use crate::register::RegisterLookup;
use crate::session::Session;
use crate::store::{CaseStore, StoreError, discard, read_all};
use crate::video::Recording;
use crate::views;

pub const CASE_FILE: &str = "evidence.json";
pub const EVENTS_FILE: &str = "events.jsonl";

/// A capture that waits for *use this* or *retake*; in memory only.
pub(crate) struct Pending {
    pub kind: ImageKind,
    pub id: String,
    pub width: u32,
    pub height: u32,
    pub jpeg: bytes::Bytes,
    pub captured_at: time::OffsetDateTime,
    pub source: String,
    pub simulated: bool,
    pub look: PendingLook,
    /// As the camera gave it, for a document.
    pub original: Option<Original>,
}

/// A still on its way. Others that come late, for whatever enrollment, have other numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AwaitedStill {
    pub number: u64,
    pub kind: ImageKind,
    pub automatic: bool,
}

/// The open enrollment with the work that goes on for it.
pub(crate) struct OpenCase {
    pub case: Case,
    pub pending: Option<Pending>,
    /// A still was asked of the camera, and has not come yet or is being looked at.
    pub awaiting_still: Option<AwaitedStill>,
    pub request_work: Work,
    pub recording: Option<Recording>,
    pub import_work: Work,
    pub delivery: DeliveryView,
    pub capturing: Capturing,
    pub seeing: Seeing,
    pub code: OneTimeCode,
    pub register: RegisterLookup,
    /// Stops the work in the background: delivery, request.
    pub cancel: CancellationToken,
    /// Events that could not be written yet.
    pub unlogged: Vec<AuditLine>,
}

impl OpenCase {
    fn new(case: Case) -> Self {
        OpenCase {
            case,
            pending: None,
            awaiting_still: None,
            request_work: Work::Idle,
            recording: None,
            import_work: Work::Idle,
            delivery: DeliveryView::Idle,
            capturing: Capturing::default(),
            seeing: Seeing::default(),
            code: OneTimeCode::default(),
            register: RegisterLookup::default(),
            cancel: CancellationToken::new(),
            unlogged: Vec::new(),
        }
    }

    /// What keeps the enrollment from being left or changed just now.
    pub fn busy(&self) -> Option<&'static str> {
        if self.recording.is_some() {
            Some("a recording is going on")
        } else if self.sending() {
            Some("the evidence is being sent")
        } else if matches!(self.request_work, Work::Running { .. }) {
            Some("the request is being made")
        } else if matches!(self.import_work, Work::Running { .. }) {
            Some("a video is being checked")
        } else {
            None
        }
    }

    pub fn sending(&self) -> bool {
        matches!(self.delivery, DeliveryView::Sending { .. })
    }

    pub fn cancel_work(&self) {
        self.cancel.cancel();
    }
}

impl Session {
    /// The open enrollment, or the refusal.
    pub(crate) fn opened(&mut self) -> Result<&mut OpenCase, Failure> {
        self.open
            .as_mut()
            .ok_or_else(|| not_now("no enrollment is open"))
    }

    /// The open enrollment, where nothing that could clash is going on.
    pub(crate) fn idle(&mut self) -> Result<&mut OpenCase, Failure> {
        let open = self.opened()?;
        match open.busy() {
            Some(what) => Err(not_now(what)),
            None => Ok(open),
        }
    }

    /// The open enrollment, where its evidence may change: not delivered, not being sent.
    pub(crate) fn editable(&mut self) -> Result<&mut OpenCase, Failure> {
        let open = self.opened()?;
        if open.sending() {
            return Err(not_now("the evidence is being sent"));
        }
        open.case.check_open()?;
        Ok(open)
    }

    pub(crate) fn start_enrollment(&mut self) -> Result<(), Failure> {
        let operator = self.operator_record()?;
        if self.open.is_some() {
            return Err(not_now("an enrollment is open"));
        }
        if self.desk.is_some() {
            return Err(not_now("the RAO desk is open"));
        }
        let environment = views::environment_name(self.settings.environment).to_owned();
        let mut case = Case::new(
            uuid::Uuid::new_v4().simple().to_string(),
            environment.clone(),
            self.clock.now(),
            operator,
            Challenge::draw(&mut rand::rng()),
        );
        case.document_country = self.settings.request.country.clone();
        case.form.profile = self
            .settings
            .request
            .profiles
            .first()
            .cloned()
            .unwrap_or_default();
        case.form.validity_days = self.settings.request.validity_days;
        case.form.country_name = self.settings.request.country.clone();
        case.form.id_document_type = case.document_type.code().to_owned();
        case.form.id_document_country = case.document_country.clone();
        self.store.create(&case.case_id)?;
        if let Err(error) = save(self.store.as_ref(), &case) {
            if let Err(error) = self.store.erase(&case.case_id) {
                tracing::warn!(error = chain(&error), "an empty case could not be removed");
            }
            return Err(error.into());
        }
        self.enter(case);
        self.log(AuditEvent::EnrollmentStarted { environment });
        Ok(())
    }

    pub(crate) fn resume_enrollment(&mut self, case_id: &str) -> Result<(), Failure> {
        let operator = self.operator_record()?;
        if self.open.is_some() {
            return Err(not_now("an enrollment is open"));
        }
        if self.desk.is_some() {
            return Err(not_now("the RAO desk is open"));
        }
        let mut case = load(self.store.as_ref(), case_id)?;
        if case.erased_at.is_some() {
            return Err(not_now("the evidence of this enrollment is erased"));
        }
        if case.environment != views::environment_name(self.settings.environment) {
            return Err(not_now("the enrollment belongs to another environment"));
        }
        case.operator = operator;
        if !views::reachable(&case, case.step) {
            case.step = case.next_step();
        }
        save(self.store.as_ref(), &case)?;
        self.remove_strays(&case);
        self.enter(case);
        self.log(AuditEvent::EnrollmentResumed);
        self.recover_recording();
        self.resume_creation();
        Ok(())
    }

    pub(crate) fn operator_record(&self) -> Result<OperatorRecord, Failure> {
        let operator = self
            .operator
            .as_ref()
            .ok_or_else(|| plain(FailureCode::OperatorMissing))?;
        Ok(OperatorRecord {
            name: operator.name.clone(),
            rao_id: operator.rao_id.clone(),
        })
    }

    fn enter(&mut self, case: Case) {
        self.camera.show(case.step, case.document_type);
        self.open = Some(OpenCase::new(case));
        self.list_cases();
    }

    /// Files that a kill left between being written and being accepted.
    fn remove_strays(&self, case: &Case) {
        let mut known = vec![CASE_FILE, EVENTS_FILE];
        known.extend(case.images.values().flat_map(ImageRecord::files));
        known.extend(case.video.as_ref().map(|video| video.file.as_str()));
        known.extend(case.liveness.iter().flat_map(LivenessRecord::files));
        known.extend(
            case.recording
                .as_ref()
                .map(|recording| recording.file.as_str()),
        );
        let names = self.store.files(&case.case_id).unwrap_or_else(|error| {
            tracing::warn!(error = chain(&error), "strays cannot be looked for");
            Vec::new()
        });
        for name in names.iter().filter(|name| !known.contains(&name.as_str())) {
            discard(self.store.as_ref(), &case.case_id, name);
        }
    }

    pub(crate) fn leave_enrollment(&mut self) -> Result<(), Failure> {
        self.idle()?;
        self.log(AuditEvent::EnrollmentLeft);
        self.open = None;
        self.list_cases();
        Ok(())
    }

    pub(crate) fn discard_enrollment(&mut self, case_id: &str) -> Result<(), Failure> {
        let is_open = self
            .open
            .as_ref()
            .is_some_and(|open| open.case.case_id == case_id);
        if is_open {
            self.idle()?;
        } else if !self.store.list()?.iter().any(|known| known == case_id) {
            return Err(not_now("there is no such enrollment"));
        }
        let operator = self.operator_record()?;
        crate::retention::discard(self.store.as_ref(), case_id, operator, self.clock.now())?;
        if is_open {
            self.open = None;
        }
        self.list_cases();
        Ok(())
    }

    pub(crate) fn list_cases(&mut self) {
        let cases = self.store.list().unwrap_or_default();
        let mut loaded: Vec<Case> = Vec::new();
        for id in cases {
            match load(self.store.as_ref(), &id) {
                Ok(case) if case.delivered.is_none() && case.erased_at.is_none() => {
                    loaded.push(case)
                }
                Ok(_) => {}
                Err(failure) if failure.code == FailureCode::CaseDamaged => {
                    tracing::warn!(case = id, "a case cannot be read");
                }
                Err(_) => {}
            }
        }
        loaded.sort_by_key(|case| std::cmp::Reverse(case.started_at));
        self.cases = loaded.iter().map(views::case_summary).collect();
    }

    pub(crate) fn go_to(&mut self, step: Step) -> Result<(), Failure> {
        let open = self.opened()?;
        if open.recording.is_some() {
            return Err(not_now("a recording is going on"));
        }
        if !views::reachable(&open.case, step) {
            return Err(match step {
                Step::Done => not_now("the evidence is not delivered"),
                _ if open.case.delivered.is_some() => not_now("the evidence is delivered"),
                _ if open.case.cancelled() => not_now("the request is cancelled"),
                _ if !open.case.consented() => plain(FailureCode::ConsentMissing),
                _ => not_now("this enrollment has no such step"),
            });
        }
        let document_type = open.case.document_type;
        self.change(None, |case| {
            case.step = step;
            Ok(())
        })?;
        self.opened()?.capturing.begin(None);
        self.camera.show(step, document_type);
        Ok(())
    }

    pub(crate) fn set_document(
        &mut self,
        document_type: DocumentType,
        country: &str,
    ) -> Result<(), Failure> {
        let country = country.trim().to_uppercase();
        evidence::check_country(&country)
            .map_err(|problem| of(FailureCode::InvalidInput, format!("country {problem}")))?;
        self.editable()?;
        self.idle()?;
        let event = AuditEvent::DocumentChosen {
            document_type: document_type.code().to_owned(),
            country: country.clone(),
        };
        let removed = self.change(event, |case| {
            let removed = case.set_document(document_type, country.clone())?;
            if case.request.is_none() {
                case.form.id_document_type = document_type.code().to_owned();
                case.form.id_document_country = country;
            }
            if !case.step_needed(case.step) {
                case.step = Step::DocumentFront;
            }
            Ok(removed)
        })?;
        let open = self.opened()?;
        if !document_type.has_rear()
            && open
                .pending
                .as_ref()
                .is_some_and(|p| p.kind == ImageKind::DocumentRear)
        {
            open.pending = None;
        }
        let (case_id, step) = (open.case.case_id.clone(), open.case.step);
        self.erase_images(&case_id, removed);
        self.camera.show(step, document_type);
        Ok(())
    }

    pub(crate) fn erase_images(
        &self,
        case_id: &str,
        images: impl IntoIterator<Item = ImageRecord>,
    ) {
        for image in images {
            self.erase_file(case_id, image.files().map(str::to_owned));
        }
    }

    /// Erases files that no case names any more; a failure leaves a stray that the next resume removes.
    pub(crate) fn erase_file(&self, case_id: &str, files: impl IntoIterator<Item = String>) {
        for file in files {
            discard(self.store.as_ref(), case_id, &file);
        }
    }
}

/// Stores the case whole.
pub(crate) fn save(store: &dyn CaseStore, case: &Case) -> Result<(), StoreError> {
    let json = serde_json::to_vec_pretty(case)
        .map_err(|error| StoreError::from_io("writing the case", std::io::Error::other(error)))?;
    store.put(&case.case_id, CASE_FILE, &mut |out| out.write_all(&json))
}

pub(crate) fn load(store: &dyn CaseStore, case_id: &str) -> Result<Case, Failure> {
    let bytes = match read_all(store, case_id, CASE_FILE) {
        Ok(bytes) => bytes,
        Err(StoreError::NotFound | StoreError::BadName) => {
            return Err(not_now("there is no such enrollment"));
        }
        Err(error) => return Err(error.into()),
    };
    let case: Case = serde_json::from_slice(&bytes).map_err(|error| {
        // serde's words name a field and a place, not what stands there.
        of(
            FailureCode::CaseDamaged,
            format!("line {}, column {}", error.line(), error.column()),
        )
    })?;
    if case.format != evidence::FORMAT || case.case_id != case_id {
        return Err(of(FailureCode::CaseDamaged, "written in another form"));
    }
    Ok(case)
}

pub(crate) fn append_events(
    store: &dyn CaseStore,
    case_id: &str,
    lines: &[AuditLine],
) -> Result<(), StoreError> {
    let mut text = String::new();
    for line in lines {
        let json = serde_json::to_string(line).map_err(|error| {
            StoreError::from_io("writing the audit record", std::io::Error::other(error))
        })?;
        text.push_str(&json);
        text.push('\n');
    }
    store.append(case_id, EVENTS_FILE, text.as_bytes())
}
