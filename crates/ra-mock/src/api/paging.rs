//! Lists in pages of 10, whose `next` names a host that only the service's own network knows.

use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};

use crate::answers::ApiError;

const PAGE_SIZE: usize = 10;

/// The real service was seen to name internal hosts here: a client must take the query only.
const INTERNAL_HOST: &str = "http://ra-backend.internal.invalid:8000";

pub type Query = Vec<(String, String)>;

pub fn query(uri: &Uri) -> Query {
    url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

fn link(uri: &Uri, query: &Query, page: usize) -> String {
    let mut link = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(name, _)| name != "page") {
        link.append_pair(name, value);
    }
    link.append_pair("page", &page.to_string());
    format!("{INTERNAL_HOST}{}?{}", uri.path(), link.finish())
}

/// One page of `count` entries; `entry` makes those that are shown.
pub fn page(uri: &Uri, count: usize, entry: impl Fn(usize) -> Value) -> Result<Value, ApiError> {
    let query = query(uri);
    let pages = count.div_ceil(PAGE_SIZE).max(1);
    let asked = query
        .iter()
        .find(|(name, _)| name == "page")
        .map_or("1", |(_, value)| value.as_str());
    let page = match asked {
        "last" => pages,
        number => number
            .parse()
            .ok()
            .filter(|page| (1..=pages).contains(page))
            .unwrap_or(0),
    };
    if page == 0 {
        return Err(ApiError::detail(StatusCode::NOT_FOUND, "Invalid page."));
    }
    let first = (page - 1) * PAGE_SIZE;
    let results: Vec<Value> = (first..count.min(first + PAGE_SIZE)).map(entry).collect();
    Ok(json!({
        "count": count,
        "next": (page < pages).then(|| link(uri, &query, page + 1)),
        "previous": (page > 1).then(|| link(uri, &query, page - 1)),
        "results": results,
    }))
}
