//! What the mock Registration Authority received, and faults for it to make.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

pub struct Mock {
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Mock {
    pub fn at(host: &str) -> Self {
        Mock {
            base: format!("http://{host}"),
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Bytes {
        let request = Request::builder()
            .method(&method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .body(Full::from(body.map(Value::to_string).unwrap_or_default()))
            .expect("the address is one");
        let answer = self
            .client
            .request(request)
            .await
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let status = answer.status();
        let bytes = answer
            .into_body()
            .collect()
            .await
            .expect("the mock answers whole")
            .to_bytes();
        assert!(
            [StatusCode::OK, StatusCode::CREATED, StatusCode::NO_CONTENT].contains(&status),
            "{method} {path}: {status} {bytes:?}"
        );
        bytes
    }

    pub async fn json(&self, path: &str) -> Value {
        let bytes = self.call(Method::GET, path, None).await;
        serde_json::from_slice(&bytes).expect("the mock answers with JSON")
    }

    /// One piece of evidence of a request, as it was received.
    pub async fn evidence(&self, pk: &str, piece: &str) -> Bytes {
        self.call(Method::GET, &format!("/_mock/requests/{pk}/{piece}"), None)
            .await
    }

    /// Cancels a request, as another desk would.
    pub async fn cancel(&self, pk: &str) {
        self.call(
            Method::DELETE,
            &format!("/api/v1/requests/{pk}/cancel/"),
            None,
        )
        .await;
    }

    /// Turns switches of undocumented behaviour.
    pub async fn switch(&self, switches: &Value) {
        self.call(Method::POST, "/_mock/settings", Some(switches))
            .await;
    }

    pub async fn clear_faults(&self) {
        self.call(Method::DELETE, "/_mock/faults", None).await;
    }

    /// Adds a rule to the faults.
    pub async fn fault(&self, rule: &Value) {
        self.call(Method::POST, "/_mock/faults", Some(rule)).await;
    }

    /// How often an operation was called.
    pub async fn calls(&self, operation: &str) -> usize {
        let calls = self.json("/_mock/calls").await;
        let list = calls.as_array().or_else(|| calls["calls"].as_array());
        list.expect("a list of calls")
            .iter()
            .filter(|call| call["operation"] == operation)
            .count()
    }
}
