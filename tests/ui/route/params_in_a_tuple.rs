use server::get;

#[get("/orgs/:org/users/:id")]
async fn user((org, id): (String, u64)) -> String {
    format!("{org}: {id}")
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
