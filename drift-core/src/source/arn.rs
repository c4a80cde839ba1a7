//! Account and region of an ARN: `arn:partition:service:region:account:resource`.

use crate::model::Scope;

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
        let [region, account] = place(arn);
        match self {
            Self::Region => region,
            Self::Account => account,
        }
    }
}

/// Region and account of an ARN, where it has them.
fn place(arn: &str) -> [Option<&str>; 2] {
    let Some(rest) = arn.strip_prefix("arn:") else { return [None; 2] };
    let mut ends = rest.bytes().enumerate().filter(|(_, byte)| *byte == b':').map(|(at, _)| at);
    let [_, service, region] = [ends.next(), ends.next(), ends.next()];
    let account = ends.next().or(region.map(|_| rest.len()));
    let part = |before: Option<usize>, end: Option<usize>| {
        let start = before? + 1;
        rest.get(start..end.unwrap_or(rest.len())).filter(|part| !part.is_empty())
    };
    [part(service, region), part(region, account)]
}

/// An ARN up to its account and the colon behind it.
fn front(arn: &str) -> Option<&str> {
    let (colon, _) = arn.match_indices(':').nth(4)?;
    arn.get(..=colon).filter(|front| front.starts_with("arn:"))
}

/// The scopes that ARNs tell. Those of resources that follow each other are mostly one, and share it.
pub(super) struct Scopes<'o> {
    defaults: &'o Scope,
    last: Option<([Option<String>; 2], Scope)>,
    /// The last ARN up to its account and the colon behind it, which tell the scope; empty for none.
    front: String,
}

impl<'o> Scopes<'o> {
    /// Scopes, each filled up with what `defaults` say.
    pub(super) fn new(defaults: &'o Scope) -> Self {
        Self { defaults, last: None, front: String::new() }
    }

    /// The scope of a resource with this ARN, or with none.
    pub(super) fn of(&mut self, arn: Option<&str>) -> Scope {
        let is_like = |arn: &str| !self.front.is_empty() && arn.starts_with(&self.front);
        if let Some((_, scope)) = self.last.as_ref().filter(|_| arn.is_some_and(is_like)) {
            return scope.clone();
        }
        self.front.clear();
        self.front.push_str(arn.and_then(front).unwrap_or_default());
        let place = arn.map(place).unwrap_or_default();
        let same =
            |last: &&([Option<String>; 2], Scope)| last.0.iter().map(Option::as_deref).eq(place);
        if let Some((_, scope)) = self.last.as_ref().filter(same) {
            return scope.clone();
        }
        let names = Part::NAMES.into_iter().zip(place);
        let mut scope: Scope = names.filter_map(|((name, _), part)| Some((name, part?))).collect();
        scope.fill(self.defaults);
        self.last = Some((place.map(|part| part.map(str::to_owned)), scope.clone()));
        scope
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
        assert_eq!(parts("arn:aws:s3"), (None, None));
        assert_eq!(parts("arn:aws:s3:r"), (Some("r"), None));
        assert_eq!(parts("arn:aws:s3:r:"), (Some("r"), None));
        assert_eq!(parts("arn:aws:s3:r:4"), (Some("r"), Some("4")));
        for no in ["", "arn", "db-ABC", "urn:aws:rds:eu-west-1:42:db:a"] {
            assert_eq!(parts(no), (None, None), "{no}");
        }
    }

    #[test]
    fn a_scope_is_that_of_its_own_arn() {
        let defaults = Scope::new().with("region", "r").with("partition", "p");
        let mut scopes = Scopes::new(&defaults);
        let arns = [
            None,
            Some("arn:aws:s3:::b"),
            Some("arn:aws:sns:x:1:t"),
            Some("arn:aws:sns:x:1:u:v"),
            Some("arn:aws:sns:x:1"),
            None,
            Some("arn:aws:sns:x:12:t"),
        ];
        let told: Vec<String> = arns.iter().map(|arn| scopes.of(*arn).to_string()).collect();
        let (without, one) = ("partition=p,region=r", "account=1,partition=p,region=x");
        let other = "account=12,partition=p,region=x";
        assert_eq!(told, [without, without, one, one, one, without, other]);
    }
}
