//! The steps of an enrollment, as an operator takes them in the window.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Desk;

/// The fictitious subject, with the words that the specimen documents carry.
const SUBJECT: [(&str, &str); 5] = [
    ("given_name", "Anna Maria"),
    ("surname_1", "Eriksson"),
    ("serial_number", "12345678Z"),
    ("email", "anna.eriksson@example.org"),
    ("mobile_phone_number", "+34600000001"),
];

/// From the station check to a request at the RA and the subject's consent. Returns the request's number.
pub async fn begin(desk: &Desk) -> String {
    desk.fill("operator-name", "Olga Operator").await;
    desk.fill("operator-rao-id", "1400").await;
    desk.step_picture("01-station-check").await;
    desk.click("start-enrollment").await;
    desk.see("field-given_name").await;
    for (field, value) in SUBJECT {
        desk.fill(&format!("field-{field}"), value).await;
    }
    for (field, value) in [
        ("id_document_type", "IDC"),
        ("id_document_country", "ES"),
        ("country_name", "ES"),
    ] {
        desk.choose(&format!("field-{field}"), value).await;
    }
    desk.step_picture("02-request").await;
    desk.click("primary").await;
    let pk = desk
        .until("a request at the RA", |state| {
            state["enrollment"]["request"]["pk"]
                .as_str()
                .map(str::to_owned)
        })
        .await;
    if step(&desk.snapshot().await) == "request" {
        desk.click("primary").await;
    }
    desk.see("consent-refuse").await;
    desk.step_picture("03-consent").await;
    desk.click("consent-accept").await;
    desk.until("the consent", |state| {
        (state["enrollment"]["consent"]["accepted"] == true).then_some(())
    })
    .await;
    leave(desk, "consent").await;
    pk
}

/// Both sides of the identity card.
pub async fn capture_documents(desk: &Desk) {
    desk.click("doc-type-IDC").await;
    desk.see("preview").await;
    desk.until("a live camera", |state| {
        (state["camera"]["state"]["state"] == "live").then_some(())
    })
    .await;
    desk.step_picture("04-document-front").await;
    take(
        desk,
        "document_front",
        "document_front",
        Some("05-document-front-taken"),
    )
    .await;
    take(desk, "document_rear", "document_rear", None).await;
}

/// The portrait: the station cuts it by itself.
pub async fn portrait(desk: &Desk) {
    desk.until("the portrait", |state| accepted(state, "document_photo"))
        .await;
    if step(&desk.snapshot().await) == "portrait" {
        desk.see("portrait-adjust").await;
        desk.step_picture("06-portrait").await;
    }
    leave(desk, "portrait").await;
}

/// The subject's face.
pub async fn selfie(desk: &Desk) {
    desk.step_picture("07-selfie").await;
    take(desk, "selfie", "document_owner", None).await;
}

/// The video with its script, recorded until it is long enough.
pub async fn record(desk: &Desk) {
    desk.click("record-start").await;
    desk.see("recording").await;
    let actions = desk
        .until("the script", |state| {
            state["enrollment"]["challenge"]["actions"]
                .as_array()
                .map(Vec::len)
        })
        .await;
    for index in 0..actions {
        // The station marks by itself what it sees; the rest is the operator's.
        let seen = desk
            .until("an action that is seen or asked for", |state| {
                let challenge = &state["enrollment"]["challenge"];
                if !challenge["markedMs"][index].is_null() {
                    return Some(true);
                }
                let measured = state["enrollment"]["liveness"]["measuredActions"].as_array()?;
                (!measured.contains(&challenge["actions"][index])).then_some(false)
            })
            .await;
        if !seen {
            desk.click(&format!("mark-{index}")).await;
        }
    }
    desk.step_picture("08-video").await;
    desk.click("record-stop").await;
    desk.see("video-result").await;
    desk.until("the video", |state| {
        state["enrollment"]["video"]["frames"]
            .as_u64()
            .filter(|frames| *frames > 0)
    })
    .await;
    leave(desk, "video").await;
}

/// The data as the document says them: read, compared and judged by the station; nothing is typed.
pub async fn read_data(desk: &Desk) {
    desk.see("row-given_name").await;
    desk.until("the reading", |state| {
        let enrollment = &state["enrollment"];
        let readings = enrollment["readings"].as_array()?;
        let reading = readings
            .iter()
            .any(|view| view["state"]["state"] == "reading");
        let working = |what: &str| enrollment[what]["working"] == true;
        (!reading && !working("faces") && !working("liveness")).then_some(())
    })
    .await;
    let fields = desk
        .until("the fields", |state| {
            state["enrollment"]["fields"].as_array().cloned()
        })
        .await;
    for name in ["given_name", "surname_1", "serial_number", "birth_date"] {
        let field = fields.iter().find(|view| view["field"] == name);
        let field = field.expect("all fields are shown");
        assert!(
            field["document"] != "" && field["source"] != "typed",
            "{name} was not read: {field}"
        );
    }
}

/// The operator vouches for one check.
pub async fn attest(desk: &Desk, check: &str) {
    desk.click(&format!("check-{check}-true")).await;
    desk.element(&format!(
        "[data-testid=\"check-{check}\"][data-source=\"attested\"]"
    ))
    .await;
}

/// From the data to the review.
pub async fn review(desk: &Desk) {
    desk.step_picture("09-data").await;
    leave(desk, "data").await;
    desk.until("a complete enrollment", |state| {
        state["enrollment"]["missing"]
            .as_array()?
            .is_empty()
            .then_some(())
    })
    .await;
    desk.see("send").await;
    desk.step_picture("10-review").await;
}

/// Waits for the state in which the RA's officer takes over.
pub async fn delivered(desk: &Desk) {
    let status = desk
        .until("the delivery", |state| {
            let delivery = &state["enrollment"]["delivery"];
            match delivery["state"].as_str()? {
                "delivered" => delivery["status"].as_str().map(str::to_owned),
                "failed" => Some(delivery.to_string()),
                _ => None,
            }
        })
        .await;
    if status != "VIDEOREVIEW" {
        desk.give_up(&format!("the delivery ended with {status}"))
            .await;
    }
    desk.element("[data-testid=\"request-state\"][data-state=\"VIDEOREVIEW\"]")
        .await;
}

/// The files of a case that have exactly these bytes.
pub fn case_files_with(data: &Path, case_id: &str, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("the data folder can be read")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().contains(case_id)
                && std::fs::read(&path).is_ok_and(|there| there == bytes)
            {
                found.push(path);
            }
        }
    }
    found
}

/// The station captures by itself: the shutter is not touched.
async fn take(desk: &Desk, step: &str, kind: &str, name: Option<&str>) {
    let automatic = desk
        .until("a picture", |state| {
            let pending = &state["enrollment"]["pending"];
            (pending["kind"] == kind).then(|| pending["look"]["automatic"].clone())
        })
        .await;
    assert_eq!(automatic, true, "{kind} was captured by hand");
    desk.see("use-picture").await;
    if let Some(name) = name {
        desk.step_picture(name).await;
    }
    desk.click("use-picture").await;
    desk.until(kind, |state| accepted(state, kind)).await;
    leave(desk, step).await;
}

/// Goes on from a step, and waits until the session has.
async fn leave(desk: &Desk, from: &str) {
    if step(&desk.snapshot().await) != from {
        return;
    }
    desk.click("primary").await;
    desk.until("the next step", |state| (step(state) != from).then_some(()))
        .await;
}

fn step(state: &Value) -> &str {
    state["enrollment"]["step"].as_str().unwrap_or_default()
}

fn accepted(state: &Value, kind: &str) -> Option<()> {
    let images = state["enrollment"]["images"].as_array()?;
    images
        .iter()
        .any(|image| image["kind"] == kind)
        .then_some(())
}
