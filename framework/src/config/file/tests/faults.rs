//! What is wrong with a file, with its place.

use super::*;

#[test]
fn each_has_its_line_and_column_and_all_are_told() {
    check_faults(
        "prot: 80\nmax_body: 2mb\nworkers: [1, 2]\nkeep-alive-timeout: 75s\nlog:\nrequest_timeout: 75\n",
        &[
            "`prot` (service.yaml:1:1): no such setting; did you mean `port`?",
            "`max_body` (service.yaml:2:11): expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB, found \
                 `2mb`; did you mean `2MB`?",
            "`workers` (service.yaml:3:10): expected a whole number from 1 to 16384, found a list",
            "`keep-alive-timeout` (service.yaml:4:1): no such setting; did you mean `keep_alive_timeout`?",
            "`log` (service.yaml:5:1): expected `error`, `warn`, `info`, `debug` or `trace`, found an empty value",
            "`request_timeout` (service.yaml:6:18): expected a duration from 1ms to 8760h, in ms, s, m or h, such \
                 as 75s, found `75`; did you mean `75s`?",
        ],
    );
}

#[test]
fn a_conflict_names_the_place_in_the_file() {
    check_faults(
        "max_head: 4KiB\n",
        &[
            "`max_head` (service.yaml:1:11) = 4KiB must be at least 512B more than `max_request_target` (default) = \
               8KiB: 8704B or more",
        ],
    );
}

#[test]
fn what_is_no_yaml_or_more_than_is_read() {
    let rows: [(&str, &str); 15] = [
        ("port: 1\n\tlog: info\n", "service.yaml:2:1: a tab; YAML is indented by spaces"),
        ("profiles:\n\tdev: {}\n", "service.yaml:2:1: a tab; YAML is indented by spaces"),
        ("port: 1\nlog: info\nport: 2\n", "service.yaml:3:1: the key `port` is there already, on line 1"),
        ("app: {a: 1, a: 2}\n", "service.yaml:1:13: the key `a` is there already, on line 1"),
        ("app: &a\n  b: *a\n", "service.yaml:2:6: the alias stands inside of what it stands for"),
        ("app: *nobody\n", "service.yaml:1:6: while parsing node, found unknown anchor"),
        ("port: 1\n---\nport: 2\n", "service.yaml:2:1: a second document begins here; a file has one"),
        ("port: !!int 1\n", "service.yaml:1:13: the tag `!!int` is not read; write the value without it"),
        ("app: {<<: {}}\n", "service.yaml:1:7: merge keys are not read; lay values over others by a profile"),
        ("? [a]\n: 1\n", "service.yaml:1:3: a key must be a text, without a tag"),
        ("8080\n", "service.yaml:1:1: expected settings, as `port: 8080`, found `8080`"),
        ("- port\n", "service.yaml:1:1: expected settings, as `port: 8080`, found a list"),
        ("profiles: dev\n", "`profiles` (service.yaml:1:11): expected a mapping, found `dev`"),
        ("profiles: {dev: [1]}\n", "`dev` (service.yaml:1:17): expected a mapping, found a list"),
        ("app: 5\n", "`app` (service.yaml:1:6): expected a mapping, found `5`"),
    ];
    for (yaml, expected) in rows {
        check_faults(yaml, &[expected]);
    }
}

#[test]
fn what_is_wrong_with_the_syntax_has_a_place() {
    for (yaml, place) in [("port: [1\n", "service.yaml:1:7: "), ("a: b: c\n", "service.yaml:1:5: ")] {
        let folder = Place::with(yaml);
        let faults = folder.faults(folder.gather(&[], &[]).finish());
        assert!(matches!(&faults[..], [fault] if fault.starts_with(place)), "{faults:?}");
    }
}

#[test]
fn a_bomb_of_aliases_is_refused_before_it_is_large() {
    let mut yaml = "app:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        yaml += &format!("  a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
    }
    let text = "a file has at most 10000 values, copies by aliases among them";
    check_faults(&yaml, &[&format!("service.yaml:5:47: {text}")]);
    check_faults("- x\n".repeat(10_000), &[&format!("service.yaml:10000:3: {text}")]);
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let yaml = format!("app: {}{}\n", "[".repeat(70), "]".repeat(70));
    let folder = Place::with(yaml);
    let faults = folder.faults(folder.gather(&[], &[]).finish());
    assert!(matches!(&faults[..], [fault] if fault.starts_with("service.yaml:1:")), "{faults:?}");
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_who_named_it() {
    let place = Place::with("");
    place.put("binary", b"port: 1\nlog: \xff\n");
    fs::create_dir(place.0.path().join("d")).unwrap();
    place.put("large", vec![b'#'; (1 << 20) + 1]);
    let faults = |variables: &[(&str, &str)], arguments: &[&str]| {
        let faults = place.faults(place.gather(variables, arguments).finish());
        faults.join("\n").replace("/tmp", "").replace(place.0.path().to_str().unwrap(), "")
    };
    let config = "`--config` (command line)";
    let binary = faults(&[], &["--config={}/binary"]);
    assert!(binary.ends_with("` is not UTF-8, on line 2"), "{binary}");
    assert_eq!(
        faults(&[], &["--config", "nowhere.yaml"]),
        format!("{config}: there is no file `nowhere.yaml`")
    );
    assert_eq!(faults(&[("SERVER_CONFIG", "/")], &[]), "`SERVER_CONFIG` (environment): `/` is a folder");
    assert_eq!(faults(&[], &["--config="]), format!("{config}: names no file"));
    let large = faults(&[], &["--config={}/large"]);
    assert!(large.ends_with("is larger than 1MiB"), "{large}");
    let mut absent = FileSource::default();
    absent.set_path("nowhere.yaml".into());
    let absent =
        Settings::gather(Settings::default(), &absent, std::iter::empty(), std::iter::empty()).finish();
    assert_eq!(place.faults(absent), ["`config_file` (in the program): there is no file `nowhere.yaml`"]);
    assert_eq!(faults(&[], &["--config"]), format!("{config}: has no value; expected a YAML file"));
}

#[test]
fn an_unknown_profile_says_the_nearest() {
    let place = Place::with("profiles: {dev: {}, prod: {}}\n");
    let faults = place.faults(place.gather(&[], &["--profile", "prd"]).finish());
    assert_eq!(faults, ["`--profile` (command line): the file has no profile `prd`; did you mean `prod`?"]);
    let none = Settings::gather(
        Settings::default(),
        &FileSource::default(),
        [(OsString::from("SERVER_PROFILE"), OsString::from("dev"))].into_iter(),
        std::iter::empty(),
    );
    assert_eq!(
        place.faults(none.finish()),
        ["`SERVER_PROFILE` (environment): there is no file that has profiles; `--config` names one"]
    );
}

#[test]
fn a_profile_that_is_not_chosen_is_held_to_the_same_rules() {
    check_faults(
        "profiles:\n  dev:\n    prot: 1\n    profiles: {}\n",
        &[
            "`prot` (service.yaml:3:5): no such setting; did you mean `port`?",
            "`profiles` (service.yaml:4:5): no such setting; did you mean `profiles`?",
        ],
    );
}

#[test]
fn a_section_that_nobody_asks_for_is_refused() {
    let expected = "this program has no settings of its own, and asks for none";
    check_faults("app: {a: 1}\n", &[&format!("`app` (service.yaml:1:6): {expected}")]);
    let place = Place::with("");
    let faults = place.faults(place.gather(&[("SERVER_APP__A", "1")], &[]).finish());
    assert_eq!(faults, [format!("`app` (in the program): {expected}")]);
}

#[test]
fn what_others_wrote_cannot_forge_a_line() {
    check_faults(
        "\"a\\n  b\\e[2J\": 1\nport: \"1\\r2\"\n",
        &[
            "`a\\n  b\\u{1b}[2J` (service.yaml:1:1): no such setting; `--help` lists them all",
            "`port` (service.yaml:2:7): expected a port from 0 (any free one) to 65535, found `1\\r2`",
        ],
    );
}
