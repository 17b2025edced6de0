//! Policies, and what is none.

use super::*;

#[track_caller]
fn refused(build: impl FnOnce() -> Csp + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(build).unwrap_err();
    crate::net::panic_text(panic.as_ref()).to_owned()
}

#[test]
fn directives_stand_in_the_order_in_which_they_were_added() {
    let policy = Csp::new()
        .default_src(&["'none'"])
        .script_src(&["'self'", "'strict-dynamic'", "'sha256-abc+/='", "https://*.example.org:*/a?b"])
        .img_src(&["data:", "blob:", "*"])
        .connect_src(&[])
        .require_trusted_types()
        .directive("upgrade-insecure-requests", &[]);
    let text = "default-src 'none'; script-src 'self' 'strict-dynamic' 'sha256-abc+/=' https://*.example.org:*/a?b; \
                img-src data: blob: *; connect-src; require-trusted-types-for 'script'; upgrade-insecure-requests";
    assert_eq!((policy.to_string().as_str(), policy.header_value("", "")), (text, text.parse().unwrap()));
    assert!(
        policy.has("connect-src") && policy.has("upgrade-insecure-requests") && policy.has("default-src")
    );
    assert!(
        !policy.has("script") && !policy.has("upgrade") && !policy.has("style-src") && !Csp::new().has("a")
    );
}

#[test]
fn what_would_say_something_else_is_refused() {
    let rows: [(&[&str], &str); 18] = [
        (&["'self'; script-src *"], "a source has no space"),
        (&["https://a.example,default-src"], "a source has no space"),
        (&["a;b"], "a source has no space"),
        (&["a\r\nset-cookie:x"], "a source has no space"),
        (&["a\u{1}"], "a source has no space"),
        (&["bücher.example"], "a source has no space"),
        (&[""], "not empty"),
        (&["self"], "takes this for the name of a host"),
        (&["none"], "takes this for the name of a host"),
        (&["unsafe-inline"], "takes this for the name of a host"),
        (&["sha256-abc"], "takes this for the name of a host"),
        (&["'none'", "'self'"], "stands alone"),
        (&["'nonce-abc'"], "a nonce is `Csp::NONCE`"),
        (&["'Self'"], "no such word in quotes"),
        (&["'sha1-abc'"], "no such word in quotes"),
        (&["'sha256-'"], "no such word in quotes"),
        (&["'sha256-a'b'"], "no such word in quotes"),
        (&["'"], "no such word in quotes"),
    ];
    for (sources, expected) in rows {
        let text = refused(|| Csp::new().script_src(sources));
        assert!(text.contains(expected), "{sources:?}: {text}");
    }
    assert!(refused(|| Csp::strict().default_src(&[])).contains("there already"));
    for name in ["", "Script-Src", "script src", "a;b", "a\r\n"] {
        assert!(refused(|| Csp::new().directive(name, &[])).contains("made of lower case"), "{name:?}");
    }
}

#[test]
fn it_has_a_bound() {
    let name = |len: usize| "a".repeat(len);
    assert_eq!(Csp::new().directive(&name(1024), &[]).to_string().len(), 1024);
    assert!(refused(|| Csp::new().directive(&name(1025), &[])).contains("1024 bytes at most"));
    assert!(refused(|| Csp::new().directive(&name(1000), &["'self'", &name(30)])).contains("1024 bytes"));
}

proptest::proptest! {
    #[test]
    fn no_source_adds_a_directive(source in "[ -~\r\n\0é]{0,12}") {
        let build = || Csp::new().default_src(&["'self'"]).img_src(&[&source]);
        if let Ok(policy) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(build)) {
            let value = policy.header_value("n", "");
            let text = value.to_str().unwrap();
            proptest::prop_assert_eq!(text.matches(';').count(), 1);
            proptest::prop_assert_eq!(text.split(' ').count(), 4);
        }
    }
}
