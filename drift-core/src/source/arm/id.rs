//! Resource ids of Azure: `/subscriptions/…/resourceGroups/…/providers/Microsoft.X/type/name`.

/// A part of a resource id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Part {
    Subscription,
    ResourceGroup,
    /// The names along the way to the resource.
    Name,
}

impl Part {
    /// The parts by their names, of which the first two are those of the scope's fields.
    pub(in crate::source) const NAMES: [(&'static str, Self); 3] = [
        ("subscription", Self::Subscription),
        ("resource_group", Self::ResourceGroup),
        ("name", Self::Name),
    ];

    /// The part of the id, in small letters; none where it is no id or has no such part.
    pub(in crate::source) fn of(self, id: &str) -> Option<String> {
        let mut segments = id.strip_prefix('/')?.split('/').filter(|part| !part.is_empty());
        let pair = |wanted: &str, name: Option<&str>| {
            name.is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        };
        match self {
            Self::Subscription => {
                pair("subscriptions", segments.next()).then(|| segments.next()).flatten()
            }
            Self::ResourceGroup => {
                let found = segments.nth(2).filter(|name| pair("resourceGroups", Some(name)));
                found.and_then(|_| segments.next())
            }
            Self::Name => return names(id),
        }
        .map(str::to_ascii_lowercase)
    }
}

/// The names behind the last provider, with slashes between.
fn names(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let Some((_, behind)) = lower.rsplit_once("/providers/") else { return group(&lower) };
    // The namespace comes first, then types and names by turns.
    let names: Vec<&str> = behind.split('/').skip(2).step_by(2).collect();
    (!names.is_empty()).then(|| names.join("/"))
}

/// The name of a resource group by its own id, which has no provider.
fn group(id: &str) -> Option<String> {
    let mut parts = id.strip_prefix("/subscriptions/")?.split('/').skip(1);
    let is_group = parts.next() == Some("resourcegroups");
    let name = parts.next().filter(|name| is_group && !name.is_empty())?;
    parts.next().is_none().then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_ids() {
        let id =
            "/subscriptions/S/resourceGroups/Shop/providers/Microsoft.Sql/servers/A/databases/B";
        let of = |id| Part::NAMES.map(|(_, part)| part.of(id));
        let texts = |texts: [&str; 3]| texts.map(|text| Some(text.to_owned()));
        assert_eq!(of(id), texts(["s", "shop", "a/b"]));
        assert_eq!(of("/subscriptions/S"), [Some("s".to_owned()), None, None]);
        let group = "/subscriptions/S/resourceGroups/Shop";
        assert_eq!(of(group), texts(["s", "shop", "shop"]));
        assert_eq!(Part::Name.of(&format!("{group}/x/y")), None);
        for no in ["", "/", "x", "arn:aws:s3:::a"] {
            assert_eq!(of(no), [None, None, None], "{no}");
        }
    }
}
