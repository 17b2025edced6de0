use server::{Next, Request, Response, middleware};

struct Log;

impl Log {
    #[middleware]
    async fn log(request: Request, next: Next<'_>) -> Response {
        next.run(request).await
    }
}

fn main() {
    let _ = Log;
}
