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
fn what_lists_have_in_common_is_told_from_the_rest() {
    let far: Vec<u32> = (0..40).collect();
    let moved: Vec<u32> = (1..40).chain([0]).collect();
    let (far, moved) = (format!("{far:?}"), format!("{moved:?}"));
    for (before, after, both, of_before, of_after) in [
        ("[1,2,3]", "[1,2,3]", 3, 0, 0),
        ("[1,2,3]", "[2,3]", 2, 1, 0),
        ("[2,3]", "[1,2,3,4]", 2, 0, 2),
        ("[1,2,3]", "[2,9,3]", 2, 1, 1),
        ("[1,1]", "[1]", 1, 1, 0),
        ("[1]", "[2]", 0, 1, 1),
        ("{}", "{}", 1, 0, 0),
        ("-", "[1]", 0, 0, 1),
        (&far, &moved, 39, 1, 1),
        (&moved, &far, 39, 1, 1),
    ] {
        let sides = [tree(before), tree(after)];
        let (found, [only_before, only_after]) = read::parts(sides.each_ref().map(Option::as_ref));
        let found = [found.len(), only_before.len(), only_after.len()];
        assert_eq!(found, [both, of_before, of_after], "{before} {after}");
    }
}

#[test]
fn what_both_sides_have_changes_no_verdict() {
    let azure = |name: &str, priority: i64, access: &str, source: &str| {
        format!(
            r#"{{"name": "{name}", "priority": {priority}, "direction": "Inbound", "access": "{access}",
                "protocol": "Tcp", "sourceAddressPrefix": "{source}", "destinationPortRange": "22"}}"#
        )
    };
    let aws = |cidr: &str, port: i64| {
        format!(
            r#"{{"protocol": "tcp", "from_port": {port}, "to_port": {port}, "cidr_blocks": ["{cidr}"]}}"#
        )
    };
    let google = |priority: i64, action: &str, range: &str| {
        format!(
            r#"{{"priority": {priority}, "action": "{action}", "direction": "INGRESS",
                "match": {{"src_ip_ranges": ["{range}"], "layer4_configs": [{{"ip_protocol": "tcp"}}]}}}}"#
        )
    };
    let (deny, allow) =
        (azure("d", 100, "Deny", "10.0.0.0/8"), azure("a", 200, "Allow", "10.0.0.0/8"));
    let all = azure("all", 150, "Allow", "*");
    let (small, large) = (aws("10.0.0.0/8", 22), aws("0.0.0.0/0", 22));
    let (other, part) = (aws("10.0.0.0/8", 80), aws("10.1.0.0/16", 22));
    let (goes, stops) = (google(1, "goto_next", "10.0.0.0/8"), google(2, "deny", "0.0.0.0/0"));
    let opens = google(3, "allow", "0.0.0.0/0");
    for (before, after) in [
        (vec![&deny, &allow], vec![&allow]),
        (vec![&deny, &allow], vec![&deny, &all, &allow]),
        (vec![&allow], vec![&allow, &deny]),
        (vec![&small, &other], vec![&small, &other, &large]),
        (vec![&small, &other], vec![&small, &part, &other]),
        (vec![&part, &other], vec![&small, &other]),
        (vec![&goes, &stops], vec![&goes, &opens, &stops]),
        (vec![&goes, &stops], vec![&stops, &opens]),
        (vec![&small, &other], vec![&other, &small]),
    ] {
        let list = |rules: &[&String], note: &str| {
            let rules = rules.iter().map(|rule| {
                let (start, rest) = rule.split_at(1);
                format!("{start}\"description\": \"{note}\", {rest}")
            });
            format!("[{}]", rules.collect::<Vec<_>>().join(","))
        };
        // With other descriptions the two sides have no element in common.
        let (alike, apart) = (list(&after, "x"), list(&after, "y"));
        let before = list(&before, "x");
        assert_eq!(ingress(&before, &alike), ingress(&before, &apart), "{before} {alike}");
        assert_eq!(ingress(&alike, &before), ingress(&apart, &before), "{before} {alike}");
    }
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
fn a_rule_that_changes_its_place_is_judged_with_the_others() {
    let rule = |number: i64, action: &str, cidr: &str| {
        format!(
            r#"{{"rule_no":{number},"action":"{action}","protocol":"tcp","from_port":22,"to_port":22,"cidr_block":"{cidr}"}}"#
        )
    };
    let acl = |deny: i64| {
        let rules = [rule(deny, "deny", "10.9.0.0/16"), rule(200, "allow", "10.0.0.0/8")];
        format!("[{}]", rules.join(","))
    };
    let of = |from: i64, to: i64| {
        let (before, after) = (acl(from), acl(to));
        let own = [from.to_string(), to.to_string()];
        change(Direction::In, [&before, &after], "[0].rule_no", own.each_ref().map(|it| &**it))
    };
    assert_eq!((of(100, 300), of(300, 100), of(100, 150)), (WIDENED, NARROWED, SAME));
    // Of a rule that is a resource of its own others say what its place means.
    let [one, other] = [rule(100, "deny", "10.0.0.0/8"), rule(300, "deny", "10.0.0.0/8")];
    assert_eq!(change(Direction::In, [&one, &other], "rule_no", ["100", "300"]), OTHER);
}

#[test]
fn of_one_port_and_several_one_is_empty() {
    let rule = |one: &str, several: &str, from: &str, froms: &str| {
        format!(
            r#"[{{"name":"a","access":"Allow","direction":"Inbound","protocol":"Tcp","priority":100,
            "source_address_prefix":"{from}","source_address_prefixes":[{froms}],"source_port_range":"*",
            "source_port_ranges":[],"destination_address_prefix":"*","destination_address_prefixes":[],
            "destination_port_range":"{one}","destination_port_ranges":[{several}]}}]"#
        )
    };
    let ports = |one: &str, several: &str| rule(one, several, "Internet", "");
    for (before, after, expected) in [
        (ports("", r#""443","8443""#), ports("", r#""443","8443","22""#), OPENED),
        (ports("80-90", ""), ports("", r#""80-90""#), SAME),
        (ports("", r#""443""#), ports("*", ""), OPENED),
        (rule("22", "", "10.0.0.0/8", ""), rule("22", "", "", r#""10.0.0.0/8""#), SAME),
        (rule("22", "", "10.0.0.0/8", ""), rule("22", "", "", r#""*""#), OPENED),
        // What is no port is not known, and not every port.
        (ports("[parameters('p')]", ""), ports("22", ""), [true, true, true, false]),
        (ports("[parameters('p')]", ""), ports("[parameters('q')]", ""), [true, true, true, false]),
    ] {
        assert_eq!(ingress(&before, &after), expected, "{before} {after}");
    }
}

/// A rule of a firewall policy of Google Cloud, with more of its fields and of its `match`.
fn of_policy(action: &str, priority: i64, sources: &str, more: &str, within: &str) -> String {
    let sources: Vec<String> =
        sources.split_whitespace().map(|source| format!("\"{source}\"")).collect();
    format!(
        r#"{{"action":"{action}","direction":"INGRESS","priority":{priority}{more},"match":[{{"src_ip_ranges":[{}],
        "layer4_configs":[{{"ip_protocol":"tcp","ports":["22"]}}]{within}}}]}}"#,
        sources.join(",")
    )
}

#[test]
fn rules_of_policies_may_leave_the_decision_to_others() {
    let rule = |action: &str, sources: &str| of_policy(action, 1, sources, "", "");
    let ten = "10.0.0.0/8";
    for (before, after, expected) in [
        (("allow", ten), ("allow", "0.0.0.0/0"), OPENED),
        (("allow", ten), ("allow", ""), OPENED),
        (("allow", ""), ("allow", ten), NARROWED),
        (("allow", ten), ("deny", ten), NARROWED),
        (("allow", ten), ("goto_next", ten), NARROWED),
        (("goto_next", ten), ("allow", "0.0.0.0/0"), OPENED),
        (("goto_next", ten), ("deny", ten), NARROWED),
        (("deny", ten), ("goto_next", ten), WIDENED),
        (("deny", "0.0.0.0/0"), ("deny", ten), WIDENED),
        (("goto_next", ten), ("goto_next", "0.0.0.0/0"), SAME),
        (("apply_security_profile_group", ten), ("apply_security_profile_group", ""), OPENED),
    ] {
        let [one, other] = [before, after].map(|(action, sources)| rule(action, sources));
        assert_eq!(ingress(&one, &other), expected, "{before:?} {after:?}");
        assert_eq!(egress(&one, &other), SAME, "{before:?} {after:?}");
    }
    let plain = rule("allow", ten);
    for (more, within, expected) in [
        (r#","target_service_accounts":["a"]"#, "", NARROWED),
        (r#","target_secure_tags":[{"name":"tagValues/1","state":"EFFECTIVE"}]"#, "", NARROWED),
        (r#","disabled":true"#, "", NARROWED),
        (r#","enable_logging":true,"description":"d","rule_name":"n""#, "", SAME),
        ("", r#","dest_ip_ranges":["10.1.0.0/16"]"#, NARROWED),
        ("", r#","src_network_scope":"NON_INTERNET""#, NARROWED),
        ("", r#","src_network_scope":"" "#, SAME),
        ("", r#","src_fqdns":["example.org"]"#, WIDENED),
        ("", r#","src_secure_tags":[{"name":"tagValues/1"}]"#, WIDENED),
    ] {
        let other = of_policy("allow", 1, ten, more, within);
        assert_eq!(ingress(&plain, &other), expected, "{more} {within}");
    }
    // Of a secure tag the cloud says whether it is in effect.
    let tag = |state: &str| {
        let tag = format!(r#","src_secure_tags":[{{"name":"tagValues/1","state":"{state}"}}]"#);
        of_policy("allow", 1, "", "", &tag)
    };
    assert_eq!(ingress(&tag("EFFECTIVE"), &tag("INEFFECTIVE")), SAME);
    let api = r#"{"action":"allow","direction":"INGRESS","priority":1,"match":{"srcIpRanges":["10.0.0.0/8"],
        "layer4Configs":[{"ipProtocol":"6","ports":["22"]}]}}"#;
    assert_eq!(ingress(&plain, api), SAME);
    let out = plain.replace("INGRESS", "EGRESS").replace("src_ip", "dest_ip");
    let all = out.replace(ten, "0.0.0.0/0");
    assert_eq!((egress(&out, &all), ingress(&out, &all)), (OPENED, SAME));
    // The same in parts.
    let wide = rule("allow", "10.0.0.0/8 0.0.0.0/0");
    for (rest, own, expected) in [
        (r#"match[0].src_ip_ranges[="0.0.0.0/0"]"#, ["-", "\"0.0.0.0/0\""], OPENED),
        (r#"match[0].src_ip_ranges[="10.0.0.0/8"]"#, ["\"10.0.0.0/8\"", "-"], SAME),
        ("match[0]", ["{}", "-"], OPENED),
        ("enable_logging", ["true", "false"], OTHER),
    ] {
        assert_eq!(change(Direction::In, [&plain, &wide], rest, own), expected, "{rest}");
    }
    // The last of those whom a rule lets through: without any it is for everyone.
    let none = rule("allow", "");
    let (last, of) = ("match[0].src_ip_ranges[=\"10.0.0.0/8\"]", Direction::In);
    assert_eq!(change(of, [&plain, &none], last, ["\"10.0.0.0/8\"", "-"]), OPENED);
    assert_eq!(change(of, [&none, &plain], last, ["-", "\"10.0.0.0/8\""]), NARROWED);
}

#[test]
fn rules_of_a_policy_count_in_their_order() {
    let policy = |rules: &[(&str, i64, &str)]| {
        let rule = |(action, priority, sources): &(&str, i64, &str)| {
            of_policy(action, *priority, sources, "", "")
        };
        format!("[{}]", rules.iter().map(rule).collect::<Vec<_>>().join(","))
    };
    let (deny, allow) = (("deny", 100, "10.9.0.0/16"), ("allow", 200, "10.0.0.0/8"));
    let late = ("deny", 300, "10.9.0.0/16");
    let rest = ("goto_next", i64::from(i32::MAX), "0.0.0.0/0 ::/0");
    for (before, after, expected) in [
        (&[deny, allow][..], &[allow, late][..], WIDENED),
        (&[deny, allow], &[allow], WIDENED),
        (&[allow], &[deny, allow], NARROWED),
        (&[allow, rest], &[allow], SAME),
        (&[allow, late], &[allow], SAME),
        (&[], &[deny], NARROWED),
        (&[("deny", 5, "0.0.0.0/0")], &[rest], WIDENED),
        (&[deny, allow], &[deny, ("allow", 200, "0.0.0.0/0")], OPENED),
        (&[("goto_next", 1, "10.9.0.0/16"), allow], &[allow], WIDENED),
    ] {
        let [one, other] = [before, after].map(policy);
        assert_eq!(ingress(&one, &other), expected, "{before:?} {after:?}");
    }
}

#[test]
fn entries_of_prefix_lists_are_judged_together() {
    let list = |cidrs: &str| {
        let entry = |cidr: &str| format!(r#"{{"cidr":"{cidr}","description":"{}"}}"#, cidr.len());
        format!("[{}]", cidrs.split(' ').map(entry).collect::<Vec<_>>().join(","))
    };
    let one = list("10.0.0.0/8");
    assert_eq!(ingress(&one, &list("10.0.0.0/9 10.128.0.0/9")), SAME);
    assert_eq!(ingress(&one, &list("10.0.0.0/8 192.0.2.0/24")), WIDENED);
    assert_eq!(ingress(&one, &list("0.0.0.0/1 128.0.0.0/1")), OPENED);
    assert_eq!(ingress(&list("10.0.0.0/8 192.0.2.0/24"), &one), NARROWED);
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
