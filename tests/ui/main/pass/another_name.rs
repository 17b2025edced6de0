//! `main` may do something before the runtime starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    let greeting = "hello";
    println!("{greeting}");
    run()
}

#[server::main]
async fn run() -> ExitCode {
    ExitCode::SUCCESS
}
