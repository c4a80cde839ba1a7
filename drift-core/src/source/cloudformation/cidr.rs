//! `Fn::Cidr`: a block of addresses cut into smaller ones.

use core::net::{Ipv4Addr, Ipv6Addr};

/// The most blocks that CloudFormation makes.
const MOST: u32 = 256;

/// The first `count` blocks of `block` that leave `bits` bits each; none where it cannot be.
pub(super) fn blocks(block: &str, count: &str, bits: &str) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let (prefix, count, bits): (u32, u32, u32) =
        (prefix.parse().ok()?, count.parse().ok()?, bits.parse().ok()?);
    let (start, width): (u128, u32) = match address.parse::<Ipv4Addr>() {
        Ok(address) => (u128::from(u32::from(address)), 32),
        Err(_) => (u128::from(address.parse::<Ipv6Addr>().ok()?), 128),
    };
    let room = width.checked_sub(prefix).filter(|_| prefix > 0)?;
    let fits = (1..=MOST).contains(&count)
        && (1..=room).contains(&bits)
        && u128::from(count) <= 1_u128.checked_shl(room - bits).unwrap_or(u128::MAX)
        && start.trailing_zeros() >= room;
    let own = width - bits.min(width);
    let text = |index: u32| {
        let at = start.checked_add(u128::from(index).checked_shl(bits)?)?;
        Some(match width {
            32 => format!("{}/{own}", Ipv4Addr::from(u32::try_from(at).ok()?)),
            _ => format!("{}/{own}", Ipv6Addr::from(at)),
        })
    };
    if fits { (0..count).map(text).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_each_other() {
        let list = |block, count, bits| blocks(block, count, bits).map(|found| found.join(" "));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            list("192.168.0.0/24", "6", "5"),
            some(
                "192.168.0.0/27 192.168.0.32/27 192.168.0.64/27 192.168.0.96/27 192.168.0.128/27 \
                192.168.0.160/27"
            )
        );
        assert_eq!(list("10.0.0.0/16", "2", "8"), some("10.0.0.0/24 10.0.1.0/24"));
        assert_eq!(
            list("2001:db8:1234:1a00::/56", "2", "64"),
            some("2001:db8:1234:1a00::/64 2001:db8:1234:1a01::/64")
        );
        for (block, count, bits) in [
            ("10.0.0.0/16", "0", "8"),
            ("10.0.0.0/16", "257", "4"),
            ("10.0.0.0/24", "2", "8"),
            ("10.0.0.1/24", "1", "4"),
            ("10.0.0.0/33", "1", "4"),
            ("10.0.0.0", "1", "4"),
            ("host/8", "1", "4"),
            ("10.0.0.0/16", "one", "8"),
            ("10.0.0.0/16", "1", "40"),
            ("::/0", "1", "64"),
        ] {
            assert_eq!(list(block, count, bits), None, "{block} {count} {bits}");
        }
    }
}
