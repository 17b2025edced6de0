#[derive(Debug, server::HttpError)]
#[status(404)]
enum ApiError {
    #[status(404)]
    NoSuchUser,
}

fn main() {}
