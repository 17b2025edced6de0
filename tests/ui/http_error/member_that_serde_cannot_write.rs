use server::HttpError;

#[derive(Debug)]
struct Shelf;

#[derive(Debug, HttpError)]
enum ApiError {
    #[status(404)]
    NoSuchBook {
        #[member]
        shelf: Shelf,
    },
}

fn main() {}
