#[derive(server::HttpError, Debug)]
enum ApiError {
    #[status(404, "no such user")]
    NoSuchUser,
}

fn main() {
    drop(ApiError::NoSuchUser);
}
