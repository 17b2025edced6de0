use std::error::Error;

#[derive(Debug, server::HttpError)]
enum ApiError {
    #[status(404)]
    NoSuchUser,
    File(#[from] std::io::Error),
}

fn motd() -> Result<String, ApiError> {
    match std::fs::read_to_string("/etc/motd")? {
        text if text.is_empty() => Err(ApiError::NoSuchUser),
        text => Ok(text),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", motd()?);
    Ok(())
}
