//! `schedule`: when something runs again and again.
//!
//! - Amazon EventBridge: `rate(1 hour)`, and `cron(…)` of six fields: minutes, hours, day of the month,
//!   month, day of the week (1 is Sunday), year (EventBridge User Guide, cron and rate expressions).
//! - Five fields and the short forms `@hourly` … `@yearly`: crontab(5), Kubernetes CronJob
//!   (day of the week: 0 and 7 are Sunday).
//!
//! Each field is taken by the values that it stands for, whatever their order, their blanks and the case
//! of names. `?` is `*`. Fields with `L`, `W` or `#` are taken as they are written. In five fields, where
//! both days are restricted, either will do, unless one starts with `*`; that is kept.

use super::Scalar;
use std::collections::BTreeSet;

/// Longer texts are no schedules.
const LONGEST: usize = 512;
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The values of a field, and the names of the first ones.
struct Field {
    from: u16,
    to: u16,
    names: &'static [&'static str],
}

const fn field(from: u16, to: u16, names: &'static [&'static str]) -> Field {
    Field { from, to, names }
}

const CRONTAB: [Field; 5] = [
    field(0, 59, &[]),
    field(0, 23, &[]),
    field(1, 31, &[]),
    field(1, 12, &MONTHS),
    field(0, 7, &DAYS),
];
const EVENTBRIDGE: [Field; 6] = [
    field(0, 59, &[]),
    field(0, 23, &[]),
    field(1, 31, &[]),
    field(1, 12, &MONTHS),
    field(1, 7, &DAYS),
    field(1970, 2199, &[]),
];

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inside("rate") {
        return self::rate(rate);
    }
    if let Some(cron) = inside("cron") {
        let fields = fields(cron, &EVENTBRIDGE)?;
        return Some(format!("eventbridge {}", fields.join(" ")));
    }
    let cron = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        text => text,
    };
    crontab(cron)
}

fn rate(text: &str) -> Option<String> {
    let mut words = text.split_ascii_whitespace();
    let (amount, unit) = (words.next()?, words.next()?);
    let minutes: u64 = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    let plain = amount.bytes().all(|byte| byte.is_ascii_digit()) && words.next().is_none();
    let amount: u64 = amount.parse().ok().filter(|amount| plain && *amount > 0)?;
    Some(format!("every {} minutes", amount.checked_mul(minutes)?))
}

/// The fields of a text, one written for each.
fn fields(text: &str, known: &[Field]) -> Option<Vec<String>> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    if words.len() != known.len() {
        return None;
    }
    words.into_iter().zip(known).map(|(word, field)| field.written(word)).collect()
}

fn crontab(text: &str) -> Option<String> {
    let mut written = fields(text, &CRONTAB)?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let day = |at: usize| {
        let starred = words.get(at).is_some_and(|word| word.starts_with(['*', '?']));
        let every = written.get(at).is_some_and(|field| field == "*");
        (starred, every)
    };
    let [of_month, of_week] = [day(2), day(4)];
    if of_month != (true, true) && of_week != (true, true) {
        let ((month_starred, every_month), (week_starred, every_week)) = (of_month, of_week);
        let either = !month_starred && !week_starred;
        let daily = either && (every_month || every_week);
        for field in [2, 4] {
            if let Some(field) = written.get_mut(field).filter(|_| daily) {
                "*".clone_into(field);
            }
        }
        if let Some(field) = written.get_mut(4).filter(|_| !daily) {
            // Programs differ in what `*/2` beside another day means.
            field.insert_str(0, if either { "or " } else { "and " });
        }
    }
    Some(written.join(" "))
}

impl Field {
    /// The field by the values that it stands for; as it is where it has signs of its own.
    fn written(&self, word: &str) -> Option<String> {
        let word = word.to_ascii_uppercase();
        let mut values = BTreeSet::new();
        for item in word.split(',') {
            match self.item(item) {
                Some(range) => values.extend(range),
                None if is_special(&word) => return Some(word),
                None => return None,
            }
        }
        // Sunday has two numbers.
        if self.names.len() == 7 && self.from == 0 && values.remove(&7) {
            values.insert(0);
        }
        let all = if self.from == 0 && self.names.len() == 7 { 7 } else { self.to - self.from + 1 };
        if values.len() == usize::from(all) {
            return Some("*".to_owned());
        }
        Some(values.iter().map(u16::to_string).collect::<Vec<_>>().join(","))
    }

    /// The values of one item: `*`, `5`, `5-9`, each with a step or without.
    fn item(&self, text: &str) -> Option<std::iter::StepBy<std::ops::RangeInclusive<u16>>> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
            None => (text, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None if matches!(range, "*" | "?") => (self.from, self.to),
            // A start with a step goes on to the end.
            None if step.is_some() => (self.value(range)?, self.to),
            None => (self.value(range)?, self.value(range)?),
        };
        (from <= to).then(|| (from..=to).step_by(usize::from(step.unwrap_or(1))))
    }

    fn value(&self, text: &str) -> Option<u16> {
        let named = self.names.iter().position(|name| *name == text);
        let named = named.and_then(|at| u16::try_from(at).ok()).map(|at| at + self.from);
        named.or_else(|| number(text)).filter(|value| (self.from..=self.to).contains(value))
    }
}

fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// Whether a field has signs that do not stand for the same values each time.
fn is_special(word: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'-' | b',');
    word.contains(['L', 'W', '#']) && word.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        canonical(Scalar::String(text))
    }

    #[test]
    fn equal_schedules_have_one_text() {
        for group in [
            vec!["rate(60 minutes)", "rate(1 hour)", "rate( 1  hours )"],
            vec!["rate(1 day)", "rate(24 hours)", "rate(1440 minutes)"],
            vec![
                "cron(0 12 * * ? *)",
                "cron(0  12 ? * * *)",
                "cron(00 12 * * ? *)",
                " cron(0 12 1-31 * ? *)",
            ],
            vec![
                "cron(0 8 ? * MON-FRI *)",
                "cron(0 8 ? * mon-fri *)",
                "cron(0 8 ? * 2-6 *)",
                "cron(0 8 * * TUE,MON,WED,THU,FRI *)",
            ],
            vec!["cron(0/15 * * * ? *)", "cron(*/15 * * * ? *)", "cron(0,15,30,45 * * * ? *)"],
            vec!["*/15 * * * *", "0-59/15 * * * *", "45,30,15,0  * * * *", "0/15 * * * *"],
            vec!["0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "@weekly", "00 00 * * SUN"],
            vec!["0 0 1 1 *", "0 0 1 JAN *", "@yearly", "@annually", "0 0 1 1 ?"],
            vec![
                "0 0 * * *",
                "@daily",
                "@midnight",
                "0 0 */1 * 0-6",
                "0 0 * * 1-7",
                "0 0 1-31 * 1",
                "0 0 1 * 0-6",
            ],
            vec!["cron(0 0 L * ? *)", "cron(0 0 l * ? *)"],
        ] {
            let texts: Vec<_> =
                group.iter().map(|text| of(text).unwrap_or_else(|| panic!("{text}"))).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        for (one, other) in [
            ("rate(1 hour)", "rate(1 day)"),
            ("cron(0 12 ? * 1 *)", "0 12 * * 1"),
            ("cron(0 12 ? * 1 *)", "cron(0 12 ? * MON *)"),
            ("0 0 1 * 1", "0 0 * * 1"),
            ("0 0 1-31 * 1", "0 0 * * 1"),
            ("0 0 1 * 0-6", "0 0 1 * *"),
            ("0 0 1-31/2 * 1", "0 0 */2 * 1"),
            ("5 * * * *", "6 * * * *"),
            ("cron(0 0 L * ? *)", "cron(0 0 LW * ? *)"),
            ("cron(0 0 1 1 ? 2027)", "cron(0 0 1 1 ? *)"),
        ] {
            assert!(of(one).is_some() && of(one) != of(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_schedule_has_none() {
        for text in [
            "",
            "rate()",
            "rate(0 minutes)",
            "rate(1 week)",
            "rate(1 hour 2)",
            "rate(-1 hours)",
            "cron(* * * * *)",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* * 0 * *",
            "* * * * 8",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "@reboot",
            "at(2027-01-01T00:00:00)",
            "TZ=UTC 0 0 * * *",
            "Rate(1 hour)",
            "1,,2 * * * *",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of(&"1,".repeat(400)), None);
        assert_eq!(canonical(Scalar::Bool(true)), None);
    }
}
