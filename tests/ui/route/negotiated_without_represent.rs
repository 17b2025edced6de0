use server::{Accept, Negotiated, get};

struct Book;

#[get("/book")]
async fn book(accept: Accept) -> Negotiated<Book> {
    Negotiated::new(accept, Book)
}

const ROUTES: server::Routes = server::routes![book];

fn main() {
    let _ = ROUTES;
}
