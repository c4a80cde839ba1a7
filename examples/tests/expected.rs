//! Every example prints what stands beside it in `expected.txt`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

use std::path::Path;
use std::process::Command;

/// Runs an example; `UPDATE_EXPECTED=1` writes down what it prints, to be read before it is kept.
fn prints_what_is_expected(folder: &str, binary: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("expected.txt");
    let output = Command::new(binary).output().expect("the example starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&file, &printed).unwrap();
    }
    assert_eq!(printed, std::fs::read_to_string(&file).unwrap());
}

#[test]
fn quickstart() {
    prints_what_is_expected("01-quickstart", env!("CARGO_BIN_EXE_01-quickstart"));
}
