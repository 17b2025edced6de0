#[derive(server::HttpError, Debug)]
enum ApiError {
    #[status(700)]
    NoSuchUser,
}

fn main() {
    drop(ApiError::NoSuchUser);
}
