//! `videoid requests`: the RAO desk from the shell. Secrets come from a prompt or the environment, never from arguments.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use ra_api::{Id, RaoCredentials, Secret};
use station::contract::{
    CheckOrigin, DecidedView, FailureCode, QueueFilter, RequestAction, ReviewView,
};
use station::requests::Requests;

use crate::args::{
    ApproveArgs, CancelArgs, LinkArgs, ListArgs, RaoArgs, RefuseArgs, RequestsArgs,
    RequestsCommand, ShowArgs, ValidateArgs,
};
use crate::commands::settings;
use crate::failure::CliError;
use crate::output::Output;

/// Environment variables that hold the secrets where nobody can be asked.
const PASSWORD_VARIABLE: &str = "VIDEOID_RAO_PASSWORD";
const PIN_VARIABLE: &str = "VIDEOID_RAO_PIN";

pub async fn run(args: RequestsArgs, output: &Output) -> Result<ExitCode, CliError> {
    let (settings, _) = settings(&args.station)?;
    let requests = Requests::open(&settings, args.station.data.clone())
        .map_err(|failure| at("requests", failure))?;
    match args.command {
        RequestsCommand::List(args) => list(&requests, args, output).await,
        RequestsCommand::Show(args) => show(&requests, args, output).await,
        RequestsCommand::Validate(args) => validate(&requests, args, output).await,
        RequestsCommand::Refuse(args) => refuse(&requests, args, output).await,
        RequestsCommand::Approve(args) => approve(&requests, args, output).await,
        RequestsCommand::Cancel(args) => cancel(&requests, args, output).await,
        RequestsCommand::Link(args) => link(&requests, args, output).await,
    }
}

fn at(step: &str, failure: station::contract::Failure) -> CliError {
    CliError::Session {
        step: step.to_owned(),
        failure,
    }
}

async fn list(requests: &Requests, args: ListArgs, output: &Output) -> Result<ExitCode, CliError> {
    let filter = QueueFilter {
        state: args.state,
        scratchcard: args.scratchcard.unwrap_or_default(),
        given_name: args.given_name.unwrap_or_default(),
        surname_1: args.surname_1.unwrap_or_default(),
        surname_2: args.surname_2.unwrap_or_default(),
        serial_number: args.serial_number.unwrap_or_default(),
        email: args.email.unwrap_or_default(),
        mobile_phone_number: args.phone.unwrap_or_default(),
    };
    let found = requests
        .list(&filter, args.max, args.look_at)
        .await
        .map_err(|failure| at("list", failure))?;
    let mut words = String::new();
    for row in &found.rows {
        words.push_str(&format!(
            "{:<10} {:<16} {:<28} {:<16} {}\n",
            row.pk,
            row.state,
            row.name,
            row.serial_number,
            row.waits_for
                .map(|action| format!("waits for: {}", word(action)))
                .unwrap_or_default()
        ));
    }
    words.push_str(&format!(
        "{} shown; {} looked at",
        found.rows.len(),
        found.looked_at
    ));
    if let Some(total) = found.total {
        words.push_str(&format!(" of {total}"));
    }
    if found.filtered_here {
        words.push_str("; the RA does not filter by state");
    }
    if found.more {
        words.push_str("; there are more (--max, --look-at)");
    }
    output.result(
        &words,
        &serde_json::json!({
            "requests": found.rows,
            "looked_at": found.looked_at,
            "total": found.total,
            "filtered_here": found.filtered_here,
            "more": found.more,
        }),
    );
    Ok(ExitCode::SUCCESS)
}

async fn show(requests: &Requests, args: ShowArgs, output: &Output) -> Result<ExitCode, CliError> {
    let review = requests
        .show(&args.pk, args.rao.as_deref())
        .await
        .map_err(|failure| at("show", failure))?;
    output.result(&description(&review), &review);
    Ok(ExitCode::SUCCESS)
}

/// The request in words.
fn description(review: &ReviewView) -> String {
    let mut words = String::new();
    let mut line = |text: String| {
        words.push_str(&text);
        words.push('\n');
    };
    if let Some(request) = &review.request {
        line(format!("request     {}  {}", review.pk, request.state));
        line(format!(
            "videoid     {}",
            request.videoid_state.as_deref().unwrap_or("-")
        ));
        line(format!("subscriber  {}", request.name));
        line(format!("profile     {}", request.profile));
        if let Some(reason) = &request.refusal_reason {
            line(format!("refused     {reason}"));
        }
        if request.simulated {
            line("SIMULATED: training or replayed evidence".to_owned());
        }
    }
    for field in &review.fields {
        line(format!(
            "  {:<22} {:<28} {:<28}{}",
            field.key,
            field.requested,
            field.document,
            if field.differs { " DIFFERS" } else { "" }
        ));
    }
    for check in &review.checks {
        let value = match check.value {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "-",
        };
        let source = match &check.source {
            CheckOrigin::NotTransmitted => "source not transmitted".to_owned(),
            CheckOrigin::NotPerformed => "not performed".to_owned(),
            CheckOrigin::Measured { method } => format!("measured: {method}"),
            CheckOrigin::LookedUp { register, at } => format!("looked up in {register} at {at}"),
            CheckOrigin::Attested { by, at } => format!("attested by {by} at {at}"),
        };
        line(format!("  {:<22} {value:<4} {source}", check.label));
    }
    let similarity = review
        .similarity
        .as_ref()
        .map(|shown| match (shown.score, &shown.level) {
            (Some(score), _) => format!("{score} of 100"),
            (None, Some(level)) => level.clone(),
            (None, None) => "-".to_owned(),
        });
    line(format!(
        "similarity  {}",
        similarity.unwrap_or_else(|| "not transmitted".to_owned())
    ));
    for picture in &review.pictures {
        line(format!(
            "picture     {:?} {}x{}, {} bytes",
            picture.kind, picture.width, picture.height, picture.bytes
        ));
    }
    if let Some(action) = review.suggested {
        line(format!("waits for   {}", word(action)));
    }
    words.trim_end().to_owned()
}

async fn validate(
    requests: &Requests,
    args: ValidateArgs,
    output: &Output,
) -> Result<ExitCode, CliError> {
    let action = RequestAction::Validate;
    before_approval(
        requests,
        &args.pk,
        action,
        &args.rao,
        &args.contract,
        output,
    )
    .await?;
    confirm(&args.pk, action, args.yes)?;
    decide(
        requests,
        &args.pk,
        action,
        Some(&args.rao),
        "",
        args.yes,
        output,
    )
    .await
}

async fn approve(
    requests: &Requests,
    args: ApproveArgs,
    output: &Output,
) -> Result<ExitCode, CliError> {
    let action = RequestAction::Approve;
    before_approval(
        requests,
        &args.pk,
        action,
        &args.rao,
        &args.contract,
        output,
    )
    .await?;
    confirm(&args.pk, action, args.yes)?;
    decide(
        requests,
        &args.pk,
        action,
        Some(&args.rao),
        &args.lang,
        args.yes,
        output,
    )
    .await
}

async fn refuse(
    requests: &Requests,
    args: RefuseArgs,
    output: &Output,
) -> Result<ExitCode, CliError> {
    let reason = args.reason.join(". ");
    if reason.trim().is_empty() {
        return Err(CliError::Usage(
            "a reason is needed: --reason TEXT".to_owned(),
        ));
    }
    let action = RequestAction::Refuse;
    confirm(&args.pk, action, args.yes)?;
    decide(
        requests,
        &args.pk,
        action,
        Some(&args.rao),
        &reason,
        args.yes,
        output,
    )
    .await
}

async fn cancel(
    requests: &Requests,
    args: CancelArgs,
    output: &Output,
) -> Result<ExitCode, CliError> {
    let action = RequestAction::Cancel;
    confirm(&args.pk, action, args.yes)?;
    decide(requests, &args.pk, action, None, "", args.yes, output).await
}

async fn link(requests: &Requests, args: LinkArgs, output: &Output) -> Result<ExitCode, CliError> {
    let link = requests
        .link(&args.pk)
        .await
        .map_err(|failure| at("link", failure))?;
    // Asked for on purpose: it goes to standard output and nowhere else.
    output.result(link.expose(), &serde_json::json!({ "link": link.expose() }));
    Ok(ExitCode::SUCCESS)
}

/// Shows the declaration and writes the contract, so that nobody approves unseen.
async fn before_approval(
    requests: &Requests,
    pk: &str,
    action: RequestAction,
    rao: &RaoArgs,
    contract: &Path,
    output: &Output,
) -> Result<(), CliError> {
    requests
        .demand(pk, action, Some(&rao.rao))
        .await
        .map_err(|failure| at(&word(action), failure))?;
    let papers = requests
        .papers(pk, &rao.rao)
        .await
        .map_err(|failure| at("declaration and contract", failure))?;
    std::fs::write(contract, &papers.contract).map_err(|source| CliError::File {
        path: contract.to_owned(),
        what: "the contract cannot be written",
        source,
    })?;
    output.step(&format!("Declaration:\n{}\n", papers.declaration));
    output.step(&format!("The contract is in {}.", contract.display()));
    Ok(())
}

/// Asks, where somebody can be asked; else `--yes` has to say it.
fn confirm(pk: &str, action: RequestAction, yes: bool) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError::Usage(
            "nobody can be asked here; give --yes once what it does is understood".to_owned(),
        ));
    }
    eprint!("{} request {pk}? Type yes: ", capitalised(&word(action)));
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(CliError::Runtime)?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        Ok(())
    } else {
        Err(CliError::Usage(
            "not confirmed; nothing was sent".to_owned(),
        ))
    }
}

async fn decide(
    requests: &Requests,
    pk: &str,
    action: RequestAction,
    rao: Option<&RaoArgs>,
    text: &str,
    confirmed: bool,
    output: &Output,
) -> Result<ExitCode, CliError> {
    let credentials = rao.map(credentials).transpose()?;
    // What was typed after a question is as good as `--yes`.
    let confirmed = confirmed || std::io::stdin().is_terminal();
    let decided: DecidedView = requests
        .decide(pk, action, credentials.as_ref(), text, confirmed)
        .await
        .map_err(|failure| at(&word(action), failure))?;
    let mut words = format!("request: {pk}\nstate: {}", decided.state);
    if let Some(videoid) = &decided.videoid_state {
        words.push_str(&format!("\nvideoid: {videoid}"));
    }
    if decided.found_by_reading {
        words.push_str("\nThe answer was lost; reading the request showed that it took place.");
    }
    output.result(
        &words,
        &serde_json::json!({
            "request": pk,
            "action": action,
            "state": decided.state,
            "videoid_state": decided.videoid_state,
            "found_by_reading": decided.found_by_reading,
        }),
    );
    Ok(ExitCode::SUCCESS)
}

fn credentials(rao: &RaoArgs) -> Result<RaoCredentials, CliError> {
    Ok(RaoCredentials {
        username: rao.username.clone(),
        password: secret(PASSWORD_VARIABLE, "RAO password")?,
        pin: secret(PIN_VARIABLE, "RAO PIN")?,
        rao_id: Id::new(rao.rao.clone()),
    })
}

/// From the environment, else asked for without echo.
fn secret(variable: &str, what: &str) -> Result<Secret, CliError> {
    let given = std::env::var(variable).ok().filter(|text| !text.is_empty());
    if let Some(given) = given {
        return Ok(Secret::from(given));
    }
    if !std::io::stdin().is_terminal() {
        return Err(at(
            what,
            station::contract::Failure {
                code: FailureCode::RaoNotSignedIn,
                detail: Some(format!(
                    "nobody can be asked here; set {variable} in the environment"
                )),
                provider_id: None,
                http_status: None,
                retryable: false,
            },
        ));
    }
    rpassword::prompt_password(format!("{what}: "))
        .map(Secret::from)
        .map_err(CliError::Runtime)
}

fn word(action: RequestAction) -> String {
    match action {
        RequestAction::SendEvidence => "evidence",
        RequestAction::Update => "update",
        RequestAction::Validate => "validate",
        RequestAction::Refuse => "refuse",
        RequestAction::Complete => "completion",
        RequestAction::Approve => "approve",
        RequestAction::Cancel => "cancel",
        RequestAction::Link => "link",
        RequestAction::Recapture => "a new capture",
    }
    .to_owned()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
