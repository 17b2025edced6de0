use std::fs;
use std::io::Read;

use proc_macro2::Span;
use tempfile::TempDir;

use super::*;

#[track_caller]
fn check_fault(input: TokenStream, expected: &str) {
    let fault = expand(input).unwrap_err().to_string();
    assert!(fault.contains(expected), "{fault}");
}

#[test]
fn says_what_is_wrong_with_the_folder() {
    check_fault(quote!(public), "expected the folder between quotes");
    check_fault(quote!(), "expected the folder between quotes");
    check_fault(quote!("public", 7), "expected the folder between quotes");
    check_fault(quote!("no/such/folder"), "no/such/folder cannot be read");
    let empty = TempDir::new().unwrap();
    let path = LitStr::new(empty.path().to_str().unwrap(), Span::call_site());
    check_fault(quote!(#path), "there is no file in");
}

#[test]
fn files_are_in_the_order_of_their_names_and_those_with_a_dot_left_out() {
    let folder = TempDir::new().unwrap();
    for name in ["b.txt", "a/z.txt", ".env", ".well-known/x", "a/.hidden", "a-b"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    let found = read::folder(folder.path()).unwrap();
    let names: Vec<_> = found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["/.well-known/x", "/a-b", "/a/z.txt", "/b.txt"]);
    assert!(found.iter().all(|found| found.name.ends_with(std::str::from_utf8(&found.content).unwrap())));
    let path = LitStr::new(folder.path().to_str().unwrap(), Span::call_site());
    let expanded = expand(quote!(#path)).unwrap().to_string();
    assert_eq!(expanded.matches("include_bytes").count(), 4, "{expanded}");
}

#[cfg(unix)]
#[test]
fn a_link_to_where_it_stands_comes_to_an_end() {
    let folder = TempDir::new().unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("again")).unwrap();
    assert!(read::folder(folder.path()).unwrap_err().contains("folders deep"));
}

#[test]
fn what_is_compressed_is_the_same_again() {
    let content: Vec<u8> =
        (0..4000).flat_map(|number: u32| format!("line {number}\n").into_bytes()).collect();
    let (brotli, gzip) = (compress::brotli(&content).unwrap(), compress::gzip(&content).unwrap());
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(gzip.as_slice()).read_to_end(&mut text).unwrap();
    assert!(text == content && gzip.len() < content.len() / 2);
    text.clear();
    brotli::BrotliDecompress(&mut brotli.as_slice(), &mut text).unwrap();
    assert!(text == content && brotli.len() < content.len() / 2);
    assert_eq!((compress::gzip(b"short"), compress::brotli(&[7; 1000])), (None, None));
    // Nothing is gained of what looks like noise.
    let noise: Vec<u8> = (0..9000)
        .map(|number: u32| {
            number.wrapping_mul(2_654_435_761).to_be_bytes()[0] ^ hash(&number.to_be_bytes()).as_bytes()[3]
        })
        .collect();
    assert!(compress::gzip(&noise).is_none_or(|gzip| gzip.len() < noise.len() / 10 * 9));
}

#[test]
fn another_content_has_another_hash() {
    assert_eq!((hash(b"a").len(), hash(b"a") == hash(b"a"), hash(b"a") == hash(b"b")), (32, true, false));
}
