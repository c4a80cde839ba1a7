//! Exact numbers: sign, significant digits and a decimal exponent, never through a float.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A JSON number, kept as it was written.
///
/// Two numbers are equal when their values are: `1`, `1.0` and `10e-1` are one number, and so
/// are `-0` and `0`. [`fmt::Display`] writes the canonical text.
///
/// ```
/// use drift_core::value::Number;
/// let big = Number::parse("90071992547409930e-1").unwrap();
/// assert_eq!(big.to_string(), "9007199254740993");
/// assert_eq!(Number::parse("1.50"), Number::parse("15e-1"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Number<'d> {
    text: &'d str,
}

/// A number's value: `digits × 10^exponent`; zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'d> {
    pub(crate) negative: bool,
    pub(crate) digits: Cow<'d, str>,
    pub(crate) exponent: i64,
}

impl<'d> Number<'d> {
    /// Reads `text` as JSON writes numbers; `None` for anything else and for an exponent beyond
    /// a billion.
    #[must_use]
    pub fn parse(text: &'d str) -> Option<Self> {
        let bytes = text.as_bytes();
        let scan = scan(bytes)?;
        let magnitude = scan.exponent.unsigned_abs();
        let whole = scan.length == bytes.len();
        (whole && magnitude <= u64::from(crate::Limits::MAX_EXPONENT)).then_some(Self { text })
    }

    /// `text` was checked by the parser.
    pub(crate) fn trusted(text: &'d str) -> Self {
        Self { text }
    }

    /// The number as it was written.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.text
    }

    pub(crate) fn decimal(self) -> Decimal<'d> {
        let negative = self.text.starts_with('-');
        let unsigned = self.text.trim_start_matches('-');
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, clamped(exponent)),
            None => (unsigned, 0),
        };
        let (digits, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (Cow::Owned(format!("{whole}{fraction}")), fraction.len()),
            None => (Cow::Borrowed(mantissa), 0),
        };
        let trimmed = digits.trim_end_matches('0').len();
        let zeros = digits.len() - trimmed;
        let significant = match digits {
            Cow::Borrowed(text) => {
                Cow::Borrowed(text.trim_end_matches('0').trim_start_matches('0'))
            }
            Cow::Owned(text) => {
                Cow::Owned(text.trim_end_matches('0').trim_start_matches('0').to_owned())
            }
        };
        if significant.is_empty() {
            return Decimal { negative: false, digits: Cow::Borrowed(""), exponent: 0 };
        }
        let exponent = exponent - fraction as i64 + zeros as i64;
        Decimal { negative, digits: significant, exponent }
    }

    /// Whether it is written as its canonical text is: an integer of few digits, or a decimal fraction that is
    /// not far below one. Where this is false it may be so all the same.
    #[inline]
    pub(crate) fn is_plain(self) -> bool {
        let digits = self.text.strip_prefix('-').unwrap_or(self.text).as_bytes();
        let [first, rest @ ..] = digits else { return false };
        if digits.len() > 17 || (*first == b'0' && matches!(rest, [b'0'..=b'9', ..])) {
            return false;
        }
        if digits.iter().all(u8::is_ascii_digit) {
            return digits != b"0" || self.text.len() == 1;
        }
        let far = *first == b'0' && matches!(rest, [b'.', b'0', ..]);
        let plain = digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        plain && !far && digits.last() != Some(&b'0')
    }

    /// The value as an integer, where it is one and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        let decimal = self.decimal();
        if decimal.digits.is_empty() {
            return Some(0);
        }
        let zeros = usize::try_from(decimal.exponent).ok().filter(|zeros| *zeros < 20)?;
        let sign = if decimal.negative { "-" } else { "" };
        format!("{sign}{}{}", decimal.digits, "0".repeat(zeros)).parse().ok()
    }
}

/// An exponent's digits as a number, held within what 64 bits carry.
fn clamped(text: &str) -> i64 {
    let digits = text.trim_start_matches(['+', '-']).trim_start_matches('0');
    let magnitude =
        if digits.len() > 15 { 1_000_000_000_000_000 } else { digits.parse().unwrap_or(0) };
    if text.starts_with('-') { -magnitude } else { magnitude }
}

/// The number at the start of some bytes.
pub(crate) struct Scan {
    pub(crate) length: usize,
    pub(crate) exponent: i64,
}

/// Reads the longest JSON number at the start of `bytes`.
pub(crate) fn scan(bytes: &[u8]) -> Option<Scan> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes.get(at) == Some(&b'0')) {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    let mut exponent = 0;
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let start = at + 1;
        let sign = usize::from(matches!(bytes.get(start), Some(b'+' | b'-')));
        let count = digits(start + sign);
        if count == 0 {
            return None;
        }
        at = start + sign + count;
        let text = bytes.get(start..at).and_then(|text| std::str::from_utf8(text).ok());
        exponent = clamped(text.unwrap_or_default());
    }
    Some(Scan { length: at, exponent })
}

impl Decimal<'_> {
    /// The exponent of the first digit.
    fn magnitude(&self) -> i64 {
        self.digits.len() as i64 + self.exponent
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text || self.decimal() == other.decimal()
    }
}

impl Eq for Number<'_> {}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.decimal(), other.decimal());
        let sign = |d: &Decimal<'_>| match (d.digits.is_empty(), d.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let magnitude = || {
            // Digits without trailing zeros compare like fractions once they start at one place.
            let by_size = a.magnitude().cmp(&b.magnitude()).then_with(|| a.digits.cmp(&b.digits));
            if a.negative { by_size.reverse() } else { by_size }
        };
        sign(&a).cmp(&sign(&b)).then_with(
            || {
                if sign(&a) == 0 { Ordering::Equal } else { magnitude() }
            },
        )
    }
}

/// The canonical text: plain digits between 10⁻⁷ and 10²¹, else scientific, as ECMAScript lays
/// numbers out (RFC 8785, section 3.2.2.3), with every digit kept.
impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            return f.write_str(self.text);
        }
        let Decimal { negative, digits, exponent } = self.decimal();
        if digits.is_empty() {
            return f.write_str("0");
        }
        if negative {
            f.write_str("-")?;
        }
        let point = digits.len() as i64 + exponent;
        if exponent >= 0 && point <= 21 {
            let zeros = usize::try_from(exponent).unwrap_or(0);
            write!(f, "{digits}{}", "0".repeat(zeros))
        } else if exponent < 0 && 0 < point && point <= 21 {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
            write!(f, "{whole}.{fraction}")
        } else if -6 < point && point <= 0 {
            let zeros = usize::try_from(-point).unwrap_or(0);
            write!(f, "0.{}{digits}", "0".repeat(zeros))
        } else {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            write!(f, "{first}{dot}{rest}e{:+}", point - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Number::parse(text).unwrap().to_string()
    }

    #[test]
    fn canonical_text_keeps_every_digit() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0e5", "0"),
            ("1.0", "1"),
            ("1e3", "1000"),
            ("1200e-1", "120"),
            ("0.5", "0.5"),
            ("-12.50", "-12.5"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("123456789012345678901234567890", "1.2345678901234567890123456789e+29"),
            ("0.0000001", "1e-7"),
            ("0.000001", "0.000001"),
            ("18446744073709551616", "18446744073709551616"),
            ("1e-400", "1e-400"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
            assert_eq!(canonical(expected), expected, "{expected} is a fixed point");
        }
    }

    #[test]
    fn what_is_plain_is_canonical() {
        let plain = ["0", "1", "-1", "100", "1.5", "0.5", "-12.25", "12345678901234567"];
        let others = [
            "-0",
            "1.50",
            "0.05",
            "0.0000001",
            "-0.0",
            "1e5",
            "1E5",
            "123456789012345678",
            "99999999999999999999999",
        ];
        for (text, expected) in
            plain.map(|it| (it, true)).into_iter().chain(others.map(|it| (it, false)))
        {
            let number = Number::parse(text).unwrap();
            assert_eq!(number.is_plain(), expected, "{text}");
            let Decimal { negative, digits, exponent } = number.decimal();
            let sign = if negative { "-" } else { "" };
            let again = format!("{sign}{digits}e{exponent}");
            assert!(!expected || digits.is_empty() || canonical(&again) == text, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_not_plain() {
        for (text, canonical) in
            [("007", "7"), ("-00", "0"), ("00", "0"), ("-01.5", "-1.5"), ("", "0")]
        {
            let number = Number::trusted(text);
            assert!(!number.is_plain(), "{text}");
            assert_eq!(number.to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn only_json_numbers_parse() {
        for text in
            ["", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN", "1 ", "1e1000000001"]
        {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn order_is_by_value() {
        let ascending =
            ["-1e9", "-10.5", "-1", "-1e-9", "0", "1e-9", "0.5", "1", "1.1", "9", "10", "1e30"];
        let numbers: Vec<_> = ascending.iter().map(|text| Number::parse(text).unwrap()).collect();
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn integers() {
        assert_eq!(Number::parse("1.2e1").unwrap().as_i64(), Some(12));
        assert_eq!(Number::parse("-9223372036854775808").unwrap().as_i64(), Some(i64::MIN));
        assert_eq!(Number::parse("9223372036854775808").unwrap().as_i64(), None);
        assert_eq!(Number::parse("1.5").unwrap().as_i64(), None);
    }
}
