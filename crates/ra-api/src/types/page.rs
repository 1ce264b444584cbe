//! Lists, which come in pages of 10.

use serde::{Deserialize, Deserializer};
use url::Url;

use super::request::RequestRecord;
use super::state::RequestState;

/// Where the next page is: a query only. The provider's `next` may name another host, which never sees the client
/// certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCursor(pub(crate) String);

impl PageCursor {
    pub(crate) fn from_url(text: &str) -> Option<Self> {
        let query = match Url::parse(text) {
            Ok(url) => url.query().map(str::to_owned),
            // A relative one, or only a query.
            Err(_) => text.split_once('?').map(|(_, query)| query.to_owned()),
        }?;
        (!query.is_empty()).then_some(Self(query))
    }

    pub fn query(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone)]
pub struct Page<T> {
    /// How many there are in all, where it is told.
    pub count: Option<u64>,
    pub next: Option<PageCursor>,
    pub previous: Option<PageCursor>,
    pub results: Vec<T>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire<T> {
            #[serde(default, deserialize_with = "super::lenient::optional_text")]
            count: Option<String>,
            #[serde(default)]
            next: Option<String>,
            #[serde(default)]
            previous: Option<String>,
            results: Vec<T>,
        }
        let wire = Wire::<T>::deserialize(deserializer)?;
        let cursor = |url: Option<String>| url.as_deref().and_then(PageCursor::from_url);
        Ok(Self {
            count: wire.count.and_then(|count| count.parse().ok()),
            next: cursor(wire.next),
            previous: cursor(wire.previous),
            results: wire.results,
        })
    }
}

/// The documented filters of the list of requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    pub scratchcard: Option<String>,
    pub given_name: Option<String>,
    pub surname_1: Option<String>,
    pub surname_2: Option<String>,
    pub serial_number: Option<String>,
    pub email: Option<String>,
    pub mobile_phone_number: Option<String>,
    pub registration_authority: Option<String>,
    /// Not documented: the server may ignore it. See `Client::requests_in_state`.
    pub status: Option<RequestState>,
}

impl RequestFilter {
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        let texts = [
            ("scratchcard", &self.scratchcard),
            ("given_name", &self.given_name),
            ("surname_1", &self.surname_1),
            ("surname_2", &self.surname_2),
            ("serial_number", &self.serial_number),
            ("email", &self.email),
            ("mobile_phone_number", &self.mobile_phone_number),
            ("registration_authority", &self.registration_authority),
        ];
        let mut query: Vec<_> = texts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?)))
            .collect();
        if let Some(status) = &self.status {
            query.push(("status", status.as_str().to_owned()));
        }
        query
    }
}

/// Requests in one state, and how far the answer can be trusted to be all of them.
#[derive(Debug, Clone)]
pub struct StateListing {
    pub requests: Vec<RequestRecord>,
    /// The server returned other states too: it does not filter, and the client did.
    pub filter_ignored: bool,
    /// How many requests were looked at, out of `count`.
    pub loaded: usize,
    pub count: Option<u64>,
    /// There are more pages than were read.
    pub truncated: bool,
}
