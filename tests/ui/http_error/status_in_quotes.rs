#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status("404")]
    NoSuchUser,
}

fn main() {}
