//! What changes of rules of firewalls mean.

use super::super::{Meaning, Whole};
use super::*;
use crate::path::Path;

fn tree(json: &str) -> Option<Tree> {
    (json != "-").then(|| serde_json::from_str(json).unwrap())
}

const ALL: [Let; 4] = [Let::Opened, Let::Widened, Let::Narrowed, Let::Same];
const OPENED: [bool; 4] = [true, true, false, false];
const WIDENED: [bool; 4] = [false, true, false, false];
const NARROWED: [bool; 4] = [false, false, true, false];
const MOVED: [bool; 4] = [false, true, true, false];
const SAME: [bool; 4] = [false, false, false, true];
const OTHER: [bool; 4] = [false; 4];

/// What a change at `rest` below two values means.
fn change(direction: Direction, whole: [&str; 2], rest: &str, own: [&str; 2]) -> [bool; 4] {
    let [desired, actual] = whole.map(tree);
    let whole = Whole::new(desired, actual);
    let steps: Vec<Step> = rest.parse::<Path>().unwrap().steps().to_vec();
    let [desired, actual] = own.map(tree);
    let own =
        Own { desired: desired.as_ref(), actual: actual.as_ref(), whole: &whole, rest: &steps };
    ALL.map(|wanted| Meaning::Traffic(direction, wanted).holds(own))
}

fn ingress(desired: &str, actual: &str) -> [bool; 4] {
    change(Direction::In, [desired, actual], "", [desired, actual])
}

fn egress(desired: &str, actual: &str) -> [bool; 4] {
    change(Direction::Out, [desired, actual], "", [desired, actual])
}

fn group(rules: &[(&str, i64, i64, &str)]) -> String {
    let rule = |(protocol, from, to, cidrs): &(&str, i64, i64, &str)| {
        let cidrs: Vec<String> = cidrs.split(' ').map(|cidr| format!("\"{cidr}\"")).collect();
        format!(
            r#"{{"protocol":"{protocol}","from_port":{from},"to_port":{to},"cidr_blocks":[{}],"description":"{from}"}}"#,
            cidrs.join(",")
        )
    };
    format!("[{}]", rules.iter().map(rule).collect::<Vec<_>>().join(","))
}

#[test]
fn rules_of_a_group_are_judged_together() {
    let ssh = group(&[("tcp", 22, 22, "10.0.0.0/8")]);
    for (rules, expected) in [
        (&[("6", 22, 22, "10.0.0.0/9 10.128.0.0/9")][..], SAME),
        (&[("tcp", 22, 22, "10.0.0.0/9"), ("tcp", 22, 22, "10.128.0.0/9")], SAME),
        (&[("tcp", 22, 22, "10.0.0.0/8"), ("tcp", 22, 22, "10.0.0.1/32")], SAME),
        (&[("tcp", 22, 22, "10.0.0.0/9")], NARROWED),
        (&[("tcp", 20, 30, "10.0.0.0/8")], WIDENED),
        (&[("-1", 0, 0, "10.0.0.0/8")], WIDENED),
        (&[("tcp", 443, 443, "10.0.0.0/8")], MOVED),
        (&[("udp", 22, 22, "10.0.0.0/8")], MOVED),
        (&[("tcp", 22, 22, "0.0.0.0/0")], OPENED),
        (&[("tcp", 22, 22, "0.0.0.0/1 128.0.0.0/1")], OPENED),
        (&[("tcp", 22, 22, "10.0.0.0/8"), ("tcp", 443, 443, "::/0")], OPENED),
        (&[("tcp", 22, 22, "10.0.0.0/8 sg-1")], WIDENED),
    ] {
        let rules = group(rules);
        assert_eq!(ingress(&ssh, &rules), expected, "{rules}");
        let back = match expected {
            OPENED | WIDENED => NARROWED,
            NARROWED => WIDENED,
            other => other,
        };
        assert_eq!(ingress(&rules, &ssh), back, "{rules}");
    }
    let all = group(&[("-1", 0, 0, "0.0.0.0/0")]);
    let https = group(&[("tcp", 443, 443, "0.0.0.0/0")]);
    assert_eq!(ingress(&all, &https), NARROWED);
    assert_eq!(ingress(&https, &all), OPENED);
    assert_eq!(ingress("-", &https), OPENED);
    assert_eq!(ingress(&https, "[]"), NARROWED);
    let hidden = r#"[{"protocol":"tcp","cidr_blocks":{"$redacted":"unequal"}}]"#;
    assert_eq!(ingress(hidden, hidden), OTHER);
}

#[test]
fn messages_of_icmp_have_types_and_codes() {
    let of = |kind: i64, code: i64| group(&[("icmp", kind, code, "10.0.0.0/8")]);
    assert_eq!(ingress(&of(8, 0), &of(8, -1)), WIDENED);
    assert_eq!(ingress(&of(8, -1), &of(-1, -1)), WIDENED);
    assert_eq!(ingress(&of(8, 0), &of(0, 0)), MOVED);
    // Of other protocols than these ports say nothing.
    let esp = |from: i64| group(&[("50", from, from, "10.0.0.0/8")]);
    assert_eq!(ingress(&esp(0), &esp(7)), SAME);
}

#[test]
fn forms_of_aws_say_the_same() {
    let terraform = r#"[{"protocol":"tcp","from_port":22,"to_port":23,"cidr_blocks":["10.0.0.0/8"],
        "security_groups":["sg-1"],"self":false}]"#;
    for other in [
        r#"[{"IpProtocol":"tcp","FromPort":22,"ToPort":23,"CidrIp":"10.0.0.0/8"},
            {"IpProtocol":"tcp","FromPort":"22","ToPort":"23","SourceSecurityGroupId":"sg-1"}]"#,
        r#"[{"IpProtocol":"tcp","FromPort":22,"ToPort":23,"IpRanges":[{"CidrIp":"10.0.0.0/8",
            "Description":"d"}],"UserIdGroupPairs":[{"GroupId":"sg-1","UserId":"1"}]}]"#,
    ] {
        assert_eq!(ingress(terraform, other), SAME, "{other}");
    }
    let own = terraform.replace("false", "true");
    assert_eq!(ingress(terraform, &own), WIDENED);
    let reference = r#"[{"IpProtocol":"tcp","SourceSecurityGroupId":{"Ref":"A"}}]"#;
    assert_eq!(ingress(reference, reference), SAME);
}

#[test]
fn a_rule_alone_has_its_direction() {
    let rule = |way: &str, cidr: &str, protocol: &str| {
        format!(
            r#"{{"type":"{way}","protocol":"{protocol}","from_port":443,"to_port":443,"cidr_blocks":["{cidr}"],"description":"d"}}"#
        )
    };
    let (inner, all) = (rule("ingress", "10.0.0.0/8", "tcp"), rule("ingress", "0.0.0.0/0", "tcp"));
    assert_eq!((ingress(&inner, &all), egress(&inner, &all)), (OPENED, SAME));
    let any = rule("ingress", "10.0.0.0/8", "-1");
    assert_eq!((ingress(&inner, &any), ingress(&any, &inner)), (WIDENED, NARROWED));
    let out = rule("egress", "10.0.0.0/8", "tcp");
    assert_eq!((ingress(&inner, &out), egress(&inner, &out)), (NARROWED, WIDENED));
    for (rest, own, expected) in [
        (r#"cidr_blocks[="0.0.0.0/0"]"#, ["-", "\"0.0.0.0/0\""], OPENED),
        (r#"cidr_blocks[="10.0.0.0/8"]"#, ["\"10.0.0.0/8\"", "-"], SAME),
        ("description", ["\"a\"", "\"b\""], SAME),
        ("tags.a", ["\"a\"", "\"b\""], OTHER),
    ] {
        assert_eq!(change(Direction::In, [&inner, &all], rest, own), expected, "{rest}");
    }
}

#[test]
fn what_a_rule_denies_counts_the_other_way_round() {
    let azure = |access: &str, way: &str, from: &str, ports: &str| {
        format!(
            r#"{{"access":"{access}","direction":"{way}","protocol":"Tcp","priority":100,
            "source_address_prefix":"{from}","source_port_range":"*","destination_address_prefix":"*",
            "destination_port_range":"{ports}"}}"#
        )
    };
    let deny = |from: &str| azure("Deny", "Inbound", from, "22");
    assert_eq!(ingress(&deny("10.0.0.0/8"), &deny("*")), NARROWED);
    assert_eq!(ingress(&deny("*"), &deny("10.0.0.0/8")), WIDENED);
    assert_eq!(ingress(&deny("*"), &azure("Allow", "Inbound", "*", "22")), OPENED);
    assert_eq!(ingress(&azure("Allow", "Inbound", "*", "22"), &deny("*")), NARROWED);
    let allow = |ports: &str| azure("Allow", "Inbound", "10.0.0.0/8", ports);
    assert_eq!(ingress(&allow("80-90"), &allow("*")), WIDENED);
    assert_eq!(ingress(&allow("*"), &allow("80-90")), NARROWED);
    assert_eq!(egress(&allow("*"), &allow("80-90")), SAME);
    let google = |way: &str, action: &str, from: &str, more: &str| {
        format!(
            r#"{{"direction":"{way}","{action}":[{{"protocol":"tcp","ports":["22"]}}],
            "source_ranges":["{from}"],"priority":1000{more}}}"#
        )
    };
    let (one, all) =
        (google("INGRESS", "allow", "10.0.0.0/8", ""), google("INGRESS", "allow", "0.0.0.0/0", ""));
    assert_eq!((ingress(&one, &all), ingress(&all, &one)), (OPENED, NARROWED));
    let (one, all) =
        (google("INGRESS", "deny", "10.0.0.0/8", ""), google("INGRESS", "deny", "0.0.0.0/0", ""));
    assert_eq!((ingress(&one, &all), ingress(&all, &one)), (NARROWED, WIDENED));
    let off = google("INGRESS", "deny", "0.0.0.0/0", r#","disabled":true"#);
    assert_eq!((ingress(&all, &off), ingress(&off, &all)), (WIDENED, NARROWED));
    let tagged = google("INGRESS", "allow", "0.0.0.0/0", r#","target_tags":["web"]"#);
    let untagged = google("INGRESS", "allow", "0.0.0.0/0", "");
    assert_eq!((ingress(&tagged, &untagged), ingress(&untagged, &tagged)), (OPENED, NARROWED));
    assert_eq!(
        ingress(
            r#"{"allow":[{"protocol":"icmp"}],"source_ranges":["10.0.0.0/8"]}"#,
            r#"{"allow":[{"protocol":"icmp"}]}"#
        ),
        OPENED
    );
    let to = |ranges: &str| {
        format!(r#"{{"allow":[{{"protocol":"all"}}],"destination_ranges":["{ranges}"]}}"#)
    };
    assert_eq!(egress(&to("10.0.0.0/8"), &to("0.0.0.0/0")), OPENED);
    assert_eq!(ingress(&to("10.0.0.0/8"), &to("0.0.0.0/0")), SAME);
}

#[test]
fn the_first_rule_that_fits_counts() {
    let rule = |number: i64, action: &str, cidr: &str| {
        format!(
            r#"{{"rule_no":{number},"action":"{action}","protocol":"tcp","from_port":22,"to_port":22,"cidr_block":"{cidr}"}}"#
        )
    };
    let acl = |rules: &[String]| format!("[{}]", rules.join(","));
    let guarded = acl(&[rule(100, "deny", "10.9.0.0/16"), rule(200, "allow", "10.0.0.0/8")]);
    let late = acl(&[rule(300, "deny", "10.9.0.0/16"), rule(200, "allow", "10.0.0.0/8")]);
    let open = acl(&[rule(200, "allow", "10.0.0.0/8")]);
    let wider = acl(&[rule(100, "deny", "10.8.0.0/15"), rule(200, "allow", "10.0.0.0/8")]);
    assert_eq!((ingress(&guarded, &late), ingress(&late, &guarded)), (WIDENED, NARROWED));
    assert_eq!((ingress(&late, &open), ingress(&guarded, &open)), (SAME, WIDENED));
    assert_eq!((ingress(&guarded, &wider), ingress(&wider, &guarded)), (NARROWED, WIDENED));
    // Of an entry alone it is not known what others say.
    let entry = |action: &str, cidr: &str| {
        format!(
            r#"{{"RuleAction":"{action}","Protocol":6,"CidrBlock":"{cidr}","PortRange":{{"From":1,"To":9}}}}"#
        )
    };
    assert_eq!(ingress(&entry("deny", "10.0.0.0/8"), &entry("deny", "10.0.0.0/9")), WIDENED);
    assert_eq!(ingress(&entry("allow", "10.0.0.0/8"), &entry("allow", "10.0.0.0/9")), NARROWED);
    // Behind the rules of a network security group stand those of Azure.
    let nsg = |access: &str, way: &str| {
        format!(
            r#"[{{"name":"a","properties":{{"access":"{access}","direction":"{way}","priority":100,"protocol":"*",
            "sourceAddressPrefix":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}}}]"#
        )
    };
    assert_eq!(egress(&nsg("Deny", "Outbound"), "[]"), OPENED);
    assert_eq!(ingress(&nsg("Deny", "Inbound"), "[]"), WIDENED);
    assert_eq!(ingress(&nsg("Allow", "Inbound"), &nsg("Deny", "Inbound")), NARROWED);
}

#[test]
fn a_change_within_a_list_is_told_apart_from_others() {
    let before = group(&[("tcp", 22, 22, "10.0.0.0/8"), ("tcp", 80, 80, "10.0.0.0/8")]);
    let after = group(&[("tcp", 80, 80, "10.0.0.0/8"), ("tcp", 443, 443, "0.0.0.0/0")]);
    let rule = |json: String| json.strip_prefix('[').unwrap().strip_suffix(']').unwrap().to_owned();
    let opened = rule(group(&[("tcp", 443, 443, "0.0.0.0/0")]));
    let gone = rule(group(&[("tcp", 22, 22, "10.0.0.0/8")]));
    let kept = rule(group(&[("tcp", 80, 80, "10.0.0.0/8")]));
    let of = |rest: &str, own: [&str; 2]| change(Direction::In, [&before, &after], rest, own);
    assert_eq!(of("[1]", ["-", &opened]), OPENED);
    assert_eq!(of("[0]", [&gone, "-"]), NARROWED);
    assert_eq!(of("[0]", ["-", &kept]), SAME);
    assert_eq!(of("[0].description", ["\"a\"", "\"b\""]), SAME);
    assert_eq!(of("[0].cidr_blocks[=\"10.0.0.0/8\"]", ["-", "\"10.0.0.0/8\""]), WIDENED);
    assert_eq!(of("[0].cidr_blocks[=\"0.0.0.0/0\"]", ["-", "\"0.0.0.0/0\""]), OPENED);
    assert_eq!(of("[0].from_port", ["1", "2"]), [true, true, true, false]);
    let (one, other) =
        (group(&[("tcp", 22, 22, "10.0.0.0/8")]), group(&[("tcp", 22, 22, "0.0.0.0/0")]));
    let of = |own: [&str; 2]| change(Direction::In, [&one, &other], "[0]", own);
    let (gone, came) = (rule(one.clone()), rule(other.clone()));
    assert_eq!((of([&gone, "-"]), of(["-", &came])), (SAME, OPENED));
}

#[test]
fn many_rules_take_no_longer_than_they_are() {
    let rules = |of: u32, port: u32| {
        let all = (0..of).map(|at| {
            let [_, a, b, c] = (at * 2).to_be_bytes();
            format!(r#"{{"protocol":"tcp","from_port":{port},"to_port":{port},"cidr_blocks":["1{a}.{b}.{c}.0/24"]}}"#)
        });
        format!("[{}]", all.collect::<Vec<_>>().join(","))
    };
    let [before, after] = [rules(20_000, 22), rules(20_000, 23)].map(|json| tree(&json));
    let whole = Whole::new(before, after);
    let Some(Tree::List(items)) = &whole.actual else { panic!("a list") };
    for (index, item) in items.iter().enumerate() {
        let rest = [Step::Index(index)];
        let own = Own { desired: None, actual: Some(item), whole: &whole, rest: &rest };
        assert!(Meaning::Traffic(Direction::In, Let::Widened).holds(own));
    }
}
