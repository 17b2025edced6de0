use server::get;

struct Colour;

#[get("/paint/:colour")]
async fn paint(colour: Colour) -> &'static str {
    let _ = colour;
    "paint"
}

const ROUTES: server::Routes = server::routes![paint];

fn main() {
    let _ = ROUTES;
}
