//! The RAO desk, as an officer works at it in the window.

use serde_json::Value;

use super::{Desk, Mock, PATIENCE, Setup};

pub const PASSWORD: &str = "correct-horse-battery";
pub const PIN: &str = "471147";
/// What the training RA takes as wrong.
pub const WRONG: &str = "wrong";

/// A training RA of this flow with a made-up queue.
pub fn training(flow: &str, seed_requests: u32) -> Setup {
    Setup {
        settings: format!("[training]\nflow = \"{flow}\"\nseed_requests = {seed_requests}\n"),
        ..Setup::default()
    }
}

/// From the station check to the queue.
pub async fn sit_down(desk: &Desk, name: &str, rao: &str) {
    desk.fill("operator-name", name).await;
    desk.fill("operator-rao-id", rao).await;
    desk.click("open-desk").await;
    desk.see("queue").await;
}

/// The newest made-up request that waits for review; of an organisation, or of a person.
pub async fn waiting(mock: &Mock, organisation: bool) -> String {
    let all = mock.json("/_mock/requests").await;
    let found = all.as_array().unwrap().iter().rev().find(|request| {
        let profile = request["fields"]["profile"].as_str().unwrap();
        request["status"] == "VIDEOREVIEW"
            && request["videoid"]["status"] == "REVIEW"
            && organisation != profile.ends_with("Ciudadano")
    });
    found.expect("one waits for review")["pk"].to_string()
}

/// Opens a request by its number, and waits until it is read.
pub async fn look_at(desk: &Desk, pk: &str) {
    desk.fill("open-number", pk).await;
    desk.click("open-number-go").await;
    desk.element(&format!("[data-testid=\"review\"][data-pk=\"{pk}\"]"))
        .await;
    desk.until("the request", |state| {
        let review = &state["desk"]["review"];
        (!review["request"].is_null() && review["reading"]["state"] == "idle").then_some(())
    })
    .await;
}

pub async fn sign_in(desk: &Desk, pin: &str) {
    desk.see("sign-in").await;
    desk.fill("rao-username", "officer").await;
    desk.fill("rao-password", PASSWORD).await;
    desk.fill("rao-pin", pin).await;
    desk.click("sign-in-submit").await;
    desk.until("somebody signed in", |state| {
        state["rao"]["raoId"].as_str().map(str::to_owned)
    })
    .await;
}

/// Reads both papers to their ends.
pub async fn read_papers(desk: &Desk) {
    desk.see("papers").await;
    desk.until("the contract", |state| {
        state["desk"]["review"]["papers"]["contract"]["id"]
            .as_str()
            .map(str::to_owned)
    })
    .await;
    desk.see("contract-page-2").await;
    for paper in ["declaration", "contract"] {
        let scroll = format!(
            "const pane = document.querySelector('[data-testid=\"{paper}\"]'); pane.scrollTop = pane.scrollHeight; return true;"
        );
        let shown = format!("[data-testid=\"{paper}\"][data-shown=\"true\"]");
        for _ in 0..50 {
            desk.script(&scroll).await;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let there = format!("return document.querySelector('{shown}') !== null;");
            if desk.script(&there).await == Value::Bool(true) {
                break;
            }
        }
        desk.element(&shown).await;
    }
}

/// Validates from the review's panel, signing in where nobody is.
pub async fn validate(desk: &Desk, pin: &str) {
    desk.click("act-validate").await;
    if desk.snapshot().await["rao"].is_null() {
        sign_in(desk, pin).await;
    }
    read_papers(desk).await;
    desk.click("confirm-validate").await;
}

/// Approves, in English.
pub async fn approve(desk: &Desk) {
    desk.click("act-approve").await;
    read_papers(desk).await;
    desk.choose("approve-lang", "en").await;
    desk.click("confirm-approve").await;
}

/// Waits for the word that an action took place, and the state that it led to.
pub async fn decided(desk: &Desk, action: &str, state: &str) {
    desk.element(&format!(
        "[data-testid=\"decided\"][data-action=\"{action}\"][data-state=\"{state}\"]"
    ))
    .await;
}

/// How often the request came to a state.
pub async fn times_in(mock: &Mock, pk: &str, state: &str) -> usize {
    let request = mock.json(&format!("/_mock/requests/{pk}")).await;
    let history = request["history"].as_array().unwrap().iter();
    history.filter(|entry| entry["status"] == state).count()
}

/// Asks the page again and again until the answer is as wished.
pub async fn wait_for(desk: &Desk, script: &str, wished: impl Fn(&Value) -> bool) {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let answer = desk.script(script).await;
        if wished(&answer) {
            return;
        }
        if std::time::Instant::now() > end {
            desk.give_up(&format!("{script} gives {answer}")).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
