//! nginx: a configuration that serves what it can of the others' routes.

use std::fs;

use crate::bench::files;
use crate::command::target;

/// Its name among the servers.
pub(crate) const NAME: &str = "nginx";

/// Where its files go, in the folder that cargo builds to.
const FOLDER: &str = "bench/nginx";

/// How long the download is.
const DOWNLOAD_LEN: usize = 1024 * 1024;

/// Writes a configuration for `port`, and gives the arguments that start it: one process, as the others are.
///
/// # Errors
///
/// Where it cannot be written.
pub(crate) fn arguments(port: u16) -> Result<Vec<String>, String> {
    let folder = target().join(FOLDER);
    let file = folder.join(format!("{port}.conf"));
    let written = fs::create_dir_all(folder.join("files"))
        .and_then(|()| fs::write(folder.join("files/download"), vec![b'x'; DOWNLOAD_LEN]))
        .and_then(|()| fs::write(&file, configuration(port)));
    written.map_err(|error| format!("{}: {error}", folder.display()))?;
    let words = ["-p", &folder.to_string_lossy(), "-e", "/dev/null", "-c", &file.to_string_lossy()];
    Ok(words.map(str::to_owned).to_vec())
}

fn configuration(port: u16) -> String {
    let served = target().join(files::FOLDER);
    let served = served.parent().unwrap_or(&served).display();
    format!(
        "\
daemon off;
master_process off;
pid {port}.pid;
worker_rlimit_nofile 20000;
events {{ worker_connections 16000; }}
http {{
    access_log off;
    default_type text/plain;
    keepalive_requests 1000000000;
    sendfile on;
    tcp_nodelay on;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /plaintext {{ return 200 'Hello, World!'; }}
        location = /json {{ default_type application/json; return 200 '{{\"message\":\"Hello, World!\"}}'; }}
        location ~ ^/users/([0-9]+)$ {{ return 200 'user $1'; }}
        location = /download {{ default_type application/octet-stream; root files; }}
        location /files/ {{ default_type application/octet-stream; root {served}; }}
    }}
}}
"
    )
}
