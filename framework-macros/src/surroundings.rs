//! Where a function stands in its file: what a macro cannot see of it, as it is given one item alone.
//!
//! Asked only to put in words what rustc would refuse anyway, several times over: a handler in an `impl`, which has no
//! room for the type beside it; one beside a module of its name, which is a type's name too; a function in a table that no
//! attribute makes a route; and a module in place of one. Where the file cannot be read, has several functions of the name,
//! or anything else leaves a doubt, nothing is known, and rustc says what it has to say.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// What is known of the place of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing that would forbid a type of its name.
    Free,
    /// Between the braces of an `impl` or a `trait`.
    Associated,
    /// In a module that has another one of the function's name.
    BesideModule,
    /// It is no function, but the one module of this name.
    Module,
    /// In the module of a table or a route that names it, and no attribute could make it a handler or a middleware.
    Plain,
}

/// Where the one function called `name` stands in the file that the name was written in.
pub(crate) fn place_of(name: &Ident) -> Place {
    if !proc_macro::is_available() {
        // A test of this crate, where nothing stands in a file.
        return Place::Free;
    }
    let span = name.span().unwrap();
    let Some(file) = span.local_file() else { return Place::Free };
    let source = source_of(&file);
    if !source.has(&name.to_string(), span.line(), span.column()) {
        return Place::Free;
    }
    source.functions().get(&name.unraw().to_string()).copied().unwrap_or(Place::Free)
}

/// The same for a function that an attribute stands over, where the file need seldom be read in full: at the beginning of a
/// line nothing stands in an `impl`, as code is laid out.
pub(crate) fn place_below(name: &Ident) -> Place {
    if proc_macro::is_available()
        && proc_macro::Span::call_site().column() == 1
        && let Some(file) = name.span().unwrap().local_file()
        && !source_of(&file).modules.contains(&name.unraw().to_string())
    {
        return Place::Free;
    }
    place_of(name)
}

/// The functions of a file that are not free, by name.
type Functions = HashMap<String, Place>;

/// A file as it was read.
#[derive(Default)]
struct Source {
    text: String,
    /// The words behind each `mod `.
    modules: HashSet<String>,
    /// Read when they are asked for, as that takes longer than all that a macro does of itself.
    functions: OnceCell<Functions>,
}

impl Source {
    fn new(text: String) -> Self {
        let behind = text.split("mod ").skip(1);
        let names = behind.map(|rest| {
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("r#").unwrap_or(rest);
            rest.chars().take_while(|&letter| letter.is_alphanumeric() || letter == '_').collect()
        });
        Self { modules: names.collect(), text, functions: OnceCell::new() }
    }

    fn functions(&self) -> &Functions {
        self.functions.get_or_init(|| self.text.parse().ok().map(read).unwrap_or_default())
    }

    /// Whether `name` stands at this place, both counted from 1. It does not where the place is one of another text, as of
    /// an example in a comment, which rustdoc says to be of the file around it.
    fn has(&self, name: &str, line: usize, column: usize) -> bool {
        let (Some(line), Some(column)) = (line.checked_sub(1), column.checked_sub(1)) else { return false };
        let line = self.text.lines().nth(line).unwrap_or_default();
        line.char_indices()
            .nth(column)
            .and_then(|(at, _)| line.get(at..))
            .is_some_and(|rest| rest.starts_with(name))
    }
}

thread_local! {
    /// The files that were read: one compilation sees each as it is.
    static FILES: RefCell<HashMap<PathBuf, Rc<Source>>> = RefCell::default();
}

fn source_of(file: &Path) -> Rc<Source> {
    let known = FILES.with_borrow(|files| files.get(file).cloned());
    known.unwrap_or_else(|| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let source = Rc::new(Source::new(text));
        FILES.with_borrow_mut(|files| files.insert(file.to_owned(), Rc::clone(&source)));
        source
    })
}

fn read(file: TokenStream) -> Functions {
    let mut seen = HashMap::new();
    block(file, false, &mut seen);
    let once = seen.into_iter().filter_map(|(name, places)| match places.as_slice() {
        [place @ (Place::Associated | Place::BesideModule | Place::Module | Place::Plain)] => {
            Some((name, *place))
        }
        _ => None,
    });
    once.collect()
}

/// Notes the functions between two braces, or of a whole file, and of all blocks inside. Gives the names that its tables
/// list.
fn block(tokens: TokenStream, associated: bool, seen: &mut HashMap<String, Vec<Place>>) -> HashSet<String> {
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
        seen.entry(name.clone()).or_default().push(Place::Module);
    }
    for (name, plain) in std::mem::take(&mut block.functions) {
        let place = if associated { Place::Associated } else { block.place(&name, plain) };
        seen.entry(name).or_default().push(place);
    }
    block.listed
}

/// What stands between two braces.
#[derive(Default)]
struct Block {
    /// Each with whether no attribute changes it.
    functions: Vec<(String, bool)>,
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
                self.functions.push((name, !item.annotated));
                // What stands in its own signature is no `impl` block.
                *item = Item { is: Is::Function, ..Item::default() };
            }
            "mod" => {
                item.is = Is::Module;
                if !item.conditional {
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

    fn place(&self, name: &str, plain: bool) -> Place {
        if self.modules.contains(name) {
            return Place::BesideModule;
        }
        let unrouted = plain && self.listed.contains(name) && !self.types.contains(name);
        if unrouted { Place::Plain } else { Place::Free }
    }
}

/// What was seen of the item that is being read.
#[derive(Default)]
struct Item {
    /// The last word.
    word: Option<Ident>,
    /// It stands under a `#[cfg]`.
    conditional: bool,
    /// It stands under an attribute that may be anything.
    annotated: bool,
    is: Is,
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
        let Some(TokenTree::Ident(first)) = brackets.stream().into_iter().next() else { return };
        self.conditional |= first == "cfg" || first == "cfg_attr";
        if !HARMLESS.iter().any(|name| first == name) {
            self.annotated = true;
            // Middleware stands in `with = [...]`.
            names(brackets.stream(), listed);
        }
    }
}

/// Attributes after which a function is no route yet.
const HARMLESS: &[&str] = &["allow", "deny", "deprecated", "doc", "expect", "inline", "must_use", "warn"];

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
        let mut found: Vec<_> = read(tokens(file)).into_iter().collect();
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
        check("#[get(\"/\")] async fn list() {} const ROUTES: Routes = routes![list];", &[]);
        check("fn auth() {} #[get(\"/\", with = [auth])] fn a() {}", &[("auth", Place::Plain)]);
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
    fn finds_the_names_of_modules_without_reading_the_file() {
        let source =
            Source::new("mod a;\npub mod  b_2 {}\nmod r#in {} // a mod of é\nfn model() {}".to_owned());
        let mut names: Vec<_> = source.modules.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "b_2", "in", "of"]);
        assert!(source.functions.get().is_none());
    }

    #[test]
    fn a_place_in_another_text_is_not_the_files() {
        let source = Source::new("//! é\n/// fn ip() {}\nfn r#ip() {}\n".to_owned());
        for (name, line, column, expected) in [
            ("r#ip", 3, 4, true),
            ("ip", 2, 8, true),
            // As rustdoc has it, which leaves out what makes it a comment.
            ("ip", 2, 4, false),
            ("ip", 1, 4, false),
            ("ip", 9, 4, false),
            ("ip", 2, 99, false),
            ("ip", 0, 0, false),
        ] {
            assert_eq!(source.has(name, line, column), expected, "{name} {line}:{column}");
        }
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
