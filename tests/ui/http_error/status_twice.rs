#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(404)]
    #[status(410)]
    NoSuchUser,
}

fn main() {}
