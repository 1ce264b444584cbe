//! The creation of a request at the RA: what is sent, and what its failures mean.

use std::sync::mpsc;

use evidence::Case;
use ra_api::delivery::{CreateError, RetryPolicy, create_safely};
use ra_api::{Client, ContactData, ContactLimits, Id, NewRequest};
use tokio_util::sync::CancellationToken;

use crate::contract::{Failure, FailureCode};
use crate::failure::of;
use crate::message::Message;
use crate::ra;
use crate::request::RequestReport;

/// A failed creation, and whether a request may exist all the same.
pub(crate) struct CreateFailure {
    pub failure: Failure,
    pub in_doubt: bool,
    /// The request that was created but cannot be used.
    pub created: Option<String>,
}

pub(crate) fn template(case: &Case, ra_id: &Id) -> NewRequest {
    let form = &case.form;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut request = NewRequest::video_id(form.profile.clone(), ra_id.clone(), form.email.clone());
    request.mobile_phone_number = some(&form.mobile_phone_number);
    request.given_name = some(&form.given_name);
    request.surname_1 = some(&form.surname_1);
    request.surname_2 = some(&form.surname_2);
    request.serial_number = some(&form.serial_number);
    request.country_name = some(&form.country_name);
    request.id_document_country = some(&form.id_document_country);
    request.id_document_type = some(&form.id_document_type);
    request.validity_time = Some(form.validity_days);
    request.identification_rao = case.operator.rao_id.as_ref().and_then(|id| id.parse().ok());
    request
}

pub(crate) async fn create(
    client: &Client,
    case: &Case,
    template: &NewRequest,
    inbox: &mpsc::Sender<Message>,
    cancel: &CancellationToken,
) -> Result<ra_api::RequestRecord, CreateFailure> {
    if case.scratchcard.is_none() {
        check_limits(client, template)
            .await
            .map_err(|failure| CreateFailure {
                failure,
                in_doubt: false,
                created: None,
            })?;
    }
    let mut refused = None;
    let mut write_down = |scratchcard: &str| {
        let (written, answer) = mpsc::channel();
        let report = RequestReport::Scratchcard {
            case_id: case.case_id.clone(),
            scratchcard: scratchcard.to_owned(),
            written,
        };
        let ended = || std::io::Error::other("the session has ended");
        inbox.send(Message::Request(report)).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?.map_err(|failure| {
            refused = Some(failure);
            std::io::Error::other("the case could not be written")
        })
    };
    let policy = RetryPolicy::default();
    let created = create_safely(
        client,
        template,
        case.scratchcard.as_deref(),
        &mut write_down,
        &policy,
        cancel,
    )
    .await;
    created.map_err(|error| {
        let failure = match &error {
            CreateError::NotRecorded(_) => refused.take().unwrap_or_else(|| create_failure(&error)),
            _ => create_failure(&error),
        };
        CreateFailure {
            failure,
            in_doubt: error.pending().is_some(),
            created: match &error {
                CreateError::NoVideoId { pk } => Some(pk.to_string()),
                _ => None,
            },
        }
    })
}

/// What a failed creation means to a person.
pub(crate) fn create_failure(error: &CreateError) -> Failure {
    match error {
        CreateError::Ra(error) | CreateError::OutcomeUnknown { error, .. } => ra::failure(error),
        CreateError::NoScratchcard { last, .. } => Failure {
            code: FailureCode::RaScratchcardTaken,
            ..ra::failure(last)
        },
        CreateError::NoVideoId { .. } => of(FailureCode::RaNoVideoId, error),
        CreateError::NotRecorded(_) => of(FailureCode::StorageFailed, error),
    }
}

async fn check_limits(client: &Client, template: &NewRequest) -> Result<(), Failure> {
    let contact = ContactData {
        registration_authority: template.registration_authority.clone(),
        serial_number: template.serial_number.clone().unwrap_or_default(),
        email: template.email.clone(),
        mobile_phone_number: template.mobile_phone_number.clone().unwrap_or_default(),
    };
    match client.check_contact_limits(&contact).await {
        Ok(ContactLimits::Ok) => Ok(()),
        Ok(ContactLimits::Refused(reason)) => Err(of(FailureCode::RaContactLimit, reason)),
        Err(error) => Err(ra::failure(&error)),
    }
}
