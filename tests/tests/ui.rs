//! One mistake is one compile error, on the token at fault: each case is a program with a mistake, or one that compiles.

#[test]
fn mistakes_are_told_once_and_in_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
    cases.pass("ui/*/pass/*.rs");
}
