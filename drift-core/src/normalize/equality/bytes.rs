//! `bytes`: an amount of data with its unit.
//!
//! Units: SI and IEC 80000-13. `B`; `kB` or `KB`, `MB` … `EB` are powers of 1000, `Ki` or `KiB` … `EiB`
//! powers of 1024. A number alone is bytes. What tools mean by a letter alone (`1G`) differs from one
//! to the other, so that stands for itself.

use super::{Scalar, quantity};

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let number;
    let text = match scalar {
        Scalar::Number(value) => {
            number = value.to_string();
            &number
        }
        Scalar::String(text) => text,
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (amount, unit) = text.split_at(end);
    // So many digits are no amount of data.
    if amount.len() > 64 {
        return None;
    }
    let unit = unit.strip_prefix(' ').filter(|unit| !unit.is_empty()).unwrap_or(unit);
    let suffix = match unit {
        "" | "B" => "",
        "kB" | "KB" => "k",
        "MB" => "M",
        "GB" => "G",
        "TB" => "T",
        "PB" => "P",
        "EB" => "E",
        "Ki" | "KiB" => "Ki",
        "Mi" | "MiB" => "Mi",
        "Gi" | "GiB" => "Gi",
        "Ti" | "TiB" => "Ti",
        "Pi" | "PiB" => "Pi",
        "Ei" | "EiB" => "Ei",
        _ => return None,
    };
    quantity::canonical(Scalar::String(&format!("{amount}{suffix}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn equal_sizes_have_one_text() {
        let of = |text| canonical(Scalar::String(text));
        for group in [
            vec!["1Gi", "1GiB", "1024MiB", "1 GiB", "1073741824", "1073741824B"],
            vec!["1.5kB", "1500", "1.5 KB", "1500 B"],
            vec!["1TB", "1000GB"],
            vec!["0", "0B", "0GiB"],
        ] {
            let texts: Vec<_> = group.iter().map(|text| of(text).unwrap()).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        assert_ne!(of("1GB"), of("1GiB"));
        let number = canonical(Scalar::Number(Number::parse("1024").unwrap()));
        assert_eq!(number, of("1KiB"));
        for text in
            ["", "B", "1G", "1g", "1gb", "-1B", "1  B", "1Gib", "1.2.3B", "1e3", "GiB", " 1B"]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
