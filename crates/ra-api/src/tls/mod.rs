//! Mutual TLS: the client's identity, whom it trusts, and what a failed handshake says.

mod failure;
mod identity;
mod keys;

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls_pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

pub use identity::{Identity, IdentityError, IdentityFacts};

pub(crate) use failure::classify;
pub(crate) use identity::certificates_from_pem;

/// One provider for all: ring, without touching the process-wide default.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Trusts what the operating system trusts (so a company's own CA that is installed there works, and its updates
/// reach the app), and the extra CAs in addition. HTTP/1.1 only: an upload over HTTP/2 shares its flow control with
/// everything else on the connection, and gains nothing from multiplexing.
pub(crate) fn client_config(
    identity: Option<&Identity>,
    extra_roots: Vec<CertificateDer<'static>>,
) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = provider();
    let verifier = Verifier::new_with_extra_roots(extra_roots, Arc::clone(&provider))?;
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        Some(identity) => {
            builder.with_client_cert_resolver(identity.resolver() as Arc<dyn ResolvesClientCert>)
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// For clients that speak to no TLS server at all: nobody is trusted, and a machine without CAs is no obstacle.
pub(crate) fn without_servers() -> Result<rustls::ClientConfig, rustls::Error> {
    Ok(rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth())
}
