//! Tests of the rules themselves: what they must catch however it is written, and what they must
//! let pass.

use crate::resolve::{ORDER, World};

/// A core of empty modules in order, but for the sources given.
fn world(files: &[(&str, &str)]) -> World {
    let lib: String = ORDER.iter().map(|module| format!("mod {module};\n")).collect();
    let given = files.iter().map(|(module, text)| {
        let place = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned);
        (place.collect(), *module, *text)
    });
    World::new([(Vec::new(), "lib.rs", lib.as_str())].into_iter().chain(given))
}

fn disorder(files: &[(&str, &str)]) -> Vec<String> {
    world(files).order_faults().into_iter().collect()
}

fn impurity(source: &str) -> Vec<String> {
    world(&[("value", source)]).purity_faults().into_iter().collect()
}

#[test]
fn a_reference_downwards_is_caught_however_it_is_written() {
    let sources = [
        "use crate::report::Report;",
        "use crate::report;",
        "use crate::{error::Error, report::Report};",
        "use crate::{\n    error::{Code, Error},\n    report::{\n        Report,\n    },\n};",
        "use crate::{error::{self}, report::{self}};",
        "use {crate::{{report::Report}}};",
        "use super::report::Report;",
        "use super::{error::Error, report as r};",
        "use self::super::report::Report;",
        "use crate::report as outcome;",
        "use crate::report as _;",
        "use crate::report::*;",
        "pub use crate::report::Report;",
        "pub(crate) use crate::report::Report;",
        "pub(in crate::value) use crate::report::Report;",
        "use crate as c; fn f() { c::report::f(); }",
        "use crate as c; use c as d; fn f() { d::report::f(); }",
        "use super as up; type T = up::report::Report;",
        "use crate::{self as c}; fn f() { c::report::f(); }",
        "extern crate self as drift; fn f() { drift::report::f(); }",
        "use crate::*; fn f() {}",
        "use super::*; fn f() { report::f(); }",
        "fn f() -> crate::report::Report { todo!() }",
        "fn f() { crate :: report :: f() }",
        "fn f() { let report = 1; crate::report::f(report) }",
        "fn f() { super::report::f() }",
        "fn f() { let a = [0; 3]; &a[..crate::report::N]; }",
        "fn f() { S { a: 1, ..crate::report::base() } }",
        "fn f(x: u8) { if x > crate::report::N {} }",
        "fn f() { for x in crate::report::all() {} }",
        "fn f() { <crate::report::Report as Default>::default(); }",
        "fn f() { Vec::<crate::report::Report>::new(); }",
        "fn f() { assert_eq!(1, crate::report::one()); }",
        "macro_rules! m { () => { $crate::report::f() } }",
        "macro_rules! m { () => { use $crate::report::Report; } }",
        "use crate::r#report::Report;",
        "fn f() { crate::r#report::f() }",
        "mod inner { use super::super::report::Report; }",
        "mod inner { use super::*; use crate::report::Report; }",
        "mod inner { mod deep { fn f() { super::super::super::report::f() } } }",
        "mod r#mod { use super::super::report::Report; }",
        "mod inner {} use super::report::Report;",
        "#[cfg(test)] mod tests { use crate::report::Report; }",
        "#[serde(with = \"crate::report::time\")] struct S;",
        "#[serde(bound = \"T: crate::report::Trait + 'a\")] struct S<T>(T);",
        "impl crate::report::Trait for S {}",
        "fn f(x: &dyn crate::report::Trait) {}",
        "fn f<'a>(x: &'a str) { 'x'; '\\''; b'\"'; crate::report::f() }",
        "fn f() { r#\"a\"b\"#; crate::report::f() }",
        "fn f() { 1.0; 1..2; 0.max(crate::report::N) }",
        "/* a /* b */ */ use crate::report::Report; // c",
        "fn f() { \"\\\\\"; crate::report::f(); \"\" }",
        "#[doc = \"a\"] use crate::report::Report;",
    ];
    for source in sources {
        assert!(!disorder(&[("value", source)]).is_empty(), "not caught: {source}");
    }
}

#[test]
fn a_reference_downwards_through_another_file_is_caught() {
    let cases: [&[(&str, &str)]; 7] = [
        &[("", "pub use report::Report;"), ("value", "use crate::Report;")],
        &[("", "pub use self::report::{Report as R};"), ("value", "fn f(r: crate::R) {}")],
        &[("", "pub fn detect() {}"), ("value", "fn f() { crate::detect() }")],
        &[
            ("error", "pub use crate as c;"),
            ("value", "use crate::error::c; type T = c::report::R;"),
        ],
        &[("value", "mod walk;"), ("value::walk", "use super::super::report::Report;")],
        &[
            ("value", "mod walk; use crate as c;"),
            ("value::walk", "use super::*; use c::report::R;"),
        ],
        &[
            ("report", "#[macro_export] macro_rules! m { () => {} }"),
            ("value", "fn f() { crate::m!() }"),
        ],
    ];
    for files in cases {
        assert!(!disorder(files).is_empty(), "not caught: {files:?}");
    }
}

#[test]
fn what_is_not_a_reference_downwards_passes() {
    let sources = [
        "// use crate::report::Report;\n/* crate::report */ /// [`crate::report::Report`]\nfn f() {}",
        "//! crate::report::Report\n",
        "fn f() { \"crate::report::Report\"; r\"super::report\"; b\"crate::report::x\"; }",
        "fn f() { r##\"crate::report::x \"# \"##; }",
        "fn f(report: u8) { let source = report; report.max(source); }",
        "fn f(x: &S) { x.source.report(); x.report::<u8>(); }",
        "struct S { report: u8, source: u8 }",
        "mod report { pub fn f() {} } fn g() { report::f(); self::report::f(); }",
        "mod inner { mod report {} use super::inner::report; }",
        "use crate::error::{Code, Error}; use crate::limits::Limits; use crate::time;",
        "use super::{error::{self, Code}, limits}; fn f() { error::f(); limits::g() }",
        "mod inner { use super::*; use super::super::error::Error; fn f() { crate::value::f() } }",
        "use std::fmt; use serde::Serialize; fn f() { serde_json::to_string(&1); }",
        "use crate::error::*; use self::Kind::*; enum Kind { A }",
        "mod a { pub use super::b::*; } mod b { pub use super::a::*; } fn f() { a::x() }",
        "use error as error; fn f() -> impl Sized + use<'_> { error::f() }",
        "#[allow(dead_code, reason = \"see crate::report::Report for why\")] fn f() {}",
        "pub(in crate::value) fn f() {}",
        "fn f() { 'a'; '\\u{1F600}'; let c = '\"'; \"crate::report::x\"; }",
    ];
    for source in sources {
        let faults = disorder(&[("value", source)]);
        assert!(faults.is_empty(), "wrongly caught: {source}: {faults:?}");
    }
    let lib = "pub use error::Error; pub use report::Report;";
    assert!(disorder(&[("", lib), ("value", "use crate::Error;")]).is_empty());
    let last = "use crate::{alert::A, error::E, report::R, wire}; fn f() { super::value::f() }";
    assert!(disorder(&[("wire", last)]).is_empty());
}

#[test]
fn reaching_outside_is_caught_however_it_is_written() {
    let sources = [
        "use std::fs;",
        "use std::fs::File;",
        "use ::std::fs;",
        "use std::{fmt, fs};",
        "use std::{\n    fmt,\n    collections::BTreeMap,\n    time::{\n        Duration,\n        Instant,\n    },\n};",
        "use {std::{self, net}};",
        "use std as s; fn f() { s::fs::read(\"x\"); }",
        "use std as s; use s as t; use t::env;",
        "use std::{self as s}; fn f() { s::env::var(\"x\"); }",
        "extern crate std as s; fn f() { s::fs::read(\"x\"); }",
        "mod a { pub use std as s; } fn f() { a::s::fs::read(\"x\"); }",
        "mod a { pub use std as s; } use self::a::*; fn f() { s::fs::read(\"x\"); }",
        "use std as s; mod inner { use super::*; fn f() { s::fs::read(\"x\"); } }",
        "use std as s; mod inner { use super::s::fs; }",
        "use std as s; mod inner { mod deep { fn f() { super::super::s::fs::read(\"x\"); } } }",
        "use std::*;",
        "use std::time::*;",
        "use std::fs::*;",
        "use jiff::*;",
        "fn f() { std::fs::read(\"x\"); }",
        "fn f() { ::std::fs::read(\"x\"); }",
        "fn f() { for x in ::std::env::args() {} }",
        "fn f() { return ::std::process::exit(1) }",
        "fn f() { std :: time :: SystemTime :: now(); }",
        "fn f() { <std::time::Instant>::now(); }",
        "fn f() { dbg!(1); }",
        "fn f() { println!(\"x\"); }",
        "fn f() { std::println!{\"x\"} }",
        "use std::println as say; fn f() { say!(\"x\"); }",
        "fn f() { eprintln![\"x\"] }",
        "macro_rules! m { () => { std::fs::read(\"x\") } }",
        "fn f() { vec![std::thread::sleep(d)]; }",
        "use std::thread::{self}; fn f() { thread::sleep(d); }",
        "use jiff::Timestamp; fn f() { Timestamp::now(); }",
        "use jiff::Timestamp as T; fn f() { T::now(); }",
        "type T = jiff::Timestamp; fn f() { T::now(); }",
        "type T<X> = jiff::Zoned; fn f() { T::<u8>::now(); }",
        "fn f() { <jiff::Timestamp>::now(); }",
        "use std::collections::hash_map::RandomState;",
        "use std::hash::{Hash, RandomState};",
        "use std::collections::HashMap; fn f() { HashMap::<u8, u8>::new(); }",
        "use std::collections as c; fn f() { c::HashSet::with_capacity(1); }",
        "fn f() { std::r#fs::read(\"x\"); }",
        "#[cfg(not(test))] use std::fs;",
        "#[cfg(any(test, feature = \"x\"))] use std::fs;",
        "#[cfg(test)] use std::fmt; use std::fs;",
        "#[cfg(test)] mod tests {} fn f() { std::fs::read(\"x\"); }",
        "struct S { #[cfg(test)] a: u8, b: std::fs::File }",
        "#[test] fn t() {} fn f() { std::fs::read(\"x\"); }",
        "#[cfg(test)] const fn c() {} fn f() { std::fs::read(\"x\"); }",
        "#[serde(default = \"std::time::SystemTime::now\")] struct S;",
    ];
    for source in sources {
        assert!(!impurity(source).is_empty(), "not caught: {source}");
    }
    let through =
        [("error", "pub(crate) use std as s;"), ("value", "use crate::error::s::fs as f;")];
    assert!(!world(&through).purity_faults().is_empty());
}

#[test]
fn what_stays_inside_passes() {
    let sources = [
        "// std::fs\nfn f() { \"std::fs::read\"; }",
        "use std::fmt; use std::time::Duration; use core::net::IpAddr;",
        "use std::{borrow::Cow, collections::{BTreeMap, HashMap}, thread};",
        "use std::thread; fn f() { thread::scope(|s| s.spawn(|| 1)); }",
        "use std::collections::HashMap; fn f() { HashMap::with_hasher(seed); }",
        "mod fs { pub fn read() {} } fn f() { fs::read(); self::fs::read(); }",
        "mod env; fn f() { env::read(); }",
        "fn f(process: u8) { x.fs.env(); env!(\"CARGO_PKG_VERSION\"); a != b; }",
        "fn f(print: bool) { if print != true {} if !print {} }",
        "fn f() { writeln!(out, \"x\"); assert!(true); jiff::Timestamp::from_second(1); }",
        "#[cfg(test)] use std::fs;",
        "#[cfg(test)] mod tests { use super::*; fn f() { std::fs::read(\"x\"); println!(); } }",
        "#[cfg(all(test, unix))] mod tests { mod deep { use std::env; } }",
        "#[cfg(test)]\n#[allow(dead_code, reason = \"x\")]\npub(crate) fn f(a: [u8; 2]) { std::fs::read(\"x\"); }",
        "#[test] fn t() { println!(\"x\"); }",
        "#![cfg(test)] use std::fs;",
        "mod a { #![cfg(test)] use std::fs; }",
    ];
    for source in sources {
        let faults = impurity(source);
        assert!(faults.is_empty(), "wrongly caught: {source}: {faults:?}");
    }
    let apart = [("value", "#[cfg(test)] mod tests;"), ("value::tests", "use std::fs;")];
    assert!(world(&apart).purity_faults().is_empty());
}

#[test]
fn analysis_that_can_fail_is_caught() {
    let lib = ("", "pub use error::{Error, Result};");
    let fails = |module, source| !world(&[lib, (module, source)]).failing_analysis().is_empty();
    assert!(fails("diff", "use crate::{value::Value, error::{Code, Result}};"));
    assert!(fails("report", "fn f() -> crate::Result<u8> { Ok(1) }"));
    assert!(fails("render", "use super::Error as E;"));
    assert!(!fails("diff", "fn f() -> Result<u8, u8> { value::parse().ok() } // crate::Error"));
    assert!(!fails("diff", "#[cfg(test)] mod tests { use crate::error::Error; }"));
    assert!(!fails("source", "use crate::error::Result;"));
}

#[test]
fn what_cannot_be_seen_through_is_caught() {
    let sources = [
        "#[path = \"../elsewhere.rs\"] mod a;",
        "#[cfg_attr(unix, path = \"unix.rs\")] mod a;",
        "include!(\"generated.rs\");",
        "macro_rules! m { ($m:ident) => { crate::$m::f() } }",
        "macro_rules! m { ($m:ident) => { use super::$m; } }",
        "macro_rules! m { ($m:ident) => { mod $m { use super::super::report; } } }",
        "macro_rules! m { ($m:ident) => { std::$m::read() } }",
    ];
    for source in sources {
        assert!(!world(&[("value", source)]).opaque().is_empty(), "not caught: {source}");
    }
    let plain = "const T: &str = include_str!(\"pack.json\"); macro_rules! m { ($t:ty, $n:ident) => \
        { impl $crate::error::T for $t {} fn f() { $n::new(); Self::$n() } } }";
    assert!(world(&[("value", plain)]).opaque().is_empty());
}

#[test]
fn files_outside_the_tree_of_modules_are_known() {
    let world = world(&[("value", "mod walk;")]);
    let place = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    assert!(world.reaches(&[]) && world.reaches(&place("value::walk")));
    assert!(!world.reaches(&place("value::stray")) && !world.reaches(&place("stray")));
    assert_eq!(world.declared(), ORDER);
}
