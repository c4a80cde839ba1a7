//! What a change means: whether it lets in more or less, is more or less, or turns something off.
//!
//! A test of meaning is asked of the whole values at the path of its rule, and of what one change does
//! to them, at that path, below or above it. It is total: what it cannot read passes nothing, and a
//! secret says nothing.

mod amount;
mod cidr;
mod conditions;
mod grants;
mod policy;
#[cfg(test)]
mod tests;
mod tls;
mod traffic;
mod turned;

pub use traffic::{Direction, Let};

use crate::path::Step;
use crate::value::Tree;
use std::fmt;
use std::sync::OnceLock;

/// A test of what a change means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Networks: addresses are let in that were not, or no longer let in that were.
    Cidr(Reach),
    /// Networks: none is named any more, of those there were.
    Emptied,
    /// Rights: something is granted that was not, or no longer granted that was.
    Grants(Reach),
    /// Rights: everyone, or everything, is let in that was not.
    Opened(Opened),
    /// An amount: a number, a quantity, a size or a span of time.
    Quantity(Way),
    /// A version.
    Version(Way),
    /// A switch, or something that is there or not.
    Turned(Switch),
    /// Rules of a firewall: what they let through in a direction.
    Traffic(Direction, Let),
    /// What is asked of connections: a version of TLS, a policy of versions and ciphers, a protocol.
    Tls(Strength),
}

/// More or less than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Live there is something that nobody declared.
    Widened,
    /// Something declared is not there any more.
    Narrowed,
    /// Neither: the same is written otherwise.
    Same,
}

/// What is granted without bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Something, to everyone.
    Public,
    /// Everything.
    Full,
}

/// Higher or lower than declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The live one is higher.
    Up,
    /// The live one is lower.
    Down,
}

/// What became of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It is off, and was declared to be on.
    Off,
    /// It is on, and was declared to be off.
    On,
}

/// More or less is asked of connections than declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Connections may be older, or not encrypted.
    Weaker,
    /// Fewer connections are taken.
    Stronger,
}

/// The tests of meaning with the words that they take.
pub(super) const NAMES: [(&str, &[(&str, Meaning)]); 8] = [
    (
        "cidr",
        &[
            ("widened", Meaning::Cidr(Reach::Widened)),
            ("narrowed", Meaning::Cidr(Reach::Narrowed)),
            ("same", Meaning::Cidr(Reach::Same)),
            ("emptied", Meaning::Emptied),
        ],
    ),
    (
        "grants",
        &[
            ("widened", Meaning::Grants(Reach::Widened)),
            ("narrowed", Meaning::Grants(Reach::Narrowed)),
            ("same", Meaning::Grants(Reach::Same)),
            ("public", Meaning::Opened(Opened::Public)),
            ("full", Meaning::Opened(Opened::Full)),
        ],
    ),
    ("quantity", &[("up", Meaning::Quantity(Way::Up)), ("down", Meaning::Quantity(Way::Down))]),
    ("version", &[("up", Meaning::Version(Way::Up)), ("down", Meaning::Version(Way::Down))]),
    ("turned", &[("off", Meaning::Turned(Switch::Off)), ("on", Meaning::Turned(Switch::On))]),
    ("ingress", &traffic(Direction::In)),
    ("egress", &traffic(Direction::Out)),
    (
        "tls",
        &[
            ("weaker", Meaning::Tls(Strength::Weaker)),
            ("stronger", Meaning::Tls(Strength::Stronger)),
        ],
    ),
];

const fn traffic(direction: Direction) -> [(&'static str, Meaning); 4] {
    [
        ("opened", Meaning::Traffic(direction, Let::Opened)),
        ("widened", Meaning::Traffic(direction, Let::Widened)),
        ("narrowed", Meaning::Traffic(direction, Let::Narrowed)),
        ("same", Meaning::Traffic(direction, Let::Same)),
    ]
}

/// As rules write it: `cidr: widened`.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = NAMES.iter().flat_map(|(name, words)| words.iter().map(move |it| (name, it)));
        match words.into_iter().find(|(_, (_, meaning))| meaning == self) {
            Some((name, (word, _))) => write!(f, "{name}: {word}"),
            None => Ok(()),
        }
    }
}

/// Both sides at the path of a rule, without what must not be shown, and what has been found out about
/// them.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) desired: Option<Tree>,
    pub(crate) actual: Option<Tree>,
    /// The account that the resource is in, where that is known.
    account: Option<String>,
    nets: [OnceLock<cidr::Union>; 2],
    grants: OnceLock<grants::Grants>,
    traffic: [OnceLock<traffic::Traffic>; 2],
    hides: OnceLock<bool>,
}

impl Whole {
    pub(crate) fn new(desired: Option<Tree>, actual: Option<Tree>) -> Self {
        Self { desired, actual, ..Self::default() }
    }

    /// The same, of a resource of this account.
    pub(crate) fn within(self, account: Option<&str>) -> Self {
        Self { account: account.map(str::to_owned), ..self }
    }
}

/// What a change does at the path of a rule or below it.
#[derive(Clone, Copy)]
pub(super) struct Own<'v> {
    /// Its declared value.
    pub(super) desired: Option<&'v Tree>,
    /// Its live value.
    pub(super) actual: Option<&'v Tree>,
    /// Both sides at the rule's path.
    pub(super) whole: &'v Whole,
    /// The way from there to the change.
    pub(super) rest: &'v [Step],
}

impl Own<'_> {
    /// Whether something that the change is about must not be shown.
    fn hides(self) -> bool {
        let hides = |sides: [Option<&Tree>; 2]| sides.into_iter().flatten().any(Tree::holds_secret);
        let whole = [self.whole.desired.as_ref(), self.whole.actual.as_ref()];
        hides([self.desired, self.actual]) || *self.whole.hides.get_or_init(|| hides(whole))
    }
}

impl Meaning {
    /// Whether it may be asked of a resource as a whole.
    pub(super) fn of_resource(self) -> bool {
        matches!(self, Self::Traffic(..))
    }

    pub(super) fn holds(self, own: Own<'_>) -> bool {
        match self {
            Self::Cidr(reach) => cidr::holds(reach, own),
            Self::Emptied => cidr::emptied(own),
            Self::Grants(reach) => grants::holds(reach, own),
            Self::Opened(opened) => grants::opens(opened, own),
            Self::Quantity(way) => amount::quantity(own.desired, own.actual) == Some(way),
            Self::Version(way) => amount::version(own.desired, own.actual) == Some(way),
            Self::Turned(switch) => turned::turned(own.desired, own.actual) == Some(switch),
            Self::Tls(strength) => tls::strength(own.desired, own.actual) == Some(strength),
            Self::Traffic(direction, wanted) => traffic::holds(direction, wanted, own),
        }
    }
}
