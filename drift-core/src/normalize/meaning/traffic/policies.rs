//! Rules of firewall policies of Google Cloud: hierarchical, global and regional ones, as Terraform and the
//! Compute API write them. `https://cloud.google.com/firewall/docs/firewall-policies-rule-details`.

use super::Direction;
use super::peers::Peers;
use super::read::{ALL_PORTS, Fields, Rule, Scope, protocol, stretches, texts};
use crate::value::Tree;
use std::borrow::Cow;

/// Whom a rule is for at its far end and at its own, by what follows `src` and `dest`.
const ENDS: [&str; 6] =
    ["ipranges", "fqdns", "regioncodes", "threatintelligences", "addressgroups", "networks"];
/// What secure tags stand by; only a name of each counts, its state is told by the cloud.
const SOURCE_TAGS: [&str; 2] = ["srcsecuretags", "srcsecuretag"];
const TARGET_TAGS: [&str; 2] = ["targetsecuretags", "targetsecuretag"];
const TARGETS: [&str; 2] = ["targetresources", "targetserviceaccounts"];
/// What narrows an end to one kind of networks.
const KINDS: [&str; 4] =
    ["srcnetworkscope", "srcnetworktype", "destnetworkscope", "destnetworktype"];
const BLOCKS: [&str; 3] = ["match", "layer4configs", "layer4config"];

/// Whether what stands by this name, without case and underscores, is a part of what a rule lets through.
pub(super) fn is_read(name: &str) -> bool {
    let known = [&SOURCE_TAGS[..], &TARGET_TAGS, &TARGETS, &KINDS, &BLOCKS];
    names_peers(name) || known.into_iter().flatten().any(|known| *known == name)
}

/// Whether those whom a rule lets through stand by this name.
pub(super) fn names_peers(name: &str) -> bool {
    let end = ["src", "dest"].into_iter().find_map(|end| name.strip_prefix(end));
    end.is_some_and(|end| ENDS.contains(&end)) || SOURCE_TAGS.contains(&name)
}

/// The block of a rule that says what it is for; a rule of a policy has one.
pub(super) fn matched(rule: &Tree) -> Option<&Tree> {
    match rule.get("match")? {
        Tree::List(blocks) => blocks.first().filter(|block| matches!(block, Tree::Map(_))),
        block => Some(block).filter(|block| matches!(block, Tree::Map(_))),
    }
}

/// What is left to the next policy where no rule fits: everything.
pub(super) fn default() -> Rule {
    Rule {
        order: i64::MAX,
        allows: false,
        passes: true,
        protocol: None,
        ports: vec![ALL_PORTS],
        peers: Peers::any(),
        scope: Scope::any(),
    }
}

/// The rules of one of a policy, one for each protocol.
pub(super) fn read(fields: &Fields<'_>, asked: Direction, found: &mut Vec<Rule>) {
    let action = fields.text(&["action"]).unwrap_or_default().to_ascii_lowercase();
    let passes = action == "goto_next";
    let allows = !passes && action != "deny";
    let [source, destination] = ["src", "dest"].map(|end| {
        let names = ENDS.map(|name| format!("{end}{name}"));
        let values = names.iter().filter_map(|name| fields.get(name));
        values.flat_map(texts).map(Cow::into_owned).collect::<Vec<String>>()
    });
    let source = [source, tags(fields, &SOURCE_TAGS)].concat();
    let (peers, near) = match asked {
        Direction::In => (source, destination),
        Direction::Out => (destination, source),
    };
    let targets = TARGETS.iter().filter_map(|name| fields.get(name)).flat_map(texts);
    let targets = targets.map(Cow::into_owned);
    let mut own: Vec<String> = near.into_iter().chain(targets).collect();
    own.extend(tags(fields, &TARGET_TAGS));
    // A kind of networks narrows what a rule is for: what it is for is then another.
    for kind in KINDS.iter().filter_map(|name| fields.text(&[name])).filter(|it| !it.is_empty()) {
        if own.is_empty() {
            own.push(String::new());
        }
        own.iter_mut().for_each(|name| *name = format!("{name} within {kind}"));
    }
    let of = |texts: &[String]| Peers::of(texts.iter().map(String::as_str));
    let own = if own.is_empty() { Peers::any() } else { of(&own) };
    let peers = if peers.is_empty() { Peers::of(["0.0.0.0/0"]) } else { of(&peers) };
    let scope = Scope::of(own);
    let order = fields.number(&["priority"]).unwrap_or_default();
    let rule = |protocol: Option<String>, ports: Vec<(u32, u32)>| Rule {
        order,
        allows,
        passes,
        protocol,
        ports,
        peers: peers.clone(),
        scope: scope.clone(),
    };
    let blocks = match BLOCKS.iter().skip(1).find_map(|name| fields.get(name)) {
        Some(Tree::List(blocks)) => blocks.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    if blocks.is_empty() {
        found.push(rule(None, vec![ALL_PORTS]));
    }
    for block in blocks {
        let block = Fields::of(block);
        let protocol = block.text(&["ipprotocol"]).and_then(|text| protocol(&text));
        found.push(rule(protocol, stretches(&block, &["ports"]).unwrap_or(vec![ALL_PORTS])));
    }
}

/// The names of secure tags.
fn tags(fields: &Fields<'_>, names: &[&str]) -> Vec<String> {
    let name = |tag: &Tree| -> Vec<String> {
        texts(tag.get("name").unwrap_or(tag)).into_iter().map(Cow::into_owned).collect()
    };
    let values = names.iter().filter_map(|known| fields.get(known));
    values
        .flat_map(|value| match value {
            Tree::List(tags) => tags.iter().flat_map(name).collect(),
            one => name(one),
        })
        .collect()
}
