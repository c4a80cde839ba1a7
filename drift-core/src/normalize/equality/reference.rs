//! `resolved`: a declared text with references that CloudFormation resolves when it deploys it:
//! `{{resolve:ssm:name:version}}`, `{{resolve:secretsmanager:id:SecretString:key}}` (AWS CloudFormation
//! User Guide, dynamic-references). What stands around them has to be the same.

use super::Scalar;

const START: &str = "{{resolve:";
const END: &str = "}}";

pub(super) fn fits(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let Scalar::String(desired) = desired else { return false };
    let number;
    let actual = match actual {
        Scalar::String(actual) => actual,
        Scalar::Number(value) => {
            number = value.to_string();
            &number
        }
        Scalar::Bool(_) | Scalar::Other => return false,
    };
    let Some((first, mut rest)) = desired.split_once(START) else { return false };
    let Some(mut live) = actual.strip_prefix(first) else { return false };
    loop {
        let Some((_, behind)) = rest.split_once(END) else { return false };
        let Some((between, next)) = behind.split_once(START) else { return live.ends_with(behind) };
        let Some(at) = live.find(between) else { return false };
        live = live.get(at + between.len()..).unwrap_or_default();
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_reference_is_the_same() {
        let fits = |d, a| fits(Scalar::String(d), Scalar::String(a));
        assert!(fits("{{resolve:ssm:size:1}}", "t3.micro"));
        assert!(fits("a-{{resolve:ssm:b}}-c-{{resolve:ssm:d}}.e", "a-1-c-2.e"));
        for (desired, actual) in [
            ("a-{{resolve:ssm:b}}", "b-1"),
            ("{{resolve:ssm:b}}.e", "1.f"),
            ("{{resolve:ssm:b", "1"),
            ("plain", "other"),
            ("a{{resolve:ssm:b}}c{{resolve:ssm:d}}", "a1d2"),
        ] {
            assert!(!fits(desired, actual), "{desired} {actual}");
        }
    }
}
