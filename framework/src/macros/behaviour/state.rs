use crate::{FromRequest, Method, Provides, Request, State};

#[derive(Clone, Debug, PartialEq)]
struct Name(&'static str);

#[derive(server::State, Clone)]
struct App<T>
where
    T: Clone,
{
    name: Name,
    port: u16,
    #[state(skip)]
    _admin_port: u16,
    extra: Vec<T>,
}

#[derive(server::State)]
struct Pair(u8, &'static str);

#[derive(server::State)]
struct Borrowed<'a, const LEN: usize>(&'a [u8; LEN]);

#[derive(server::State, Clone, PartialEq, Debug)]
struct Nothing;

fn app() -> App<char> {
    App { name: Name("fingerpost"), port: 80, _admin_port: 81, extra: vec!['a'] }
}

#[server::test]
async fn a_handler_gets_a_clone_of_the_field() {
    let (app, mut request) = (app(), Request::new(Method::GET, "/"));
    let Ok(name) = State::<Name>::from_request(&mut request, &app).await;
    assert_eq!(name.0, "fingerpost".into());
    let Ok(State(port)) = State::<u16>::from_request(&mut request, &app).await;
    assert_eq!(port, 80, "the skipped field of the same type is not asked");
    let Ok(State(whole)) = State::<App<char>>::from_request(&mut request, &app).await;
    assert_eq!(whole.extra, ['a']);
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Self {
        Self(name)
    }
}

#[test]
fn tuples_borrows_and_units_are_states() {
    let pair = Pair(7, "seven");
    assert_eq!((Provides::<u8>::provide(&pair), Provides::<&str>::provide(&pair)), (&7, &"seven"));
    assert_eq!(Provides::<&[u8; 2]>::provide(&Borrowed(&[1, 2])), &&[1, 2]);
    assert_eq!(Provides::<Nothing>::provide(&Nothing), &Nothing);
}

#[test]
fn derefs_to_what_it_holds() {
    assert_eq!(State(String::from("four")).len(), 4);
}
