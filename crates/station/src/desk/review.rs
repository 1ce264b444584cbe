//! One request under review: what was read of it, what was shown of it, and what may be done with it.

use bytes::Bytes;
use evidence::{AuditEvent, AuditLine, OperatorRecord};
use ra_api::RequestRecord;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

use crate::clock::rfc3339;
use crate::contract::*;
use crate::desk::pdf::PageImage;
use crate::desk::player::Player;
use crate::desk::reading::{OwnCase, Reading, StoredPicture};
use crate::desk::{actions, completion, facts};

/// The declaration as it was made out.
pub(crate) struct Declaration {
    pub text: String,
    pub rao_id: String,
    pub shown: bool,
}

pub(crate) struct Contract {
    pub id: String,
    pub pdf: Bytes,
    pub sha256: String,
    pub pages: Vec<PageImage>,
    pub shown: bool,
}

pub(crate) struct LoadedVideo {
    pub id: String,
    pub player: Arc<Player>,
}

/// The request under review. Reports of its workers carry `run`, so that those of an earlier review are harmless.
pub(crate) struct Review {
    pub run: u64,
    pub pk: String,
    pub reading: Work,
    pub deciding: Work,
    pub record: Option<Box<RequestRecord>>,
    pub read_at: String,
    /// Counts the readings: part of the pictures' names, so that no screen shows an earlier one.
    pub readings: u32,
    pub pictures: Vec<StoredPicture>,
    pub own: Option<OwnCase>,
    pub video_state: PlayerView,
    pub video: Option<LoadedVideo>,
    pub papers: Work,
    pub declaration: Option<Declaration>,
    pub contract: Option<Contract>,
    pub completion: Option<CompletionView>,
    pub link: Option<LinkView>,
    pub decided: Option<DecidedView>,
    pub validation_not_taken: bool,
    pub outcome_unknown: bool,
    /// Stops what is read for this review; a decision under way has its own end.
    pub cancel: CancellationToken,
}

/// Who asks: the credentials at the desk, the operator of the station, and the rule about them.
pub(crate) struct Asking<'a> {
    pub rao_id: Option<&'a str>,
    pub operator: Option<&'a Operator>,
    pub separation_of_duties: bool,
    pub training: bool,
}

impl Review {
    pub fn new(run: u64, pk: String) -> Self {
        Review {
            run,
            pk,
            reading: Work::Idle,
            deciding: Work::Idle,
            record: None,
            read_at: String::new(),
            readings: 0,
            pictures: Vec::new(),
            own: None,
            video_state: PlayerView::None,
            video: None,
            papers: Work::Idle,
            declaration: None,
            contract: None,
            completion: None,
            link: None,
            decided: None,
            validation_not_taken: false,
            outcome_unknown: false,
            cancel: CancellationToken::new(),
        }
    }

    pub fn busy(&self) -> bool {
        let running = |work: &Work| matches!(work, Work::Running { .. });
        let completing = self
            .completion
            .as_ref()
            .is_some_and(|completion| running(&completion.work) || running(&completion.attaching));
        running(&self.reading) || running(&self.deciding) || completing
    }

    pub fn deciding_now(&self) -> bool {
        matches!(self.deciding, Work::Running { .. })
    }

    /// Takes in what was read.
    pub fn take(&mut self, reading: Reading, read_at: String) {
        // Another state or other data make the papers another matter.
        if let Some(before) = &self.record
            && facts_of_papers(before) != facts_of_papers(&reading.record)
        {
            self.drop_papers();
        }
        self.readings += 1;
        self.read_at = read_at;
        self.pictures = reading.pictures;
        self.own = reading.own;
        self.completion = reading
            .completion
            .map(|(missing, documents)| CompletionView {
                work: Work::Idle,
                fields: completion::fields(&reading.record, &missing),
                documents: completion::documents(&documents),
                attaching: Work::Idle,
            });
        self.record = Some(reading.record);
        self.reading = Work::Idle;
        self.outcome_unknown = false;
    }

    /// Takes in the request as a decision left it; pictures and the station's record stay.
    pub fn take_record(&mut self, mut record: Box<RequestRecord>, read_at: String) {
        let data = record
            .videoid_data
            .as_mut()
            .and_then(|videoid| videoid.data.as_mut());
        if let Some(fields) = data.and_then(serde_json::Value::as_object_mut) {
            fields.remove("images");
        }
        self.record = Some(record);
        self.read_at = read_at;
        self.outcome_unknown = false;
    }

    pub fn drop_papers(&mut self) {
        self.papers = Work::Idle;
        self.declaration = None;
        self.contract = None;
    }

    pub fn states(&self) -> Option<(&ra_api::RequestState, Option<&ra_api::VideoIdState>)> {
        let record = self.record.as_ref()?;
        let videoid = record.videoid_data.as_ref();
        Some((
            &record.status,
            videoid.and_then(|videoid| videoid.status.as_ref()),
        ))
    }

    pub fn papers_shown(&self) -> bool {
        self.declaration.as_ref().is_some_and(|paper| paper.shown)
            && self.contract.as_ref().is_some_and(|paper| paper.shown)
    }

    /// Everyone who had a part in the capture on this station.
    fn captured_by(&self) -> Vec<&OperatorRecord> {
        let Some(own) = &self.own else {
            return Vec::new();
        };
        let part = |line: &&AuditLine| {
            matches!(
                line.event,
                AuditEvent::ImageAccepted { .. }
                    | AuditEvent::RecordingFinished { .. }
                    | AuditEvent::VideoImported { .. }
                    | AuditEvent::ConsentAccepted
                    | AuditEvent::CheckAttested { .. }
                    | AuditEvent::FieldEdited { .. }
            )
        };
        let mut all: Vec<_> = own
            .events
            .iter()
            .filter(part)
            .map(|line| &line.operator)
            .collect();
        all.push(&own.case.operator);
        all
    }

    /// Whether whoever asks had a part in the capture: by RAO number, here or in the request, or by name on this
    /// station.
    pub fn captured_by_asking(&self, asking: &Asking<'_>) -> bool {
        let mine = asking
            .operator
            .and_then(|operator| operator.rao_id.as_deref());
        let numbers: Vec<&str> = asking.rao_id.into_iter().chain(mine).collect();
        let identified = self
            .record
            .as_ref()
            .and_then(|record| record.identification_rao.as_ref())
            .is_some_and(|rao| numbers.contains(&rao.as_str()));
        let same_name = |name: &str| {
            asking.operator.is_some_and(|operator| {
                operator.name.trim().to_lowercase() == name.trim().to_lowercase()
            })
        };
        identified
            || self.captured_by().iter().any(|operator| {
                same_name(&operator.name)
                    || operator
                        .rao_id
                        .as_deref()
                        .is_some_and(|rao| numbers.contains(&rao))
            })
    }

    /// What stands in the way of an action; none when it can be taken.
    pub fn obstacle(&self, action: RequestAction, asking: &Asking<'_>) -> Option<Obstacle> {
        if self.busy() {
            return Some(Obstacle::Busy);
        }
        if self.outcome_unknown {
            return Some(Obstacle::OutcomeUnknown);
        }
        let Some((state, videoid)) = self.states() else {
            return Some(Obstacle::Busy);
        };
        if !actions::allowed(action, state, videoid) {
            return Some(Obstacle::WrongState);
        }
        let approving = actions::may_approve(action);
        if approving && asking.separation_of_duties && self.captured_by_asking(asking) {
            return Some(Obstacle::CapturedByYou);
        }
        let lacks_fields = self
            .completion
            .as_ref()
            .is_some_and(|completion| completion.fields.iter().any(|field| field.missing));
        if action == RequestAction::Approve && lacks_fields {
            return Some(Obstacle::FieldsMissing);
        }
        if actions::needs_credentials(action) && asking.rao_id.is_none() {
            return Some(Obstacle::NotSignedIn);
        }
        (approving && !self.papers_shown()).then_some(Obstacle::PapersNotShown)
    }

    fn suggested(&self) -> Option<RequestAction> {
        let (state, videoid) = self.states()?;
        let record = self.record.as_ref()?;
        let natural = facts::natural_person(record.profile.as_deref().unwrap_or_default());
        let waits_for = actions::waits_for(state, videoid, natural)?;
        let complete = self.completion.as_ref().is_some_and(|completion| {
            completion.fields.iter().all(|field| !field.missing) && !completion.documents.is_empty()
        });
        Some(match waits_for {
            RequestAction::Validate if self.validation_not_taken => RequestAction::Approve,
            RequestAction::Complete if complete => RequestAction::Approve,
            other => other,
        })
    }

    pub fn view(&self, asking: &Asking<'_>) -> ReviewView {
        let record = self.record.as_deref();
        let own_case = self.own.as_ref().map(|own| &own.case);
        let content = record
            .and_then(|record| record.videoid_data.as_ref())
            .and_then(ra_api::VideoIdData::content);
        let request = record
            .map(|record| facts::request(record, own_case, asking.training, self.read_at.clone()));
        ReviewView {
            pk: self.pk.clone(),
            reading: self.reading.clone(),
            deciding: self.deciding.clone(),
            pictures: self
                .pictures
                .iter()
                .map(|picture| self.picture_view(picture))
                .collect(),
            fields: match (record, &content) {
                (Some(record), Some(content)) => facts::fields(record, content),
                (Some(record), None) => facts::fields(record, &ra_api::VideoIdContent::default()),
                _ => Vec::new(),
            },
            checks: record
                .map(|record| facts::checks(record, own_case))
                .unwrap_or_default(),
            similarity: content.as_ref().and_then(facts::similarity),
            acceptance: record.map(facts::acceptance).unwrap_or_default(),
            video: self.video_state.clone(),
            audit: self
                .own
                .iter()
                .flat_map(|own| &own.events)
                .map(audit_row)
                .collect(),
            actions: actions::ALL
                .into_iter()
                .map(|action| ActionView {
                    action,
                    obstacle: self.obstacle(action, asking),
                })
                .collect(),
            suggested: self.suggested(),
            validation_not_taken: self.validation_not_taken,
            papers: self.papers_view(),
            completion: self.completion.clone(),
            link: self.link.clone(),
            decided: self.decided.clone(),
            request,
        }
    }

    fn picture_view(&self, picture: &StoredPicture) -> ReviewedPicture {
        ReviewedPicture {
            kind: picture.kind,
            id: self.picture_id(picture),
            width: picture.width,
            height: picture.height,
            bytes: picture.bytes.len() as u64,
        }
    }

    fn picture_id(&self, picture: &StoredPicture) -> String {
        format!("{}-{}-{}", picture.kind.key(), self.run, self.readings)
    }

    /// The picture of that name, with its MIME type; one that cannot be decoded is not given out.
    pub fn picture(&self, id: &str) -> Option<(Bytes, &'static str)> {
        self.pictures
            .iter()
            .find(|picture| picture.width > 0 && self.picture_id(picture) == id)
            .map(|picture| (picture.bytes.clone(), picture.mime))
    }

    /// A page of the contract by `ID-N`, N from 1.
    pub fn page(&self, name: &str) -> Option<(Bytes, &'static str)> {
        let contract = self.contract.as_ref()?;
        let number: usize = name
            .strip_prefix(&contract.id)?
            .strip_prefix('-')?
            .parse()
            .ok()?;
        let page = contract.pages.get(number.checked_sub(1)?)?;
        Some((page.png.clone(), "image/png"))
    }

    fn papers_view(&self) -> PapersView {
        PapersView {
            work: self.papers.clone(),
            declaration: self.declaration.as_ref().map(|paper| DeclarationView {
                text: paper.text.clone(),
                rao_id: paper.rao_id.clone(),
                shown: paper.shown,
            }),
            contract: self.contract.as_ref().map(|paper| ContractView {
                id: paper.id.clone(),
                pages: paper
                    .pages
                    .iter()
                    .map(|page| PageView {
                        width: page.width,
                        height: page.height,
                    })
                    .collect(),
                bytes: paper.pdf.len() as u64,
                shown: paper.shown,
            }),
        }
    }
}

/// What the declaration and the contract are about: where it changes, they have to be shown again.
fn facts_of_papers(record: &RequestRecord) -> serde_json::Value {
    let mut written = serde_json::to_value(record).unwrap_or_default();
    if let Some(fields) = written.as_object_mut() {
        // The states change in the course of the decision itself.
        fields.remove("status");
        fields.remove("videoid_data");
    }
    written
}

/// One line of the record, its event's fields as facts.
fn audit_row(line: &AuditLine) -> AuditRow {
    let written = serde_json::to_value(&line.event).unwrap_or_default();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fields = written.as_object().cloned().unwrap_or_default();
    AuditRow {
        at: rfc3339(line.at),
        operator: match &line.operator.rao_id {
            Some(rao) => format!("{} ({rao})", line.operator.name),
            None => line.operator.name.clone(),
        },
        event: fields.get("event").map(text).unwrap_or_default(),
        details: fields
            .iter()
            .filter(|(key, value)| *key != "event" && !value.is_null())
            .map(|(key, value)| Fact {
                key: key.clone(),
                value: text(value),
            })
            .collect(),
    }
}
