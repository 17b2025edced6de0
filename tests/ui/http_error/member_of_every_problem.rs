use server::HttpError;

#[derive(Debug, HttpError)]
enum ApiError {
    #[status(404)]
    NoSuchBook {
        #[member]
        title: String,
    },
}

fn main() {}
