//! Many of everything. The tests assert an answer; with `DRIFT_SIZES=10000,100000` and
//! `--nocapture` in a release build they print how the time grows.

use super::*;

fn sizes() -> Vec<usize> {
    match std::env::var("DRIFT_SIZES") {
        Ok(sizes) => sizes.split(',').map(|size| size.parse().unwrap()).collect(),
        Err(_) => vec![2000],
    }
}

pub(super) fn each(name: &str, test: impl Fn(usize)) {
    let mut times = Vec::new();
    for size in sizes() {
        let start = Instant::now();
        test(size);
        times.push((size, start.elapsed()));
    }
    if let [(_, first), .., (_, last)] = times.as_slice() {
        let ratio = last.as_secs_f64() / first.as_secs_f64();
        println!("{name:<34} {times:?} ratio {ratio:.1}");
    }
}

pub(super) fn list(size: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::from("[");
    for index in 0..size {
        let comma = if index > 0 { "," } else { "" };
        write!(text, "{comma}{}", item(index)).unwrap();
    }
    text.push(']');
    text
}

fn detect(desired: &str, actual: &str, yaml: &str) -> drift_core::Report {
    detect_with(desired, actual, None, yaml)
}

fn detect_with(
    desired: &str,
    actual: &str,
    reference: Option<&str>,
    yaml: &str,
) -> drift_core::Report {
    let parse = |text| Snapshot::parse_with(str::as_bytes(text), &complete()).unwrap();
    let (desired, actual, reference) = (parse(desired), parse(actual), reference.map(parse));
    let detector = Detector::builder().packs(Packs::none()).rules(rules(yaml)).build().unwrap();
    let context = Context::at(at()).with_seed(Seed([7, 9]));
    match &reference {
        Some(reference) => detector.detect(&desired, &actual, &context.with_reference(reference)),
        None => detector.detect(&desired, &actual, &context),
    }
}

pub(super) fn complete() -> ParseOptions {
    ParseOptions { format: Format::Records, complete: true, ..ParseOptions::default() }
}

const SET: &str = "[{id: l, paths: [/l], list: set}]";
const KEYED: &str = "[{id: l, paths: [/l], list: {keyed: [k]}}]";
const ORDERED: &str = "[{id: l, paths: [/l], list: ordered}]";

fn of_list(items: &str) -> String {
    record(&format!(r#"{{"l":{items}}}"#))
}

#[test]
fn a_map_of_many_keys() {
    let map = |size: usize, value: &dyn Fn(usize) -> usize| {
        let fields = list(size, |i| format!(r#""key{i}":{}"#, value(i)));
        record(&format!("{{{}}}", &fields[1..fields.len() - 1]))
    };
    each("map, every value changed", |size| {
        let report = detect(&map(size, &|i| i), &map(size, &|i| i + 1), "[]");
        assert_eq!(report.findings[0].changes.len(), size);
    });
    each("map, every key undeclared", |size| {
        let report = detect(&record("{}"), &map(size, &|i| i), "[]");
        assert_eq!(report.undeclared.len(), size);
    });
    each("map, with reference", |size| {
        let reference = map(size, &|i| i);
        let report =
            detect_with(&map(size, &|i| i), &map(size, &|i| i + 1), Some(&reference), "[]");
        assert_eq!(report.findings[0].changes.len(), size);
    });
    each("map, many keys twice", |size| {
        let text = format!("{{{}}}", vec![r#""a":1"#; size].join(","));
        let read = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
        let options = ParseOptions { format: Format::Records, read, ..ParseOptions::default() };
        let text = record(&text);
        assert!(Snapshot::parse_with(text.as_bytes(), &options).is_ok());
        let error = Snapshot::parse(text.as_bytes(), Format::Records).unwrap_err();
        assert_eq!(error.code(), Code::DuplicateField);
    });
    each("map, many marks", |size| {
        let marks = list(size, |i| format!(r#""/key{i}""#));
        let marked = |value: usize| {
            let text = map(size, &|i| i + value);
            text.replace("}]", &format!(r#","sensitive":{marks}}}]"#))
        };
        let report = detect(&marked(10_000_000), &marked(20_000_000), "[]");
        assert_eq!(report.findings[0].changes.len(), size);
    });
}

#[test]
fn a_list_of_many_elements() {
    let scalars = |size: usize, by: usize| of_list(&list(size, |i| (i + by).to_string()));
    let objects = |size: usize, v: usize| {
        of_list(&list(size, |i| format!(r#"{{"k":"key{i}","v":{v},"w":{{"x":[{i}]}}}}"#)))
    };
    each("set, all others", |size| {
        let report = detect(&scalars(size, 0), &scalars(size, size), SET);
        assert_eq!(report.findings[0].changes.len(), 2 * size);
    });
    each("set, all others, reference", |size| {
        let reference = scalars(size, 0);
        let report = detect_with(&scalars(size, 0), &scalars(size, size), Some(&reference), SET);
        assert_eq!(report.findings[0].changes.len(), 2 * size);
    });
    each("set of objects, all changed", |size| {
        let report = detect(&objects(size, 1), &objects(size, 2), SET);
        assert!(report.findings[0].changes.len() >= size);
    });
    each("set, one value many times", |size| {
        let ones = |n| of_list(&list(n, |_| "1".to_owned()));
        let report = detect(&ones(size), &ones(size / 2), SET);
        assert_eq!(report.findings[0].changes.len(), size - size / 2);
    });
    each("secret set, all others", |size| {
        let yaml = "[{id: l, paths: [/l], list: set}, {id: s, paths: [/l], secret: true}]";
        let report = detect(&scalars(size, 0), &scalars(size, size), yaml);
        assert_eq!(report.findings[0].changes.len(), 2 * size);
    });
    each("set beside many secrets", |size| {
        let with = |by: usize| {
            let secrets = list(size, |i| format!(r#""secret-number-{i}""#));
            let items = list(size, |i| format!(r#""value-{}""#, i + by));
            record(&format!(r#"{{"password":{secrets},"l":{items}}}"#))
        };
        let report = detect(&with(0), &with(size), SET);
        assert_eq!(report.findings[0].changes.len(), 2 * size);
    });
    each("keyed, every value changed", |size| {
        let report = detect(&objects(size, 1), &objects(size, 2), KEYED);
        assert_eq!(report.findings[0].changes.len(), size);
    });
    each("keyed, one key many times", |size| {
        let same = |v: usize| of_list(&list(size, |i| format!(r#"{{"k":"same","v":{}}}"#, i + v)));
        let report = detect(&same(0), &same(size), KEYED);
        assert!(!report.findings[0].changes.is_empty());
    });
    each("ordered, one in front", |size| {
        let report = detect(&scalars(size, 1), &scalars(size + 1, 0), ORDERED);
        assert_eq!(report.findings[0].changes.len(), 1);
    });
    each("ordered, all others, shorter", |size| {
        let report = detect(&scalars(size, 0), &scalars(size / 2, 3), ORDERED);
        assert!(!report.findings[0].changes.is_empty());
    });
    each("ordered, reversed", |size| {
        let reversed = of_list(&list(size, |i| (size - 1 - i).to_string()));
        let report = detect(&scalars(size, 0), &reversed, ORDERED);
        assert_eq!(report.findings[0].changes.len(), 1);
    });
    each("guessed, every value changed", |size| {
        let named = |v: usize| of_list(&list(size, |i| format!(r#"{{"name":"n{i}","v":{v}}}"#)));
        let report = detect(&named(1), &named(2), "[]");
        assert_eq!(report.findings[0].changes.len(), size);
    });
    each("undeclared list, keyed and watched", |size| {
        let yaml =
            "[{id: l, paths: [/l], list: {keyed: [k]}}, {id: w, paths: ['$..v'], watch: true}]";
        let report = detect(&record("{}"), &objects(size, 1), yaml);
        assert_eq!(report.findings[0].changes.len(), size);
    });
}

#[test]
fn many_resources() {
    let resources = |size: usize, rest: &dyn Fn(usize) -> String| {
        list(size, |i| format!(r#"{{"type":"t","attributes":{{"v":1}},{}}}"#, rest(i)))
    };
    each("resources, all missing", |size| {
        let desired = resources(size, &|i| format!(r#""id":"a{i}""#));
        let report = detect(&desired, "[]", "[]");
        assert_eq!(report.summary.resources.missing, size);
    });
    each("resources, one identity", |size| {
        let side = |side: &str| {
            resources(size, &|i| format!(r#""id":"{side}{i}","identities":{{"arn":"same"}}"#))
        };
        let report = detect(&side("d"), &side("a"), "[]");
        assert_eq!(report.summary.resources.not_checked, 2 * size);
    });
    each("resources, one identity, scopes", |size| {
        let side = |side: &str| {
            resources(size, &|i| {
                format!(
                    r#""id":"{side}{i}","identities":{{"arn":"same"}},"scope":{{"{side}{i}":"x"}}"#
                )
            })
        };
        let report = detect(&side("d"), &side("a"), "[]");
        assert_eq!(report.summary.resources.not_checked, 2 * size);
    });
    each("resources, scopes of their own", |size| {
        let side = |v: usize| {
            list(size, |i| {
                format!(
                    r#"{{"type":"t","id":"a{i}","scope":{{"s{i}":"x"}},"attributes":{{"v":{v}}}}}"#
                )
            })
        };
        let report = detect(&side(1), &side(2), "[]");
        assert_eq!(report.findings.len(), size);
    });
    each("resources missing, scopes of their own", |size| {
        let side = |side: &str| {
            let id = format!("{side}-");
            resources(size, &|i| format!(r#""id":"{id}{i}","scope":{{"{side}{i}":"x"}}"#))
        };
        let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
        let (desired, actual) = (side("d"), side("a"));
        let detector = Detector::builder().packs(Packs::none()).build().unwrap();
        let report = detector.detect(&parse(&desired), &parse(&actual), &Context::at(at()));
        assert_eq!(report.findings.len() + report.not_checked.len(), 2 * size);
    });
    each("rules, one a resource", |size| {
        let size = size / 10;
        let side = |v: usize| {
            list(size, |i| format!(r#"{{"type":"t{i}","id":"a{i}","attributes":{{"v":{v}}}}}"#))
        };
        let yaml = list(size, |i| {
            format!(
                r#"{{id: r{i}, match: {{type: t{i}}}, paths: [/v], ignore: true}}
"#
            )
        });
        assert!(detect(&side(1), &side(2), &yaml).findings.is_empty());
    });
    each("rules on one path", |size| {
        let size = size / 10;
        let yaml = list(size, |i| {
            format!(
                r#"{{id: r{i}, paths: ['$..v'], severity: high, when: {{actual: {{equals: {i}}}}}}}
"#
            )
        });
        let values = of_list(&list(size, |i| format!(r#"{{"v":{i}}}"#)));
        let others = of_list(&list(size, |i| format!(r#"{{"v":{}}}"#, i + 1)));
        assert!(!detect(&values, &others, &yaml).findings.is_empty());
    });
}

#[test]
fn many_secrets_and_many_rules() {
    each("secrets, beside as many changes", |size| {
        let side = |text: &str| {
            let items = |word: &str| list(size, |i| format!(r#""{word}-{i}{text}""#));
            record(&format!(r#"{{"password":{},"l":{}}}"#, items("a-long-secret"), items("plain")))
        };
        let report = detect(&side(""), &side("x"), ORDERED);
        assert_eq!(report.findings[0].changes.len(), 2 * size);
    });
    each("rules in one text", |size| {
        let lines = list(size, |i| format!("{{id: r{i}, paths: [/v/{i}], ignore: true}}\n"));
        assert_eq!(rules(&lines).rules().len(), size);
        let line = lines.replace('\n', "");
        assert_eq!(rules(&line).rules().last().map(|rule| rule.line), Some(1));
    });
}

#[test]
fn long_texts_under_equalities() {
    let one = |text: &str, equal: &str| {
        let rule = format!("[{{id: e, paths: [/v], equal: {equal}}}]");
        let side = |text: &str| record(&format!("{{\"v\":{}}}", serde_json::json!(text)));
        // What stands around the blocks of PEM does not count.
        let more = if equal == "pem" { text.get(..39).unwrap_or_default() } else { " x" };
        assert_eq!(detect(&side(text), &side(&format!("{text}{more}")), &rule).findings.len(), 1);
    };
    each("text, many parts of each equality", |size| {
        one(&"1s".repeat(size), "duration");
        one(&"1,".repeat(size), "schedule");
        one(&"AAEC\n".repeat(size), "base64");
        one(&"-----BEGIN A-----\nAAEC\n-----END A-----\n".repeat(size), "pem");
        one(&format!("<a>{}</a>", "<b x='1'> <c/> </b>".repeat(size)), "xml");
        one(&"<a> ".repeat(size), "xml");
        one(&format!("<a {}/>", "x='1' ".repeat(size)), "xml");
        one(&"1.".repeat(size), "version_prefix");
        one(&"arn:aws:".repeat(size), "arn_or_name");
        one(&"%7B".repeat(size), "url_encoded_json");
        one(&"a: [".repeat(size), "yaml");
        one(&"int[]".repeat(size), "postgresql_type");
        one(&"1-".repeat(size), "semver");
    });
    each("map, names in any case", |size| {
        let map = |upper: bool| {
            let name = |i| if upper { format!("KEY{i}") } else { format!("key{i}") };
            let fields = list(size, |i| format!(r#""{}":{i}"#, name(i)));
            record(&format!(r#"{{"m":{{{}}}}}"#, &fields[1..fields.len() - 1]))
        };
        let rule = "[{id: n, paths: [/m], names: case_insensitive}]";
        assert!(detect(&map(true), &map(false), rule).findings.is_empty());
    });
}
