use server::HttpError;

#[derive(Debug, HttpError)]
enum ApiError {
    #[status(500)]
    Storage {
        #[source]
        #[member]
        cause: std::io::Error,
    },
}

fn main() {}
