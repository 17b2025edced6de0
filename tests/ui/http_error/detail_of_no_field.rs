#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(404)]
    #[detail("there is no user {user}")]
    NoSuchUser { id: u64 },
}

fn main() {}
