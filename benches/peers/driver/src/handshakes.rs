//! TLS handshakes, one after the other on so many connections at once: each is followed by a request, which the server
//! answers and closes.
//!
//! All servers are asked for the same: TLS 1.3, AES-128-GCM, X25519. The certificate is not looked at, so that a handshake
//! costs the server more than it costs here.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, HandshakeKind, SignatureScheme};
use serde::Serialize;

use crate::options::Options;
use crate::report::cpu_time;

const REQUEST: &[u8] = b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// How long the first may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured {
    requests: u64,
    per_second: f64,
    /// Of the server's process, user and kernel.
    cpu_ns_per_request: f64,
    /// Of this one.
    driver_cpu_ns_per_request: f64,
    /// How many of them were resumed.
    resumed: u64,
    failures: u64,
}

/// Makes a certificate and its key for all servers.
pub(crate) fn make_certificate(folder: &Path) -> io::Result<()> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("certificate.pem"), made.cert.pem())?;
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem())
}

/// Shakes hands until the time is over; gives how often, as JSON.
pub(crate) fn measure(options: &Options) -> io::Result<String> {
    let mut load = Load::new(options)?;
    let cpu_before = [cpu_time(options.pid)?, cpu_time(std::process::id())?];
    let begun = Instant::now();
    load.run(options, begun)?;
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = [cpu_time(options.pid)?, cpu_time(std::process::id())?];
    let each = |at: usize| cpu[at].saturating_sub(cpu_before[at]).as_nanos() as f64 / load.done.max(1) as f64;
    let measured = Measured {
        requests: load.done,
        per_second: load.done as f64 / seconds,
        cpu_ns_per_request: each(0),
        driver_cpu_ns_per_request: each(1),
        resumed: load.resumed,
        failures: load.failures,
    };
    Ok(serde_json::to_string(&measured).expect("plain values"))
}

struct Load {
    poll: Poll,
    connections: Vec<Connection>,
    done: u64,
    resumed: u64,
    failures: u64,
}

struct Connection {
    /// Its own, with its own tickets: of a shared one, all but a few would find none left.
    config: Arc<ClientConfig>,
    stream: TcpStream,
    tls: ClientConnection,
    answer: Vec<u8>,
}

impl Load {
    fn new(options: &Options) -> io::Result<Self> {
        let poll = Poll::new()?;
        let connections = (0..options.connections)
            .map(|index| {
                let config = Arc::new(config(options.scenario == "resumption")?);
                Connection::open(options, config, &poll, Token(index))
            })
            .collect::<io::Result<_>>()?;
        Ok(Self { poll, connections, done: 0, resumed: 0, failures: 0 })
    }

    fn run(&mut self, options: &Options, begun: Instant) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let wanted = options.requests.unwrap_or(u64::MAX);
        // On a busy machine a short time may be over before the first is done.
        let is_over = |done: u64| {
            let over = begun.elapsed().checked_sub(options.duration);
            over.is_some_and(|over| done > 0 || over > PATIENCE)
        };
        while !is_over(self.done) && self.done < wanted {
            self.poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                let index = event.token().0;
                match self.connections[index].drive() {
                    Ok(None) => continue,
                    Ok(Some(is_resumed)) => {
                        self.done += 1;
                        self.resumed += u64::from(is_resumed);
                    }
                    Err(error) => {
                        self.failures += 1;
                        if self.failures > 100 {
                            return Err(error);
                        }
                    }
                }
                let config = Arc::clone(&self.connections[index].config);
                self.connections[index] = Connection::open(options, config, &self.poll, event.token())?;
            }
        }
        Ok(())
    }
}

impl Connection {
    fn open(options: &Options, config: Arc<ClientConfig>, poll: &Poll, token: Token) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").expect("a name");
        let mut tls = ClientConnection::new(Arc::clone(&config), name).map_err(io::Error::other)?;
        // It is kept until it can be encrypted.
        tls.writer().write_all(REQUEST)?;
        let mut stream = TcpStream::connect(options.address)?;
        stream.set_nodelay(true)?;
        poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { config, stream, tls, answer: Vec::new() })
    }

    /// Goes on as far as the socket lets it; once the server has answered and closed, gives whether it was resumed.
    fn drive(&mut self) -> io::Result<Option<bool>> {
        loop {
            while self.tls.wants_write() {
                match self.tls.write_tls(&mut self.stream) {
                    Ok(_) => {}
                    Err(error) if waits(&error) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
            let read = match self.tls.read_tls(&mut self.stream) {
                Ok(read) => read,
                Err(error) if waits(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let state = self.tls.process_new_packets().map_err(io::Error::other)?;
            if state.plaintext_bytes_to_read() > 0 {
                let start = self.answer.len();
                self.answer.resize(start + state.plaintext_bytes_to_read(), 0);
                self.tls.reader().read_exact(&mut self.answer[start..])?;
            }
            if read == 0 || state.peer_has_closed() {
                if !self.answer.starts_with(b"HTTP/1.1 200") {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                return Ok(Some(self.tls.handshake_kind() == Some(HandshakeKind::Resumed)));
            }
        }
    }
}

/// Whether the socket is not ready, or not yet connected.
fn waits(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected)
}

fn config(resumes: bool) -> io::Result<ClientConfig> {
    let provider = CryptoProvider {
        cipher_suites: vec![aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256],
        kx_groups: vec![aws_lc_rs::kx_group::X25519],
        ..aws_lc_rs::default_provider()
    };
    let schemes = provider.signature_verification_algorithms.supported_schemes();
    let builder = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(io::Error::other)?;
    let verifier = Arc::new(NotLookedAt(schemes));
    let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if !resumes {
        config.resumption = Resumption::disabled();
    }
    Ok(config)
}

/// Takes each certificate.
#[derive(Debug)]
struct NotLookedAt(Vec<SignatureScheme>);

impl ServerCertVerifier for NotLookedAt {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}
