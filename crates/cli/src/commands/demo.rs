//! `videoid demo`: a whole enrollment with the replay camera against an embedded mock RA.

use std::process::ExitCode;
use std::time::Duration;

use evidence::{DocumentType, ImageKind, Step};
use station::contract::{
    CameraState, Command, DeliveryView, EnrollmentView, ReadingState, ReadingView, RequestForm,
    Snapshot, Work,
};
use station::{Settings, Station, StationConfig, StationHandle};

use crate::args::DemoArgs;
use crate::commands::camera_child;
use crate::failure::CliError;
use crate::output::Output;

/// Longest that one step of the demonstration may take.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

pub async fn run(args: DemoArgs, output: &Output) -> Result<ExitCode, CliError> {
    std::fs::create_dir_all(&args.out).map_err(|source| CliError::File {
        path: args.out.clone(),
        what: "cannot be made",
        source,
    })?;
    let station = Station::start(StationConfig {
        camera_child: Some(camera_child()?),
        // The defaults are training; a station's own settings have no part in a demonstration.
        ..StationConfig::new(Settings::default(), args.out.join("station"))
    })
    .await
    .map_err(CliError::Station)?;
    let outcome = enroll(&station, &args, output).await;
    station.shutdown().await;
    outcome
}

async fn enroll(
    station: &StationHandle,
    args: &DemoArgs,
    output: &Output,
) -> Result<ExitCode, CliError> {
    let demo = Demo { station, output };
    output.step("TRAINING: replay camera, specimen document, mock RA. Nothing here is a real identification.");
    demo.ask(
        "choose the operator",
        Command::ChooseOperator {
            name: "Demo operator".into(),
            // A request names who identified.
            rao_id: Some("1400".into()),
        },
    )
    .await?;
    demo.ask("start", Command::StartEnrollment).await?;

    let form = specimen_form(args.passport);
    let document_type = if args.passport {
        DocumentType::Pas
    } else {
        DocumentType::Idc
    };
    demo.ask(
        "choose the document",
        Command::SetDocument {
            document_type,
            country: form.id_document_country.clone(),
        },
    )
    .await?;
    demo.ask("create the request", Command::CreateRequest { form })
        .await?;
    let request = demo
        .wait("create the request", |case| {
            if let Work::Failed { failure } = &case.request_work {
                return Err(failure.clone());
            }
            Ok(case.request.clone())
        })
        .await?;
    output.step(&format!(
        "request {} created: {}",
        request.pk, request.status
    ));

    demo.ask("accept the consent", Command::AcceptConsent)
        .await?;
    output.step("consent accepted");

    demo.open_camera().await?;
    demo.take(Step::DocumentFront, ImageKind::DocumentFront)
        .await?;
    if document_type.has_rear() {
        demo.take(Step::DocumentRear, ImageKind::DocumentRear)
            .await?;
    }
    demo.report_portrait().await?;
    demo.take(Step::Selfie, ImageKind::DocumentOwner).await?;
    demo.record(Duration::from_secs(args.seconds.into()))
        .await?;

    demo.go_to(Step::Data).await?;
    demo.report_seen().await?;
    demo.go_to(Step::Review).await?;
    demo.ask("send", Command::Send).await?;
    let status = demo
        .wait("send", |case| match &case.delivery {
            DeliveryView::Delivered { status, .. } => Ok(Some(status.clone())),
            DeliveryView::Failed { failure } => Err(failure.clone()),
            _ => Ok(None),
        })
        .await?;
    let case_id = demo
        .enrollment()
        .map(|case| case.case_id)
        .unwrap_or_default();
    let folder = args.out.join("evidence");
    station
        .export_case(&case_id, &folder)
        .await
        .map_err(|failure| CliError::Session {
            step: "leave the evidence folder".into(),
            failure,
        })?;
    output.step(&format!("evidence: {}", folder.display()));
    output.result(
        &format!("state: {status}"),
        &serde_json::json!({
            "state": status, "request": request.pk, "evidence": folder, "simulated": true
        }),
    );
    Ok(if status == "VIDEOREVIEW" {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(4)
    })
}

/// The subject of the demonstration: the fictitious holder of the specimen documents.
fn specimen_form(passport: bool) -> RequestForm {
    RequestForm {
        profile: "PFnubeAFCiudadano".into(),
        given_name: "ANNA MARIA".into(),
        surname_1: "ERIKSSON".into(),
        surname_2: String::new(),
        email: "anna.eriksson@example.org".into(),
        mobile_phone_number: "+34600000000".into(),
        serial_number: "12345678Z".into(),
        country_name: "ES".into(),
        id_document_type: if passport { "PAS" } else { "IDC" }.into(),
        id_document_country: "ES".into(),
        validity_days: 730,
    }
}

/// Drives the session as the screens do, one command after the other.
struct Demo<'a> {
    station: &'a StationHandle,
    output: &'a Output,
}

impl Demo<'_> {
    fn enrollment(&self) -> Option<EnrollmentView> {
        self.station.snapshot().enrollment
    }

    async fn ask(&self, step: &str, command: Command) -> Result<(), CliError> {
        self.station
            .dispatch(command)
            .await
            .map_err(|failure| CliError::Session {
                step: step.into(),
                failure,
            })
    }

    async fn go_to(&self, step: Step) -> Result<(), CliError> {
        self.ask("go on", Command::GoTo { step }).await
    }

    /// Waits until `ready` finds what it looks for in the enrollment.
    async fn wait<T>(
        &self,
        step: &str,
        mut ready: impl FnMut(&EnrollmentView) -> Result<Option<T>, station::contract::Failure>,
    ) -> Result<T, CliError> {
        self.wait_snapshot(step, |snapshot| match &snapshot.enrollment {
            Some(case) => ready(case),
            None => Ok(None),
        })
        .await
    }

    async fn wait_snapshot<T>(
        &self,
        step: &str,
        mut ready: impl FnMut(&Snapshot) -> Result<Option<T>, station::contract::Failure>,
    ) -> Result<T, CliError> {
        let mut changes = self.station.subscribe();
        let found = tokio::time::timeout(STEP_TIMEOUT, async {
            loop {
                match ready(&changes.borrow_and_update()) {
                    Ok(Some(found)) => return Ok(Some(found)),
                    Ok(None) => {}
                    Err(failure) => return Err(failure),
                }
                if changes.changed().await.is_err() {
                    return Ok(None);
                }
            }
        })
        .await;
        match found {
            Ok(Ok(Some(found))) => Ok(found),
            Ok(Err(failure)) => Err(CliError::Session {
                step: step.into(),
                failure,
            }),
            Ok(Ok(None)) | Err(_) => Err(CliError::Slow {
                step: step.into(),
                seconds: STEP_TIMEOUT.as_secs(),
            }),
        }
    }

    async fn open_camera(&self) -> Result<(), CliError> {
        // Always the replay: a demonstration must not film whoever sits before the machine.
        self.ask(
            "open the replay camera",
            Command::OpenCamera {
                device: Some("replay".into()),
            },
        )
        .await?;
        let (width, height) = self
            .wait_snapshot("open the replay camera", |snapshot| {
                match &snapshot.camera.state {
                    CameraState::Live { width, height, .. } => Ok(Some((*width, *height))),
                    CameraState::Failed { failure } => Err(failure.clone()),
                    _ => Ok(None),
                }
            })
            .await?;
        self.output.step(&format!("replay camera {width}×{height}"));
        Ok(())
    }

    /// The station captures by itself; where it sees no good moment for long, the shutter is pressed as an operator would.
    async fn take(&self, step: Step, kind: ImageKind) -> Result<(), CliError> {
        let name = kind.key();
        self.go_to(step).await?;
        loop {
            let by_hand = self
                .wait(name, |case| {
                    let there = case.pending.as_ref().is_some_and(|p| p.kind == kind);
                    let stuck = case.capturing.manual && !case.capturing.working;
                    Ok((there || stuck).then_some(!there))
                })
                .await?;
            if !by_hand {
                break;
            }
            // It may begin to capture by itself in this very moment.
            let _ = self.ask(name, Command::Capture { kind }).await;
            self.wait(name, |case| {
                Ok((!case.capturing.working || case.pending.is_some()).then_some(()))
            })
            .await?;
        }
        self.ask(name, Command::UsePending).await?;
        self.report_image(kind).await
    }

    async fn report_image(&self, kind: ImageKind) -> Result<(), CliError> {
        let name = kind.key();
        let image = self
            .wait(name, |case| {
                Ok(case.images.iter().find(|image| image.kind == kind).cloned())
            })
            .await?;
        self.output.step(&format!(
            "{name}: {}×{}, {} kB",
            image.width,
            image.height,
            image.bytes / 1000
        ));
        Ok(())
    }

    /// The station cuts the portrait out of the front once it has read it.
    async fn report_portrait(&self) -> Result<(), CliError> {
        self.report_image(ImageKind::DocumentPhoto).await
    }

    async fn record(&self, length: Duration) -> Result<(), CliError> {
        self.go_to(Step::Video).await?;
        self.ask("record", Command::StartRecording).await?;
        let actions = self
            .enrollment()
            .map_or(0, |case| case.challenge.actions.len());
        for index in 0..actions {
            tokio::time::sleep(length / (actions as u32 + 1)).await;
            self.ask(
                "record",
                Command::MarkAction {
                    index: index as u32,
                },
            )
            .await?;
        }
        tokio::time::sleep(length / (actions as u32 + 1)).await;
        self.ask("record", Command::StopRecording).await?;
        let video = self
            .wait("record", |case| match &case.import_work {
                Work::Failed { failure } => Err(failure.clone()),
                _ => Ok(case.video.clone()),
            })
            .await?;
        self.output.step(&format!(
            "video: {:.1} s, {} frames, {} dropped, {} kB",
            video.duration_ms as f64 / 1000.0,
            video.frames,
            video.dropped,
            video.bytes / 1000
        ));
        Ok(())
    }

    /// Waits until all is read and compared, and tells what it came to. Nothing is typed.
    async fn report_seen(&self) -> Result<(), CliError> {
        let case = self
            .wait("read the evidence", |case| {
                let reading = |view: &ReadingView| view.state == ReadingState::Reading;
                let working = case.readings.iter().any(reading)
                    || case.faces.working
                    || case.liveness.working;
                Ok((!working).then(|| case.clone()))
            })
            .await?;
        for reading in &case.readings {
            let zone = match (&reading.zone, reading.zone_valid) {
                (Some(zone), true) => format!("{zone} zone, all check digits hold"),
                (Some(zone), false) => format!("{zone} zone, in doubt"),
                (None, _) => "no zone".to_owned(),
            };
            self.output
                .step(&format!("{} read: {zone}", reading.kind.key()));
        }
        let read = case
            .fields
            .iter()
            .filter(|field| field.confidence.is_some());
        self.output
            .step(&format!("{} fields read, none typed", read.count()));
        let likeness = case.faces.selfie_portrait.and_then(|found| found.score);
        self.output.step(&match likeness {
            Some(score) => format!("selfie against portrait: {score} of 100"),
            None => "selfie against portrait: not measured".to_owned(),
        });
        for check in &case.checks {
            let value = match check.result.value() {
                Some(value) => value.to_string(),
                None => "not performed".to_owned(),
            };
            self.output.step(&format!("{}: {value}", check.check.key()));
        }
        Ok(())
    }
}
