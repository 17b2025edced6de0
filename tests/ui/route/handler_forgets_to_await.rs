use server::get;

async fn name_of(id: u64) -> String {
    format!("user {id}")
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    name_of(id)
}

const ROUTES: server::Routes = server::routes![get_user];

fn main() {
    let _ = ROUTES;
}
