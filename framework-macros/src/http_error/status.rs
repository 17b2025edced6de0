//! The statuses that an error can have: those that `http::StatusCode` names, and every number from 400 to 599.

/// The client's and the server's errors by their name in `http::StatusCode`, with their reason phrase (RFC 9110 §15.5,
/// §15.6 and the IANA registry).
const NAMED: [(&str, u16, &str); 40] = [
    ("BAD_REQUEST", 400, "Bad Request"),
    ("UNAUTHORIZED", 401, "Unauthorized"),
    ("PAYMENT_REQUIRED", 402, "Payment Required"),
    ("FORBIDDEN", 403, "Forbidden"),
    ("NOT_FOUND", 404, "Not Found"),
    ("METHOD_NOT_ALLOWED", 405, "Method Not Allowed"),
    ("NOT_ACCEPTABLE", 406, "Not Acceptable"),
    ("PROXY_AUTHENTICATION_REQUIRED", 407, "Proxy Authentication Required"),
    ("REQUEST_TIMEOUT", 408, "Request Timeout"),
    ("CONFLICT", 409, "Conflict"),
    ("GONE", 410, "Gone"),
    ("LENGTH_REQUIRED", 411, "Length Required"),
    ("PRECONDITION_FAILED", 412, "Precondition Failed"),
    ("PAYLOAD_TOO_LARGE", 413, "Payload Too Large"),
    ("URI_TOO_LONG", 414, "URI Too Long"),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type"),
    ("RANGE_NOT_SATISFIABLE", 416, "Range Not Satisfiable"),
    ("EXPECTATION_FAILED", 417, "Expectation Failed"),
    ("IM_A_TEAPOT", 418, "I'm a teapot"),
    ("MISDIRECTED_REQUEST", 421, "Misdirected Request"),
    ("UNPROCESSABLE_ENTITY", 422, "Unprocessable Entity"),
    ("LOCKED", 423, "Locked"),
    ("FAILED_DEPENDENCY", 424, "Failed Dependency"),
    ("TOO_EARLY", 425, "Too Early"),
    ("UPGRADE_REQUIRED", 426, "Upgrade Required"),
    ("PRECONDITION_REQUIRED", 428, "Precondition Required"),
    ("TOO_MANY_REQUESTS", 429, "Too Many Requests"),
    ("REQUEST_HEADER_FIELDS_TOO_LARGE", 431, "Request Header Fields Too Large"),
    ("UNAVAILABLE_FOR_LEGAL_REASONS", 451, "Unavailable For Legal Reasons"),
    ("INTERNAL_SERVER_ERROR", 500, "Internal Server Error"),
    ("NOT_IMPLEMENTED", 501, "Not Implemented"),
    ("BAD_GATEWAY", 502, "Bad Gateway"),
    ("SERVICE_UNAVAILABLE", 503, "Service Unavailable"),
    ("GATEWAY_TIMEOUT", 504, "Gateway Timeout"),
    ("HTTP_VERSION_NOT_SUPPORTED", 505, "HTTP Version Not Supported"),
    ("VARIANT_ALSO_NEGOTIATES", 506, "Variant Also Negotiates"),
    ("INSUFFICIENT_STORAGE", 507, "Insufficient Storage"),
    ("LOOP_DETECTED", 508, "Loop Detected"),
    ("NOT_EXTENDED", 510, "Not Extended"),
    ("NETWORK_AUTHENTICATION_REQUIRED", 511, "Network Authentication Required"),
];

/// The number of the status called `name`.
pub(super) fn by_name(name: &str) -> Option<u16> {
    NAMED.iter().find(|(known, ..)| *known == name).map(|(_, code, _)| *code)
}

/// The name of the status `code`, where it has one.
pub(super) fn name(code: u16) -> Option<&'static str> {
    NAMED.iter().find(|(_, known, _)| *known == code).map(|(name, ..)| *name)
}

/// The reason phrase of `code`; that of its class where it has none.
pub(super) fn reason(code: u16) -> &'static str {
    let known = NAMED.iter().find(|(_, known, _)| *known == code).map(|(.., reason)| *reason);
    known.unwrap_or(if code >= 500 { "Server Error" } else { "Client Error" })
}

/// The name and number that `name` is probably meant to be; `None` where nothing is near.
pub(super) fn nearest(name: &str) -> Option<(&'static str, u16)> {
    let name = crate::nearest::nearest(name, NAMED.iter().map(|(known, ..)| *known))?;
    by_name(name).map(|code| (name, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_each_name_both_ways() {
        for (written, code, phrase) in NAMED {
            assert_eq!((by_name(written), name(code), reason(code)), (Some(code), Some(written), phrase));
        }
        assert_eq!((by_name("OK"), name(200), name(499)), (None, None, None));
        assert_eq!((reason(499), reason(599)), ("Client Error", "Server Error"));
    }

    #[test]
    fn finds_the_name_that_was_meant() {
        assert_eq!(nearest("NOT_FUND"), Some(("NOT_FOUND", 404)));
        assert_eq!(nearest("not_found"), Some(("NOT_FOUND", 404)));
        assert_eq!(nearest("TO_MANY_REQUESTS"), Some(("TOO_MANY_REQUESTS", 429)));
        assert_eq!(nearest("OK"), None);
    }
}
