//! `schedule`: expressions of schedules. A rate is the same in any unit that it can be told in; a cron
//! expression is the same with any spaces between its fields.
//!
//! Amazon EventBridge User Guide, eb-scheduled-rule-pattern: `rate(value unit)` with the units minute(s),
//! hour(s) and day(s); `cron(fields)`.

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let text = text.trim();
    if let Some(fields) = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) {
        let fields: Vec<&str> = fields.split_whitespace().collect();
        return Some(format!("cron({})", fields.join(" ")));
    }
    let rate = text.strip_prefix("rate(")?.strip_suffix(')')?;
    let mut parts = rate.split_whitespace();
    let (count, unit) = (parts.next()?.parse::<u64>().ok()?, parts.next()?);
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    let every = count.checked_mul(minutes).filter(|_| parts.next().is_none())?;
    Some(format!("rate({every})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_same_in_any_unit() {
        let schedule = |text| canonical(Scalar::String(text));
        assert_eq!(schedule("rate(60 minutes)"), schedule("rate(1 hour)"));
        assert_eq!(schedule("rate(1 day)"), schedule("rate(24 hours)"));
        assert_eq!(schedule("cron(0 12  * * ? *)"), schedule("cron(0 12 * * ? *)"));
        assert_ne!(schedule("rate(1 hour)"), schedule("rate(1 day)"));
        assert_ne!(schedule("cron(0 12 * * ? *)"), schedule("cron(0 13 * * ? *)"));
        for other in
            ["rate(1)", "rate(a hour)", "rate(1 week)", "rate(1 hour ago)", "at(2026-01-01)"]
        {
            assert_eq!(schedule(other), None, "{other}");
        }
    }
}
