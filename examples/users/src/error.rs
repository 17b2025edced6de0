//! What this API refuses, and with which status.

/// What a function of this API gives.
pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

/// Each failure that a client can meet; it is answered as a problem document (RFC 9457).
#[derive(server::HttpError, Debug)]
pub(crate) enum ApiError {
    /// No user has this id.
    #[status(404)]
    #[detail("there is no user {id}")]
    NoSuchUser {
        #[member]
        id: i64,
    },
    /// Another user has this address already.
    #[status(409)]
    #[detail("the address {email} belongs to another user")]
    EmailTaken {
        #[member]
        email: String,
    },
    /// The database failed; the log has the reason.
    #[status(500)]
    Store(#[from] sqlx::Error),
}
