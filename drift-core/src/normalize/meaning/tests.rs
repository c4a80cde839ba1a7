//! What changes of grants mean.

use super::{Meaning, Opened, Own, Reach, Whole};
use crate::path::{Path, Step};
use crate::value::Tree;

fn tree(json: &str) -> Option<Tree> {
    (json != "-").then(|| serde_json::from_str(json).unwrap())
}

/// Whether a change at `rest` below two values widens, and whether it narrows what they grant.
fn change(whole: [&str; 2], rest: &str, own: [&str; 2]) -> [bool; 2] {
    let [desired, actual] = whole.map(tree);
    let whole = Whole::new(desired, actual);
    let steps: Vec<Step> = rest.parse::<Path>().unwrap().steps().to_vec();
    let [desired, actual] = own.map(tree);
    let own =
        Own { desired: desired.as_ref(), actual: actual.as_ref(), whole: &whole, rest: &steps };
    [Reach::Widened, Reach::Narrowed].map(|reach| Meaning::Grants(reach).holds(own))
}

/// The same, of the whole.
fn whole(desired: &str, actual: &str) -> [bool; 2] {
    change([desired, actual], "", [desired, actual])
}

#[test]
fn the_same_may_be_written_otherwise() {
    let same = |desired: &str, actual: &str| {
        let whole = Whole::new(tree(desired), tree(actual));
        let (desired, actual) = (whole.desired.as_ref(), whole.actual.as_ref());
        let own = Own { desired, actual, whole: &whole, rest: &[] };
        [Meaning::Cidr(Reach::Same), Meaning::Grants(Reach::Same)].map(|it| it.holds(own))
    };
    assert_eq!(same(r#"["10.0.0.0/8"]"#, r#"["10.0.0.0/8","10.1.0.0/16"]"#), [true, false]);
    assert_eq!(same(r#"["10.0.0.0/8"]"#, r#"["10.0.0.0/9"]"#), [false, false]);
    let all = allow(r#""Action":"*","Resource":"*""#);
    let twice = allow(r#""Action":["*","a:b"],"Resource":"*""#);
    assert!(same(&all, &twice)[1] && !same(r#""Statement [""#, &twice)[1]);
    let hidden = r#"{"$redacted":"unequal"}"#;
    assert_eq!(same(hidden, hidden), [false, false]);
}

const WIDER: [bool; 2] = [true, false];
const NARROWER: [bool; 2] = [false, true];
const SAME: [bool; 2] = [false, false];

fn allow(rest: &str) -> String {
    format!(r#"{{"Statement":[{{"Effect":"Allow",{rest}}}]}}"#)
}

#[test]
fn policies_grant_more_or_less() {
    let read = allow(r#""Action":"s3:Get*","Resource":"*""#);
    let all = allow(r#""Action":["S3:*"],"Resource":["*"]"#);
    let split = r#"{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},
        {"Effect":"Allow","Action":"s3:GetBucket*","Resource":"*"}]}"#;
    let one = allow(r#""Action":["s3:getobject","s3:GetBucketAcl"],"Resource":"*""#);
    let bound = allow(
        r#""Action":"s3:Get*","Resource":"*","Condition":{"StringEquals":{"aws:x":["a","b"]}}"#,
    );
    let tighter =
        allow(r#""Action":"s3:Get*","Resource":"*","Condition":{"StringEquals":{"aws:X":"a"}}"#);
    let denied = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#;
    let open = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let but = allow(r#""NotAction":["iam:*"],"Resource":"*""#);
    let but_two = allow(r#""NotAction":["iam:*","kms:*"],"Resource":"*""#);
    for (desired, actual, expected) in [
        (&*read, &*all, WIDER),
        (&*all, &*read, NARROWER),
        (split, &*one, NARROWER),
        (&*one, split, WIDER),
        (&*bound, &*read, WIDER),
        (&*bound, &*tighter, NARROWER),
        (denied, open, WIDER),
        (open, denied, NARROWER),
        (&*but, &*but_two, NARROWER),
        (&*but, open, WIDER),
        (&*but, &*read, NARROWER),
        (&*read, &*read, SAME),
        ("-", &*read, WIDER),
        (
            r#"[{"Effect":"Allow","Action":"a:*","Resource":"*"}]"#,
            r#"[{"Effect":"Allow","Action":"*","Resource":"*"}]"#,
            WIDER,
        ),
        (&*read, "-", NARROWER),
        (&*read, "\"{\\\"Statement\\\":[]}\"", NARROWER),
        (&*read, "\"%7B%22Statement%22%3A%5B%5D%7D\"", NARROWER),
    ] {
        assert_eq!(whole(desired, actual), expected, "{desired} {actual}");
    }
}

#[test]
fn a_change_of_a_policy_is_told_apart_from_others() {
    let before = r#"{"Statement":[{"Sid":"a","Effect":"Allow","Action":["x:A","x:B"],"Resource":"*"},
        {"Sid":"d","Effect":"Deny","Action":["y:A"],"Resource":"*"}]}"#;
    let after = r#"{"Statement":[{"Sid":"a","Effect":"Allow","Action":["x:A","x:C"],"Resource":"*"},
        {"Sid":"d","Effect":"Deny","Action":["y:B"],"Resource":"*"}]}"#;
    for (rest, own, expected) in [
        (r#"Statement[Sid="a"].Action[="x:C"]"#, ["-", "\"x:C\""], WIDER),
        (r#"Statement[Sid="a"].Action[="x:B"]"#, ["\"x:B\"", "-"], NARROWER),
        (r#"Statement[Sid="d"].Action[="y:B"]"#, ["-", "\"y:B\""], NARROWER),
        (r#"Statement[Sid="d"].Action[="y:A"]"#, ["\"y:A\"", "-"], WIDER),
        ("Version", ["\"2008-10-17\"", "\"2012-10-17\""], SAME),
        (r#"Statement[Sid="a"].Sid"#, ["\"a\"", "\"b\""], SAME),
        (r#"Statement[Sid="a"].Effect"#, ["\"Allow\"", "\"Deny\""], NARROWER),
    ] {
        assert_eq!(change([before, after], rest, own), expected, "{rest}");
    }
    let moved = r#"{"Statement":[{"Sid":"a","Effect":"Allow","Action":["x:A"],"Resource":"*"},
        {"Sid":"b","Effect":"Allow","Action":["x:B"],"Resource":"*"},
        {"Sid":"d","Effect":"Deny","Action":["y:A"],"Resource":"*"}]}"#;
    let added = r#"{"Sid":"b","Effect":"Allow","Action":["x:B"],"Resource":"*"}"#;
    assert_eq!(change([before, moved], r#"Statement[Sid="b"]"#, ["-", added]), SAME);
}

#[test]
fn another_account_takes_in_its_own_roles() {
    let to = |principal: &str| {
        allow(&format!(r#""Action":"sts:AssumeRole","Principal":{{"AWS":"{principal}"}}"#))
    };
    let (root, id) = (to("arn:aws:iam::111122223333:root"), to("111122223333"));
    let role = to("arn:aws:iam::111122223333:role/x");
    let within = |home: Option<&str>, desired: &str, actual: &str| {
        let whole = Whole::new(tree(desired), tree(actual)).within(home);
        let (desired, actual) = (whole.desired.as_ref(), whole.actual.as_ref());
        let own = Own { desired, actual, whole: &whole, rest: &[] };
        [Reach::Widened, Reach::Narrowed].map(|reach| Meaning::Grants(reach).holds(own))
    };
    for (home, from, to, expected) in [
        (Some("444455556666"), &root, &role, NARROWER),
        (Some("444455556666"), &id, &role, NARROWER),
        (Some("444455556666"), &role, &root, WIDER),
        (Some("444455556666"), &root, &id, SAME),
        // In one account a role that is named may do so without a policy of its own.
        (Some("111122223333"), &root, &role, [true, true]),
        (None, &root, &role, [true, true]),
    ] {
        assert_eq!(within(home, from, to), expected, "{home:?} {from} {to}");
    }
}

#[test]
fn rules_of_roles_grant_more_or_less() {
    let read = r#"[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]"#;
    let split = r#"[{"apiGroups":[""],"resources":["pods"],"verbs":["list"]},
        {"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]"#;
    let all = r#"[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]"#;
    let named =
        r#"[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"],"resourceNames":["a"]}]"#;
    for (desired, actual, expected) in [
        (read, split, SAME),
        (read, all, WIDER),
        (all, read, NARROWER),
        (named, read, WIDER),
        (read, named, NARROWER),
        ("[]", read, WIDER),
    ] {
        assert_eq!(whole(desired, actual), expected, "{desired} {actual}");
    }
    let wider = r#"[{"apiGroups":[""],"resources":["pods"],"verbs":["get","delete"]}]"#;
    assert_eq!(change([read, wider], r#"[0].verbs[="delete"]"#, ["-", "\"delete\""]), WIDER);
    assert_eq!(change([read, wider], r#"[0].verbs[="list"]"#, ["\"list\"", "-"]), NARROWER);
}

#[test]
fn lists_and_levels_grant_more_or_less() {
    for (desired, actual, expected) in [
        (r#"["a"]"#, r#"["a","b"]"#, WIDER),
        (r#"["a","b"]"#, r#"["b"]"#, NARROWER),
        (r#"["a"]"#, r#"["b"]"#, [true, true]),
        (r#"{"contents":"read"}"#, r#"{"contents":"write"}"#, WIDER),
        (r#"{"contents":"write"}"#, r#"{}"#, NARROWER),
        (r#""read-all""#, r#""write-all""#, WIDER),
        (r#""read-all""#, r#"{"contents":"write"}"#, WIDER),
        (r#"[{"role":"r","members":["a"]}]"#, r#"[{"role":"r","members":["a","b"]}]"#, WIDER),
        (r#"[{"role":"r","members":["a"]}]"#, r#"[{"role":"s","members":["a"]}]"#, [true, true]),
        (r#"{"$redacted":"unequal"}"#, r#"{"$redacted":"unequal"}"#, SAME),
    ] {
        assert_eq!(whole(desired, actual), expected, "{desired} {actual}");
    }
}

#[test]
fn what_is_granted_may_be_without_bounds() {
    let of = |desired: &str, actual: &str| {
        let whole = Whole::new(tree(desired), tree(actual));
        let (desired, actual) = (whole.desired.as_ref(), whole.actual.as_ref());
        let own = Own { desired, actual, whole: &whole, rest: &[] };
        [Opened::Public, Opened::Full].map(|opened| Meaning::Opened(opened).holds(own))
    };
    let (public, full, neither) = ([true, false], [false, true], [false, false]);
    let to = |principal: &str, more: &str| {
        allow(&format!(r#""Principal":{principal},"Action":"s3:GetObject","Resource":"b"{more}"#))
    };
    let one = to(r#"{"AWS":"1"}"#, "");
    let if_ = |test: &str| to(r#""*""#, &format!(r#","Condition":{test}"#));
    for (actual, expected) in [
        (to(r#""*""#, ""), public),
        (to(r#"{"AWS":["1","*"]}"#, ""), public),
        (to(r#"{"Service":"s3.amazonaws.com"}"#, ""), neither),
        (if_(r#"{"StringEquals":{"aws:PrincipalOrgID":"o"}}"#), neither),
        (if_(r#"{"StringLike":{"aws:SourceAccount":"*"}}"#), public),
        (if_(r#"{"StringNotEquals":{"aws:SourceAccount":"1"}}"#), public),
        (if_(r#"{"StringEqualsIfExists":{"aws:SourceVpc":"v"}}"#), public),
        (if_(r#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/0"]}}"#), public),
        (if_(r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#), public),
        (if_(r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#), neither),
        (if_(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"}}"#), neither),
        (if_(r#"{"Bool":{"aws:SecureTransport":"true"}}"#), public),
        (allow(r#""Action":"*","Resource":"*""#), full),
        (allow(r#""Action":["a:b","*:*"],"Resource":["x","*"]"#), full),
        (allow(r#""Action":"s3:*","Resource":"*""#), neither),
        (allow(r#""Action":"*","Resource":"b""#), neither),
        (
            r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#
                .to_owned(),
            neither,
        ),
    ] {
        assert_eq!(of(&one, &actual), expected, "{actual}");
        assert_eq!(of("-", &actual), expected, "{actual}");
        assert_eq!(of(&actual, &actual), neither, "{actual}");
        assert_eq!(of(&actual, &one), neither, "{actual}");
    }
    assert_eq!(of(r#"["user:a"]"#, r#"["user:a","allUsers"]"#), public);
    assert_eq!(of(r#"["allUsers"]"#, r#"["allUsers","user:a"]"#), neither);
    assert_eq!(of(r#""user:a""#, r#""allAuthenticatedUsers""#), public);
    let bound = |member: &str| format!(r#"[{{"role":"r","members":["{member}"]}}]"#);
    assert_eq!(of(&bound("user:a"), &bound("allUsers")), public);
}
