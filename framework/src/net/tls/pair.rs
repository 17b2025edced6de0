//! A certificate with its key, out of PEM files, and what can be wrong with them.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::http::CertificateFacts;
use crate::log::{Escaped, Timestamp};

/// More than any chain or list of authorities has.
const LARGEST_FILE: u64 = 4 << 20;

/// A certificate that can be shown.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    /// The names in it that clients may ask for.
    pub(super) names: Vec<String>,
    /// The addresses in it, for which nobody asks by a name.
    pub(super) addresses: Vec<IpAddr>,
    pub(super) term: Term,
}

/// Where a certificate was read from, and how long it is good.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) path: PathBuf,
    pub(super) not_before: SystemTime,
    pub(crate) not_after: SystemTime,
}

impl Term {
    /// How much of it is left; nothing where it is over.
    pub(crate) fn left(&self, now: SystemTime) -> Duration {
        self.not_after.duration_since(now).unwrap_or(Duration::ZERO)
    }

    /// Whether so little is left that somebody should have renewed it: 14 days, or a third of a short life.
    pub(super) fn is_ending(&self, now: SystemTime) -> bool {
        let life = self.not_after.duration_since(self.not_before).unwrap_or(Duration::ZERO);
        self.left(now) < (life / 3).min(Duration::from_secs(14 * 86_400))
    }
}

impl Pair {
    /// Reads a chain and its key, and holds them to each other, to the order of the chain and to the time.
    ///
    /// # Errors
    ///
    /// [`TlsError`] with the file that is at fault.
    pub(super) fn read(
        certificate: &Path,
        key: &Path,
        provider: &CryptoProvider,
        now: SystemTime,
    ) -> Result<Self, TlsError> {
        let of_certificate = |fault| TlsError { path: certificate.to_owned(), fault };
        let of_key = |fault| TlsError { path: key.to_owned(), fault };
        let chain = read_certificates(certificate)?;
        let private = read_key(key)?;
        let facts = check_chain(&chain, now).map_err(of_certificate)?;
        let loaded = provider.key_provider.load_private_key(private);
        let loaded = CertifiedKey::new(chain, loaded.map_err(|error| of_key(Fault::UnusableKey(error)))?);
        match loaded.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                return Err(of_key(Fault::OtherKey { certificate: certificate.to_owned() }));
            }
            Err(error) => return Err(of_certificate(Fault::Unusable(error))),
        }
        Ok(Self::new(loaded, &facts, certificate.to_owned()))
    }

    pub(super) fn new(key: CertifiedKey, facts: &CertificateFacts, path: PathBuf) -> Self {
        let mut names: Vec<_> = facts.dns_names().map(str::to_owned).collect();
        // What certificates had before there were alternative names.
        if names.is_empty() {
            names.extend(facts.common_name.as_ref().map(|name| name.to_ascii_lowercase()));
        }
        let term = Term { path, not_before: facts.not_before, not_after: facts.not_after };
        let addresses = facts.ip_addresses().collect();
        Self { key: Arc::new(key), names, addresses, term }
    }
}

/// Reads the certificates that clients' must lead to.
///
/// # Errors
///
/// [`TlsError`] where there are none, or one is none of an authority's.
pub(super) fn read_authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in read_certificates(path)? {
        let added = store.add(certificate);
        added.map_err(|error| TlsError { path: path.to_owned(), fault: Fault::Unusable(error) })?;
    }
    Ok(store)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let of_file = |fault| TlsError { path: path.to_owned(), fault };
    let text = read(path).map_err(|error| of_file(Fault::Unreadable(error)))?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| of_file(Fault::NoPem(error)))?;
    if chain.is_empty() {
        return Err(of_file(Fault::NoCertificate { found: Found::of(&text) }));
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let of_file = |fault| TlsError { path: path.to_owned(), fault };
    let text = read(path).map_err(|error| of_file(Fault::Unreadable(error)))?;
    match PrivateKeyDer::from_pem_slice(&text) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => Err(of_file(Fault::NoKey { found: Found::of(&text) })),
        Err(error) => Err(of_file(Fault::NoPem(error))),
    }
}

/// Reads a file, but not without end: it may be any.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST_FILE { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(text) }
}

/// Holds a chain to its order and to the time; gives what the first certificate says.
fn check_chain(chain: &[CertificateDer<'_>], now: SystemTime) -> Result<CertificateFacts, Fault> {
    let parse = |der: &CertificateDer<'_>| CertificateFacts::parse(der);
    let facts: Vec<_> = chain.iter().map(parse).collect::<Option<_>>().ok_or(Fault::NoX509)?;
    for (index, pair) in facts.windows(2).enumerate() {
        let [one, next] = pair else { continue };
        if one.issuer_der != next.subject_der {
            let (number, subject) = (index + 2, next.subject.clone());
            return Err(Fault::Order { number, subject });
        }
    }
    for (index, one) in facts.iter().enumerate() {
        if one.not_after <= now {
            return Err(Fault::Expired { number: index + 1, at: one.not_after });
        }
        if one.not_before > now {
            return Err(Fault::NotYet { number: index + 1, at: one.not_before });
        }
    }
    facts.into_iter().next().ok_or(Fault::NoX509)
}

/// A file that no TLS can be spoken with, and why.
#[derive(Debug)]
pub(crate) struct TlsError {
    path: PathBuf,
    fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug)]
enum Fault {
    Unreadable(io::Error),
    NoPem(pem::Error),
    NoCertificate {
        found: Found,
    },
    NoKey {
        found: Found,
    },
    /// It is PEM, and no certificate is in it.
    NoX509,
    /// The library refuses the certificate.
    Unusable(rustls::Error),
    /// The library refuses the key.
    UnusableKey(rustls::Error),
    /// The key is another certificate's.
    OtherKey {
        certificate: PathBuf,
    },
    /// A certificate, counted from 1, is not of the one that issued the one before it.
    Order {
        number: usize,
        subject: String,
    },
    Expired {
        number: usize,
        at: SystemTime,
    },
    NotYet {
        number: usize,
        at: SystemTime,
    },
}

/// What a file has in place of what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Certificate,
    Key,
    EncryptedKey,
    SigningRequest,
    /// Bytes that are no text.
    Binary,
}

impl Found {
    fn of(text: &[u8]) -> Self {
        let has = |label: &[u8]| text.windows(label.len()).any(|found| found == label);
        match () {
            () if has(b"ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") => Self::EncryptedKey,
            () if has(b"PRIVATE KEY-----") => Self::Key,
            () if has(b"CERTIFICATE REQUEST-----") => Self::SigningRequest,
            () if has(b"BEGIN CERTIFICATE-----") => Self::Certificate,
            () if text.contains(&0) => Self::Binary,
            () => Self::Nothing,
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "found nothing in PEM",
            Self::Certificate => "found a certificate",
            Self::Key => "found a private key",
            Self::EncryptedKey => "found one that is encrypted; `openssl pkey -in FILE -out FILE` takes the password off",
            Self::SigningRequest => "found a signing request, which an authority makes a certificate of",
            Self::Binary => "found bytes that are no text; `openssl x509 -inform der` or `openssl pkey -inform der` makes PEM of DER",
        })
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: ", Escaped(&self.path.to_string_lossy()))?;
        match &self.fault {
            Fault::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Fault::NoPem(error) => write!(f, "expected PEM, found what is none: {error}"),
            Fault::NoCertificate { found } => {
                write!(f, "expected a certificate in PEM (`-----BEGIN CERTIFICATE-----`), {found}")
            }
            Fault::NoKey { found } => {
                write!(f, "expected a private key in PEM (`-----BEGIN PRIVATE KEY-----`), {found}")
            }
            Fault::NoX509 => f.write_str("expected a certificate, found PEM whose content is none"),
            Fault::Unusable(error) => write!(f, "this certificate cannot be used: {error}"),
            Fault::UnusableKey(error) => write!(f, "this key cannot be used: {error}"),
            Fault::OtherKey { certificate } => write!(
                f,
                "this key is not that of the certificate in `{}`",
                Escaped(&certificate.to_string_lossy())
            ),
            Fault::Order { number, subject } => write!(
                f,
                "its certificate {number} ({}) is not of the one that issued certificate {}; the server's own comes \
                 first, and behind each the one that issued it",
                Escaped(subject),
                number - 1
            ),
            Fault::Expired { number, at } => {
                write!(f, "{} expired at {}", Which(*number), Timestamp(*at))
            }
            Fault::NotYet { number, at } => {
                write!(
                    f,
                    "{} is not valid before {}; is this machine's clock right?",
                    Which(*number),
                    Timestamp(*at)
                )
            }
        }
    }
}

/// A certificate of a chain, in words.
struct Which(usize);

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("the certificate"),
            number => write!(f, "its certificate {number}, which issued another of the chain,"),
        }
    }
}

// What is behind it is told with it.
impl Error for TlsError {}
