//! Real handshakes: a rejected client certificate is told apart from a 403, and says why.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::Read;
use std::sync::Arc;

use ra_api::{
    BlobSource, Client, ClientConfig, ErrorKind, ExtraCa, Id, Identity, RaError,
    ServerCertificateFault, TlsRejection,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use support::{answer, finish, read_body, read_head};
use time::{Duration, OffsetDateTime};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use url::Url;

struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

impl Ca {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        let (pem, der) = (cert.pem(), cert.der().clone());
        Self {
            issuer: Issuer::new(params, key),
            pem,
            der,
        }
    }

    /// Valid from `from` to `to` days from now.
    fn issue(
        &self,
        name: &str,
        usage: ExtendedKeyUsagePurpose,
        from: i64,
        to: i64,
    ) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        params.not_before = OffsetDateTime::now_utc() + Duration::days(from);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(to);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.issuer).unwrap();
        (cert.pem(), key.serialize_pem())
    }

    fn user(&self, from: i64, to: i64) -> Identity {
        let (cert, key) = self.issue("api-user", ExtendedKeyUsagePurpose::ClientAuth, from, to);
        Identity::from_pem(cert.as_bytes(), key.as_bytes(), None).unwrap()
    }
}

/// A server of `ca` that asks for a client certificate of the same CA, and answers 403 to who has one.
async fn server(
    ca: &Ca,
    name: &str,
    days: (i64, i64),
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Url {
    let (cert, key) = ca.issue(name, ExtendedKeyUsagePurpose::ServerAuth, days.0, days.1);
    let mut roots = RootCertStore::empty();
    roots.add(ca.der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
    use rustls_pki_types::pem::PemObject;
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(cert.as_bytes()).unwrap()],
            PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes())
                .unwrap()
                .into(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!(
        "https://localhost:{}/",
        listener.local_addr().unwrap().port()
    ))
    .unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                while let Some((head, rest)) = read_head(&mut stream).await {
                    if read_body(&mut stream, &head, rest).await.is_none() {
                        return;
                    }
                    let text = answer(
                        403,
                        "",
                        r#"{"detail":"You do not have permission to perform this action."}"#,
                    );
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                    let _ = stream.flush().await;
                }
                finish(&mut stream).await;
            });
        }
    });
    url
}

fn client(url: &Url, trusted: &Ca, identity: Option<Identity>) -> Client {
    let config = ClientConfig {
        identity,
        extra_ca: Some(ExtraCa::Pem(trusted.pem.clone().into_bytes())),
        proxy: ra_api::ProxySetting::None,
        ..ClientConfig::new(url.clone(), url.clone())
    };
    Client::new(&config).unwrap()
}

async fn read(url: &Url, trusted: &Ca, identity: Option<Identity>) -> RaError {
    client(url, trusted, identity)
        .request(&Id::from(1))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_rejected_certificate_says_why_and_is_no_403() {
    let ca = Ca::new("Specimen CA");
    let stranger = Ca::new("Another CA");
    for versions in [
        &[&rustls::version::TLS13][..],
        &[&rustls::version::TLS12][..],
    ] {
        let url = server(&ca, "localhost", (-1, 10), versions).await;
        let accepted = read(&url, &ca, Some(ca.user(-1, 10))).await;
        assert_eq!(
            (accepted.kind(), accepted.status()),
            (ErrorKind::Http, Some(403)),
            "{accepted}"
        );

        let missing = read(&url, &ca, None).await;
        assert_eq!(
            missing.kind(),
            ErrorKind::TlsRejected(TlsRejection::CertificateMissing),
            "{missing}"
        );

        let expired = read(&url, &ca, Some(ca.user(-20, -10))).await;
        assert_eq!(
            expired.kind(),
            ErrorKind::TlsRejected(TlsRejection::CertificateExpired),
            "{expired}"
        );
        assert!(
            expired.text().contains("api-user") && expired.text().contains("valid until"),
            "{expired}"
        );

        let unknown = read(&url, &ca, Some(stranger.user(-1, 10))).await;
        assert_eq!(
            unknown.kind(),
            ErrorKind::TlsRejected(TlsRejection::CertificateUnknown),
            "{unknown}"
        );
        for error in [missing, expired, unknown] {
            assert!(!error.retryable() && error.status().is_none());
        }
    }
}

#[tokio::test]
async fn the_servers_own_faults_have_names() {
    let ca = Ca::new("Specimen CA");
    let stranger = Ca::new("Another CA");
    let all = rustls::ALL_VERSIONS;
    let good = server(&ca, "localhost", (-1, 10), all).await;
    let cases = [
        (
            read(&good, &stranger, None).await,
            ServerCertificateFault::UnknownIssuer,
        ),
        (
            read(
                &server(&ca, "elsewhere.example", (-1, 10), all).await,
                &ca,
                None,
            )
            .await,
            ServerCertificateFault::WrongName,
        ),
        (
            read(&server(&ca, "localhost", (-9, -2), all).await, &ca, None).await,
            ServerCertificateFault::Expired,
        ),
        (
            read(&server(&ca, "localhost", (2, 9), all).await, &ca, None).await,
            ServerCertificateFault::NotYetValid,
        ),
    ];
    for (error, fault) in cases {
        assert_eq!(error.kind(), ErrorKind::ServerCertificate(fault), "{error}");
        assert!(!error.retryable());
    }
}

/// The server's alert comes while the upload is already under way: it must not drown in a broken pipe.
#[tokio::test]
async fn an_upload_as_the_first_call_names_the_rejection_too() {
    struct Zeros;
    impl BlobSource for Zeros {
        fn len(&self) -> u64 {
            64 << 20
        }
        fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(std::io::repeat(0).take(64 << 20)))
        }
    }
    let ca = Ca::new("Specimen CA");
    let url = server(&ca, "localhost", (-1, 10), rustls::ALL_VERSIONS).await;
    for (identity, expected) in [
        (None, TlsRejection::CertificateMissing),
        (Some(ca.user(-20, -10)), TlsRejection::CertificateExpired),
    ] {
        let error = client(&url, &ca, identity)
            .upload_video("id", Arc::new(Zeros), None, &CancellationToken::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TlsRejected(expected), "{error}");
    }
}

#[tokio::test]
async fn configurations_that_cannot_work_are_refused() {
    let url = |text: &str| Url::parse(text).unwrap();
    for (api, part) in [
        ("http://ra.example/", "https"),
        ("ftp://ra.example/", "neither"),
        ("https://user:pw@ra.example/", "password"),
        ("https://ra.example/?a=1", "query"),
    ] {
        let error =
            Client::new(&ClientConfig::new(url(api), url("https://v.example/"))).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    let mut config = ClientConfig::new(url("https://a.example/"), url("https://v.example/"));
    config.extra_ca = Some(ExtraCa::File("/nowhere/ca.pem".into()));
    assert!(matches!(
        Client::new(&config),
        Err(ra_api::ConfigError::ExtraCaUnreadable { .. })
    ));
    config.extra_ca = Some(ExtraCa::Pem(b"no certificate".to_vec()));
    assert!(matches!(
        Client::new(&config),
        Err(ra_api::ConfigError::ExtraCa { .. })
    ));
}
