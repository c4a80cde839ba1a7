//! Whom a rule of a firewall lets through: addresses, and names that stand for themselves.

use super::super::cidr::{ALL_OF_4, ALL_OF_6, Run, covers, is_any, run, settled};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Addresses of IPv4 that the internet does not reach (IANA, IPv4 Special-Purpose Address Registry).
const SPECIAL: [(u32, u32); 13] = [
    (0x0000_0000, 0x00ff_ffff),
    (0x0a00_0000, 0x0aff_ffff),
    (0x6440_0000, 0x647f_ffff),
    (0x7f00_0000, 0x7fff_ffff),
    (0xa9fe_0000, 0xa9fe_ffff),
    (0xac10_0000, 0xac1f_ffff),
    (0xc000_0000, 0xc000_00ff),
    (0xc000_0200, 0xc000_02ff),
    (0xc0a8_0000, 0xc0a8_ffff),
    (0xc612_0000, 0xc613_ffff),
    (0xc633_6400, 0xc633_64ff),
    (0xcb00_7100, 0xcb00_71ff),
    (0xe000_0000, 0xffff_ffff),
];

/// The addresses of IPv6 that the internet reaches (RFC 4291, 2.4: global unicast as IANA gives it out).
const GLOBAL: Run = (true, 0x2000 << 112, (0x4000 << 112) - 1);

/// So many addresses lie between two special ones somewhere: 1.0.0.0 to 9.255.255.255.
const WIDE: u128 = 0x08ff_ffff;

/// A set of addresses and names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Peers {
    /// Settled.
    runs: Vec<Run>,
    names: BTreeSet<String>,
    /// Whether every name is in it.
    all_names: bool,
}

/// The same, settled.
fn special() -> &'static [Run] {
    static RUNS: OnceLock<Vec<Run>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let run = |(low, high): &(u32, u32)| (false, u128::from(*low), u128::from(*high));
        settled(SPECIAL.iter().map(run).collect())
    })
}

impl Peers {
    /// Everyone.
    pub(super) fn any() -> Self {
        Self { runs: vec![ALL_OF_4, ALL_OF_6], names: BTreeSet::new(), all_names: true }
    }

    /// What texts name, each a network, a range, an address, everyone, or a name.
    pub(super) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let (mut runs, mut names, mut any) = (Vec::new(), BTreeSet::new(), false);
        for text in texts {
            match run(text) {
                Some(run) => runs.push(run),
                None if is_any(text) => any = true,
                None if text.is_empty() => {}
                None => _ = names.insert(text.to_owned()),
            }
        }
        if any { Self::any() } else { Self { runs: settled(runs), names, all_names: false } }
    }

    /// All that one of them takes in.
    pub(super) fn united<'p>(all: impl IntoIterator<Item = &'p Self>) -> Self {
        let (mut runs, mut names, mut all_names) = (Vec::new(), BTreeSet::new(), false);
        for one in all {
            runs.extend(&one.runs);
            names.extend(one.names.iter().cloned());
            all_names |= one.all_names;
        }
        Self { runs: settled(runs), names, all_names }
    }

    /// What is in it and not in the other.
    pub(super) fn without(&self, other: &Self) -> Self {
        let names = match other.all_names {
            true => BTreeSet::new(),
            false => self.names.difference(&other.names).cloned().collect(),
        };
        let all_names = self.all_names && !other.all_names;
        Self { runs: apart(&self.runs, &other.runs), names, all_names }
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        other.runs.iter().all(|run| covers(&self.runs, *run))
            && (self.all_names || (!other.all_names && other.names.is_subset(&self.names)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.names.is_empty() && !self.all_names
    }

    /// How much there is to go through, at least one.
    pub(super) fn size(&self) -> usize {
        1 + self.runs.len() + self.names.len()
    }

    /// Whether it takes in all of the internet, by IPv4 and by IPv6.
    pub(super) fn internet(&self) -> [bool; 2] {
        // A run of one family that takes in all that is public between two special ones is wide.
        let wide = self.runs.iter().any(|(six, low, high)| !six && high - low >= WIDE);
        let all = || settled(self.runs.iter().chain(special()).copied().collect());
        [wide && covers(&all(), ALL_OF_4), covers(&self.runs, GLOBAL)]
    }

    /// Whether it takes in some of the internet.
    pub(super) fn is_public(&self) -> bool {
        self.runs.iter().any(|(six, low, high)| match six {
            true => *low <= GLOBAL.2 && GLOBAL.1 <= *high,
            false => !covers(special(), (false, *low, *high)),
        })
    }
}

/// What of settled runs lies in none of others.
fn apart(runs: &[Run], others: &[Run]) -> Vec<Run> {
    let mut left = Vec::with_capacity(runs.len());
    let mut others = others.iter().copied().peekable();
    for (family, low, high) in runs.iter().copied() {
        let mut from = Some(low);
        while let Some(other) = others.peek().copied() {
            let (of, first, last) = other;
            if (of, last) < (family, low) {
                others.next();
                continue;
            }
            let Some(start) = from.filter(|_| of == family && first <= high) else { break };
            if let Some(end) = first.checked_sub(1).filter(|end| *end >= start) {
                left.push((family, start, end));
            }
            from = last.checked_add(1).filter(|next| *next <= high);
            if last > high {
                break;
            }
            others.next();
        }
        if let Some(start) = from {
            left.push((family, start, high));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(texts: &[&str]) -> Peers {
        Peers::of(texts.iter().copied())
    }

    #[test]
    fn sets_are_taken_apart() {
        for (all, out, left) in [
            (
                &["10.0.0.0/8"][..],
                &["10.1.0.0/16"][..],
                &["10.0.0.0/16", "10.2.0.0-10.255.255.255"][..],
            ),
            (&["10.0.0.0/8"], &["10.0.0.0/9"], &["10.128.0.0/9"]),
            (&["10.0.0.0/8"], &["10.128.0.0/9"], &["10.0.0.0/9"]),
            (&["10.0.0.0/8"], &["9.0.0.0/8", "11.0.0.0/8"], &["10.0.0.0/8"]),
            (
                &["10.0.0.0/8", "11.0.0.0/16"],
                &["10.200.0.0-11.0.0.9"],
                &["10.0.0.0-10.199.255.255", "11.0.0.10-11.0.255.255"],
            ),
            (&["10.0.0.0/24", "10.0.2.0/24", "a", "b"], &["10.0.0.0/8", "a"], &["b"]),
            (&["::/0", "10.0.0.0/8"], &["::/1"], &["8000::/1", "10.0.0.0/8"]),
            (&["0.0.0.0/0"], &["*"], &[]),
        ] {
            assert_eq!(peers(all).without(&peers(out)), peers(left), "{all:?} {out:?}");
        }
        let rest = peers(&["*"]).without(&peers(&["a", "0.0.0.0/0"]));
        assert!(rest.covers(&peers(&["b", "::/0"])) && !rest.covers(&peers(&["1.1.1.1"])));
    }

    #[test]
    fn the_internet_is_told_from_the_rest() {
        for (texts, expected) in [
            (&["0.0.0.0/0"][..], [true, false]),
            (&["0.0.0.0/1", "128.0.0.0/1"], [true, false]),
            (&["*"], [true, true]),
            (&["2000::/3"], [false, true]),
            (&["::/1"], [false, true]),
            (&["::/3"], [false, false]),
            (&["0.0.0.0/1", "128.0.0.0/2"], [false, false]),
            (&["1.0.0.0-9.255.255.255", "11.0.0.0/8", "12.0.0.0-223.255.255.255"], [true, false]),
        ] {
            assert_eq!(peers(texts).internet(), expected, "{texts:?}");
        }
        assert!(peers(&["8.8.8.8"]).is_public() && peers(&["9.0.0.0-10.0.0.1"]).is_public());
        assert!(peers(&["2001:db8::/32"]).is_public());
        assert!(!peers(&["10.0.0.0/8", "192.168.1.0/24", "fd00::/8", "sg-1"]).is_public());
    }
}
