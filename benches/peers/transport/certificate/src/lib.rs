//! TLS for the servers that are handed a configuration of rustls: its defaults, with the one certificate that all have.

use std::path::Path;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What to speak TLS with, in these protocols; `None` where the environment names no certificate.
///
/// # Panics
///
/// Where what it names is none.
pub fn config(protocols: &[&str]) -> Option<ServerConfig> {
    contract::certificate().map(|(certificate, key)| {
        let mut config = read(&certificate, &key).expect("a certificate and its key");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    })
}

fn read(certificate: &Path, key: &Path) -> Result<ServerConfig, Box<dyn std::error::Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    Ok(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?)
}
