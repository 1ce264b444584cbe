//! `videoid webhook`: receives the RA's events, prints each or hands it to a program.

use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use ra_api::WebhookEvent;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

use crate::args::WebhookArgs;
use crate::failure::CliError;
use crate::output::Output;

/// Largest event that is taken: the documented one has some 200 bytes.
const MAX_EVENT_BYTES: usize = 64 * 1024;
/// How many programs run at once; further events wait for as long as their senders do.
const MAX_PROGRAMS: usize = 4;

struct Receiver {
    exec: Option<String>,
    timeout: Duration,
    programs: Semaphore,
}

pub async fn run(args: WebhookArgs, output: &Output) -> Result<ExitCode, CliError> {
    let receiver = Arc::new(Receiver {
        exec: args.exec,
        timeout: Duration::from_secs(args.exec_timeout),
        programs: Semaphore::new(MAX_PROGRAMS),
    });
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .map_err(|source| CliError::Listen {
            address: args.listen,
            source,
        })?;
    let address = listener.local_addr().map_err(|source| CliError::Listen {
        address: args.listen,
        source,
    })?;
    // The path may hold a secret of the deployment's own: it is not repeated here.
    output.note(&format!(
        "Waiting for events on http://{address}. Put a reverse proxy with TLS before it; Ctrl+C ends it."
    ));
    let app = Router::new()
        .route(&args.path, post(receive))
        .layer(DefaultBodyLimit::max(MAX_EVENT_BYTES))
        .with_state(receiver);
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            if let Err(error) = tokio::signal::ctrl_c().await {
                tracing::warn!(%error, "no signal handler; the receiver runs until it is killed");
                std::future::pending::<()>().await;
            }
        })
        .await
        .map_err(CliError::Runtime)?;
    Ok(ExitCode::SUCCESS)
}

/// 204 once the event was printed or the program ended well; anything else asks the sender to send it again.
async fn receive(State(receiver): State<Arc<Receiver>>, body: Bytes) -> StatusCode {
    let event: WebhookEvent = match serde_json::from_slice(&body) {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(
                line = error.line(),
                column = error.column(),
                "no event of the RA"
            );
            return StatusCode::BAD_REQUEST;
        }
    };
    let line = match serde_json::to_string(&event) {
        Ok(line) => line,
        Err(error) => {
            tracing::error!(%error, "an event could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
    };
    match &receiver.exec {
        None => print(&line),
        Some(program) => hand_on(&receiver, program, &event, line).await,
    }
}

fn print(line: &str) -> StatusCode {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "an event could not be printed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// Runs the program with the event on its standard input and in its environment.
async fn hand_on(
    receiver: &Receiver,
    program: &str,
    event: &WebhookEvent,
    line: String,
) -> StatusCode {
    let Ok(_turn) = receiver.programs.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let mut command = shell(program);
    command
        .env("VIDEOID_REQUEST", event.request.to_string())
        .env("VIDEOID_STATUS", event.status.to_string())
        .env(
            "VIDEOID_PREVIOUS_STATUS",
            event
                .previous_status
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
        .stdin(Stdio::piped())
        .kill_on_drop(true);
    let run = async {
        let mut child = command.spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // A program that does not read its input is no failure.
            let _ = input.write_all(line.as_bytes()).await;
            let _ = input.write_all(b"\n").await;
        }
        child.wait().await
    };
    match tokio::time::timeout(receiver.timeout, run).await {
        Ok(Ok(status)) if status.success() => StatusCode::NO_CONTENT,
        Ok(Ok(status)) => {
            tracing::error!(%status, request = %event.request, "the program failed on an event");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the program cannot be started");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Err(_) => {
            tracing::error!(request = %event.request, "the program did not end in time and was ended");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

#[cfg(unix)]
fn shell(program: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("/bin/sh");
    command.arg("-c").arg(program);
    command
}

#[cfg(windows)]
fn shell(program: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("cmd");
    command.arg("/C").arg(program);
    command
}
