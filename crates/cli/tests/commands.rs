//! The program as a shell or another program sees it: output, exit codes, what is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

fn videoid(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_videoid"))
        .args(arguments)
        .env_remove("VIDEOID_CONFIG")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .output()
        .unwrap()
}

/// The one JSON object on standard output.
fn json(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1, "one line on standard output, not:\n{text}");
    serde_json::from_str(lines[0]).unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// The evidence of one demonstration, shared by the tests. The folder stays for as long as they run.
fn evidence() -> &'static Path {
    static DEMO: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, evidence) = DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let output = videoid(&["--json", "demo", "--seconds", "6", "--out", out]);
        assert!(output.status.success(), "{}", words(&output));
        let result = json(&output);
        assert_eq!(result["state"], "VIDEOREVIEW");
        assert_eq!(result["simulated"], true);
        let evidence = result["evidence"].as_str().unwrap().into();
        (folder, evidence)
    });
    evidence
}

#[test]
fn a_demonstration_leaves_evidence_that_others_can_read() {
    let record: Value =
        serde_json::from_slice(&std::fs::read(evidence().join("evidence.json")).unwrap()).unwrap();
    let file = |kind: &str| evidence().join(record["images"][kind]["file"].as_str().unwrap());
    for kind in [
        "document_front",
        "document_rear",
        "document_photo",
        "document_owner",
    ] {
        let bytes = std::fs::read(file(kind)).unwrap();
        assert_eq!(camera::jpeg::trim(&bytes), Some(&bytes[..]), "{kind}");
        let picture = camera::Rgb::from_jpeg(&bytes).unwrap();
        assert_eq!(picture.width, record["images"][kind]["width"], "{kind}");
        assert_eq!(record["images"][kind]["simulated"], true, "{kind}");
    }
    let video = evidence().join(record["video"]["file"].as_str().unwrap());
    let probe = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-of",
            "csv=p=0",
            "-show_entries",
            "stream=codec_name,width,height",
        ])
        .arg(&video)
        .output()
        .expect("ffprobe is needed by this test; cargo xtask test installs it");
    assert!(
        probe.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&probe.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&probe.stdout).trim(),
        "h264,1280,720"
    );
}

#[test]
fn a_passport_has_no_rear() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = videoid(&["demo", "--passport", "--seconds", "6", "--out", out]);
    assert!(output.status.success(), "{}", words(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.ends_with("state: VIDEOREVIEW\n"), "{text}");
    assert!(!text.contains("document_rear"), "{text}");
}

/// A mock RA of its own process with mutual TLS.
struct Mock {
    process: Child,
    started: Value,
    folder: tempfile::TempDir,
}

impl Mock {
    fn start() -> Mock {
        let folder = tempfile::tempdir().unwrap();
        let tls = folder.path().join("tls");
        let mut process = Command::new(env!("CARGO_BIN_EXE_videoid"))
            .args(["--json", "mock", "--listen", "127.0.0.1:0", "--tls"])
            .arg(&tls)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Mock {
            process,
            started: serde_json::from_str(&line).unwrap(),
            folder,
        }
    }

    fn tls(&self, name: &str) -> &str {
        self.started["tls"][name].as_str().unwrap()
    }

    /// Settings that name this mock and `certificate`, the lines of that section.
    fn settings(&self, name: &str, certificate: &str) -> String {
        let url = self.started["url"].as_str().unwrap();
        let text = format!(
            "environment = \"sandbox\"\n[registration_authority]\nid = \"121\"\napi_url = \"{url}/\"\n\
             [network]\nextra_ca = \"{}\"\n[certificate]\n{certificate}\n",
            self.tls("ca")
        );
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    fn pem(&self) -> String {
        let (certificate, key) = (self.tls("client_cert"), self.tls("client_key"));
        self.settings(
            "pem.toml",
            &format!("certificate = \"{certificate}\"\nkey = \"{key}\""),
        )
    }

    fn p12(&self) -> String {
        let line = format!(
            "pkcs12 = \"{}\"\npassword_env = \"VIDEOID_TEST_PASSWORD\"",
            self.tls("client_p12")
        );
        self.settings("p12.toml", &line)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn with_password(arguments: &[&str], password: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_videoid"))
        .args(arguments)
        .env("VIDEOID_TEST_PASSWORD", password)
        .output()
        .unwrap()
}

#[test]
fn evidence_is_submitted_over_mutual_tls() {
    let mock = Mock::start();
    let folder = evidence().to_str().unwrap();
    let trace = mock.folder.path().join("trace.jsonl");
    let output = videoid(&[
        "--json",
        "submit",
        folder,
        "--create",
        "--config",
        &mock.pem(),
        "--trace-http",
        trace.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(json(&output)["state"], "VIDEOREVIEW");
    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(trace.lines().count() > 4, "{trace}");
    for secret in [
        "ERIKSSON",
        "12345678Z",
        "anna.eriksson",
        "+34600000000",
        "enrollment_code",
    ] {
        assert!(!trace.contains(secret), "the trace holds {secret}");
    }

    let password = mock.started["tls"]["client_p12_password"].as_str().unwrap();
    let config = mock.p12();
    let arguments = ["submit", folder, "--create", "--config", &config];
    let output = with_password(&arguments, password);
    assert!(output.status.success(), "{}", words(&output));

    let output = with_password(&arguments, "not the password");
    assert!(!output.status.success());
    assert!(words(&output).contains("password"), "{}", words(&output));
    assert!(
        !words(&output).contains("not the password"),
        "{}",
        words(&output)
    );
}

#[test]
fn the_doctor_asks_the_ra_when_told_to() {
    let mock = Mock::start();
    let output = videoid(&["--json", "doctor", "--live", "--config", &mock.pem()]);
    let result = json(&output);
    for subject in [
        "settings",
        "disk",
        "certificate",
        "api",
        "video_host",
        "clock",
        "scratchcards",
    ] {
        let row = result["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["subject"] == subject);
        let state = row.unwrap()["state"].as_str().unwrap();
        assert!(state == "good" || state == "warning", "{subject}: {result}");
    }
    // Without the certificate the handshake fails, and is named as that.
    let without = mock.settings("without.toml", "");
    let output = videoid(&["--json", "doctor", "--live", "--config", &without]);
    assert!(!output.status.success());
    let text = json(&output).to_string();
    assert!(text.contains("certificate"), "{text}");
}

#[test]
fn bad_settings_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.toml");
    std::fs::write(&file, "theme = \"dark\"\n\n[video]\nmin_secnods = 3\n").unwrap();
    let output = videoid(&["doctor", "--config", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let text = words(&output);
    assert!(
        text.contains("bad.toml:4") && text.contains("min_secnods"),
        "{text}"
    );
    let output = videoid(&["doctor", "--config", "/nonexistent/x.toml"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_recording_is_made_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.mp4");
    let path = file.to_str().unwrap();
    let record = [
        "--json",
        "record",
        "--source",
        "replay",
        "--seconds",
        "6",
        "--out",
        path,
    ];
    let output = videoid(&record);
    assert!(output.status.success(), "{}", words(&output));
    assert!(json(&output)["frames"].as_u64().unwrap() > 60);
    let again = videoid(&record);
    assert_eq!(again.status.code(), Some(1), "a file was overwritten");
    assert_eq!(json(&again)["error"]["code"], "exists");
    let output = videoid(&["--json", "check-video", path]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(json(&output)["accepted"], true);
}

#[test]
fn rejected_videos_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("empty.mp4"), b"").unwrap();
    std::fs::write(
        place("text.mp4"),
        b"This is no video, whatever its name says.",
    )
    .unwrap();
    std::fs::File::create(place("large.mp4"))
        .unwrap()
        .set_len(3 << 30)
        .unwrap();
    for (name, problem) in [
        ("empty.mp4", "empty"),
        ("text.mp4", "not_mp4"),
        ("large.mp4", "too_large"),
        ("none.mp4", "unreadable"),
    ] {
        let output = videoid(&["--json", "check-video", place(name).to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert_eq!(json(&output)["problem"], problem);
    }
}

#[test]
fn evidence_that_cannot_be_sent_says_why() {
    let output = videoid(&["--json", "submit", "/nonexistent/folder"]);
    assert_eq!(output.status.code(), Some(3), "{}", words(&output));
    // A picture that lost its bytes on the way.
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(evidence()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let picture = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("document_owner"))
        .unwrap();
    std::fs::write(picture, b"").unwrap();
    let mock = Mock::start();
    let output = videoid(&[
        "--json",
        "submit",
        folder.path().to_str().unwrap(),
        "--create",
        "--config",
        &mock.pem(),
    ]);
    assert!(!output.status.success(), "{}", words(&output));
    assert!(json(&output)["error"]["text"].is_string());
}

#[test]
fn completions_and_help_are_there() {
    let output = videoid(&["completions", "bash"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("check-video"));
    let output = videoid(&["--help"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes"));
    assert_eq!(videoid(&["no-such-command"]).status.code(), Some(2));
}
