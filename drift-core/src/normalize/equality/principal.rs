//! `iam_principal`: whom a policy speaks of.
//!
//! AWS IAM User Guide, JSON policy element reference, Principal: an account may be named by its id
//! or by the ARN of its root, and `"Principal": "*"` is `"Principal": {"AWS": "*"}`. An account's id
//! is the same whatever its partition (`aws`, `aws-cn`, `aws-us-gov`), so that is the common form.

use super::Scalar;
use super::arn::resource;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Number(number) => Some(number.to_string()).filter(|text| is_account(text)),
        Scalar::String(text) if is_account(text) => Some(text.to_owned()),
        Scalar::String(text) => root_of(text).map(str::to_owned),
        Scalar::Bool(_) | Scalar::Other => None,
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The account whose root the ARN names.
fn root_of(arn: &str) -> Option<&str> {
    let is_root = resource(arn) == Some("root");
    let mut parts = arn.split(':').skip(1);
    let [partition, service] = [parts.next()?, parts.next()?];
    let [region, account] = [parts.next()?, parts.next()?];
    let is_iam = service == "iam" && (partition == "aws" || partition.starts_with("aws-"));
    (is_root && is_iam && region.is_empty() && is_account(account)).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn an_account_is_its_root() {
        let of = |text| canonical(Scalar::String(text));
        let account = of("123456789012");
        assert!(account.is_some());
        assert_eq!(of("arn:aws:iam::123456789012:root"), account);
        assert_eq!(of("arn:aws-cn:iam::123456789012:root"), account);
        assert_eq!(of("arn:aws-us-gov:iam::123456789012:root"), account);
        let number = canonical(Scalar::Number(Number::parse("123456789012").unwrap()));
        assert_eq!(number, account);
        assert_ne!(of("arn:aws:iam::123456789013:root"), account);
        for other in [
            "*",
            "12345678901",
            "arn:aws:iam::123456789012:user/root",
            "arn:aws:sts::123456789012:root",
            "arn:aws:iam:eu:123456789012:root",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
