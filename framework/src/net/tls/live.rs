//! [`Live`]: the configuration that new connections get, which can be replaced while others run.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ProducesTickets, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};

use super::names::Names;
use super::pair::{Pair, Term, TlsError, read_authorities};
use super::watch::{Stamps, Watch};
use crate::config::{ClientAuth, Settings, Tls, TlsVersion};
use crate::error::Error;

/// How this server speaks TLS now.
#[derive(Debug)]
pub(crate) struct Live {
    settings: Tls,
    /// What clients may choose from (RFC 7301), the best first.
    protocols: Vec<Vec<u8>>,
    provider: Arc<CryptoProvider>,
    /// The files as they were before they were read for the first time.
    first: Stamps,
    current: RwLock<Arc<Current>>,
    /// Whether the files are no good by now, and what was read before is kept.
    is_kept: AtomicBool,
}

/// What was read last that was good.
#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    names: Arc<Names>,
    /// How long each certificate is good.
    terms: Vec<Term>,
    /// What clients' certificates lead to: a client that comes back was checked against these.
    authorities: Option<Arc<RootCertStore>>,
}

impl Live {
    /// What the settings say of TLS, where they say that it is spoken.
    ///
    /// # Errors
    ///
    /// When a file is no good: its name, and why.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Arc<Self>>, Error> {
        let tls = &settings.tls;
        if !tls.is_on() {
            return Ok(None);
        }
        let http2 = speaks_http2(settings).then(|| b"h2".to_vec());
        let protocols = http2.into_iter().chain([b"http/1.1".to_vec()]).collect();
        Ok(Some(Arc::new(Self::read(tls.clone(), protocols)?)))
    }

    /// Looks after the files, on the current runtime, until what it gives is dropped.
    pub(crate) fn watch(self: &Arc<Self>) -> Watch {
        Watch::begin(self)
    }

    /// What people should know of the certificate when the server starts.
    pub(crate) fn note(&self) -> Option<&'static str> {
        self.settings.is_dev().then_some("with a throw-away certificate for localhost, which nobody trusts")
    }

    /// Days, and parts of one, that each certificate is still good, by its file; 0 where it has expired.
    pub(crate) fn days_left(&self) -> Vec<(String, f64)> {
        let now = SystemTime::now();
        let days =
            |term: &Term| (term.path.to_string_lossy().into_owned(), term.left(now).as_secs_f64() / 86_400.0);
        self.current().terms.iter().map(days).collect()
    }

    /// Whether what is in force is what is in the files.
    pub(crate) fn has_current_files(&self) -> bool {
        !self.is_kept.load(Ordering::Relaxed)
    }

    /// Notes that what was read before is kept, as the files are no good; or that it is not.
    pub(super) fn keep(&self, is_kept: bool) {
        self.is_kept.store(is_kept, Ordering::Relaxed);
    }

    /// Reads what `settings` name.
    fn read(settings: Tls, protocols: Vec<Vec<u8>>) -> Result<Self, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let first = Stamps::of(files(&settings));
        let current = Current::read(&settings, &protocols, &provider, None)?;
        let (current, is_kept) = (RwLock::new(Arc::new(current)), AtomicBool::new(false));
        Ok(Self { settings, protocols, provider, first, current, is_kept })
    }

    /// Reads all files again; what is in force stays so where one is no good.
    ///
    /// # Errors
    ///
    /// As [`Live::read`].
    pub(super) fn read_again(&self) -> Result<(), Error> {
        let before = self.current();
        let next = Arc::new(Current::read(&self.settings, &self.protocols, &self.provider, Some(&before))?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// What a connection that begins now is to speak.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current().config)
    }

    /// Whether there is a certificate for this host, as a URI has it, in lower case.
    pub(super) fn is_for(&self, host: &str) -> bool {
        self.current().names.are_for(host)
    }

    pub(super) fn settings(&self) -> &Tls {
        &self.settings
    }

    /// The files as they were before they were read for the first time, and as they are.
    pub(super) fn stamps(&self) -> (&Stamps, Stamps) {
        (&self.first, Stamps::of(files(&self.settings)))
    }

    /// How long each certificate is good.
    pub(super) fn terms(&self) -> Vec<Term> {
        self.current().terms.clone()
    }

    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Current {
    /// Puts a configuration together; tickets that were given out `before` stay good where they may.
    fn read(
        settings: &Tls,
        protocols: &[Vec<u8>],
        provider: &Arc<CryptoProvider>,
        before: Option<&Self>,
    ) -> Result<Self, Error> {
        let pairs = read_pairs(settings, provider)?;
        let authorities = match (&settings.client_ca, settings.client_auth) {
            (Some(path), ClientAuth::Optional | ClientAuth::Required) => {
                Some(Arc::new(read_authorities(path)?))
            }
            (Some(_) | None, ClientAuth::Off) | (None, ClientAuth::Optional | ClientAuth::Required) => None,
        };
        let names = Names::new(&pairs).ok_or_else(|| Error::message("no certificate is named"))?;
        let names = Arc::new(names);
        let versions = match settings.min_version {
            TlsVersion::V1_2 => &[&TLS13, &TLS12][..],
            TlsVersion::V1_3 => &[&TLS13],
        };
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(provider)).with_protocol_versions(versions)?;
        let builder = match &authorities {
            None => builder.with_no_client_auth(),
            Some(roots) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider));
                let verifier = match settings.client_auth {
                    ClientAuth::Optional | ClientAuth::Off => verifier.allow_unauthenticated(),
                    ClientAuth::Required => verifier,
                };
                builder.with_client_cert_verifier(verifier.build()?)
            }
        };
        let mut config = builder.with_cert_resolver(Arc::<Names>::clone(&names));
        config.alpn_protocols = protocols.to_vec();
        config.ticketer = tickets(before, authorities.as_deref())?;
        let terms = pairs.into_iter().map(|pair| pair.term).collect();
        Ok(Self { config: Arc::new(config), names, terms, authorities })
    }

    /// Whether clients' certificates are checked against these.
    fn trusts(&self, authorities: Option<&RootCertStore>) -> bool {
        let roots = |store: Option<&RootCertStore>| store.map(|store| store.roots.clone());
        roots(self.authorities.as_deref()) == roots(authorities)
    }
}

/// The keys of tickets, with which clients come back without a whole handshake (RFC 8446 §2.2, RFC 5077). They change by
/// themselves every few hours. A ticket says that its client was checked: where others are trusted from now on, no old
/// one is taken.
fn tickets(
    before: Option<&Current>,
    authorities: Option<&RootCertStore>,
) -> Result<Arc<dyn ProducesTickets>, Error> {
    match before {
        Some(before) if before.trusts(authorities) => Ok(Arc::clone(&before.config.ticketer)),
        Some(_) | None => Ok(aws_lc_rs::Ticketer::new()?),
    }
}

fn read_pairs(settings: &Tls, provider: &CryptoProvider) -> Result<Vec<Pair>, Error> {
    if settings.is_dev() {
        return Ok(vec![made_here(provider)?]);
    }
    let default = settings.certificate.as_deref().zip(settings.key.as_deref());
    let others = settings.pairs.iter().map(|pair| (&*pair.certificate, &*pair.key));
    let now = SystemTime::now();
    let pairs = default
        .into_iter()
        .chain(others)
        .map(|(certificate, key)| Pair::read(certificate, key, provider, now));
    Ok(pairs.collect::<Result<_, TlsError>>()?)
}

/// The files that are watched.
fn files(settings: &Tls) -> impl Iterator<Item = &Path> {
    let Tls { certificate, key, pairs, client_ca, .. } = settings;
    let pairs = pairs.iter().flat_map(|pair| [&pair.certificate, &pair.key]);
    [certificate, key, client_ca].into_iter().flatten().chain(pairs).map(|path| &**path)
}

#[cfg(feature = "http2")]
fn speaks_http2(settings: &Settings) -> bool {
    settings.http2
}

#[cfg(not(feature = "http2"))]
fn speaks_http2(_: &Settings) -> bool {
    false
}

#[cfg(feature = "tls-dev")]
fn made_here(provider: &CryptoProvider) -> Result<Pair, Error> {
    super::dev::make(provider)
}

#[cfg(not(feature = "tls-dev"))]
fn made_here(_: &CryptoProvider) -> Result<Pair, Error> {
    Err(Error::message("no certificate is made without the feature `tls-dev`"))
}
