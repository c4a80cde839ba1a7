//! Equalities of any texts: they never fail, and a canonical form is one.

use super::entropy::{Entropy, entropy};
use drift_core::normalize::{Equality, Relation, Scalar};
use drift_core::value::Number;
use proptest::prelude::*;

/// Parts of what equalities read.
const PARTS: [&str; 79] = [
    "0",
    "1",
    "8",
    "10",
    "60",
    "255",
    "1700000000",
    "123456789012",
    "99999999999999999999",
    ".",
    "-",
    "+",
    "_",
    "/",
    ":",
    "::",
    ",",
    " ",
    "\n",
    "\r\n",
    "\t",
    "=",
    "*",
    "?",
    "#",
    "%",
    "%7B",
    "%zz",
    "e",
    "E9",
    "P",
    "T",
    "Y",
    "M",
    "D",
    "h",
    "m",
    "s",
    "ms",
    "\u{b5}s",
    "d",
    "Gi",
    "GiB",
    "kB",
    "v",
    "true",
    "FALSE",
    "tcp",
    "all",
    "arn:aws:kms:",
    "arn:aws:iam::123456789012:",
    "arn:aws:execute-api:eu-west-1:123456789012:a",
    "execute-api:",
    "/*",
    "LATEST",
    "root",
    "key/",
    "alias/a",
    "mrk-",
    "rate(",
    "cron(",
    ")",
    "MON",
    "@daily",
    "2023-11-14T22:13:20",
    "Z",
    "+01:00",
    "abcd",
    "AAEC",
    "-----BEGIN A-----",
    "-----END A-----",
    "<a",
    "</a>",
    "/>",
    "vCPU",
    "GB",
    "image~1png",
    "\u{e9}",
    "\u{1F600}",
];

/// Relations that say what a declared value may become, and nothing of the other way: a prefix of a version, the
/// word for the newest one, and `?` for what is not ASCII.
const DIRECTED: [Relation; 4] =
    [Relation::VersionPrefix, Relation::Latest, Relation::Masked, Relation::NetworkOf];

fn text(entropy: &Entropy) -> String {
    (0..entropy.below(9)).map(|_| *entropy.pick(&PARTS)).collect()
}

/// The scalar of a text: a string, or the number that it is.
fn scalar<'t>(text: &'t str, entropy: &Entropy) -> Scalar<'t> {
    match Number::parse(text) {
        Some(number) if entropy.one_in(2) => Scalar::Number(number),
        _ => Scalar::String(text),
    }
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn equalities_and_relations_take_any_text(entropy in entropy(60)) {
        let (one, other) = (text(&entropy), text(&entropy));
        let (one, other) = (scalar(&one, &entropy), scalar(&other, &entropy));
        for (equality, name) in Equality::ALL {
            let form = equality.canonical(one);
            prop_assert_eq!(&form, &equality.canonical(one), "{}", name);
            prop_assert_eq!(equality.canonical(Scalar::Other), None, "{}", name);
        }
        for (relation, name) in Relation::ALL {
            let holds = relation.holds(one, other);
            prop_assert_eq!(holds, relation.holds(one, other), "{}", name);
            let directed = DIRECTED.contains(&relation);
            prop_assert!(directed || holds == relation.holds(other, one), "{}", name);
            prop_assert!(!relation.holds(one, Scalar::Other), "{}", name);
        }
    }
}
