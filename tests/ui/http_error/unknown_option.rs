#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(404)]
    #[http_error(kind = "https://example.org/no-such-user")]
    NoSuchUser(u64),
}

fn main() {}
