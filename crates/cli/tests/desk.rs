//! The RAO desk and the webhook receiver from the shell, against the mock over mutual TLS.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const PASSWORD: &str = "correct-horse-battery";
const PIN: &str = "471147";
/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

struct Mock {
    process: Child,
    folder: tempfile::TempDir,
    settings: PathBuf,
}

impl Mock {
    fn start(flow: &str, environment: &str) -> Mock {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_videoid"))
            .args(["--json", "mock", "--listen", "127.0.0.1:0", "--flow", flow])
            .args(["--seed-requests", "120", "--tls"])
            .arg(folder.path().join("tls"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let started: Value = serde_json::from_str(&line).unwrap();
        let tls = |name: &str| started["tls"][name].as_str().unwrap().to_owned();
        let settings = folder.path().join("videoid-desk.toml");
        let text = format!(
            "environment = \"{environment}\"\n[registration_authority]\nid = \"116\"\napi_url = \"{}/\"\n\
             [network]\nextra_ca = \"{}\"\n[certificate]\ncertificate = \"{}\"\nkey = \"{}\"\n[storage]\ndata_folder = \"data\"\n",
            started["url"].as_str().unwrap(),
            tls("ca"),
            tls("client_cert"),
            tls("client_key"),
        );
        std::fs::write(&settings, text).unwrap();
        Mock {
            process,
            folder,
            settings,
        }
    }

    /// `videoid requests …` with the RAO's secrets in the environment.
    fn requests(&self, arguments: &[&str]) -> Output {
        self.requests_with(arguments, PIN)
    }

    fn requests_with(&self, arguments: &[&str], pin: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_videoid"))
            .args(["--json", "requests", "--config"])
            .arg(&self.settings)
            .args(arguments)
            .env("VIDEOID_RAO_PASSWORD", PASSWORD)
            .env("VIDEOID_RAO_PIN", pin)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The newest request in these states.
    fn one(&self, state: &str, videoid: &str) -> String {
        let list = json(&self.requests(&["list", "--state", state, "--max", "100"]));
        let found = list["requests"].as_array().unwrap().iter().find(|row| {
            row["videoidState"] == videoid
                && row["profile"].as_str().unwrap().ends_with("Ciudadano")
        });
        found.unwrap_or_else(|| panic!("{state}/{videoid}: {list}"))["pk"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn contract(&self) -> String {
        self.folder
            .path()
            .join("contract.pdf")
            .to_str()
            .unwrap()
            .to_owned()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        text.lines().count(),
        1,
        "one line on standard output, not:\n{text}\n{}",
        words(output)
    );
    serde_json::from_str(&text).unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const RAO: [&str; 4] = ["--rao", "1500", "--username", "officer"];

#[test]
fn requests_are_listed_shown_validated_approved_and_linked() {
    let mock = Mock::start("two-step", "sandbox");
    let all = json(&mock.requests(&["list", "--max", "5"]));
    assert_eq!(
        (all["requests"].as_array().unwrap().len(), &all["total"]),
        (5, &120.into())
    );
    assert_eq!(all["more"], true);
    let reviewed = json(&mock.requests(&["list", "--state", "VIDEOREVIEW", "--max", "200"]));
    assert_eq!(
        (&reviewed["filtered_here"], &reviewed["looked_at"]),
        (&true.into(), &120.into())
    );

    let pk = mock.one("VIDEOREVIEW", "REVIEW");
    let shown = json(&mock.requests(&["show", &pk]));
    assert_eq!(shown["request"]["state"], "VIDEOREVIEW");
    assert_eq!(shown["suggested"], "validate");
    assert_eq!(shown["checks"].as_array().unwrap().len(), 7);

    let contract = mock.contract();
    let decide = |action: &str, more: &[&str]| {
        let mut arguments = vec![action, &pk];
        arguments.extend(RAO);
        arguments.extend(more);
        mock.requests(&arguments)
    };
    // Nobody can be asked, and nobody said yes.
    let output = decide("validate", &["--contract", &contract]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert_eq!(
        json(&mock.requests(&["show", &pk]))["request"]["videoidState"],
        "REVIEW"
    );

    let output = decide("validate", &["--contract", &contract, "--yes"]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(json(&output)["videoid_state"], "VALIDATED");
    assert!(
        words(&output).contains("El operador 1500"),
        "the declaration is shown"
    );
    assert!(std::fs::read(&contract).unwrap().starts_with(b"%PDF"));
    let output = decide(
        "approve",
        &["--contract", &contract, "--lang", "en", "--yes"],
    );
    assert_eq!(json(&output)["state"], "ENROLLREADY", "{}", words(&output));
    let output = mock.requests(&["link", &pk]);
    assert!(
        json(&output)["link"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );

    // Again is no error of ours, and named.
    let output = decide("approve", &["--contract", &contract, "--yes"]);
    assert_eq!(
        (output.status.code(), &json(&output)["error"]["code"]),
        (Some(4), &"ra_wrong_state".into())
    );
    let record =
        std::fs::read_to_string(mock.folder.path().join("data/desk-events.jsonl")).unwrap();
    assert!(
        record.contains("\"approved\"") && record.contains("decision_sent"),
        "{record}"
    );
    for secret in [PASSWORD, PIN] {
        assert!(!record.contains(secret));
    }
}

#[test]
fn wrong_credentials_and_the_officer_who_identified_are_told_apart() {
    let mock = Mock::start("two-step", "sandbox");
    let pk = mock.one("VIDEOREVIEW", "REVIEW");
    let contract = mock.contract();
    let mut arguments = vec!["validate", &pk, "--contract", &contract, "--yes"];
    arguments.extend(RAO);
    let output = mock.requests_with(&arguments, "wrong");
    assert_eq!(
        (output.status.code(), &json(&output)["error"]["code"]),
        (Some(4), &"rao_credentials".into())
    );
    assert!(!words(&output).contains(PASSWORD));

    // The made-up requests were identified by RAO 1398.
    let own = [
        "validate",
        &pk,
        "--contract",
        &contract,
        "--yes",
        "--rao",
        "1398",
        "--username",
        "o",
    ];
    let output = mock.requests(&own);
    assert_eq!(
        (output.status.code(), &json(&output)["error"]["code"]),
        (Some(1), &"same_operator".into())
    );
}

#[test]
fn a_request_is_refused_with_a_reason_or_cancelled() {
    let mock = Mock::start("two-step", "sandbox");
    let pk = mock.one("VIDEOREVIEW", "REVIEW");
    let mut arguments = vec![
        "refuse",
        &pk,
        "--yes",
        "--reason",
        "The document cannot be read",
    ];
    arguments.extend(RAO);
    let output = mock.requests(&arguments);
    assert_eq!(
        json(&output)["videoid_state"],
        "REFUSED",
        "{}",
        words(&output)
    );
    let shown = json(&mock.requests(&["show", &pk]));
    assert_eq!(
        shown["request"]["refusalReason"],
        "The document cannot be read"
    );
    let output = mock.requests(&["cancel", &pk, "--yes"]);
    assert_eq!(json(&output)["state"], "CANCELLED", "{}", words(&output));
}

#[test]
fn production_demands_its_confirmation() {
    let mock = Mock::start("two-step", "production");
    let pk = mock.one("VIDEOPENDING", "PENDING");
    let output = mock.requests(&["--profile", "elsewhere", "cancel", &pk]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert!(words(&output).contains("production"), "{}", words(&output));
    let output = mock.requests(&["cancel", &pk]);
    assert_eq!(output.status.code(), Some(2), "nobody can be asked");
    assert_eq!(
        json(&mock.requests(&["show", &pk]))["request"]["state"],
        "VIDEOPENDING"
    );
    assert!(mock.requests(&["cancel", &pk, "--yes"]).status.success());
}

/// A receiver with the address that it listens on.
struct Receiver {
    process: Child,
    address: String,
    lines: BufReader<std::process::ChildStdout>,
    /// Held open: what it logs has somewhere to go.
    _remarks: BufReader<std::process::ChildStderr>,
}

impl Receiver {
    fn start(arguments: &[&str]) -> Receiver {
        let mut process = Command::new(env!("CARGO_BIN_EXE_videoid"))
            .args(["webhook", "--listen", "127.0.0.1:0", "--path", "/hook/3f9a"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut remarks = BufReader::new(process.stderr.take().unwrap());
        remarks.read_line(&mut line).unwrap();
        assert!(!line.contains("3f9a"), "the path may hold a secret: {line}");
        let address = line
            .split("http://")
            .nth(1)
            .unwrap()
            .split('.')
            .collect::<Vec<_>>()[..4]
            .join(".");
        let lines = BufReader::new(process.stdout.take().unwrap());
        Receiver {
            process,
            address,
            lines,
            _remarks: remarks,
        }
    }

    /// The HTTP status of a POST.
    fn post(&self, path: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

const EVENT: &str = r#"{"status":"VIDEOREVIEW","date":"2021-07-20T08:08:21.132394","previous_status":"VIDEOINCOMPLETE","request":46760,"registration_authority":455}"#;

#[test]
fn events_are_printed_one_a_line() {
    let mut receiver = Receiver::start(&[]);
    assert_eq!(receiver.post("/hook/3f9a", EVENT), 204);
    let mut line = String::new();
    receiver.lines.read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&event["status"], &event["request"]),
        (&"VIDEOREVIEW".into(), &"46760".into())
    );
    assert_eq!(receiver.post("/hook/else", EVENT), 404);
    assert_eq!(receiver.post("/hook/3f9a", "{\"status\":1"), 400);
    assert_eq!(receiver.post("/hook/3f9a", "[]"), 400);
    assert_eq!(receiver.post("/hook/3f9a", &"x".repeat(100_000)), 413);
}

#[test]
#[cfg(unix)]
fn events_are_handed_to_a_program_and_asked_for_again_where_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let command = format!(
        "echo \"$VIDEOID_REQUEST $VIDEOID_STATUS\" >> {0}; cat >> {0}",
        out.display()
    );
    let receiver = Receiver::start(&["--exec", &command]);
    assert_eq!(receiver.post("/hook/3f9a", EVENT), 204);
    let written = std::fs::read_to_string(&out).unwrap();
    assert!(written.starts_with("46760 VIDEOREVIEW\n{"), "{written}");
    // What the event says is data to the program and never part of its command.
    let nasty = EVENT.replace("VIDEOREVIEW", "$(touch injected)");
    assert_eq!(receiver.post("/hook/3f9a", &nasty), 204);
    assert!(
        std::fs::read_to_string(&out)
            .unwrap()
            .contains("46760 $(touch injected)")
    );

    let receiver = Receiver::start(&["--exec", "exit 3"]);
    assert_eq!(receiver.post("/hook/3f9a", EVENT), 500);
    let receiver = Receiver::start(&["--exec", "sleep 30", "--exec-timeout", "1"]);
    let began = Instant::now();
    assert_eq!(receiver.post("/hook/3f9a", EVENT), 500);
    assert!(
        began.elapsed() < Duration::from_secs(25),
        "it is ended, not waited for"
    );
}
