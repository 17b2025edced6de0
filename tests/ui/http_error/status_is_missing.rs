#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(404)]
    NoSuchUser(u64),
    NameTaken(String),
}

fn main() {}
