//! What is printed when the server starts: what runs, where, with what, and the routes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::config::{ListenAddr, Runtime};

/// The lines to print on stderr, without escapes; shown with a line feed at the end of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Banner<'a> {
    /// The program's name.
    pub(crate) name: &'a str,
    /// The version of this crate.
    pub(crate) version: &'a str,
    /// Every address that is listened on, with the port that was taken.
    pub(crate) addresses: &'a [ListenAddr],
    /// Every address from which clients are sent there.
    pub(crate) redirects: &'a [ListenAddr],
    /// What is spoken there: `http`, or `https`.
    pub(crate) scheme: &'static str,
    /// What else is to be known of that.
    pub(crate) note: Option<&'a str>,
    /// How the work is spread over threads.
    pub(crate) runtime: Runtime,
    /// How many threads serve connections.
    pub(crate) workers: usize,
    /// The routes, a line each, as `--routes` prints them.
    pub(crate) routes: &'a [String],
}

/// The most routes that are printed; `--routes` prints them all.
const MOST_ROUTES: usize = 40;

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runtime = match self.runtime {
            Runtime::PerCore => "a runtime each",
            #[cfg(feature = "shared-runtime")]
            Runtime::Shared => "one runtime",
        };
        let workers = if self.workers == 1 { "worker" } else { "workers" };
        writeln!(f, "{} on fingerpost {} ({} {workers}, {runtime})", self.name, self.version, self.workers)?;
        for address in self.addresses {
            match address.tcp() {
                Some(address) => writeln!(f, "  {}", Link(self.scheme, address))?,
                None => writeln!(f, "  {address}")?,
            }
        }
        for address in self.redirects {
            match address.tcp() {
                Some(address) => writeln!(f, "  {}, sent to {}", Link("http", address), self.scheme)?,
                None => writeln!(f, "  {address}, sent to {}", self.scheme)?,
            }
        }
        if let Some(note) = self.note {
            writeln!(f, "  {note}")?;
        }
        if !self.routes.is_empty() {
            writeln!(f)?;
        }
        for route in self.routes.iter().take(MOST_ROUTES) {
            writeln!(f, "  {route}")?;
        }
        match self.routes.len().saturating_sub(MOST_ROUTES) {
            0 => Ok(()),
            more => writeln!(f, "  ... and {more} more: --routes prints all"),
        }
    }
}

/// An address as a terminal makes it a link, which leads somewhere also where the server listens on all addresses.
struct Link(&'static str, SocketAddr);

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(scheme, address) = *self;
        let (loopback, all) = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => {
                (Some(Ipv4Addr::LOCALHOST.into()), " (on every IPv4 address)")
            }
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => (Some(Ipv6Addr::LOCALHOST.into()), " (on every address)"),
            IpAddr::V4(_) | IpAddr::V6(_) => (None, ""),
        };
        let address = loopback.map_or(address, |ip: IpAddr| SocketAddr::new(ip, address.port()));
        match (scheme, address.port()) {
            ("http", 80) | ("https", 443) if address.is_ipv4() => {
                write!(f, "{scheme}://{}{all}", address.ip())
            }
            ("http", 80) | ("https", 443) => write!(f, "{scheme}://[{}]{all}", address.ip()),
            _ => write!(f, "{scheme}://{address}{all}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner(addresses: &[&str], workers: usize, routes: usize) -> String {
        let addresses: Vec<_> = addresses.iter().map(|text| text.parse().expect("an address")).collect();
        let routes: Vec<_> =
            (1..=routes).map(|number| format!("GET /{number}  app::route{number}")).collect();
        let (name, version) = ("hello", "1.2.3");
        let runtime = Runtime::PerCore;
        let (scheme, note) = ("http", None);
        let redirects = &[];
        Banner {
            name,
            version,
            addresses: &addresses,
            redirects,
            scheme,
            note,
            runtime,
            workers,
            routes: &routes,
        }
        .to_string()
    }

    #[test]
    fn tells_that_tls_is_spoken_and_with_what() {
        let addresses =
            ["127.0.0.1:443", "[::1]:443", "127.0.0.1:80"].map(|text| text.parse().expect("an address"));
        let banner = Banner {
            name: "hello",
            version: "1.2.3",
            addresses: &addresses[..2],
            redirects: &addresses[2..],
            scheme: "https",
            note: Some("with a certificate"),
            runtime: Runtime::PerCore,
            workers: 2,
            routes: &[],
        };
        let expected = "hello on fingerpost 1.2.3 (2 workers, a runtime each)\n  https://127.0.0.1\n  https://[::1]\n  \
                        http://127.0.0.1, sent to https\n  with a certificate\n";
        assert_eq!(banner.to_string(), expected);
    }

    #[test]
    fn tells_what_runs_where_and_with_which_routes() {
        assert_eq!(
            banner(&["127.0.0.1:8080"], 2, 2),
            "hello on fingerpost 1.2.3 (2 workers, a runtime each)\n  http://127.0.0.1:8080\n\n  GET /1  app::route1\n  \
             GET /2  app::route2\n"
        );
        assert_eq!(
            banner(&["127.0.0.1:8080"], 1, 0),
            "hello on fingerpost 1.2.3 (1 worker, a runtime each)\n  http://127.0.0.1:8080\n"
        );
    }

    #[test]
    fn makes_links_that_lead_somewhere() {
        let rows = [
            ("10.1.2.3:81", "http://10.1.2.3:81"),
            ("10.1.2.3:80", "http://10.1.2.3"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080 (on every IPv4 address)"),
            ("[::]:8080", "http://[::1]:8080 (on every address)"),
            ("[::1]:80", "http://[::1]"),
            ("[fe80::1]:8080", "http://[fe80::1]:8080"),
            ("unix:/run/a.sock", "unix:/run/a.sock"),
            ("unix:@a", "unix:@a"),
        ];
        for (address, link) in rows {
            assert_eq!(banner(&[address], 2, 0).lines().nth(1).map(str::trim_start), Some(link));
        }
    }

    #[test]
    fn prints_forty_routes_and_counts_the_rest() {
        assert_eq!(banner(&[], 2, 40).lines().count(), 42);
        assert!(banner(&[], 2, 40).ends_with("GET /40  app::route40\n"));
        assert_eq!(banner(&[], 2, 41).lines().last(), Some("  ... and 1 more: --routes prints all"));
        assert_eq!(banner(&[], 2, 200).lines().last(), Some("  ... and 160 more: --routes prints all"));
    }
}
