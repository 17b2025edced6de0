#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(500)]
    Read(#[from] std::io::Error),
    #[status(503)]
    Write(#[from] std::io::Error),
}

fn main() {}
