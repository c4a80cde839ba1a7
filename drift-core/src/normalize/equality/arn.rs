//! `arn_or_name` and `log_group_arn`: an ARN on one side, the name or id of the resource that it names on the other.
//!
//! The form of an ARN: AWS General Reference, Amazon Resource Names,
//! `arn:partition:service:region:account-id:resource-type/resource-id` or with `:` before the id.

use super::Scalar;

/// The resource of an ARN: what stands behind its fifth colon.
pub(crate) fn resource(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let [scheme, partition, service] = [parts.next()?, parts.next()?, parts.next()?];
    let [_region, _account] = [parts.next()?, parts.next()?];
    let resource = parts.next()?;
    let named = scheme == "arn" && !partition.is_empty() && !service.is_empty();
    (named && !resource.is_empty()).then_some(resource)
}

/// Whether `name` is the name or id of what `arn` names: its resource whole, or what follows a `/`
/// or `:` of it to its end. So a role is known by its name, and by its path and name.
pub(super) fn is_name_of(name: Scalar<'_>, arn: Scalar<'_>) -> bool {
    let Scalar::String(arn) = arn else { return false };
    let number;
    let name = match name {
        Scalar::String(name) => name,
        Scalar::Number(id) => {
            number = id.to_string();
            &number
        }
        Scalar::Bool(_) | Scalar::Other => return false,
    };
    // A pattern names more than what it is the end of: `*` is all there is.
    let is_pattern = name.contains(['*', '?']);
    if name.is_empty() || is_pattern || resource(name).is_some() {
        return false;
    }
    let Some(front) = resource(arn).and_then(|resource| resource.strip_suffix(name)) else {
        return false;
    };
    front.is_empty() || front.ends_with(['/', ':'])
}

/// Whether `short` names what is called in `arn` of whichever API it is written in: `execute-api:/*`
/// (Amazon API Gateway Developer Guide, resource policies, "`execute-api:/`").
pub(super) fn is_short_for(short: Scalar<'_>, arn: Scalar<'_>) -> bool {
    let (Scalar::String(short), Scalar::String(arn)) = (short, arn) else { return false };
    let Some(called) = short.strip_prefix("execute-api:/") else { return false };
    let is_called = arn.split(':').nth(2) == Some("execute-api");
    let of_api = resource(arn).and_then(|resource| resource.split_once('/'));
    is_called && of_api.is_some_and(|(_, path)| path == called)
}

/// Whether two ARNs differ in `:*` at the end alone, with which a log group is named as well (Amazon CloudWatch
/// Logs API Reference, LogGroup, arn and logGroupArn). In a policy they are not the same.
pub(super) fn is_with_all(one: Scalar<'_>, other: Scalar<'_>) -> bool {
    let (Scalar::String(one), Scalar::String(other)) = (one, other) else { return false };
    let is_logs = one.split(':').nth(2) == Some("logs") && resource(one).is_some();
    is_logs && (one.strip_suffix(":*") == Some(other) || other.strip_suffix(":*") == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_in_an_api_has_a_short_name() {
        let is = |short: &str, arn: &str| is_short_for(Scalar::String(short), Scalar::String(arn));
        let all = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*";
        assert!(is("execute-api:/*", all) && !is(all, "execute-api:/*"));
        assert!(is("execute-api:/prod/GET/x", &all.replace('*', "prod/GET/x")));
        assert!(!is("execute-api:/prod/*", all) && !is("execute-api:/*", "arn:aws:s3:::b/*"));
    }

    #[test]
    fn a_log_group_has_two_arns() {
        let is = |one: &str, other: &str| is_with_all(Scalar::String(one), Scalar::String(other));
        let group = "arn:aws:logs:eu-west-1:123456789012:log-group:a";
        assert!(is(group, &format!("{group}:*")) && is(&format!("{group}:*"), group));
        assert!(!is(group, &format!("{group}b:*")) && !is("a", "a:*"));
        assert!(!is("arn:aws:s3:::a", "arn:aws:s3:::a:*"));
    }

    #[test]
    fn a_pattern_is_no_name() {
        for (pattern, arn) in [
            ("*", "arn:aws:s3:::bucket/*"),
            ("data/*", "arn:aws:s3:::bucket/data/*"),
            ("ap?", "arn:aws:iam::123456789012:role/ap?"),
        ] {
            assert!(!is_name_of(Scalar::String(pattern), Scalar::String(arn)), "{pattern}");
        }
    }

    #[test]
    fn a_name_is_the_end_of_an_arn() {
        let is = |name, arn| is_name_of(Scalar::String(name), Scalar::String(arn));
        for (name, arn) in [
            ("app", "arn:aws:iam::123456789012:role/app"),
            ("service/app", "arn:aws:iam::123456789012:role/service/app"),
            ("role/app", "arn:aws-cn:iam::123456789012:role/app"),
            ("queue", "arn:aws:sqs:eu-west-1:123456789012:queue"),
            ("f", "arn:aws:lambda:eu-west-1:123456789012:function:f"),
            ("bucket", "arn:aws-us-gov:s3:::bucket"),
        ] {
            assert!(is(name, arn), "{name} {arn}");
        }
        for (name, arn) in [
            ("pp", "arn:aws:iam::123456789012:role/app"),
            ("", "arn:aws:iam::123456789012:role/"),
            ("app", "role/app"),
            ("app", "arn:aws:iam::123456789012"),
            ("123456789012", "arn:aws:iam::123456789012:"),
            ("App", "arn:aws:iam::123456789012:role/app"),
            ("arn:aws:s3:::b", "arn:aws:s3:::arn:aws:s3:::b"),
        ] {
            assert!(!is(name, arn), "{name} {arn}");
        }
    }
}
