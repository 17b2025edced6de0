use server::get;

struct Basket;

#[get("/basket")]
async fn basket(basket: Basket) -> &'static str {
    let _ = basket;
    "basket"
}

fn main() {}
