use server::get;

#[get("/users/:name")]
async fn user<'a>(name: &'a str) -> &'static str {
    let _ = name;
    "page"
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
