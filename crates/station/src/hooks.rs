//! Services of the operator's own organisation: who delivers one-time codes, who asks an official register.

use std::time::Duration;

use ra_api::{ClientConfig, ExtraCa, Hook, HookError, ProxySetting, Secret};
use serde::Deserialize;
use url::Url;

use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, of};
use crate::ra::config_failure;
use crate::settings::Network;

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hooks {
    /// Brings a one-time code to the subject's telephone or mailbox.
    pub code: Option<CodeHook>,
    /// Looks the document up in an official register.
    pub register: Option<RegisterHook>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeHook {
    pub url: Url,
    /// The environment variable that holds the service's token.
    pub token_env: Option<String>,
    /// How long a code holds.
    #[serde(default = "default_code_seconds")]
    pub valid_seconds: u32,
    /// Tries with one code.
    #[serde(default = "default_code_tries")]
    pub tries: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterHook {
    pub url: Url,
    pub token_env: Option<String>,
    /// How the register is called where its answer does not say.
    #[serde(default)]
    pub name: String,
}

fn default_code_seconds() -> u32 {
    300
}

fn default_code_tries() -> u32 {
    3
}

/// The service at that address, by the settings of the network.
pub(crate) fn service(
    url: &Url,
    token_env: Option<&str>,
    network: &Network,
) -> Result<Hook, Failure> {
    let token = match token_env {
        None => None,
        Some(name) => Some(std::env::var(name).map(Secret::from).map_err(|_| {
            of(
                FailureCode::SettingsInvalid,
                format!("the environment variable {name} is not set"),
            )
        })?),
    };
    let mut config = ClientConfig::new(url.clone(), url.clone());
    config.connect_timeout = Duration::from_secs(network.connect_timeout_seconds);
    config.extra_ca = network.extra_ca.clone().map(ExtraCa::File);
    if is_this_machine(url) {
        config.proxy = ProxySetting::None;
    } else if let Some(proxy) = network.proxy.clone() {
        config.proxy = ProxySetting::Url {
            url: proxy,
            credentials: None,
        };
    }
    Hook::new(&config, token).map_err(|error| config_failure(&error))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

pub(crate) fn hook_failure(error: &HookError) -> Failure {
    let (code, status) = match error {
        HookError::Unreachable(_) | HookError::Timeout => (FailureCode::HookUnreachable, None),
        HookError::Rejected(status) => (FailureCode::HookRejected, Some(*status)),
        HookError::Unreadable => (FailureCode::HookAnswerUnreadable, None),
        HookError::Token => (FailureCode::SettingsInvalid, None),
        HookError::Question(_) => (FailureCode::Internal, None),
    };
    Failure {
        http_status: status,
        ..of(code, chain(error))
    }
}
