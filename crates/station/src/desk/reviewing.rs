//! Opening a request for review, and bringing its video.

use std::sync::Arc;

use evidence::AuditEvent;
use ra_api::{Client, Id};
use tokio_util::sync::CancellationToken;

use crate::contract::*;
use crate::desk::DeskReport;
use crate::desk::player::Player;
use crate::desk::queue;
use crate::desk::reading::{self, Reading};
use crate::desk::review::{LoadedVideo, Review};
use crate::desk::sealed::SealedWriter;
use crate::failure::{chain, not_now, of};
use crate::message::Message;
use crate::ra;
use crate::session::Session;

/// How often the progress of a download is shown.
const PROGRESS_STEP: u64 = 512 * 1024;

/// What the readers of a review report.
pub(crate) enum ReviewReport {
    Read {
        run: u64,
        result: Result<Box<Reading>, Failure>,
    },
    VideoProgress {
        run: u64,
        received: u64,
        total: Option<u64>,
    },
    VideoLoaded {
        run: u64,
        result: Result<Arc<Player>, Failure>,
    },
}

impl Session {
    pub(crate) fn open_review(&mut self, pk: &str) -> Result<(), Failure> {
        let pk = pk.trim();
        if pk.is_empty() || !pk.bytes().all(|b| b.is_ascii_digit()) {
            return Err(of(
                FailureCode::InvalidInput,
                "a request's number has digits only",
            ));
        }
        self.close_review()?;
        let desk = self
            .desk
            .as_mut()
            .ok_or_else(|| not_now("the desk is not open"))?;
        self.reviews += 1;
        desk.review = Some(Review::new(self.reviews, pk.to_owned()));
        self.read_review()
    }

    pub(crate) fn close_review(&mut self) -> Result<(), Failure> {
        let desk = self
            .desk
            .as_mut()
            .ok_or_else(|| not_now("the desk is not open"))?;
        if desk.review.as_ref().is_some_and(Review::deciding_now) {
            return Err(not_now("a decision is under way"));
        }
        if let Some(review) = desk.review.take() {
            review.cancel.cancel();
        }
        Ok(())
    }

    /// Reads the request under review, again or for the first time.
    pub(crate) fn read_review(&mut self) -> Result<(), Failure> {
        let client = self.ra.client();
        let store = self.store.clone();
        let inbox = self.inbox.clone();
        let own_rao = self
            .operator
            .as_ref()
            .and_then(|operator| operator.rao_id.clone());
        let rao_id = self
            .seat
            .credentials()
            .map(|rao| rao.rao_id.clone())
            .or(own_rao.map(Id::new));
        let review = self.reviewed()?;
        if review.busy() {
            return Err(not_now("the request is being worked on"));
        }
        let client = match client {
            Ok(client) => client,
            Err(failure) => {
                review.reading = Work::Failed { failure };
                return Ok(());
            }
        };
        review.reading = Work::Running {
            what: "reading".to_owned(),
        };
        let (run, pk, cancel) = (
            review.run,
            Id::new(review.pk.clone()),
            review.cancel.clone(),
        );
        self.converse(move || async move {
            let reading = reading::read(&client, &pk, rao_id.as_ref(), store);
            let Some(result) = cancel.run_until_cancelled(reading).await else {
                return;
            };
            let report = ReviewReport::Read {
                run,
                result: result.map(Box::new),
            };
            let _ = inbox.send(Message::Desk(DeskReport::Review(report)));
        })
    }

    pub(crate) fn load_video(&mut self) -> Result<(), Failure> {
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        let folder = self.data_dir.clone();
        let limit = self.settings.video.max_bytes;
        let review = self.reviewed()?;
        if matches!(review.video_state, PlayerView::Loading { .. }) {
            return Err(not_now("the video is being loaded"));
        }
        let target = review
            .record
            .as_ref()
            .and_then(|record| record.video_target())
            .ok_or_else(|| not_now("the request has no video"))?;
        review.video = None;
        review.video_state = PlayerView::Loading {
            received_bytes: 0,
            total_bytes: None,
        };
        let (run, cancel) = (review.run, review.cancel.clone());
        self.converse(move || async move {
            let sender = inbox.clone();
            let progress = move |received, total| {
                let report = ReviewReport::VideoProgress {
                    run,
                    received,
                    total,
                };
                let _ = sender.send(Message::Desk(DeskReport::Review(report)));
            };
            let result = bring_video(
                client,
                &target.video_identifier,
                folder,
                limit,
                progress,
                &cancel,
            )
            .await;
            if !cancel.is_cancelled() {
                let report = ReviewReport::VideoLoaded { run, result };
                let _ = inbox.send(Message::Desk(DeskReport::Review(report)));
            }
        })
    }

    pub(crate) fn review_reports(&mut self, report: ReviewReport) {
        let read_at = self.now_text();
        match report {
            ReviewReport::Read { run, result } => {
                let Some(review) = self.same_review(run) else {
                    return;
                };
                let first = review.record.is_none();
                match result {
                    Ok(reading) => review.take(*reading, read_at),
                    Err(failure) => review.reading = Work::Failed { failure },
                }
                let arrived = review.record.is_some();
                let pk = review.pk.clone();
                if arrived {
                    self.show_in_queue();
                }
                if arrived && first {
                    if let Err(failure) = self.desk_log(AuditEvent::ReviewOpened { pk }) {
                        tracing::warn!(%failure, "a review could not be recorded");
                    }
                    self.load_video_of_review();
                }
            }
            ReviewReport::VideoProgress {
                run,
                received,
                total,
            } => {
                if let Some(review) = self.same_review(run)
                    && matches!(review.video_state, PlayerView::Loading { .. })
                {
                    review.video_state = PlayerView::Loading {
                        received_bytes: received,
                        total_bytes: total,
                    };
                }
            }
            ReviewReport::VideoLoaded { run, result } => {
                if let Some(review) = self.same_review(run) {
                    video_arrived(review, result);
                }
            }
        }
    }

    /// The video is brought without being asked for, where the request's state says that there is one.
    fn load_video_of_review(&mut self) {
        let there = self.reviewed().is_ok_and(|review| {
            review.states().is_some_and(|(state, _)| {
                !matches!(
                    state,
                    ra_api::RequestState::VideoPending | ra_api::RequestState::Cancelled
                )
            }) && review
                .record
                .as_ref()
                .is_some_and(|record| record.video_target().is_some())
        });
        if there
            && let Err(failure) = self.load_video()
            && let Ok(review) = self.reviewed()
        {
            review.video_state = PlayerView::Failed { failure };
        }
    }

    /// The row of the request under review says what was just read.
    pub(crate) fn show_in_queue(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        if let Some(record) = desk
            .review
            .as_ref()
            .and_then(|review| review.record.as_ref())
        {
            desk.queue.update(queue::row(record));
        }
    }

    /// The player of the video with that name, for pictures that are decoded outside this thread.
    pub(crate) fn player(&self, id: &str) -> Option<Arc<Player>> {
        let video = self.desk.as_ref()?.review.as_ref()?.video.as_ref()?;
        (video.id == id).then(|| Arc::clone(&video.player))
    }
}

fn video_arrived(review: &mut Review, result: Result<Arc<Player>, Failure>) {
    let player = match result {
        Ok(player) => player,
        // A request whose video has not come yet is nothing to be alarmed at.
        Err(failure) if failure.code == FailureCode::RaNotFound => {
            review.video_state = PlayerView::None;
            return;
        }
        Err(failure) => {
            review.video_state = PlayerView::Failed { failure };
            return;
        }
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    let facts = player.facts();
    review.video_state = PlayerView::Ready {
        id: id.clone(),
        duration_ms: facts.duration_ms,
        width: facts.width,
        height: facts.height,
        frames: facts.frames,
        bytes: facts.bytes,
        chapters: chapters(review),
    };
    review.video = Some(LoadedVideo { id, player });
}

/// The moments that the operator marked while this station recorded the video.
fn chapters(review: &Review) -> Vec<Chapter> {
    let Some(own) = &review.own else {
        return Vec::new();
    };
    // A picked file was recorded elsewhere: the marks are not its own.
    if own.case.video.as_ref().is_none_or(|video| video.picked) {
        return Vec::new();
    }
    let challenge = &own.case.challenge;
    let mut chapters: Vec<Chapter> = challenge
        .actions
        .iter()
        .zip(&challenge.marked_ms)
        .filter_map(|(action, at)| {
            Some(Chapter {
                action: *action,
                at_ms: (*at)?,
            })
        })
        .collect();
    chapters.sort_by_key(|chapter| chapter.at_ms);
    chapters
}

async fn bring_video(
    client: Arc<Client>,
    video_identifier: &str,
    folder: std::path::PathBuf,
    limit: u64,
    progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    cancel: &CancellationToken,
) -> Result<Arc<Player>, Failure> {
    let storage = |error: &dyn std::error::Error| of(FailureCode::StorageFailed, error);
    let mut writer = SealedWriter::create(&folder, limit).map_err(|error| storage(&error))?;
    let told = std::sync::atomic::AtomicU64::new(0);
    let tell = move |received: u64, total: u64| {
        let step = received / PROGRESS_STEP;
        if told.swap(step, std::sync::atomic::Ordering::Relaxed) != step {
            progress(received, (total > 0).then_some(total));
        }
    };
    client
        .download_video(video_identifier, &mut writer, Some(Arc::new(tell)), cancel)
        .await
        .map_err(|error| ra::failure(&error))?;
    let opened = tokio::task::spawn_blocking(move || {
        let file = writer
            .finish()
            .map_err(|error| storage_text(chain(&error)))?;
        Player::open(&file)
            .map(Arc::new)
            .map_err(|error| of(FailureCode::VideoDamaged, chain(&error)))
    });
    opened
        .await
        .unwrap_or_else(|error| Err(of(FailureCode::Internal, error)))
}

fn storage_text(text: String) -> Failure {
    of(FailureCode::StorageFailed, text)
}
