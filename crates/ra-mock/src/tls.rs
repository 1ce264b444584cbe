//! Certificates for mutual TLS: a CA of the mock's own, a server's certificate, one client's.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::MockError;

/// The password of `client.p12`. The certificate opens a mock only, so it is no secret.
pub const P12_PASSWORD: &str = "videoid";

/// What a client needs to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsMaterial {
    /// `ca.pem`: the client trusts it as the issuer of the server's certificate.
    pub ca: PathBuf,
    /// `client.pem`.
    pub client_cert: PathBuf,
    /// `client.key`: PKCS#8 PEM, not encrypted.
    pub client_key: PathBuf,
    /// `client.p12`: certificate and key, with [`P12_PASSWORD`].
    pub client_p12: PathBuf,
}

fn write(path: &Path, bytes: &[u8], secret: bool) -> Result<(), MockError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if secret { 0o600 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = secret;
    options
        .open(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, bytes))
        .map_err(|source| MockError::CertificateFile {
            path: path.to_path_buf(),
            source,
        })
}

fn read(path: &Path) -> Result<String, MockError> {
    std::fs::read_to_string(path).map_err(|source| MockError::CertificateFile {
        path: path.to_path_buf(),
        source,
    })
}

fn params(name: &str, hosts: Vec<String>) -> Result<CertificateParams, MockError> {
    let mut params = CertificateParams::new(hosts)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, "VideoID Desk mock");
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    params.not_before = rcgen::date_time_ymd(2024, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Makes the CA and the client's certificate where they are missing. The server's certificate is made
/// anew at each start, because it names the address that is listened on.
pub fn prepare(folder: &Path, listen: IpAddr) -> Result<(TlsMaterial, ServerConfig), MockError> {
    std::fs::create_dir_all(folder).map_err(|source| MockError::CertificateFile {
        path: folder.to_path_buf(),
        source,
    })?;
    let material = TlsMaterial {
        ca: folder.join("ca.pem"),
        client_cert: folder.join("client.pem"),
        client_key: folder.join("client.key"),
        client_p12: folder.join("client.p12"),
    };
    let ca_key_path = folder.join("ca.key");
    if !material.client_p12.exists() {
        make_ca_and_client(&material, &ca_key_path)?;
    }
    let ca_key = KeyPair::from_pem(&read(&ca_key_path)?)?;
    // The issuer's name and key are all that is signed with; the parameters give the same name each time.
    let issuer = Issuer::new(ca_params()?, ca_key);

    let mut hosts = vec![
        "localhost".to_string(),
        "127.0.0.1".to_string(),
        "::1".to_string(),
    ];
    if !listen.is_unspecified() && !listen.is_loopback() {
        hosts.push(listen.to_string());
    }
    let mut server = params("Mock RA", hosts)?;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &issuer)?;
    write(
        &folder.join("server.pem"),
        certificate.pem().as_bytes(),
        false,
    )?;
    write(
        &folder.join("server.key"),
        key.serialize_pem().as_bytes(),
        true,
    )?;

    let unreadable = |source| MockError::ReadPem {
        path: material.ca.clone(),
        source,
    };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&material.ca).map_err(unreadable)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?;
    let private =
        PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).map_err(unreadable)?;
    let mut settings = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.der().clone()], private)?;
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((material, settings))
}

fn ca_params() -> Result<CertificateParams, MockError> {
    let mut ca = params("Mock RA test CA", Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(ca)
}

fn make_ca_and_client(material: &TlsMaterial, ca_key_path: &Path) -> Result<(), MockError> {
    let ca = ca_params()?;
    let ca_key = KeyPair::generate()?;
    let ca_certificate = ca.self_signed(&ca_key)?;
    write(&material.ca, ca_certificate.pem().as_bytes(), false)?;
    write(ca_key_path, ca_key.serialize_pem().as_bytes(), true)?;

    let mut client = params("Mock API user", Vec::new())?;
    client.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate()?;
    let certificate = client.signed_by(&key, &Issuer::from_params(&ca, &ca_key))?;
    write(&material.client_cert, certificate.pem().as_bytes(), false)?;
    write(&material.client_key, key.serialize_pem().as_bytes(), true)?;

    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new(
        b"api-user".to_vec(),
        PrivateKey::from_der(&key.serialize_der())?,
        [
            p12_keystore::Certificate::from_der(certificate.der())?,
            p12_keystore::Certificate::from_der(ca_certificate.der())?,
        ],
    );
    store.add_entry("api-user", KeyStoreEntry::PrivateKeyChain(chain));
    write(
        &material.client_p12,
        &store.writer(P12_PASSWORD).write()?,
        true,
    )
}
