//! The fuzzer's inputs as test cases.

use std::fs;
use std::path::Path;

/// Tries `property` with every input in the fuzzer's corpus of this name.
#[track_caller]
pub(crate) fn replay(name: &str, property: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        property(&fs::read(&path).unwrap());
        count += 1;
    }
    assert_ne!(count, 0, "{} is empty", folder.display());
}
