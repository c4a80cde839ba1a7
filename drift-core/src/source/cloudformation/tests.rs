//! Corners of templates that the shared cases leave out.

use crate::error::{Code, Result};
use crate::model::{Reason, Resource, Scope, Snapshot};
use crate::path::PathSet;
use crate::source::{Format, ParameterValue, ParseOptions, StackResources};
use crate::value::Tree;
use std::fmt::Write as _;

fn parsed<'a>(text: &'a str, parameters: &[(&str, &str)]) -> Result<Snapshot<'a>> {
    let given = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), ParameterValue::Text((*value).to_owned())));
    let options = ParseOptions {
        format: Format::Cloudformation,
        parameters: given.collect(),
        ..ParseOptions::default()
    };
    Snapshot::parse_with(text.as_bytes(), &options)
}

/// What the only property of the only resource comes to, or that it is not known.
fn property(value: &str) -> String {
    let text = format!(
        "Parameters:\n  P: {{Type: String, Default: p}}\n  N: {{Type: Number, Default: 1.50}}\n  \
         L: {{Type: 'List<Number>', Default: '1, 2'}}\n  U: {{Type: String}}\n  \
         S: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: name}}\n\
         Mappings: {{M: {{a: {{b: [x, y]}}}}}}\n\
         Conditions: {{Open: !Equals [a, a], Shut: !Equals [a, b], Maybe: !Equals [!Ref U, b]}}\n\
         Resources:\n  R:\n    Type: AWS::SNS::Topic\n    Properties:\n      V: {value}\n"
    );
    let snapshot = parsed(&text, &[]).unwrap_or_else(|error| panic!("{value}: {error}"));
    let resource = &snapshot.resources()[0];
    let unknown: Vec<String> = resource.unknown.iter().map(|path| path.to_string()).collect();
    let found = resource.attributes.value().get("V").map(|value| Tree::of(value).to_string());
    match (found, unknown.as_slice()) {
        (found, []) => found.unwrap_or_else(|| "nothing".to_owned()),
        (_, [whole]) if whole == "V" => "unknown".to_owned(),
        (_, parts) => parts.join(" "),
    }
}

#[test]
fn values_come_to_what_they_say() {
    for (value, expected) in [
        ("!Ref P", r#""p""#),
        ("!Ref N", r#""1.50""#),
        ("!Ref L", r#"["1","2"]"#),
        ("!Ref U", "unknown"),
        ("!Ref S", "unknown"),
        ("!Ref Nobody", "unknown"),
        ("!Ref AWS::NoValue", "nothing"),
        ("!Ref AWS::Region", "unknown"),
        ("!Sub 'a${P}b${!P}c${'", r#""apb${P}c${""#),
        ("!Sub '${L}'", "unknown"),
        ("!Sub ['${P}${X}', {P: q, X: !Ref U}]", "unknown"),
        ("!Sub ['${P}${X}', {P: q, X: 1.0}]", r#""q1.0""#),
        ("!Sub '{{resolve:ssm:${P}}}'", "unknown"),
        ("!Join ['', []]", r#""""#),
        ("!Join [',', !Ref L]", r#""1,2""#),
        ("!Join [',', [a, [b]]]", "unknown"),
        ("!Join [',', [a, !Ref AWS::NoValue, b]]", r#""a,b""#),
        ("!Select ['1', !Ref L]", r#""2""#),
        ("!Select [7, [a]]", "unknown"),
        ("!Select [x, [a]]", "unknown"),
        ("!Select [0, [{A: !Ref P}]]", r#"{"A":"p"}"#),
        ("!Split [',', 'a,,b']", r#"["a","","b"]"#),
        ("!FindInMap [M, a, b]", r#"["x","y"]"#),
        ("!Select [1, !FindInMap [M, a, b]]", r#""y""#),
        ("!FindInMap [M, a, c]", "unknown"),
        ("!FindInMap [M, !Ref U, b]", "unknown"),
        ("!If [Open, !Ref P, !Ref U]", r#""p""#),
        ("!If [Shut, 1, !Ref AWS::NoValue]", "nothing"),
        ("!If [Maybe, 1, 2]", "unknown"),
        ("!If [Nobody, 1, 2]", "unknown"),
        ("[a, !If [Maybe, 1, 2]]", "V[1]"),
        ("[a, !If [Maybe, 1, !Ref AWS::NoValue]]", "unknown"),
        ("{a: 1, b: !If [Maybe, 1, !Ref AWS::NoValue]}", "V.b"),
        ("!Base64 {'Fn::Sub': 'é${P}'}", r#""w6lw""#),
        ("!Base64 [a]", "unknown"),
        ("!Cidr [!GetAtt R.X, 1]", "unknown"),
        ("{'Fn::Length': [1, 2]}", "2"),
        ("{'Fn::Length': x}", "unknown"),
        ("{'Fn::ToJsonString': {b: 1, a: !Ref L}}", r#""{\"b\":1,\"a\":[\"1\",\"2\"]}""#),
        ("{'Fn::ToJsonString': [!Ref U]}", "unknown"),
        ("{'Fn::GetAtt': R.Arn}", "unknown"),
        ("{Ref: {'Fn::Sub': '${P}'}}", "unknown"),
        ("{'Fn::ForEach::X': [I, !Ref L, {'K${I}': !Ref I}]}", r#"{"K1":"1","K2":"2"}"#),
        ("{A: 1, 'Fn::ForEach::X': [I, !Ref U, {'K${I}': 1}]}", "unknown"),
        ("{Ref: P, More: 1}", r#"{"More":1,"Ref":"P"}"#),
        ("{'Fn::Sub': a, More: 1}", "unknown"),
        ("{Condition: Open}", r#"{"Condition":"Open"}"#),
        ("2012-10-17", r#""2012-10-17""#),
    ] {
        assert_eq!(property(value), expected, "{value}");
    }
}

#[test]
fn malformed_calls_are_refused_where_they_stand() {
    for value in [
        "!Ref [a]",
        "!Ref ''",
        "!GetAtt {a: b, c: d}",
        "!GetAtt []",
        "!Sub [a]",
        "!Sub [[a], {}]",
        "!Sub [a, b]",
        "!Join [a]",
        "!Select [1]",
        "!Split a",
        "!FindInMap [a, b]",
        "!FindInMap a",
        "!If [Open, 1]",
        "!If [[Open], 1, 2]",
        "!Cidr [a]",
        "{'Fn::ToJsonString': canary}",
        "{'Fn::ForEach::X': [I, [a]]}",
        "{'Fn::ForEach::X': [I, [a], canary]}",
    ] {
        let text = format!(
            "Resources:\n  R:\n    Type: AWS::SNS::Topic\n    Properties:\n      V: {value}\n"
        );
        let error = parsed(&text, &[]).unwrap_err();
        assert_eq!(error.code(), Code::Format, "{value}: {error}");
        assert_eq!(error.position().map(|at| at.line), Some(5), "{value}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn declarations_are_strict() {
    let topic = "Resources: {R: {Type: AWS::SNS::Topic}}\n";
    for text in [
        "Resources: []",
        "Resources: {R: 1}",
        "Resources: {R: {Type: 1}}",
        "Resources: {R: {Type: AWS::SNS::Topic, Properties: []}}",
        "Resources: {R: {Type: AWS::SNS::Topic, DependsOn: {a: b}}}",
        "Resources: {R: {Type: AWS::SNS::Topic, Condition: [a]}}",
        &format!("{topic}Parameters: []"),
        &format!("{topic}Parameters: {{P: {{Default: 1}}}}"),
        &format!("{topic}Parameters: {{P: {{Type: String, Default: [canary]}}}}"),
        &format!("{topic}Conditions: {{C: yes}}"),
        &format!("{topic}Conditions: {{C: {{'Fn::Not': [canary]}}}}"),
        &format!("{topic}Conditions: {{C: {{Nor: [canary]}}}}"),
        &format!("{topic}Conditions: {{C: !Equals [canary]}}"),
        &format!("{topic}Conditions: {{C: !Not [!Condition C]}}"),
        &format!("{topic}Transform: [[a]]"),
        &format!("{topic}AWSTemplateFormatVersion: 1"),
    ] {
        let error = parsed(text, &[]).unwrap_err();
        assert_eq!(error.code(), Code::Format, "{text}: {error}");
        assert!(error.position().is_some() && !error.to_string().contains("canary"), "{error}");
    }
}

fn paths(set: &PathSet) -> Vec<String> {
    set.iter().map(|path| path.to_string()).collect()
}

#[test]
fn a_secret_is_secret_wherever_it_goes() {
    let text = "Parameters:\n  P: {Type: String, NoEcho: true, Default: canary-1}\n  \
        L: {Type: CommaDelimitedList, NoEcho: 'true', Default: 'canary-2,b'}\n  \
        U: {Type: String, NoEcho: true}\nConditions: {C: !Equals [!Ref Q, 1]}\nResources:\n  R:\n    \
        Type: AWS::SSM::Parameter\n    Properties:\n      Name: !Ref P\n      \
        A: [!Join ['', [x, !Ref P]], y]\n      B: !Select [1, !Ref L]\n      C: !Ref L\n      \
        D: !If [C, !Ref P, 1]\n      E: {F: !Sub '${U}'}\n      \
        G: {'Fn::ToJsonString': {a: !Ref P}}\n      H: [!If [C, !Ref P, !Ref AWS::NoValue], z]\n      \
        I: '{{resolve:secretsmanager:x}}'\n      J: '{{resolve:ssm:x}}'\n      \
        K: {'Fn::Later': [!Ref U]}\n      M: !Split [x, !Ref P]\n";
    let snapshot = parsed(text, &[]).unwrap();
    let resource = &snapshot.resources()[0];
    let secret = ["A[0]", "B", "C", "D", "E.F", "G", "H", "I", "K", "M", "Name"];
    assert_eq!(paths(&resource.sensitive), secret);
    assert_eq!(resource.key.id, "R", "an id is shown");
    assert_eq!(resource.masked.strings(), ["canary-2", "b", "canary-1"].map(str::to_owned));
    assert!(!format!("{snapshot:?}").contains("canary"));
    let options = ParseOptions::from_json(r#"{"parameters": {"P": "canary"}}"#).unwrap();
    assert!(!format!("{options:?}").contains("canary"));
}

#[test]
fn resources_know_whom_they_wait_for() {
    let text = r#"{"Resources": {
        "A": {"Type": "AWS::SNS::Topic", "DependsOn": ["B", "Nobody"], "Properties": {
            "X": {"Fn::Sub": "${C.Arn} ${D} ${!E}"}, "Y": {"Fn::GetAtt": ["F", "Arn"]}, "Z": {"Ref": "A"}}},
        "B": {"Type": "T::T::T"}, "C": {"Type": "T::T::T", "DependsOn": "B"}, "D": {"Type": "T::T::T"},
        "E": {"Type": "T::T::T"}, "F": {"Type": "T::T::T"}}}"#;
    let snapshot = parsed(text, &[]).unwrap();
    let needs = |at: usize| snapshot.resources()[at].depends_on.join(" ");
    assert_eq!((needs(0), needs(1), needs(2)), ("B C D F".into(), String::new(), "B".into()));
    assert_eq!(snapshot.resources()[0].source.pointer, "/Resources/A/Properties");
    assert_eq!(snapshot.resources()[1].source.pointer, "/Resources/B");
    assert_eq!(snapshot.resources()[1].attributes.value().len(), 0);
}

#[test]
fn tags_are_those_that_are_known() {
    let text = "Parameters: {U: {Type: String}}\nResources:\n  A:\n    Type: T::T::T\n    Properties:\n      \
        Tags: [{Key: a, Value: 1}, {Key: b, Value: !Ref U}, {Key: c, Value: '{{resolve:ssm:x}}'}]\n  \
        B: {Type: T::T::T, Properties: {Tags: {a: x, b: !Ref U, c: true}}}\n";
    let snapshot = parsed(text, &[]).unwrap();
    let tags = |resource: &Resource<'_>| {
        let tag = |(key, value): (&String, &String)| format!("{key}={value}");
        resource.tags.iter().map(tag).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(tags(&snapshot.resources()[0]), "a=1");
    assert_eq!(tags(&snapshot.resources()[1]), "a=x c=true");
}

#[test]
fn ids_are_physical_then_named_then_logical() {
    let template = r#"{"Resources": {
        "A": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "named"}},
        "B": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceIdentifier": "MyDb"}},
        "C": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "AWS::Region"}}},
        "D": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t", "X": {"Ref": "A"}}},
        "E": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "twice"}},
        "F": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "twice"}}}}"#;
    let listed = r#"[{"StackResources": [
        {"StackId": "arn:aws:cloudformation:eu-west-1:42:stack/shop/1", "LogicalResourceId": "D",
         "PhysicalResourceId": "arn:aws:sns:eu-west-1:42:t", "ResourceType": "AWS::SNS::Topic"}]},
        {"StackResources": [], "NextToken": "more"}]"#;
    let options = ParseOptions {
        stack_resources: Some(StackResources::from_json(listed).unwrap()),
        scope: Scope::new().with("account", "42"),
        ..ParseOptions::default()
    };
    let snapshot = Snapshot::parse_with(template.as_bytes(), &options).unwrap();
    let ids: Vec<&str> = snapshot.resources().iter().map(|r| r.key.id.as_str()).collect();
    assert_eq!(ids, ["named", "mydb", "eu-west-1", "arn:aws:sns:eu-west-1:42:t", "E", "F"]);
    let topic = &snapshot.resources()[3];
    let known: Vec<&str> = topic.identities.iter().map(|known| known.kind.as_str()).collect();
    assert_eq!((known, topic.key.scope.get("region")), (vec!["name", "arn"], Some("eu-west-1")));
    assert_eq!(topic.attributes.value().str_field("X"), Some("named"));
    // What is not comparable, the settings of buckets, says nothing of ids.
    let mut gaps = snapshot.coverage().gaps().iter();
    assert!(gaps.all(|gap| gap.reason == Reason::NothingComparable));
}

#[test]
fn several_templates_share_no_stack() {
    let file = |name: &str| (name.to_owned(), &br#"{"Resources": {"A": {"Type": "A::B::C"}}}"#[..]);
    let options = ParseOptions {
        format: Format::Cloudformation,
        stack_resources: Some(StackResources::default()),
        ..ParseOptions::default()
    };
    let error = Snapshot::parse_many([file("a.json"), file("b.json")], &options).unwrap_err();
    assert_eq!(error.code(), Code::Option);
    let error = Snapshot::parse_with(b"[]", &ParseOptions { format: Format::Auto, ..options });
    assert_eq!(error.unwrap_err().code(), Code::Option);
}

#[test]
fn drift_answers_come_in_pages_and_rows() {
    let row = |id: &str| {
        format!(
            r#"{{"LogicalResourceId": "{id}", "ResourceType": "A::B::C",
            "StackResourceDriftStatus": "IN_SYNC", "ExpectedProperties": "{{}}"}}"#
        )
    };
    let options = ParseOptions { format: Format::CloudformationDrifts, ..ParseOptions::default() };
    let page = |rows: &str, rest: &str| format!(r#"{{"StackResourceDrifts": [{rows}]{rest}}}"#);
    let more = page(&row("A"), r#", "NextToken": "x""#);
    for (text, ids, covers) in [
        (format!("[{}, {}]", row("A"), row("B")), "A B", true),
        (format!("[{}, {}]", page(&row("A"), ""), page(&row("B"), "")), "A B", true),
        (format!("[{more}, {}]", page(&row("B"), "")), "A B", true),
        (format!("[{}, {more}]", page(&row("B"), "")), "B A", false),
        (format!("{more}\n{}", page(&row("B"), "")), "A B", false),
        (page("", ""), "", false),
        (row("A"), "A", false),
    ] {
        let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
        let found: Vec<&str> = snapshot.resources().iter().map(|r| r.address()).collect();
        assert_eq!(found.join(" "), ids, "{text}");
        let key = super::key("A::B::C".into(), "other".to_owned());
        assert_eq!(snapshot.coverage().missing_reason(&key).is_none(), covers, "{text}");
    }
}

#[test]
fn large_templates_cost_what_their_size_does() {
    // A long chain of conditions, each behind the next.
    let mut chain = String::from("Conditions:\n");
    for at in 0..20_000 {
        writeln!(chain, "  C{at}: !Not [!Condition C{}]", at + 1).unwrap();
    }
    chain.push_str("  C20000: !Equals [a, a]\nResources:\n  A: {Type: A::B::C, Condition: C0}\n");
    assert_eq!(parsed(&chain, &[]).unwrap().resources().len(), 1);
    // One long value, put in many times over.
    let long = "x".repeat(10_000);
    let mut many = format!(
        "Parameters: {{P: {{Type: String, Default: {long}}}}}\nResources:\n  A:\n    \
        Type: A::B::C\n    Properties:\n"
    );
    for at in 0..2_000 {
        writeln!(many, "      F{at}: !Ref P").unwrap();
    }
    assert_eq!(parsed(&many, &[]).unwrap_err().code(), Code::Limit);
    // A long name above many values that stand elsewhere.
    let mut moved = format!(
        r#"{{"Conditions": {{"C": {{"Fn::Equals": ["a", "a"]}}}}, "Resources": {{"A": {{"Type": "A::B::C",
        "Properties": {{"{long}": {{"F": 1"#
    );
    for at in 0..5_000 {
        write!(moved, r#", "F{at}": {{"Fn::If": ["C", 1, 2]}}"#).unwrap();
    }
    moved.push_str("}}}}}");
    assert_eq!(parsed(&moved, &[]).unwrap_err().code(), Code::Limit);
}

#[test]
fn long_texts_cost_what_they_are_read() {
    let long = "x".repeat(100_000);
    let items = (0..4_000).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    let looped = |body: String| {
        format!(
            r#"{{"Parameters": {{"L": {{"Type": "CommaDelimitedList", "Default": "{items}"}}}},
            "Resources": {{"A": {{"Type": "A::B::C", "Properties":
            {{"Fn::ForEach::X": ["I", {{"Ref": "L"}}, {{{body}}}]}}}}}}}}"#
        )
    };
    // A long text in each round of a loop: as a name, a value, or what functions work on.
    for body in [
        format!(r#""K${{I}}{long}": 1"#),
        format!(r#""K${{I}}": "{long}""#),
        format!(r#""K${{I}}": {{"Fn::Sub": "${{I}}{long}"}}"#),
        format!(r#""K${{I}}": {{"Fn::Join": ["", ["{long}"]]}}"#),
        format!(r#""K${{I}}": {{"Fn::ToJsonString": {{"a": "{long}"}}}}"#),
        format!(r#""K${{I}}": {{"Fn::If": ["{long}", 1, 2]}}"#),
        format!(r#""K${{I}}": {{"Ref": "{long}"}}"#),
        format!(r#""K${{I}}": {{"Fn::GetAtt": "{long}"}}"#),
    ] {
        let end = body.get(..40).unwrap_or_default();
        assert_eq!(parsed(&looped(body.clone()), &[]).unwrap_err().code(), Code::Limit, "{end}");
    }
    // One that aliases or mappings put in many places.
    let mut mapped = format!(
        "Mappings: {{M: {{k: {{v: &v {long}}}}}}}\nResources:\n  A:\n    Type: A::B::C\n    \
        Properties:\n"
    );
    let mut aliased = mapped.clone();
    for at in 0..1_000 {
        writeln!(mapped, "      F{at}: !Join ['', [!FindInMap [M, k, v]]]").unwrap();
        writeln!(aliased, "      F{at}: !Sub [*v, {{}}]").unwrap();
    }
    assert_eq!(parsed(&mapped, &[]).unwrap_err().code(), Code::Limit);
    assert_eq!(parsed(&aliased, &[]).unwrap_err().code(), Code::Limit);
    // Braces that nothing closes, or that one closes.
    for text in ["${".repeat(200_000), "{".repeat(200_000) + "}"] {
        let body = format!(r#""K": {{"Fn::Sub": "{text}"}}"#);
        assert_eq!(parsed(&looped(body).replace(&items, "0"), &[]).unwrap().resources().len(), 1);
    }
}

#[test]
fn deep_templates_overflow_nothing() {
    let wrap = |open: &str, inner: &str, close: &str| {
        let (open, close) = (open.repeat(150), close.repeat(150));
        format!(
            r#"{{"Resources": {{"A": {{"Type": "A::B::C", "Properties": {{"V": {open}{inner}{close}}}}}}}}}"#
        )
    };
    for text in [
        wrap(r#"{"Fn::Join":["",["a","#, r#""b""#, "]]}"),
        wrap(r#"{"Fn::If":["C",1,"#, "2", "]}"),
        wrap(r#"{"a":[{"b":"#, r#"{"Ref":"A"}"#, "}]}"),
        wrap(r#"{"Fn::ForEach::X":["I",["a"],{"K":"#, r#"{"Ref":"I"}"#, "}]}"),
    ] {
        assert_eq!(parsed(&text, &[]).unwrap().resources().len(), 1);
    }
}

#[test]
fn a_selected_element_brings_what_is_known_of_it() {
    let text = r#"{"Parameters": {"P": {"Type": "String", "NoEcho": "true", "Default": "hunter2hunter2"}},
        "Conditions": {"Yes": {"Fn::Equals": [1, 1]}},
        "Resources": {"A": {"Type": "AWS::X::Y", "Properties": {
            "List": {"Fn::Select": [1, [{"Fn::GetAtt": ["A", "B"]}, {"k": [
                {"Fn::If": ["Yes", "then", "else"]}, {"Fn::GetAtt": ["A", "B"]}, {"Ref": "P"}]}]]},
            "Behind": {"Fn::Join": ["-", ["a", {"Fn::Select": [0, ["b", {"Ref": "P"}]]}]]}}}}}"#;
    let snapshot = Snapshot::parse(text.as_bytes(), Format::Cloudformation).unwrap();
    let resource = &snapshot.resources()[0];
    let paths = |set: &PathSet| set.iter().map(|path| path.to_string()).collect::<Vec<_>>();
    assert_eq!(paths(&resource.unknown), ["List.k[1]"]);
    assert_eq!(paths(&resource.sensitive), ["List.k[2]"]);
    let attributes = resource.attributes.value();
    assert_eq!(attributes.str_field("Behind"), Some("a-b"));
    let first = attributes.get("List").and_then(|list| list.get("k")?.at(0)).unwrap();
    assert_eq!((first.as_str(), first.origin().is_some()), (Some("then"), true));
    let span = attributes.get("List").unwrap().span();
    assert!(text.get(span).unwrap().starts_with(r#"{"Fn::Select""#));
}
