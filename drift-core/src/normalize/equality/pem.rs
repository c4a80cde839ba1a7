//! `pem`: certificates and keys as text.
//!
//! RFC 7468: blocks between `-----BEGIN x-----` and `-----END x-----`, in their order. Where lines
//! break, how they end, and what stands around the blocks does not count. Headers inside a block
//! (RFC 1421, of encrypted keys) do.

use super::{Scalar, base64};

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let mut blocks = String::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----")?;
        let (inside, after) = after.split_once("-----END ")?;
        let (end, after) = after.split_once("-----")?;
        if end != label || inside.contains("-----") || label.contains(['\r', '\n']) {
            return None;
        }
        for part in [label, "\n", &block(inside)?, "\n"] {
            blocks.push_str(part);
        }
        rest = after;
    }
    (!blocks.is_empty()).then_some(blocks)
}

/// What stands in a block: its headers line by line, and its content on one line.
fn block(inside: &str) -> Option<String> {
    let mut headers = String::new();
    let mut content = String::new();
    for line in inside.split(['\r', '\n']).map(str::trim) {
        if content.is_empty() && line.contains(':') {
            headers.push_str(line);
            headers.push('\n');
        } else {
            content.push_str(line);
        }
    }
    let encoded = base64::encoded(&content).filter(|encoded| !encoded.is_empty())?;
    Some(headers + &encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_count_and_not_their_lines() {
        let of = |text: &str| canonical(Scalar::String(text));
        let one = "-----BEGIN CERTIFICATE-----\nAAEC\nAwQF\n-----END CERTIFICATE-----\n";
        for other in [
            "-----BEGIN CERTIFICATE-----\r\nAAECAwQF\r\n-----END CERTIFICATE-----",
            "subject=x\n-----BEGIN CERTIFICATE-----\n  AAECAwQF\n-----END CERTIFICATE-----\n\n",
            "-----BEGIN CERTIFICATE----- AAEC AwQF -----END CERTIFICATE-----",
        ] {
            assert_eq!(of(other), of(one), "{other}");
        }
        let two = format!("{one}{one}");
        assert_ne!(of(&two), of(one));
        assert_ne!(of(&one.replace("CERTIFICATE", "X509 CRL")), of(one));
        assert_ne!(of(&one.replace("AwQF", "AwQG")), of(one));
        let with =
            |header: &str| of(&format!("-----BEGIN KEY-----\n{header}\n\nAAEC\n-----END KEY-----"));
        assert_ne!(with("DEK-Info: A,1"), with("DEK-Info: A,2"));
        for text in [
            "",
            "x",
            "AAEC",
            "-----BEGIN A-----\nAAEC\n-----END B-----",
            "-----BEGIN A-----\nAAEC",
            "-----BEGIN A-----\n-----END A-----",
            "-----BEGIN A-----\n!!\n-----END A-----",
            "-----BEGIN A",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
