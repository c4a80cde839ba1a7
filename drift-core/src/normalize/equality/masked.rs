//! `masked`: a declared text that came through CloudFormation, which puts `?` for what is not ASCII in the
//! template that it gives back (AWS CDK, `mangleLikeCloudFormation`).

use super::Scalar;

pub(super) fn fits(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let (Scalar::String(desired), Scalar::String(actual)) = (desired, actual) else { return false };
    let mut live = actual.chars();
    // What is not ASCII is one `?`; a character outside the basic plane may be two.
    let mut fits = desired.is_ascii();
    let mut rest = desired.chars();
    while let Some(declared) = rest.next() {
        let Some(live) = live.next() else { return false };
        fits &= live == declared || (declared == '?' && !live.is_ascii());
        if live.len_utf16() == 2 && rest.clone().next() == Some('?') {
            rest.next();
        }
    }
    fits && live.next().is_none() && desired.contains('?')
}

/// Whether the live value stands for one that the service does not show: `****`, and of Prometheus and Alertmanager
/// `<secret>`.
pub(super) fn is_hidden(actual: Scalar<'_>) -> bool {
    let Scalar::String(actual) = actual else { return false };
    actual == "<secret>" || actual.len() >= 3 && actual.bytes().all(|byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asterisks_stand_for_what_is_not_shown() {
        assert!(is_hidden(Scalar::String("***")) && is_hidden(Scalar::String("<secret>")));
        assert!(!is_hidden(Scalar::String("*")));
        assert!(!is_hidden(Scalar::String("***a")) && !is_hidden(Scalar::Bool(true)));
    }

    #[test]
    fn a_question_mark_stands_for_what_is_not_ascii() {
        let fits = |d, a| fits(Scalar::String(d), Scalar::String(a));
        assert!(fits("Gr??e", "Grüße") && fits("??", "🦀") && fits("?", "é"));
        for (desired, actual) in [("a?", "ab"), ("?", "éé"), ("??", "é"), ("b?", "aé"), ("é", "é")]
        {
            assert!(!fits(desired, actual), "{desired} {actual}");
        }
    }
}
