#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(200)]
    NothingToDo,
}

fn main() {}
