use server::get;

#[get("/users")]
extern "C" fn users() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
