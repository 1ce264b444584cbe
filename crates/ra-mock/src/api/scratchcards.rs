//! Scratchcards: one serves one request, once, and asking for the first unused one reserves nothing.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answers::ApiError;
use crate::api::{object, paging};
use crate::app::Mock;
use crate::body::{JsonObject, number, number_field, present};
use crate::store::Scratchcard;

fn card_object(card: Scratchcard) -> Value {
    // A JSON document inside a string, as the documentation's example has it. The secrets are the card's
    // number again: nothing here is worth keeping.
    let secrets = json!({
        "erc": format!("ERC-{}", card.sn),
        "enrollment_code": format!("{:08}", card.sn),
        "pin": format!("{:06}", card.sn % 1_000_000),
        "puk": format!("{:08}", card.sn % 100_000_000),
    });
    json!({
        "pk": card.pk(),
        "sn": card.sn.to_string(),
        "secrets": secrets.to_string(),
        "registration_authority": card.registration_authority(),
    })
}

pub async fn first_unused(
    State(mock): State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let ra = number_field(&body, "ra")?;
    let config = &mock.0.config;
    if ra == 0 || ra == config.unknown_ra {
        return Err(ApiError::not_found("Registration authority"));
    }
    let card = mock.0.store().first_unused(ra, config.scratchcards_per_ra);
    card.map(|card| Json(card_object(card)))
        .ok_or_else(|| ApiError::not_found("Unused scratchcard"))
}

pub async fn list(
    State(mock): State<Mock>,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<Value>, ApiError> {
    let query = paging::query(&uri);
    let asked = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let per_ra = mock.0.config.scratchcards_per_ra;
    if let Some(sn) = asked("sn") {
        let ra = asked("registration_authority");
        let card = sn.parse().ok().and_then(|sn| Scratchcard::find(sn, per_ra));
        let card =
            card.filter(|card| ra.is_none_or(|ra| ra == card.registration_authority().to_string()));
        let entries: Vec<Value> = card.into_iter().map(|card| listed(&mock, card)).collect();
        return paging::page(&uri, entries.len(), |index| entries[index].clone()).map(Json);
    }
    let ra = asked("registration_authority").and_then(|ra| ra.parse().ok());
    let Some(ra) = ra.filter(|ra| *ra > 0 && *ra != mock.0.config.unknown_ra) else {
        return paging::page(&uri, 0, |_| Value::Null).map(Json);
    };
    let count = usize::try_from(per_ra).unwrap_or(usize::MAX);
    paging::page(&uri, count, |index| {
        listed(&mock, Scratchcard::nth(ra, index as u64 + 1))
    })
    .map(Json)
}

/// Lists show the number as a number, and no secrets.
fn listed(mock: &Mock, card: Scratchcard) -> Value {
    let used = mock.0.store().used_cards.contains_key(&card.sn);
    json!({
        "pk": card.pk(), "sn": card.sn, "registration_authority": card.registration_authority(), "is_used": used,
    })
}

fn named_card(mock: &Mock, body: &Map<String, Value>) -> Result<Scratchcard, ApiError> {
    let sn = ["sn", "scratchcard"]
        .iter()
        .find_map(|name| present(body, name));
    let sn = sn.ok_or_else(|| ApiError::missing_parameter("sn"))?;
    number(sn)
        .and_then(|sn| Scratchcard::find(sn, mock.0.config.scratchcards_per_ra))
        .ok_or_else(|| ApiError::not_found("Scratchcard"))
}

pub async fn is_used(
    State(mock): State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let card = named_card(&mock, &body)?;
    Ok(Json(Value::Bool(
        mock.0.store().used_cards.contains_key(&card.sn),
    )))
}

pub async fn whoami(
    State(mock): State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let card = named_card(&mock, &body)?;
    let store = mock.0.store();
    let pk = store.used_cards.get(&card.sn);
    let pk = pk.ok_or_else(|| ApiError::plain(StatusCode::NOT_FOUND, "Scratchcard not used"))?;
    Ok(Json(object::request(&mock.0, store.request(*pk)?, false)))
}
