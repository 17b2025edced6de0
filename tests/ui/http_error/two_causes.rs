#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(500)]
    File {
        #[source]
        read: std::io::Error,
        #[source]
        write: std::io::Error,
    },
}

fn main() {}
