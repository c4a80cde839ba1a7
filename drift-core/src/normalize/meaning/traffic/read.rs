//! Rules of firewalls, out of the forms in which clouds write them.
//!
//! Security groups and network ACLs of AWS (Terraform, CloudFormation, EC2 API), network security groups of
//! Azure (Terraform, ARM), firewall rules of Google Cloud (Terraform, Compute API), entries of prefix lists. Names
//! are compared without case and underscores, in which these differ. What a rule leaves out it does not ask for, but for those
//! whom it lets in.

use super::super::cidr::is_any;
use super::peers::Peers;
use super::{Direction, policies};
use crate::value::Tree;
use std::borrow::Cow;

/// Every port; of ICMP every type and code.
pub(super) const ALL_PORTS: (u32, u32) = (0, 65_535);

/// The names by which rules of AWS say whom they let through.
const PEERS: [&str; 21] = [
    "cidr",
    "cidrblocks",
    "ipv6cidrblocks",
    "cidrblock",
    "ipv6cidrblock",
    "cidripv4",
    "cidripv6",
    "cidrip",
    "ipranges",
    "ipv6ranges",
    "securitygroups",
    "sourcesecuritygroupid",
    "sourcesecuritygroupname",
    "destinationsecuritygroupid",
    "referencedsecuritygroupid",
    "useridgrouppairs",
    "prefixlistids",
    "prefixlistid",
    "sourceprefixlistid",
    "destinationprefixlistid",
    "self",
];
/// The names of all else that is read.
const OTHERS: [&str; 38] = [
    "type",
    "direction",
    "egress",
    "isegress",
    "disabled",
    "action",
    "ruleaction",
    "access",
    "protocol",
    "ipprotocol",
    "fromport",
    "toport",
    "portrange",
    "icmp",
    "icmptype",
    "icmpcode",
    "sourceportrange",
    "sourceportranges",
    "destinationportrange",
    "destinationportranges",
    "sourceaddressprefix",
    "sourceaddressprefixes",
    "destinationaddressprefix",
    "destinationaddressprefixes",
    "sourceapplicationsecuritygroups",
    "sourceapplicationsecuritygroupids",
    "destinationapplicationsecuritygroups",
    "destinationapplicationsecuritygroupids",
    "sourceranges",
    "sourcetags",
    "sourceserviceaccounts",
    "destinationranges",
    "targettags",
    "targetserviceaccounts",
    "allow",
    "allowed",
    "deny",
    "denied",
];
/// The names by which rules say where they stand among others.
const PLACES: [&str; 3] = ["ruleno", "rulenumber", "priority"];
/// The names by which rules of Azure say which addresses they are for, on either end.
const SOURCES: [&str; 4] = [
    "sourceaddressprefix",
    "sourceaddressprefixes",
    "sourceapplicationsecuritygroups",
    "sourceapplicationsecuritygroupids",
];
const DESTINATIONS: [&str; 4] = [
    "destinationaddressprefix",
    "destinationaddressprefixes",
    "destinationapplicationsecuritygroups",
    "destinationapplicationsecuritygroupids",
];
/// The names by which a map is one of Google Cloud.
const GOOGLE: [&str; 6] =
    ["allow", "allowed", "deny", "denied", "sourceranges", "destinationranges"];

/// A rule of one direction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    /// Where its rank or number puts it: the lowest counts first.
    pub(super) order: i64,
    pub(super) allows: bool,
    /// Whether it leaves the decision to others: it neither allows nor denies.
    pub(super) passes: bool,
    /// None is any.
    pub(super) protocol: Option<String>,
    pub(super) ports: Vec<(u32, u32)>,
    pub(super) peers: Peers,
    pub(super) scope: Scope,
}

/// On which of the own machines, and from which ports of the peers, a rule is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    own: Peers,
    ports: Vec<(u32, u32)>,
}

impl Scope {
    pub(super) fn any() -> Self {
        Self::of(Peers::any())
    }

    /// On these machines, from any port.
    pub(super) fn of(own: Peers) -> Self {
        Self { own, ports: vec![ALL_PORTS] }
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        let has = |(low, high): &(u32, u32)| self.ports.iter().any(|(l, h)| l <= low && high <= h);
        self.own.covers(&other.own) && other.ports.iter().all(has)
    }
}

/// Whether what stands by this name is a part of what a rule lets through.
pub(super) fn is_read(name: &str) -> bool {
    PEERS.iter().chain(&OTHERS).any(|known| is(name, known)) || policies::is_read(&folded(name))
}

/// Whether what stands by this name puts a rule before others or behind them.
pub(super) fn is_place(name: &str) -> bool {
    PLACES.iter().any(|known| is(name, known))
}

/// Whether those whom a rule lets through stand by this name.
pub(super) fn names_peers(name: &str) -> bool {
    PEERS.iter().any(|known| is(name, known)) || none_is_any(name)
}

/// Whether a rule is for everyone where nothing stands by this name, or by another of its kind.
fn none_is_any(name: &str) -> bool {
    const GOOGLE: [&str; 3] = ["sourceranges", "sourcetags", "sourceserviceaccounts"];
    GOOGLE.iter().any(|known| is(name, known)) || policies::names_peers(&folded(name))
}

/// Whether a rule may let everyone through because nothing stands by this name.
pub(super) fn lacks_peers(rule: Option<&Tree>, name: &str) -> bool {
    let Some(rule) = rule.filter(|rule| matches!(rule, Tree::Map(_))) else { return false };
    none_is_any(name) && Fields::of(rule).get(&folded(name)).is_none_or(|it| texts(it).is_empty())
}

/// A name without case and underscores.
fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|c| c != b'_' && !c.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut folded = String::with_capacity(name.len());
    name.split('_').for_each(|word| folded.push_str(word));
    folded.make_ascii_lowercase();
    Cow::Owned(folded)
}

/// Whether a name is this one, which is written without case and underscores.
fn is(name: &str, folded: &str) -> bool {
    let letters = name.bytes().filter(|c| *c != b'_').map(|c| c.to_ascii_lowercase());
    name.len() >= folded.len() && letters.eq(folded.bytes())
}

/// The rules of this direction that a value holds: a list of them, or one as a map.
pub(super) fn rules(tree: Option<&Tree>, asked: Direction) -> Vec<Rule> {
    let mut found = Vec::new();
    match tree {
        Some(Tree::List(items)) => items.iter().for_each(|item| read(item, asked, &mut found)),
        Some(one) => read(one, asked, &mut found),
        None => {}
    }
    found
}

/// How far an element is looked for that has another place on the other side.
const NEAR: usize = 16;

/// The elements that two lists have in common, as far as they stand in one order, and the others of each. A
/// value that is no list is one element.
pub(super) fn parts<'t>(sides: [Option<&'t Tree>; 2]) -> (Vec<&'t Tree>, [Vec<&'t Tree>; 2]) {
    let items = |side: Option<&'t Tree>| match side {
        Some(Tree::List(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let [mut before, mut after] = sides.map(items);
    let mut both = Vec::with_capacity(before.len());
    let (mut only_before, mut only_after) = (Vec::new(), Vec::new());
    while let ([own, rest @ ..], [other, behind @ ..]) = (before, after) {
        if own == other {
            both.push(own);
            (before, after) = (rest, behind);
        } else if rest.iter().take(NEAR).any(|later| later == other) {
            only_before.push(own);
            before = rest;
        } else {
            only_after.push(other);
            after = behind;
        }
    }
    only_before.extend(before);
    only_after.extend(after);
    (both, [only_before, only_after])
}

/// Whether the value is one rule, and not a list of them.
pub(super) fn is_one(tree: Option<&Tree>) -> bool {
    matches!(tree, Some(Tree::Map(_)))
}

/// Whether rules are those of a network security group of Azure, behind which default ones stand.
pub(super) fn has_defaults(tree: Option<&Tree>) -> bool {
    let Some(Tree::List(items)) = tree else { return false };
    items.iter().flat_map(known).any(|(name, _)| is(name, "access"))
}

/// The default rules of a network security group (Azure, network security groups overview).
pub(super) fn defaults(asked: Direction) -> Vec<Rule> {
    let rule = |order: i64, peers: &str| Rule {
        order,
        allows: true,
        passes: false,
        protocol: None,
        ports: vec![ALL_PORTS],
        peers: Peers::of([peers]),
        scope: Scope::any(),
    };
    let second = if asked == Direction::In { "AzureLoadBalancer" } else { "Internet" };
    vec![rule(65_000, "VirtualNetwork"), rule(65_001, second)]
}

/// Whether rules are those of a firewall policy, which leaves to others what none of them fits.
pub(super) fn is_policy(tree: Option<&Tree>) -> bool {
    let Some(Tree::List(items)) = tree else { return false };
    items.iter().any(|item| policies::matched(item).is_some())
}

/// The fields of a rule, by names without case and underscores; those of `properties` and of `match` as well.
pub(super) struct Fields<'t>(Vec<(Cow<'t, str>, &'t Tree)>);

/// The fields of a rule that are not null, and those of `properties` and of `match`.
fn known(rule: &Tree) -> impl Iterator<Item = &(String, Tree)> {
    let maps = [Some(rule), rule.get("properties"), policies::matched(rule)];
    let fields = maps.into_iter().flatten().flat_map(|map| match map {
        Tree::Map(fields) => fields.as_slice(),
        _ => &[],
    });
    fields.filter(|(_, value)| *value != Tree::Null)
}

impl<'t> Fields<'t> {
    pub(super) fn of(tree: &'t Tree) -> Self {
        Self(known(tree).map(|(name, value)| (folded(name), value)).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'t Tree> {
        self.0.iter().rev().find(|(own, _)| own == name).map(|(_, value)| *value)
    }

    pub(super) fn text(&self, names: &[&str]) -> Option<Cow<'t, str>> {
        names.iter().find_map(|name| match self.get(name)? {
            Tree::String(text) | Tree::Number(text) => Some(Cow::Borrowed(text.as_str())),
            value => texts(value).into_iter().next(),
        })
    }

    pub(super) fn number(&self, names: &[&str]) -> Option<i64> {
        self.text(names)?.parse().ok()
    }

    /// The peers that stand by these names.
    fn peers(&self, names: &[&str]) -> Peers {
        let named = self.0.iter().filter(|(own, _)| names.contains(&&**own));
        let mut found = Vec::new();
        for (name, value) in named {
            match value {
                Tree::Bool(own) if name == "self" => {
                    found.extend(own.then_some(Cow::Borrowed("self")));
                }
                _ => gather(value, &mut found),
            }
        }
        Peers::of(found.iter().map(|text| &**text))
    }

    /// As [`Fields::peers`]; where nothing stands there, everyone.
    fn peers_or_any(&self, names: &[&str]) -> Peers {
        Some(self.peers(names)).filter(|peers| !peers.is_empty()).unwrap_or_else(Peers::any)
    }

    fn is_true(&self, name: &str) -> bool {
        self.text(&[name]).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }
}

/// Those whom a value names.
pub(super) fn peers(tree: &Tree) -> Peers {
    Peers::of(texts(tree).iter().map(|text| &**text))
}

/// The texts of a value: of a list each, of a map of AWS those that name peers.
pub(super) fn texts(tree: &Tree) -> Vec<Cow<'_, str>> {
    let mut found = Vec::new();
    gather(tree, &mut found);
    found
}

fn gather<'t>(tree: &'t Tree, found: &mut Vec<Cow<'t, str>>) {
    const WITHIN: [&str; 6] = ["cidrip", "cidripv6", "groupid", "groupname", "prefixlistid", "id"];
    match tree {
        Tree::String(text) | Tree::Number(text) => found.push(Cow::Borrowed(text)),
        Tree::Bool(value) => found.push(Cow::Borrowed(if *value { "true" } else { "false" })),
        Tree::List(items) => items.iter().for_each(|item| gather(item, found)),
        Tree::Map(fields) => {
            let named = |name: &str| fields.iter().find(|(own, _)| is(own, name));
            match WITHIN.iter().find_map(|name| named(name)) {
                Some((_, value)) => gather(value, found),
                // What is not known yet, such as a reference, stands for itself.
                None if !tree.holds_secret() => found.push(Cow::Owned(tree.to_string())),
                None => {}
            }
        }
        Tree::Null | Tree::Secret { .. } => {}
    }
}

/// Adds the rules of this direction that one element holds.
pub(super) fn read(tree: &Tree, asked: Direction, found: &mut Vec<Rule>) {
    if !matches!(tree, Tree::Map(_)) {
        return;
    }
    let fields = Fields::of(tree);
    let is_google = GOOGLE.iter().any(|name| fields.has(name));
    if direction(&fields, is_google).is_some_and(|own| own != asked) || fields.is_true("disabled") {
        return;
    }
    match (policies::matched(tree).is_some(), is_google) {
        (true, _) => policies::read(&fields, asked, found),
        (_, true) => google(&fields, asked, found),
        _ => found.push(plain(&fields, asked)),
    }
}

/// Which direction the rule says that it is for, if it does.
fn direction(fields: &Fields<'_>, is_google: bool) -> Option<Direction> {
    let word = |text: Cow<'_, str>| match text.to_ascii_lowercase().as_str() {
        "ingress" | "inbound" => Some(Direction::In),
        "egress" | "outbound" => Some(Direction::Out),
        _ => None,
    };
    let said = ["type", "direction"].iter().find_map(|name| fields.text(&[name]).and_then(word));
    let is_out = |out: bool| if out { Direction::Out } else { Direction::In };
    said.or_else(|| {
        let named = ["egress", "isegress"].into_iter().find(|name| fields.has(name));
        if let Some(name) = named {
            return Some(is_out(fields.is_true(name)));
        }
        // An entry of a network ACL is one of ingress by default, and so is a rule of Google Cloud.
        let of_acl = ["ruleaction", "match"].iter().any(|name| fields.has(name));
        let of_acl = of_acl.then_some(Direction::In);
        let to = fields.has("destinationranges") && !fields.has("sourceranges");
        of_acl.or_else(|| is_google.then(|| is_out(to)))
    })
}

/// A rule of AWS or Azure.
fn plain(fields: &Fields<'_>, asked: Direction) -> Rule {
    let action = fields.text(&["action", "ruleaction", "access"]);
    let protocol = fields.text(&["protocol", "ipprotocol"]).and_then(|text| protocol(&text));
    let (own, other) = match asked {
        Direction::In => (&DESTINATIONS, &SOURCES),
        Direction::Out => (&SOURCES, &DESTINATIONS),
    };
    let from = stretches(fields, &["sourceportrange", "sourceportranges"]);
    Rule {
        order: fields.number(&PLACES).unwrap_or_default(),
        allows: !action.is_some_and(|action| action.eq_ignore_ascii_case("deny")),
        passes: false,
        ports: ports(fields, protocol.as_deref()),
        protocol,
        peers: fields.peers(&[PEERS.as_slice(), other].concat()),
        scope: Scope { own: fields.peers_or_any(own), ports: from.unwrap_or(vec![ALL_PORTS]) },
    }
}

/// The rules of one of Google Cloud, one for each protocol.
fn google(fields: &Fields<'_>, asked: Direction, found: &mut Vec<Rule>) {
    let sources = ["sourceranges", "sourcetags", "sourceserviceaccounts"];
    let targets = ["targettags", "targetserviceaccounts"];
    let (peers, own) = match asked {
        // Where neither ranges nor tags are said, a rule is for all addresses.
        Direction::In => (fields.peers(&sources), "destinationranges"),
        Direction::Out => (fields.peers(&["destinationranges"]), "sourceranges"),
    };
    let peers = if peers.is_empty() { Peers::of(["0.0.0.0/0"]) } else { peers };
    let own = fields.peers_or_any(&[targets.as_slice(), &[own]].concat());
    let scope = Scope { own, ports: vec![ALL_PORTS] };
    let order = fields.number(&["priority"]).unwrap_or(1000);
    let before = found.len();
    for (name, allows) in [("allow", true), ("allowed", true), ("deny", false), ("denied", false)] {
        let blocks = match fields.get(name) {
            Some(Tree::List(blocks)) => blocks.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => continue,
        };
        for block in blocks {
            let block = Fields::of(block);
            let protocol = block.text(&["protocol", "ipprotocol"]).and_then(|text| protocol(&text));
            let ports = stretches(&block, &["ports"]).unwrap_or(vec![ALL_PORTS]);
            let (peers, scope) = (peers.clone(), scope.clone());
            found.push(Rule { order, allows, passes: false, protocol, ports, peers, scope });
        }
    }
    // A view without any says nothing of protocols.
    let says = ["allow", "allowed", "deny", "denied"].iter().any(|name| fields.has(name));
    if found.len() == before && !says {
        let ports = vec![ALL_PORTS];
        let (allows, passes, protocol) = (true, false, None);
        found.push(Rule { order, allows, passes, protocol, ports, peers, scope });
    }
}

/// The number of a protocol (IANA, Protocol Numbers) where it has a name; none for all of them.
pub(super) fn protocol(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let number = match text.as_str() {
        "-1" | "*" | "all" | "any" => return None,
        "icmp" => "1",
        "ipip" => "4",
        "tcp" => "6",
        "udp" => "17",
        "esp" => "50",
        "ah" => "51",
        "icmpv6" => "58",
        "sctp" => "132",
        _ => return Some(text),
    };
    Some(number.to_owned())
}

/// Which ports a rule of AWS or Azure is for.
fn ports(fields: &Fields<'_>, protocol: Option<&str>) -> Vec<(u32, u32)> {
    if let Some(found) = stretches(fields, &["destinationportrange", "destinationportranges"]) {
        return found;
    }
    let within = |name: &str| fields.get(name).map(Fields::of);
    let from_to = || match within("portrange") {
        Some(range) => [range.number(&["from"]), range.number(&["to"])],
        None => [fields.number(&["fromport"]), fields.number(&["toport"])],
    };
    let found = match protocol {
        Some("6" | "17") => ports_of(from_to()),
        Some("1" | "58") => messages(match within("icmp") {
            Some(icmp) => [icmp.number(&["type"]), icmp.number(&["code"])],
            None if fields.has("icmptype") => {
                [fields.number(&["icmptype"]), fields.number(&["icmpcode"])]
            }
            None if fields.has("ruleaction") => [None, None],
            None => from_to(),
        }),
        // Other protocols know no ports, and of all of them all are let through.
        _ => None,
    };
    vec![found.unwrap_or(ALL_PORTS)]
}

fn ports_of([from, to]: [Option<i64>; 2]) -> Option<(u32, u32)> {
    let low = u32::try_from(from.or(to)?).ok()?;
    let high = u32::try_from(to.or(from)?).ok()?;
    Some((low.min(65_535), high.clamp(low.min(65_535), 65_535)))
}

/// A type of ICMP, with a code or all of them.
fn messages([kind, code]: [Option<i64>; 2]) -> Option<(u32, u32)> {
    let low = u32::from(u8::try_from(kind?).ok()?) * 256;
    match code.and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Some((low + u32::from(code), low + u32::from(code))),
        None => Some((low, low + 255)),
    }
}

/// Ports in texts: `22`, `80-90`, `*`. Of one port and several Azure takes either; a provider writes the other empty.
pub(super) fn stretches(fields: &Fields<'_>, names: &[&str]) -> Option<Vec<(u32, u32)>> {
    let found: Vec<Cow<'_, str>> =
        names.iter().filter_map(|name| fields.get(name)).flat_map(texts).collect();
    let found: Vec<_> = found.into_iter().filter(|text| !text.is_empty()).collect();
    let stretch = |text: &Cow<'_, str>| {
        if is_any(text) {
            return ALL_PORTS;
        }
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<u32>().ok().map(|port| port.min(65_535));
        match (number(low), number(high)) {
            (Some(low), Some(high)) if low <= high => (low, high),
            _ => not_known(text),
        }
    };
    (!found.is_empty()).then(|| found.iter().map(stretch).collect())
}

/// A text that says no ports, such as a parameter, stands for itself: behind all ports that there are.
fn not_known(text: &str) -> (u32, u32) {
    let fold = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(u32::from(byte));
    let at = text.bytes().fold(7, fold) | 0x8000_0000;
    (at, at)
}
