#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(NOT_FUND)]
    NoSuchUser,
}

fn main() {}
