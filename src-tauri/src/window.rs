//! The window: made once, closed only after the session has ended in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use station::StationHandle;
use tauri::webview::NewWindowResponse;
use tauri::{
    App, AppHandle, Emitter, Manager, Runtime, Url, WebviewUrl, WebviewWindowBuilder, Window,
    WindowEvent,
};

/// Label of the window; the capability is given to this label.
pub const MAIN: &str = "main";
/// Label of the window that says why there is no session. It may call nothing.
const PROBLEM: &str = "problem";
/// Scheme of the page that this window shows.
pub const PROBLEM_SCHEME: &str = "problem";
/// The event that carries each new state of the session.
const SNAPSHOT_EVENT: &str = "snapshot";
const GUIDANCE_EVENT: &str = "guidance";
/// Shortest time between two states sent to the page; those in between are skipped.
const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(33);
/// Longest wait for the session's end. A recording that is not finished by then is finished at the next start.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);

/// Set once the way out has begun.
#[derive(Default)]
pub struct Closing(AtomicBool);

/// Opens the window on the session's screens.
pub fn open_main<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    builder(app, MAIN, WebviewUrl::App("index.html".into())).build()?;
    Ok(())
}

/// Opens the window on the page that says why there is no session.
pub fn open_problem<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    builder(app, PROBLEM, WebviewUrl::CustomProtocol(problem_url()?)).build()?;
    Ok(())
}

fn builder<'a, R: Runtime>(
    app: &'a App<R>,
    label: &str,
    url: WebviewUrl,
) -> WebviewWindowBuilder<'a, R, App<R>> {
    WebviewWindowBuilder::new(app, label, url)
        .title("VideoID Desk")
        .inner_size(1280.0, 800.0)
        .min_inner_size(1024.0, 680.0)
        .center()
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
}

/// The window shows the program's own pages and nothing else; links go to the browser.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" | PROBLEM_SCHEME => url.host_str() == Some("localhost"),
        "http" | "https" if cfg!(windows) => {
            matches!(
                url.host_str(),
                Some("tauri.localhost" | "problem.localhost")
            )
        }
        _ => false,
    }
}

fn problem_url() -> tauri::Result<Url> {
    Url::parse(&format!("{PROBLEM_SCHEME}://localhost/")).map_err(tauri::Error::InvalidUrl)
}

/// Sends each new state of the session to the page, the latest only.
pub fn send_snapshots<R: Runtime>(app: AppHandle<R>, station: &StationHandle) {
    let mut states = station.subscribe();
    tauri::async_runtime::spawn(async move {
        loop {
            let state = states.borrow_and_update().clone();
            if let Err(error) = app.emit_to(MAIN, SNAPSHOT_EVENT, &state) {
                tracing::error!(%error, "a state could not be sent to the page");
            }
            tokio::time::sleep(SNAPSHOT_INTERVAL).await;
            if states.changed().await.is_err() {
                return;
            }
        }
    });
}

/// Sends each new guidance to the page, the latest only; it comes too often to travel with the state.
pub fn send_guidance<R: Runtime>(app: AppHandle<R>, station: &StationHandle) {
    let mut guidance = station.guidance();
    tauri::async_runtime::spawn(async move {
        while guidance.changed().await.is_ok() {
            let latest = guidance.borrow_and_update().clone();
            if let Err(error) = app.emit_to(MAIN, GUIDANCE_EVENT, &latest) {
                tracing::error!(%error, "guidance could not be sent to the page");
            }
        }
    });
}

/// Holds the window until the session has ended in order.
pub fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event
        && window.label() == MAIN
    {
        api.prevent_close();
        close(window.app_handle());
    }
}

/// Ends the session, finishing a recording, then the program. Asked again, it does nothing more.
pub fn close<R: Runtime>(app: &AppHandle<R>) {
    if app.state::<Closing>().0.swap(true, Ordering::AcqRel) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(station) = app.try_state::<StationHandle>() {
            let ended = tokio::time::timeout(SHUTDOWN_TIMEOUT, station.shutdown()).await;
            if ended.is_err() {
                tracing::error!("the session did not end in time");
            }
        }
        app.exit(0);
    });
}

/// Treats the signals by which a terminal or the system ends a program like closing the window; from its return on.
#[cfg(unix)]
pub fn close_on_signals<R: Runtime>(app: AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = tauri::async_runtime::block_on(async {
        std::io::Result::Ok((
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        ))
    });
    let (mut terminate, mut interrupt) = match signals {
        Ok(signals) => signals,
        Err(error) => {
            tracing::warn!(%error, "signals are not handled");
            return;
        }
    };
    tauri::async_runtime::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        close(&app);
    });
}

/// Other systems end a program through its window.
#[cfg(not(unix))]
pub fn close_on_signals<R: Runtime>(_: AppHandle<R>) {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_pages() {
        for (url, own) in [
            ("tauri://localhost/index.html", true),
            ("problem://localhost/", true),
            ("tauri://elsewhere/", false),
            ("https://example.org/", false),
            ("file:///etc/passwd", false),
            ("evidence://localhost/c/k/1", false),
        ] {
            assert_eq!(is_own_page(&Url::parse(url).unwrap()), own, "{url}");
        }
    }
}
