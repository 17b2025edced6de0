//! The fields as answers take them: names and values that were looked at once, and not for each answer.
//!
//! A layer is a constant, which can hold no place for what is made when the program runs. So each thread keeps, of each
//! layer that it has met, what came of it.

use std::cell::RefCell;
use std::ptr;
use std::rc::Rc;

use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY, STRICT_TRANSPORT_SECURITY, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use super::{Csp, Hsts, SecurityHeaders};

/// The most layers whose fields a thread keeps; programs have one or two.
const MOST: usize = 8;

thread_local! {
    static KNOWN: RefCell<Vec<Rc<Ready>>> = const { RefCell::new(Vec::new()) };
}

/// What a layer adds.
#[derive(Debug)]
pub(super) struct Ready {
    of: SecurityHeaders,
    /// To each answer.
    pub(super) fields: Vec<(HeaderName, HeaderValue)>,
    /// To answers over TLS.
    pub(super) over_tls: Vec<(HeaderName, HeaderValue)>,
}

impl Ready {
    /// What is known of `headers`, or is made of it now.
    #[inline]
    pub(super) fn of(headers: &SecurityHeaders) -> Rc<Self> {
        KNOWN.with_borrow_mut(|known| {
            if let Some(ready) = known.iter().find(|ready| is_same(&ready.of, headers)) {
                return Rc::clone(ready);
            }
            if known.len() >= MOST {
                known.clear();
            }
            let ready = Rc::new(Self::new(headers));
            known.push(Rc::clone(&ready));
            ready
        })
    }

    #[inline]
    fn new(headers: &SecurityHeaders) -> Self {
        let plain = headers.plain.iter().filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_static((*value)?)))
        });
        let mut fields: Vec<_> = plain.collect();
        fields.extend(headers.framing.header_value().map(|value| (X_FRAME_OPTIONS, value)));
        for (name, policy) in headers.policies() {
            if !policy.has_nonce() {
                fields.push((name.clone(), headers.policy_value(&name, policy, "")));
            }
        }
        let over_tls = headers.hsts.map(|Hsts { max_age, subdomains }| {
            let subdomains = if subdomains { "; includeSubDomains" } else { "" };
            let value = HeaderValue::try_from(format!("max-age={}{subdomains}", max_age.as_secs()));
            (STRICT_TRANSPORT_SECURITY, value.expect("a number and a word"))
        });
        Self { of: *headers, fields, over_tls: over_tls.into_iter().collect() }
    }
}

impl SecurityHeaders {
    /// The policies, with the names of their fields.
    #[inline]
    pub(super) fn policies(&self) -> impl Iterator<Item = (HeaderName, &Csp)> {
        let enforced = self.csp.as_ref().map(|policy| (CONTENT_SECURITY_POLICY, policy));
        let reported =
            self.csp_report_only.as_ref().map(|policy| (CONTENT_SECURITY_POLICY_REPORT_ONLY, policy));
        enforced.into_iter().chain(reported)
    }

    /// The value of a policy's field, with who may have the page in a frame where the policy does not say it.
    #[inline]
    pub(super) fn policy_value(&self, name: &HeaderName, policy: &Csp, nonce: &str) -> HeaderValue {
        let says_it = *name == CONTENT_SECURITY_POLICY_REPORT_ONLY || policy.has("frame-ancestors");
        policy.header_value(nonce, if says_it { "" } else { self.framing.ancestors() })
    }
}

/// Whether two layers are the same; values are compared by where they lie, as they are constants of the program.
#[inline]
fn is_same(one: &SecurityHeaders, other: &SecurityHeaders) -> bool {
    let SecurityHeaders { plain, framing, csp, csp_report_only, hsts } = one;
    let is_same_value = |(one, other): (&(_, Option<&str>), &(_, Option<&str>))| match (one.1, other.1) {
        (Some(one), Some(other)) => ptr::eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    plain.iter().zip(&other.plain).all(is_same_value)
        && *framing == other.framing
        && *csp == other.csp
        && *csp_report_only == other.csp_report_only
        && *hsts == other.hsts
}
