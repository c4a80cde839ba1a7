//! `quantity`: amounts as Kubernetes writes them.
//!
//! Grammar and rounding: the documentation of `Quantity` in `k8s.io/apimachinery/pkg/api/resource`:
//! a signed decimal number with a binary suffix (`Ki` … `Ei`), a decimal suffix (`n` … `E`) or a
//! decimal exponent. Amounts finer than a billionth are rounded up, away from zero.

use super::Scalar;
use crate::value::Number;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Number(number) => parse(&number.to_string()),
        Scalar::String(text) => parse(text),
        Scalar::Bool(_) | Scalar::Other => None,
    }
}

/// The canonical text of a quantity.
fn parse(text: &str) -> Option<String> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (amount, suffix) = unsigned.split_at(end);
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    let mut exponent = -i64::try_from(fraction.len()).ok()?;
    match scale(suffix)? {
        Scale::Ten(power) => exponent += power,
        Scale::Kibi(times) => (0..times).for_each(|_| multiply(&mut digits, 1024)),
    }
    round_up_to_nano(&mut digits, &mut exponent);
    let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some("0".into());
    }
    let sign = if negative { "-" } else { "" };
    Some(Number::parse(&format!("{sign}{digits}e{exponent}"))?.to_string())
}

enum Scale {
    /// Times a power of ten.
    Ten(i64),
    /// Times 1024, so many times.
    Kibi(u32),
}

fn scale(suffix: &str) -> Option<Scale> {
    Some(match suffix {
        "Ki" => Scale::Kibi(1),
        "Mi" => Scale::Kibi(2),
        "Gi" => Scale::Kibi(3),
        "Ti" => Scale::Kibi(4),
        "Pi" => Scale::Kibi(5),
        "Ei" => Scale::Kibi(6),
        "n" => Scale::Ten(-9),
        "u" => Scale::Ten(-6),
        "m" => Scale::Ten(-3),
        "" => Scale::Ten(0),
        "k" => Scale::Ten(3),
        "M" => Scale::Ten(6),
        "G" => Scale::Ten(9),
        "T" => Scale::Ten(12),
        "P" => Scale::Ten(15),
        "E" => Scale::Ten(18),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit())
            {
                return None;
            }
            let power: i64 = digits.parse().ok()?;
            Scale::Ten(if exponent.starts_with('-') { -power } else { power })
        }
    })
}

/// Multiplies decimal digits, the most significant first.
fn multiply(digits: &mut Vec<u8>, factor: u32) {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        let product = u32::from(*digit) * factor + carry;
        *digit = (product % 10) as u8;
        carry = product / 10;
    }
    let mut front = Vec::new();
    while carry > 0 {
        front.push((carry % 10) as u8);
        carry /= 10;
    }
    front.reverse();
    digits.splice(0..0, front);
}

/// Rounds away from zero what is finer than 10⁻⁹.
fn round_up_to_nano(digits: &mut Vec<u8>, exponent: &mut i64) {
    const NANO: i64 = -9;
    if *exponent >= NANO {
        return;
    }
    let surplus = usize::try_from(NANO - *exponent).unwrap_or(usize::MAX);
    let keep = digits.len().saturating_sub(surplus);
    let rounds = digits.iter().skip(keep).any(|digit| *digit != 0);
    digits.truncate(keep);
    *exponent = NANO;
    if rounds {
        for digit in digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        digits.insert(0, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_amounts_have_one_text() {
        for group in [
            vec!["1", "1000m", "1.0", "+1", "1e0", "0.001k", "1000000000n", "1."],
            vec!["1.5Gi", "1536Mi", "1610612736"],
            vec!["0.5", "500m", ".5", "5e-1"],
            vec!["1E", "1e18", "1000P", "1E18"],
            vec!["-1.2", "-1200m"],
            vec!["0", "-0", "0Ki", "0.0m"],
            vec!["0.1n", "1n", "0.0000000001"],
            vec!["1.1n", "2n"],
            vec!["12Ei", "13835058055282163712"],
        ] {
            let texts: Vec<_> = group.iter().map(|text| parse(text).unwrap()).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        assert_ne!(parse("1G"), parse("1Gi"));
        assert_ne!(parse("1k"), parse("1Ki"));
    }

    #[test]
    fn what_is_no_quantity_has_none() {
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "1K",
            "1ki",
            "1 Gi",
            "Gi",
            "1Gii",
            "0x1",
            "1e",
            "1e1.5",
            "--1",
            "1e9999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
