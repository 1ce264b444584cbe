//! One call of each kind, with every field that the client can send, and an answer to each.

use std::sync::Arc;

use ra_api::{
    BlobSource, BytesBlob, Client, ContactData, DataEvidence, Id, NewRequest, RaoCredentials,
    ReceiptKind, RequestFilter, RequestRecord, RequestState, RequestUpdate,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Reply, Seen, answer};

/// Makes one call of the client, with every field that it can send.
pub async fn make(client: &Client, call: &str) {
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

pub fn reply(seen: &Seen) -> Reply {
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
