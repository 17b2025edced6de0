use server::get;

#[get('/')]
async fn index() -> &'static str {
    "hello"
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    drop(server::Server::new(ROUTES));
}
