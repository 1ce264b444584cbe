//! The sockets: an accept loop of our own, because faults act on the connection itself.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::Mock;
use crate::config::{MockConfig, MockError};
use crate::connection::{ConnectionControl, Wire};
use crate::faults::FaultControl;
use crate::record::{Call, RequestRecord};
use crate::tls::{self, TlsMaterial};

/// A client that connects and then says nothing is let go after this.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(20);

/// A running mock. Dropping it stops it and resets what is still connected.
pub struct MockServer {
    mock: Mock,
    addr: SocketAddr,
    tls: Option<TlsMaterial>,
    stop: CancellationToken,
    accepting: Option<JoinHandle<()>>,
}

impl MockServer {
    pub async fn start(config: MockConfig) -> Result<Self, MockError> {
        let requested = config.listen;
        let (tls, acceptor) = match &config.tls {
            Some(folder) => {
                let (material, settings) = tls::prepare(folder, requested.ip())?;
                (Some(material), Some(TlsAcceptor::from(Arc::new(settings))))
            }
            None => (None, None),
        };
        let mock = Mock::new(config)?;
        let cannot = |source| MockError::Listen {
            addr: requested,
            source,
        };
        let listener = TcpListener::bind(requested).await.map_err(cannot)?;
        let addr = listener.local_addr().map_err(cannot)?;
        let stop = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, acceptor, mock.router(), stop.clone()));
        Ok(Self {
            mock,
            addr,
            tls,
            stop,
            accepting: Some(accepting),
        })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Base address of both hosts, without a slash at its end.
    pub fn base_url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("{scheme}://{addr}")
    }

    /// Where the CA and the client's certificate lie; none without TLS.
    pub fn tls_material(&self) -> Option<TlsMaterial> {
        self.tls.clone()
    }

    pub fn faults(&self) -> FaultControl {
        self.mock.faults()
    }

    /// All requests, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.mock.requests()
    }

    pub fn request(&self, pk: u64) -> Option<RequestRecord> {
        self.mock.request(pk)
    }

    /// The bytes of an image (`document_front`, …) or of the `video`, exactly as received.
    pub fn evidence(&self, pk: u64, name: &str) -> Option<Vec<u8>> {
        self.mock.evidence(pk, name)
    }

    pub fn evidence_path(&self, pk: u64, name: &str) -> Option<std::path::PathBuf> {
        self.mock.evidence_path(pk, name)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.mock.calls()
    }

    pub fn set_checks(&self, on: bool) {
        self.mock.set_checks(on);
    }

    /// Stops listening and waits until every connection is gone.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Some(accepting) = self.accepting.take()
            && let Err(error) = accepting.await
        {
            tracing::warn!(%error, "the accept loop ended badly");
        }
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    router: axum::Router,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, acceptor.clone(), router.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, router: axum::Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    let control = ConnectionControl::default();
    let wire = Wire::new(stream, control.clone());
    match acceptor {
        None => serve(wire, control, router).await,
        Some(acceptor) => {
            match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(wire)).await {
                Ok(Ok(stream)) => serve(stream, control, router).await,
                Ok(Err(error)) => tracing::info!(%error, "TLS handshake failed"),
                Err(_) => tracing::info!("TLS handshake took too long"),
            }
        }
    }
}

async fn serve<S>(stream: S, control: ConnectionControl, router: axum::Router)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let of_request = control.clone();
    let service =
        hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(of_request.clone());
            router.clone().oneshot(request)
        });
    let serving = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = control.ended() => {}
        ended = serving => if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
