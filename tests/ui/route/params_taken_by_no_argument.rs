use server::get;

#[get("/orgs/:org/users/:id")]
async fn user() -> &'static str {
    "user"
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
