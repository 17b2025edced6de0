#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(500)]
    #[detail("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
}

fn main() {}
