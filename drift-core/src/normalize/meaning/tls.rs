//! `tls`: whether connections may be older or plainer than declared.
//!
//! What is known is the lowest version that a policy takes, and of some policies which ciphers it takes
//! beside others of that version. Of names that are in none of these documents nothing is known: Elastic Load
//! Balancing, "Security policies for your Application Load Balancer"; Amazon CloudFront, "Supported
//! protocols and ciphers between viewers and CloudFront"; Amazon OpenSearch Service, `TLSSecurityPolicy`;
//! Google Cloud, "SSL policies overview"; Azure, `minimumTlsVersion` and "Application Gateway TLS policy
//! overview".

use super::Strength;
use crate::value::Tree;

/// The lowest version, and how few ciphers it takes where that is known: more is stronger.
type Known = (u8, Option<u8>);

/// Policies of which the name does not say all.
const NAMED: [(&str, Known); 43] = [
    ("elbsecuritypolicy-2015-05", (10, None)),
    ("elbsecuritypolicy-2016-08", (10, None)),
    ("elbsecuritypolicy-tls-1-0-2015-04", (10, None)),
    ("elbsecuritypolicy-fs-2018-06", (10, None)),
    ("elbsecuritypolicy-tls-1-1-2017-01", (11, None)),
    ("elbsecuritypolicy-fs-1-1-2019-08", (11, None)),
    ("elbsecuritypolicy-tls-1-2-2017-01", (12, Some(1))),
    ("elbsecuritypolicy-tls-1-2-ext-2018-06", (12, Some(0))),
    ("elbsecuritypolicy-fs-1-2-2019-08", (12, None)),
    ("elbsecuritypolicy-fs-1-2-res-2019-08", (12, Some(2))),
    ("elbsecuritypolicy-fs-1-2-res-2020-10", (12, Some(3))),
    ("elbsecuritypolicy-tls13-1-0-2021-06", (10, None)),
    ("elbsecuritypolicy-tls13-1-1-2021-06", (11, None)),
    ("elbsecuritypolicy-tls13-1-2-ext2-2021-06", (12, Some(0))),
    ("elbsecuritypolicy-tls13-1-2-ext1-2021-06", (12, Some(1))),
    ("elbsecuritypolicy-tls13-1-2-2021-06", (12, Some(2))),
    ("elbsecuritypolicy-tls13-1-2-res-2021-06", (12, Some(3))),
    ("elbsecuritypolicy-tls13-1-3-2021-06", (13, None)),
    ("sslv3", (3, None)),
    ("tlsv1", (10, Some(0))),
    ("tlsv1_2016", (10, Some(1))),
    ("tlsv1.1_2016", (11, None)),
    ("tlsv1.2_2018", (12, Some(0))),
    ("tlsv1.2_2019", (12, Some(1))),
    ("tlsv1.2_2021", (12, Some(2))),
    ("tlsv1.2_2025", (12, None)),
    ("tlsv1.3_2025", (13, None)),
    ("policy-min-tls-1-0-2019-07", (10, None)),
    ("policy-min-tls-1-2-2019-07", (12, Some(0))),
    ("policy-min-tls-1-2-pfs-2023-10", (12, Some(1))),
    ("appgwsslpolicy20150501", (10, None)),
    ("appgwsslpolicy20170401", (11, None)),
    ("appgwsslpolicy20170401s", (12, None)),
    ("appgwsslpolicy20220101", (12, Some(0))),
    ("appgwsslpolicy20220101s", (12, Some(1))),
    ("tlsenforcementdisabled", (0, None)),
    // Azure SQL Database and azurerm: any version is taken.
    ("none", (0, None)),
    ("disabled", (0, None)),
    // Profiles of Google Cloud say which ciphers are taken, and nothing of versions.
    ("compatible", (1, Some(0))),
    ("modern", (1, Some(1))),
    ("restricted", (1, Some(2))),
    // Whether a listener, a viewer or an origin speaks TLS at all.
    ("allow-all", (0, None)),
    ("redirect-to-https", (2, Some(0))),
];

/// Which way it went; nothing where either side is not known.
pub(super) fn strength(desired: Option<&Tree>, actual: Option<&Tree>) -> Option<Strength> {
    let (desired, actual) = (desired?.as_str()?.to_lowercase(), actual?.as_str()?.to_lowercase());
    if let (Some(before), Some(after)) = (encrypts(&desired), encrypts(&actual)) {
        return way(before.cmp(&after));
    }
    let ((before, few), (after, fewer)) = (known(&desired)?, known(&actual)?);
    match (few, fewer) {
        (Some(few), Some(fewer)) if before == after => way(few.cmp(&fewer)),
        _ => way(before.cmp(&after)),
    }
}

fn way(order: std::cmp::Ordering) -> Option<Strength> {
    match order {
        std::cmp::Ordering::Less => Some(Strength::Stronger),
        std::cmp::Ordering::Greater => Some(Strength::Weaker),
        std::cmp::Ordering::Equal => None,
    }
}

/// Whether the protocol of a listener is an encrypted one (Elastic Load Balancing, listeners).
fn encrypts(text: &str) -> Option<bool> {
    match text {
        "http" | "tcp" => Some(false),
        "https" | "tls" | "ssl" => Some(true),
        _ => None,
    }
}

fn known(text: &str) -> Option<Known> {
    if text == "https-only" {
        return Some((2, Some(1)));
    }
    let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, known)| *known);
    named.or_else(|| version(text).map(|version| (version, None)))
}

/// A version of TLS alone: `TLS1_2`, `TLS_1_2`, `TLSv1.2`, `1.2`, `TLS12`.
fn version(text: &str) -> Option<u8> {
    let text = text.strip_prefix("tls").unwrap_or(text);
    let text = text.trim_start_matches(['_', 'v']);
    match text {
        "1" | "1.0" | "1_0" | "10" => Some(10),
        "1.1" | "1_1" | "11" => Some(11),
        "1.2" | "1_2" | "12" => Some(12),
        "1.3" | "1_3" | "13" => Some(13),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(desired: &str, actual: &str) -> Option<Strength> {
        let [desired, actual] = [desired, actual].map(|text| Tree::String(text.to_owned()));
        strength(Some(&desired), Some(&actual))
    }

    #[test]
    fn what_is_taken_may_be_weaker() {
        for (weak, strong) in [
            ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
            ("ELBSecurityPolicy-TLS13-1-0-2021-06", "ELBSecurityPolicy-TLS-1-2-2017-01"),
            ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
            ("TLSv1", "TLSv1_2016"),
            ("TLSv1.1_2016", "TLSv1.2_2018"),
            ("TLSv1.2_2019", "TLSv1.2_2021"),
            ("TLS1_0", "TLS1_2"),
            ("TLS_1_1", "TLS_1_2"),
            ("1.0", "1.2"),
            ("TLSEnforcementDisabled", "TLS1_0"),
            ("None", "1.2"),
            ("Disabled", "1.0"),
            ("COMPATIBLE", "RESTRICTED"),
            ("HTTP", "HTTPS"),
            ("TCP", "TLS"),
            ("allow-all", "redirect-to-https"),
            ("redirect-to-https", "https-only"),
            ("Policy-Min-TLS-1-0-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"),
            ("AppGwSslPolicy20150501", "AppGwSslPolicy20220101S"),
        ] {
            assert_eq!(of(strong, weak), Some(Strength::Weaker), "{strong} {weak}");
            assert_eq!(of(weak, strong), Some(Strength::Stronger), "{weak} {strong}");
        }
    }

    #[test]
    fn of_what_is_not_known_nothing_is_said() {
        for (one, other) in [
            ("TLS1_2", "TLS1_2"),
            ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-Next-2030-01"),
            ("my-policy", "TLS1_2"),
            ("ELBSecurityPolicy-FS-1-2-2019-08", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
            ("CUSTOM", "MODERN"),
            ("HTTP", "UDP"),
            ("HTTPS", "TLS"),
            ("None", "Disabled"),
        ] {
            assert_eq!(of(one, other), None, "{one} {other}");
        }
        assert_eq!(strength(None, Some(&Tree::String("1.2".into()))), None);
    }
}
