//! [`ClientCertificate`]: who is at the other end of a connection, as its certificate says.
//!
//! The certificate was verified in the handshake. What is in it is read here by a small reader of our own
//! (`http/certificate.rs`), as it needs a tenth of what a library for X.509 brings, and eight crates less.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use http::StatusCode;

use super::FromRequest;
use crate::http::{AltName, CertificateFacts, Request, Response, Secured};
use crate::respond::{IntoResponse, Problem};

/// Takes the certificate that the client has shown, where [`Tls::client_auth`](crate::Tls::client_auth) asks for one: it
/// leads to an authority that the server trusts, and was good when the connection began.
///
/// A client without one is refused with 403; where one is `optional`, a handler may take an
/// `Option<ClientCertificate>`.
///
/// ```
/// use server::{ClientCertificate, get};
///
/// #[get("/whoami")]
/// async fn whoami(client: ClientCertificate) -> String {
///     format!("{}, of {}\n", client.common_name().unwrap_or("nobody"), client.subject())
/// }
/// ```
#[derive(Clone)]
pub struct ClientCertificate {
    secured: Arc<Secured>,
    facts: Arc<CertificateFacts>,
}

impl ClientCertificate {
    /// The owner, as RFC 4514 writes it, the smallest part first: `CN=Ada,OU=Engines,O=Example`.
    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    /// The owner's common name (`CN`), where it has one; of several the last.
    pub fn common_name(&self) -> Option<&str> {
        self.facts.common_name.as_deref()
    }

    /// The names of hosts in it, in lower case.
    pub fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.facts.dns_names()
    }

    /// The mail addresses in it.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.facts.names.iter().filter_map(|name| match name {
            AltName::Email(address) => Some(&**address),
            AltName::Dns(_) | AltName::Uri(_) | AltName::Ip(_) => None,
        })
    }

    /// The URIs in it, such as `spiffe://example.org/billing`.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.facts.names.iter().filter_map(|name| match name {
            AltName::Uri(uri) => Some(&**uri),
            AltName::Dns(_) | AltName::Email(_) | AltName::Ip(_) => None,
        })
    }

    /// The addresses of hosts in it.
    pub fn ip_addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.facts.ip_addresses()
    }

    /// Its serial number, as `openssl x509 -serial` writes it: which of its issuer's it is.
    pub fn serial(&self) -> String {
        self.facts.serial.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// When it ends. A connection that began before goes on beyond that.
    pub fn not_after(&self) -> SystemTime {
        self.facts.not_after
    }

    /// The certificate itself, in DER.
    pub fn der(&self) -> &[u8] {
        self.secured.client_chain.first().map_or(&[], Vec::as_slice)
    }

    /// The certificates that the client has sent with it, in DER: those that lead from it to an authority.
    pub fn issuers(&self) -> impl Iterator<Item = &[u8]> {
        self.secured.client_chain.iter().skip(1).map(Vec::as_slice)
    }
}

impl<S: Sync> FromRequest<S> for ClientCertificate {
    const READY: bool = true;
    type Rejection = ClientCertificateRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, ClientCertificateRejection> {
        let secured = request.security().secured().ok_or(ClientCertificateRejection(Lack::Tls))?;
        let der = secured.client_chain.first().ok_or(ClientCertificateRejection(Lack::Certificate))?;
        // The handshake has verified what we cannot read: nobody is taken for somebody on the strength of that.
        let facts = CertificateFacts::parse(der).ok_or(ClientCertificateRejection(Lack::Sense))?;
        Ok(Self { secured: Arc::clone(secured), facts: Arc::new(facts) })
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").field("subject", &self.subject()).finish_non_exhaustive()
    }
}

/// The client has shown no certificate; 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientCertificateRejection(Lack);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    Tls,
    Certificate,
    Sense,
}

impl ClientCertificateRejection {
    /// 403 Forbidden: 401 would ask for credentials that HTTP has a scheme for.
    pub fn status(self) -> StatusCode {
        StatusCode::FORBIDDEN
    }
}

impl fmt::Display for ClientCertificateRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Lack::Tls => "expected a client certificate, and the connection is not one of TLS",
            Lack::Certificate => "expected a client certificate, found none",
            Lack::Sense => "expected a client certificate, found one that cannot be read",
        })
    }
}

impl Error for ClientCertificateRejection {}

impl IntoResponse for ClientCertificateRejection {
    fn into_response(self) -> Response {
        Problem::new(self.status()).detail(self.to_string()).source(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;
    use crate::http::Security;

    async fn extract(chain: Vec<Vec<u8>>) -> Result<ClientCertificate, ClientCertificateRejection> {
        let mut request = Request::new(Method::GET, "/");
        request.set_security(Security::new(Arc::new(Secured { client_chain: chain })));
        ClientCertificate::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn tells_what_the_certificate_says() {
        let mut params =
            CertificateParams::new(vec!["ada.example.org".to_owned(), "10.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Ada");
        params.serial_number = Some(vec![0x80, 0x0a].into());
        let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
        let found = extract(vec![der.clone(), b"next".to_vec()]).await.unwrap();
        assert_eq!((found.subject(), found.common_name()), ("CN=Ada", Some("Ada")));
        assert_eq!(found.dns_names().collect::<Vec<_>>(), ["ada.example.org"]);
        assert_eq!(found.ip_addresses().collect::<Vec<_>>(), ["10.0.0.1".parse::<IpAddr>().unwrap()]);
        assert_eq!((found.emails().count(), found.uris().count()), (0, 0));
        assert_eq!((found.serial().as_str(), found.der()), ("800A", &*der));
        assert_eq!(found.issuers().collect::<Vec<_>>(), [b"next"]);
        assert!(found.not_after() > SystemTime::now());
    }

    #[tokio::test]
    async fn a_client_without_one_is_refused() {
        let in_the_clear = ClientCertificate::from_request(&mut Request::new(Method::GET, "/"), &()).await;
        for found in [in_the_clear, extract(vec![]).await, extract(vec![b"no certificate".to_vec()]).await] {
            assert_eq!(found.unwrap_err().into_response().status(), 403);
        }
    }
}
