//! Creates a request so that a lost answer never makes two of it.

use std::io;

use tokio_util::sync::CancellationToken;

use super::policy::{RetryPolicy, repeated, until_cancelled, wait};
use crate::client::Client;
use crate::error::{ErrorKind, Operation, RaError};
use crate::types::{Id, NewRequest, RequestFilter, RequestRecord};

/// Told the scratchcard before the create that uses it is sent. The station writes it down here: should the app be
/// killed, it resumes with it as `pending`. An error ends the creation before anything is sent.
pub type OnScratchcard<'a> = &'a mut (dyn FnMut(&str) -> io::Result<()> + Send);

/// Why no request came about. Where one may have come about nevertheless, `pending` names its scratchcard.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    Ra(#[from] RaError),
    #[error("{error}; whether the request was created is not known yet (scratchcard {pending})")]
    OutcomeUnknown { pending: String, error: RaError },
    #[error("{tries} scratchcards in a row were used by others or are invalid")]
    NoScratchcard { tries: u32, last: RaError },
    #[error(
        "request {pk} was created, but shows no VideoID record; is the profile meant for VideoID?"
    )]
    NoVideoId { pk: Id },
    #[error("the scratchcard cannot be written down before it is used")]
    NotRecorded(#[source] io::Error),
}

impl CreateError {
    /// The scratchcard to resume with.
    pub fn pending(&self) -> Option<&str> {
        match self {
            Self::OutcomeUnknown { pending, .. } => Some(pending),
            _ => None,
        }
    }

    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Ra(error) | Self::OutcomeUnknown { error, .. } if error.kind() == ErrorKind::Cancelled)
    }
}

/// Creates the request of `template` with an unused scratchcard of its RA; the template's own `scratchcard` is
/// ignored. `pending` is a scratchcard that an earlier, interrupted creation was told: its request is looked up, and
/// where there is none, this card is used. The request that is returned names where its evidence goes.
pub async fn create_safely(
    client: &Client,
    template: &NewRequest,
    pending: Option<&str>,
    on_scratchcard: OnScratchcard<'_>,
    policy: &RetryPolicy,
    cancel: &CancellationToken,
) -> Result<RequestRecord, CreateError> {
    let creation = Creation {
        client,
        template,
        policy,
        cancel,
    };
    let mut card = match pending {
        Some(sn) => {
            if let Some(found) = creation
                .look_up(sn)
                .await
                .map_err(|error| unknown(sn, error))?
            {
                return creation.complete(found).await;
            }
            sn.to_owned()
        }
        None => creation.fetch_card(on_scratchcard).await?,
    };
    let mut tries = 1;
    loop {
        match creation.create(&card).await? {
            Attempt::Created(record) => return creation.complete(*record).await,
            Attempt::CardTaken(last) if tries >= policy.max_scratchcards => {
                return Err(CreateError::NoScratchcard { tries, last });
            }
            Attempt::CardTaken(_) => {
                tries += 1;
                card = creation.fetch_card(on_scratchcard).await?;
            }
        }
    }
}

enum Attempt {
    Created(Box<RequestRecord>),
    CardTaken(RaError),
}

struct Creation<'a> {
    client: &'a Client,
    template: &'a NewRequest,
    policy: &'a RetryPolicy,
    cancel: &'a CancellationToken,
}

fn unknown(sn: &str, error: RaError) -> CreateError {
    CreateError::OutcomeUnknown {
        pending: sn.to_owned(),
        error,
    }
}

impl Creation<'_> {
    async fn fetch_card(
        &self,
        on_scratchcard: &mut (dyn FnMut(&str) -> io::Result<()> + Send),
    ) -> Result<String, CreateError> {
        let ra = &self.template.registration_authority;
        let card = self
            .repeated(Operation::FirstUnusedScratchcard, async || {
                self.client.first_unused_scratchcard(ra).await
            })
            .await?;
        on_scratchcard(card.sn.as_str()).map_err(CreateError::NotRecorded)?;
        Ok(card.sn.as_str().to_owned())
    }

    /// One scratchcard. The create is sent again only after a look-up found nothing, and with the same card, which
    /// the RA takes once.
    async fn create(&self, sn: &str) -> Result<Attempt, CreateError> {
        let request = NewRequest {
            scratchcard: sn.to_owned(),
            ..self.template.clone()
        };
        let mut failures = 0;
        // Whether an earlier create with this card may have taken effect.
        let mut in_doubt = false;
        loop {
            let sent = until_cancelled(
                Operation::CreateRequest,
                self.cancel,
                self.client.create_request(&request),
            );
            let error = match sent.await {
                Ok(record) => return Ok(Attempt::Created(Box::new(record))),
                Err(error) => error,
            };
            failures += 1;
            if error.is_invalid_scratchcard() {
                // Used: by us, if an answer was lost, else by another station.
                return match self.look_up(sn).await {
                    Ok(Some(found)) => Ok(Attempt::Created(Box::new(found))),
                    Ok(None) => Ok(Attempt::CardTaken(error)),
                    Err(failed) if in_doubt => Err(unknown(sn, failed)),
                    Err(_) => Ok(Attempt::CardTaken(error)),
                };
            }
            in_doubt |= error.outcome_unknown();
            if error.kind() == ErrorKind::Cancelled {
                return Err(unknown(sn, error));
            }
            if error.outcome_unknown() {
                match self.look_up(sn).await {
                    Ok(Some(found)) => return Ok(Attempt::Created(Box::new(found))),
                    Ok(None) => {}
                    Err(failed) => return Err(unknown(sn, failed)),
                }
            }
            match self.policy.wait_after(&error, failures) {
                Some(delay) => wait(Operation::CreateRequest, delay, self.cancel)
                    .await
                    .map_err(|cancelled| {
                        if in_doubt {
                            unknown(sn, cancelled)
                        } else {
                            cancelled.into()
                        }
                    })?,
                None if in_doubt => return Err(unknown(sn, error)),
                None => return Err(error.into()),
            }
        }
    }

    /// The request of a scratchcard, if it is ours: first by the card, then in the list.
    async fn look_up(&self, sn: &str) -> Result<Option<RequestRecord>, RaError> {
        let asked = self
            .repeated(Operation::ScratchcardWhoami, async || {
                self.client.scratchcard_whoami(sn).await
            })
            .await;
        match asked {
            Ok(Some(pk)) => {
                let read = self
                    .repeated(Operation::ReadRequest, async || {
                        self.client.request(&pk).await
                    })
                    .await;
                match read {
                    Ok(record) => return Ok(Some(record).filter(|record| self.is_ours(record, sn))),
                    Err(error)
                        if error.kind() == ErrorKind::Http && error.status() == Some(404) => {}
                    Err(error) => return Err(error),
                }
            }
            // Answers to a card without a request are not documented: the list decides.
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::Http => {}
            Err(error) => return Err(error),
        }
        let filter = RequestFilter {
            scratchcard: Some(sn.to_owned()),
            ..RequestFilter::default()
        };
        let page = self
            .repeated(Operation::ListRequests, async || {
                self.client.requests(&filter, None).await
            })
            .await?;
        // A server that ignores the filter answers with others, among them older requests of the same person. Where the
        // card is shown by another name than its serial number, only a single answer is believed.
        let only_one = page.results.len() == 1 && page.count.is_none_or(|count| count == 1);
        Ok(page.results.into_iter().find(|record| {
            let same_card = record
                .scratchcard
                .as_ref()
                .is_some_and(|card| card.as_str() == sn);
            (same_card || only_one) && self.is_ours(record, sn)
        }))
    }

    /// Another station may have used the card for somebody else: what both sides show of the person must agree. Names
    /// do not count, for the provider may write them in its own way.
    fn is_ours(&self, record: &RequestRecord, sn: &str) -> bool {
        let wanted = self.template;
        let pairs = [
            (Some(wanted.email.as_str()), record.email.as_deref()),
            (
                wanted.serial_number.as_deref(),
                record.serial_number.as_deref(),
            ),
        ];
        let mut shown = pairs
            .into_iter()
            .filter_map(|(ours, theirs)| Some((plain(ours?), plain(theirs?))))
            .peekable();
        let same_card = record
            .scratchcard
            .as_ref()
            .is_some_and(|card| card.as_str() == sn);
        (same_card || shown.peek().is_some())
            && shown.all(|(ours, theirs)| ours.contains(&theirs) || theirs.contains(&ours))
    }

    /// Create is documented both with and without the nested VideoID record: where it is missing, read again.
    async fn complete(&self, record: RequestRecord) -> Result<RequestRecord, CreateError> {
        if record.video_target().is_some() {
            return Ok(record);
        }
        let pk = record.pk;
        let mut delay = self.policy.first_poll_wait;
        for attempt in 0..3 {
            if attempt > 0 {
                wait(Operation::ReadRequest, delay, self.cancel).await?;
                delay = (delay * 2).min(self.policy.longest_poll_wait);
            }
            let record = self
                .repeated(Operation::ReadRequest, async || {
                    self.client.request(&pk).await
                })
                .await?;
            if record.video_target().is_some() {
                return Ok(record);
            }
        }
        Err(CreateError::NoVideoId { pk })
    }

    async fn repeated<T>(
        &self,
        operation: Operation,
        call: impl AsyncFnMut() -> Result<T, RaError>,
    ) -> Result<T, RaError> {
        repeated(self.policy, operation, self.cancel, |_, _, _| {}, call).await
    }
}

/// Letters and digits alone, for comparing.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
