//! `label_matcher`: what a label must be, as Alertmanager writes it (Alertmanager configuration, matcher): a name, an
//! operator and a value, which may stand in double quotes, with white space around each.

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let text = text.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let name = text.split(|c| !is_name(c)).next().filter(|name| !name.is_empty())?;
    let rest = text.get(name.len()..)?.trim_start();
    let operator = ["=~", "!=", "!~", "="].into_iter().find(|sign| rest.starts_with(sign))?;
    let value = rest.get(operator.len()..)?.trim_start();
    let value = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted.strip_suffix('"')?)?,
        None => plain(value)?.to_owned(),
    };
    (!name.starts_with(|c: char| c.is_ascii_digit())).then(|| format!("{name} {operator} {value}"))
}

/// A value without quotes: of none of the signs that may stand between quotes alone.
fn plain(value: &str) -> Option<&str> {
    let is_sign = |c: char| c.is_whitespace() || r#"{}!=~,\"'`"#.contains(c);
    (!value.contains(is_sign)).then_some(value)
}

/// What stands between quotes: `\n`, `\"` and `\\` stand for one sign each, any other `\` for itself.
fn unquoted(quoted: &str) -> Option<String> {
    let mut value = String::with_capacity(quoted.len());
    let mut signs = quoted.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => return None,
            '\\' => match signs.next()? {
                'n' => value.push('\n'),
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            _ => value.push(sign),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_blanks_mean_nothing() {
        let of = |text| canonical(Scalar::String(text));
        for text in ["a=\"b\"", "a=b", " a = \"b\" ", "a= b"] {
            assert_eq!(of(text).as_deref(), Some("a = b"), "{text}");
        }
        assert_eq!(of("a=~\"b|c\""), of("a =~ b|c"));
        assert_eq!(of(r#"a="b\"c\d""#).as_deref(), Some(r#"a = b"c\d"#));
        assert_eq!(of("a=\"\"").as_deref(), Some("a = "));
        assert_eq!(of("a="), of("a=\"\""));
        for (one, other) in [
            ("a=b", "a!=b"),
            ("a=~b", "a=\"~b\""),
            ("a=\"b \"", "a=b"),
            ("a=~b", "a!~b"),
            ("a=b", "a=B"),
            ("a=b,c=d", "a=\"b,c=d\""),
        ] {
            assert_ne!(of(one), of(other), "{one}");
        }
        for text in ["", "a", "=b", "1a=b", "a=\"b", "a=b\"", "a=\"b\", c=\"d\"", "{a=b}", "a=b c"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(canonical(Scalar::Bool(true)), None);
    }
}
