//! The request, its VideoID record, and what is sent to create or change it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::content::VideoIdContent;
use super::lenient::{Dropped, Id, id_list, optional_id, optional_text, unknown_fields};
use super::state::{RequestState, VideoIdState};

/// What creates a request. The fields are sent as the API's examples send them; `extra` takes the rest of its schema.
#[derive(Clone, Serialize)]
pub struct NewRequest {
    pub profile: String,
    /// Serial number of the scratchcard.
    pub scratchcard: String,
    /// Sent as a string.
    pub registration_authority: Id,
    /// `0` software, `1` smartcard, `2` cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_element: Option<String>,
    pub email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname_1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname_2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_document_country: Option<String>,
    /// `IDC`, `PAS`, `PNO` or `TIN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_document_type: Option<String>,
    /// In days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_time: Option<u32>,
    /// The identifying operator's RAO id, required when another one approves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identification_rao: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// 1 makes it a VideoID request.
    pub videoid_mode: u8,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl NewRequest {
    /// A VideoID request with the fields that the schema requires, still without a scratchcard.
    pub fn video_id(
        profile: impl Into<String>,
        registration_authority: impl Into<Id>,
        email: impl Into<String>,
    ) -> Self {
        Self {
            profile: profile.into(),
            scratchcard: String::new(),
            registration_authority: registration_authority.into(),
            secure_element: None,
            email: email.into(),
            mobile_phone_number: None,
            given_name: None,
            surname_1: None,
            surname_2: None,
            serial_number: None,
            country_name: None,
            id_document_country: None,
            id_document_type: None,
            validity_time: None,
            identification_rao: None,
            webhook_url: None,
            videoid_mode: 1,
            extra: Map::new(),
        }
    }
}

impl fmt::Debug for NewRequest {
    /// Without the subscriber's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewRequest")
            .field("profile", &self.profile)
            .field("scratchcard", &self.scratchcard)
            .field("registration_authority", &self.registration_authority)
            .finish_non_exhaustive()
    }
}

/// `POST /requests/check_contact_data_limits/`.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactData {
    pub registration_authority: Id,
    pub serial_number: String,
    pub email: String,
    pub mobile_phone_number: String,
}

/// Whether the RA would take these contact data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactLimits {
    Ok,
    /// With the provider's reason.
    Refused(String),
}

/// A scratchcard, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scratchcard {
    #[serde(default, deserialize_with = "optional_id")]
    pub pk: Option<Id>,
    /// The serial number, which names it when a request is created.
    pub sn: Id,
    #[serde(default, deserialize_with = "optional_id")]
    pub registration_authority: Option<Id>,
    #[serde(default, skip_serializing)]
    #[allow(
        dead_code,
        reason = "named so that it is skipped instead of kept in `extra`"
    )]
    secrets: Dropped,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

/// A request as the RA has it.
#[derive(Clone, Serialize, Deserialize)]
pub struct RequestRecord {
    pub pk: Id,
    pub status: RequestState,
    #[serde(default)]
    pub videoid_data: Option<VideoIdData>,
    #[serde(default, deserialize_with = "optional_text")]
    pub profile: Option<String>,
    #[serde(default, deserialize_with = "optional_id")]
    pub scratchcard: Option<Id>,
    #[serde(default, deserialize_with = "optional_id")]
    pub registration_authority: Option<Id>,
    #[serde(default, deserialize_with = "optional_text")]
    pub secure_element: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub mobile_phone_number: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub given_name: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub surname_1: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub surname_2: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub serial_number: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub country_name: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub id_document_country: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub id_document_type: Option<String>,
    /// In days.
    #[serde(default, deserialize_with = "optional_text")]
    pub validity_time: Option<String>,
    #[serde(default, deserialize_with = "optional_id")]
    pub identification_rao: Option<Id>,
    #[serde(default, skip_serializing)]
    #[allow(
        dead_code,
        reason = "named so that it is skipped instead of kept in `extra`"
    )]
    secrets: Dropped,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

/// The profiles of natural persons; all others belong to organisations.
pub const NATURAL_PERSON_PROFILES: [&str; 4] = [
    "PFSoftAFCiudadano",
    "PFqscdCiudadano",
    "PFnubeAFCiudadano",
    "PFnubeQAFCiudadano",
];

pub(crate) fn is_natural_person(profile: Option<&str>) -> bool {
    profile.is_some_and(|profile| NATURAL_PERSON_PROFILES.contains(&profile.trim()))
}

impl RequestRecord {
    /// When the request was made, as the RA wrote it.
    pub fn created(&self) -> Option<&str> {
        ["creation_date", "created", "date"]
            .into_iter()
            .find_map(|key| self.extra.get(key).and_then(Value::as_str))
    }

    /// The profile is one of the four for natural persons.
    pub fn is_natural_person(&self) -> bool {
        is_natural_person(self.profile.as_deref())
    }

    /// The two names that the uploads need, where the answer shows them.
    pub fn video_target(&self) -> Option<VideoTarget> {
        let videoid = self.videoid_data.as_ref()?;
        Some(VideoTarget {
            video_pk: videoid.pk.clone()?,
            video_identifier: videoid.video_identifier.clone()?,
        })
    }

    /// What the answer shows of the data evidence.
    pub fn data_presence(&self) -> Presence {
        self.videoid_data
            .as_ref()
            .map_or(Presence::Unknown, VideoIdData::data_presence)
    }
}

impl fmt::Debug for RequestRecord {
    /// Without the subscriber's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestRecord")
            .field("pk", &self.pk)
            .field("status", &self.status)
            .field("scratchcard", &self.scratchcard)
            .field("videoid_data", &self.videoid_data)
            .finish_non_exhaustive()
    }
}

/// Where the evidence of a request goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoTarget {
    /// Names the data evidence.
    pub video_pk: Id,
    /// Names the video: a UUID, dashed or not, sent as it came.
    pub video_identifier: String,
}

/// Whether a part of the evidence is at the RA, as far as its answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Present,
    Absent,
    Unknown,
}

/// The VideoID record nested in a request.
#[derive(Clone, Serialize, Deserialize)]
pub struct VideoIdData {
    #[serde(default, deserialize_with = "optional_id")]
    pub pk: Option<Id>,
    #[serde(default, deserialize_with = "optional_text")]
    pub video_identifier: Option<String>,
    #[serde(default)]
    pub status: Option<VideoIdState>,
    #[serde(default, deserialize_with = "optional_text")]
    pub provider: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub videoid_link: Option<String>,
    #[serde(default, deserialize_with = "id_list")]
    pub requests: Vec<Id>,
    #[serde(default, deserialize_with = "optional_text")]
    pub refusal_reason: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub validation_operator: Option<String>,
    /// Absent, null, empty, or the evidence with its pictures in base64. See [`VideoIdData::content`].
    #[serde(default, with = "shown", skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    #[serde(default, with = "shown", skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Value>,
    #[serde(default)]
    pub validation_services: Option<Value>,
    #[serde(default, skip_serializing)]
    #[allow(
        dead_code,
        reason = "named so that it is skipped instead of kept in `extra`"
    )]
    secrets: Dropped,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

/// Tells a field that is null from one that is not there.
mod shown {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub fn serialize<S: Serializer>(
        value: &Option<Value>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Value>, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}

impl VideoIdData {
    /// The evidence in this record, where it is shown.
    pub fn content(&self) -> Option<VideoIdContent> {
        let content = VideoIdContent::from_value(self.data.as_ref()?);
        (!content.is_empty()).then_some(content)
    }

    pub fn data_presence(&self) -> Presence {
        let filled = |value: &Option<Value>| match value {
            None => None,
            Some(Value::Null) => Some(false),
            Some(Value::Object(fields)) => Some(!fields.is_empty()),
            Some(Value::String(text)) => Some(!text.trim().is_empty() && text.trim() != "{}"),
            Some(Value::Array(items)) => Some(!items.is_empty()),
            Some(_) => Some(true),
        };
        match (filled(&self.data), filled(&self.acceptance)) {
            // Pictures, texts or checks stand there.
            (Some(true), _) => Presence::Present,
            (Some(false), Some(true)) => Presence::Unknown,
            (Some(false), _) => Presence::Absent,
            (None, _) => Presence::Unknown,
        }
    }
}

impl fmt::Debug for VideoIdData {
    /// Without the subscriber's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoIdData")
            .field("pk", &self.pk)
            .field("video_identifier", &self.video_identifier)
            .field("status", &self.status)
            .field("data", &self.data_presence())
            .finish_non_exhaustive()
    }
}
