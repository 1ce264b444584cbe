//! `videoid submit`: an evidence folder, or a case of this station, to the configured RA.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use station::evidence_folder::{EvidenceFolder, SubmitOptions, SubmitProgress};
use tokio_util::sync::CancellationToken;

use crate::args::SubmitArgs;
use crate::commands::settings;
use crate::failure::CliError;
use crate::output::Output;

pub async fn run(args: SubmitArgs, output: &Output) -> Result<ExitCode, CliError> {
    let (settings, _) = settings(&args.station)?;
    let path = Path::new(&args.evidence);
    let folder = if path.is_dir() {
        EvidenceFolder::open(path)
    } else {
        EvidenceFolder::of_case(&settings, args.station.data.as_deref(), &args.evidence)
    }
    .map_err(|error| CliError::Evidence(error.to_string()))?;

    let bar = progress_bar(output);
    let cancel = CancellationToken::new();
    let on_signal = cancel.clone();
    let signals = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_signal.cancel();
        }
    });
    let shown = bar.clone();
    let submitted = folder
        .submit(
            &settings,
            SubmitOptions {
                create: args.create,
                request: args.request,
            },
            move |progress: SubmitProgress| {
                shown.set_length(progress.total_bytes);
                shown.set_position(progress.sent_bytes);
                shown.set_message(progress.part);
            },
            cancel,
        )
        .await;
    signals.abort();
    bar.finish_and_clear();
    let delivered = submitted.map_err(|failure| CliError::Session {
        step: "submit".into(),
        failure,
    })?;
    output.result(
        &format!(
            "request: {}\nstate: {}",
            delivered.request, delivered.status
        ),
        &serde_json::json!({ "request": delivered.request, "state": delivered.status }),
    );
    Ok(if delivered.status == "VIDEOREVIEW" {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(4)
    })
}

/// A bar on a terminal (standard error); nothing for a program.
fn progress_bar(output: &Output) -> ProgressBar {
    if output.is_json() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template(
        "{msg:<18} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
    ) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
