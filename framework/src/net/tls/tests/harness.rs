//! A server of TLS alone over a real socket, and clients that know its certificates.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::live::Live;
use super::super::serve::serve;
use super::{Folder, Term};
use crate::http::Shutdown;
use crate::net::{Application, Drain, Peer, Place};
use crate::observe::{Counters, Handshakes};
use crate::{ClientCertificate, Request, Routes, Server, Settings, Tls, get, post, routes};

pub(super) const LARGE: usize = 8 << 20;

#[get("/")]
async fn index(request: Request) -> String {
    format!("{} {}", request.scheme(), request.is_secure())
}

#[get("/large")]
async fn large() -> Vec<u8> {
    vec![b'x'; LARGE]
}

#[post("/len")]
async fn len(body: Vec<u8>) -> String {
    body.len().to_string()
}

#[get("/whoami")]
async fn whoami(client: Option<ClientCertificate>) -> String {
    client.map_or_else(|| "nobody".to_owned(), |client| client.subject().to_owned())
}

const ROUTES: Routes = routes![index, large, len, whoami];

/// A server of TLS alone, on a port of its own.
pub(super) struct Harness {
    pub(super) live: Arc<Live>,
    pub(super) addr: std::net::SocketAddr,
    pub(super) counters: Counters,
    pub(super) drain: Arc<Drain>,
}

impl Harness {
    pub(super) async fn start(tls: Tls) -> Self {
        let server = Server::new(ROUTES).max_body(64 << 20);
        let counters = server.counters();
        let (app, limits) = server.into_app();
        let witness = app.witness();
        let (app, limits) = (Arc::new(app), Arc::new(limits));
        let settings = Settings { tls, ..Settings::default() };
        let live = Live::of(&settings).unwrap().unwrap();
        let drain = Arc::new(Drain::new(Shutdown::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (shown, places) = (Arc::clone(&live), Arc::clone(&drain));
        tokio::spawn(async move {
            while let Ok((stream, addr)) = listener.accept().await {
                let (live, app, limits) = (Arc::clone(&shown), Arc::clone(&app), Arc::clone(&limits));
                let place = Place::new(Arc::clone(&places));
                let peer = Peer { addr: Some(addr), is_secure: false };
                tokio::spawn(serve(live, stream, peer, app, limits, place, witness.clone(), ()));
            }
        });
        Self { live, addr, counters, drain }
    }

    pub(super) async fn connect(
        &self,
        client: &Arc<ClientConfig>,
        name: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.addr).await?;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::clone(client)).connect(name, stream).await
    }

    /// What is answered to a request, up to the end of the connection; an end that was not announced is an error.
    pub(super) async fn ask(&self, client: &Arc<ClientConfig>, request: &str) -> std::io::Result<String> {
        let mut stream = self.connect(client, "localhost").await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    pub(super) fn handshakes(&self) -> Handshakes {
        self.counters.read().handshakes
    }

    /// Waits until so many handshakes have come to an end, whichever.
    pub(super) async fn shaken(&self, count: u64) -> Handshakes {
        loop {
            let now = self.handshakes();
            if now.full + now.resumed + now.failed + now.timed_out + now.in_the_clear >= count {
                return now;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
}

pub(super) fn roots(folder: &Folder) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(folder.authority.der().clone()).unwrap();
    roots
}

pub(super) fn client(folder: &Folder) -> Arc<ClientConfig> {
    Arc::new(ClientConfig::builder().with_root_certificates(roots(folder)).with_no_client_auth())
}

pub(super) fn client_with(folder: &Folder, name: &str) -> Arc<ClientConfig> {
    let chain = CertificateDer::pem_file_iter(folder.path(&format!("{name}.pem"))).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.path(&format!("{name}.key"))).unwrap();
    let builder = ClientConfig::builder().with_root_certificates(roots(folder));
    Arc::new(builder.with_client_auth_cert(chain.map(Result::unwrap).collect(), key).unwrap())
}

pub(super) fn tls(folder: &Folder) -> Tls {
    let (certificate, key) = folder.issue("server", &["localhost"], Term::Now);
    Tls::pem(certificate, key)
}

pub(super) const LAST: &str = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
