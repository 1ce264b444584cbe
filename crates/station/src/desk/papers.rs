//! The declaration and the contract: brought, shown, and saved only where the officer asks for it.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use evidence::AuditEvent;
use ra_api::{Client, Id, ReceiptKind};
use sha2::{Digest, Sha256};

use crate::contract::*;
use crate::desk::DeskReport;
use crate::desk::pdf::{self, PageImage};
use crate::desk::review::{Contract, Declaration};
use crate::failure::{chain, not_now, of, plain};
use crate::message::Message;
use crate::ra;
use crate::session::Session;

/// Width of a contract's page as it is painted, in pixels: an A4 page at 150 dots an inch.
const PAGE_WIDTH: u32 = 1240;
const RENDER_TIMEOUT: Duration = Duration::from_secs(30);

/// What was brought of the papers.
pub(crate) struct PapersReport {
    run: u64,
    rao_id: String,
    result: Result<Brought, Failure>,
}

struct Brought {
    declaration: String,
    pdf: Bytes,
    pages: Vec<PageImage>,
}

impl Session {
    pub(crate) fn read_papers(&mut self) -> Result<(), Failure> {
        let client = self.ra.client()?;
        let rao_id = self
            .seat
            .credentials()
            .map(|rao| rao.rao_id.clone())
            .ok_or_else(|| plain(FailureCode::RaoNotSignedIn))?;
        let inbox = self.inbox.clone();
        let review = self.reviewed()?;
        if review.busy() || matches!(review.papers, Work::Running { .. }) {
            return Err(not_now("the request is being worked on"));
        }
        review.drop_papers();
        review.papers = Work::Running {
            what: "papers".to_owned(),
        };
        let (run, pk, cancel) = (
            review.run,
            Id::new(review.pk.clone()),
            review.cancel.clone(),
        );
        self.converse(move || async move {
            let Some(result) = cancel
                .run_until_cancelled(bring(&client, &pk, &rao_id))
                .await
            else {
                return;
            };
            let report = PapersReport {
                run,
                rao_id: rao_id.to_string(),
                result,
            };
            let _ = inbox.send(Message::Desk(DeskReport::Papers(report)));
        })
    }

    pub(crate) fn papers_report(&mut self, report: PapersReport) {
        let Some(review) = self.same_review(report.run) else {
            return;
        };
        match report.result {
            Err(failure) => review.papers = Work::Failed { failure },
            Ok(brought) => {
                review.papers = Work::Idle;
                review.declaration = Some(Declaration {
                    text: brought.declaration,
                    rao_id: report.rao_id,
                    shown: false,
                });
                review.contract = Some(Contract {
                    id: uuid::Uuid::new_v4().simple().to_string(),
                    sha256: hex::encode(Sha256::digest(&brought.pdf)),
                    pdf: brought.pdf,
                    pages: brought.pages,
                    shown: false,
                });
            }
        }
    }

    pub(crate) fn paper_shown(&mut self, paper: Paper) -> Result<(), Failure> {
        let review = self.reviewed()?;
        let before = review.papers_shown();
        let absent = || not_now("the papers are not here");
        match paper {
            Paper::Declaration => review.declaration.as_mut().ok_or_else(absent)?.shown = true,
            Paper::Contract => review.contract.as_mut().ok_or_else(absent)?.shown = true,
        }
        if before || !review.papers_shown() {
            return Ok(());
        }
        let event = AuditEvent::PapersShown {
            pk: review.pk.clone(),
            rao_id: review
                .declaration
                .as_ref()
                .map(|paper| paper.rao_id.clone())
                .unwrap_or_default(),
            contract_sha256: review
                .contract
                .as_ref()
                .map(|paper| paper.sha256.clone())
                .unwrap_or_default(),
        };
        self.desk_log(event)
    }

    pub(crate) fn save_contract(&mut self, path: PathBuf) -> Result<(), Failure> {
        let review = self.reviewed()?;
        let contract = review
            .contract
            .as_ref()
            .ok_or_else(|| not_now("the contract is not here"))?;
        std::fs::write(&path, &contract.pdf)
            .map_err(|error| crate::store::StoreError::from_io("saving the contract", error).into())
    }
}

async fn bring(client: &Client, pk: &Id, rao_id: &Id) -> Result<Brought, Failure> {
    let receipt = client
        .receipt(pk, rao_id, ReceiptKind::Approve)
        .await
        .map_err(|error| ra::failure(&error))?;
    let contract = client
        .document(pk, "contract", rao_id)
        .await
        .map_err(|error| ra::failure(&error))?
        .into_iter()
        .next()
        .ok_or_else(|| of(FailureCode::ContractUnreadable, "the RA sent no contract"))?;
    let pdf = Bytes::from(contract.bytes);
    let source = pdf.clone();
    let painted = tokio::task::spawn_blocking(move || {
        pdf::render_pages_within(source, PAGE_WIDTH, RENDER_TIMEOUT)
    });
    let pages = painted
        .await
        .map_err(|error| of(FailureCode::Internal, error))?
        .map_err(|error| of(FailureCode::ContractUnreadable, chain(&error)))?;
    Ok(Brought {
        declaration: receipt.receipt,
        pdf,
        pages,
    })
}
