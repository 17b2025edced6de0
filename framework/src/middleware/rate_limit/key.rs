//! Whose bucket a request takes from.

use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv6Addr};

use crate::extract::FromRequest;
use crate::http::{Request, Response};
use crate::respond::IntoResponse;

/// What tells clients of a [`RateLimit`](super::RateLimit) apart.
///
/// Implemented by what its constructors make; see those.
pub trait RateKey<S>: Send + Sync + 'static {
    /// Gives `hasher` what tells this request's client from others; or the answer to a request of nobody.
    #[doc(hidden)]
    fn feed<H: Hasher + Send>(
        &self,
        request: &mut Request,
        state: &S,
        hasher: H,
    ) -> impl Future<Output = Result<H, Box<Response>>> + Send;
}

/// The key is in the request itself.
#[derive(Clone, Copy)]
pub struct ByRequest(pub(super) Part);

/// Which part of the request is the key.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Client,
    Field(&'static str),
    Function(&'static (dyn Fn(&Request) -> Option<String> + Send + Sync)),
}

/// The key is what an extractor makes.
pub struct ByExtractor<T>(pub(super) PhantomData<fn() -> T>);

impl<S: Sync> RateKey<S> for ByRequest {
    async fn feed<H: Hasher + Send>(
        &self,
        request: &mut Request,
        _: &S,
        mut hasher: H,
    ) -> Result<H, Box<Response>> {
        match self.0 {
            Part::Client => of_client(request).hash(&mut hasher),
            Part::Field(name) => match request.header_values(name).next() {
                Some(value) => (1, value).hash(&mut hasher),
                None => of_client(request).hash(&mut hasher),
            },
            Part::Function(key) => match key(request) {
                Some(key) => (2, key).hash(&mut hasher),
                None => of_client(request).hash(&mut hasher),
            },
        }
        Ok(hasher)
    }
}

impl<S: Sync, T: FromRequest<S> + Hash + 'static> RateKey<S> for ByExtractor<T> {
    async fn feed<H: Hasher + Send>(
        &self,
        request: &mut Request,
        state: &S,
        mut hasher: H,
    ) -> Result<H, Box<Response>> {
        const {
            assert!(
                !T::TAKES_BODY,
                "the key of this `RateLimit` is made of the body, which would be read before it is known whether the \
                 request is within its limit: take the key from the head"
            );
        }
        match T::from_request(request, state).await {
            Ok(key) => {
                (3, key).hash(&mut hasher);
                Ok(hasher)
            }
            Err(refused) => Err(Box::new(refused.into_response())),
        }
    }
}

impl std::fmt::Debug for ByRequest {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Part::Client => f.write_str("Client"),
            Part::Field(name) => f.debug_tuple("Field").field(&name).finish(),
            Part::Function(_) => f.write_str("Function(..)"),
        }
    }
}

impl<T> std::fmt::Debug for ByExtractor<T> {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", std::any::type_name::<T>())
    }
}

/// The client's address; those without one, at a Unix socket, share a bucket.
#[inline]
fn of_client(request: &Request) -> impl Hash {
    (0, request.client_addr().map(|address| network(address.ip())))
}

/// An IPv4 address, or the /64 of an IPv6 one: a client has as many of those addresses as it likes.
#[inline]
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_an_address_or_a_network_of_version_6() {
        let rows = [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
            ("2001:db8:1:3::", "2001:db8:1:3::"),
            ("::1", "::"),
        ];
        for (address, expected) in rows {
            assert_eq!(network(address.parse().unwrap()), expected.parse::<IpAddr>().unwrap(), "{address}");
        }
    }
}
