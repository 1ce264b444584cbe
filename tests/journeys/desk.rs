//! The desk from day to day: the queue by keyboard, answers and videos that break off, and a video that is
//! recorded on this station for a request that another one began.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::json;

use crate::support::enrollment::{
    capture_documents, case_files_with, delivered, portrait, read_data, record, review, selfie,
};
use crate::support::officer::*;
use crate::support::{Desk, turn};

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_worked_with_the_keyboard_and_says_what_it_looked_at() {
    let _turn = turn().await;
    let desk = Desk::open("desk-keyboard", training("two_step", 60)).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    desk.element("[data-testid^=\"request-\"]").await;

    // The training RA ignores the filter by state, as the documents leave open: it is said that this station filters.
    desk.click("count-ISSUED").await;
    let issued = desk
        .until("issued requests alone", |state| {
            let queue = &state["desk"]["queue"];
            let rows = queue["rows"].as_array()?;
            let alone = rows.iter().all(|row| row["state"] == "ISSUED");
            (queue["filteredHere"] == true && !rows.is_empty() && alone).then_some(rows.len())
        })
        .await;
    let said = "return document.querySelector('[data-testid=\"queue-extent\"]').innerText;";
    wait_for(&desk, said, |text| {
        text.as_str().is_some_and(|text| {
            text.contains("All 60 looked at.") && text.contains("does not filter by state")
        })
    })
    .await;
    desk.click("count-all").await;
    let rows = desk
        .until("every state again", |state| {
            let queue = &state["desk"]["queue"];
            let rows = queue["rows"].as_array()?;
            let whole = queue["filter"]["state"].is_null() && queue["first"] == 0;
            (whole && rows.len() > issued && rows.len() > 2).then(|| rows.clone())
        })
        .await;
    let pk = |place: usize| rows[place]["pk"].as_str().unwrap().to_owned();

    // The page has them too, after the session.
    desk.see(&format!("request-{}", pk(2))).await;
    press(&desk, Key::Home).await;
    desk.element(&chosen(&pk(0))).await;
    for place in 1..=2 {
        press(&desk, Key::Down).await;
        desk.element(&chosen(&pk(place))).await;
    }
    press(&desk, Key::Enter).await;
    desk.element(&format!("[data-testid=\"review\"][data-pk=\"{}\"]", pk(2)))
        .await;
    desk.see("panel-documents").await;
    for (key, panel) in [
        ('5', "panel-record"),
        ('4', "panel-data"),
        ('2', "panel-faces"),
    ] {
        press(&desk, key).await;
        desk.see(panel).await;
    }
    desk.click("to-queue").await;
    // Back where the officer was; what another desk did meanwhile shows when the list is read again.
    desk.element(&chosen(&pk(2))).await;
    let waits = waiting(&mock, false).await;
    mock.cancel(&waits).await;
    press(&desk, 'r').await;
    desk.element(&format!(
        "[data-testid=\"request-{waits}\"][data-state=\"CANCELLED\"]"
    ))
    .await;
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_that_breaks_off_is_loaded_again_and_a_lost_answer_is_found_by_reading() {
    let _turn = turn().await;
    let desk = Desk::open("desk-broken-answers", training("two_step", 20)).await;
    sit_down(&desk, "Officer", "1500").await;
    let mock = desk.mock().await;
    let pk = waiting(&mock, false).await;
    mock.fault(&json!({"operation": "download_video", "kind": "answer_lost", "times": null}))
        .await;
    look_at(&desk, &pk).await;
    press(&desk, '3').await;
    desk.element("[data-testid=\"player\"][data-state=\"failed\"]")
        .await;
    mock.clear_faults().await;
    desk.click("player-load").await;
    desk.element("[data-testid=\"player\"][data-state=\"ready\"]")
        .await;
    desk.element("[data-testid=\"player-picture\"][data-shown=\"0\"]")
        .await;

    mock.fault(&json!({"operation": "validate_videoid", "kind": "answer_lost"}))
        .await;
    validate(&desk, PIN).await;
    decided(&desk, "validate", "VIDEOREVIEW").await;
    desk.see("found-by-reading").await;
    mock.fault(&json!({"operation": "approve_request", "kind": "answer_lost"}))
        .await;
    approve(&desk).await;
    decided(&desk, "approve", "ENROLLREADY").await;
    desk.see("found-by-reading").await;
    for call in ["validate_videoid", "approve_request"] {
        assert_eq!(mock.calls(call).await, 1, "{call}");
    }
    assert_eq!(times_in(&mock, &pk, "ENROLLREADY").await, 1);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_its_video_gets_the_video_alone() {
    let _turn = turn().await;
    let desk = Desk::open("desk-video-alone", training("two_step", 200)).await;
    sit_down(&desk, "Olga Operator", "1400").await;
    let mock = desk.mock().await;
    let all = mock.json("/_mock/requests").await;
    let found = all.as_array().unwrap().iter().rev().find(|request| {
        request["status"] == "VIDEOINCOMPLETE"
            && request["data_uploads"] == 1
            && request["video_uploads"] == 0
    });
    let pk = found.expect("one lacks its video alone")["pk"].to_string();
    look_at(&desk, &pk).await;
    desk.click("act-send_evidence").await;
    consent(&desk, &pk).await;
    desk.until("the video as the next step", |state| {
        (state["enrollment"]["step"] == "video").then_some(())
    })
    .await;
    record(&desk).await;
    let case_id = send(&desk).await;
    let there = mock.evidence(&pk, "video").await;
    assert_eq!(
        case_files_with(desk.data.path(), &case_id, &there).len(),
        1,
        "the video at the RA is this station's"
    );
    assert_eq!(mock.calls("upload_evidence").await, 0);
    assert_eq!(mock.calls("upload_video").await, 1);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_that_takes_evidence_again_is_captured_anew_under_its_number() {
    let _turn = turn().await;
    let desk = Desk::open("desk-same-request", training("two_step", 20)).await;
    sit_down(&desk, "Olga Operator", "1400").await;
    let mock = desk.mock().await;
    mock.switch(&json!({"refusal_reopens": true})).await;
    let pk = waiting(&mock, false).await;
    look_at(&desk, &pk).await;
    desk.click("act-refuse").await;
    sign_in(&desk, PIN).await;
    let note = desk.see("refuse-note").await;
    note.send_keys("The video stops too early.").await.unwrap();
    desk.click("confirm-refuse").await;
    decided(&desk, "refuse", "VIDEOPENDING").await;
    desk.click("act-recapture").await;
    desk.element("[data-testid=\"recapture-which\"][data-same=\"true\"]")
        .await;
    desk.click("confirm-recapture").await;
    consent(&desk, &pk).await;
    capture_documents(&desk).await;
    portrait(&desk).await;
    selfie(&desk).await;
    record(&desk).await;
    read_data(&desk).await;
    let case_id = send(&desk).await;

    assert_eq!(mock.calls("create_request").await, 0);
    assert_eq!(mock.calls("cancel_request").await, 0);
    for piece in ["document_front", "video"] {
        let there = mock.evidence(&pk, piece).await;
        let here = case_files_with(desk.data.path(), &case_id, &there);
        assert_eq!(here.len(), 1, "the new {piece} is at the RA: {here:?}");
    }
    desk.click("done-open-desk").await;
    desk.element(&format!("[data-testid=\"review\"][data-pk=\"{pk}\"]"))
        .await;
    desk.see("separation").await;
    desk.click("desk-close").await;
    sit_down(&desk, "Officer", "1500").await;
    look_at(&desk, &pk).await;
    validate(&desk, PIN).await;
    decided(&desk, "validate", "VIDEOREVIEW").await;
    approve(&desk).await;
    decided(&desk, "approve", "ENROLLREADY").await;
    assert_eq!(times_in(&mock, &pk, "ENROLLREADY").await, 1);
    desk.quit().await;
}

/// The subject's consent to a capture for a request that is there already.
async fn consent(desk: &Desk, pk: &str) {
    desk.until("the request", |state| {
        (state["enrollment"]["request"]["pk"] == pk).then_some(())
    })
    .await;
    leave(desk, "request").await;
    desk.click("consent-accept").await;
    desk.until("the consent", |state| {
        (state["enrollment"]["consent"]["accepted"] == true).then_some(())
    })
    .await;
    leave(desk, "consent").await;
}

async fn leave(desk: &Desk, from: &str) {
    if desk.snapshot().await["enrollment"]["step"] != from {
        return;
    }
    desk.click("primary").await;
    desk.until("the next step", |state| {
        (state["enrollment"]["step"] != from).then_some(())
    })
    .await;
}

/// Sends what was captured, and returns the number of its case.
async fn send(desk: &Desk) -> String {
    review(desk).await;
    desk.click("primary").await;
    delivered(desk).await;
    let case_id = desk.snapshot().await["enrollment"]["caseId"].clone();
    case_id.as_str().unwrap().to_owned()
}

/// The row of a request, chosen.
fn chosen(pk: &str) -> String {
    format!("[data-testid=\"request-{pk}\"][aria-selected=\"true\"]")
}

/// Presses a key wherever the focus is.
async fn press(desk: &Desk, key: impl Into<char>) {
    let value = key.into();
    let keys = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value })
        .then(KeyAction::Up { value });
    if let Err(error) = desk.client.perform_actions(keys).await {
        desk.give_up(&format!("{value:?} cannot be pressed: {error}"))
            .await;
    }
}
