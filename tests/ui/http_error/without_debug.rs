#[derive(server::HttpError)]
enum ApiError {
    #[status(404)]
    NoSuchUser(u64),
}

fn main() {}
