//! The officer's part: from the queue to the link, in the three ways that are documented, and what goes wrong on them.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::enrollment::{
    capture_documents, delivered, portrait, read_data, record, review, selfie,
};
use crate::support::officer::*;
use crate::support::{Desk, Setup, leavings, turn};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_reviewed_validated_approved_and_its_link_shown() {
    let _turn = turn().await;
    let saved = tempfile::tempdir().unwrap();
    let contract = saved.path().join("contract.pdf");
    let setup = Setup {
        env: vec![(
            "VIDEOID_TEST_SAVE".to_owned(),
            contract.display().to_string(),
        )],
        ..training("two_step", 40)
    };
    let desk = Desk::open("officer-two-step", setup).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, false).await;
    desk.see(&format!("request-{pk}")).await;
    desk.picture("20-queue").await;
    look_at(&desk, &pk).await;

    // The evidence is painted, not only announced.
    let painted = "const picture = document.querySelector('[data-testid=\"picture-document_front\"] img, img[data-testid=\"picture-document_front\"]'); return picture ? picture.naturalWidth : 0;";
    wait_for(&desk, painted, |width| width.as_u64() == Some(1000)).await;
    desk.picture("21-review-documents").await;
    desk.click("tab-video").await;
    desk.element("[data-testid=\"player\"][data-state=\"ready\"]")
        .await;
    let shown = "return Number(document.querySelector('[data-testid=\"player-picture\"]')?.dataset.shown ?? -1);";
    wait_for(&desk, shown, |at| at.as_f64() == Some(0.0)).await;
    desk.click("player-play").await;
    wait_for(&desk, shown, |at| at.as_f64().is_some_and(|at| at > 500.0)).await;
    desk.script(
        "const bar = document.querySelector('[data-testid=\"player-seek\"]'); bar.value = 6000; \
         bar.dispatchEvent(new Event('input', { bubbles: true })); bar.dispatchEvent(new Event('change', { bubbles: true })); return true;",
    )
    .await;
    wait_for(&desk, shown, |at| {
        at.as_f64().is_some_and(|at| at >= 5900.0)
    })
    .await;
    // The picture is one: not every point of the canvas has the same colour.
    let colours = "const canvas = document.querySelector('[data-testid=\"player-picture\"]'); \
        const at = (x, y) => canvas.getContext('2d').getImageData(canvas.width * x, canvas.height * y, 1, 1).data.join(); \
        return new Set([at(.1,.1), at(.5,.5), at(.7,.3), at(.3,.8)]).size;";
    wait_for(&desk, colours, |count| {
        count.as_u64().is_some_and(|count| count > 1)
    })
    .await;
    desk.picture("22-review-video").await;
    desk.click("tab-data").await;
    desk.see("fields").await;
    desk.element("[data-testid=\"checks\"] [data-source=\"not_transmitted\"]")
        .await;
    desk.picture("23-review-data").await;

    desk.click("act-validate").await;
    desk.see("sign-in").await;
    desk.picture("24-sign-in").await;
    sign_in(&desk, PIN).await;
    read_papers(&desk).await;
    desk.picture("25-papers").await;
    desk.click("contract-save").await;
    desk.click("confirm-validate").await;
    decided(&desk, "validate", "VIDEOREVIEW").await;
    assert!(std::fs::read(&contract).unwrap().starts_with(b"%PDF"));
    approve(&desk).await;
    decided(&desk, "approve", "ENROLLREADY").await;
    for call in ["validate_videoid", "approve_request"] {
        assert_eq!(mock.calls(call).await, 1, "{call}");
    }
    assert_eq!(times_in(&mock, &pk, "ENROLLREADY").await, 1);

    desk.click("act-link").await;
    assert!(desk.text("link-url").await.starts_with("https://"));
    desk.see("link-qr").await;
    desk.picture("26-link").await;
    desk.click("link-hide").await;
    desk.until("the link's end", |state| {
        state["desk"]["review"]["link"].is_null().then_some(())
    })
    .await;
    desk.click("lock").await;
    desk.until("the lock", |state| state["rao"].is_null().then_some(()))
        .await;

    // The secrets are nowhere: not in the page, not in what the session shows, not on the disk.
    let page = desk
        .script("return document.documentElement.outerHTML;")
        .await
        .to_string();
    let state = desk.snapshot().await.to_string();
    let data = desk.quit().await;
    let mut disk = Vec::new();
    for folder in [data.path().to_owned(), leavings()] {
        read_all(&folder, &mut disk);
    }
    for secret in [PASSWORD, PIN, "enrollment_code", "preauth/"] {
        for (place, text) in [("the page", &page), ("the state", &state)] {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
        assert!(!holds(&disk, secret), "{secret} is on the disk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_authority_takes_no_validation_it_is_approved_without() {
    let _turn = turn().await;
    let desk = Desk::open("officer-one-step", training("one_step", 20)).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, false).await;
    look_at(&desk, &pk).await;
    validate(&desk, PIN).await;
    desk.see("validation-not-taken").await;
    approve(&desk).await;
    decided(&desk, "approve", "ENROLLREADY").await;
    assert_eq!(times_in(&mock, &pk, "ENROLLREADY").await, 1);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_validation_approves_nothing_else_is_asked() {
    let _turn = turn().await;
    let desk = Desk::open(
        "officer-validate-approves",
        training("validate_approves", 20),
    )
    .await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, false).await;
    look_at(&desk, &pk).await;
    validate(&desk, PIN).await;
    decided(&desk, "validate", "ENROLLREADY").await;
    desk.see("act-link").await;
    assert_eq!(mock.calls("approve_request").await, 0);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_identification_is_captured_again_and_approved_by_another() {
    let _turn = turn().await;
    let desk = Desk::open("officer-refuse", training("two_step", 20)).await;
    sit_down(&desk, "Olga Operator", "1400").await;
    let mock = desk.mock().await;
    let old = waiting(&mock, false).await;
    look_at(&desk, &old).await;
    desk.click("act-refuse").await;
    sign_in(&desk, PIN).await;
    desk.see("refuse-note").await;
    desk.click("refuse-reason-0").await;
    desk.click("confirm-refuse").await;
    decided(&desk, "refuse", "VIDEOREVIEW").await;
    desk.click("act-recapture").await;
    desk.click("confirm-recapture").await;
    desk.see("field-given_name").await;
    assert_eq!(
        times_in(&mock, &old, "CANCELLED").await,
        1,
        "not approved: cancelled"
    );

    // The form is filled in from the refused request.
    desk.click("primary").await;
    let pk = desk
        .until("a new request", |state| {
            let request = &state["enrollment"]["request"]["pk"];
            request.as_str().map(str::to_owned)
        })
        .await;
    assert_ne!(pk, old);
    if desk.snapshot().await["enrollment"]["step"] == "request" {
        desk.click("primary").await;
    }
    desk.click("consent-accept").await;
    desk.until("the consent", |state| {
        (state["enrollment"]["consent"]["accepted"] == true).then_some(())
    })
    .await;
    if desk.snapshot().await["enrollment"]["step"] == "consent" {
        desk.click("primary").await;
    }
    desk.until("the document", |state| {
        (state["enrollment"]["step"] == "document_front").then_some(())
    })
    .await;
    capture_documents(&desk).await;
    portrait(&desk).await;
    selfie(&desk).await;
    record(&desk).await;
    read_data(&desk).await;
    review(&desk).await;
    desk.click("primary").await;
    delivered(&desk).await;

    // Who captured cannot approve; another can.
    desk.click("done-open-desk").await;
    desk.element(&format!("[data-testid=\"review\"][data-pk=\"{pk}\"]"))
        .await;
    desk.see("separation").await;
    desk.click("tab-record").await;
    desk.element("[data-testid=\"audit-row\"][data-event=\"recapture_of\"]")
        .await;
    desk.picture("27-record").await;
    desk.click("desk-close").await;
    sit_down(&desk, "Officer", "1500").await;
    look_at(&desk, &pk).await;
    validate(&desk, PIN).await;
    decided(&desk, "validate", "VIDEOREVIEW").await;
    approve(&desk).await;
    decided(&desk, "approve", "ENROLLREADY").await;
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_request_is_completed_and_approved() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("power-of-attorney.pdf");
    std::fs::write(&document, b"%PDF-1.4 specimen").unwrap();
    let setup = Setup {
        env: vec![(
            "VIDEOID_TEST_DOCUMENT".to_owned(),
            document.display().to_string(),
        )],
        ..training("two_step", 80)
    };
    let desk = Desk::open("officer-organisation", setup).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, true).await;
    look_at(&desk, &pk).await;
    validate(&desk, PIN).await;
    decided(&desk, "validate", "CREATED").await;
    desk.click("act-complete").await;
    let fields = desk
        .until("the form", |state| {
            state["desk"]["review"]["completion"]["fields"]
                .as_array()
                .cloned()
        })
        .await;
    let missing = fields.iter().filter(|field| field["missing"] == true);
    for field in missing {
        let key = field["key"].as_str().unwrap();
        let value = match key {
            "organization_country" => "ES",
            "organization_tax_number" => "A00000000",
            _ => "Specimen S.A.",
        };
        desk.fill(&format!("complete-{key}"), value).await;
    }
    desk.click("complete-save").await;
    desk.until("nothing missing", |state| {
        let fields = state["desk"]["review"]["completion"]["fields"].as_array()?;
        fields
            .iter()
            .all(|field| field["missing"] == false)
            .then_some(())
    })
    .await;
    desk.click("attach-file").await;
    desk.until("the document", |state| {
        let documents = state["desk"]["review"]["completion"]["documents"].as_array()?;
        (documents.len() == 1).then_some(())
    })
    .await;
    desk.picture("28-completion").await;
    desk.click("complete-approve").await;
    read_papers(&desk).await;
    desk.click("confirm-approve").await;
    decided(&desk, "approve", "ENROLLREADY").await;
    let kept = mock.json(&format!("/_mock/requests/{pk}")).await;
    assert_eq!(kept["fields"]["organization_name"], "Specimen S.A.");
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_told_and_asked_for_again() {
    let _turn = turn().await;
    let desk = Desk::open("officer-wrong-pin", training("two_step", 20)).await;
    sit_down(&desk, "Officer", "1500").await;
    let pk = waiting(&desk.mock().await, false).await;
    look_at(&desk, &pk).await;
    validate(&desk, WRONG).await;
    desk.sees_failure("rao_credentials").await;
    assert!(
        desk.snapshot().await["rao"].is_null(),
        "wrong ones are not held"
    );
    desk.picture("29-wrong-pin").await;
    desk.click("failure-action").await;
    sign_in(&desk, PIN).await;
    read_papers(&desk).await;
    desk.click("confirm-validate").await;
    decided(&desk, "validate", "VIDEOREVIEW").await;
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_cancelled_meanwhile_is_told_and_shown_so() {
    let _turn = turn().await;
    let desk = Desk::open("officer-wrong-state", training("two_step", 20)).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, false).await;
    look_at(&desk, &pk).await;
    desk.click("act-validate").await;
    sign_in(&desk, PIN).await;
    read_papers(&desk).await;
    mock.cancel(&pk).await;
    desk.click("confirm-validate").await;
    desk.sees_failure("ra_wrong_state").await;
    desk.element("[data-testid=\"review-state\"][data-state=\"CANCELLED\"]")
        .await;
    assert_eq!(mock.calls("validate_videoid").await, 0);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_down_in_the_middle_of_an_approval_approves_once() {
    let _turn = turn().await;
    let desk = Desk::open("officer-server-down", training("one_step", 20)).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, false).await;
    look_at(&desk, &pk).await;
    desk.click("act-approve").await;
    sign_in(&desk, PIN).await;
    read_papers(&desk).await;
    mock.fault(&json!({"operation": "approve_request", "kind": "answer_lost"}))
        .await;
    mock.fault(
        &json!({"operation": "get_request", "kind": "reset_before", "nth": 2, "times": null}),
    )
    .await;
    desk.click("confirm-approve").await;
    desk.element("[data-testid=\"deciding\"]").await;
    // Looked for with patience, then said plainly.
    let end = Instant::now() + std::time::Duration::from_secs(120);
    while desk.snapshot().await["desk"]["review"]["deciding"]["state"] == "running" {
        assert!(Instant::now() < end, "it looks for ever");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    desk.sees_failure("outcome_unknown").await;
    desk.picture("30-outcome-unknown").await;
    let offered = desk
        .script("return [...document.querySelectorAll('[data-testid^=\"act-\"]:not([disabled])')].map((b) => b.dataset.testid);")
        .await;
    for action in ["act-approve", "act-validate", "act-refuse"] {
        assert!(
            !offered.as_array().unwrap().contains(&json!(action)),
            "{offered}"
        );
    }
    mock.clear_faults().await;
    desk.click("failure-action").await;
    desk.element("[data-testid=\"review-state\"][data-state=\"ENROLLREADY\"]")
        .await;
    assert_eq!(mock.calls("approve_request").await, 1);
    assert_eq!(times_in(&mock, &pk, "ENROLLREADY").await, 1);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_requests_are_scrolled_to_their_end() {
    let _turn = turn().await;
    let desk = Desk::open("officer-large-queue", training("two_step", 10_000)).await;
    let began = Instant::now();
    sit_down(&desk, "Officer", "1500").await;
    desk.element("[data-testid^=\"request-\"]").await;
    println!("rows after {:?}", began.elapsed());
    // The list grows as it is scrolled: far down there are rows all the same. The newest request has the greatest number.
    let began = Instant::now();
    let newest = desk.snapshot().await["desk"]["queue"]["rows"][0]["pk"]
        .as_str()
        .unwrap()
        .parse::<u64>()
        .unwrap();
    let lowest = "const list = document.querySelector('[data-testid=\"queue-list\"]'); list.scrollTop = list.scrollHeight; \
        const rows = [...document.querySelectorAll('[data-testid^=\"request-\"]')]; \
        return Math.min(...rows.map((row) => Number(row.dataset.testid.slice(8))));";
    let end = Instant::now() + crate::support::PATIENCE;
    while desk
        .script(lowest)
        .await
        .as_f64()
        .is_none_or(|pk| pk > (newest - 600) as f64)
    {
        if desk.snapshot().await["desk"]["queue"]["paused"] == Value::Bool(true) {
            desk.click("queue-more").await;
        }
        if Instant::now() > end {
            desk.give_up("the six hundredth row does not appear").await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let queue = desk.snapshot().await["desk"]["queue"].clone();
    println!(
        "{} requests loaded and scrolled in {:?}",
        queue["loaded"],
        began.elapsed()
    );
    assert_eq!(queue["total"], 10_000);
    let elements = desk
        .script("return document.querySelectorAll('*').length;")
        .await;
    assert!(
        elements.as_u64().unwrap() < 2_000,
        "{elements}: only what is on the screen is built"
    );
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_station_is_switched_to_another_environment_and_back() {
    let _turn = turn().await;
    let settings = "[training]\nseed_requests = 5\n\n[[profiles]]\nname = \"Sandbox Madrid\"\nenvironment = \"sandbox\"\n\
         [profiles.registration_authority]\nid = \"121\"\napi_url = \"https://127.0.0.1:9/\"\n";
    let setup = Setup {
        settings: settings.to_owned(),
        ..Setup::default()
    };
    let desk = Desk::open("environments", setup).await;
    desk.see("training-band").await;
    desk.fill("operator-name", "Olga Operator").await;
    desk.fill("operator-rao-id", "1400").await;
    desk.click("profile-Sandbox Madrid").await;
    desk.until("the sandbox", |state| {
        (state["environment"] == "sandbox").then_some(())
    })
    .await;
    desk.see("sandbox-band").await;
    desk.picture("31-sandbox").await;
    let shown = desk
        .script("return document.querySelector('[data-testid=\"training-band\"]') === null;")
        .await;
    assert_eq!(shown, Value::Bool(true), "nothing says training any more");
    let state = desk.snapshot().await;
    assert_eq!(state["settings"]["registrationAuthority"], "121");
    desk.click("profile-training").await;
    desk.until("training", |state| {
        (state["environment"] == "training").then_some(())
    })
    .await;
    desk.see("training-band").await;
    sit_down(&desk, "Officer", "1500").await;
    desk.element("[data-testid^=\"request-\"]").await;
    desk.quit().await;
}

/// All bytes of the small files below a folder, the training RA's own data excepted.
fn read_all(folder: &std::path::Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "training-ra") {
            read_all(&path, into);
        } else if path
            .metadata()
            .is_ok_and(|there| there.is_file() && there.len() < 4_000_000)
        {
            into.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
