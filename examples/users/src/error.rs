//! What this API refuses, and with which status.

/// Each failure that a client can meet; it is answered as a problem document (RFC 9457).
#[derive(server::HttpError, Debug)]
pub(crate) enum ApiError {
    /// No user has this id.
    #[status(404)]
    #[detail("there is no user {0}")]
    NoSuchUser(i64),
    /// Another user has this address already.
    #[status(409)]
    #[detail("the address {0} belongs to another user")]
    EmailTaken(String),
    /// A profile that cannot be stored, and why.
    #[status(422)]
    #[detail("{0}")]
    BadProfile(String),
    /// A page that cannot be asked for, and why.
    #[status(400)]
    #[detail("{0}")]
    BadPage(String),
    /// The database failed; the log has the reason.
    #[status(500)]
    Store(#[from] sqlx::Error),
}
