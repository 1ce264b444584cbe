//! One-time codes and the register, against services of this test's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::{Arc, Mutex};

use common::*;
use evidence::{Check, CheckResult, DocumentType, Field};
use serde_json::{Value, json};
use station::contract::*;
use station::hooks::{CodeHook, RegisterHook};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// A service that answers each question alike, and keeps what it was asked.
struct Service {
    url: url::Url,
    asked: Arc<Mutex<Vec<Value>>>,
}

async fn service(status: u16, answer: &str) -> Service {
    held(status, answer, None).await
}

/// A service that answers when it is let to.
async fn held(status: u16, answer: &str, until: Option<Arc<Notify>>) -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ask", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
    let (kept, answer) = (asked.clone(), answer.to_owned());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            let body = loop {
                let read = stream.read(&mut part).await.unwrap();
                assert!(read > 0, "the question ends early");
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes);
                if let Some((_, body)) = text.split_once("\r\n\r\n")
                    && let Ok(body) = serde_json::from_str::<Value>(body)
                {
                    break body;
                }
            };
            kept.lock().unwrap().push(body);
            if let Some(until) = &until {
                until.notified().await;
            }
            let text = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                answer.len()
            );
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    });
    Service {
        url: url.parse().unwrap(),
        asked,
    }
}

impl Service {
    fn last(&self) -> Value {
        self.asked.lock().unwrap().last().cloned().unwrap()
    }
}

async fn desk(
    folder: &std::path::Path,
    code: Option<&Service>,
    register: Option<&Service>,
) -> Desk {
    let mut settings = settings();
    settings.hooks.code = code.map(|service| CodeHook {
        url: service.url.clone(),
        token_env: None,
        valid_seconds: 300,
        tries: 2,
    });
    settings.hooks.register = register.map(|service| RegisterHook {
        url: service.url.clone(),
        token_env: None,
        name: "Test register".to_owned(),
    });
    let desk = start_with(folder, settings, None).await;
    desk.ok(Command::ChooseOperator {
        name: "Olga".into(),
        rao_id: Some("1400".into()),
    })
    .await;
    desk.ok(Command::StartEnrollment).await;
    desk.ok(Command::CreateRequest { form: form() }).await;
    desk.until("the request", |view| view.request.is_some())
        .await;
    desk
}

fn result(desk: &Desk, check: Check) -> CheckResult {
    let checks = desk.view().checks;
    checks
        .into_iter()
        .find(|view| view.check == check)
        .unwrap()
        .result
}

async fn returned(desk: &Desk, code: &str) {
    desk.ok(Command::ReturnCode { code: code.into() }).await;
}

#[tokio::test]
async fn a_code_that_comes_back_is_a_measured_check_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let codes = service(200, "{}").await;
    let desk = desk(folder.path(), Some(&codes), None).await;
    assert_eq!(desk.view().code, CodeView::Ready);
    desk.ok(Command::SendCode).await;
    desk.until("sent", |view| matches!(view.code, CodeView::Sent { .. }))
        .await;
    let delivery = codes.last();
    assert_eq!(delivery["mobile_phone_number"], "+34611223344");
    let code = delivery["code"].as_str().unwrap().to_owned();
    returned(&desk, "000000").await;
    assert!(
        matches!(
            desk.view().code,
            CodeView::Sent {
                tries_left: 1,
                wrong: true,
                ..
            }
        ),
        "{:?}",
        desk.view().code
    );
    assert_eq!(
        result(&desk, Check::OtpValidation),
        CheckResult::NotPerformed
    );
    returned(&desk, &code.to_lowercase()).await;
    assert_eq!(desk.view().code, CodeView::Returned);
    assert_eq!(result(&desk, Check::OtpValidation).value(), Some(true));
    desk.station.shutdown().await;
    for file in walk(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !bytes
                .windows(code.len())
                .any(|part| part == code.as_bytes()),
            "the code lies in {}",
            file.display()
        );
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[tokio::test]
async fn spent_tries_are_a_failed_check_and_a_new_code_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let codes = service(200, "{}").await;
    let desk = desk(folder.path(), Some(&codes), None).await;
    desk.ok(Command::SendCode).await;
    desk.until("sent", |view| matches!(view.code, CodeView::Sent { .. }))
        .await;
    returned(&desk, "WRONG1").await;
    returned(&desk, "WRONG2").await;
    assert_eq!(desk.view().code, CodeView::Spent);
    assert_eq!(result(&desk, Check::OtpValidation).value(), Some(false));
    let late = desk
        .ask(Command::ReturnCode {
            code: codes.last()["code"].as_str().unwrap().into(),
        })
        .await;
    assert_eq!(late.unwrap_err().code, FailureCode::NotAllowedNow);
    desk.ok(Command::SendCode).await;
    desk.until("sent again", |view| {
        matches!(view.code, CodeView::Sent { .. })
    })
    .await;
    assert_eq!(
        result(&desk, Check::OtpValidation),
        CheckResult::NotPerformed
    );
}

#[tokio::test]
async fn the_view_says_how_many_codes_are_left() {
    let folder = tempfile::tempdir().unwrap();
    let codes = service(200, "{}").await;
    let desk = desk(folder.path(), Some(&codes), None).await;
    for left in (0..5).rev() {
        assert_eq!(desk.view().codes_left, left + 1);
        desk.ok(Command::SendCode).await;
        desk.until("sent", |view| matches!(view.code, CodeView::Sent { .. }))
            .await;
    }
    assert_eq!(desk.view().codes_left, 0);
    let sixth = desk.ask(Command::SendCode).await.unwrap_err();
    assert_eq!(sixth.code, FailureCode::NotAllowedNow);
}

#[tokio::test]
async fn what_is_no_date_is_refused_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), None, None).await;
    let give = |field, value: &str| Command::SetField {
        field,
        value: value.into(),
    };
    for field in [Field::BirthDate, Field::IdDocumentValidity] {
        for value in ["31/02/1985", "1985-12-03", "3 Dec 1985", "13/13/1985"] {
            let refused = desk.ask(give(field, value)).await.unwrap_err();
            assert_eq!(refused.code, FailureCode::NoDate, "{value}");
        }
        desk.ok(give(field, " 03/12/1985 ")).await;
        desk.ok(give(field, "")).await;
    }
}

#[tokio::test]
async fn a_service_that_refuses_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let codes = service(503, "{}").await;
    let register = service(200, "[1, 2]").await;
    let desk = desk(folder.path(), Some(&codes), Some(&register)).await;
    desk.ok(Command::SendCode).await;
    let view = desk
        .until("failed", |view| {
            matches!(view.code, CodeView::Failed { .. })
        })
        .await;
    let CodeView::Failed { failure } = view.code else {
        unreachable!()
    };
    assert_eq!(failure.code, FailureCode::HookRejected);
    assert_eq!(failure.http_status, Some(503));
    desk.ok(Command::SetField {
        field: Field::SerialNumber,
        value: "12345678Z".into(),
    })
    .await;
    desk.ok(Command::AskRegister).await;
    let view = desk
        .until("failed", |view| {
            matches!(view.register, RegisterView::Failed { .. })
        })
        .await;
    let RegisterView::Failed { failure } = view.register else {
        unreachable!()
    };
    assert_eq!(failure.code, FailureCode::HookAnswerUnreadable);
    assert_eq!(
        result(&desk, Check::DocumentsMatch),
        CheckResult::NotPerformed
    );
}

#[tokio::test]
async fn the_registers_answer_is_the_check_until_the_data_changes() {
    let folder = tempfile::tempdir().unwrap();
    let register = service(
        200,
        &json!({"matches": false, "reference": "R-1"}).to_string(),
    )
    .await;
    let desk = desk(folder.path(), None, Some(&register)).await;
    let number = |value: &str| Command::SetField {
        field: Field::SerialNumber,
        value: value.into(),
    };
    let early = desk.ask(Command::AskRegister).await.unwrap_err();
    assert_eq!(early.code, FailureCode::InvalidInput);
    desk.ok(number("12345678Z")).await;
    desk.ok(Command::AskRegister).await;
    desk.until("answered", |view| view.register == RegisterView::Answered)
        .await;
    assert_eq!(register.last()["serial_number"], "12345678Z");
    let CheckResult::LookedUp {
        value,
        register,
        reference,
        ..
    } = result(&desk, Check::DocumentsMatch)
    else {
        panic!("{:?}", result(&desk, Check::DocumentsMatch));
    };
    assert_eq!(
        (value, register.as_str(), reference.as_deref()),
        (false, "Test register", Some("R-1"))
    );
    desk.ok(number("87654321X")).await;
    assert_eq!(
        result(&desk, Check::DocumentsMatch),
        CheckResult::NotPerformed
    );
    assert_eq!(desk.view().register, RegisterView::Ready);
}

#[tokio::test]
async fn without_services_nothing_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), None, None).await;
    assert_eq!(desk.view().code, CodeView::NotConfigured);
    assert_eq!(desk.view().register, RegisterView::NotConfigured);
    for command in [Command::SendCode, Command::AskRegister] {
        let refused = desk.ask(command).await.unwrap_err();
        assert_eq!(refused.code, FailureCode::NotAllowedNow);
    }
}

fn attest(check: Check, value: Option<bool>, reason: Option<&str>) -> Command {
    Command::AttestCheck {
        check,
        value,
        reason: reason.map(str::to_owned),
    }
}

/// Overrides a false, takes that back, and vouches again.
async fn cannot_be_washed(desk: &Desk, check: Check) {
    let before = result(desk, check);
    assert_eq!(before.value(), Some(false));
    let needed = desk.ask(attest(check, Some(true), None)).await.unwrap_err();
    assert_eq!(needed.code, FailureCode::ReasonNeeded);
    desk.ok(attest(check, Some(true), Some("known in person")))
        .await;
    let CheckResult::Attested {
        value,
        measured,
        overridden,
        ..
    } = result(desk, check)
    else {
        panic!("{:?}", result(desk, check));
    };
    assert_eq!((value, measured), (true, Some(false)));
    assert_eq!(overridden.as_deref(), Some(&before));
    let again = desk.ask(attest(check, Some(true), None)).await.unwrap_err();
    assert_eq!(again.code, FailureCode::ReasonNeeded);
    for take_back in [None, Some(false)] {
        desk.ok(attest(check, take_back, None)).await;
        assert_eq!(result(desk, check), before);
        let needed = desk.ask(attest(check, Some(true), None)).await.unwrap_err();
        assert_eq!(needed.code, FailureCode::ReasonNeeded);
        desk.ok(attest(check, Some(true), Some("known in person")))
            .await;
    }
}

#[tokio::test]
async fn what_was_looked_up_or_proved_stays_under_an_override() {
    let folder = tempfile::tempdir().unwrap();
    let codes = service(200, "{}").await;
    let register = service(200, &json!({"matches": false}).to_string()).await;
    let desk = desk(folder.path(), Some(&codes), Some(&register)).await;
    desk.ok(Command::SetField {
        field: Field::SerialNumber,
        value: "12345678Z".into(),
    })
    .await;
    desk.ok(Command::AskRegister).await;
    desk.until("answered", |view| view.register == RegisterView::Answered)
        .await;
    cannot_be_washed(&desk, Check::DocumentsMatch).await;
    desk.ok(Command::SendCode).await;
    desk.until("sent", |view| matches!(view.code, CodeView::Sent { .. }))
        .await;
    returned(&desk, "WRONG1").await;
    returned(&desk, "WRONG2").await;
    cannot_be_washed(&desk, Check::OtpValidation).await;
}

#[tokio::test]
async fn an_answer_and_its_override_go_with_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let register = service(200, &json!({"matches": false}).to_string()).await;
    let desk = desk(folder.path(), None, Some(&register)).await;
    desk.ok(Command::SetField {
        field: Field::SerialNumber,
        value: "12345678Z".into(),
    })
    .await;
    for overridden in [false, true] {
        desk.ok(Command::AskRegister).await;
        desk.until("answered", |view| view.register == RegisterView::Answered)
            .await;
        if overridden {
            desk.ok(attest(
                Check::DocumentsMatch,
                Some(true),
                Some("mistyped there"),
            ))
            .await;
        }
        let country = if overridden { "IT" } else { "PT" };
        desk.ok(Command::SetDocument {
            document_type: DocumentType::Idc,
            country: country.into(),
        })
        .await;
        let now = result(&desk, Check::DocumentsMatch);
        assert_eq!(now, CheckResult::NotPerformed, "{overridden}");
        assert_eq!(desk.view().register, RegisterView::Ready);
    }
}

#[tokio::test]
async fn a_code_proves_nothing_of_another_telephone() {
    let folder = tempfile::tempdir().unwrap();
    let codes = service(200, "{}").await;
    let desk = desk(folder.path(), Some(&codes), None).await;
    let mobile = |number: &str| RequestForm {
        mobile_phone_number: number.into(),
        ..form()
    };
    for (number, return_it) in [("+34600000001", true), ("+34600000002", false)] {
        desk.ok(Command::SendCode).await;
        desk.until("sent", |view| matches!(view.code, CodeView::Sent { .. }))
            .await;
        let code = codes.last()["code"].as_str().unwrap().to_owned();
        if return_it {
            returned(&desk, &code).await;
            assert_eq!(result(&desk, Check::OtpValidation).value(), Some(true));
        }
        desk.ok(Command::UpdateRequest {
            form: mobile(number),
        })
        .await;
        desk.until("the change", |view| {
            view.request_work == Work::Idle && view.form.mobile_phone_number == number
        })
        .await;
        assert_eq!(desk.view().code, CodeView::Ready);
        let now = result(&desk, Check::OtpValidation);
        assert_eq!(now, CheckResult::NotPerformed);
        let late = desk.ask(Command::ReturnCode { code }).await.unwrap_err();
        assert_eq!(late.code, FailureCode::NotAllowedNow);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_while_the_evidence_is_sent_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Notify::new());
    let answer = json!({"matches": true}).to_string();
    let register = held(200, &answer, Some(gate.clone())).await;
    let desk = desk(folder.path(), None, Some(&register)).await;
    desk.ok(Command::AcceptConsent).await;
    desk.pictures().await;
    desk.video().await;
    desk.data().await;
    desk.seen().await;
    fault(
        &desk,
        r#"{"operation":"upload_video","kind":"bandwidth","bytes_per_s":20000,"times":null}"#,
    )
    .await;
    desk.ok(Command::AskRegister).await;
    desk.ok(Command::Send).await;
    gate.notify_one();
    let view = desk
        .until("the answer", |view| view.register != RegisterView::Asking)
        .await;
    assert!(matches!(view.delivery, DeliveryView::Sending { .. }));
    assert_eq!(view.register, RegisterView::Ready);
    let now = result(&desk, Check::DocumentsMatch);
    assert_eq!(now, CheckResult::NotPerformed);
    desk.ok(Command::CancelSend).await;
}
