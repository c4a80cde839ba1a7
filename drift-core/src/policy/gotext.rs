//! Texts as Go writes them: quoted texts, floating-point numbers, and the values of Rego as OPA writes them out.

use regex::Regex;
use regorus::Value;
use std::sync::LazyLock;

/// What may stand in a quoted text as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    Printable,
    Ascii,
}

/// The most digits behind the point that a number can have, in either form.
const MAX_DIGITS: usize = 1100;

/// Letters, marks, numbers, punctuation and symbols.
static PRINTABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").ok());

/// What Go calls printable: of blanks it is the one of ASCII alone.
pub(super) fn is_print(char: char) -> bool {
    match char {
        ' '..='~' => true,
        _ if char.is_ascii() => false,
        _ => {
            let mut bytes = [0; 4];
            let text = char.encode_utf8(&mut bytes);
            PRINTABLE.as_ref().is_some_and(|printable| printable.is_match(text))
        }
    }
}

/// A text in quotes, as a literal of Go.
pub(super) fn quoted(text: &str, mark: char, quote: Quote) -> String {
    let mut made = String::from(mark);
    for char in text.chars() {
        let shown = is_print(char) && (quote == Quote::Printable || char.is_ascii());
        let code = u32::from(char);
        match char {
            '\\' => made += "\\\\",
            _ if char == mark => made.extend(['\\', mark]),
            _ if shown => made.push(char),
            '\u{7}' => made += "\\a",
            '\u{8}' => made += "\\b",
            '\u{c}' => made += "\\f",
            '\n' => made += "\\n",
            '\r' => made += "\\r",
            '\t' => made += "\\t",
            '\u{b}' => made += "\\v",
            _ if char.is_ascii() => made += &format!("\\x{code:02x}"),
            _ if code < 0x1_0000 => made += &format!("\\u{code:04x}"),
            _ => made += &format!("\\U{code:08x}"),
        }
    }
    made.push(mark);
    made
}

/// Whether a text is one line without what backquotes cannot hold.
pub(super) fn may_stand_in_backquotes(text: &str) -> bool {
    text.chars().all(|char| match char {
        '\u{feff}' | char::REPLACEMENT_CHARACTER | '`' | '\u{7f}' => false,
        '\t' => true,
        other => other >= ' ',
    })
}

/// A value as OPA writes it out. It has been walked.
pub(super) fn of_rego(value: &Value) -> String {
    let all = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::String(text) => quoted(text, '"', Quote::Printable),
        Value::Number(number) => number.format_decimal(),
        Value::Array(items) => format!("[{}]", all(&mut items.iter().map(of_rego))),
        Value::Set(items) if items.is_empty() => "set()".to_owned(),
        Value::Set(items) => format!("{{{}}}", all(&mut items.iter().map(of_rego))),
        Value::Object(fields) => {
            let fields = fields.iter_sorted();
            let field = |(name, value)| format!("{}: {}", of_rego(name), of_rego(value));
            format!("{{{}}}", all(&mut fields.map(field)))
        }
        Value::Undefined => "<undefined>".to_owned(),
    }
}

/// A number that is not negative in a form of Go's, with so many digits or as few as tell it from all others.
pub(super) fn float(float: f64, form: char, precision: Option<usize>) -> String {
    match form {
        'b' => {
            let (mantissa, exponent) = parts(float);
            format!("{mantissa}p{:+}", exponent - 52)
        }
        'x' | 'X' => hex(float, form, precision),
        'f' => match precision {
            Some(precision) => {
                let number = format!("{float:.*}", precision.min(MAX_DIGITS));
                number + &"0".repeat(precision.saturating_sub(MAX_DIGITS))
            }
            None => format!("{float}"),
        },
        'e' | 'E' => {
            let (digits, exponent) = decimal(float, precision);
            scientific(&digits, exponent, precision.unwrap_or(digits.len().saturating_sub(1)), form)
        }
        _ => general(float, precision, form),
    }
}

/// The digits of a number, one of them in front of the point, and its power of ten.
fn decimal(float: f64, precision: Option<usize>) -> (String, i32) {
    let text = match precision {
        Some(precision) => format!("{float:.*e}", precision.min(MAX_DIGITS)),
        None => format!("{float:e}"),
    };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn scientific(digits: &str, exponent: i32, precision: usize, form: char) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
    let zeros = "0".repeat(precision.saturating_sub(rest.len()));
    let point = if precision > 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}{zeros}{form}{sign}{:02}", exponent.unsigned_abs())
}

/// `%g`: in powers of ten where the number is very large or small.
fn general(float: f64, precision: Option<usize>, form: char) -> String {
    let most = precision.map(|precision| precision.max(1));
    let (digits, exponent) = decimal(float, most.map(|most| most - 1));
    let digits = digits.trim_end_matches('0');
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // Up to which power it is written out.
    let largest = match most.map(|most| i32::try_from(most).unwrap_or(i32::MAX)) {
        None => 6,
        Some(most) if most > length && length > exponent => length,
        Some(most) => most,
    };
    if float != 0.0 && (exponent < -4 || exponent >= largest) {
        let form = if form == 'G' { 'E' } else { 'e' };
        return scientific(digits, exponent, digits.len().saturating_sub(1), form);
    }
    if exponent < 0 && float != 0.0 {
        let zeros = usize::try_from(exponent.unsigned_abs()).unwrap_or(0).saturating_sub(1);
        return format!("0.{}{digits}", "0".repeat(zeros));
    }
    let whole = usize::try_from(exponent).unwrap_or(0) + 1;
    match digits.split_at_checked(whole) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, rest)) => format!("{whole}.{rest}"),
        None => format!("{digits}{}", "0".repeat(whole - digits.len())),
    }
}

/// The mantissa as a whole number of 53 bits, and the power of two of its first bit.
fn parts(float: f64) -> (u64, i32) {
    let bits = float.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) {
        0 => (fraction, -1022),
        exponent => (fraction | 1 << 52, exponent - 1023),
    }
}

fn hex(float: f64, form: char, precision: Option<usize>) -> String {
    let (mantissa, mut exponent) = parts(float);
    let mut mantissa = mantissa << 8;
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The first bit is that of 1 << 60.
        let shift = mantissa.leading_zeros().saturating_sub(3);
        mantissa <<= shift;
        exponent -= i32::try_from(shift).unwrap_or(0);
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let kept = 60 - 4 * u32::try_from(precision).unwrap_or(0);
        let below = mantissa & ((1 << kept) - 1);
        let half = 1u64 << (kept - 1);
        mantissa >>= kept;
        if below > half || below == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= kept;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let digits = match precision {
        None => digits.trim_end_matches('0').to_owned(),
        Some(precision) => {
            let zeros = "0".repeat(precision.saturating_sub(digits.len()));
            digits.get(..precision).unwrap_or(&digits).to_owned() + &zeros
        }
    };
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let power = exponent.unsigned_abs();
    let text = format!("0x{}{point}{digits}p{sign}{power:02}", mantissa >> 60);
    if form == 'X' { text.to_uppercase() } else { text }
}

/// With a point, and with the zeros that `%#g` keeps.
pub(super) fn with_point(number: &str, form: char, precision: Option<usize>) -> String {
    let end = match form {
        'x' | 'X' => number.find(['p', 'P']),
        _ => number.find(['e', 'E']),
    };
    let (number, power) = number.split_at_checked(end.unwrap_or(number.len())).unwrap_or_default();
    let significant = number.trim_start_matches(['0', '.']);
    let mut digits = significant.bytes().filter(|byte| *byte != b'.').count();
    let point = if number.contains('.') { "" } else { "." };
    if number == "0" {
        digits += 1;
    }
    let wanted = if matches!(form, 'g' | 'G' | 'x') { precision.unwrap_or(6) } else { 0 };
    let zeros = "0".repeat(wanted.saturating_sub(digits));
    format!("{number}{point}{zeros}{power}")
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::super::sprintf::sprintf;
    use super::*;

    fn printed(format: &str, given: &str) -> String {
        let given = [Value::from(format), Value::from_json_str(given).unwrap()];
        let made = sprintf(&given, &Budget::new(1 << 20)).unwrap().unwrap();
        made.as_string().unwrap().to_string()
    }

    fn all(cases: &[(&str, &str, &str)]) {
        for (format, given, expected) in cases {
            assert_eq!(printed(format, given), *expected, "{format} {given}");
        }
    }

    #[test]
    fn what_go_documents() {
        all(&[
            ("%d", r#"["hi"]"#, "%!d(string=hi)"),
            ("hi", r#"["guys"]"#, "hi%!(EXTRA string=guys)"),
            ("hi%d", "[]", "hi%!d(MISSING)"),
            ("%*s", r#"[4.5, "hi"]"#, "%!(BADWIDTH)hi"),
            ("%.*s", r#"[4.5, "hi"]"#, "%!(BADPREC)hi"),
            ("%*[2]d", "[7]", "%!d(BADINDEX)"),
            ("%.[2]d", "[7]", "%!d(BADINDEX)"),
            ("%[2]d %[1]d", "[11, 22]", "22 11"),
            ("%[3]*.[2]*[1]f", "[12.5, 2, 6]", " 12.50"),
            ("%6.2f", "[12.5]", " 12.50"),
            ("%d %d %#[1]x %#x", "[16, 17]", "16 17 0x10 0x11"),
            ("%6.3f", "[12.345]", "12.345"),
            ("%.3g", "[12.345]", "12.3"),
            ("%U %#U", "[4660, 120]", "U+1234 U+0078 'x'"),
            ("%e %E", "[-1.234456e78, -1.234456e78]", "-1.234456e+78 -1.234456E+78"),
            ("%f", "[123.456]", "123.456000"),
            ("%x", "[1.5]", "0x1.8p+00"),
            ("100%% of %s", r#"["a"]"#, "100% of a"),
            ("%", "[]", "%!(NOVERB)"),
            ("%z %!", "[1]", "%!z(int=1) %!!(MISSING)"),
        ]);
    }

    #[test]
    fn integers() {
        all(&[
            ("%v %+v %#v %d %s %t", "[1, 1, 1, 1, 1, 1]", "1 1 1 1 %!s(int=1) %!t(int=1)"),
            ("%b %o %O %x %X", "[5, 8, 8, 255, 255]", "101 10 0o10 ff FF"),
            ("%#b %#o %#x %#X", "[5, 8, 255, 255]", "0b101 010 0xff 0XFF"),
            ("%c%c %q %+q", "[65, 233, 120, 233]", r"Aé 'x' '\u00e9'"),
            ("%5d|%-5d|%05d|% d|%+d", "[7, 7, -7, 7, 7]", "    7|7    |-0007| 7|+7"),
            ("%.3d|%6.3d|%.0d|%x", "[7, 7, 0, -255]", "007|   007||-ff"),
            ("%*d|%-*d|%*d", "[4, 7, 4, 7, -4, 7]", "   7|7   |7   "),
            ("%T %T %T", "[1, 1.5, null]", "int float64 string"),
            ("%p", "[1]", "%!p(int=1)"),
            (
                "%d %x",
                "[18446744073709551615, 18446744073709551615]",
                "18446744073709551615 ffffffffffffffff",
            ),
            (
                "%T %f",
                "[18446744073709551615, 18446744073709551615]",
                "*big.Int %!f(big.Int=18446744073709551615)",
            ),
            (
                "%#024x|%+d",
                "[18446744073709551615, 18446744073709551615]",
                "0x000000ffffffffffffffff|+18446744073709551615",
            ),
            ("%99999999d", "[1]", "%!(NOVERB)%!(EXTRA int=1)"),
            ("%5٣", "[1]", "%!٣(int=    1)"),
        ]);
    }

    #[test]
    fn floating_point_numbers() {
        all(&[
            (
                "%v %v %v %v",
                "[0.5, 1.5e300, 1234567.5, 0.00001]",
                "0.5 1.5e+300 1.2345675e+06 1e-05",
            ),
            ("%d", "[0.5]", "%!d(float64=0.5)"),
            (
                "%5.1f|%-7.2f|%07.2f|%+.1f|% .1f",
                "[1.25, 1.5, -1.5, 1.5, 1.5]",
                "  1.2|1.50   |-001.50|+1.5| 1.5",
            ),
            ("%.0f %.0f %F", "[2.5, 3.5, 1.5]", "2 4 1.500000"),
            ("%e %.2E %.0e", "[1234.5, 0.00012345, 1.5]", "1.234500e+03 1.23E-04 2e+00"),
            ("%g %G %.3g %.10g", "[1e-7, 1e-7, 1234.5, 1234.5]", "1e-07 1E-07 1.23e+03 1234.5"),
            ("%g %.2g %g", "[123456.5, 0.00012345, 100000.5]", "123456.5 0.00012 100000.5"),
            ("%#g %#.3g %#.0f %#v", "[1.5, 0.5, 1.5, 1.5]", "1.50000 0.500 2. 1.5"),
            (
                "%b %x %X %.1x",
                "[1.5, -0.1, 0.1, 1.99]",
                "6755399441055744p-52 -0x1.999999999999ap-04 0X1.999999999999AP-04 0x1.0p+01",
            ),
            ("%f", "[2]", "%!f(int=2)"),
        ]);
        assert_eq!(printed("%.1200f", "[0.5]").len(), 1202);
        assert_eq!(printed("%.1200e", "[0.5]").len(), 1206);
    }

    #[test]
    fn texts_and_what_becomes_one() {
        all(&[
            (
                "%s|%10s|%-10s|%.2s|%05s",
                r#"["héllo", "héllo", "héllo", "héllo", "ab"]"#,
                "héllo|     héllo|héllo     |hé|000ab",
            ),
            (
                "%q %#q %+q %#v",
                r#"["a\n\"é\u0001", "a\"b", "é😀", "a"]"#,
                "\"a\\n\\\"é\\x01\" `a\"b` \"\\u00e9\\U0001f600\" \"a\"",
            ),
            (
                "%x|%X|% x|%#x|%# X|%.1x|%6x",
                r#"["hi", "hi", "hi", "hi", "hi", "hi", "hi"]"#,
                "6869|6869|68 69|0x6869|0X68 0X69|68|  6869",
            ),
            ("%t %v %s", "[true, false, null]", "%!t(string=true) false null"),
            (
                "%v %s",
                r#"[{"b": [1, "x\u0007"], "a": 0.5}, []]"#,
                "{\"a\": 0.5, \"b\": [1, \"x\\a\"]} []",
            ),
            ("%d", r#"[{"a": 1}]"#, "%!d(string={\"a\": 1})"),
            ("%-20s|%5d", r#"["a", 1]"#, "a                   |    1"),
            ("%s/%s: too few", r#"["a"]"#, "a/%!s(MISSING): too few"),
            ("%[1]v and %[1]v", r#"["a", "b"]"#, "a and a"),
            ("%[3]v", r#"["a"]"#, "%!v(BADINDEX)"),
            ("%[x]v %[", r#"["a"]"#, "%!v(BADINDEX) %!(NOVERB)"),
            ("é%vé", r#"["ü"]"#, "éüé"),
        ]);
    }

    #[test]
    fn sets_and_blanks() {
        let set = |items: Vec<Value>| Value::from(std::collections::BTreeSet::from_iter(items));
        assert_eq!(of_rego(&set(Vec::new())), "set()");
        assert_eq!(of_rego(&set(vec![Value::from("a")])), "{\"a\"}");
        assert!(is_print('é') && !is_print('\u{a0}') && !is_print('\u{ad}') && !is_print('\u{80}'));
    }
}
