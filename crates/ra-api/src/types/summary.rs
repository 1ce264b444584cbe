//! A request as a list needs it. The list may hold each request's pictures in base64: they are skipped while they are
//! read, and nothing of them is kept.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::lenient::{Id, optional_id, optional_text};
use super::request::is_natural_person;
use super::state::{RequestState, VideoIdState};

#[derive(Clone, PartialEq, Eq)]
pub struct RequestSummary {
    pub pk: Id,
    pub status: RequestState,
    pub videoid_status: Option<VideoIdState>,
    pub given_name: Option<String>,
    pub surname_1: Option<String>,
    pub surname_2: Option<String>,
    pub serial_number: Option<String>,
    pub profile: Option<String>,
    pub email: Option<String>,
    /// As the RA wrote it.
    pub created: Option<String>,
    pub identification_rao: Option<Id>,
}

impl RequestSummary {
    /// The profile is one of the four for natural persons; all others belong to organisations.
    pub fn is_natural_person(&self) -> bool {
        is_natural_person(self.profile.as_deref())
    }
}

impl fmt::Debug for RequestSummary {
    /// Without the subscriber's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSummary")
            .field("pk", &self.pk)
            .field("status", &self.status)
            .field("videoid_status", &self.videoid_status)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for RequestSummary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            pk: Id,
            status: RequestState,
            #[serde(default)]
            videoid_data: VideoIdStatus,
            #[serde(default, deserialize_with = "optional_text")]
            given_name: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            surname_1: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            surname_2: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            serial_number: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            profile: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            email: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            creation_date: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            created: Option<String>,
            #[serde(default, deserialize_with = "optional_text")]
            date: Option<String>,
            #[serde(default, deserialize_with = "optional_id")]
            identification_rao: Option<Id>,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self {
            pk: wire.pk,
            status: wire.status,
            videoid_status: wire.videoid_data.0,
            given_name: wire.given_name,
            surname_1: wire.surname_1,
            surname_2: wire.surname_2,
            serial_number: wire.serial_number,
            profile: wire.profile,
            email: wire.email,
            created: wire.creation_date.or(wire.created).or(wire.date),
            identification_rao: wire.identification_rao,
        })
    }
}

/// The `status` of a VideoID record, of which nothing else is read; none where it is no record.
#[derive(Default)]
struct VideoIdStatus(Option<VideoIdState>);

impl<'de> Deserialize<'de> for VideoIdStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatusOnly).map(Self)
    }
}

struct StatusOnly;

impl<'de> Visitor<'de> for StatusOnly {
    type Value = Option<VideoIdState>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a VideoID record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut status = None;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if name == "status" {
                status = map.next_value::<Option<VideoIdState>>()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(status)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::types::Page;

    #[test]
    fn a_page_is_read_without_what_is_large_or_unknown() {
        let page: Page<RequestSummary> = serde_json::from_str(
            &json!({ "count": 4, "next": "null", "previous": null, "results": [
                { "pk": 7, "status": "VIDEOREVIEW", "given_name": "Ana", "surname_1": "Prueba", "surname_2": null,
                  "serial_number": "00000000T", "profile": "PFnubeAFCiudadano", "email": "a@example.org",
                  "creation_date": "2021-07-20T08:08:21", "identification_rao": 1400, "certificate_set": [{}],
                  "videoid_data": { "data": { "images": { "document_front": "A".repeat(1 << 20) } },
                                    "status": "REVIEW", "requests": [7] } },
                { "pk": "8", "status": "CREATED", "created": "2021", "date": "2020", "videoid_data": null },
                { "pk": 9, "status": "ARCHIVED", "videoid_data": 3, "given_name": 5 },
                { "pk": 10, "status": "CREATED", "videoid_data": [1, { "status": "REFUSED" }] },
            ] })
            .to_string(),
        )
        .unwrap();
        assert_eq!((page.count, page.next), (Some(4), None));
        let [first, second, third, fourth] = page.results.as_slice() else {
            panic!("{:?}", page.results)
        };
        assert_eq!(first.pk, Id::from(7));
        assert_eq!(first.videoid_status, Some(VideoIdState::Review));
        assert_eq!(first.surname_1.as_deref(), Some("Prueba"));
        assert_eq!(first.created.as_deref(), Some("2021-07-20T08:08:21"));
        assert_eq!(first.identification_rao, Some(Id::from(1400)));
        assert!(first.is_natural_person() && !second.is_natural_person());
        assert_eq!(second.created.as_deref(), Some("2021"));
        assert_eq!(third.given_name.as_deref(), Some("5"));
        assert_eq!(
            (&third.videoid_status, &fourth.videoid_status),
            (&None, &None)
        );
        let shown = format!("{first:?}");
        assert!(
            !shown.contains("Prueba") && !shown.contains("00000000T"),
            "{shown}"
        );
    }
}
