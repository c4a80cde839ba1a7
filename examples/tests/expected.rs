//! Every example prints what stands beside it in `expected.txt`, and the same JSON in every language.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn printed(binary: &str, arguments: &[&str]) -> String {
    let output = Command::new(binary).args(arguments).output().expect("the example starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Where the JSON goes that the other languages compare theirs with.
fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/equal/examples")
}

/// Runs an example; `UPDATE_EXPECTED=1` writes down what it prints, to be read before it is kept.
fn prints_what_is_expected(folder: &str, binary: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("expected.txt");
    let text = printed(binary, &[]);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&file).unwrap());
    let json = printed(binary, &["--json"]);
    assert!(json.starts_with("{\"schema_version\":"), "{json}");
    std::fs::create_dir_all(shared()).unwrap();
    std::fs::write(shared().join(format!("{folder}.json")), json).unwrap();
}

#[test]
fn quickstart() {
    prints_what_is_expected("01-quickstart", env!("CARGO_BIN_EXE_01-quickstart"));
}

#[test]
fn terraform_aws() {
    prints_what_is_expected("02-terraform-aws", env!("CARGO_BIN_EXE_02-terraform-aws"));
}

#[test]
fn cloudformation() {
    prints_what_is_expected("03-cloudformation", env!("CARGO_BIN_EXE_03-cloudformation"));
}

#[test]
fn layers() {
    prints_what_is_expected("04-layers", env!("CARGO_BIN_EXE_04-layers"));
}

#[test]
fn baseline() {
    prints_what_is_expected("05-baseline", env!("CARGO_BIN_EXE_05-baseline"));
}

#[test]
fn incidents() {
    prints_what_is_expected("06-incidents", env!("CARGO_BIN_EXE_06-incidents"));
}

#[test]
fn policy() {
    prints_what_is_expected("07-policy", env!("CARGO_BIN_EXE_07-policy"));
}

#[test]
fn fleet() {
    prints_what_is_expected("08-fleet", env!("CARGO_BIN_EXE_08-fleet"));
}

#[test]
fn coverage() {
    prints_what_is_expected("09-coverage", env!("CARGO_BIN_EXE_09-coverage"));
}

#[test]
fn every_example_is_run() {
    let entries = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    // What is for one language alone has no `main.rs`, and tests of its own.
    let entries = entries.map(|entry| entry.unwrap());
    let entries = entries.filter(|entry| entry.path().join("main.rs").exists());
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let mut numbered: Vec<String> =
        names.filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).collect();
    numbered.sort();
    let all = [
        "01-quickstart",
        "02-terraform-aws",
        "03-cloudformation",
        "04-layers",
        "05-baseline",
        "06-incidents",
        "07-policy",
        "08-fleet",
        "09-coverage",
    ];
    assert_eq!(numbered, all);
}
