//! Certificates made for the occasion, and servers and clients that use them over real sockets.

mod connections;
mod harness;
mod pairs;
mod redirect;
mod reload;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use tempfile::TempDir;

/// A folder with certificates, and who issues them.
struct Folder {
    dir: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

/// When a certificate is good.
#[derive(Clone, Copy)]
enum Term {
    Now,
    Over,
    Later,
}

impl Folder {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        // Of two with one name, a client's certificate would be taken for the other's, and forged.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("Authority {}", COUNT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = Self { dir: TempDir::new().unwrap(), authority };
        folder.write("ca.pem", &folder.authority.pem());
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Issues `NAME.pem` and `NAME.key` for a host or a client.
    fn issue(&self, name: &str, hosts: &[&str], term: Term) -> (PathBuf, PathBuf) {
        let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = match term {
            Term::Now => (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2120, 1, 1)),
            Term::Over => (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 2, 3)),
            Term::Later => (rcgen::date_time_ymd(2119, 1, 1), rcgen::date_time_ymd(2120, 1, 1)),
        };
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        self.write(&format!("{name}.pem"), &certificate.pem());
        self.write(&format!("{name}.key"), &key.serialize_pem());
        (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")))
    }
}

/// The text without the folder's path.
fn without(folder: &Path, text: &str) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}
