use server::get;

struct Basket;

#[get("/basket")]
async fn basket(basket: Basket) -> &'static str {
    let _ = basket;
    "basket"
}

const ROUTES: server::Routes = server::routes![basket];

fn main() {
    let _ = ROUTES;
}
