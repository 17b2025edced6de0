use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

#[get("/files/*path")]
async fn file(path: String) -> String {
    path
}

#[server::scope(prefix = "/files")]
mod files {
    use server::get;

    #[get("/*rest")]
    pub async fn any(rest: String) -> String {
        rest
    }
}

const ROUTES: Routes = routes![index, get_user, file, ..files::ROUTES];

fn main() {
    let _ = ROUTES;
}
