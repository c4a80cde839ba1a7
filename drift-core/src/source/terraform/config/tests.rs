//! Configuration: what is read of it, and what is refused.

use crate::error::Code;
use crate::source::ParseOptions;
use crate::value::Tree;
use crate::{Format, Limits, Snapshot};

fn parse(text: &str) -> crate::Result<Snapshot<'static>> {
    Snapshot::parse(text.as_bytes(), Format::TerraformConfig).map(Snapshot::into_owned)
}

/// The value of the argument `a`, and the paths that are not known.
fn argument(value: &str) -> (Option<String>, Vec<String>) {
    let snapshot = parse(&format!("resource \"t\" \"n\" {{\n  a = {value}\n}}\n")).unwrap();
    let resource = &snapshot.resources()[0];
    let read = resource.attributes.value().get("a").map(|value| Tree::of(value).to_string());
    (read, resource.unknown.iter().map(|path| path.to_string()).collect())
}

#[test]
fn literals_are_what_they_say() {
    for (text, expected) in [
        ("1", "1"),
        ("007", "7"),
        ("0", "0"),
        ("00.50", "0.5"),
        ("1.50e3", "1500"),
        ("-2", "-2"),
        ("- 2", "-2"),
        ("- /* c */ 2", "-2"),
        ("1234567890123456789012.5", "1.2345678901234567890125e+21"),
        ("true", "true"),
        ("null", "null"),
        (r#""""#, r#""""#),
        (r#""a\tb\"c\\""#, r#""a\tb\"c\\""#),
        (r#""$${a} %%{b} $c""#, r#""${a} %{b} $c""#),
        ("((\"x\"))", r#""x""#),
        ("<<E\na\\n\n  b\nE", r#""a\\n\n  b\n""#),
        ("<<-E\n    a\n      b\n  E", r#""a\n  b\n""#),
        ("<<-E\r\n    a\r\n      b\r\n  E", r#""a\r\n  b\r\n""#),
        ("<<-E\r\n    a\r\n\r\n      b\r\n    E", r#""a\r\n\r\n  b\r\n""#),
        ("<<E\r\n  a\r\nE", r#""  a\r\n""#),
        ("<<E\nE", r#""""#),
        ("[1, [\"x\"], {}]", r#"[1,["x"],{}]"#),
        ("{ a = 1, \"b c\" : 2\n 3 = 4 }", r#"{"3":4,"a":1,"b c":2}"#),
    ] {
        assert_eq!(argument(text), (Some(expected.to_owned()), Vec::new()), "{text}");
    }
}

#[test]
fn what_is_computed_is_not_known() {
    for text in [
        "var.x",
        "x",
        "each.value[\"k\"]",
        "aws_x.y[*].id",
        "f(1)",
        "1 + 1",
        "!true",
        "-var.x",
        "-(2)",
        "true ? 1 : 2",
        "[for x in y : x]",
        "{ for k, v in y : k => v }",
        "\"a${1}\"",
        "\"%{ if true }x%{ endif }\"",
        "<<E\n${x}\nE",
        "{ (var.k) = 1 }",
        "{ \"${x}\" = 1, b = 2 }",
        "(var.x)",
    ] {
        assert_eq!(argument(text), (None, vec!["a".to_owned()]), "{text}");
    }
    let of_list = vec!["a[1]".to_owned(), "a[2].y".to_owned()];
    assert_eq!(argument("[1, f(), {x = 1, y = z}]"), (Some(r#"[1,null,{"x":1}]"#.into()), of_list));
}

#[test]
fn lines_are_those_of_the_file() {
    let text = "\u{feff}# é\n\n  resource t \"n\" {\n a = 1\n}\r\nresource \"t\" \"m\" {}";
    let snapshot = parse(text).unwrap();
    let lines: Vec<_> = snapshot.resources().iter().map(|r| r.source.line.unwrap()).collect();
    assert_eq!(lines, [3, 6]);
    let error =
        parse("# é\nresource \"t\" \"n\" {\n  key = \"canary-1\" \"canary-2\"\n}").unwrap_err();
    assert_eq!((error.code(), error.position().unwrap().line), (Code::Parse, 3));
    assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
}

#[test]
fn paths_to_ignore_are_read_as_far_as_they_are_written_out() {
    let ignored = |list: &str| {
        let lifecycle = format!("lifecycle {{ ignore_changes = {list} }}");
        let text = format!("resource \"t\" \"n\" {{\n  {lifecycle}\n}}");
        let snapshot = parse(&text).unwrap();
        let unknown = snapshot.resources()[0].unknown.iter().map(|path| path.to_string());
        (unknown.collect::<Vec<_>>().join(" "), snapshot.warnings().len())
    };
    for (list, expected) in [
        ("[a, b.c, d[0].e, f[\"g h\"]]", "a b.c d[0].e f[\"g h\"]"),
        ("[a[*].b, c[var.x].d]", "a c"),
        ("[\"a\", \"b.0.c\"]", "a b[0].c"),
        ("all", ""),
        ("[all]", ""),
        ("[\"*\"]", ""),
    ] {
        assert_eq!(ignored(list), (expected.to_owned(), 1), "{list}");
    }
    assert_eq!(ignored("[]"), (String::new(), 0));
}

#[test]
fn hostile_configuration_ends_soon() {
    let attributes =
        |count: usize| -> String { (0..count).map(|i| format!("a{i} = 1\n")).collect() };
    let map = |count| format!("locals {{\n  a = {{\n{}}}\n}}\n", attributes(count));
    let error = parse(&map(2_100)).unwrap_err();
    assert_eq!(error.code(), Code::Limit);
    assert!(parse(&map(2_000).repeat(5)).is_ok());
    // A width that is hidden from a hasty look.
    for (open, close) in [("<<E\n\"{\nE", ""), ("\"}}{\"", ""), ("\"${ <<E\n}\nE\n}\"", "")] {
        let text =
            format!("locals {{\n  a = {{\n b = {open}{close}\n{}}}\n}}\n", attributes(2_100));
        assert_eq!(parse(&text).unwrap_err().code(), Code::Limit, "{open}");
    }
    for (open, close) in
        [("[", "]"), ("{a=", "}"), ("(", ")"), ("f(", ")"), ("\"${", "}\""), ("!", "")]
    {
        let text = format!("a = {}1{}", open.repeat(30_000), close.repeat(30_000));
        assert!(matches!(parse(&text).unwrap_err().code(), Code::Parse | Code::Limit), "{open}");
    }
    let deep = format!("resource t n {{\n a = {}1{}\n}}", "[".repeat(30), "]".repeat(30));
    let options = ParseOptions { format: Format::TerraformConfig, ..ParseOptions::default() };
    assert!(Snapshot::parse_with(deep.as_bytes(), &options).is_ok());
    for limits in [
        Limits { max_depth: 20, ..Limits::default() },
        Limits { max_nodes: 10, ..Limits::default() },
        Limits { max_bytes: 50, ..Limits::default() },
    ] {
        let mut options = options.clone();
        options.read.limits = limits;
        let error = Snapshot::parse_with(deep.as_bytes(), &options).unwrap_err();
        assert_eq!(error.code(), Code::Limit);
    }
}

#[test]
fn a_former_address_may_stand_in_a_module_and_have_a_key() {
    for (from, expected) in [
        ("t.old", Some("t.old")),
        ("t.n[0]", Some("t.n[0]")),
        ("module.a[\"x.y\"].module.b.t.n[\"k\"]", Some("module.a[\"x.y\"].module.b.t.n[\"k\"]")),
        ("t.n[var.x]", None),
        ("t.n[*]", None),
    ] {
        let text = format!("resource t n {{}}\nmoved {{\n  from = {from}\n  to = t.n\n}}");
        let snapshot = parse(&text).unwrap();
        let former = snapshot.resources()[0].identities.iter().map(|known| known.value.as_str());
        assert_eq!(former.collect::<Vec<_>>(), Vec::from_iter(expected), "{from}");
    }
}

#[test]
fn a_resource_may_be_switched_off() {
    for (enabled, expected) in [
        ("true", (1, 0)),
        ("false", (0, 0)),
        ("var.x", (0, 1)),
        ("!true", (0, 1)),
        ("\"false\"", (0, 1)),
    ] {
        let text = format!("resource t n {{\n lifecycle {{\n enabled = {enabled}\n }}\n}}");
        let snapshot = parse(&text).unwrap();
        let found = (snapshot.resources().len(), snapshot.coverage().gaps().len());
        assert_eq!(found, expected, "{enabled}");
    }
}

#[test]
fn moves_that_follow_each_other_are_followed() {
    let former = |moves: &[(&str, &str)]| {
        let mut text = "resource t n {}\n".to_owned();
        for (from, to) in moves {
            text.push_str(&format!("moved {{\n  from = {from}\n  to = {to}\n}}\n"));
        }
        let snapshot = parse(&text).unwrap();
        let former = snapshot.resources()[0].identities.iter().map(|known| known.value.clone());
        former.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(former(&[("t.a", "t.b"), ("t.b", "t.n")]), "t.b t.a");
    assert_eq!(former(&[("t.b", "t.n"), ("t.c", "t.n"), ("t.a", "t.b")]), "t.b t.c t.a");
    assert_eq!(former(&[("t.a", "t.n"), ("t.n", "t.a"), ("t.a", "t.a")]), "t.a");
    let names: Vec<String> = (0..1_000).map(|at| format!("t.n{at}")).collect();
    let long = names.windows(2).filter_map(|pair| Some((pair.get(1)?, pair.first()?)));
    let long = long.map(|(from, to)| (from.as_str(), to.as_str())).chain([("t.n0", "t.n")]);
    assert_eq!(former(&long.collect::<Vec<_>>()).split(' ').count(), 64);
}

#[test]
fn modules_that_are_called_and_overrides_are_taken_out_of_a_folder() {
    let read = |files: &[(&str, &'static str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes()));
        let snapshot = Snapshot::parse_many(files, &ParseOptions::default()).unwrap();
        let told = |r: &crate::Resource<'_>| {
            let paths: Vec<_> = r.unknown.iter().map(|path| path.to_string()).collect();
            let address = r.address.as_deref().unwrap();
            format!("{}:{address}:{}", r.source.file.as_deref().unwrap(), paths.join(","))
        };
        let resources: Vec<_> = snapshot.resources().iter().map(told).collect();
        (resources.join(" "), snapshot.coverage().gaps().len())
    };
    let main = "resource t a { x = 1 }\nmodule m { source = \"./modules/m\" }";
    let module = "resource t a { x = 2 }\nmodule n { source = \"../n\" }";
    let other = "resource t b { x = 2 }";
    let files = [
        ("main.tf", main),
        ("modules/m/main.tf", module),
        ("modules/n/main.tf", other),
        ("modules/o/main.tf", other),
    ];
    assert_eq!(read(&files), ("main.tf:t.a: modules/o/main.tf:t.b:".into(), 1));
    let example = "module m { source = \"../../\" }";
    let files = [("main.tf", other), ("examples/x/main.tf", example)];
    assert_eq!(read(&files), ("main.tf:t.b:".into(), 1));
    let over = "resource t a {\n x = 2\n b {}\n lifecycle { ignore_changes = [y] }\n}";
    let files = [("a.tf", "resource t a { x = 1 }"), ("o_override.tf", over)];
    assert_eq!(read(&files), ("a.tf:t.a:b,x,y".into(), 0));
    let files = [("a.tf", "resource t a { x = 1 }"), ("override.tf", "resource t a { count = 2 }")];
    assert_eq!(read(&files), (String::new(), 1));
    for own in ["", "lifecycle {\nenabled = false\n}\n"] {
        let text = format!("resource t a {{\nx = 1\n{own}}}").leak();
        let over = "resource t a {\n lifecycle {\n enabled = true\n }\n}";
        assert_eq!(read(&[("a.tf", text), ("override.tf", over)]), (String::new(), 1), "{own}");
    }
    let files = [("a.tf", "resource t a { x = 1 }"), ("b.tf.json", "{}")];
    assert_eq!(read(&files), ("a.tf:t.a:".into(), 1));
}
