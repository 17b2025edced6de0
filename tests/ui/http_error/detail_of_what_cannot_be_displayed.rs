#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(404)]
    #[detail("there is no user {0}")]
    NoSuchUser(Option<u64>),
}

fn main() {}
