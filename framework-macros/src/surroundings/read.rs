//! The functions of a file, and what stands around each.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

use super::Place;
use super::imports::Imports;
use super::source::Functions;

/// The functions of a file that imports these.
pub(super) fn read(file: TokenStream, imports: &Imports) -> Functions {
    let mut seen = Seen { imports, places: HashMap::new() };
    block(file, false, &mut seen);
    let once = seen.places.into_iter().filter_map(|(name, places)| match places.as_slice() {
        [Place::Free] | [] => None,
        [place] => Some((name, *place)),
        [first, rest @ ..] => {
            let repeated = *first == Place::Repeated && rest.iter().all(|place| place == first);
            repeated.then_some((name, Place::Repeated))
        }
    });
    once.collect()
}

/// What was seen of a file so far.
struct Seen<'a> {
    imports: &'a Imports,
    /// All functions of a name, and modules where nothing else has it.
    places: HashMap<String, Vec<Place>>,
}

/// Notes the functions between two braces, or of a whole file, and of all blocks inside. Gives the names that its tables
/// list.
fn block(tokens: TokenStream, associated: bool, seen: &mut Seen<'_>) -> HashSet<String> {
    let mut block = Block::default();
    let mut item = Item::default();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(word) => {
                if let Some(TokenTree::Ident(name)) = trees.peek() {
                    block.declare(&word, name.unraw().to_string(), &mut item);
                }
                item.see(word);
            }
            TokenTree::Group(group) => {
                if item.word.as_ref().is_some_and(|word| word == "routes") {
                    names(group.stream(), &mut block.listed);
                } else if item.is == Is::Import {
                    names(group.stream(), &mut block.types);
                } else if group.delimiter() == Delimiter::Brace {
                    let listed = self::block(group.stream(), item.is == Is::Associating, seen);
                    // A function's body has the names around it; a module's content has not.
                    if item.is != Is::Module {
                        block.listed.extend(listed);
                    }
                    item = Item::default();
                } else if group.delimiter() == Delimiter::Bracket {
                    item.attribute(&group, &mut block.listed);
                } else {
                    block.listed.extend(self::block(group.stream(), false, seen));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => item = Item::default(),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        if item.is == Is::Import
            && let Some(word) = &item.word
        {
            block.types.insert(word.unraw().to_string());
        }
    }
    for name in block.modules.iter().filter(|name| !block.has_other_than_module(name)) {
        seen.places.entry(name.clone()).or_default().push(Place::Module);
    }
    let functions = std::mem::take(&mut block.functions);
    let repeated = repeated(&functions);
    for (name, standing) in &functions {
        let place = if associated {
            Place::Associated
        } else if repeated.contains(name) {
            Place::Repeated
        } else {
            block.place(name, standing, seen.imports)
        };
        seen.places.entry(name.clone()).or_default().push(place);
    }
    block.listed
}

/// The names that several functions of a block have, whatever conditions hold.
fn repeated(functions: &[(String, Standing)]) -> HashSet<String> {
    let (mut once, mut again) = (HashSet::new(), HashSet::new());
    for (name, _) in functions {
        if !once.insert(name) {
            again.insert(name.clone());
        }
    }
    for (name, _) in functions.iter().filter(|(_, standing)| *standing == Standing::Conditional) {
        again.remove(name);
    }
    again
}

/// What stands between two braces.
#[derive(Default)]
struct Block {
    /// Each with what it stands under.
    functions: Vec<(String, Standing)>,
    modules: HashSet<String>,
    /// Names that are types, or may be.
    types: HashSet<String>,
    /// What its tables list.
    listed: HashSet<String>,
}

impl Block {
    fn declare(&mut self, word: &Ident, name: String, item: &mut Item) {
        match word.to_string().as_str() {
            "fn" => {
                self.functions.push((name, std::mem::take(&mut item.standing)));
                // What stands in its own signature is no `impl` block.
                *item = Item { is: Is::Function, ..Item::default() };
            }
            "mod" => {
                item.is = Is::Module;
                if item.standing != Standing::Conditional {
                    self.modules.insert(name);
                }
            }
            "struct" | "enum" | "type" | "union" => drop(self.types.insert(name)),
            _ => {}
        }
    }

    /// Whether a function or a type has this name too.
    fn has_other_than_module(&self, name: &str) -> bool {
        self.types.contains(name) || self.functions.iter().any(|(function, _)| function == name)
    }

    fn place(&self, name: &str, standing: &Standing, imports: &Imports) -> Place {
        if self.modules.contains(name) {
            return Place::BesideModule;
        }
        if self.types.contains(name) {
            return Place::Free;
        }
        match standing {
            Standing::Plain if self.listed.contains(name) => Place::Plain,
            Standing::Ours(word) if !imports.may_have(word) => Place::Unimported,
            Standing::Plain | Standing::Ours(_) | Standing::Annotated | Standing::Conditional => Place::Free,
        }
    }
}

/// What was seen of the item that is being read.
#[derive(Default)]
struct Item {
    /// The last word.
    word: Option<Ident>,
    standing: Standing,
    is: Is,
}

/// Which attributes stand over an item.
#[derive(Default, PartialEq, Eq)]
enum Standing {
    /// None that makes something else of it.
    #[default]
    Plain,
    /// One that is called like one of ours, by its name alone.
    Ours(String),
    /// One that may be anything.
    Annotated,
    /// A `#[cfg]`, whatever else there is.
    Conditional,
}

/// What kind of an item it is, as far as that says something of the braces that follow.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Is {
    #[default]
    Unknown,
    Import,
    Module,
    Function,
    /// An `impl` or a `trait`.
    Associating,
}

impl Item {
    fn see(&mut self, word: Ident) {
        if self.is == Is::Unknown && (word == "impl" || word == "trait") {
            self.is = Is::Associating;
        } else if self.is == Is::Unknown && word == "use" {
            self.is = Is::Import;
        }
        self.word = Some(word);
    }

    /// Takes in what may be the brackets of an attribute.
    fn attribute(&mut self, brackets: &Group, listed: &mut HashSet<String>) {
        let mut trees = brackets.stream().into_iter();
        let Some(TokenTree::Ident(first)) = trees.next() else { return };
        let is_alone = matches!(trees.next(), None | Some(TokenTree::Group(_)));
        if !HARMLESS.iter().any(|name| first == name) {
            if first == "cfg" || first == "cfg_attr" {
                self.standing = Standing::Conditional;
            } else if self.standing == Standing::Conditional {
            } else if is_alone && OURS.iter().any(|name| first == name) {
                self.standing = Standing::Ours(first.to_string());
            } else if self.standing == Standing::Plain {
                self.standing = Standing::Annotated;
            }
            // Middleware stands in `with = [...]`.
            names(brackets.stream(), listed);
        }
    }
}

/// Attributes after which a function is no route yet.
const HARMLESS: &[&str] = &["allow", "deny", "deprecated", "doc", "expect", "inline", "must_use", "warn"];

/// Attributes that make of a function what a table lists.
const OURS: &[&str] = &["route", "get", "post", "put", "patch", "delete", "head", "options", "middleware"];

/// All names among the tokens.
fn names(tokens: TokenStream, found: &mut HashSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => drop(found.insert(name.unraw().to_string())),
            TokenTree::Group(group) => names(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tokens;

    #[track_caller]
    fn check(file: &str, expected: &[(&str, Place)]) {
        let mut found: Vec<_> = read(tokens(file), &Imports::of(file)).into_iter().collect();
        found.sort_by(|first, second| first.0.cmp(&second.0));
        let expected: Vec<_> = expected.iter().map(|(name, place)| ((*name).to_owned(), *place)).collect();
        assert_eq!(found, expected, "{file}");
    }

    #[test]
    fn finds_functions_in_an_impl() {
        check("struct A; impl A { #[get(\"/\")] async fn list() {} }", &[("list", Place::Associated)]);
        check("trait A { fn list(); }", &[("list", Place::Associated)]);
        check(
            "mod a { impl<T> B<T> for C { fn r#in() {} } }",
            &[("a", Place::Module), ("in", Place::Associated)],
        );
    }

    #[test]
    fn finds_modules_of_a_functions_name() {
        check("mod users; fn users() {}", &[("users", Place::BesideModule)]);
        check(
            "mod a { pub async fn users() {} pub mod users { } }",
            &[("a", Place::Module), ("users", Place::BesideModule)],
        );
        check("use b::users; mod users {} struct c; mod c; mod d;", &[("d", Place::Module)]);
    }

    #[test]
    fn finds_functions_that_a_table_lists_and_nothing_routes() {
        let listed = [("list", Place::Plain)];
        check("fn list() {} const ROUTES: Routes = routes![list];", &listed);
        check(
            "/// Doc.\n#[allow(x)] pub async fn list() {} fn main() { run(server::routes![a, list]) }",
            &listed,
        );
        check("#[server::get(\"/\")] async fn list() {} const ROUTES: Routes = routes![list];", &[]);
        check("fn auth() {} #[server::get(\"/\", with = [auth])] fn a() {}", &[("auth", Place::Plain)]);
        check(
            "fn list() {} mod a { use b::list; const ROUTES: Routes = routes![list]; }",
            &[("a", Place::Module)],
        );
        check("use a::{list}; fn list() {} const ROUTES: Routes = routes![list];", &[]);
        check("use a::list; fn list() {} const ROUTES: Routes = routes![list];", &[]);
        check("struct list; fn list() {} const ROUTES: Routes = routes![list];", &[]);
        check(
            "const ROUTES: Routes = routes![list]; mod tests { fn list() {} }",
            &[("tests", Place::Module)],
        );
    }

    #[test]
    fn finds_attributes_that_nothing_imports() {
        let unimported = [("list", Place::Unimported)];
        check("use server::routes; #[get(\"/\")] async fn list() {}", &unimported);
        check(
            "#[middleware] async fn list() {} mod tests { use super::*; }",
            &[("list", Place::Unimported), ("tests", Place::Module)],
        );
        for import in [
            "use server::get;",
            "use server::{self, get as g};",
            "use server::*;",
            "use super::*;",
            "#[macro_use] extern crate server;",
            "macro_rules! import { () => {} }",
        ] {
            check(&format!("{import} #[get(\"/\")] async fn list() {{}}"), &[]);
        }
        check("#[server::get(\"/\")] async fn list() {}", &[]);
        check("#[instrument] #[test] fn list() {}", &[]);
    }

    #[test]
    fn finds_functions_of_one_name() {
        let twice = [("list", Place::Repeated)];
        check("#[get(\"/\")] fn list() {} fn other() {} #[get(\"/a\")] fn list() {}", &twice);
        check("#[cfg(unix)] fn list() {} #[cfg(not(unix))] fn list() {}", &[]);
        check("fn list() {} fn a() { fn list() {} }", &[]);
    }

    #[test]
    fn knows_nothing_where_it_cannot_be_sure() {
        check("#[cfg(unix)] mod users; fn users() {}", &[]);
        check("mod users { fn list() {} } fn main() {} mod a { fn users() {} }", &[("a", Place::Module)]);
        check("impl A { fn list() {} } #[get(\"/\")] fn list() {}", &[]);
        check("fn list(a: impl Copy) -> impl Copy { fn inner() {} inner() }", &[]);
        check(
            "impl A { fn a() { fn inner() {} } } static B: u8 = { fn c() {} 1 };",
            &[("a", Place::Associated)],
        );
    }
}
