//! Account and region of an ARN: `arn:partition:service:region:account:resource`.

/// A part of an ARN that is a part of a resource's scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Region,
    Account,
}

impl Part {
    /// The parts by their names, which are those of the scope's fields.
    pub(super) const NAMES: [(&'static str, Self); 2] =
        [("region", Self::Region), ("account", Self::Account)];

    /// The part of `arn`; none where it is no ARN or leaves the part empty.
    pub(super) fn of(self, arn: &str) -> Option<&str> {
        let mut parts = arn.splitn(6, ':');
        let is_arn = parts.next() == Some("arn");
        let part = match self {
            Self::Region => parts.nth(2),
            Self::Account => parts.nth(3),
        };
        part.filter(|part| is_arn && !part.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_arns() {
        let parts = |arn| (Part::Region.of(arn), Part::Account.of(arn));
        assert_eq!(parts("arn:aws:rds:eu-west-1:42:db:a:b"), (Some("eu-west-1"), Some("42")));
        assert_eq!(parts("arn:aws:iam::42:role/a"), (None, Some("42")));
        assert_eq!(parts("arn:aws:s3:::bucket"), (None, None));
        for no in ["", "arn", "db-ABC", "urn:aws:rds:eu-west-1:42:db:a"] {
            assert_eq!(parts(no), (None, None), "{no}");
        }
    }
}
