#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(500)]
    File(#[from] std::io::Error, &'static str),
}

fn main() {}
