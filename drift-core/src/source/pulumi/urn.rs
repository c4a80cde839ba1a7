//! URNs, types and paths of properties, as Pulumi writes them.

use crate::path::Step;

/// The parts of `urn:pulumi:stack::project::parent$type::name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Urn<'u> {
    pub(super) stack: &'u str,
    pub(super) project: &'u str,
    pub(super) type_name: &'u str,
}

impl<'u> Urn<'u> {
    /// The parts; none where it is no URN.
    pub(super) fn parse(urn: &'u str) -> Option<Self> {
        // A name may hold any characters, `::` among them.
        let mut parts = urn.strip_prefix("urn:pulumi:")?.splitn(4, "::");
        let (stack, project, chain, _name) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let type_name = chain.rsplit('$').next().filter(|name| !name.is_empty())?;
        Some(Self { stack, project, type_name })
    }
}

/// The provider by the name that all tools have for it.
pub(super) fn provider(type_name: &str) -> &str {
    match type_name.split(':').next().unwrap_or_default() {
        "aws" | "aws-native" => "aws",
        "azure" | "azure-native" | "azure-nextgen" => "azurerm",
        "gcp" | "google-native" => "google",
        package => package,
    }
}

/// Whether resources of the type stand for nothing that runs: providers, stacks and references to stacks.
pub(super) fn is_internal(type_name: &str) -> bool {
    type_name.starts_with("pulumi:")
}

/// A path of a property: `a.b[0]["c.d"]`. It ends where a wildcard stands for all that is there.
pub(super) fn path(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix("[\"") {
            let (name, behind) = quoted(inside)?;
            steps.push(Step::Field(name));
            rest = behind.strip_prefix(']')?;
        } else if let Some(inside) = rest.strip_prefix('[') {
            let (index, behind) = inside.split_once(']')?;
            if index == "*" {
                return Some(steps);
            }
            steps.push(Step::Index(index.parse().ok()?));
            rest = behind;
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, behind) = rest.split_at_checked(end)?;
            match name {
                "*" => return Some(steps),
                // A dot in front of brackets.
                "" if behind.starts_with('[') => {}
                "" => return None,
                name => steps.push(Step::Field(name.to_owned())),
            }
            rest = behind;
        }
    }
    Some(steps)
}

/// A name up to its closing quote, in which `\"` stands for a quote, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, character)) = chars.next() {
        match character {
            '"' => return Some((name, text.get(at + 1..)?)),
            '\\' => name.push(chars.next()?.1),
            _ => name.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urns_have_parts() {
        let urn = Urn::parse("urn:pulumi:dev::shop::my:mod:Comp$aws:s3/bucket:Bucket::a::b");
        let expected = Urn { stack: "dev", project: "shop", type_name: "aws:s3/bucket:Bucket" };
        assert_eq!(urn, Some(expected));
        for no in
            ["", "urn-1", "urn:pulumi:a::b::c", "urn:pulumi:a::b::c$::d", "urn:aws:a::b::c::d"]
        {
            assert_eq!(Urn::parse(no), None, "{no}");
        }
    }

    #[test]
    fn paths_of_properties() {
        let shown = |text: &str| path(text).map(|steps| crate::path::Path::new(steps).to_string());
        for (text, expected) in [
            ("a", Some("a")),
            ("a.b[0].c", Some("a.b[0].c")),
            (r#"a["b.c"].d"#, Some(r#"a["b.c"].d"#)),
            (r#"["a\"b"]"#, Some(r#"["a\"b"]"#)),
            ("a[*].b", Some("a")),
            ("a.*.b", Some("a")),
            ("", Some("")),
            ("a[", None),
            ("a[x]", None),
            ("a..b", None),
            (r#"["a"#, None),
        ] {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
    }
}
