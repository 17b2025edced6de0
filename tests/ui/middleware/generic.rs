use server::{Next, Request, Response, State, middleware};

#[middleware]
async fn log<T: ToString>(label: State<T>, request: Request, next: Next<'_>) -> Response {
    println!("{}", label.to_string());
    next.run(request).await
}

fn main() {}
