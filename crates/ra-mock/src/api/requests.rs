//! Creating, reading, listing, changing and cancelling requests.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answers::ApiError;
use crate::api::{object, paging};
use crate::app::{Mock, now};
use crate::body::{JsonObject, number, number_field, present, text};
use crate::record::{RequestRecord, StateChange, VideoIdRecord};
use crate::store::{Scratchcard, Store};

/// As many persons may share a phone number.
const MAX_DOCUMENTS_PER_PHONE: usize = 3;

/// The filters of the list that are documented; the others are ignored, `status` too unless a switch says otherwise.
const FILTERS: [&str; 8] = [
    "scratchcard",
    "given_name",
    "surname_1",
    "surname_2",
    "serial_number",
    "email",
    "mobile_phone_number",
    "registration_authority",
];

/// What an approved request must hold.
const NEEDED_TO_APPROVE: [&str; 8] = [
    "profile",
    "email",
    "country_name",
    "serial_number",
    "id_document_country",
    "id_document_type",
    "given_name",
    "surname_1",
];

/// What a request of an organisation must hold besides.
const NEEDED_OF_ORGANISATIONS: [&str; 3] = [
    "organization_name",
    "organization_tax_number",
    "organization_country",
];
/// What a profile of employees or representatives must hold besides.
const NEEDED_OF_MEMBERS: [&str; 2] = ["title", "organizational_unit_1"];

pub fn missing_fields(request: &RequestRecord) -> Vec<&'static str> {
    let profile = request.field("profile").unwrap_or_default();
    let organisation = !request.is_natural_person();
    let member = organisation && profile.starts_with("PF");
    NEEDED_TO_APPROVE
        .into_iter()
        .chain(NEEDED_OF_ORGANISATIONS.into_iter().filter(|_| organisation))
        .chain(NEEDED_OF_MEMBERS.into_iter().filter(|_| member))
        .filter(|name| present(&request.fields, name).is_none())
        .collect()
}

fn required(body: &Map<String, Value>, names: &[&str]) -> Result<(), ApiError> {
    match names.iter().find(|name| present(body, name).is_none()) {
        Some(name) => Err(ApiError::missing_parameter(name)),
        None => Ok(()),
    }
}

fn shared_phone(store: &Store, phone: &str, document: &str) -> bool {
    let documents: BTreeSet<&str> = store
        .requests
        .values()
        .filter(|request| request.field("mobile_phone_number") == Some(phone))
        .filter_map(|request| request.field("serial_number"))
        .collect();
    documents.len() >= MAX_DOCUMENTS_PER_PHONE && !documents.contains(document)
}

pub async fn check_contact(
    State(mock): State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    required(
        &body,
        &[
            "registration_authority",
            "serial_number",
            "email",
            "mobile_phone_number",
        ],
    )?;
    if body
        .get("registration_authority")
        .and_then(Value::as_u64)
        .is_none()
    {
        return Err(ApiError::bad_parameter(
            "registration_authority is not a number",
        ));
    }
    let (phone, document) = (
        text(&body, "mobile_phone_number"),
        text(&body, "serial_number"),
    );
    let (Some(phone), Some(document)) = (phone, document) else {
        return Err(ApiError::bad_parameter(
            "serial_number and mobile_phone_number are strings",
        ));
    };
    if shared_phone(&mock.0.store(), phone, document) {
        let reason = "Too many different documents associated to the same phone number";
        return Ok(Json(json!({"result": "ko", "reason": reason})));
    }
    Ok(Json(json!({"result": "ok"})))
}

/// Takes the card's number out of the body and looks whether it may serve this request.
fn unused_card(
    mock: &Mock,
    store: &Store,
    body: &Map<String, Value>,
) -> Result<Scratchcard, ApiError> {
    let sn = present(body, "scratchcard").and_then(number);
    let card = sn.and_then(|sn| Scratchcard::find(sn, mock.0.config.scratchcards_per_ra));
    let ra = present(body, "registration_authority").and_then(number);
    card.filter(|card| !store.used_cards.contains_key(&card.sn))
        .filter(|card| Some(card.registration_authority()) == ra)
        .ok_or_else(ApiError::invalid_scratchcard)
}

fn new_videoid(mock: &Mock, pk: u64) -> VideoIdRecord {
    let identifier = uuid::Uuid::new_v4();
    let video_identifier = if mock.0.config.dashed_identifiers {
        identifier.hyphenated().to_string()
    } else {
        identifier.simple().to_string()
    };
    VideoIdRecord {
        // Of another range than the request's, so that a client that mixes them up is noticed.
        pk: pk + 500_000,
        video_identifier,
        status: "PENDING".to_string(),
        refusal_reason: None,
        validation_operator: None,
        acceptance: None,
        data: None,
        images: BTreeMap::new(),
        video: None,
        reasons: Vec::new(),
    }
}

pub async fn create(
    State(mock): State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    required(
        &body,
        &["profile", "scratchcard", "registration_authority", "email"],
    )?;
    if let Some(rao) = present(&body, "identification_rao")
        && number(rao).is_none_or(|rao| rao == mock.0.config.unknown_rao)
    {
        return Err(unknown_rao());
    }
    let registration_authority = number_field(&body, "registration_authority")?;
    let is_videoid = present(&body, "videoid_mode").and_then(number) == Some(1);
    let request = mock.0.change(|store| {
        let card = unused_card(&mock, store, &body)?;
        let pk = store.next_pk;
        store.next_pk += 1;
        store.used_cards.insert(card.sn, pk);
        let status = if is_videoid {
            "VIDEOPENDING"
        } else {
            "CREATED"
        }
        .to_string();
        let created = now();
        let request = RequestRecord {
            pk,
            history: vec![StateChange {
                date: created.clone(),
                status: status.clone(),
                reasons: Vec::new(),
            }],
            status,
            scratchcard: card.sn,
            registration_authority,
            created,
            videoid: is_videoid.then(|| new_videoid(&mock, pk)),
            documents: Vec::new(),
            webhooks: Vec::new(),
            data_uploads: 0,
            video_uploads: 0,
            final_videos: 0,
            untouched: false,
            fields: body,
        };
        store.requests.insert(pk, request.clone());
        Ok(request)
    })?;
    let mut answer = object::request(&mock.0, &request, false);
    if !mock.0.config.videoid_in_create
        && let Some(object) = answer.as_object_mut()
    {
        object.remove("videoid_data");
    }
    Ok((StatusCode::CREATED, Json(answer)))
}

pub fn unknown_rao() -> ApiError {
    ApiError::plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Rao matching query does not exist.",
    )
}

/// A path's number; anything else is no request of this service.
pub fn path_pk(text: &str, what: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| ApiError::not_found(what))
}

pub async fn get(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let request = mock.0.store().request(path_pk(&pk, "Request")?)?.clone();
    let with_images = mock.0.config.images_in_answers;
    blocking(move || object::request(&mock.0, &request, with_images))
        .await
        .map(Json)
}

/// Reads files or decodes pictures away from the tasks that serve connections.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ApiError::own_fault(&error))
}

pub async fn list(
    State(mock): State<Mock>,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<Value>, ApiError> {
    let query = paging::query(&uri);
    let filters_status = mock.0.switches().filters_status;
    let store = mock.0.store();
    let found: Vec<&RequestRecord> = store
        .requests
        .values()
        .rev()
        .filter(|request| {
            query
                .iter()
                .filter(|(name, _)| {
                    FILTERS.contains(&name.as_str()) || filters_status && name == "status"
                })
                .all(|(name, value)| match name.as_str() {
                    "scratchcard" => request.scratchcard.to_string() == *value,
                    "status" => request.status == *value,
                    "registration_authority" => {
                        request.registration_authority.to_string() == *value
                    }
                    name => request.field(name) == Some(value),
                })
        })
        .collect();
    paging::page(&uri, found.len(), |index| {
        object::request(&mock.0, found[index], false)
    })
    .map(Json)
}

pub async fn update(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    required(
        &body,
        &[
            "profile",
            "scratchcard",
            "registration_authority",
            "email",
            "country_name",
        ],
    )?;
    let request = mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        if matches!(
            request.status.as_str(),
            "ENROLLREADY" | "ISSUED" | "RENEWED" | "CANCELLED"
        ) {
            return Err(ApiError::wrong_state());
        }
        if present(&body, "scratchcard").and_then(number) != Some(request.scratchcard) {
            return Err(ApiError::invalid_scratchcard());
        }
        request.fields.extend(body);
        Ok(request.clone())
    })?;
    Ok(Json(object::request(&mock.0, &request, false)))
}

pub async fn missing(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let store = mock.0.store();
    let missing = missing_fields(store.request(path_pk(&pk, "Request")?)?);
    Ok(Json(
        missing
            .into_iter()
            .map(|name| json!([name, "missing"]))
            .collect(),
    ))
}

pub async fn cancel(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        if matches!(
            request.status.as_str(),
            "ENROLLREADY" | "ISSUED" | "RENEWED" | "CANCELLED"
        ) {
            return Err(ApiError::wrong_state());
        }
        mock.0.enter(request, "CANCELLED");
        Ok(())
    })?;
    Ok(Json(json!({"status": "Request cancelled"})))
}
