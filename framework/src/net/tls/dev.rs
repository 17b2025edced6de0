//! A certificate that is made when the server starts, and forgotten when it ends.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::pair::Pair;
use crate::error::Error;
use crate::http::CertificateFacts;

/// Whom the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// For how long it is good; and from when, for clocks that differ.
const LIFE: Duration = Duration::from_secs(90 * 86_400);
const BEFORE: Duration = Duration::from_secs(86_400);

/// Makes a certificate that its own key has signed.
///
/// # Errors
///
/// Where the system has no random numbers.
pub(super) fn make(provider: &CryptoProvider) -> Result<Pair, Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned))?;
    params.distinguished_name.push(DnType::CommonName, "localhost (throw-away)");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = SystemTime::now();
    params.not_before = (now - BEFORE).into();
    params.not_after = (now + LIFE).into();
    let certificate = params.self_signed(&key)?.der().clone();
    let facts = CertificateFacts::parse(&certificate);
    let facts = facts.ok_or_else(|| Error::message("the certificate that was made cannot be read"))?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let loaded = CertifiedKey::from_der(vec![certificate], private, provider)?;
    Ok(Pair::new(loaded, &facts, PathBuf::from("(made at the start)")))
}
