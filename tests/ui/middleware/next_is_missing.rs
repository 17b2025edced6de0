use server::{Request, Response, middleware};

#[middleware]
async fn log(request: Request) -> Response {
    Response::ok().text(request.path())
}

fn main() {}
