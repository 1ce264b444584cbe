//! One enrollment with all its evidence, as it is kept in `evidence.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    Acceptance, Challenge, Check, CheckResult, Delivered, DocumentType, FaceRecord, Field,
    FieldEdit, FieldEntry, FieldSource, ImageKind, ImageRecord, LivenessRecord, OperatorRecord,
    PartsAtRa, PictureReading, RecordingRecord, RequestForm, RequestRecord, Step, VideoRecord,
};

/// Version of the written form.
pub const FORMAT: u32 = 1;

/// Why a change to a case is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    #[error("the subject has not accepted the recording")]
    ConsentMissing,
    #[error("this kind of document has no such side")]
    NotNeeded,
    #[error("the evidence is delivered and cannot change any more")]
    AlreadyDelivered,
    #[error("the request is cancelled")]
    RequestCancelled,
    #[error("there is nothing to remove")]
    Nothing,
}

/// One enrollment. Its methods keep the rules: no evidence before consent, nothing changes after delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub format: u32,
    pub case_id: String,
    /// `training`, `sandbox` or `production`.
    pub environment: String,
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    pub operator: OperatorRecord,
    pub step: Step,
    pub document_type: DocumentType,
    pub document_country: String,
    pub form: RequestForm,
    /// Taken for the request and written down before it is sent, so that a lost answer can be looked up by it.
    pub scratchcard: Option<String>,
    pub request: Option<RequestRecord>,
    pub acceptance: Option<Acceptance>,
    pub images: BTreeMap<ImageKind, ImageRecord>,
    pub video: Option<VideoRecord>,
    /// A recording that runs, or that ran when the program ended.
    #[serde(default)]
    pub recording: Option<RecordingRecord>,
    pub challenge: Challenge,
    pub fields: BTreeMap<Field, FieldEntry>,
    /// Only checks that were performed; what is not here was not performed.
    pub checks: BTreeMap<Check, CheckResult>,
    /// What the accepted pictures show, by picture; goes with the picture.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub readings: BTreeMap<ImageKind, PictureReading>,
    /// Selfie against portrait, and the video against both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faces: Option<FaceRecord>,
    /// What the accepted video shows of the challenge; goes with the video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness: Option<LivenessRecord>,
    pub delivered: Option<Delivered>,
    /// When the evidence was erased from this station.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub erased_at: Option<OffsetDateTime>,
}

impl Case {
    /// An empty case.
    pub fn new(
        case_id: String,
        environment: String,
        started_at: OffsetDateTime,
        operator: OperatorRecord,
        challenge: Challenge,
    ) -> Self {
        Case {
            format: FORMAT,
            case_id,
            environment,
            started_at,
            operator,
            step: Step::Request,
            document_type: DocumentType::Idc,
            document_country: "ES".to_owned(),
            form: RequestForm::default(),
            scratchcard: None,
            request: None,
            acceptance: None,
            images: BTreeMap::new(),
            video: None,
            recording: None,
            challenge,
            fields: BTreeMap::new(),
            checks: BTreeMap::new(),
            readings: BTreeMap::new(),
            faces: None,
            liveness: None,
            delivered: None,
            erased_at: None,
        }
    }

    /// Whether the subject has accepted the recording.
    pub fn consented(&self) -> bool {
        self.acceptance
            .as_ref()
            .is_some_and(|acceptance| acceptance.accepted)
    }

    /// Whether the request is cancelled at the RA: nothing more can be captured or sent for it.
    pub fn cancelled(&self) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| request.status == "CANCELLED")
    }

    /// What the RA has of the evidence, as last read.
    pub fn at_ra(&self) -> PartsAtRa {
        self.request
            .as_ref()
            .map_or(PartsAtRa::default(), |request| request.at_ra)
    }

    /// What the RA has already, and this station has not.
    pub fn only_at_ra(&self) -> PartsAtRa {
        let at_ra = self.at_ra();
        PartsAtRa {
            data: at_ra.data && self.images.is_empty(),
            video: at_ra.video && self.video.is_none() && self.recording.is_none(),
        }
    }

    /// Whether any part does not come from a real person before a real camera and a real RA.
    pub fn simulated(&self) -> bool {
        self.environment == "training"
            || self.images.values().any(|image| image.simulated)
            || self.video.as_ref().is_some_and(|video| video.simulated)
    }

    /// Whether evidence may be captured now.
    pub fn check_capture(&self) -> Result<(), CaseError> {
        self.check_open()?;
        if self.consented() {
            Ok(())
        } else {
            Err(CaseError::ConsentMissing)
        }
    }

    /// Whether anything may change at all.
    pub fn check_open(&self) -> Result<(), CaseError> {
        if self.delivered.is_some() {
            Err(CaseError::AlreadyDelivered)
        } else if self.cancelled() {
            Err(CaseError::RequestCancelled)
        } else {
            Ok(())
        }
    }

    /// Accepts a picture; returns the one that it replaces.
    pub fn put_image(
        &mut self,
        kind: ImageKind,
        image: ImageRecord,
    ) -> Result<Option<ImageRecord>, CaseError> {
        self.check_capture()?;
        if !self.needs_image(kind) {
            return Err(CaseError::NotNeeded);
        }
        Ok(self.images.insert(kind, image))
    }

    /// Takes a picture back. A portrait goes with the front that it was cut from.
    pub fn remove_image(&mut self, kind: ImageKind) -> Result<Vec<ImageRecord>, CaseError> {
        self.check_open()?;
        let mut removed: Vec<_> = self.images.remove(&kind).into_iter().collect();
        if removed.is_empty() {
            return Err(CaseError::Nothing);
        }
        if kind == ImageKind::DocumentFront {
            removed.extend(self.images.remove(&ImageKind::DocumentPhoto));
        }
        Ok(removed)
    }

    /// Accepts a video; returns the one that it replaces.
    pub fn put_video(&mut self, video: VideoRecord) -> Result<Option<VideoRecord>, CaseError> {
        self.check_capture()?;
        Ok(self.video.replace(video))
    }

    /// Withdraws everything that was captured, and what was attested of it; returns the names of the files to erase.
    pub fn drop_captures(&mut self) -> Vec<String> {
        self.checks.retain(|check, result| {
            let of_others = matches!(check, Check::OtpValidation | Check::DocumentsMatch);
            of_others || !matches!(result, CheckResult::Attested { .. })
        });
        let mut files: Vec<String> = std::mem::take(&mut self.images)
            .into_values()
            .flat_map(|image| image.files().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        files.extend(self.video.take().map(|video| video.file));
        files.extend(self.recording.take().map(|recording| recording.file));
        let frames = self.liveness.take().into_iter();
        files.extend(frames.flat_map(|seen| seen.frames).map(|frame| frame.file));
        files
    }

    /// Takes the video back.
    pub fn remove_video(&mut self) -> Result<VideoRecord, CaseError> {
        self.check_open()?;
        self.video.take().ok_or(CaseError::Nothing)
    }

    /// Chooses the kind of document; a rear side that the new kind lacks is handed back for erasure.
    pub fn set_document(
        &mut self,
        document_type: DocumentType,
        country: String,
    ) -> Result<Option<ImageRecord>, CaseError> {
        self.check_open()?;
        self.document_type = document_type;
        self.document_country = country;
        if document_type.has_rear() {
            Ok(None)
        } else {
            Ok(self.images.remove(&ImageKind::DocumentRear))
        }
    }

    /// Writes a value as read from the document, and records the change.
    pub fn set_field(
        &mut self,
        field: Field,
        value: &str,
        at: OffsetDateTime,
    ) -> Result<(), CaseError> {
        self.check_open()?;
        let before = self.document_value(field);
        let value = value.trim();
        if value == before {
            return Ok(());
        }
        let entry = self.fields.entry(field).or_default();
        entry.edits.push(FieldEdit {
            at,
            by: self.operator.name.clone(),
            from: before,
        });
        entry.value = value.to_owned();
        (entry.source, entry.confidence, entry.valid) = (FieldSource::Typed, None, None);
        entry.of = None;
        Ok(())
    }

    /// Writes a check's result; *not performed* takes an earlier one away.
    pub fn put_check(&mut self, check: Check, result: CheckResult) -> Result<(), CaseError> {
        self.check_open()?;
        match result {
            CheckResult::NotPerformed => self.checks.remove(&check),
            result => self.checks.insert(check, result),
        };
        Ok(())
    }

    /// A check's result; not performed unless something was recorded.
    pub fn check_result(&self, check: Check) -> CheckResult {
        self.checks
            .get(&check)
            .cloned()
            .unwrap_or(CheckResult::NotPerformed)
    }

    /// What the request says for a field.
    pub fn requested_value(&self, field: Field) -> &str {
        match field {
            Field::GivenName => &self.form.given_name,
            Field::Surname1 => &self.form.surname_1,
            Field::Surname2 => &self.form.surname_2,
            Field::MobilePhoneNumber => &self.form.mobile_phone_number,
            Field::Email => &self.form.email,
            Field::SerialNumber => &self.form.serial_number,
            Field::IdDocumentType => &self.form.id_document_type,
            Field::IdDocumentCountry => &self.form.id_document_country,
            Field::BirthDate
            | Field::IdDocumentValidity
            | Field::Sex
            | Field::Nationality
            | Field::IdDocumentNumber => "",
        }
    }

    /// What goes into `ocr_data` for a field. The kind and country of the document are what the operator chose
    /// with the document before the camera; contact data stands on no document and comes from the request;
    /// everything else is empty until it was read.
    pub fn document_value(&self, field: Field) -> String {
        if let Some(entry) = self.fields.get(&field) {
            return entry.value.clone();
        }
        match field {
            Field::IdDocumentType => self.document_type.code().to_owned(),
            Field::IdDocumentCountry => self.document_country.clone(),
            Field::Email | Field::MobilePhoneNumber => self.requested_value(field).to_owned(),
            _ => String::new(),
        }
    }

    /// What stays when the evidence is erased: what was done, with hashes, and nothing that names the subject.
    pub fn erase(&mut self, at: OffsetDateTime) {
        self.form = RequestForm::default();
        self.fields.clear();
        self.readings.clear();
        self.faces = None;
        self.liveness = None;
        self.checks = std::mem::take(&mut self.checks)
            .into_iter()
            .map(|(check, result)| (check, result.anonymous()))
            .collect();
        if let Some(acceptance) = &mut self.acceptance {
            acceptance.ip = None;
        }
        if let Some(video) = &mut self.video
            && video.picked
        {
            video.source = "file".to_owned();
        }
        self.challenge.code.clear();
        self.erased_at = Some(at);
    }
}
