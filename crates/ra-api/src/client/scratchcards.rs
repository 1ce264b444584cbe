//! Scratchcards: each serves one request, once.

use http::Method;
use serde_json::{Value, json};

use super::{Client, malformed, truth};
use crate::error::{ErrorKind, Operation, RaError};
use crate::transport::Call;
use crate::types::{Id, Page, PageCursor, Scratchcard, id_of};

impl Client {
    /// A scratchcard that is unused now. It is not reserved: another station may get the same one.
    pub async fn first_unused_scratchcard(&self, ra: &Id) -> Result<Scratchcard, RaError> {
        self.send(
            Operation::FirstUnusedScratchcard,
            Method::GET,
            &["scratchcards", "get_first_unused"],
            &json!({ "ra": ra }),
        )
        .await?
        .json()
    }

    /// The RA's scratchcards, a page at a time.
    pub async fn scratchcards(
        &self,
        ra: Option<&Id>,
        sn: Option<&str>,
        page: Option<&PageCursor>,
    ) -> Result<Page<Scratchcard>, RaError> {
        let operation = Operation::ListScratchcards;
        let mut url = self.api_url(operation, &["scratchcards"])?;
        if let Some(cursor) = page {
            url.set_query(Some(cursor.query()));
        } else if ra.is_some() || sn.is_some() {
            let mut query = url.query_pairs_mut();
            if let Some(ra) = ra {
                query.append_pair("registration_authority", ra.as_str());
            }
            if let Some(sn) = sn {
                query.append_pair("sn", sn);
            }
        }
        self.transport
            .call(Call {
                operation,
                method: Method::GET,
                url,
                json: None,
            })
            .await?
            .json()
    }

    /// The name of the field is not documented: the card is sent as `sn` and as `scratchcard`.
    pub async fn scratchcard_is_used(&self, sn: &str) -> Result<bool, RaError> {
        let operation = Operation::ScratchcardIsUsed;
        let body = json!({ "sn": sn, "scratchcard": sn });
        let value: Value = self
            .send(operation, Method::POST, &["scratchcards", "isused"], &body)
            .await?
            .json()?;
        truth(&value, &["isused", "is_used", "used", "result"])
            .ok_or_else(|| malformed(operation, "the answer is neither true nor false"))
    }

    /// The id of the request that used the card; `None` where none did.
    pub async fn scratchcard_whoami(&self, sn: &str) -> Result<Option<Id>, RaError> {
        let operation = Operation::ScratchcardWhoami;
        let body = json!({ "sn": sn, "scratchcard": sn });
        let answer = self
            .send(operation, Method::POST, &["scratchcards", "whoami"], &body)
            .await?;
        if answer.status.as_u16() == 404 {
            return Ok(None);
        }
        let value: Value = match answer.json() {
            Ok(value) => value,
            Err(error) if error.kind() == ErrorKind::Malformed && error.status() == Some(204) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        Ok(request_id(&value))
    }
}

/// A request object, one inside a list, a page or under `request`, or the id alone.
fn request_id(value: &Value) -> Option<Id> {
    match value {
        Value::Array(items) => items.first().and_then(request_id),
        Value::Object(fields) => ["request", "results", "requests"]
            .iter()
            .find_map(|name| fields.get(*name).and_then(request_id))
            // A scratchcard's own pk is not a request's: a request has a status and a profile.
            .or_else(|| {
                let is_request = fields.contains_key("status") || fields.contains_key("profile");
                fields
                    .get("pk")
                    .filter(|_| is_request || fields.len() == 1)
                    .and_then(id_of)
            }),
        other => id_of(other),
    }
}
