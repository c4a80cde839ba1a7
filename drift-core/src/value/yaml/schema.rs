//! What scalars mean: the three schemas, from text and tag to a value.

use super::YamlSchema;
use crate::value::{base64, number};
use std::borrow::Cow;

/// What stands in front of every standard tag.
pub(super) const STANDARD: &str = "tag:yaml.org,2002:";

/// The most digits of a number that is not decimal: turning it into decimal costs their square.
const MAX_RADIX_DIGITS: usize = 512;
const TOO_LONG: &str = "a number that is not decimal has more than 512 digits";

/// What a scalar is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar<'v> {
    Null,
    Bool(bool),
    Number {
        /// The number as JSON writes it.
        text: Cow<'v, str>,
        exponent: i64,
        /// Written with a point or an exponent.
        float: bool,
    },
    /// Infinity or not-a-number, as a key of `kubectl` spells it.
    NonFinite(&'static str),
    /// The scalar's text as it is.
    Text,
    /// A string other than the scalar's text.
    Decoded(String),
}

/// The tag of a scalar, by what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// No tag: what the text looks like, if it is plain.
    Nothing,
    Null,
    Bool,
    Int,
    Float,
    Binary,
    /// A string, whatever the text looks like.
    Text,
}

impl Ask {
    /// What the standard tag `!!name` on a scalar asks for; `None` where the schema has no such
    /// tag for scalars.
    pub(super) fn of_standard(schema: YamlSchema, name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "str" | "timestamp" => Self::Text,
            "binary" if schema == YamlSchema::Kubectl => Self::Binary,
            // No other schema has a form for bytes: the text is what is compared.
            "binary" => Self::Text,
            // `kubectl` reads every tag that it does not know as a string.
            _ if schema == YamlSchema::Kubectl => Self::Text,
            _ => return None,
        })
    }
}

/// Whether the standard tag `!!name` may stand on a map (or else a list).
pub(super) fn fits_collection(schema: YamlSchema, name: &str, map: bool) -> bool {
    // `kubectl` ignores the tags of maps and lists.
    schema == YamlSchema::Kubectl
        || match name {
            "map" | "set" => map,
            "seq" | "omap" | "pairs" => !map,
            _ => false,
        }
}

/// What the text of a scalar is under `schema`.
///
/// # Errors
/// What is wrong, where the text is not what the tag asks for.
pub(super) fn resolve(
    schema: YamlSchema,
    ask: Ask,
    plain: bool,
    text: &str,
) -> Result<Scalar<'_>, &'static str> {
    let scalar = match ask {
        Ask::Text => return Ok(Scalar::Text),
        Ask::Nothing if !plain => return Ok(Scalar::Text),
        Ask::Binary => {
            return base64::decode(text)
                .map(Scalar::Decoded)
                .ok_or("the text under the tag `!!binary` is not base64");
        }
        _ => implicit(schema, text)?,
    };
    match (ask, &scalar) {
        (Ask::Nothing, _)
        | (Ask::Null, Scalar::Null)
        | (Ask::Bool, Scalar::Bool(_))
        | (Ask::Int, Scalar::Number { float: false, .. })
        | (Ask::Float, Scalar::Number { .. } | Scalar::NonFinite(_)) => Ok(scalar),
        (Ask::Null, _) => Err("the text under the tag `!!null` is not a null"),
        (Ask::Bool, _) => Err("the text under the tag `!!bool` is not a boolean"),
        (Ask::Int, _) => Err("the text under the tag `!!int` is not an integer"),
        _ => Err("the text under the tag `!!float` is not a number"),
    }
}

/// The field name that a scalar in the place of a key is.
///
/// # Errors
/// What is wrong, where it can be no key.
pub(super) fn key<'v>(
    schema: YamlSchema,
    scalar: Scalar<'v>,
    text: &'v str,
) -> Result<Cow<'v, str>, &'static str> {
    if schema != YamlSchema::Kubectl {
        return Ok(Cow::Borrowed(text));
    }
    Ok(match scalar {
        Scalar::Null => return Err("null cannot be a key"),
        Scalar::Bool(true) => Cow::Borrowed("true"),
        Scalar::Bool(false) => Cow::Borrowed("false"),
        Scalar::NonFinite(name) => Cow::Borrowed(name),
        Scalar::Number { float: true, text, .. } => Cow::Owned(go_float(&text)),
        Scalar::Number { text, .. } if text == "-0" => Cow::Borrowed("0"),
        Scalar::Number { text, .. } => text,
        Scalar::Text => Cow::Borrowed(text),
        Scalar::Decoded(text) => Cow::Owned(text),
    })
}

/// What a plain scalar looks like.
fn implicit(schema: YamlSchema, text: &str) -> Result<Scalar<'_>, &'static str> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::NonFinite(".inf"),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::NonFinite("-.inf"),
        ".nan" | ".NaN" | ".NAN" => Scalar::NonFinite(".nan"),
        _ if schema == YamlSchema::Kubectl => kubectl(text),
        _ if schema == YamlSchema::Cfn => return cfn(text),
        _ => return core_number(text),
    })
}

/// The words and numbers of YAML 1.1, which CloudFormation reads. `y` and `n` are no words to any of its
/// parsers (`AttributeType: N`), and numbers in base 60 are left as they are written.
fn cfn(text: &str) -> Result<Scalar<'_>, &'static str> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Ok(Scalar::Bool(true)),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Ok(Scalar::Bool(false)),
        _ => {}
    }
    let plain = match text.as_bytes() {
        [b'+' | b'-' | b'0'..=b'9', ..] => without_underscores(text),
        [b'.', ..] => Cow::Borrowed(text),
        _ => return Ok(Scalar::Text),
    };
    let (sign, unsigned) = match plain.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'b', digits @ ..] => (2, digits),
        [b'0', b'x', digits @ ..] => (16, digits),
        // Other than in YAML 1.2, `0755` is octal, and `0789` no number.
        [b'0', digits @ ..] if digits.first().is_some_and(u8::is_ascii_digit) => {
            let whole = digits.iter().all(u8::is_ascii_digit);
            if !whole {
                return Ok(decimal(plain).unwrap_or(Scalar::Text));
            }
            (8, digits)
        }
        _ => return Ok(decimal(plain).unwrap_or(Scalar::Text)),
    };
    let Some(values) = digit_values(digits, radix) else { return Ok(Scalar::Text) };
    if values.len() > MAX_RADIX_DIGITS {
        return Err(TOO_LONG);
    }
    Ok(match (sign, big(&values, radix)) {
        ("-", value) if value != "0" => integer(format!("-{value}")),
        (_, value) => integer(value),
    })
}

/// What `kubectl` adds to the words that every schema knows, and its numbers.
fn kubectl(text: &str) -> Scalar<'_> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Scalar::Bool(false),
        _ => {}
    }
    let plain = match text.as_bytes() {
        [b'.', ..] if underscores_between_digits(text) => without_underscores(text),
        [b'+' | b'-' | b'0'..=b'9', ..] => without_underscores(text),
        _ => return Scalar::Text,
    };
    let (negative, digits) = match plain.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let signed = digits.len() < plain.len();
    let radix = match digits {
        [b'0', b'x' | b'X', digits @ ..] => Some((16, digits)),
        [b'0', b'o' | b'O', digits @ ..] => Some((8, digits)),
        [b'0', b'b' | b'B', digits @ ..] => Some((2, digits)),
        _ => None,
    };
    if let Some((radix, digits)) = radix {
        let value = in_64_bits(digits, radix, signed, negative);
        return value.map_or(Scalar::Text, integer);
    }
    if let [b'0', octal @ ..] = digits
        && !octal.is_empty()
        && let Some(value) = in_64_bits(octal, 8, signed, negative)
    {
        return integer(value);
    }
    match decimal(plain) {
        Some(number) if !overflows(&number) => number,
        _ => Scalar::Text,
    }
}

/// The numbers of the YAML 1.2 core schema.
fn core_number(text: &str) -> Result<Scalar<'_>, &'static str> {
    let digits = match text.as_bytes() {
        [b'0', b'x', digits @ ..] => Some((16, digits)),
        [b'0', b'o', digits @ ..] => Some((8, digits)),
        [b'.' | b'+' | b'-' | b'0'..=b'9', ..] => None,
        _ => return Ok(Scalar::Text),
    };
    let Some((radix, digits)) = digits else {
        return Ok(decimal(Cow::Borrowed(text)).unwrap_or(Scalar::Text));
    };
    let Some(values) = digit_values(digits, radix) else {
        return Ok(Scalar::Text);
    };
    if values.len() > MAX_RADIX_DIGITS {
        return Err(TOO_LONG);
    }
    Ok(integer(big(&values, radix)))
}

fn integer<'v>(text: String) -> Scalar<'v> {
    Scalar::Number { text: Cow::Owned(text), exponent: 0, float: false }
}

/// A decimal number as YAML writes it: a sign, leading zeros and a bare point are allowed.
fn decimal(text: Cow<'_, str>) -> Option<Scalar<'_>> {
    if let Some(scan) = number::scan(text.as_bytes())
        && scan.length == text.len()
    {
        let float = text.contains(['.', 'e', 'E']);
        return Some(Scalar::Number { exponent: scan.exponent, text, float });
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at_checked(at)?,
        None => (unsigned, ""),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (mantissa, ""),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let float = unsigned.contains(['.', 'e', 'E']);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let json = format!("{sign}{whole}{point}{fraction}{exponent}");
    // What is left to check is the exponent.
    let scan = number::scan(json.as_bytes()).filter(|scan| scan.length == json.len())?;
    Some(Scalar::Number { exponent: scan.exponent, text: Cow::Owned(json), float })
}

/// Whether the number is too large for a float: `kubectl` then takes it for a string.
fn overflows(number: &Scalar<'_>) -> bool {
    let Scalar::Number { text, exponent, .. } = number else {
        return false;
    };
    (*exponent > 0 || text.len() > 300) && text.parse().is_ok_and(f64::is_infinite)
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

fn underscores_between_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    bytes.windows(2).all(|pair| match pair {
        [before, b'_'] => digit(Some(before)),
        [b'_', after] => digit(Some(after)),
        _ => true,
    }) && bytes.last() != Some(&b'_')
}

/// The value of each digit; `None` where one is none, or where there are none.
fn digit_values(digits: &[u8], radix: u32) -> Option<Vec<u32>> {
    let values: Option<Vec<u32>> =
        digits.iter().map(|byte| char::from(*byte).to_digit(radix)).collect();
    values.filter(|values| !values.is_empty())
}

/// An integer that fits into 64 bits as Go's `ParseInt` and `ParseUint` read it.
fn in_64_bits(digits: &[u8], radix: u32, signed: bool, negative: bool) -> Option<String> {
    let mut value: u64 = 0;
    for digit in digit_values(digits, radix)? {
        value = value.checked_mul(u64::from(radix))?;
        value = value.checked_add(u64::from(digit))?;
    }
    let most = i64::MAX.unsigned_abs() + u64::from(negative);
    if signed && value > most {
        return None;
    }
    let sign = if negative && value > 0 { "-" } else { "" };
    Some(format!("{sign}{value}"))
}

/// The decimal text of an integer of any size.
fn big(digits: &[u32], radix: u32) -> String {
    const LIMB: u64 = 1_000_000_000;
    // Nine decimal digits each, the lowest first.
    let mut limbs: Vec<u64> = Vec::new();
    for digit in digits {
        let mut carry = u64::from(*digit);
        for limb in &mut limbs {
            let value = *limb * u64::from(radix) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let text: String = limbs.iter().rev().map(|limb| format!("{limb:09}")).collect();
    match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        text => text.to_owned(),
    }
}

/// A float as a key, as `sigs.k8s.io/yaml` writes it: 32 bits, the shortest digits, `%g`.
fn go_float(text: &str) -> String {
    let value: f64 = text.parse().unwrap_or(0.0);
    #[allow(clippy::cast_possible_truncation, reason = "the precision is lost there as well")]
    let value = value as f32;
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
