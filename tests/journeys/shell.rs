//! What the shell alone answers for: starting where the station cannot, and keeping strangers out.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Desk, Display, Setup, program, signal, turn};

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_settings_open_a_window_that_names_file_line_and_remedy() {
    let _turn = turn().await;
    let desk = Desk::open(
        "unreadable-settings",
        Setup {
            settings: "theme = \"dark\"\n\n[video]\nmin_seconds = soon\n".to_owned(),
            ..Setup::default()
        },
    )
    .await;
    let text = desk.text("start-problem").await;
    assert!(text.contains("The settings cannot be read"), "{text}");
    assert!(text.contains("videoid-desk.toml:4:15"), "{text}");
    assert!(text.contains("What to do"), "{text}");
    desk.picture("17-settings-invalid").await;
    let left_alone = desk
        .script("return typeof window.__TAURI_INTERNALS__.invoke")
        .await;
    assert_eq!(left_alone, Value::from("function"));
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_window_on_the_same_data_says_that_the_first_is_open() {
    let _turn = turn().await;
    let first = Desk::open("first-window", Setup::default()).await;
    first.see("training-band").await;
    let second = Desk::open(
        "second-window",
        Setup {
            data: Some(Arc::clone(&first.data)),
            ..Setup::default()
        },
    )
    .await;
    let text = second.text("start-problem").await;
    assert!(text.contains("already running"), "{text}");
    second.quit().await;
    first.see("training-band").await;
    first.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_reaches_nothing_but_its_own_program() {
    let _turn = turn().await;
    let desk = Desk::open("own-page-only", Setup::default()).await;
    desk.see("training-band").await;
    let page = desk.script("return location.href").await;
    // A server that really answers: the mock of this run.
    let host = desk.snapshot().await["settings"]["apiHost"].clone();
    let refused = desk
        .client
        .execute_async(
            "const [host, done] = arguments; const broken = []; \
             addEventListener('securitypolicyviolation', e => broken.push(e.effectiveDirective)); \
             const frame = document.createElement('script'); frame.src = `http://${host}/x.js`; \
             document.head.append(frame); \
             fetch(`http://${host}/`).then(() => broken.push('fetched'), () => {}) \
               .then(() => setTimeout(() => done(broken.sort()), 300));",
            vec![host.clone()],
        )
        .await
        .unwrap();
    assert_eq!(
        refused,
        serde_json::json!(["connect-src", "script-src-elem"])
    );
    let away = format!(
        "location.href = 'http://{}/'; return 1",
        host.as_str().unwrap()
    );
    desk.script(&away).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(desk.script("return location.href").await, page);
    desk.quit().await;
}

/// In a debug build `VIDEOID_TEST_AS_RELEASE` asks for what a release build always does.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_build_runs_without_the_variables_of_tests_and_webdriver() {
    let _turn = turn().await;
    let display = Display::open(false);
    let data = tempfile::tempdir().unwrap();
    let mut app = Command::new(program())
        .args(["--training", "--data"])
        .arg(data.path())
        .env("DISPLAY", &display.name)
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("WEBKIT_INSPECTOR_SERVER", "127.0.0.1:1")
        .env("VIDEOID_TEST_PICK", "/etc/passwd")
        .env("VIDEOID_TEST_AS_RELEASE", "1")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let window = display.wait_for_window("VideoID Desk", Duration::from_secs(60));
    assert!(window.is_some(), "the app opens its window all the same");
    let environment = std::fs::read(format!("/proc/{}/environ", app.id())).unwrap();
    let environment = String::from_utf8_lossy(&environment);
    for name in [
        "TAURI_WEBVIEW_AUTOMATION",
        "WEBKIT_INSPECTOR",
        "VIDEOID_TEST_",
    ] {
        assert!(!environment.contains(name), "{name} is still there");
    }
    assert!(environment.contains(&format!("DISPLAY={}", display.name)));

    signal(app.id(), "TERM");
    let end = Instant::now() + Duration::from_secs(30);
    // A leader that has ended is not done before its last thread is.
    let mut ended = None;
    while ended.is_none() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
        ended = app.try_wait().unwrap();
    }
    if ended.is_none() {
        app.kill().unwrap();
    }
    let status = app.wait().unwrap();
    assert!(ended.is_some() && status.success(), "{ended:?} {status}");
}
