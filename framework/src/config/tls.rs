//! [`Tls`]: which certificates a server shows, whose it asks for, and what it speaks; and the kinds of its settings.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::listen_addr::ListenAddr;
use super::settings::Settings;
use super::units::UnitError;
use super::value::{Custom, Field};

/// How a server speaks TLS; of [`Server::tls`](crate::Server::tls).
///
/// Certificates and keys are PEM files. They are read when the server starts, which it does with good ones alone, and
/// again whenever they change and on SIGHUP; a pair that is no good then is told of in the log, and the one before is
/// kept. Paths are relative to the working directory.
///
/// TLS 1.2 and 1.3 are spoken, with the ciphers and groups of [rustls](https://docs.rs/rustls), the hybrid of X25519 and
/// ML-KEM-768 first. Clients come back without a whole handshake for as long as the process runs.
///
/// ```no_run
/// use server::{Server, Tls, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, nobody else reads this."
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     let tls = Tls::pem("certificate.pem", "key.pem").pair("shop.pem", "shop-key.pem");
///     Server::new(routes![index]).port(443).tls(tls).run().await
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tls {
    /// `tls_certificate`: the server's certificate, followed by those that lead from it to one that clients know. It is
    /// the one for clients that ask for no name, or for one that no other pair has.
    pub certificate: Option<PathBuf>,
    /// `tls_key`: the certificate's private key, as PKCS #8, PKCS #1 or SEC 1.
    pub key: Option<PathBuf>,
    /// `tls_pairs`: further certificates, for clients that ask for a name (SNI) that one of them has.
    pub pairs: Vec<TlsPair>,
    /// `tls_client_auth`: whether clients are asked for a certificate. Default: [`ClientAuth::Off`].
    pub client_auth: ClientAuth,
    /// `tls_client_ca`: the certificates that clients' must lead to.
    pub client_ca: Option<PathBuf>,
    /// `tls_min_version`: the oldest version that is spoken. Default: [`TlsVersion::V1_2`].
    pub min_version: TlsVersion,
    /// `tls_handshake_timeout`: the longest time from a connection's beginning to the end of its handshake; then close.
    /// Default: 10 s.
    pub handshake_timeout: Duration,
    /// `tls_redirect`: where to listen beside, without TLS, for clients that are sent to where it is spoken.
    pub redirect: Vec<ListenAddr>,
    /// `tls_redirect_port`: the port that they are sent to; 0, the default, is the one that is listened on.
    pub redirect_port: u16,
    /// `tls_dev`: whether the server makes a certificate of its own for `localhost` each time it starts. No browser
    /// trusts it.
    #[cfg(feature = "tls-dev")]
    pub dev: bool,
}

/// A certificate of several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsPair {
    /// The certificate, as that of [`Tls::certificate`].
    pub certificate: PathBuf,
    /// Its key, as that of [`Tls::key`].
    pub key: PathBuf,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// `off`: they are not.
    #[default]
    Off,
    /// `optional`: they are, and may have none; one that is no good ends the handshake.
    Optional,
    /// `required`: one that has none ends the handshake.
    Required,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// `1.2` (RFC 5246).
    #[default]
    V1_2,
    /// `1.3` (RFC 8446).
    V1_3,
}

impl Tls {
    /// Shows the certificate of a PEM file, whose key is in another one, or in the same.
    pub fn pem(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { certificate: Some(certificate.into()), key: Some(key.into()), ..Self::default() }
    }

    /// Shows a certificate that is made when the server starts, for `localhost`, `127.0.0.1` and `::1`: for work on one
    /// machine. What `--tls-dev` does.
    #[cfg(feature = "tls-dev")]
    pub fn dev() -> Self {
        Self { dev: true, ..Self::default() }
    }

    /// Shows another certificate to clients that ask for one of its names.
    #[must_use]
    pub fn pair(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.pairs.push(TlsPair { certificate: certificate.into(), key: key.into() });
        self
    }

    /// Asks clients for a certificate that leads to one in the PEM file `ca`; see
    /// [`ClientCertificate`](crate::ClientCertificate).
    #[must_use]
    pub fn client_auth(mut self, asked: ClientAuth, ca: impl Into<PathBuf>) -> Self {
        self.client_auth = asked;
        self.client_ca = Some(ca.into());
        self
    }

    /// Speaks no version before this one.
    #[must_use]
    pub fn min_version(mut self, version: TlsVersion) -> Self {
        self.min_version = version;
        self
    }

    /// Sets how long a handshake may take, 10 s unless set; then the connection is closed.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Listens at another address as well, as a rule port 80, and sends clients from there to the same place over TLS
    /// (308): those that ask for a host that a certificate is for. Others are answered with 421.
    ///
    /// What lies below `/.well-known/acme-challenge/` is the application's to answer, as an authority that looks whether a
    /// name is this server's fetches it in the clear (RFC 8555 §8.3).
    ///
    /// ```no_run
    /// use std::net::SocketAddr;
    ///
    /// use server::{Routes, Server, Tls};
    ///
    /// # #[server::main]
    /// # async fn main() -> server::Result {
    /// let tls = Tls::pem("certificate.pem", "key.pem").redirect(SocketAddr::from(([0, 0, 0, 0], 80)));
    /// Server::new(Routes::<()>::EMPTY).port(443).tls(tls).run().await
    /// # }
    /// ```
    #[must_use]
    pub fn redirect(mut self, address: impl Into<ListenAddr>) -> Self {
        self.redirect.push(address.into());
        self
    }

    /// Sets the port that clients are [sent to](Self::redirect), where another one than that which is listened on leads
    /// here.
    #[must_use]
    pub fn redirect_port(mut self, port: u16) -> Self {
        self.redirect_port = port;
        self
    }

    /// Whether anything says that TLS is to be spoken.
    pub(crate) fn is_on(&self) -> bool {
        self.is_dev() || self.certificate.is_some() || self.key.is_some() || !self.pairs.is_empty()
    }

    #[cfg(feature = "tls-dev")]
    pub(crate) fn is_dev(&self) -> bool {
        self.dev
    }

    #[cfg(not(feature = "tls-dev"))]
    pub(crate) fn is_dev(&self) -> bool {
        false
    }

    /// What of it contradicts itself, as pairs of what is there and what is amiss; settings are named as in the table.
    pub(super) fn conflicts(&self) -> Vec<(&'static str, &'static str)> {
        let mut found = Vec::new();
        match (&self.certificate, &self.key) {
            (Some(_), None) => found.push(("tls_certificate", "has no key; `tls_key` names its file")),
            (None, Some(_)) => {
                found.push(("tls_key", "is of no certificate; `tls_certificate` names its file"));
            }
            (None, None) if !self.pairs.is_empty() => found.push((
                "tls_pairs",
                "has certificates for names, and `tls_certificate` has none for clients that ask for no name",
            )),
            (Some(_), Some(_)) | (None, None) => {}
        }
        if self.is_dev() && (self.certificate.is_some() || !self.pairs.is_empty()) {
            found.push((
                "tls_dev",
                "makes a certificate, and `tls_certificate` has one; take one of them away",
            ));
        }
        match (self.client_auth, &self.client_ca) {
            (ClientAuth::Off, Some(_)) => found.push((
                "tls_client_ca",
                "is for clients' certificates, and `tls_client_auth` asks for none; it may be `optional` or `required`",
            )),
            (ClientAuth::Optional | ClientAuth::Required, None) => found.push((
                "tls_client_auth",
                "asks clients for certificates, and `tls_client_ca` names none that they lead to",
            )),
            (ClientAuth::Optional | ClientAuth::Required, Some(_)) if !self.is_on() => found.push((
                "tls_client_auth",
                "asks clients for certificates, and the server has none itself; `tls_certificate` names its file",
            )),
            (ClientAuth::Off, None) | (ClientAuth::Optional | ClientAuth::Required, Some(_)) => {}
        }
        if !self.redirect.is_empty() && !self.is_on() {
            found.push((
                "tls_redirect",
                "sends to where TLS is spoken, and that is nowhere; `tls_certificate` names a certificate",
            ));
        }
        if self.redirect.is_empty() && self.redirect_port > 0 {
            found.push(("tls_redirect_port", "is where `tls_redirect` sends to, and that names no address"));
        }
        found
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            pairs: Vec::new(),
            client_auth: ClientAuth::Off,
            client_ca: None,
            min_version: TlsVersion::V1_2,
            handshake_timeout: Duration::from_secs(10),
            redirect: Vec::new(),
            redirect_port: 0,
            #[cfg(feature = "tls-dev")]
            dev: false,
        }
    }
}

/// A setting that is the path of a file, or none.
pub(super) struct PathValue(pub(super) Field<Option<PathBuf>>);

/// What stands for no path.
const NONE: &str = "none";

impl Custom for PathValue {
    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        if text.is_empty() {
            return Err(UnitError::default());
        }
        *(self.0)(settings) = (text != NONE).then(|| PathBuf::from(text));
        Ok(())
    }

    fn show(&self, settings: &mut Settings) -> String {
        let path = (self.0)(settings).as_ref();
        path.map_or_else(|| NONE.to_owned(), |path| path.to_string_lossy().into_owned())
    }

    fn placeholder(&self) -> &'static str {
        "FILE"
    }

    fn is_path(&self) -> bool {
        true
    }
}

impl fmt::Display for PathValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path of a PEM file")
    }
}

/// The setting that is a list of certificates with their keys: `a.pem:a.key,b.pem:b.key`.
pub(super) struct PairsValue;

impl Custom for PairsValue {
    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        if text == NONE {
            settings.tls.pairs = Vec::new();
            return Ok(());
        }
        let pair = |text: &str| match text.split_once(':') {
            Some((certificate, key)) if !certificate.is_empty() && !key.is_empty() && !key.contains(':') => {
                Ok(TlsPair { certificate: certificate.into(), key: key.into() })
            }
            Some(_) | None => Err(UnitError::default()),
        };
        settings.tls.pairs = text.split(',').map(pair).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn show(&self, settings: &mut Settings) -> String {
        let pairs: Vec<_> = settings
            .tls
            .pairs
            .iter()
            .map(|pair| format!("{}:{}", pair.certificate.display(), pair.key.display()))
            .collect();
        if pairs.is_empty() { NONE.to_owned() } else { pairs.join(",") }
    }

    fn placeholder(&self) -> &'static str {
        "FILE:FILE,..."
    }

    #[cfg(feature = "config")]
    fn item_keys(&self) -> &'static [&'static str] {
        &["certificate", "key"]
    }
}

impl fmt::Display for PairsValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("certificates with their keys, such as shop.pem:shop-key.pem,blog.pem:blog-key.pem")
    }
}

/// The setting that needs no value on the command line: `--tls-dev` is `--tls-dev true`.
#[cfg(feature = "tls-dev")]
pub(super) struct DevValue;

#[cfg(feature = "tls-dev")]
impl Custom for DevValue {
    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        settings.tls.dev = text.parse().map_err(|_| UnitError::default())?;
        Ok(())
    }

    fn show(&self, settings: &mut Settings) -> String {
        settings.tls.dev.to_string()
    }

    fn placeholder(&self) -> &'static str {
        "true|false"
    }

    fn implied(&self) -> Option<&'static str> {
        Some("true")
    }
}

#[cfg(feature = "tls-dev")]
impl fmt::Display for DevValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true` or `false`")
    }
}
