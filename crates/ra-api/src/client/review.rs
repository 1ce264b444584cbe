//! The RAO's part: validate, refuse, approve, and what is shown before.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Client, malformed};
use crate::error::{Operation, RaError};
use crate::types::{Decision, Document, Id, Rao, RaoCredentials, Receipt, ReceiptKind, Refusal};

/// The credentials as they are sent; exists for the length of one call.
#[derive(Serialize)]
struct Signed<'a> {
    username: &'a str,
    password: &'a str,
    pin: &'a str,
    rao_id: &'a Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
}

impl<'a> Signed<'a> {
    fn new(rao: &'a RaoCredentials) -> Self {
        Self {
            username: &rao.username,
            password: rao.password.expose(),
            pin: rao.pin.expose(),
            rao_id: &rao.rao_id,
            reason: None,
            lang: None,
        }
    }
}

impl Client {
    /// Validates the identification. For natural persons this may approve at once: the declaration and the contract
    /// are shown before.
    pub async fn validate(&self, pk: &Id, rao: &RaoCredentials) -> Result<Decision, RaError> {
        let path = ["requests", pk.as_str(), "validate_videoid"];
        self.send(Operation::Validate, Method::POST, &path, &Signed::new(rao))
            .await?
            .json()
    }

    pub async fn refuse(
        &self,
        pk: &Id,
        rao: &RaoCredentials,
        reason: &str,
    ) -> Result<Refusal, RaError> {
        let path = ["requests", pk.as_str(), "refuse_videoid"];
        let body = Signed {
            reason: Some(reason),
            ..Signed::new(rao)
        };
        self.send(Operation::Refuse, Method::POST, &path, &body)
            .await?
            .json()
    }

    /// The declaration that the RAO is shown.
    pub async fn receipt(
        &self,
        pk: &Id,
        rao_id: &Id,
        kind: ReceiptKind,
    ) -> Result<Receipt, RaError> {
        let path = ["requests", pk.as_str(), "generates_tbs_receipt"];
        let body = json!({ "rao": rao_id, "type": kind.as_str() });
        self.send(Operation::Receipt, Method::POST, &path, &body)
            .await?
            .json()
    }

    /// Documents of a kind, decoded: `document_front`, `document_rear`, `document_owner`, `extra_document`, `contract`
    /// or `signed_contract`.
    pub async fn document(
        &self,
        pk: &Id,
        kind: &str,
        rao_id: &Id,
    ) -> Result<Vec<Document>, RaError> {
        let operation = Operation::ReadDocument;
        let path = ["requests", pk.as_str(), "pl_get_document"];
        // The guide shows JSON; the schema knows the form alone.
        let fields = [("type", kind), ("rao_id", rao_id.as_str())];
        let value: Value = self.send_form(operation, &path, &fields).await?.json()?;
        let items = match value {
            Value::Array(items) => items,
            item @ Value::Object(_) => vec![item],
            _ => return Err(malformed(operation, "the answer is no list of documents")),
        };
        items
            .into_iter()
            .map(|item| {
                let text = item.get("document").and_then(Value::as_str)?;
                // Line breaks stand in it.
                let base64: String = text.split_whitespace().collect();
                let bytes = STANDARD.decode(base64).ok()?;
                let kind = item
                    .get("type")
                    .and_then(Value::as_str)
                    .unwrap_or(kind)
                    .to_owned();
                Some(Document { kind, bytes })
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| malformed(operation, "a document in the answer cannot be decoded"))
    }

    /// Approves the request; `lang` is the language of what the subscriber gets.
    pub async fn approve(
        &self,
        pk: &Id,
        rao: &RaoCredentials,
        lang: &str,
    ) -> Result<Decision, RaError> {
        let path = ["requests", pk.as_str(), "pl_approve"];
        let body = Signed {
            lang: Some(lang),
            ..Signed::new(rao)
        };
        self.send(Operation::Approve, Method::POST, &path, &body)
            .await?
            .json()
    }

    /// The link with which the subscriber goes on; whoever has it can enroll.
    pub async fn preauth_link(&self, pk: &Id) -> Result<crate::Secret, RaError> {
        let operation = Operation::PreauthLink;
        let path = ["requests", pk.as_str(), "preauthlink"];
        let answer: Map<String, Value> = self
            .send(operation, Method::POST, &path, &json!({}))
            .await?
            .json()?;
        match answer.get("preauthenticatedlink").and_then(Value::as_str) {
            Some(link) => Ok(crate::Secret::from(link)),
            None => Err(malformed(operation, "the answer holds no link")),
        }
    }

    pub async fn rao(&self, id: &Id) -> Result<Rao, RaError> {
        self.get(Operation::ReadRao, &["rao", id.as_str()]).await
    }
}
