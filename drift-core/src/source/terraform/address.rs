//! Addresses as Terraform prints them: `module.a["x"].aws_instance.web[0]`.

use super::STRICT;
use crate::error::Result;
use crate::value::Value;
use std::fmt::Write as _;

/// The address of a resource block.
pub(super) fn block(module: Option<&str>, type_name: &str, name: &str) -> String {
    match module {
        Some(module) => [module, ".", type_name, ".", name].concat(),
        None => [type_name, ".", name].concat(),
    }
}

/// The address of one of its instances, by `count` or by `for_each`.
pub(super) fn instance(block: &str, key: Value<'_>) -> Result<String> {
    match (key.as_number().and_then(|number| number.as_i64()), key.as_str()) {
        (Some(index), _) => Ok(format!("{block}[{index}]")),
        (_, Some(text)) => Ok(format!("{block}[{}]", quoted(text))),
        _ => Err(STRICT.expected(key, "`index_key` as a whole number or a string")),
    }
}

/// A string as HCL writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                // A string takes whatever is written to it.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The local name of a provider: `provider["registry.terraform.io/hashicorp/aws"].west` is `aws`,
/// and so are `registry.terraform.io/hashicorp/aws` and `provider.aws` of older files. `google-beta` has the
/// resources of `google`, under the same types and ids.
pub(super) fn provider(text: &str) -> &str {
    family(local_provider(text))
}

/// The provider that has the same resources under the same ids (Terraform google provider, "Google Provider
/// Versions").
pub(crate) fn family(local: &str) -> &str {
    match local {
        "google-beta" => "google",
        local => local,
    }
}

fn local_provider(text: &str) -> &str {
    let quoted = "provider[\"";
    let found = || text.contains('"').then(|| text.split_once(quoted)).flatten();
    let inside = || found().map(|(_, rest)| rest);
    if let Some(rest) = text.strip_prefix(quoted).or_else(inside) {
        return local_name(
            rest.bytes().position(|b| b == b'"').and_then(|at| rest.get(..at)).unwrap_or(rest),
        );
    }
    if text.contains('/') {
        return local_name(text);
    }
    let name = text.rsplit_once("provider.").map_or(text, |(_, name)| name);
    name.split_once('.').map_or(name, |(name, _)| name)
}

/// The last part of a provider's address in a registry.
fn local_name(source: &str) -> &str {
    let slash = source.bytes().rposition(|byte| byte == b'/');
    slash.and_then(|slash| source.get(slash + 1..)).unwrap_or(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_go_by_their_local_name() {
        for (text, expected) in [
            ("provider[\"registry.terraform.io/hashicorp/aws\"]", "aws"),
            ("provider[\"registry.opentofu.org/hashicorp/aws\"].west", "aws"),
            ("module.a.provider[\"registry.terraform.io/-/google\"]", "google"),
            ("registry.terraform.io/hashicorp/aws", "aws"),
            ("terraform.io/builtin/terraform", "terraform"),
            ("provider.aws", "aws"),
            ("module.a.provider.aws.west", "aws"),
            ("aws", "aws"),
            ("provider[\"registry.terraform.io/hashicorp/google-beta\"]", "google"),
            ("registry.terraform.io/hashicorp/google-beta", "google"),
            ("provider.google-beta.west", "google"),
        ] {
            assert_eq!(provider(text), expected, "{text}");
        }
    }

    #[test]
    fn keys_are_quoted_as_hcl_does() {
        for (text, expected) in [
            ("a.b", r#""a.b""#),
            ("a\"b\\", r#""a\"b\\""#),
            ("${x} %{y} $z", r#""$${x} %%{y} $z""#),
            ("l\n\u{1}", r#""l\n\u0001""#),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
