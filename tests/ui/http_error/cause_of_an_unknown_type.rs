use server::HttpError;

#[derive(Debug, HttpError)]
enum ApiError {
    #[status(500)]
    Database(#[from] Box<DatabaseEror>),
}

fn main() {}
