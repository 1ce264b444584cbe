//! What a failed handshake says about the certificate on either side.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError};

use crate::error::{ErrorKind, ServerCertificateFault, TlsRejection};

/// The TLS error in a chain of causes, as an error kind with its words; `None` where there is none.
pub(crate) fn classify(
    error: &(dyn StdError + 'static),
    has_identity: bool,
) -> Option<(ErrorKind, String)> {
    let tls = find(error)?;
    Some(match tls {
        TlsError::AlertReceived(alert) => {
            let rejection = rejection(*alert, has_identity);
            (
                ErrorKind::TlsRejected(rejection),
                rejection_text(rejection, *alert),
            )
        }
        TlsError::InvalidCertificate(fault) => {
            let fault_kind = server_fault(fault);
            (
                ErrorKind::ServerCertificate(fault_kind),
                server_fault_text(fault_kind).to_owned(),
            )
        }
        other => (
            ErrorKind::TlsRejected(TlsRejection::Other),
            format!("the TLS handshake failed: {other}"),
        ),
    })
}

/// `io::Error` hides what it wraps from `source()`, hence the look inside.
fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<TlsError>() {
            return Some(tls);
        }
        if let Some(inner) = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            && let Some(tls) = find(inner)
        {
            return Some(tls);
        }
        next = error.source();
    }
    None
}

fn rejection(alert: AlertDescription, has_identity: bool) -> TlsRejection {
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            TlsRejection::CertificateMissing
        }
        AlertDescription::CertificateExpired => TlsRejection::CertificateExpired,
        AlertDescription::UnknownCA => TlsRejection::CertificateUnknown,
        AlertDescription::CertificateRevoked => TlsRejection::CertificateRevoked,
        // TLS 1.2 has no alert of its own for a certificate that was asked for and not sent.
        AlertDescription::HandshakeFailure | AlertDescription::BadCertificate if !has_identity => {
            TlsRejection::CertificateMissing
        }
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => TlsRejection::CertificateRefused,
        _ => TlsRejection::Other,
    }
}

fn rejection_text(rejection: TlsRejection, alert: AlertDescription) -> String {
    match rejection {
        TlsRejection::CertificateMissing => {
            "the server asks for a client certificate, and none was sent".to_owned()
        }
        TlsRejection::CertificateExpired => {
            "the server says that the client certificate has expired".to_owned()
        }
        TlsRejection::CertificateUnknown => {
            "the server does not know who issued the client certificate".to_owned()
        }
        TlsRejection::CertificateRevoked => {
            "the server says that the client certificate is revoked".to_owned()
        }
        TlsRejection::CertificateRefused => {
            format!("the server refused the client certificate ({alert:?})")
        }
        TlsRejection::Other => format!("the server ended the TLS handshake ({alert:?})"),
    }
}

fn server_fault(error: &CertificateError) -> ServerCertificateFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ServerCertificateFault::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ServerCertificateFault::NotYetValid
        }
        CertificateError::UnknownIssuer => ServerCertificateFault::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ServerCertificateFault::WrongName
        }
        CertificateError::Revoked => ServerCertificateFault::Revoked,
        _ => ServerCertificateFault::Other,
    }
}

fn server_fault_text(fault: ServerCertificateFault) -> &'static str {
    match fault {
        ServerCertificateFault::Expired => {
            "the server's certificate has expired (or this machine's clock is wrong)"
        }
        ServerCertificateFault::NotYetValid => {
            "the server's certificate is not valid yet (or this machine's clock is wrong)"
        }
        ServerCertificateFault::UnknownIssuer => {
            "the server's certificate is issued by a CA that this machine does not trust"
        }
        ServerCertificateFault::WrongName => "the server's certificate is for another host name",
        ServerCertificateFault::Revoked => "the server's certificate is revoked",
        ServerCertificateFault::Other => "the server's certificate cannot be verified",
    }
}
