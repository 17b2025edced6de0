#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(500)]
    File(#[source] String),
}

fn main() {}
