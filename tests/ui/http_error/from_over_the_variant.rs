#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(500)]
    #[from]
    File(std::io::Error),
}

fn main() {}
