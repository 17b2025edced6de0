use server::get;

struct User;

#[get("/user")]
async fn user() -> User {
    User
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
