//! [`Report`]: the answer to a probe.
//!
//! ```json
//! {"status":"fail","uptime_seconds":86400,"timestamp":"2026-11-21T09:03:15.123Z",
//!  "checks":{"database":{"status":"fail","reason":"timed out","checked":"2026-11-21T09:03:10.001Z","took_ms":2000}}}
//! ```

use std::time::{Duration, SystemTime};

use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde_core::ser::{Serialize, SerializeMap, Serializer};

use super::record::Told;
use crate::http::{Response, Shutdown};
use crate::log::Timestamp;
use crate::net::Sign;

/// What is told of a server at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    uptime: Duration,
    pub(crate) findings: Vec<Finding>,
}

/// What is told of one thing.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    name: String,
    /// Why it does not pass.
    reason: Option<String>,
    ran: Option<(SystemTime, Duration)>,
}

impl Report {
    #[inline]
    pub(super) fn new(uptime: Duration, findings: Vec<Finding>) -> Self {
        Self { uptime, findings }
    }

    /// Whether everything passes.
    #[inline]
    pub(crate) fn passes(&self) -> bool {
        self.findings.iter().all(|finding| finding.reason.is_none())
    }

    /// 200 or 503, with the report as JSON.
    #[inline]
    pub(crate) fn into_response(self) -> Response {
        let status = if self.passes() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        Response::new(status).header(CACHE_CONTROL, HeaderValue::from_static("no-store")).json(&self)
    }
}

impl Finding {
    /// Of a worker or an accept loop.
    #[inline]
    pub(super) fn of_sign(own: &str, sign: Sign) -> Self {
        let reason = sign.stuck.map(|stuck| match stuck {
            Duration::ZERO => "ended".to_owned(),
            stuck => format!("has not moved for {} s", stuck.as_secs()),
        });
        Self { name: format!("{own}{}", sign.name), reason, ran: None }
    }

    /// Of the server's end.
    #[inline]
    pub(super) fn of_shutdown(own: &str, shutdown: &Shutdown) -> Self {
        let reason = shutdown.is_requested().then(|| "shutting down".to_owned());
        Self { name: format!("{own}shutdown"), reason, ran: None }
    }

    /// Of a check of the application's.
    #[inline]
    pub(super) fn of_check(name: &str, told: Told) -> Self {
        let Told { fault, ran } = told;
        Self { name: name.to_owned(), reason: fault.map(|fault| fault.to_string()), ran }
    }
}

const fn status(passes: bool) -> &'static str {
    if passes { "pass" } else { "fail" }
}

impl Serialize for Report {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("status", status(self.passes()))?;
        map.serialize_entry("uptime_seconds", &self.uptime.as_secs())?;
        map.serialize_entry("timestamp", &Timestamp(SystemTime::now()).to_string())?;
        map.serialize_entry("checks", &Findings(&self.findings))?;
        map.end()
    }
}

struct Findings<'a>(&'a [Finding]);

impl Serialize for Findings<'_> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|finding| (&finding.name, finding)))
    }
}

impl Serialize for Finding {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("status", status(self.reason.is_none()))?;
        if let Some(reason) = &self.reason {
            map.serialize_entry("reason", reason)?;
        }
        if let Some((at, took)) = self.ran {
            map.serialize_entry("checked", &Timestamp(at).to_string())?;
            map.serialize_entry("took_ms", &(took.as_secs_f64() * 1000.0))?;
        }
        map.end()
    }
}
