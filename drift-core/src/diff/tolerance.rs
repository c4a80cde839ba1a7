//! Whether two numbers lie within a tolerance, and how much of it they use: exact arithmetic.

use crate::normalize::Tolerance;
use crate::value::Number;

/// How much of the tolerance the distance of `actual` from `desired` uses, in percent with two
/// decimals; `None` where it is more than all, or where the numbers have more than 18 digits.
pub(super) fn margin_used(
    tolerance: &Tolerance,
    desired: Number<'_>,
    actual: Number<'_>,
) -> Option<String> {
    let bound = match tolerance {
        Tolerance::Percent(text) | Tolerance::Absolute(text) => Number::parse(text)?,
    };
    // All numbers as integers of one common scale.
    let lowest = [desired, actual, bound].iter().map(|n| n.decimal().exponent).min()?.min(0);
    let scaled = |number: Number<'_>| -> Option<i128> {
        let decimal = number.decimal();
        let zeros = u32::try_from(decimal.exponent - lowest).ok().filter(|zeros| *zeros <= 18)?;
        if decimal.digits.is_empty() {
            return Some(0);
        }
        if decimal.digits.len() > 18 {
            return None;
        }
        let digits: i128 = decimal.digits.parse().ok()?;
        let value = digits.checked_mul(10_i128.pow(zeros))?;
        Some(if decimal.negative { -value } else { value })
    };
    let (desired_scaled, actual_scaled, bound_scaled) =
        (scaled(desired)?, scaled(actual)?, scaled(bound)?);
    let distance = (actual_scaled - desired_scaled).abs();
    let unit = 10_i128.checked_pow(u32::try_from(-lowest).ok()?)?;
    // used = distance / allowed, with allowed = bound, or bound % of desired.
    let (numerator, denominator) = match tolerance {
        Tolerance::Absolute(_) => (distance, bound_scaled),
        Tolerance::Percent(_) => (
            distance.checked_mul(100)?.checked_mul(unit)?,
            bound_scaled.checked_mul(desired_scaled.abs())?,
        ),
    };
    if denominator == 0 || numerator > denominator {
        return None;
    }
    let hundredths = numerator.checked_mul(10_000)? / denominator;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins() {
        let number = |text| Number::parse(text).unwrap();
        let percent =
            |p: &str, d, a| margin_used(&Tolerance::Percent(p.into()), number(d), number(a));
        assert_eq!(percent("10", "1000", "1099").as_deref(), Some("99.00"));
        assert_eq!(percent("10", "1000", "1100").as_deref(), Some("100.00"));
        assert_eq!(percent("10", "1000", "1101"), None);
        assert_eq!(percent("10", "-10", "-9.5").as_deref(), Some("50.00"));
        assert_eq!(percent("0.5", "200", "201").as_deref(), Some("100.00"));
        assert_eq!(percent("10", "0", "1"), None);
        let absolute =
            |b: &str, d, a| margin_used(&Tolerance::Absolute(b.into()), number(d), number(a));
        assert_eq!(absolute("1", "30", "31").as_deref(), Some("100.00"));
        assert_eq!(absolute("1.5", "30", "30.75").as_deref(), Some("50.00"));
        assert_eq!(absolute("1", "30", "31.000001"), None);
        assert_eq!(absolute("1e30", "1", "2"), None, "too many digits to tell");
    }
}
