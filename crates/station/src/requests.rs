//! Requests of the RA without a session: what a command line does with them, by the same rules as the desk.

use std::path::PathBuf;
use std::sync::Arc;

use evidence::{AuditEvent, AuditLine, OperatorRecord};
use ra_api::decision::{Verdict, decide};
use ra_api::delivery::RetryPolicy;
use ra_api::{Client, Id, RaoCredentials, ReceiptKind, RequestFilter, RequestState, Secret};
use tokio_util::sync::CancellationToken;

use crate::clock::rfc3339;
use crate::contract::*;
use crate::desk::deciding::{action_name, decide_failure, done};
use crate::desk::reading::{self, OwnCase};
use crate::desk::review::{Asking, Review};
use crate::desk::{actions, append_line, facts, queue};
use crate::failure::{not_now, of, plain};
use crate::ra::{self, Ra};
use crate::settings::Settings;
use crate::store::FolderStore;

/// The RA of the settings.
pub struct Requests {
    client: Arc<Client>,
    settings: Settings,
    data_dir: PathBuf,
}

/// What the officer is shown before a call that may approve.
pub struct Papers {
    pub declaration: String,
    /// A PDF.
    pub contract: Vec<u8>,
}

/// What was found of the RA's requests.
pub struct Listing {
    pub rows: Vec<QueueRow>,
    /// How many requests were looked at.
    pub looked_at: usize,
    /// How many the RA has under the filter that it applies itself.
    pub total: Option<u64>,
    /// The RA ignores the filter by state: what was looked at is filtered here.
    pub filtered_here: bool,
    /// There are more that were not looked at.
    pub more: bool,
}

impl Requests {
    /// The data folder is where this station's own cases lie: who captured them may not approve them.
    pub fn open(settings: &Settings, data_dir: Option<PathBuf>) -> Result<Self, Failure> {
        let given = &settings.registration_authority.api_url;
        if settings.environment == Environment::Training && given.is_none() {
            return Err(of(
                FailureCode::SettingsInvalid,
                "the training RA lives inside the window: name settings of a real RA, or a mock's address as \
                 registration_authority.api_url",
            ));
        }
        let ra = Ra::new(settings, &settings.hosts(), settings.password_from_env());
        Ok(Requests {
            client: ra.client()?,
            data_dir: data_dir.unwrap_or_else(|| settings.data_dir()),
            settings: settings.clone(),
        })
    }

    /// Requests that match, at most `max` of them, out of at most `max_looked_at`.
    pub async fn list(
        &self,
        filter: &QueueFilter,
        max: usize,
        max_looked_at: usize,
    ) -> Result<Listing, Failure> {
        let wanted = filter.state.as_deref().map(RequestState::from);
        let asked = RequestFilter {
            registration_authority: Some(self.settings.registration_authority.id.clone()),
            ..queue::request_filter(filter)
        };
        let mut listing = Listing {
            rows: Vec::new(),
            looked_at: 0,
            total: None,
            filtered_here: false,
            more: false,
        };
        let mut cursor = None;
        loop {
            let page = self
                .client
                .request_summaries(&asked, cursor.as_ref())
                .await
                .map_err(|error| ra::failure(&error))?;
            listing.total = listing.total.or(page.count);
            listing.looked_at += page.results.len();
            for summary in page.results {
                if wanted
                    .as_ref()
                    .is_some_and(|state| *state != summary.status)
                {
                    listing.filtered_here = true;
                } else {
                    listing.rows.push(queue::row_of(&summary));
                }
            }
            let next = page.next.filter(|next| cursor.as_ref() != Some(next));
            let full = listing.rows.len() >= max || listing.looked_at >= max_looked_at;
            listing.more = next.is_some() || listing.rows.len() > max;
            listing.rows.truncate(max);
            if next.is_none() || full {
                return Ok(listing);
            }
            cursor = next;
        }
    }

    /// One request as the desk shows it, without its pictures and video.
    pub async fn show(&self, pk: &str, rao_id: Option<&str>) -> Result<ReviewView, Failure> {
        let review = self.read(pk, rao_id).await?;
        let asking = Asking {
            rao_id,
            operator: None,
            separation_of_duties: self.settings.desk.separation_of_duties,
            training: self.settings.environment == Environment::Training,
        };
        Ok(review.view(&asking))
    }

    async fn read(&self, pk: &str, rao_id: Option<&str>) -> Result<Review, Failure> {
        let store = FolderStore::open(self.data_dir.join("cases"))
            .map_err(|error| of(FailureCode::StorageFailed, error))?;
        let rao_id = rao_id.map(Id::new);
        let id = Id::new(pk);
        let reading = reading::read(&self.client, &id, rao_id.as_ref(), Arc::new(store)).await?;
        let mut review = Review::new(0, pk.to_owned());
        review.take(reading, rfc3339(time::OffsetDateTime::now_utc()));
        Ok(review)
    }

    /// The declaration and the contract, made out to this RAO.
    pub async fn papers(&self, pk: &str, rao_id: &str) -> Result<Papers, Failure> {
        let (pk, rao_id) = (Id::new(pk), Id::new(rao_id));
        let receipt = self
            .client
            .receipt(&pk, &rao_id, ReceiptKind::Approve)
            .await
            .map_err(|error| ra::failure(&error))?;
        let contract = self
            .client
            .document(&pk, "contract", &rao_id)
            .await
            .map_err(|error| ra::failure(&error))?
            .into_iter()
            .next()
            .ok_or_else(|| of(FailureCode::ContractUnreadable, "the RA sent no contract"))?;
        Ok(Papers {
            declaration: receipt.receipt,
            contract: contract.bytes,
        })
    }

    /// Whether the action can be taken by this RAO as the request stands; read before anything is shown or sent.
    pub async fn demand(
        &self,
        pk: &str,
        action: RequestAction,
        rao_id: Option<&str>,
    ) -> Result<(), Failure> {
        let review = self.read(pk, rao_id).await?;
        let allowed = review
            .states()
            .is_some_and(|(state, videoid)| actions::allowed(action, state, videoid));
        if !allowed {
            let state = review.states().map(|(state, _)| state.to_string());
            return Err(of(
                FailureCode::RaWrongState,
                format!("the request is {}", state.unwrap_or_default()),
            ));
        }
        let asking = Asking {
            rao_id,
            operator: None,
            separation_of_duties: self.settings.desk.separation_of_duties,
            training: false,
        };
        let approving = actions::may_approve(action);
        if approving && asking.separation_of_duties && review.captured_by_asking(&asking) {
            return Err(plain(FailureCode::SameOperator));
        }
        Ok(())
    }

    /// Takes a decision, once. `confirmed` is demanded in production.
    pub async fn decide(
        &self,
        pk: &str,
        action: RequestAction,
        rao: Option<&RaoCredentials>,
        text: &str,
        confirmed: bool,
    ) -> Result<DecidedView, Failure> {
        let verdict = match action {
            RequestAction::Validate => Verdict::Validate,
            RequestAction::Refuse => Verdict::Refuse { reason: text },
            RequestAction::Approve => Verdict::Approve { lang: text },
            RequestAction::Cancel => Verdict::Cancel,
            _ => return Err(not_now("this is no decision")),
        };
        if self.settings.environment == Environment::Production && !confirmed {
            return Err(plain(FailureCode::ConfirmationNeeded));
        }
        let rao_id = rao.map(|rao| rao.rao_id.as_str());
        self.demand(pk, action, rao_id).await?;
        let own = self.own_case(pk).await;
        self.log(
            rao,
            own.as_ref(),
            AuditEvent::DecisionSent {
                pk: pk.to_owned(),
                action: action_name(action),
                rao_id: rao_id.map(str::to_owned),
            },
        )?;
        let never = CancellationToken::new();
        let policy = RetryPolicy::default();
        let id = Id::new(pk);
        let decided = match decide(&self.client, &id, rao, verdict, &policy, &never).await {
            Ok(decided) => decided,
            Err(error) => {
                let failure = decide_failure(&error);
                let event = AuditEvent::DecisionFailed {
                    pk: pk.to_owned(),
                    action: action_name(action),
                    code: crate::failure::code_name(failure.code),
                    provider_id: failure.provider_id.clone(),
                };
                if let Err(unrecorded) = self.log(rao, own.as_ref(), event) {
                    tracing::error!(%unrecorded, "the end of a decision could not be recorded");
                }
                return Err(failure);
            }
        };
        let state = decided.request.status.to_string();
        let event = done(
            action,
            pk.to_owned(),
            rao_id.unwrap_or_default().to_owned(),
            own.as_ref().map(|own| own.case.operator.clone()),
            state.clone(),
            decided.found_by_reading,
        );
        if let Err(unrecorded) = self.log(rao, own.as_ref(), event) {
            tracing::error!(%unrecorded, "the end of a decision could not be recorded");
        }
        Ok(DecidedView {
            action,
            state,
            videoid_state: facts::videoid_state(&decided.request),
            found_by_reading: decided.found_by_reading,
            at: rfc3339(time::OffsetDateTime::now_utc()),
        })
    }

    /// The subscriber's link; whoever has it can enroll.
    pub async fn link(&self, pk: &str) -> Result<Secret, Failure> {
        self.demand(pk, RequestAction::Link, None).await?;
        self.client
            .preauth_link(&Id::new(pk))
            .await
            .map_err(|error| ra::failure(&error))
    }

    async fn own_case(&self, pk: &str) -> Option<OwnCase> {
        let folder = self.data_dir.join("cases");
        if !folder.is_dir() {
            return None;
        }
        let pk = pk.to_owned();
        let found = tokio::task::spawn_blocking(move || {
            let store = FolderStore::open(folder).ok()?;
            reading::own_case(&store, &pk)
        });
        found.await.ok().flatten()
    }

    fn log(
        &self,
        rao: Option<&RaoCredentials>,
        own: Option<&OwnCase>,
        event: AuditEvent,
    ) -> Result<(), Failure> {
        let line = AuditLine {
            at: time::OffsetDateTime::now_utc(),
            operator: OperatorRecord {
                name: rao.map_or_else(|| "videoid".to_owned(), |rao| rao.username.clone()),
                rao_id: rao.map(|rao| rao.rao_id.to_string()),
            },
            event,
        };
        append_line(&self.data_dir, &line)?;
        if let Some(own) = own {
            let store = FolderStore::open(self.data_dir.join("cases"))
                .map_err(|error| of(FailureCode::StorageFailed, error))?;
            crate::enrollment::append_events(
                &store,
                &own.case.case_id,
                std::slice::from_ref(&line),
            )?;
        }
        Ok(())
    }
}
