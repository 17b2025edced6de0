use server::HttpError;

#[derive(Debug, HttpError)]
enum ApiError {
    #[status(404)]
    NoSuchBook(#[member] u64),
}

fn main() {}
