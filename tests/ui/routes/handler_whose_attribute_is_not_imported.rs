use server::{Routes, routes};

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: Routes = routes![users];

fn main() {
    let _ = ROUTES;
}

#[cfg(test)]
mod tests {
    use super::*;
}
