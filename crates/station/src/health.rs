//! The station check: every row is measured, in parallel, each within its time.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use camera::ChildCommand;
use ra_api::IdentityFacts;
use time::OffsetDateTime;

use crate::camera_desk;
use crate::clock::{Clock, SystemClock};
use crate::contract::{Environment, Failure, FailureCode, HealthItem, HealthState, HealthSubject};
use crate::failure::{not_now, of, plain};
use crate::handle::StationConfig;
use crate::message::Message;
use crate::operator_check::{self, Identificator};
use crate::ra::{self, Ra};
use crate::session::Session;
use crate::settings::Settings;
use crate::store::StoreError;

/// Longest that one row may take.
const ROW_TIMEOUT: Duration = Duration::from_secs(12);
/// A certificate that ends sooner is to be renewed now.
const CERTIFICATE_WARNING: time::Duration = time::Duration::days(30);
/// Free space below which a warning is given, and below which a recording may not fit, in bytes.
const DISK_WARNING: u64 = 2_000_000_000;
const DISK_FAILURE: u64 = 200_000_000;
/// Deviation from the server's clock that is told, and that makes evidence times worthless.
const CLOCK_WARNING: time::Duration = time::Duration::seconds(30);
const CLOCK_FAILURE: time::Duration = time::Duration::minutes(5);

const ROWS: [HealthSubject; 8] = [
    HealthSubject::Settings,
    HealthSubject::Camera,
    HealthSubject::Disk,
    HealthSubject::Certificate,
    HealthSubject::Api,
    HealthSubject::VideoHost,
    HealthSubject::Clock,
    HealthSubject::Scratchcards,
];

/// The station check without a station: for the shell. Only with `live` is anything asked of the RA, by calls that
/// change nothing; in training there is no RA to ask.
pub async fn check(settings: &Settings, child: &ChildCommand, live: bool) -> Vec<HealthItem> {
    let training = settings.environment == Environment::Training;
    let ra = Ra::new(settings, &settings.hosts(), settings.password_from_env());
    let data_dir = settings.data_dir();
    // Before the first start the folder is not there yet: its nearest ancestor lies on the same disk.
    let folder = data_dir
        .ancestors()
        .find(|folder| folder.is_dir())
        .map_or(Path::new("."), |folder| folder);
    let free = fs4::available_space(folder)
        .map_err(|error| StoreError::from_io("measuring the free space", error));
    let mut config = StationConfig::new(settings.clone(), data_dir.clone());
    config.camera_child = Some(child.clone());
    let devices = camera_desk::list_in_time(crate::source::Opener::new(&config).lister());
    let ask = live && !training;
    let (camera, api, video, clock, cards) = tokio::join!(
        timed(camera(devices)),
        asked(ask, api(ra.clone())),
        asked(ask, video_host(ra.clone())),
        asked(ask, server_clock(ra.clone(), Arc::new(SystemClock))),
        asked(ask, scratchcards(ra.clone())),
    );
    vec![
        item(
            HealthSubject::Settings,
            good(format!("{:?}", settings.environment).to_lowercase()),
        ),
        item(HealthSubject::Camera, camera),
        item(HealthSubject::Disk, disk(free)),
        item(
            HealthSubject::Certificate,
            certificate(&ra, training, SystemClock.now()),
        ),
        item(HealthSubject::Api, api),
        item(HealthSubject::VideoHost, video),
        item(HealthSubject::Clock, clock),
        item(HealthSubject::Scratchcards, cards),
    ]
}

async fn asked(ask: bool, row: impl Future<Output = Found>) -> Found {
    if ask {
        timed(row).await
    } else {
        Found(HealthState::NotPerformed, None, None)
    }
}

/// What a row found: a state, the measured fact, and the failure.
struct Found(HealthState, Option<String>, Option<Failure>);

fn good(value: impl Into<String>) -> Found {
    Found(HealthState::Good, Some(value.into()), None)
}

fn warning(value: impl Into<String>) -> Found {
    Found(HealthState::Warning, Some(value.into()), None)
}

fn failed(failure: Failure) -> Found {
    Found(HealthState::Failed, None, Some(failure))
}

fn item(subject: HealthSubject, found: Found) -> HealthItem {
    HealthItem {
        subject,
        state: found.0,
        value: found.1,
        failure: found.2,
    }
}

impl Session {
    pub(crate) fn check_station(&mut self) -> Result<(), Failure> {
        if self.health_running {
            return Err(not_now("the station is being checked"));
        }
        self.health_running = true;
        self.health_run += 1;
        let run = self.health_run;
        let separate = self.settings.desk.separation_of_duties;
        let operator = separate.then_some(HealthSubject::Operator);
        self.health = ROWS
            .into_iter()
            .chain(operator)
            .map(|subject| item(subject, Found(HealthState::Checking, None, None)))
            .collect();
        let settings = match &self.settings_file {
            Some(file) => good(file.display().to_string()),
            None => good("defaults"),
        };
        self.set_health(item(HealthSubject::Settings, settings));
        self.set_health(item(HealthSubject::Disk, disk(self.store.free_bytes())));
        let now = self.clock.now();
        let training = self.settings.environment == Environment::Training;
        self.set_health(item(
            HealthSubject::Certificate,
            certificate(&self.ra, training, now),
        ));
        self.find_local_ip();

        let devices = camera_desk::list_in_time(self.camera.lister());
        let (ra, inbox, clock) = (self.ra.clone(), self.inbox.clone(), self.clock.clone());
        let operator = self.operator_measured(run);
        self.runtime.spawn(async move {
            let report = |subject, found| {
                let _ = inbox.send(Message::Health {
                    run,
                    item: item(subject, found),
                });
            };
            tokio::join!(
                async { report(HealthSubject::Camera, timed(camera(devices)).await) },
                async { report(HealthSubject::Api, timed(api(ra.clone())).await) },
                async {
                    report(
                        HealthSubject::VideoHost,
                        timed(video_host(ra.clone())).await,
                    )
                },
                async {
                    report(
                        HealthSubject::Clock,
                        timed(server_clock(ra.clone(), clock)).await,
                    )
                },
                async {
                    report(
                        HealthSubject::Scratchcards,
                        timed(scratchcards(ra.clone())).await,
                    )
                },
                async {
                    if separate {
                        let _ = inbox.send(operator.await);
                    }
                },
            );
            let _ = inbox.send(Message::HealthDone { run });
        });
        Ok(())
    }

    /// Another operator: the row of the station check is measured anew, where there is one.
    pub(crate) fn measure_operator(&mut self) {
        let subject = HealthSubject::Operator;
        if !self.health.iter().any(|row| row.subject == subject) {
            return;
        }
        self.set_health(item(subject, Found(HealthState::Checking, None, None)));
        let measured = self.operator_measured(self.health_run);
        let inbox = self.inbox.clone();
        self.runtime.spawn(async move {
            let _ = inbox.send(measured.await);
        });
    }

    fn operator_measured(&self, run: u64) -> impl Future<Output = Message> + use<> {
        let (ra, rao_id) = (self.ra.clone(), self.rao_id().map(str::to_owned));
        async move {
            let found = timed(operator(ra, rao_id.as_deref())).await;
            Message::Operator {
                run,
                rao_id,
                item: item(HealthSubject::Operator, found),
            }
        }
    }

    pub(crate) fn health_measured(&mut self, run: u64, item: HealthItem) {
        if run == self.health_run {
            self.set_health(item);
        }
    }

    fn set_health(&mut self, item: HealthItem) {
        if let Some(row) = self
            .health
            .iter_mut()
            .find(|row| row.subject == item.subject)
        {
            *row = item;
        }
    }

    /// Looks up this machine's address towards the RA, for the acceptance.
    pub(crate) fn find_local_ip(&self) {
        let Ok(client) = self.ra.client() else { return };
        let (inbox, training) = (
            self.inbox.clone(),
            self.settings.environment == Environment::Training,
        );
        let api = self.hosts.api.clone();
        self.runtime.spawn(async move {
            let ip = local_ip(&client, training).await;
            let _ = inbox.send(Message::LocalIp { api, ip });
        });
    }
}

/// The local end of the way to the RA; a loopback address counts in training only.
pub(crate) async fn local_ip(client: &ra_api::Client, training: bool) -> Option<String> {
    let ip = client.local_ip().await.ok()?;
    (training || !(ip.is_loopback() || ip.is_unspecified())).then(|| ip.to_string())
}

async fn timed(row: impl Future<Output = Found>) -> Found {
    match tokio::time::timeout(ROW_TIMEOUT, row).await {
        Ok(found) => found,
        Err(_) => failed(of(
            FailureCode::RaTimeout,
            format!("no answer within {} s", ROW_TIMEOUT.as_secs()),
        )),
    }
}

fn disk(free: Result<u64, crate::store::StoreError>) -> Found {
    let free = match free {
        Ok(free) => free,
        Err(error) => return failed(error.into()),
    };
    let value = format!("{:.1} GB", free as f64 / 1e9);
    if free < DISK_FAILURE {
        failed(of(FailureCode::DiskFull, value))
    } else if free < DISK_WARNING {
        warning(value)
    } else {
        good(value)
    }
}

fn certificate(ra: &Ra, training: bool, now: OffsetDateTime) -> Found {
    match &ra.certificate {
        _ if training => Found(HealthState::NotPerformed, None, None),
        Err(failure) => failed(failure.clone()),
        Ok(None) => failed(plain(FailureCode::CertificateMissing)),
        Ok(Some(facts)) => certificate_validity(facts, now),
    }
}

fn certificate_validity(facts: &IdentityFacts, now: OffsetDateTime) -> Found {
    let value = facts.not_after.date().to_string();
    if now > facts.not_after {
        failed(of(FailureCode::CertificateExpired, value))
    } else if now < facts.not_before {
        failed(of(
            FailureCode::CertificateInvalid,
            format!("valid only from {}", facts.not_before.date()),
        ))
    } else if facts.not_after - now < CERTIFICATE_WARNING {
        warning(value)
    } else {
        good(value)
    }
}

async fn camera(
    devices: impl Future<Output = Result<Vec<crate::contract::DeviceView>, Failure>>,
) -> Found {
    match devices.await {
        Err(failure) => failed(failure),
        Ok(devices) => match devices.first() {
            None => failed(plain(FailureCode::NoCamera)),
            Some(first) if devices.len() == 1 => good(first.name.clone()),
            Some(first) => good(format!("{} (+{})", first.name, devices.len() - 1)),
        },
    }
}

async fn api(ra: Ra) -> Found {
    let client = match ra.client() {
        Ok(client) => client,
        Err(failure) => return failed(failure),
    };
    let started = std::time::Instant::now();
    match client.scratchcards(Some(&ra.ra_id), None, None).await {
        Ok(_) => good(format!("{} ms", started.elapsed().as_millis())),
        Err(error) => failed(ra::failure(&error)),
    }
}

async fn video_host(ra: Ra) -> Found {
    let client = match ra.client() {
        Ok(client) => client,
        Err(failure) => return failed(failure),
    };
    let started = std::time::Instant::now();
    match client.reach_video_host().await {
        Ok(status) if status >= 500 => warning(format!("HTTP {status}")),
        Ok(_) => good(format!("{} ms", started.elapsed().as_millis())),
        Err(error) => failed(ra::failure(&error)),
    }
}

async fn server_clock(ra: Ra, clock: Arc<dyn Clock>) -> Found {
    let client = match ra.client() {
        Ok(client) => client,
        Err(failure) => return failed(failure),
    };
    match client.server_date().await {
        Err(error) => Found(HealthState::NotPerformed, None, Some(ra::failure(&error))),
        Ok(date) => {
            // The server names whole seconds.
            let deviation = clock.now() - date;
            let value = format!("{:+} s", deviation.whole_seconds());
            match deviation.abs() {
                off if off > CLOCK_FAILURE => failed(of(FailureCode::ClockWrong, value)),
                off if off > CLOCK_WARNING => warning(value),
                _ => good(value),
            }
        }
    }
}

/// Seconds by which the clock is ahead of the RA's, where the row measured it.
pub fn clock_deviation(row: &HealthItem) -> Option<i64> {
    let failed = row
        .failure
        .as_ref()
        .and_then(|failure| failure.detail.as_ref());
    let text = row.value.as_ref().or(failed)?;
    text.strip_suffix(" s")?.parse().ok()
}

async fn operator(ra: Ra, rao_id: Option<&str>) -> Found {
    let Some(rao_id) = rao_id else {
        let failure = plain(FailureCode::OperatorNoRao);
        return Found(HealthState::Warning, None, Some(failure));
    };
    let client = match ra.client() {
        Ok(client) => client,
        Err(failure) => return failed(failure),
    };
    let value = format!("RAO {rao_id}");
    match operator_check::ask(&client, rao_id).await {
        Ok(Identificator::Yes) => good(value),
        Ok(Identificator::NotTold) => Found(HealthState::NotPerformed, Some(value), None),
        Err(failure) => Found(HealthState::Failed, Some(value), Some(failure)),
    }
}

async fn scratchcards(ra: Ra) -> Found {
    let client = match ra.client() {
        Ok(client) => client,
        Err(failure) => return failed(failure),
    };
    // Reading the first unused card neither uses nor reserves it.
    match client.first_unused_scratchcard(&ra.ra_id).await {
        Err(error) => failed(ra::failure(&error)),
        Ok(_) => match client.scratchcards(Some(&ra.ra_id), None, None).await {
            Ok(page) => good(
                page.count
                    .map_or_else(|| "≥ 1".to_owned(), |count| format!("≥ 1 / {count}")),
            ),
            Err(_) => good("≥ 1"),
        },
    }
}
