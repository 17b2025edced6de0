//! The application's own section as a value of its own type.

use super::*;

#[test]
fn is_a_value_of_the_applications_own_type() {
    let yaml = "app:\n  greeting: 1.10\n  retries: 3\n  ratio: .5\n  mode: very-safe\n  names: [a, 'b', 3]\n  every: \
                    90s\n  largest: 1KiB\n  labels: {yes: no, 1: true}\n  database:\n    url: db\n    password: \
                    hunter2\n";
    let database =
        Database { url: "db".to_owned(), password: Secret::new("hunter2"), pin: None, connections: 10 };
    let labels = [("yes", "no"), ("1", "true")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let expected = App {
        greeting: "1.10".to_owned(),
        retries: 3,
        ratio: Some(0.5),
        mode: Mode::VerySafe,
        names: ["a", "b", "3"].map(str::to_owned).to_vec(),
        every: Duration::from_secs(90),
        largest: 1024,
        database: Some(database),
        labels: labels.into(),
    };
    assert_eq!(app(yaml, &[], &[]), expected);
}

#[test]
fn a_profile_the_environment_and_the_command_line_lie_over_it_key_by_key() {
    let yaml = "app:\n  greeting: Hi\n  retries: 1\n  mode: {limited: 4}\n  database: {url: a, password: b}\nprofiles:\n  \
                    p:\n    app:\n      retries: 2\n      database: {url: c}\n";
    let plain = app(yaml, &[], &[]);
    assert_eq!((plain.retries, plain.mode), (1, Mode::Limited(4)));
    let variables = [("SERVER_APP__DATABASE__CONNECTIONS", "7"), ("SERVER_APP__RETRIES", "5")];
    let laid = app(yaml, &variables, &["--profile", "p", "--app.greeting=Hello", "--app.retries", "6"]);
    let database = laid.database.unwrap();
    assert_eq!((&*laid.greeting, laid.retries), ("Hello", 6));
    assert_eq!((&*database.url, database.password.reveal(), database.connections), ("c", "b", 7));
}

#[test]
fn needs_no_file() {
    let variables = [("SERVER_APP__GREETING", "Hi"), ("SERVER_APP__DATABASE__URL", "tcp://db:1")];
    let found = app("", &variables, &["--app.database.password=x"]);
    assert_eq!((&*found.greeting, &*found.database.unwrap().url), ("Hi", "tcp://db:1"));
}

#[test]
fn a_variable_may_name_a_file_with_the_secret() {
    let place = Place::with("app: {greeting: a, database: {url: b, password: other}}\n");
    place.put("db", "hunter2\n");
    let mut gathered = place.gather(&[("SERVER_APP__DATABASE__PASSWORD_FILE", "{}/db")], &[]);
    assert_eq!(gathered.claim::<App>().unwrap().database.unwrap().password.reveal(), "hunter2");
    let mut gathered = place.gather(&[("SERVER_APP__DATABASE__PASSWORD_FILE", "nowhere")], &[]);
    assert_eq!(gathered.claim::<App>(), None);
    assert_eq!(
        place.faults(gathered.finish()),
        ["`SERVER_APP__DATABASE__PASSWORD_FILE` (environment): there is no file `nowhere`"]
    );
}

#[test]
fn all_faults_are_told_at_once_with_their_places() {
    check_app_faults(
        "prot: 1\napp:\n  gretting: Hi\n  retries: 300\n  ratio: many\n  mode: fats\n  names: [a, [b]]\n  every: 90\n  \
             largest: 2mb\n  database: {url: [], connections: 70000, pasword: x}\n",
        &[("SERVER_APP__LABELS", "x"), ("SERVER_APP__ELEPHANT", "1")],
        &[
            "`prot` (service.yaml:1:1): no such setting; did you mean `port`?",
            "`app.gretting` (service.yaml:3:3): no such key; did you mean `greeting`?",
            "`SERVER_APP__ELEPHANT` (environment): no such key; there are `greeting`, `retries`, `ratio`, `mode`, \
                 `names`, `every`, `largest`, `database`, `labels`",
            "`app.retries` (service.yaml:4:12): expected a whole number from 0 to 255, found `300`",
            "`app.ratio` (service.yaml:5:10): expected a number, found `many`",
            "`app.mode` (service.yaml:6:9): expected one of `fast`, `very-safe`, `limited`, found `fats`; did you \
                 mean `fast`?",
            "`app.names.1` (service.yaml:7:14): expected a string, found a list",
            "`app.every` (service.yaml:8:10): expected a duration in ms, s, m or h, such as 75s, found `90`; did \
                 you mean `90s`?",
            "`app.largest` (service.yaml:9:12): expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB, \
                 found `2mb`; did you mean `2MB`?",
            "`app.database.pasword` (service.yaml:10:43): no such key; did you mean `password`?",
            "`app.database.url` (service.yaml:10:19): expected a string, found a list",
            "`app.database.connections` (service.yaml:10:36): expected a whole number from 0 to 65535, found \
                 `70000`",
            "`SERVER_APP__LABELS` (environment): expected a mapping, found `x`",
            "`app` (service.yaml:3:3): lacks `greeting`, which `SERVER_APP__GREETING` in the environment sets too",
        ],
    );
}

#[test]
fn what_is_missing_where_there_is_no_section_says_how_to_set_it() {
    check_app_faults(
        "",
        &[],
        &[
            "`app` (in the program): lacks `greeting`, which `SERVER_APP__GREETING` in the environment sets too",
        ],
    );
}

#[test]
fn no_fault_repeats_a_secret() {
    check_app_faults(
        "app: {greeting: a, database: {url: b, password: [hunter2], pin: {hunter: 2}}}\n",
        &[],
        &[
            "`app.database.password` (service.yaml:1:49): is not what the program expects",
            "`app.database.pin` (service.yaml:1:65): is not what the program expects",
        ],
    );
}

#[test]
fn what_sets_a_key_of_no_mapping_is_refused() {
    let place = Place::with("app: {greeting: Hi}\n");
    let variables = [("SERVER_APP__GREETING__NAME", "x"), ("SERVER_APP__", "x")];
    let mut gathered = place.gather(&variables, &[]);
    gathered.claim::<App>();
    assert_eq!(
        place.faults(gathered.finish()),
        [
            "`SERVER_APP__` (environment): names no key; a level between two others is empty",
            "`SERVER_APP__GREETING__NAME` (environment): `app.greeting` (service.yaml:1:17) is no mapping, and has \
                 no keys to set",
        ]
    );
}
