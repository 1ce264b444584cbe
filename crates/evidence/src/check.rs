//! The security checks: which there are, what each says, and why.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
        /// The same in full: it stands again when the override is taken back.
        #[serde(default)]
        overridden: Option<Box<CheckResult>>,
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
    /// The zones of front and rear say the same.
    ZonesAgree,
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
    /// The date that was judged was typed or chosen by hand: none was read surely.
    DateByHand,
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
    /// The face of the video is that of the selfie, or else of the portrait: their likeness, 0 to 100.
    FaceAsPictured,
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

    /// Whether it says the same as another, and for the same reasons. On which day, by which clock and under which number it
    /// was judged makes no difference.
    pub fn says_as(&self, other: &CheckResult) -> bool {
        match (self, other) {
            (
                CheckResult::LookedUp {
                    value, register, ..
                },
                CheckResult::LookedUp {
                    value: other,
                    register: asked,
                    ..
                },
            ) => value == other && register == asked,
            _ => self.value() == other.value() && self.said() == other.said(),
        }
    }

    fn said(&self) -> Vec<(ReasonCode, Option<bool>, Option<&str>)> {
        let CheckResult::Measured { reasons, .. } = self else {
            return Vec::new();
        };
        let clock = |code| matches!(code, ReasonCode::ClockChecked | ReasonCode::ClockUnchecked);
        reasons
            .iter()
            .filter(|reason| !clock(reason.code))
            .map(|reason| (reason.code, reason.holds, reason.measured.as_deref()))
            .collect()
    }

    /// Without what may name or describe the subject: dates, a register's reference, an operator's words.
    pub fn anonymous(self) -> CheckResult {
        match self {
            CheckResult::NotPerformed => CheckResult::NotPerformed,
            CheckResult::Measured { value, method, .. } => CheckResult::Measured {
                value,
                method,
                reasons: Vec::new(),
            },
            CheckResult::LookedUp {
                value,
                register,
                at,
                ..
            } => CheckResult::LookedUp {
                value,
                register,
                reference: None,
                at,
            },
            CheckResult::Attested {
                value,
                by,
                at,
                measured,
                ..
            } => CheckResult::Attested {
                value,
                by,
                at,
                reason: None,
                measured,
                overridden: None,
            },
        }
    }
}
