use server::{Routes, get, routes};

#[get("/v1/users/:id/name")]
async fn name(id: u64) -> String {
    format!("the name of {id}")
}

// A handler and a table of another crate.
const ROUTES: Routes = routes![name, fingerpost_tables::list, "/v1" => fingerpost_tables::ROUTES];

fn main() {
    assert_eq!(fingerpost_tables::show::url(7), "/users/7");
    assert_eq!(ROUTES.len(), 4);
}
