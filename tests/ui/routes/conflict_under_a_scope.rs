use server::{Routes, get, routes};

#[get("/orgs/:org/users")]
async fn list_users(org: &str) -> String {
    format!("users of {org}")
}

#[server::scope(prefix = "/orgs/:name")]
mod orgs {
    use server::get;

    #[get("/users")]
    pub async fn users(name: &str) -> String {
        format!("users of {name}")
    }
}

const ROUTES: Routes = routes![list_users, ..orgs::ROUTES];

fn main() {
    let _ = ROUTES;
}
