//! `task_size`: the size of a task or an instance of containers, in units of Amazon ECS or with a unit.
//!
//! Amazon ECS API Reference, RegisterTaskDefinition, cpu and memory: an integer of CPU units or a text of
//! vCPUs (`1 vCPU`, `1 vcpu`), an integer of MiB or a text of GB (`1GB`, `1 GB`), which are turned into
//! integers when they are registered. A vCPU has 1024 units, a GB 1024 MiB. AWS App Runner API Reference,
//! InstanceConfiguration: `1024` or `1 vCPU`, `2048` or `2 GB`.

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let number;
    let text = match scalar {
        Scalar::Number(value) => {
            number = value.to_string();
            &number
        }
        Scalar::String(text) => text.trim(),
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (amount, unit) = text.split_at(end);
    let unit = unit.trim_start();
    let is = |name: &str| unit.eq_ignore_ascii_case(name);
    let factor = match unit {
        "" => 1,
        _ if is("vcpu") || is("gb") => 1024,
        _ => return None,
    };
    units(amount, factor).map(|units| units.to_string())
}

/// So many times the amount, where that is a whole number.
fn units(amount: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 9 || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let all = digits(whole)?.checked_mul(scale)?.checked_add(digits(fraction)?)?;
    let units = all.checked_mul(factor)?;
    (units % scale == 0).then_some(units / scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn units_may_be_written_or_not() {
        let of = |text| canonical(Scalar::String(text));
        for group in [
            vec!["1024", "1 vCPU", "1 vcpu", "1vCPU", "1.0 vCPU", "1GB", "1 GB", "1gb", " 1024"],
            vec!["512", ".5 vCPU", "0.5 vCPU", "0.50 GB"],
            vec!["256", "0.25 vCPU"],
            vec!["30720", "30 GB"],
            vec!["0", "0GB"],
        ] {
            let texts: Vec<_> = group.iter().map(|text| of(text).unwrap()).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        assert_eq!(canonical(Scalar::Number(Number::parse("1024").unwrap())), of("1 vCPU"));
        assert_ne!(of("1GB"), of("1"));
        for text in [
            "",
            "GB",
            ".",
            "-1",
            "1GiB",
            "1MB",
            "1e3",
            "0.3 vCPU",
            "1.2.3",
            "1 v CPU",
            "1000.5",
            "99999999999999999999",
            "0.0000000001 GB",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
