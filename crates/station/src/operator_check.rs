//! Whether the operator may identify, by the RA's own record: with separation of duties, each new request names who
//! identified, and an approval fails where the RA does not accept that person.

use ra_api::{Client, Id};

use crate::contract::{Failure, FailureCode};
use crate::failure::{of, plain};
use crate::ra;
use crate::session::Session;

/// What the RA says of an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identificator {
    /// May identify.
    Yes,
    /// The RA knows the officer and does not say.
    NotTold,
}

/// Asks the RA about an officer; one that it does not know, or that may not identify, is a failure.
pub(crate) async fn ask(client: &Client, rao_id: &str) -> Result<Identificator, Failure> {
    let rao = client.rao(&Id::new(rao_id)).await.map_err(|error| {
        let failure = ra::failure(&error);
        match error.status() {
            Some(404) => Failure {
                code: FailureCode::RaoUnknown,
                ..failure
            },
            _ => failure,
        }
    })?;
    match rao.is_identificator {
        Some(true) => Ok(Identificator::Yes),
        Some(false) => Err(of(FailureCode::NotIdentificator, format!("RAO {rao_id}"))),
        None => Ok(Identificator::NotTold),
    }
}

/// The same before a request is created.
pub(crate) async fn demand(client: &Client, rao_id: &str) -> Result<(), Failure> {
    if ask(client, rao_id).await? == Identificator::NotTold {
        tracing::info!("the RA does not say whether the operator may identify");
    }
    Ok(())
}

impl Session {
    /// Number at the RA of whoever sits here.
    pub(crate) fn rao_id(&self) -> Option<&str> {
        self.operator
            .as_ref()
            .and_then(|operator| operator.rao_id.as_deref())
    }

    /// With separation of duties, the number under which the operator identifies; else none.
    pub(crate) fn identifying_rao(&self) -> Result<Option<String>, Failure> {
        if !self.settings.desk.separation_of_duties {
            return Ok(None);
        }
        let id = self
            .rao_id()
            .ok_or_else(|| plain(FailureCode::OperatorNoRao))?;
        // The API takes a number.
        match id.parse::<u64>() {
            Ok(_) => Ok(Some(id.to_owned())),
            Err(_) => Err(of(FailureCode::OperatorNoRao, "the number is too long")),
        }
    }
}
