//! Policies that would take all memory or all time: each is stopped with a clear error, soon, and nothing else is
//! lost.

use drift_core::policy::Policies;
use drift_core::{Context, Detector, Format, Limits, Report, Snapshot};
use std::time::{Duration, Instant};

/// A rule for each of so many levels, each from the one below it: `s1`, `s2` and so on, from `s0`.
fn chain(first: &str, levels: usize, next: impl Fn(&str) -> String) -> String {
    let mut text = format!("s0 := {first}\n");
    for level in 1..=levels {
        text += &format!("s{level} := {}\n", next(&format!("s{}", level - 1)));
    }
    text
}

/// What a policy says of a resource that has drifted, beside another policy that holds.
fn report(rules: &str) -> (Report, Duration) {
    let rego = format!("package hostile\n{rules}\n");
    let mut policies = Policies::from_rego(&rego).unwrap_or_else(|error| panic!("{error}\n{rego}"));
    policies
        .extend(Policies::from_rego("package other\ndeny contains \"b\" if input.a == 2").unwrap());
    // A smaller limit than by default is passed sooner.
    let limits = Limits { max_policy_bytes: 8 << 20, ..Limits::default() };
    let detector = Detector::builder().policies(policies).limits(limits).build().unwrap();
    let side = |a: u8| format!(r#"[{{"type": "t", "id": "x", "attributes": {{"a": {a}}}}}]"#);
    let (desired, actual) = (side(1), side(2));
    let read = |text| Snapshot::parse(text, Format::Records).unwrap();
    let (desired, actual) = (read(desired.as_bytes()), read(actual.as_bytes()));
    let started = Instant::now();
    let report =
        detector.detect(&desired, &actual, &Context::at("2026-01-01T00:00:00Z".parse().unwrap()));
    (report, started.elapsed())
}

fn stopped(rules: &str, codes: &[&str]) {
    let (report, took) = report(rules);
    let told: Vec<&str> = report.policy_errors.iter().map(|error| error.code.as_str()).collect();
    assert!(told.len() == 2 && told.iter().all(|code| codes.contains(code)), "{told:?}\n{rules}");
    assert_eq!(report.findings.len(), 1, "{rules}");
    assert_eq!(report.policy_violations.len(), 1, "{rules}");
    // The build of the tests is slow, and so may the machine be.
    assert!(took < Duration::from_secs(60), "{took:?}\n{rules}");
}

const MEMORY: &[&str] = &["memory_limit"];

#[test]
fn texts_that_double_are_stopped() {
    let text = "\"abcdefghij\"";
    for next in [
        "concat(\"\", [X, X])",
        "sprintf(\"%v%v\", [X, X])",
        "replace(X, \"a\", \"aa\")",
        "strings.replace_n({\"a\": \"aa\", \"b\": \"bb\"}, X)",
        "regex.replace(X, \"(a+)\", \"$1$1\")",
        "hex.encode(X)",
        "json.marshal([X, X])",
        "base64.encode(concat(\"\", [X, X]))",
    ] {
        let rules = chain(text, 40, |name| next.replace('X', name));
        stopped(&format!("{rules}\ndeny contains s40"), MEMORY);
    }
    stopped("deny contains sprintf(\"%65000d%65000d\", [1, numbers.range(1, 100000000)])", MEMORY);
}

#[test]
fn values_that_share_their_parts_are_stopped() {
    let list = chain("[1, 2]", 40, |name| format!("[{name}, {name}]"));
    let map = chain("{\"a\": 1}", 40, |name| format!("{{\"a\": {name}, \"b\": {name}}}"));
    for rules in [list, map] {
        for rule in ["json.marshal(s40)", "sprintf(\"%v\", [s40])", "{s40}", "s40 + 1"] {
            stopped(&format!("{rules}\nx := {rule}\ndeny contains \"x\" if x"), MEMORY);
        }
    }
    // In one body, in functions, and by what binds names.
    let body: Vec<String> = (1..=40).map(|n| format!("x{n} := [x{0}, x{0}]", n - 1)).collect();
    let body = body.join("\n");
    stopped(&format!("deny contains \"x\" if {{\nx0 := [input]\n{body}\nx40 == x39\n}}"), MEMORY);
    let calls: Vec<String> = (1..=40).map(|n| format!("f{n}(x) := f{0}([x, x])", n - 1)).collect();
    stopped(&format!("f0(x) := x\n{}\ndeny contains \"x\" if f40(1)", calls.join("\n")), MEMORY);
    let body = body.replace(":=", "=");
    for rule in ["json.marshal(x40)", "[x40] == [x39]", "y := [x40]", "x40 == x39"] {
        let rules = format!("deny contains \"x\" if {{\nx0 := [input]\n{body}\n{rule}\n}}");
        stopped(&rules, MEMORY);
    }
    let many = chain("[input]", 4, |name| format!("[{name} | some i in numbers.range(1, 10000)]"));
    stopped(&format!("{many}\ndeny contains \"x\" if s4 == s3"), MEMORY);
}

#[test]
fn numbers_that_grow_are_stopped() {
    let square = chain("123456789", 40, |name| format!("{name} * {name}"));
    stopped(&format!("{square}\ndeny contains \"x\" if s40 > 1"), MEMORY);
    for rule in [
        "bits.lsh(1, 4294967295)",
        "product([n | some n in numbers.range(1, 1000000)])",
        "format_int(bits.lsh(1, 8000000), 10)",
        "sprintf(\"%d\", [bits.lsh(1, 8000000)])",
    ] {
        stopped(&format!("x := {rule}\ndeny contains \"x\" if x"), MEMORY);
    }
    let (report, _) = report("x := to_number(\"1e999999999\")\ndeny contains \"x\" if x");
    assert!(report.policy_errors.is_empty(), "it is undefined");
}

#[test]
fn collections_that_grow_are_stopped() {
    let big = "big := numbers.range(1, 100000)\nset := {n | some n in big}\n";
    for (rules, codes) in [
        // Each takes a copy, or a look at all of it, for each of many elements.
        ("deny contains \"x\" if { some n in big; count(set | {n}) == 0 }", MEMORY),
        ("deny contains \"x\" if { some n in big; count(set - {n}) == 0 }", MEMORY),
        ("deny contains \"x\" if { some n in big; 0 in big }", MEMORY),
        ("deny contains \"x\" if { some n in big; array.concat(big, [n]) == [] }", MEMORY),
        ("deny contains \"x\" if { some n in big; array.reverse(big) == [] }", MEMORY),
        ("deny contains \"x\" if { some n in big; sort(big) == [] }", MEMORY),
        ("deny contains \"x\" if { some n in big; max(big) == n - 1; false }", MEMORY),
        (
            "deny contains \"x\" if { some n in big; object.union({\"a\": set}, {\"a\": {n}}) == {} }",
            MEMORY,
        ),
        (
            "deny contains \"x\" if { s := concat(\"\", [\"a\" | some n in big]); some n in big; regex.match(\"b\", s) }",
            MEMORY,
        ),
        (
            "deny contains \"x\" if { some n in big; regex.match(sprintf(\"a{%d}b\", [n % 500]), \"b\") }",
            MEMORY,
        ),
        (
            "deny contains \"x\" if { x := [y | some n in big; y := [big | some m in [1, 2]]]; json.marshal(x) }",
            MEMORY,
        ),
        (
            "x := {n: nodes | some n in nodes}\nnodes := numbers.range(1, 12)\ndeny contains \"x\" if graph.reachable_paths(x, [1])",
            MEMORY,
        ),
        (
            "x := {n: big | some n in big}\ndeny contains \"x\" if graph.reachable(x, [1])",
            &["memory_limit", "step_limit"],
        ),
        (
            "deny contains \"x\" if { x := [v | some n in big; v := big]; walk(x, [p, v]); v == 0 }",
            MEMORY,
        ),
        (
            "deny contains \"x\" if { s := concat(\"\", [\"a\" | some n in big]); split(s, \"\") == split(s, \"\"); regex.find_n(\"a*b\", s, -1) }",
            MEMORY,
        ),
        (
            "deny contains \"x\" if { s := concat(\"\", [\",1\" | some n in big]); some n in big; json.unmarshal(sprintf(\"[1%s]\", [s])) == n }",
            MEMORY,
        ),
        (
            "deny contains \"x\" if json.marshal_with_options([big], {\"indent\": concat(\"\", [\"a\" | some n in big])})",
            MEMORY,
        ),
    ] {
        stopped(&format!("{big}{rules}"), codes);
    }
}

#[test]
fn an_error_that_the_engine_swallows_is_told() {
    // One of two bodies fails, and the other has an answer.
    let rules = "f(x) := 1 if { count(numbers.range(1, 1000000000)) > 1 }\nf(x) := 2 if x == 1\n";
    stopped(&format!("{rules}deny contains \"x\" if f(1) == 2"), MEMORY);
    let rules =
        "f(x) := 1 if { some a in x; some b in x; some c in x; a + b + c < 0 }\nf(x) := 2\n";
    stopped(
        &format!("{rules}deny contains \"x\" if f(numbers.range(1, 1000)) == 2"),
        &["step_limit", "memory_limit"],
    );
}

#[test]
fn rules_that_ask_each_other_too_deeply_are_refused() {
    let deep = chain("1", 5000, |name| format!("{name} + 1"));
    let error = Policies::from_rego(&format!("package p\n{deep}deny contains \"x\" if s5000 > 1"))
        .and_then(|policies| Detector::builder().policies(policies).build().map(drop))
        .unwrap_err();
    assert_eq!(error.code().as_str(), "DRIFT_POLICY");
    assert!(error.message().contains("deep"), "{error}");
}

#[test]
fn ordinary_policies_are_far_from_the_limits() {
    let rules = "
required := {\"owner\", \"team\"}
missing := required - {name | some name, _ in input.tags}
double(x) := x * 2
deny contains msg if {
    some name in missing
    msg := sprintf(\"%s is missing: %v\", [name, {\"of\": required | missing, \"n\": double(input.a) + 1}])
}
deny contains msg if { walk(input, [path, value]); value == 2; msg := concat(\"/\", path) }
";
    let (report, _) = report(rules);
    assert!(report.policy_errors.is_empty(), "{:?}", report.policy_errors);
    let said: Vec<&str> =
        report.policy_violations.iter().map(|found| found.message.as_str()).collect();
    assert!(
        said.contains(&"owner is missing: {\"n\": 5, \"of\": {\"owner\", \"team\"}}"),
        "{said:?}"
    );
    assert!(said.contains(&"a"), "{said:?}");
}
