#[derive(server::HttpError)]
union ApiError {
    status: u16,
    bytes: [u8; 2],
}

fn main() {}
