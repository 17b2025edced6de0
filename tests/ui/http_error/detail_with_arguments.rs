#[derive(server::HttpError, Debug)]
enum ApiError {
    #[status(404)]
    #[detail("there is no user {}", id)]
    NoSuchUser { id: u64 },
}

fn main() {
    drop(ApiError::NoSuchUser { id: 7 });
}
