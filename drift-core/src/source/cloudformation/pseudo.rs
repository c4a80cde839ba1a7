//! Pseudo parameters: what a stack knows of itself.

use super::parameters::ParameterValue;
use super::stack::StackResources;
use crate::model::Scope;
use std::collections::BTreeMap;

/// The pseudo parameters that are known: from what was given, else from the scope, else from the
/// stack's list of resources.
pub(super) fn known(
    given: &BTreeMap<String, ParameterValue>,
    scope: &Scope,
    stack: Option<&StackResources>,
) -> BTreeMap<String, ParameterValue> {
    let mut known: BTreeMap<String, ParameterValue> = BTreeMap::new();
    for (name, value) in stack.into_iter().flat_map(StackResources::pseudo) {
        known.insert(name.to_owned(), ParameterValue::Text(value.to_owned()));
    }
    let fields = [("AWS::Region", "region"), ("AWS::AccountId", "account")];
    for (name, field) in fields {
        if let Some(value) = scope.get(field) {
            known.insert(name.to_owned(), ParameterValue::Text(value.to_owned()));
        }
    }
    let given = given.iter().filter(|(name, _)| name.starts_with("AWS::"));
    known.extend(given.map(|(name, value)| (name.clone(), value.clone())));
    if let Some(ParameterValue::Text(region)) = known.get("AWS::Region")
        && let Some((partition, suffix)) = partition(region)
    {
        for (name, value) in [("AWS::Partition", partition), ("AWS::URLSuffix", suffix)] {
            known.entry(name.to_owned()).or_insert(ParameterValue::Text(value.to_owned()));
        }
    }
    known
}

/// Partition and domain of a region, as `partitions.json` of the AWS SDKs has them; none where the
/// region is of another one.
fn partition(region: &str) -> Option<(&'static str, &'static str)> {
    let parts: Vec<&str> = region.split('-').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        ["cn", _, number] if is_number(number) => Some(("aws-cn", "amazonaws.com.cn")),
        ["us", "gov", _, number] if is_number(number) => Some(("aws-us-gov", "amazonaws.com")),
        ["us", "iso", _, number] if is_number(number) => Some(("aws-iso", "c2s.ic.gov")),
        ["us", "isob", _, number] if is_number(number) => Some(("aws-iso-b", "sc2s.sgov.gov")),
        ["eu", "isoe", _, number] if is_number(number) => Some(("aws-iso-e", "cloud.adc-e.uk")),
        ["us", "isof", _, number] if is_number(number) => Some(("aws-iso-f", "csp.hci.ic.gov")),
        ["eusc", _, _, number] if is_number(number) => Some(("aws-eusc", "amazonaws.eu")),
        ["us" | "eu" | "ap" | "sa" | "ca" | "me" | "af" | "il" | "mx", _, number]
            if is_number(number) =>
        {
            Some(("aws", "amazonaws.com"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_follow_from_regions() {
        for (region, expected) in [
            ("eu-west-1", Some("aws")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("cn-north-1", Some("aws-cn")),
            ("us-iso-east-1", Some("aws-iso")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("zz-north-1", None),
            ("eu-west", None),
            ("", None),
        ] {
            assert_eq!(partition(region).map(|(name, _)| name), expected, "{region}");
        }
    }

    #[test]
    fn what_was_given_comes_before_the_scope() {
        let text = |text: &str| ParameterValue::Text(text.to_owned());
        let given = BTreeMap::from([("AWS::Partition".to_owned(), text("own"))]);
        let scope = Scope::new().with("region", "cn-north-1").with("account", "42");
        let known = known(&given, &scope, None);
        assert_eq!(known["AWS::Partition"], text("own"));
        assert_eq!(known["AWS::URLSuffix"], text("amazonaws.com.cn"));
        assert_eq!(known["AWS::AccountId"], text("42"));
        assert!(!known.contains_key("AWS::StackName"));
    }
}
