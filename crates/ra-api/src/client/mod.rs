//! The client: one method per endpoint.

mod evidence;
mod requests;
mod review;
mod scratchcards;

use std::io;
use std::net::IpAddr;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use url::Url;
use zeroize::Zeroizing;

use crate::answer::{self, Answer};
use crate::config::{ClientConfig, ConfigError};
use crate::error::{ErrorKind, Operation, RaError};
use crate::transport::{Call, Host, Transport, Upload};
use crate::upload::{BodyPlan, Pacing};

/// Speaks to one RA with one identity. Cheap to share behind an `Arc`; every call may run beside the others.
pub struct Client {
    transport: Transport,
}

/// The path of a call below the API host.
const API: [&str; 2] = ["api", "v1"];

impl Client {
    pub fn new(config: &ClientConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            transport: Transport::new(config)?,
        })
    }

    /// The server's clock, from the `Date` of an answer. Any answer serves, also one that refuses.
    pub async fn server_date(&self) -> Result<OffsetDateTime, RaError> {
        let operation = Operation::ServerDate;
        let url = self.api_url(operation, &["requests"])?;
        let answer = self
            .transport
            .call(Call {
                operation,
                method: Method::GET,
                url,
                json: None,
            })
            .await?;
        answer::date(&answer.headers).ok_or_else(|| {
            RaError::new(
                operation,
                ErrorKind::Malformed,
                "the answer holds no readable date",
            )
        })
    }

    /// Whether the video host can be reached and takes the certificate: any HTTP answer will do.
    pub async fn reach_video_host(&self) -> Result<u16, RaError> {
        let operation = Operation::UploadVideo;
        let url = self
            .transport
            .url(operation, Host::Video, &["v1", "upload", "video"])?;
        let answer = self
            .transport
            .call(Call {
                operation,
                method: Method::GET,
                url,
                json: None,
            })
            .await?;
        match answer.status.as_u16() {
            status @ (400 | 403 | 495 | 496) => {
                let error = answer.into_error();
                if matches!(error.kind(), ErrorKind::TlsRejected(_)) {
                    Err(error)
                } else {
                    Ok(status)
                }
            }
            status => Ok(status),
        }
    }

    /// This machine's address on the way to the API host, for the acceptance's `ip`. Nothing is sent.
    pub async fn local_ip(&self) -> io::Result<IpAddr> {
        let url = self.transport.api_url();
        let host = url
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the API host has no address");
        for remote in tokio::net::lookup_host((host, port)).await? {
            let any: IpAddr = if remote.is_ipv4() {
                [0; 4].into()
            } else {
                [0u16; 8].into()
            };
            let attempt = async {
                let socket = tokio::net::UdpSocket::bind((any, 0)).await?;
                socket.connect(remote).await?;
                socket.local_addr()
            };
            match attempt.await {
                Ok(local) => return Ok(local.ip()),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn api_url(&self, operation: Operation, path: &[&str]) -> Result<Url, RaError> {
        self.transport
            .url(operation, Host::Api, &[&API[..], path].concat())
    }

    async fn get<T: DeserializeOwned>(
        &self,
        operation: Operation,
        path: &[&str],
    ) -> Result<T, RaError> {
        let url = self.api_url(operation, path)?;
        self.transport
            .call(Call {
                operation,
                method: Method::GET,
                url,
                json: None,
            })
            .await?
            .json()
    }

    /// A call with a JSON body; its text is overwritten after it was sent, for it may hold credentials.
    async fn send<B: Serialize + ?Sized>(
        &self,
        operation: Operation,
        method: Method,
        path: &[&str],
        body: &B,
    ) -> Result<Answer, RaError> {
        let url = self.api_url(operation, path)?;
        let json = Zeroizing::new(serde_json::to_vec(body).map_err(|error| {
            RaError::new(
                operation,
                ErrorKind::InvalidInput,
                format!("it cannot be written as JSON: {error}"),
            )
        })?);
        self.transport
            .call(Call {
                operation,
                method,
                url,
                json: Some(&json),
            })
            .await
    }
}

impl Client {
    /// A call with a form of plain fields, for the two calls whose schema knows no JSON.
    async fn send_form(
        &self,
        operation: Operation,
        path: &[&str],
        fields: &[(&str, &str)],
    ) -> Result<Answer, RaError> {
        self.transport
            .upload(Upload {
                operation,
                method: Method::POST,
                url: self.api_url(operation, path)?,
                plan: BodyPlan::form(fields),
                progress: None,
                pacing: Pacing::Normal,
                cancel: &CancellationToken::new(),
            })
            .await
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("api_url", &self.transport.api_url().as_str())
            .finish_non_exhaustive()
    }
}

fn malformed(operation: Operation, text: &str) -> RaError {
    RaError::new(operation, ErrorKind::Malformed, text)
}

/// `true`/`false` alone, or wrapped in an object.
fn truth(value: &Value, names: &[&str]) -> Option<bool> {
    match value {
        Value::Object(fields) => names
            .iter()
            .find_map(|name| fields.get(*name).and_then(|value| truth(value, &[]))),
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
