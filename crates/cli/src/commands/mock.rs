//! `videoid mock`.

use std::process::ExitCode;

use ra_mock::{Flow, MockConfig, MockServer};

use crate::args::{FlowArg, MockArgs};
use crate::failure::CliError;
use crate::output::Output;

pub async fn run(args: MockArgs, output: &Output) -> Result<ExitCode, CliError> {
    let flow = match args.flow {
        FlowArg::TwoStep => Flow::TwoStep,
        FlowArg::OneStep => Flow::OneStep,
        FlowArg::ValidateApproves => Flow::ValidateApproves,
    };
    let server = MockServer::start(MockConfig {
        listen: args.listen,
        tls: args.tls,
        data: args.data,
        flow,
        checks: !args.no_checks,
        seed_requests: args.seed_requests,
        seed: args.seed,
        filters_status: args.filters_status,
        refusal_reopens: args.refusal_reopens,
        ..MockConfig::default()
    })
    .await
    .map_err(CliError::Mock)?;
    for text in &args.fault {
        let fault =
            serde_json::from_str(text).map_err(|error| CliError::Fault(error.to_string()))?;
        server.faults().add(fault);
    }
    let tls = server.tls_material();
    let mut words = format!(
        "Mock RA on {} (both hosts). Web page: {0}/\n",
        server.base_url()
    );
    if let Some(tls) = &tls {
        words.push_str(&format!(
            "Clients need a certificate: {} with {}, or {}; the CA is {}\n",
            tls.client_cert.display(),
            tls.client_key.display(),
            tls.client_p12.display(),
            tls.ca.display()
        ));
    }
    words.push_str("Ctrl+C ends it.");
    output.result(
        &words,
        &serde_json::json!({
            "url": server.base_url(),
            "tls": tls.map(|tls| serde_json::json!({
                "ca": tls.ca,
                "client_cert": tls.client_cert,
                "client_key": tls.client_key,
                "client_p12": tls.client_p12,
                "client_p12_password": ra_mock::P12_PASSWORD,
            })),
        }),
    );
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "no signal handler; the server runs until it is killed");
        std::future::pending::<()>().await;
    }
    server.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
