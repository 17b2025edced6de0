//! Certificates that change while a server runs.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use fingerpost_tests::{Answer, App};

use super::{Folder, GET, connect, rest, wait_for_metric};

const READ_AGAIN: &str = "certificates were read again, and are shown from now on";
const NOT_TAKEN: &str = "certificates were read again and not taken, those before are kept: ";

fn signal(app: &App, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", app.id())]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_bad_pair_at_reload_is_told_of_and_the_one_before_is_kept() {
    let folder = Folder::new();
    let app = folder.start(&[]);
    let (client, good) = (folder.client(), fs::read_to_string(folder.path("server.key")).unwrap());
    let ask = || {
        let mut stream = connect(&app, &client);
        stream.write_all(GET.as_bytes()).unwrap();
        assert_eq!(rest(&mut stream).status(), 200);
    };
    folder.issue("other", "localhost", 2120);
    fs::copy(folder.path("other.key"), folder.path("server.key")).unwrap();
    let (ca, are_current) = (folder.text("ca.pem"), "\nfingerpost_tls_certificates_current ");
    wait_for_metric(&app, &ca, &format!("{are_current}1"));
    // Found by looking, without a signal.
    app.log_with(&format!("{NOT_TAKEN}`{}`: this key is not that of", folder.text("server.key")));
    ask();
    wait_for_metric(&app, &ca, &format!("{are_current}0"));
    folder.issue("old", "localhost", 2021);
    fs::copy(folder.path("old.pem"), folder.path("server.pem")).unwrap();
    signal(&app, "HUP");
    app.log_with(&format!(
        "{NOT_TAKEN}`{}`: the certificate expired at 2021-12-31",
        folder.text("server.pem")
    ));
    ask();
    folder.issue("server", "localhost", 2120);
    app.log_with(READ_AGAIN);
    wait_for_metric(&app, &ca, &format!("{are_current}1"));
    ask();
    assert_ne!(fs::read_to_string(folder.path("server.key")).unwrap(), good);
}

#[test]
fn a_hundred_certificates_under_load_lose_no_request() {
    const CHANGES: usize = 100;
    let folder = Folder::new();
    let app = Arc::new(folder.start(&[]));
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..4)
        .map(|number| {
            let (app, client) = (Arc::clone(&app), folder.client());
            let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let mut stream = connect(&app, &client);
                    // Some connections outlive a change, and some have one request.
                    let kept = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(number * 4);
                    stream.write_all(kept.as_bytes()).unwrap();
                    stream.write_all(GET.as_bytes()).unwrap();
                    let mut received = Vec::new();
                    stream.read_to_end(&mut received).unwrap();
                    let answers = Answer::parse_all(&received, "GET").unwrap();
                    assert_eq!(answers.len(), number * 4 + 1);
                    assert!(answers.iter().all(|answer| answer.status() == 200));
                    answered.fetch_add(answers.len(), Ordering::Relaxed);
                }
            })
        })
        .collect();
    for change in 0..CHANGES {
        folder.issue("server", "localhost", 2120);
        signal(&app, "HUP");
        app.log_with_times(READ_AGAIN, change + 1);
    }
    stop.store(true, Ordering::Relaxed);
    load.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(answered.load(Ordering::Relaxed) > CHANGES, "{}", answered.load(Ordering::Relaxed));
    let mut stream = connect(&app, &folder.client());
    stream.write_all(GET.as_bytes()).unwrap();
    rest(&mut stream);
    let shown = stream.conn.peer_certificates().unwrap()[0].to_vec();
    assert_eq!(shown, certificate(&folder.path("server.pem")));
}

/// The certificate of a file, in DER.
fn certificate(path: &Path) -> Vec<u8> {
    use rustls::pki_types::pem::PemObject;
    rustls::pki_types::CertificateDer::from_pem_file(path).unwrap().to_vec()
}
