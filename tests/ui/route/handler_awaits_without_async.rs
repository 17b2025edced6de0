use server::{Request, get};

#[get("/size")]
fn size(request: Request) -> String {
    let mut request = request;
    let body = request.take_body().collect(1024).await;
    format!("{}", body.map_or(0, |bytes| bytes.len()))
}

const ROUTES: server::Routes = server::routes![size];

fn main() {
    let _ = ROUTES;
}
