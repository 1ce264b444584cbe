//! `videoid doctor`.

use std::process::ExitCode;

use station::contract::{HealthState, HealthSubject};

use crate::args::DoctorArgs;
use crate::commands::{camera_child, settings};
use crate::failure::CliError;
use crate::output::Output;

pub async fn run(args: DoctorArgs, output: &Output) -> Result<ExitCode, CliError> {
    let (settings, _) = settings(&args.station)?;
    let rows = station::health::check(&settings, &camera_child()?, args.live).await;
    let failed = rows.iter().any(|row| row.state == HealthState::Failed);
    let mut words = String::new();
    for row in &rows {
        let state = match row.state {
            HealthState::Good => "good",
            HealthState::Warning => "WARNING",
            HealthState::Failed => "FAILED",
            HealthState::Checking | HealthState::NotPerformed => "not checked",
        };
        words.push_str(&format!("{:<14} {state:<12}", subject(row.subject)));
        if let Some(value) = &row.value {
            words.push_str(value);
        }
        if let Some(detail) = row
            .failure
            .as_ref()
            .and_then(|failure| failure.detail.as_ref())
        {
            words.push_str(&format!(" — {detail}"));
        }
        words.push('\n');
    }
    if !args.live {
        words.push_str("The RA was not asked; --live does, by read-only calls.\n");
    }
    output.result(
        words.trim_end(),
        &serde_json::json!({ "good": !failed, "checks": rows }),
    );
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn subject(subject: HealthSubject) -> &'static str {
    match subject {
        HealthSubject::Settings => "settings",
        HealthSubject::Camera => "camera",
        HealthSubject::Disk => "disk",
        HealthSubject::Certificate => "certificate",
        HealthSubject::Api => "API",
        HealthSubject::VideoHost => "video host",
        HealthSubject::Clock => "clock",
        HealthSubject::Scratchcards => "scratchcards",
        HealthSubject::Operator => "operator",
    }
}
