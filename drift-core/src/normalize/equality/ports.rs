//! `port_range` and `protocol`: what rules of firewalls name.
//!
//! Numbers of protocols: IANA, Assigned Internet Protocol Numbers; -1 is every protocol (Amazon EC2
//! API Reference, IpPermission, IpProtocol).

use super::Scalar;

/// A port, or a range of ports.
pub(super) fn range(scalar: Scalar<'_>) -> Option<String> {
    let number;
    let text = match scalar {
        Scalar::Number(value) => {
            number = value.to_string();
            &number
        }
        Scalar::String(text) => text,
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (port(from)?, port(to)?);
    (from <= to).then(|| format!("{from}-{to}"))
}

fn port(text: &str) -> Option<u16> {
    let plain = text == "0" || !text.starts_with('0');
    (plain && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

const PROTOCOLS: [(&str, &str); 13] = [
    ("all", "-1"),
    ("icmp", "1"),
    ("igmp", "2"),
    ("tcp", "6"),
    ("udp", "17"),
    ("gre", "47"),
    ("esp", "50"),
    ("ah", "51"),
    ("icmpv6", "58"),
    ("ipv6-icmp", "58"),
    ("ospf", "89"),
    ("ospfigp", "89"),
    ("sctp", "132"),
];

/// A protocol by its name or number.
pub(super) fn protocol(scalar: Scalar<'_>) -> Option<String> {
    let number;
    let text = match scalar {
        Scalar::Number(value) => {
            number = value.to_string();
            &number
        }
        Scalar::String(text) => text,
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    let named = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, number)) = named {
        return Some((*number).to_owned());
    }
    let known = text == "-1" || port(text).is_some_and(|number| number <= 255);
    known.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn a_port_is_a_range_of_one() {
        let of = |text| range(Scalar::String(text));
        let number = |text| range(Scalar::Number(Number::parse(text).unwrap()));
        assert_eq!(of("80"), of("80-80"));
        assert_eq!(number("80"), of("80"));
        assert_eq!(number("8e1"), of("80"));
        assert_ne!(of("80"), of("80-81"));
        for text in [
            "",
            "-",
            "80-",
            "-80",
            "90-80",
            "65536",
            "080",
            "80-90-100",
            "80 - 90",
            "*",
            "http",
            "+1",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn protocols_have_numbers() {
        let of = |text| protocol(Scalar::String(text));
        let number = |text| protocol(Scalar::Number(Number::parse(text).unwrap()));
        for (name, value) in
            [("tcp", "6"), ("UDP", "17"), ("icmp", "1"), ("icmpv6", "58"), ("all", "-1")]
        {
            assert_eq!(of(name), of(value), "{name}");
            assert_eq!(of(name), number(value), "{name}");
        }
        assert_ne!(of("icmp"), of("icmpv6"));
        for text in ["", "any", "256", "-2", "06", "tcp "] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
