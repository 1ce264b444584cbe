//! The webhook: each change of a request's state is POSTed to the `webhook_url` it was created with.

use std::sync::Weak;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::sync::mpsc;

use crate::app::Shared;
use crate::record::WebhookRecord;

/// A receiver that does not answer must not hold up the following states for long.
const RECEIVER_TIMEOUT: Duration = Duration::from_secs(10);

pub struct Delivery {
    pub url: String,
    pub date: String,
    pub status: String,
    pub previous_status: String,
    pub request: u64,
    pub registration_authority: u64,
}

/// Sends one after the other, so that a receiver sees the states in their order.
pub async fn deliver(mut queue: mpsc::UnboundedReceiver<Delivery>, shared: Weak<Shared>) {
    while let Some(delivery) = queue.recv().await {
        let outcome = match tokio::time::timeout(RECEIVER_TIMEOUT, post(&delivery)).await {
            Ok(outcome) => outcome,
            Err(_) => "no answer".to_string(),
        };
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let noted = shared.change(|store| {
            let record = WebhookRecord {
                date: delivery.date,
                status: delivery.status,
                outcome,
            };
            store.request_mut(delivery.request)?.webhooks.push(record);
            Ok(())
        });
        if noted.is_err() {
            tracing::warn!("the webhook's outcome could not be kept");
        }
    }
}

async fn post(delivery: &Delivery) -> String {
    if !delivery.url.starts_with("http://") {
        return "not sent: the mock sends webhooks to http:// only".to_string();
    }
    let body = json!({
        "status": delivery.status,
        "date": delivery.date,
        "previous_status": delivery.previous_status,
        "request": delivery.request,
        "registration_authority": delivery.registration_authority,
    });
    let request = http::Request::post(&delivery.url)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body.to_string())));
    let request = match request {
        Ok(request) => request,
        Err(error) => return format!("not sent: {error}"),
    };
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    match client.request(request).await {
        Ok(answer) => format!("HTTP {}", answer.status().as_u16()),
        Err(error) => format!("not sent: {error}"),
    }
}
