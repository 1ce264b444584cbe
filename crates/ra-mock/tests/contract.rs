//! The published contract, `docs/ra-mock.openapi.yaml`, against the table of routes and against real answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use common::*;
use ra_mock::routes::OPERATIONS;
use serde_json::{Value, json};

fn contract() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/ra-mock.openapi.yaml"
    );
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Method and path to the operation, as the contract has them.
fn operations(contract: &Value) -> BTreeMap<(String, String), Value> {
    let paths = contract["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| {
                ((method.to_uppercase(), path.clone()), operation.clone())
            })
        })
        .collect()
}

#[test]
fn every_route_is_in_the_contract_and_the_other_way_round() {
    let declared: BTreeSet<(String, String, String)> = operations(&contract())
        .into_iter()
        .map(|((method, path), operation)| {
            (
                method,
                path,
                operation["operationId"].as_str().unwrap().to_string(),
            )
        })
        .collect();
    let routed: BTreeSet<(String, String, String)> = OPERATIONS
        .iter()
        .map(|operation| {
            (
                operation.method.to_string(),
                operation.path.to_string(),
                operation.name.to_string(),
            )
        })
        .collect();
    assert_eq!(declared, routed);
}

#[test]
fn every_reference_leads_to_a_schema() {
    fn visit(contract: &Value, value: &Value) {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(contract.pointer(&target[1..]).is_some(), "{target}");
        }
        match value {
            Value::Object(map) => map.values().for_each(|value| visit(contract, value)),
            Value::Array(list) => list.iter().for_each(|value| visit(contract, value)),
            _ => {}
        }
    }
    let contract = contract();
    visit(&contract, &contract);
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("a type that the test does not know: {other}"),
    }
}

/// Whether the value fits the schema, and where it does not.
fn fits(contract: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    for keyword in schema.as_object().unwrap().keys() {
        let known = [
            "$ref",
            "type",
            "required",
            "properties",
            "items",
            "enum",
            "anyOf",
            "allOf",
            "description",
        ];
        assert!(
            known.contains(&keyword.as_str()),
            "{at}: the test does not know {keyword}"
        );
    }
    if let Some(target) = schema["$ref"].as_str() {
        return fits(contract, contract.pointer(&target[1..]).unwrap(), value, at);
    }
    if let Some(all) = schema["allOf"].as_array() {
        all.iter()
            .try_for_each(|schema| fits(contract, schema, value, at))?;
    }
    if let Some(any) = schema["anyOf"].as_array()
        && !any
            .iter()
            .any(|schema| fits(contract, schema, value, at).is_ok())
    {
        return Err(format!("{at}: {value} fits none"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_type(name, value)) {
        return Err(format!("{at}: {value} is not of {types:?}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Err(format!("{at}: {value} is none of {words:?}"));
    }
    if let (Some(object), Some(names)) = (value.as_object(), schema["required"].as_array()) {
        for name in names.iter().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                return Err(format!("{at}: {name} is missing"));
            }
        }
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for (name, schema) in properties {
            if let Some(value) = object.get(name) {
                fits(contract, schema, value, &format!("{at}.{name}"))?;
            }
        }
    }
    if let (Some(list), Some(_)) = (value.as_array(), schema.get("items")) {
        for (index, value) in list.iter().enumerate() {
            fits(contract, &schema["items"], value, &format!("{at}[{index}]"))?;
        }
    }
    Ok(())
}

/// Checks answers against the contract and notes which operations were seen with which status.
struct Judge {
    contract: Value,
    operations: BTreeMap<(String, String), Value>,
    seen: BTreeMap<String, BTreeSet<u16>>,
}

impl Judge {
    fn judge(&mut self, method: &str, template: &str, answer: &Answer) -> Value {
        let operation = &self.operations[&(method.to_string(), template.to_string())];
        let name = operation["operationId"].as_str().unwrap().to_string();
        let status = answer.status.as_u16();
        let declared = &operation["responses"][status.to_string()];
        assert!(
            declared.is_object(),
            "{name}: the status {status} is not declared"
        );
        self.seen.entry(name.clone()).or_default().insert(status);
        let Some(content) = declared["content"].as_object() else {
            assert!(
                answer.bytes.is_empty(),
                "{name} {status}: no body is declared"
            );
            return Value::Null;
        };
        let kind = answer.headers["content-type"]
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let schema = &content
            .get(kind)
            .unwrap_or_else(|| panic!("{name} {status}: {kind} is not declared"))["schema"];
        if kind != "application/json" {
            assert!(!answer.bytes.is_empty(), "{name}");
            return Value::Null;
        }
        let value = answer.json();
        fits(&self.contract, schema, &value, &format!("{name} {status}")).unwrap();
        value
    }

    async fn call(
        &mut self,
        router: &Router,
        method: &str,
        template: &str,
        id: &str,
        body: Option<Value>,
    ) -> Value {
        let (before, after) = template.split_once('{').unwrap_or((template, ""));
        let after = after.split_once('}').map_or("", |(_, after)| after);
        let path = format!("{before}{id}{after}").replace("{evidence}", "document_front");
        let answer = call(router, method, &path, body).await;
        self.judge(method, template, &answer)
    }
}

#[tokio::test]
async fn real_answers_of_every_operation_are_as_declared() {
    let contract = contract();
    let operations = operations(&contract);
    let mut judge = Judge {
        contract,
        operations,
        seen: BTreeMap::new(),
    };
    let (_mock, router) = mock(|_| {});
    let operator =
        json!({"username": "u", "password": "p", "pin": "1", "rao_id": 1400, "reason": "blurred"});
    let wrong = json!({"username": "u", "password": "wrong", "pin": "1", "rao_id": 1400, "reason": "blurred"});
    let unknown_rao =
        json!({"username": "u", "password": "p", "pin": "1", "rao_id": 999, "reason": "blurred"});

    let approved = reviewable(&router, |_| {}).await;
    let refused = reviewable(&router, |_| {}).await;
    let fresh = created(&router, |_| {}).await;
    for _ in 0..9 {
        created(&router, |_| {}).await;
    }
    let [approved_pk, refused_pk, fresh_pk] =
        [&approved, &refused, &fresh].map(|request| pk(request).to_string());
    let sn = json!({"sn": approved["scratchcard"]});
    let receipt = json!({"rao": "1400", "type": "APPROVE"});
    let contract_of = json!({"type": "contract", "rao_id": 1400});
    let contact = json!({"registration_authority": 121, "serial_number": "N", "email": "e", "mobile_phone_number": "1"});
    let request = "/api/v1/requests/{pk}/";
    let at = |action: &str| format!("{request}{action}/");
    let ids = [
        fresh["videoid_data"]["pk"].to_string(),
        fresh["videoid_data"]["video_identifier"]
            .as_str()
            .unwrap()
            .to_string(),
        approved["videoid_data"]["video_identifier"]
            .as_str()
            .unwrap()
            .to_string(),
        approved["videoid_data"]["pk"].to_string(),
    ];
    let [
        fresh_video_pk,
        fresh_identifier,
        approved_identifier,
        approved_video_pk,
    ] = ids.each_ref().map(String::as_str);
    let (a, r, f) = (approved_pk.as_str(), refused_pk.as_str(), fresh_pk.as_str());

    let first_unused = "/api/v1/scratchcards/get_first_unused/".to_string();
    let cards = "/api/v1/scratchcards/".to_string();
    let requests = "/api/v1/requests/".to_string();
    let limits = "/api/v1/requests/check_contact_data_limits/".to_string();
    let videoid = "/api/v1/videoid/{video_pk}/".to_string();
    let download = "/api/v1/download/video/{video_identifier}/".to_string();
    let new = create_body(&next_card(&router).await);
    let update = create_body(&fresh["scratchcard"]);
    let fault = json!({"operation": "get_rao", "kind": "delay", "ms": 1, "nth": 5});
    let calls: Vec<(&str, String, &str, Option<Value>)> = vec![
        ("GET", first_unused.clone(), "", Some(json!({"ra": "121"}))),
        ("GET", first_unused.clone(), "", Some(json!({"ra": "999"}))),
        ("GET", first_unused, "", None),
        ("GET", cards, "?registration_authority=121", None),
        (
            "POST",
            "/api/v1/scratchcards/isused/".into(),
            "",
            Some(sn.clone()),
        ),
        (
            "POST",
            "/api/v1/scratchcards/isused/".into(),
            "",
            Some(json!({"sn": "x"})),
        ),
        ("POST", "/api/v1/scratchcards/whoami/".into(), "", Some(sn)),
        (
            "POST",
            "/api/v1/scratchcards/whoami/".into(),
            "",
            Some(json!({"sn": 12_180_000})),
        ),
        ("POST", limits.clone(), "", Some(contact)),
        ("POST", limits, "", Some(json!({}))),
        ("POST", requests.clone(), "", Some(new.clone())),
        ("POST", requests.clone(), "", Some(new)),
        ("POST", requests.clone(), "", Some(json!({}))),
        ("GET", requests.clone(), "", None),
        ("GET", requests, "?page=77", None),
        ("GET", request.into(), a, None),
        ("GET", request.into(), "1", None),
        ("PUT", request.into(), f, Some(update)),
        ("PUT", request.into(), f, Some(json!({}))),
        ("GET", at("validate"), f, None),
        ("GET", at("pl_get_documents"), a, None),
        ("POST", at("pl_get_document"), a, Some(contract_of.clone())),
        (
            "POST",
            at("pl_get_document"),
            a,
            Some(json!({"type": "document_front"})),
        ),
        ("POST", at("pl_get_document"), f, Some(contract_of)),
        (
            "POST",
            at("pl_get_document"),
            a,
            Some(json!({"type": "contract", "rao_id": 999})),
        ),
        ("POST", at("pl_delete_document"), a, Some(json!({"pk": 1}))),
        ("GET", download.clone(), approved_identifier, None),
        ("GET", download, fresh_identifier, None),
        (
            "PUT",
            videoid.clone(),
            approved_video_pk,
            Some(evidence_body()),
        ),
        ("PUT", videoid.clone(), "1", Some(evidence_body())),
        ("PUT", videoid.clone(), fresh_video_pk, Some(json!({}))),
        ("PUT", videoid, fresh_video_pk, Some(evidence_body())),
        (
            "POST",
            at("generates_tbs_receipt"),
            a,
            Some(receipt.clone()),
        ),
        ("POST", at("generates_tbs_receipt"), f, Some(receipt)),
        ("POST", at("preauthlink"), a, None),
        ("POST", at("refuse_videoid"), r, Some(wrong.clone())),
        ("POST", at("refuse_videoid"), r, Some(operator.clone())),
        ("POST", at("refuse_videoid"), r, Some(operator.clone())),
        ("POST", at("validate_videoid"), a, Some(wrong.clone())),
        ("POST", at("validate_videoid"), a, Some(unknown_rao.clone())),
        ("POST", at("validate_videoid"), a, Some(operator.clone())),
        ("POST", at("validate_videoid"), a, Some(operator.clone())),
        ("POST", at("pl_approve"), a, Some(wrong)),
        ("POST", at("pl_approve"), a, Some(unknown_rao)),
        ("POST", at("pl_approve"), a, Some(operator.clone())),
        ("POST", at("pl_approve"), a, Some(operator)),
        ("POST", at("preauthlink"), a, None),
        ("DELETE", at("cancel"), a, None),
        ("DELETE", at("cancel"), r, None),
        ("GET", "/api/v1/rao/{id}/".into(), "1400", None),
        ("GET", "/api/v1/rao/{id}/".into(), "999", None),
        ("GET", "/".into(), "", None),
        ("GET", "/_mock/requests".into(), "", None),
        ("GET", "/_mock/requests/{pk}".into(), a, None),
        ("GET", "/_mock/requests/{pk}".into(), "1", None),
        ("GET", "/_mock/requests/{pk}/{evidence}".into(), a, None),
        ("GET", "/_mock/requests/{pk}/{evidence}".into(), "1", None),
        ("GET", "/_mock/calls".into(), "", None),
        ("POST", "/_mock/faults".into(), "", Some(fault)),
        (
            "POST",
            "/_mock/faults".into(),
            "",
            Some(json!({"operation": "none", "kind": "reset_after"})),
        ),
        ("GET", "/_mock/faults".into(), "", None),
        ("DELETE", "/_mock/faults".into(), "", None),
        ("GET", "/_mock/settings".into(), "", None),
        (
            "POST",
            "/_mock/settings".into(),
            "",
            Some(json!({"checks": true})),
        ),
        ("POST", "/_mock/settings".into(), "", Some(json!({}))),
    ];
    for (method, template, id, body) in calls {
        if id.starts_with('?') {
            let answer = call(&router, method, &format!("{template}{id}"), body).await;
            judge.judge(method, &template, &answer);
        } else {
            judge.call(&router, method, &template, id, body).await;
        }
    }

    for (identifier, part) in [
        (fresh_identifier, "film"),
        (fresh_identifier, "video"),
        ("0", "video"),
    ] {
        let answer = post_file(
            &router,
            &format!("/v1/upload/video/{identifier}/"),
            part,
            "video/mp4",
            &video(),
        )
        .await;
        judge.judge("POST", "/v1/upload/video/{video_identifier}/", &answer);
    }
    let late = post_file(
        &router,
        &format!("/v1/upload/video/{fresh_identifier}/"),
        "video",
        "video/mp4",
        b"x",
    )
    .await;
    judge.judge("POST", "/v1/upload/video/{video_identifier}/", &late);
    for (method, action) in [
        ("POST", "pl_upload_document"),
        ("POST", "upload_videoid_evidence"),
        ("PUT", "upload_videoid_evidence"),
    ] {
        let (kind, body) = multipart(
            "document",
            "image/jpeg",
            b"x",
            &[("type", "other"), ("label", "other")],
        );
        let upload = axum::http::Request::builder()
            .method(method)
            .uri(format!("/api/v1/requests/{f}/{action}/"));
        let upload = upload
            .header("content-type", kind)
            .body(axum::body::Body::from(body))
            .unwrap();
        let answer = send(&router, upload).await;
        let document = judge.judge(method, &at(action), &answer);
        let body = Some(json!({"pk": document["pk"]}));
        judge
            .call(&router, "POST", &at("pl_delete_document"), f, body)
            .await;
    }

    for operation in OPERATIONS {
        let seen = judge.seen.get(operation.name);
        let succeeded =
            seen.is_some_and(|statuses| statuses.iter().any(|status| (200..300).contains(status)));
        assert!(
            succeeded,
            "{} was not seen to succeed: {seen:?}",
            operation.name
        );
    }
}
