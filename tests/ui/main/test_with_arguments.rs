#[server::test]
async fn adds(numbers: Vec<u8>) {
    assert_eq!(numbers.iter().sum::<u8>(), 2);
}

fn main() {}
