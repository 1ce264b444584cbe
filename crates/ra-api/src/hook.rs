//! A service of the operator's own organisation, asked by one JSON call: delivery of one-time codes, a register.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::{ClientConfig, ConfigError};
use crate::secret::Secret;
use crate::transport::http_client;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// For a whole call: somebody stands before the screen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a service gave no answer that can be used. No variant holds what was sent or answered.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("the service cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the service did not answer within {} seconds", PATIENCE.as_secs())]
    Timeout,
    #[error("the service answered with status {0}")]
    Rejected(u16),
    #[error("the service's answer has another form than agreed")]
    Unreadable,
    #[error("the token holds characters that no header can")]
    Token,
    #[error("what is asked cannot be written")]
    Question(#[source] serde_json::Error),
}

/// One such service. Its `Debug` shows no token.
#[derive(Debug)]
pub struct Hook {
    http: reqwest::Client,
    url: url::Url,
    token: Option<Secret>,
}

impl Hook {
    /// The service at `config.api_url`, by that configuration's trust, proxy and time-outs; the RA's client certificate is
    /// never shown to it.
    pub fn new(config: &ClientConfig, token: Option<Secret>) -> Result<Hook, ConfigError> {
        let config = ClientConfig {
            identity: None,
            video_url: config.api_url.clone(),
            ..config.clone()
        };
        config.check_url(&config.api_url)?;
        Ok(Hook {
            http: http_client(&config)?,
            url: config.api_url,
            token,
        })
    }

    /// Posts the question once; it is never repeated by itself.
    pub async fn ask<Q: Serialize, A: DeserializeOwned>(
        &self,
        question: &Q,
    ) -> Result<A, HookError> {
        match tokio::time::timeout(PATIENCE, self.call(question)).await {
            Ok(answer) => answer,
            Err(_) => Err(HookError::Timeout),
        }
    }

    async fn call<Q: Serialize, A: DeserializeOwned>(&self, question: &Q) -> Result<A, HookError> {
        let body = serde_json::to_vec(question).map_err(HookError::Question)?;
        let mut request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| HookError::Token)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        // The address stays out of the error: a proxy may have written something personal into it.
        let unreachable = |error: reqwest::Error| HookError::Unreachable(error.without_url());
        let mut response = request.send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(HookError::Rejected(response.status().as_u16()));
        }
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unreachable)? {
            if answer.len() + part.len() > MAX_ANSWER {
                return Err(HookError::Unreadable);
            }
            answer.extend_from_slice(&part);
        }
        serde_json::from_slice(&answer).map_err(|_| HookError::Unreadable)
    }
}
