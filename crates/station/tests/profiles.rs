//! Environments by name: switched without a restart, each with its own data, and never by accident.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;
use std::time::Duration;

use common::*;
use evidence::ImageKind;
use station::contract::*;
use station::settings::Settings;
use station::{StartError, Station, StationConfig};

const SANDBOX: &str = "[[profiles]]\nname = \"Sandbox A\"\nenvironment = \"sandbox\"\n\
    registration_authority = { id = \"7\", api_url = \"https://127.0.0.1:9/\" }\n";

fn config(folder: &Path, profiles: &str) -> StationConfig {
    let mut settings = Settings::parse(profiles, Path::new("/etc/videoid-desk.toml")).unwrap();
    settings.training.seed_requests = 0;
    StationConfig::new(settings, folder.to_owned())
}

async fn desk_with(folder: &Path, profiles: &str) -> Desk {
    Desk {
        station: Station::start(config(folder, profiles)).await.unwrap(),
        folder: folder.to_owned(),
    }
}

async fn switch(desk: &Desk, name: &str) -> Result<(), Failure> {
    let name = name.to_owned();
    desk.ask(Command::SwitchProfile { name }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn to_another_environment_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_with(folder.path(), SANDBOX).await;
    let names: Vec<_> = desk
        .station
        .snapshot()
        .profiles
        .iter()
        .map(|profile| (profile.name.clone(), profile.current))
        .collect();
    assert_eq!(
        names,
        [("training".into(), true), ("Sandbox A".into(), false)]
    );
    desk.started().await;
    desk.camera().await;
    desk.ok(Command::LeaveEnrollment).await;
    assert_eq!(desk.station.snapshot().cases.len(), 1);

    switch(&desk, "Sandbox A").await.unwrap();
    let there = desk.station.snapshot();
    assert_eq!(there.environment, Environment::Sandbox);
    assert_eq!(there.settings.registration_authority, "7");
    assert_eq!(there.settings.api_host, "127.0.0.1:9");
    assert_eq!(
        there.settings.data_folder,
        folder
            .path()
            .join("profiles")
            .join("sandbox-a")
            .display()
            .to_string()
    );
    assert!(there.cases.is_empty(), "practice stays in training");
    assert_eq!(there.camera.state, CameraState::Closed);
    assert_eq!(there.operator.as_ref().unwrap().name, "Op");
    assert!(there.profiles[1].current && !there.profiles[0].current);
    assert!(!there.health.is_empty());
    let certificate = there
        .health
        .iter()
        .find(|row| row.subject == HealthSubject::Certificate)
        .unwrap();
    assert_eq!(
        certificate.failure.as_ref().unwrap().code,
        FailureCode::CertificateMissing,
        "a missing certificate is shown, and keeps nobody out"
    );
    desk.ok(Command::OpenCamera {
        device: Some("replay".into()),
    })
    .await;
    let no_replay = desk
        .station
        .wait_for(|snapshot| matches!(snapshot.camera.state, CameraState::Failed { .. }));
    assert!(
        tokio::time::timeout(PATIENCE, no_replay).await.is_ok(),
        "the replay is for training"
    );

    switch(&desk, "training").await.unwrap();
    let back = desk.station.snapshot();
    assert_eq!(back.environment, Environment::Training);
    assert_eq!(back.cases.len(), 1);
    let case_id = back.cases[0].case_id.clone();
    desk.ok(Command::ResumeEnrollment { case_id }).await;
    desk.request().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_while_anything_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_with(folder.path(), SANDBOX).await;
    desk.started().await;
    let refused = switch(&desk, "Sandbox A").await.unwrap_err();
    assert_eq!(refused.code, FailureCode::NotAllowedNow);
    desk.ok(Command::LeaveEnrollment).await;
    desk.ok(Command::Desk {
        command: DeskCommand::Open,
    })
    .await;
    let refused = switch(&desk, "Sandbox A").await.unwrap_err();
    assert_eq!(refused.code, FailureCode::NotAllowedNow);
    assert_eq!(desk.station.snapshot().environment, Environment::Training);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_in_is_signed_out() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_with(folder.path(), SANDBOX).await;
    desk.operator().await;
    for command in [
        DeskCommand::Open,
        DeskCommand::SignIn {
            username: "rao1400".into(),
            password: SecretText("a".into()),
            pin: SecretText("b".into()),
            rao_id: "1400".into(),
        },
        DeskCommand::Close,
    ] {
        desk.ok(Command::Desk { command }).await;
    }
    assert!(desk.station.snapshot().rao.is_some());
    switch(&desk, "Sandbox A").await.unwrap();
    assert!(desk.station.snapshot().rao.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_brought_up_leaves_everything_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_with(folder.path(), SANDBOX).await;
    desk.operator().await;
    let taken = folder.path().join("profiles").join("sandbox-a");
    let mut other = config(&taken, "environment = \"sandbox\"");
    other.settings.registration_authority.id = "8".into();
    let other = Station::start(other).await.unwrap();
    let before = desk.station.snapshot();
    let refused = switch(&desk, "Sandbox A").await.unwrap_err();
    assert_eq!(refused.code, FailureCode::StorageFailed, "{refused:?}");
    let unknown = switch(&desk, "moon").await.unwrap_err();
    assert_eq!(unknown.code, FailureCode::InvalidInput);
    let after = desk.station.snapshot();
    assert_eq!(after.environment, before.environment);
    assert_eq!(after.settings, before.settings);
    assert_eq!(after.profiles, before.profiles);

    other.shutdown().await;
    switch(&desk, "Sandbox A").await.unwrap();
    // The old folder is free again once it is left.
    Station::start(config(folder.path(), "")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn started_with_a_profile() {
    let folder = tempfile::tempdir().unwrap();
    let mut named = config(folder.path(), SANDBOX);
    named.profile = Some("Sandbox A".into());
    let training = folder.path().join("practice");
    named
        .profile_dirs
        .insert("training".into(), training.clone());
    let desk = Desk {
        station: Station::start(named).await.unwrap(),
        folder: folder.path().to_owned(),
    };
    assert_eq!(desk.station.snapshot().environment, Environment::Sandbox);
    switch(&desk, "training").await.unwrap();
    assert_eq!(
        desk.station.snapshot().settings.data_folder,
        training.display().to_string()
    );
    desk.started().await;
    desk.request().await;
    assert_eq!(
        desk.view().missing.first(),
        Some(&Missing::Consent),
        "the training RA answers"
    );
    assert!(
        desk.view()
            .images
            .iter()
            .all(|image| image.kind != ImageKind::DocumentFront)
    );

    let mut unknown = config(folder.path(), SANDBOX);
    unknown.profile = Some("moon".into());
    let told = match Station::start(unknown).await {
        Err(error @ StartError::NoSuchProfile { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("no such profile"),
    };
    assert!(told.contains("Sandbox A"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_s_right_to_identify_is_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_with(folder.path(), "").await;
    let row = |state: HealthState| {
        let found = desk.station.wait_for(move |snapshot| {
            snapshot
                .health
                .iter()
                .any(|row| row.subject == HealthSubject::Operator && row.state == state)
        });
        async move {
            let snapshot = tokio::time::timeout(PATIENCE, found)
                .await
                .unwrap()
                .unwrap();
            let mut rows = snapshot.health.into_iter();
            rows.find(|row| row.subject == HealthSubject::Operator)
                .unwrap()
        }
    };
    desk.ok(Command::CheckStation).await;
    let nobody = row(HealthState::Warning).await;
    assert_eq!(nobody.failure.unwrap().code, FailureCode::OperatorNoRao);
    desk.operator().await;
    assert_eq!(
        row(HealthState::Good).await.value.as_deref(),
        Some("RAO 1400")
    );
    for (rao, code) in [
        ("998", FailureCode::NotIdentificator),
        ("999", FailureCode::RaoUnknown),
    ] {
        desk.ok(Command::ChooseOperator {
            name: "Op".into(),
            rao_id: Some(rao.into()),
        })
        .await;
        let failed = row(HealthState::Failed).await;
        assert_eq!(failed.failure.unwrap().code, code);
    }
    let off = tempfile::tempdir().unwrap();
    let desk = desk_with(off.path(), "[desk]\nseparation_of_duties = false\n").await;
    desk.ok(Command::CheckStation).await;
    tokio::time::timeout(
        Duration::from_secs(60),
        desk.station.wait_for(|snapshot| !snapshot.health_running),
    )
    .await
    .unwrap();
    assert!(
        desk.station
            .snapshot()
            .health
            .iter()
            .all(|row| row.subject != HealthSubject::Operator)
    );
}
