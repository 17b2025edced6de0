use server::{Path, get};

#[get("/users/:id/posts/:post")]
async fn post(Path((id, post, page)): Path<(u64, u64, u64)>) -> String {
    format!("{id} {post} {page}")
}

const ROUTES: server::Routes = server::routes![post];

fn main() {
    drop(server::Server::new(ROUTES));
}
