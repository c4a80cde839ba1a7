//! `ip`, `cidr` and `ip_or_cidr`: addresses and networks of IPv4 and IPv6.
//!
//! RFC 4632 and RFC 4291: an address, a slash, and the length of the prefix. The spelling of an IPv6
//! address does not count (RFC 5952). The bits behind the prefix do: they are a part of what is
//! written, and services keep them.

use super::Scalar;
use core::net::IpAddr;

/// An address alone.
pub(super) fn ip(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    text.parse::<IpAddr>().ok().map(|address| address.to_string())
}

/// A network, or an address with the length of its network's prefix.
pub(super) fn cidr(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let (address, length) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let digits = length.len() <= 3 && length.bytes().all(|byte| byte.is_ascii_digit());
    let plain = length == "0" || !length.starts_with('0');
    let prefix: u8 = length.parse().ok().filter(|_| digits && plain)?;
    (prefix <= whole(address)).then(|| format!("{address}/{prefix}"))
}

/// As [`cidr`], where an address alone is the network that holds nothing else.
pub(super) fn ip_or_cidr(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    match text.parse::<IpAddr>() {
        Ok(address) => Some(format!("{address}/{}", whole(address))),
        Err(_) => cidr(scalar),
    }
}

/// Whether both are one address or network.
pub(super) fn are_one(one: Scalar<'_>, other: Scalar<'_>) -> bool {
    let network = ip_or_cidr(one);
    network.is_some() && network == ip_or_cidr(other)
}

/// Whether the live network is the declared one without the bits behind its prefix.
pub(super) fn is_network_of(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let network = cidr(desired).and_then(|network| masked(&network));
    network.is_some() && network == cidr(actual)
}

/// The network that an address with a prefix is in.
pub(crate) fn masked(text: &str) -> Option<String> {
    let (address, prefix) = text.split_once('/')?;
    let bits: u32 = prefix.parse().ok()?;
    let address = match address.parse().ok()? {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(bits)?).unwrap_or(0);
            IpAddr::from((u32::from(address) & mask).to_be_bytes())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(bits)?).unwrap_or(0);
            IpAddr::from((u128::from(address) & mask).to_be_bytes())
        }
    };
    Some(format!("{address}/{bits}"))
}

const fn whole(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_in_any_spelling() {
        let are = |one, other| are_one(Scalar::String(one), Scalar::String(other));
        assert!(are("2001:DB8::/32", "2001:db8:0::/32") && are("10.0.0.1", "10.0.0.1/32"));
        assert!(!are("10.0.0.1/24", "10.0.0.0/24") && !are("a", "a"));
    }

    #[test]
    fn a_network_is_what_is_left_without_the_bits_of_hosts() {
        let is = |desired, actual| is_network_of(Scalar::String(desired), Scalar::String(actual));
        assert!(is("100.68.0.18/18", "100.68.0.0/18") && is("2001:DB8::7/64", "2001:db8::/64"));
        assert!(is("1.2.3.4/0", "0.0.0.0/0") && is("10.0.0.1/32", "10.0.0.1/32"));
        // What is live and what is declared are not to be exchanged.
        assert!(!is("100.68.0.0/18", "100.68.0.18/18") && !is("100.68.0.18/18", "100.68.0.18/18"));
        assert!(!is("100.68.0.18/18", "100.68.0.0/17") && !is("100.68.0.18/18", "100.68.64.0/18"));
        assert!(!is("a", "a") && !is("10.0.0.0/33", "10.0.0.0/33"));
    }

    #[test]
    fn addresses_have_one_spelling() {
        let ip = |text| ip(Scalar::String(text));
        assert_eq!(ip("::1"), ip("0:0:0:0:0:0:0:1"));
        assert_eq!(ip("2001:DB8::1"), ip("2001:db8:0:0::1"));
        assert_ne!(ip("10.0.0.1"), ip("10.0.0.2"));
        assert_ne!(ip("::ffff:10.0.0.1"), ip("10.0.0.1"));
        for text in
            ["", "10.0.0", "10.0.0.01", "10.0.0.256", "fe80::1%eth0", "10.0.0.1/32", ":::", " ::1"]
        {
            assert_eq!(ip(text), None, "{text}");
        }
    }

    #[test]
    fn networks_keep_the_bits_behind_their_prefix() {
        let cidr = |text| cidr(Scalar::String(text));
        assert_eq!(cidr("::/128"), cidr("0:0:0:0:0:0:0:0/128"));
        assert_eq!(cidr("FF01::/8"), cidr("ff01:0::/8"));
        assert!(cidr("FF01::/8").is_some());
        assert_ne!(cidr("FF01::/8"), cidr("FF01::1/8"));
        assert_ne!(cidr("10.0.0.0/8"), cidr("10.0.0.0/16"));
        assert_ne!(cidr("0.0.0.0/0"), cidr("::/0"));
        for text in [
            "",
            "/",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0.1",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(cidr(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_a_network_of_its_own() {
        let of = |text| ip_or_cidr(Scalar::String(text));
        assert_eq!(of("10.0.0.1"), of("10.0.0.1/32"));
        assert_eq!(of("::1"), of("0::1/128"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.1/31"));
        assert_eq!(of("x"), None);
    }
}
