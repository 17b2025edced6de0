use server::get;

#[get("/echo/:text")]
async fn echo(text: &str) -> &str {
    text
}

const ROUTES: server::Routes = server::routes![echo];

fn main() {
    let _ = ROUTES;
}
