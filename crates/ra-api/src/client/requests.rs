//! Requests: create, read, list, update, cancel.

use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Client, malformed};
use crate::error::{Operation, RaError};
use crate::transport::Call;
use crate::types::{
    ContactData, ContactLimits, FieldProblem, Id, NewRequest, Page, PageCursor, RequestFilter,
    RequestRecord, RequestState, RequestSummary, RequestUpdate, StateListing,
};

impl Client {
    /// Whether the RA would take these contact data; better known before the capture than after.
    pub async fn check_contact_limits(
        &self,
        contact: &ContactData,
    ) -> Result<ContactLimits, RaError> {
        let operation = Operation::CheckContactLimits;
        let body = json!({
            "registration_authority": contact.registration_authority.to_json_number(),
            "serial_number": contact.serial_number,
            "email": contact.email,
            "mobile_phone_number": contact.mobile_phone_number,
        });
        let answer: Map<String, Value> = self
            .send(
                operation,
                Method::POST,
                &["requests", "check_contact_data_limits"],
                &body,
            )
            .await?
            .json()?;
        let text = |name: &str| {
            answer
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        match text("result").to_ascii_lowercase().as_str() {
            "ok" => Ok(ContactLimits::Ok),
            "ko" => Ok(ContactLimits::Refused(text("reason"))),
            _ => Err(malformed(operation, "the answer is neither ok nor ko")),
        }
    }

    /// Creates a request. It is sent once; after a failure whose outcome is unknown the request has to be looked up
    /// by its scratchcard: see [`create_safely`](crate::delivery::create_safely).
    pub async fn create_request(&self, request: &NewRequest) -> Result<RequestRecord, RaError> {
        self.send(
            Operation::CreateRequest,
            Method::POST,
            &["requests"],
            request,
        )
        .await?
        .json()
    }

    pub async fn request(&self, pk: &Id) -> Result<RequestRecord, RaError> {
        self.get(Operation::ReadRequest, &["requests", pk.as_str()])
            .await
    }

    /// One page of the requests that match; the cursor of an earlier page stands for filter and place.
    pub async fn requests(
        &self,
        filter: &RequestFilter,
        page: Option<&PageCursor>,
    ) -> Result<Page<RequestRecord>, RaError> {
        self.list(filter, page).await
    }

    /// As [`requests`](Self::requests), and only what a list shows of each: where the answer holds the pictures, they
    /// are skipped.
    pub async fn request_summaries(
        &self,
        filter: &RequestFilter,
        page: Option<&PageCursor>,
    ) -> Result<Page<RequestSummary>, RaError> {
        self.list(filter, page).await
    }

    async fn list<T: DeserializeOwned>(
        &self,
        filter: &RequestFilter,
        page: Option<&PageCursor>,
    ) -> Result<Page<T>, RaError> {
        let operation = Operation::ListRequests;
        let mut url = self.api_url(operation, &["requests"])?;
        let query = filter.query();
        if let Some(cursor) = page {
            url.set_query(Some(cursor.query()));
        } else if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
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

    /// Requests in one state. The filter for it is not documented: where the server ignores it, what was loaded is
    /// filtered here, and the listing says how much that is.
    pub async fn requests_in_state(
        &self,
        state: &RequestState,
        filter: &RequestFilter,
        max_pages: usize,
    ) -> Result<StateListing, RaError> {
        let filter = RequestFilter {
            status: Some(state.clone()),
            ..filter.clone()
        };
        let mut listing = StateListing {
            requests: vec![],
            filter_ignored: false,
            loaded: 0,
            count: None,
            truncated: false,
        };
        let mut cursor = None;
        for _ in 0..max_pages.max(1) {
            let page = self.requests(&filter, cursor.as_ref()).await?;
            listing.count = listing.count.or(page.count);
            listing.loaded += page.results.len();
            for request in page.results {
                if request.status == *state {
                    listing.requests.push(request);
                } else {
                    listing.filter_ignored = true;
                }
            }
            // A server that repeats itself must not keep us.
            cursor = page.next.filter(|next| cursor.as_ref() != Some(next));
            if cursor.is_none() {
                break;
            }
        }
        listing.truncated = cursor.is_some();
        Ok(listing)
    }

    /// Replaces all fields of the request: what the update does not name is lost, so it begins with
    /// [`RequestUpdate::from_record`]. Required: `profile`, `scratchcard`, `registration_authority`, `email`,
    /// `country_name`.
    pub async fn update_request(
        &self,
        pk: &Id,
        update: &RequestUpdate,
    ) -> Result<RequestRecord, RaError> {
        self.send(
            Operation::UpdateRequest,
            Method::PUT,
            &["requests", pk.as_str()],
            update,
        )
        .await?
        .json()
    }

    /// What the request still lacks; empty where it lacks nothing.
    pub async fn missing_fields(&self, pk: &Id) -> Result<Vec<FieldProblem>, RaError> {
        let operation = Operation::MissingFields;
        let value: Value = self
            .get(operation, &["requests", pk.as_str(), "validate"])
            .await?;
        FieldProblem::list(&value)
            .ok_or_else(|| malformed(operation, "the answer is no list of fields"))
    }

    /// Cancels the request; 412 once it is approved or cancelled. A request that will not be approved has to be
    /// cancelled.
    pub async fn cancel(&self, pk: &Id) -> Result<(), RaError> {
        let operation = Operation::CancelRequest;
        let url = self.api_url(operation, &["requests", pk.as_str(), "cancel"])?;
        self.transport
            .call(Call {
                operation,
                method: Method::DELETE,
                url,
                json: None,
            })
            .await?
            .accepted()
    }
}
