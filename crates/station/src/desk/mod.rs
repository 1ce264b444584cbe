//! The RAO desk: the queue, the review of one request, decisions, and what follows them.

pub mod actions;
mod completion;
pub(crate) mod deciding;
pub(crate) mod facts;
pub(crate) mod following;
mod papers;
pub mod pdf;
pub mod player;
pub mod qr;
pub mod queue;
pub(crate) mod reading;
pub(crate) mod review;
mod reviewing;
pub mod sealed;
mod seat;

use std::collections::HashSet;
use std::path::PathBuf;

use evidence::{AuditEvent, AuditLine};
use ra_api::{Id, RaoCredentials};
use tokio_util::sync::CancellationToken;

use crate::clock::rfc3339;
use crate::contract::*;
use crate::failure::{chain, not_now, of, plain};
use crate::message::Message;
use crate::session::Session;

pub(crate) use deciding::DecisionReport;
pub(crate) use following::FollowingReport;
pub(crate) use papers::PapersReport;
use queue::{Queue, QueueReport};
use review::{Asking, Review};
pub(crate) use reviewing::ReviewReport;
pub(crate) use seat::Seat;

/// The desk's own record of events, beside the cases: one JSON object a line.
const DESK_EVENTS: &str = "desk-events.jsonl";

/// What the desk's workers report.
pub(crate) enum DeskReport {
    Queue(QueueReport),
    Review(ReviewReport),
    Papers(PapersReport),
    Decision(Box<DecisionReport>),
    Following(FollowingReport),
}

/// The desk, while it is open.
pub(crate) struct OpenDesk {
    pub queue: Queue,
    /// Stops the loading of the queue.
    pub cancel: CancellationToken,
    /// Requests that were captured on this station.
    pub own: HashSet<String>,
    pub review: Option<Review>,
}

impl Session {
    pub(crate) fn desk_command(&mut self, command: DeskCommand) -> Result<(), Failure> {
        self.lock_when_idle();
        // The page asks for rows by itself as it scrolls and resizes: that is nobody's presence.
        if !matches!(command, DeskCommand::ShowQueue { .. }) {
            self.seat.touch(self.clock.now());
        }
        match command {
            DeskCommand::Open => self.open_desk(),
            DeskCommand::Close => self.close_desk(),
            DeskCommand::FilterQueue { filter } => self.on_queue(|queue| queue.set_filter(filter)),
            DeskCommand::ShowQueue { first, count } => {
                self.on_queue(|queue| queue.show(first, count))
            }
            DeskCommand::LoadMoreRequests => self.on_queue(Queue::load_more),
            DeskCommand::RefreshQueue => {
                let now = self.clock.now();
                self.on_queue(|queue| queue.refresh(now))
            }
            DeskCommand::OpenReview { pk } => self.open_review(&pk),
            DeskCommand::CloseReview => self.close_review(),
            DeskCommand::RefreshReview => self.read_review(),
            DeskCommand::LoadVideo => self.load_video(),
            DeskCommand::SignIn {
                username,
                password,
                pin,
                rao_id,
            } => self.sign_in(&username, password, pin, &rao_id),
            DeskCommand::Lock => self.lock_desk(),
            DeskCommand::ReadPapers => self.read_papers(),
            DeskCommand::PaperShown { paper } => self.paper_shown(paper),
            DeskCommand::SaveContract { path } => self.save_contract(path.into()),
            DeskCommand::Validate { confirmed } => self.validate(confirmed),
            DeskCommand::Refuse {
                reasons,
                note,
                confirmed,
            } => self.refuse(&reasons, &note, confirmed),
            DeskCommand::Approve { lang, confirmed } => self.approve(&lang, confirmed),
            DeskCommand::CancelRequest { confirmed } => self.cancel_reviewed(confirmed),
            DeskCommand::CompleteRequest { fields } => self.complete_request(&fields),
            DeskCommand::AttachDocument { path, label } => {
                self.attach_document(PathBuf::from(path), &label)
            }
            DeskCommand::RemoveDocument { pk } => self.remove_document(&pk),
            DeskCommand::ShowLink => self.show_link(),
            DeskCommand::HideLink => self.hide_link(),
            DeskCommand::CaptureEvidence => self.capture_reviewed(),
            DeskCommand::Recapture { confirmed } => self.recapture(confirmed),
        }
    }

    pub(crate) fn desk_reports(&mut self, report: DeskReport) {
        match report {
            DeskReport::Queue(report) => {
                let now = self.clock.now();
                let _ = self.on_queue(|queue| queue.report(report, now));
            }
            DeskReport::Review(report) => self.review_reports(report),
            DeskReport::Papers(report) => self.papers_report(report),
            DeskReport::Decision(report) => self.decision_reports(*report),
            DeskReport::Following(report) => self.following_reports(report),
        }
    }

    /// What goes on at the desk without being asked for: the queue is read again, credentials run out.
    pub(crate) fn desk_tick(&mut self) {
        self.lock_when_idle();
        let now = self.clock.now();
        let Some(desk) = &mut self.desk else { return };
        let Some(task) = desk.queue.next_task(now) else {
            return;
        };
        let cancel = desk.cancel.clone();
        let inbox = self.inbox.clone();
        match self.ra.client() {
            Ok(client) => {
                self.runtime.spawn(async move {
                    let report = queue::carry_out(client, task, cancel).await;
                    let _ = inbox.send(Message::Desk(DeskReport::Queue(report)));
                });
            }
            Err(failure) => {
                let report = task.failed(failure);
                let _ = inbox.send(Message::Desk(DeskReport::Queue(report)));
            }
        }
    }

    pub(crate) fn desk_view(&self) -> Option<DeskView> {
        let desk = self.desk.as_ref()?;
        Some(DeskView {
            queue: desk.queue.view(&|pk| desk.own.contains(pk)),
            review: desk
                .review
                .as_ref()
                .map(|review| review.view(&self.asking())),
        })
    }

    /// Who asks at the desk.
    pub(crate) fn asking(&self) -> Asking<'_> {
        Asking {
            rao_id: self.seat.credentials().map(|rao| rao.rao_id.as_str()),
            operator: self.operator.as_ref(),
            separation_of_duties: self.settings.desk.separation_of_duties,
            training: self.settings.environment == Environment::Training,
        }
    }

    fn on_queue(&mut self, act: impl FnOnce(&mut Queue)) -> Result<(), Failure> {
        let desk = self.desk.as_mut().ok_or_else(desk_closed)?;
        act(&mut desk.queue);
        Ok(())
    }

    fn open_desk(&mut self) -> Result<(), Failure> {
        self.operator_record()?;
        if self.open.is_some() {
            return Err(not_now("an enrollment is open"));
        }
        if self.desk.is_some() {
            return Ok(());
        }
        let store = self.store.clone();
        self.desk = Some(OpenDesk {
            queue: Queue::new(
                self.settings.registration_authority.id.clone(),
                self.settings.desk.pages_in_one_go,
            ),
            cancel: CancellationToken::new(),
            own: reading::own_requests(store.as_ref()),
            review: None,
        });
        Ok(())
    }

    pub(crate) fn close_desk(&mut self) -> Result<(), Failure> {
        let desk = self.desk.as_ref().ok_or_else(desk_closed)?;
        if desk.review.as_ref().is_some_and(Review::deciding_now) {
            return Err(not_now("a decision is under way"));
        }
        if let Some(desk) = self.desk.take() {
            desk.cancel.cancel();
            if let Some(review) = desk.review {
                review.cancel.cancel();
            }
        }
        Ok(())
    }

    fn sign_in(
        &mut self,
        username: &str,
        password: SecretText,
        pin: SecretText,
        rao_id: &str,
    ) -> Result<(), Failure> {
        self.desk.as_ref().ok_or_else(desk_closed)?;
        let (username, rao_id) = (username.trim(), rao_id.trim());
        let missing = [
            ("username", username.is_empty()),
            ("password", password.0.is_empty()),
            ("pin", pin.0.is_empty()),
            (
                "rao_id",
                rao_id.is_empty() || !rao_id.bytes().all(|b| b.is_ascii_digit()),
            ),
        ];
        if let Some((name, _)) = missing.iter().find(|(_, wrong)| *wrong) {
            return Err(of(FailureCode::InvalidInput, format!("{name} is needed")));
        }
        self.desk_log(AuditEvent::DeskUnlocked {
            rao_id: rao_id.to_owned(),
        })?;
        // The papers are made out to one officer.
        if let Ok(review) = self.reviewed()
            && review
                .declaration
                .as_ref()
                .is_some_and(|paper| paper.rao_id != rao_id)
        {
            review.drop_papers();
        }
        let now = self.clock.now();
        self.seat.take(
            RaoCredentials {
                username: username.to_owned(),
                password: password.0,
                pin: pin.0,
                rao_id: Id::new(rao_id),
            },
            now,
        );
        Ok(())
    }

    /// Wipes the credentials and hides what only a signed-in officer asked for.
    pub(crate) fn lock_desk(&mut self) -> Result<(), Failure> {
        if self.seat.lock() {
            self.locked();
        }
        Ok(())
    }

    fn lock_when_idle(&mut self) {
        if self.seat.expire(self.clock.now()) {
            self.locked();
        }
    }

    fn locked(&mut self) {
        if let Ok(review) = self.reviewed() {
            review.link = None;
        }
        if let Err(failure) = self.desk_log(AuditEvent::DeskLocked) {
            tracing::warn!(%failure, "the end of a sign-in could not be recorded");
        }
    }

    /// The request under review, or the refusal.
    pub(crate) fn reviewed(&mut self) -> Result<&mut Review, Failure> {
        self.desk
            .as_mut()
            .ok_or_else(desk_closed)?
            .review
            .as_mut()
            .ok_or_else(|| not_now("no request is under review"))
    }

    /// The request under review, if it still is the one of that run.
    pub(crate) fn same_review(&mut self, run: u64) -> Option<&mut Review> {
        self.reviewed().ok().filter(|review| review.run == run)
    }

    /// Adds to the desk's record, and to the case's where the request was captured here. What cannot be recorded is
    /// not done: the caller passes the failure on.
    pub(crate) fn desk_log(&mut self, event: AuditEvent) -> Result<(), Failure> {
        let operator = self.operator_record()?;
        let line = AuditLine {
            at: self.clock.now(),
            operator,
            event,
        };
        append_line(&self.data_dir, &line)?;
        let store = self.store.clone();
        if let Ok(review) = self.reviewed()
            && let Some(own) = &mut review.own
        {
            crate::enrollment::append_events(
                store.as_ref(),
                &own.case.case_id,
                std::slice::from_ref(&line),
            )?;
            own.events.push(line);
        }
        Ok(())
    }

    pub(crate) fn now_text(&self) -> String {
        rfc3339(self.clock.now())
    }

    /// Production asks once more before what cannot be taken back.
    pub(crate) fn demand_confirmation(&self, confirmed: bool) -> Result<(), Failure> {
        match self.settings.environment {
            Environment::Production if !confirmed => Err(plain(FailureCode::ConfirmationNeeded)),
            _ => Ok(()),
        }
    }
}

/// Adds a line to the desk's record, durably.
pub(crate) fn append_line(data_dir: &std::path::Path, line: &AuditLine) -> Result<(), Failure> {
    let mut json =
        serde_json::to_vec(line).map_err(|error| of(FailureCode::Internal, chain(&error)))?;
    json.push(b'\n');
    append(&data_dir.join(DESK_EVENTS), &json).map_err(|error| {
        crate::store::StoreError::from_io("writing the desk's record", error).into()
    })
}

fn append(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

fn desk_closed() -> Failure {
    not_now("the desk is not open")
}
