//! Every call of the client against what the API's documentation says of it: method, host, path, content type, fields
//! and their types. The table is typed by hand from the documentation, not taken from the client.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ra_api::{
    BlobSource, BytesBlob, Client, ClientConfig, ContactData, DataEvidence, Id, NewRequest,
    ProxySetting, RaoCredentials, ReceiptKind, RequestFilter, RequestRecord, RequestState,
    RequestUpdate,
};
use serde_json::{Value, json};
use support::{Log, Reply, Seen, answer, scripted};
use tokio_util::sync::CancellationToken;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Host {
    Api,
    Video,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Flag,
    /// An object with keys of the caller's choice.
    Customisable,
}
use Type::{Customisable, Flag, Number, Text};

/// A field by its place: `videoid_data.images.document_front`.
#[derive(Debug, Clone, Copy)]
struct Field(&'static str, Type, Need);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    /// May be left out, and is sent in this test: its type is looked at.
    Sent,
}
use Need::{Required, Sent};

#[derive(Debug, Clone, Copy)]
enum Body {
    Nothing,
    /// `application/json` of these fields and no others.
    Json(&'static [Field]),
    /// `multipart/form-data` of one file at most and these texts, and nothing else.
    Form {
        file: Option<&'static str>,
        /// Where the documentation names the file's type.
        mime: Option<&'static str>,
        texts: &'static [&'static str],
    },
}

/// What the documentation says of a call.
#[derive(Debug, Clone, Copy)]
struct Fact {
    /// The client's method.
    call: &'static str,
    host: Host,
    method: &'static str,
    path: &'static str,
    query: &'static [&'static str],
    body: Body,
}

const fn api(call: &'static str, method: &'static str, path: &'static str, body: Body) -> Fact {
    Fact {
        call,
        host: Host::Api,
        method,
        path,
        query: &[],
        body,
    }
}

const SIGNED: [Field; 4] = [
    Field("username", Text, Required),
    Field("password", Text, Required),
    Field("pin", Text, Required),
    Field("rao_id", Text, Required),
];

/// What creates a request. The profiles of organisations have more fields, of which one stands here.
const NEW_REQUEST: &[Field] = &[
    Field("profile", Text, Required),
    Field("scratchcard", Text, Required),
    Field("registration_authority", Text, Required),
    Field("email", Text, Required),
    Field("videoid_mode", Number, Required),
    Field("secure_element", Text, Sent),
    Field("validity_time", Number, Sent),
    Field("identification_rao", Number, Sent),
    Field("country_name", Text, Sent),
    Field("serial_number", Text, Sent),
    Field("id_document_country", Text, Sent),
    Field("id_document_type", Text, Sent),
    Field("given_name", Text, Sent),
    Field("surname_1", Text, Sent),
    Field("surname_2", Text, Sent),
    Field("mobile_phone_number", Text, Sent),
    Field("webhook_url", Text, Sent),
    Field("organization_name", Text, Sent),
];

/// As for a new request; the country is required as well.
const CHANGED_REQUEST: &[Field] = &[
    Field("profile", Text, Required),
    Field("scratchcard", Text, Required),
    Field("registration_authority", Text, Required),
    Field("email", Text, Required),
    Field("country_name", Text, Required),
    Field("videoid_mode", Number, Sent),
    Field("secure_element", Text, Sent),
    Field("validity_time", Number, Sent),
    Field("identification_rao", Number, Sent),
    Field("given_name", Text, Sent),
    Field("surname_2", Text, Sent),
    Field("webhook_url", Text, Sent),
    Field("organization_name", Text, Sent),
];

const EVIDENCE: &[Field] = &[
    Field("acceptance", Customisable, Required),
    Field("videoid_data.images.document_front", Text, Required),
    Field("videoid_data.images.document_rear", Text, Sent),
    Field("videoid_data.images.document_photo", Text, Required),
    Field("videoid_data.images.document_owner", Text, Required),
    Field("videoid_data.ocr_data", Customisable, Required),
    Field("videoid_data.security_checks.otp_validation", Flag, Sent),
    Field("videoid_data.security_checks.documents_match", Flag, Sent),
    Field("videoid_data.security_checks.data_integrity", Flag, Sent),
    Field("videoid_data.security_checks.document_notcopy", Flag, Sent),
    Field(
        "videoid_data.security_checks.document_notexpired",
        Flag,
        Sent,
    ),
    Field(
        "videoid_data.security_checks.document_notunderage",
        Flag,
        Sent,
    ),
    Field("videoid_data.security_checks.liveliness", Flag, Sent),
    Field("videoid_data.similarity_level", Number, Sent),
];

/// The field that names the card is not documented for these two: it is sent under both names in use.
const CARD: &[Field] = &[
    Field("sn", Text, Required),
    Field("scratchcard", Text, Required),
];

const FACTS: &[Fact] = &[
    api("server_date", "GET", "/api/v1/requests/", Body::Nothing),
    api(
        "first_unused_scratchcard",
        "GET",
        "/api/v1/scratchcards/get_first_unused/",
        Body::Json(&[Field("ra", Text, Required)]),
    ),
    Fact {
        query: &["registration_authority", "sn"],
        ..api(
            "scratchcards",
            "GET",
            "/api/v1/scratchcards/",
            Body::Nothing,
        )
    },
    api(
        "scratchcard_is_used",
        "POST",
        "/api/v1/scratchcards/isused/",
        Body::Json(CARD),
    ),
    api(
        "scratchcard_whoami",
        "POST",
        "/api/v1/scratchcards/whoami/",
        Body::Json(CARD),
    ),
    api(
        "check_contact_limits",
        "POST",
        "/api/v1/requests/check_contact_data_limits/",
        Body::Json(&[
            Field("registration_authority", Number, Required),
            Field("serial_number", Text, Required),
            Field("email", Text, Required),
            Field("mobile_phone_number", Text, Required),
        ]),
    ),
    api(
        "create_request",
        "POST",
        "/api/v1/requests/",
        Body::Json(NEW_REQUEST),
    ),
    api("request", "GET", "/api/v1/requests/46760/", Body::Nothing),
    Fact {
        query: &FILTERS,
        ..api("requests", "GET", "/api/v1/requests/", Body::Nothing)
    },
    Fact {
        query: &FILTERS,
        ..api(
            "request_summaries",
            "GET",
            "/api/v1/requests/",
            Body::Nothing,
        )
    },
    // The filter by state is not documented: it is tried, and the answer shows whether it was heeded.
    Fact {
        query: &["status"],
        ..api(
            "requests_in_state",
            "GET",
            "/api/v1/requests/",
            Body::Nothing,
        )
    },
    api(
        "update_request",
        "PUT",
        "/api/v1/requests/46760/",
        Body::Json(CHANGED_REQUEST),
    ),
    api(
        "missing_fields",
        "GET",
        "/api/v1/requests/46760/validate/",
        Body::Nothing,
    ),
    api(
        "cancel",
        "DELETE",
        "/api/v1/requests/46760/cancel/",
        Body::Nothing,
    ),
    api(
        "upload_evidence",
        "PUT",
        "/api/v1/videoid/9001/",
        Body::Json(EVIDENCE),
    ),
    Fact {
        host: Host::Video,
        ..api(
            "upload_video",
            "POST",
            "/v1/upload/video/0a1b-2c3d/",
            Body::Form {
                file: Some("video"),
                mime: Some("video/mp4"),
                texts: &[],
            },
        )
    },
    api(
        "download_video",
        "GET",
        "/api/v1/download/video/0a1b-2c3d/",
        Body::Nothing,
    ),
    api(
        "upload_document",
        "POST",
        "/api/v1/requests/46760/pl_upload_document/",
        Body::Form {
            file: Some("document"),
            mime: None,
            texts: &["type"],
        },
    ),
    api(
        "upload_videoid_document",
        "POST",
        "/api/v1/requests/46760/upload_videoid_evidence/",
        Body::Form {
            file: Some("document"),
            mime: None,
            texts: &["label"],
        },
    ),
    api(
        "documents",
        "GET",
        "/api/v1/requests/46760/pl_get_documents/",
        Body::Nothing,
    ),
    api(
        "document",
        "POST",
        "/api/v1/requests/46760/pl_get_document/",
        Body::Form {
            file: None,
            mime: None,
            texts: &["type", "rao_id"],
        },
    ),
    api(
        "delete_document",
        "POST",
        "/api/v1/requests/46760/pl_delete_document/",
        Body::Form {
            file: None,
            mime: None,
            texts: &["docpk"],
        },
    ),
    api(
        "validate",
        "POST",
        "/api/v1/requests/46760/validate_videoid/",
        Body::Json(&SIGNED),
    ),
    api(
        "refuse",
        "POST",
        "/api/v1/requests/46760/refuse_videoid/",
        Body::Json(&[
            SIGNED[0],
            SIGNED[1],
            SIGNED[2],
            SIGNED[3],
            Field("reason", Text, Required),
        ]),
    ),
    api(
        "receipt",
        "POST",
        "/api/v1/requests/46760/generates_tbs_receipt/",
        Body::Json(&[Field("rao", Text, Required), Field("type", Text, Required)]),
    ),
    api(
        "approve",
        "POST",
        "/api/v1/requests/46760/pl_approve/",
        Body::Json(&[
            SIGNED[0],
            SIGNED[1],
            SIGNED[2],
            SIGNED[3],
            Field("lang", Text, Required),
        ]),
    ),
    api(
        "preauth_link",
        "POST",
        "/api/v1/requests/46760/preauthlink/",
        Body::Json(&[]),
    ),
    api("rao", "GET", "/api/v1/rao/1400/", Body::Nothing),
    // No operation of the API: any answer shows that the host is reached.
    Fact {
        host: Host::Video,
        ..api(
            "reach_video_host",
            "GET",
            "/v1/upload/video/",
            Body::Nothing,
        )
    },
];

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

/// Makes one call of the client, with every field that it can send.
async fn make(client: &Client, call: &str) {
    let (pk, rao_id, video) = (Id::from(46760), Id::from(1400), "0a1b-2c3d");
    let cancel = CancellationToken::new();
    let blob = || -> Arc<dyn BlobSource> { Arc::new(BytesBlob::new(vec![7; 64])) };
    let rao = RaoCredentials {
        username: "rao".into(),
        password: "secret".into(),
        pin: "1234".into(),
        rao_id: rao_id.clone(),
    };
    let filter = RequestFilter {
        scratchcard: Some("1256948".into()),
        given_name: Some("Ana".into()),
        surname_1: Some("Prueba".into()),
        surname_2: Some("Dos".into()),
        serial_number: Some("00000000T".into()),
        email: Some("ana@example.org".into()),
        mobile_phone_number: Some("+34611223344".into()),
        registration_authority: Some("116".into()),
        status: None,
    };
    match call {
        "server_date" => drop(client.server_date().await.unwrap()),
        "reach_video_host" => drop(client.reach_video_host().await.unwrap()),
        "first_unused_scratchcard" => drop(
            client
                .first_unused_scratchcard(&Id::from(121))
                .await
                .unwrap(),
        ),
        "scratchcards" => {
            let ra = Id::from(121);
            let page = client.scratchcards(Some(&ra), Some("1256948"), None).await;
            assert_eq!(page.unwrap().results.len(), 1);
        }
        "scratchcard_is_used" => assert!(client.scratchcard_is_used("1256948").await.unwrap()),
        "scratchcard_whoami" => {
            assert_eq!(
                client.scratchcard_whoami("1256948").await.unwrap(),
                Some(pk)
            )
        }
        "check_contact_limits" => {
            let contact = ContactData {
                registration_authority: Id::from(116),
                serial_number: "00000000T".into(),
                email: "ana@example.org".into(),
                mobile_phone_number: "+34611223344".into(),
            };
            drop(client.check_contact_limits(&contact).await.unwrap());
        }
        "create_request" => drop(client.create_request(&new_request()).await.unwrap()),
        "request" => drop(client.request(&pk).await.unwrap()),
        "requests" => drop(client.requests(&filter, None).await.unwrap()),
        "request_summaries" => drop(client.request_summaries(&filter, None).await.unwrap()),
        "requests_in_state" => {
            let (state, filter) = (RequestState::VideoReview, RequestFilter::default());
            drop(client.requests_in_state(&state, &filter, 1).await.unwrap());
        }
        "update_request" => {
            let record: RequestRecord = serde_json::from_value(record()).unwrap();
            let mut update = RequestUpdate::from_record(&record);
            update.set("surname_2", "Dos").unwrap();
            drop(client.update_request(&pk, &update).await.unwrap());
        }
        "missing_fields" => assert!(client.missing_fields(&pk).await.unwrap().is_empty()),
        "cancel" => client.cancel(&pk).await.unwrap(),
        "upload_evidence" => client
            .upload_evidence(&Id::from(9001), &evidence(), None, &cancel)
            .await
            .unwrap(),
        "upload_video" => client
            .upload_video(video, blob(), None, &cancel)
            .await
            .unwrap(),
        "download_video" => {
            let mut sink = Vec::new();
            let bytes = client.download_video(video, &mut sink, None, &cancel).await;
            assert_eq!(bytes.unwrap(), sink.len() as u64);
        }
        "upload_document" => drop(
            client
                .upload_document(
                    &pk,
                    "document_front",
                    "a.jpg",
                    "image/jpeg",
                    blob(),
                    &cancel,
                )
                .await
                .unwrap(),
        ),
        "upload_videoid_document" => drop(
            client
                .upload_videoid_document(&pk, "deed", "a.pdf", "application/pdf", blob(), &cancel)
                .await
                .unwrap(),
        ),
        "documents" => assert!(client.documents(&pk).await.unwrap().is_empty()),
        "document" => {
            let found = client.document(&pk, "contract", &rao_id).await.unwrap();
            assert_eq!(found[0].bytes, b"%PDF-");
        }
        "delete_document" => client.delete_document(&pk, &Id::from(48312)).await.unwrap(),
        "validate" => drop(client.validate(&pk, &rao).await.unwrap()),
        "refuse" => drop(client.refuse(&pk, &rao, "blurred").await.unwrap()),
        "receipt" => drop(
            client
                .receipt(&pk, &rao_id, ReceiptKind::Approve)
                .await
                .unwrap(),
        ),
        "approve" => drop(client.approve(&pk, &rao, "es").await.unwrap()),
        "preauth_link" => drop(client.preauth_link(&pk).await.unwrap()),
        "rao" => assert_eq!(
            client.rao(&rao_id).await.unwrap().is_identificator,
            Some(true)
        ),
        other => panic!("the table names {other}, which no call makes"),
    }
}

fn new_request() -> NewRequest {
    let mut request = NewRequest::video_id("PFnubeAFCiudadano", 116, "ana@example.org");
    request.scratchcard = "1256948".into();
    request.secure_element = Some("2".into());
    request.mobile_phone_number = Some("+34611223344".into());
    request.given_name = Some("Ana".into());
    request.surname_1 = Some("Prueba".into());
    request.surname_2 = Some("Dos".into());
    request.serial_number = Some("00000000T".into());
    request.country_name = Some("ES".into());
    request.id_document_country = Some("ES".into());
    request.id_document_type = Some("IDC".into());
    request.validity_time = Some(730);
    request.identification_rao = Some(1400);
    request.webhook_url = Some("https://hook.example/".into());
    request
        .extra
        .insert("organization_name".into(), json!("Specimen"));
    request
}

fn evidence() -> DataEvidence {
    let object = |value: Value| value.as_object().unwrap().clone();
    let sides = [
        "document_front",
        "document_rear",
        "document_photo",
        "document_owner",
    ];
    DataEvidence {
        acceptance: object(json!({
            "description": "User Accepted Terms and Conditions and Privacy Policy",
            "ip": "203.0.113.9", "user-agent": "x", "date": 1622823879708u64,
        })),
        ocr_data: object(json!({ "given_name": "Ana", "birth_date": "01/01/1980" })),
        security_checks: object(json!({
            "otp_validation": true, "documents_match": true, "data_integrity": true, "document_notcopy": true,
            "document_notexpired": true, "document_notunderage": true, "liveliness": false,
        })),
        similarity_level: Some(json!(87)),
        images: sides
            .map(|side| {
                let blob: Arc<dyn BlobSource> = Arc::new(BytesBlob::new(vec![7; 50]));
                (side.to_owned(), blob)
            })
            .to_vec(),
        extra: Default::default(),
    }
}

/// A request as it is answered: numbers where the call that sends them wants strings, and the other way round.
fn record() -> Value {
    json!({
        "pk": 46760, "status": "CREATED", "profile": "PFnubeAFEmpleado", "scratchcard": 1256948,
        "registration_authority": 116, "secure_element": 2, "validity_time": "730", "identification_rao": "1400",
        "videoid_mode": "1", "email": "ana@example.org", "country_name": "ES", "given_name": "Ana",
        "organization_name": "Specimen", "webhook_url": "https://hook.example/", "surname_2": null,
        "creation_date": "2021-07-20T08:08:21.132394", "certificate_set": [{}], "registering_user": { "pk": 527 },
        "videoid_data": { "pk": 9001, "video_identifier": "0a1b-2c3d", "status": "VALIDATED" },
    })
}

fn reply(seen: &Seen) -> Reply {
    let path = seen.head.path();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap();
    let date = "Date: Tue, 20 Jul 2021 08:08:21 GMT\r\n";
    let card =
        json!({ "pk": 1193, "sn": "1256948", "secrets": "{}", "registration_authority": 121 });
    let page = |entry: Value| {
        let page = json!({ "count": 1, "next": null, "previous": null, "results": [entry] });
        Reply::Raw(answer(200, date, &page.to_string()))
    };
    let created = |body: Value| Reply::Json(201, body.to_string());
    match (seen.head.method.as_str(), last) {
        ("GET", "get_first_unused") => Reply::ok(card),
        ("GET", "scratchcards") => page(card),
        ("POST", "isused") => Reply::ok("true"),
        ("POST", "check_contact_data_limits") => Reply::ok(json!({ "result": "ok" })),
        ("GET", "requests") => page(record()),
        ("POST", "requests") => created(record()),
        ("GET" | "PUT", "46760") | ("POST", "whoami") => Reply::ok(record()),
        ("GET", "validate" | "pl_get_documents") => Reply::ok(json!([])),
        ("POST", "pl_upload_document" | "upload_videoid_evidence") => {
            created(json!({ "pk": 48312, "type": "document_front" }))
        }
        ("POST", "pl_get_document") => {
            Reply::ok(json!([{ "document": "JVBE\nRi0=\n", "type": "contract" }]))
        }
        ("POST", "pl_delete_document") => Reply::Json(204, String::new()),
        ("POST", "validate_videoid" | "pl_approve") => {
            Reply::ok(json!({ "secrets": {}, "request": record() }))
        }
        ("POST", "refuse_videoid") => {
            Reply::ok(json!({ "videoid_status": "REFUSED", "reason": "blurred" }))
        }
        ("POST", "generates_tbs_receipt") => {
            Reply::ok(json!({ "serial_number": "1", "receipt": "El operador" }))
        }
        ("POST", "preauthlink") => {
            Reply::ok(json!({ "preauthenticatedlink": "https://example.org/x" }))
        }
        ("GET", "1400") => Reply::ok(json!({ "pk": 1400, "is_identificator": true })),
        ("GET", "video") => Reply::Json(405, String::new()),
        _ => Reply::ok(json!({ "status": "200 OK" })),
    }
}

/// Both hosts, each with what it saw.
struct Hosts {
    client: Client,
    api: Log,
    video: Log,
}

async fn hosts(base_path: &str) -> Hosts {
    let (api_url, api) = scripted(reply).await;
    let (video_url, video) = scripted(reply).await;
    let below = |url: Url| url.join(base_path).unwrap();
    let mut config = ClientConfig::new(below(api_url), below(video_url));
    config.proxy = ProxySetting::None;
    Hosts {
        client: Client::new(&config).unwrap(),
        api,
        video,
    }
}

#[tokio::test]
async fn every_call_is_as_the_documentation_has_it() {
    for base_path in ["/", "/gateway/ra/"] {
        let hosts = hosts(base_path).await;
        for fact in FACTS {
            make(&hosts.client, fact.call).await;
            let seen = |log: &Log| std::mem::take(&mut *log.0.lock().unwrap());
            let (api, video) = (seen(&hosts.api), seen(&hosts.video));
            let (asked, other) = match fact.host {
                Host::Api => (api, video),
                Host::Video => (video, api),
            };
            assert!(other.is_empty(), "{} went to the wrong host", fact.call);
            let [seen] = asked.as_slice() else {
                panic!("{} made {} calls", fact.call, asked.len())
            };
            check(fact, seen, base_path);
        }
    }
}

fn check(fact: &Fact, seen: &Seen, base_path: &str) {
    let call = fact.call;
    assert_eq!(seen.head.method, fact.method, "{call}");
    let path = format!("{}{}", base_path.trim_end_matches('/'), fact.path);
    assert_eq!(seen.head.path(), path, "{call}");
    let query = seen
        .head
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    let names: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(names, fact.query, "{call}");
    let content_type = seen.head.header("content-type");
    match fact.body {
        Body::Nothing => {
            assert!(
                content_type.is_empty() && seen.body.is_empty(),
                "{call} sends a body"
            );
        }
        Body::Json(fields) => {
            assert_eq!(content_type, "application/json", "{call}");
            check_fields(call, &seen.json(), fields);
        }
        Body::Form { file, mime, texts } => {
            let boundary = content_type
                .strip_prefix("multipart/form-data; boundary=")
                .unwrap_or_else(|| panic!("{call}: {content_type}"));
            check_form(call, &form(&seen.body, boundary), file, mime, texts);
        }
    }
}

fn check_fields(call: &str, body: &Value, fields: &[Field]) {
    let expected: BTreeMap<&str, Type> = fields
        .iter()
        .map(|Field(name, kind, _)| (*name, *kind))
        .collect();
    let mut sent = BTreeMap::new();
    flatten("", body, &expected, &mut sent);
    for (name, value) in &sent {
        let kind = expected
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{call} sends {name}, which is not documented"));
        let right = match kind {
            Text => value.is_string(),
            Number => value.is_u64(),
            Flag => value.is_boolean(),
            Customisable => value.is_object(),
        };
        assert!(right, "{call} sends {name} as {value}, not as {kind:?}");
    }
    for Field(name, _, need) in fields {
        let lacks = match need {
            Required => "does not send the required field",
            Sent => "was not made to send",
        };
        assert!(sent.contains_key(*name), "{call} {lacks} {name}");
    }
}

/// Fields by their places; what is customisable is not looked into.
fn flatten(
    place: &str,
    value: &Value,
    expected: &BTreeMap<&str, Type>,
    sent: &mut BTreeMap<String, Value>,
) {
    match value {
        Value::Object(fields) if expected.get(place) != Some(&Customisable) => {
            for (name, value) in fields {
                let place = match place {
                    "" => name.clone(),
                    place => format!("{place}.{name}"),
                };
                flatten(&place, value, expected, sent);
            }
        }
        value => {
            sent.insert(place.to_owned(), value.clone());
        }
    }
}

#[derive(Debug)]
struct Part {
    name: String,
    file_name: Option<String>,
    mime: Option<String>,
}

fn form(body: &[u8], boundary: &str) -> Vec<Part> {
    let text = String::from_utf8_lossy(body);
    let text = text
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .expect("the form's end");
    let line = format!("--{boundary}\r\n");
    let parts = text.split(&line).skip(1);
    parts
        .map(|part| {
            let (head, _) = part.split_once("\r\n\r\n").unwrap();
            let attribute = |name: &str| {
                let (_, rest) = head.split_once(&format!("; {name}=\""))?;
                Some(rest.split_once('"').unwrap().0.to_owned())
            };
            Part {
                name: attribute("name").unwrap(),
                file_name: attribute("filename"),
                mime: head
                    .lines()
                    .find_map(|line| line.strip_prefix("Content-Type: "))
                    .map(str::to_owned),
            }
        })
        .collect()
}

fn check_form(call: &str, parts: &[Part], file: Option<&str>, mime: Option<&str>, texts: &[&str]) {
    let (files, fields): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.file_name.is_some());
    let names =
        |parts: &[&Part]| -> Vec<String> { parts.iter().map(|part| part.name.clone()).collect() };
    assert_eq!(names(&files), Vec::from_iter(file), "{call}");
    assert_eq!(names(&fields), texts, "{call}");
    if mime.is_some() {
        assert_eq!(files[0].mime.as_deref(), mime, "{call}");
    }
}

/// A method that is added to the client has to be added to the table too.
#[test]
fn the_table_names_every_call_of_the_client() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/client");
    let mut methods = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("    pub async fn ") {
                let name = rest.split(['(', '<']).next().unwrap();
                methods.insert(name.to_owned());
            }
        }
    }
    // It sends nothing.
    assert!(methods.remove("local_ip"));
    let named: BTreeSet<String> = FACTS.iter().map(|fact| fact.call.to_owned()).collect();
    assert_eq!(named, methods);
    assert!(FACTS.iter().all(|fact| fact.path.ends_with('/')));
}
