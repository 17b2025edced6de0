//! Another derive may write `Display`, `Error` and `From`; both read the same marks.

use server::{HttpError, Problem};

#[derive(Debug, thiserror::Error, HttpError)]
#[http_error(response_only)]
enum ApiError {
    #[error("user {0} was asked for and is not there")]
    #[status(404)]
    #[detail("user {0} does not exist")]
    NoSuchUser(u64),

    #[error("cannot read the file")]
    #[status(500)]
    File(#[from] std::io::Error),
}

fn main() {
    let problem = Problem::from(ApiError::NoSuchUser(7));
    assert_eq!(problem.detail_text(), Some("user 7 does not exist"));
    let problem = Problem::from(ApiError::from(std::io::Error::other("disk on fire")));
    assert_eq!(problem.detail_text(), None);
    let cause = problem.source_error().expect("the whole error is kept");
    assert_eq!(cause.to_string(), "cannot read the file");
    assert_eq!(cause.source().expect("and its own cause").to_string(), "disk on fire");
}
