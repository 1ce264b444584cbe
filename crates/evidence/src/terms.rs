//! The words of an enrollment: closed lists that the whole product shares.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One screen of the way through an enrollment, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Step {
    Request,
    Consent,
    DocumentFront,
    DocumentRear,
    Portrait,
    Selfie,
    Video,
    Data,
    Review,
    Done,
}

impl Step {
    pub const ALL: [Step; 10] = [
        Step::Request,
        Step::Consent,
        Step::DocumentFront,
        Step::DocumentRear,
        Step::Portrait,
        Step::Selfie,
        Step::Video,
        Step::Data,
        Step::Review,
        Step::Done,
    ];
}

/// `id_document_type` of the RA API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
#[ts(export)]
pub enum DocumentType {
    /// National identity card: front and rear.
    Idc,
    /// Passport: one page, no rear.
    Pas,
    /// National personal number.
    Pno,
    /// Tax number.
    Tin,
}

impl DocumentType {
    /// Passports have no rear side; everything else is asked for both.
    pub fn has_rear(self) -> bool {
        !matches!(self, DocumentType::Pas)
    }
}

/// The four images of `videoid_data.images`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImageKind {
    DocumentFront,
    DocumentRear,
    /// The holder's portrait cut out of the document.
    DocumentPhoto,
    /// The selfie.
    DocumentOwner,
}

impl ImageKind {
    pub const ALL: [ImageKind; 4] = [
        ImageKind::DocumentFront,
        ImageKind::DocumentRear,
        ImageKind::DocumentPhoto,
        ImageKind::DocumentOwner,
    ];

    /// The key in `videoid_data.images`.
    pub fn key(self) -> &'static str {
        match self {
            ImageKind::DocumentFront => "document_front",
            ImageKind::DocumentRear => "document_rear",
            ImageKind::DocumentPhoto => "document_photo",
            ImageKind::DocumentOwner => "document_owner",
        }
    }
}

/// The security checks of `videoid_data.security_checks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Check {
    /// A one-time code was validated.
    OtpValidation,
    /// The document matches official registers.
    DocumentsMatch,
    /// The document's data is not corrupted.
    DataIntegrity,
    /// The document is an original, not a copy.
    DocumentNotcopy,
    DocumentNotexpired,
    /// The holder is not under age.
    DocumentNotunderage,
    /// The person is real. The API spells it so.
    Liveliness,
}

impl DocumentType {
    /// The value in the API.
    pub fn code(self) -> &'static str {
        match self {
            DocumentType::Idc => "IDC",
            DocumentType::Pas => "PAS",
            DocumentType::Pno => "PNO",
            DocumentType::Tin => "TIN",
        }
    }

    /// Reads the API's value; none where it is another.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.trim().to_ascii_uppercase().as_str() {
            "IDC" => Some(DocumentType::Idc),
            "PAS" => Some(DocumentType::Pas),
            "PNO" => Some(DocumentType::Pno),
            "TIN" => Some(DocumentType::Tin),
            _ => None,
        }
    }
}

impl Check {
    pub const ALL: [Check; 7] = [
        Check::OtpValidation,
        Check::DocumentsMatch,
        Check::DataIntegrity,
        Check::DocumentNotcopy,
        Check::DocumentNotexpired,
        Check::DocumentNotunderage,
        Check::Liveliness,
    ];

    /// The key in `security_checks`.
    pub fn key(self) -> &'static str {
        match self {
            Check::OtpValidation => "otp_validation",
            Check::DocumentsMatch => "documents_match",
            Check::DataIntegrity => "data_integrity",
            Check::DocumentNotcopy => "document_notcopy",
            Check::DocumentNotexpired => "document_notexpired",
            Check::DocumentNotunderage => "document_notunderage",
            Check::Liveliness => "liveliness",
        }
    }
}

/// Where a check's value comes from. Nothing is ever true by default: a check starts as not performed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "source", rename_all = "snake_case")]
#[ts(export)]
pub enum CheckResult {
    NotPerformed,
    /// Measured by this software; `method` names how.
    Measured {
        value: bool,
        method: String,
        /// What speaks for and against, with the numbers that were measured.
        #[serde(default)]
        reasons: Vec<CheckReason>,
    },
    /// An official register was asked.
    LookedUp {
        value: bool,
        /// Name of the register, as it answered.
        register: String,
        /// Its own number of the look-up, where it gave one.
        reference: Option<String>,
        at: String,
    },
    /// The operator vouches for it.
    Attested {
        value: bool,
        by: String,
        at: String,
        /// Why, where the operator overrides what was measured.
        #[serde(default)]
        reason: Option<String>,
        /// What was measured and is overridden.
        #[serde(default)]
        measured: Option<bool>,
    },
}

/// One thing that speaks for or against a check, with what was measured. Its words are the screens'.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckReason {
    pub code: ReasonCode,
    /// Whether it speaks for the check; none where it only explains.
    pub holds: Option<bool>,
    /// The measured number, date or kind. Never a name or a document's number.
    pub measured: Option<String>,
    /// What it was held against.
    pub expected: Option<String>,
}

/// Closed list of what speaks for or against a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReasonCode {
    /// The day on which the document ends, against today.
    ExpiryDate,
    /// Age in whole years today, against the age of majority.
    Age,
    /// The station's clock was compared with the RA's: seconds between them.
    ClockChecked,
    /// Nobody compared the station's clock with another.
    ClockUnchecked,
    /// All check digits of the machine-readable zone.
    CheckDigits,
    /// The zone was read without doubt in any letter.
    ZoneSure,
    /// Kind of zone, country codes, dates and letters are such as exist.
    ZoneWellFormed,
    /// No machine-readable zone was read.
    NoZone,
    /// The name on the document is that of the request.
    NameAsRequested,
    /// The number on the document is that of the request.
    NumberAsRequested,
    /// The kind of document is the one of the request.
    KindAsRequested,
    /// The issuing state is the one of the request.
    CountryAsRequested,
    /// Front and zone say the same name.
    NamePrinted,
    /// Front and zone say the same number.
    NumberPrinted,
    /// Front and zone say the same dates.
    DatesPrinted,
    /// The number's own check letter or digit.
    NumberRule,
    /// A value that was read was changed by hand.
    EditedByHand,
    /// An action of the challenge, seen in the video: the time in seconds.
    LookedAhead,
    TurnedLeft,
    TurnedRight,
    /// The same face throughout: the largest distance of descriptors.
    SamePerson,
    /// A face in every sampled frame: seconds without one.
    FaceThroughout,
    /// No second face: frames with one.
    OneFaceOnly,
    /// Frames that are the same to the last pixel.
    IdenticalFrames,
    /// Frames at times that no camera makes.
    FrameTiming,
    /// The pictures come from a virtual camera.
    VirtualCamera,
    /// Another camera was opened in mid-way.
    CameraChanged,
    /// The video was picked from a file.
    PickedFile,
    /// Share of the picture that has colour.
    Colour,
    /// A regular pattern as of a screen or of print.
    ScreenPattern,
    /// A one-time code was sent and came back.
    CodeReturned,
    /// Tries that were made with a one-time code.
    CodeTries,
}

impl CheckResult {
    /// The value, where the check was performed.
    pub fn value(&self) -> Option<bool> {
        match self {
            CheckResult::NotPerformed => None,
            CheckResult::Measured { value, .. }
            | CheckResult::LookedUp { value, .. }
            | CheckResult::Attested { value, .. } => Some(*value),
        }
    }
}

/// A key of `ocr_data` and of the request's user data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Field {
    GivenName,
    #[serde(rename = "surname_1")]
    Surname1,
    #[serde(rename = "surname_2")]
    Surname2,
    MobilePhoneNumber,
    Email,
    SerialNumber,
    IdDocumentType,
    IdDocumentCountry,
    BirthDate,
    IdDocumentValidity,
    Sex,
    /// ISO 3166-1 alpha-2 where the document's code has one, else the document's own.
    Nationality,
    /// The document's own number, where it is another than the person's.
    IdDocumentNumber,
}

impl Field {
    pub const ALL: [Field; 13] = [
        Field::GivenName,
        Field::Surname1,
        Field::Surname2,
        Field::SerialNumber,
        Field::IdDocumentNumber,
        Field::IdDocumentType,
        Field::IdDocumentCountry,
        Field::BirthDate,
        Field::IdDocumentValidity,
        Field::Sex,
        Field::Nationality,
        Field::Email,
        Field::MobilePhoneNumber,
    ];

    /// The key in `ocr_data`.
    pub fn key(self) -> &'static str {
        match self {
            Field::GivenName => "given_name",
            Field::Surname1 => "surname_1",
            Field::Surname2 => "surname_2",
            Field::MobilePhoneNumber => "mobile_phone_number",
            Field::Email => "email",
            Field::SerialNumber => "serial_number",
            Field::IdDocumentType => "id_document_type",
            Field::IdDocumentCountry => "id_document_country",
            Field::BirthDate => "birth_date",
            Field::IdDocumentValidity => "id_document_validity",
            Field::Sex => "sex",
            Field::Nationality => "nationality",
            Field::IdDocumentNumber => "id_document_number",
        }
    }
}
