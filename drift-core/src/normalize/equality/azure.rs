//! `azure_resource_id` and `azure_location`: names of Azure that are the same in any case.
//!
//! Sources: Azure Resource Manager, Naming rules and restrictions for Azure resources (names are compared
//! without regard to case); Azure regions, whose display name (`West Europe`) stands for the name
//! (`westeurope`).

use super::Scalar;

/// The form of a resource id: from a subscription, or from a provider of the tenant.
const STARTS: [&str; 2] = ["/subscriptions/", "/providers/"];

/// A resource id in small letters. What is none stands for itself.
pub(super) fn resource_id(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let starts = |start: &&str| {
        text.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start))
    };
    STARTS.iter().any(starts).then(|| text.to_lowercase())
}

/// A region by its name. What holds anything but letters, digits and blanks stands for itself.
pub(super) fn location(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    is_name.then(|| text.replace(' ', "").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_in_any_case() {
        fn of(text: &str) -> Option<String> {
            resource_id(Scalar::String(text))
        }
        let id =
            "/subscriptions/a/resourceGroups/Shop/providers/Microsoft.Network/virtualNetworks/v";
        assert_eq!(of(id), of(&id.to_lowercase()));
        assert_eq!(of(id), of(&id.to_uppercase()));
        assert_ne!(of(id), of(&id.replace("Shop", "Shops")));
        assert_eq!(
            of("/Providers/Microsoft.Management/x"),
            of("/providers/microsoft.management/X")
        );
        for text in ["", "/", "Shop", "subscriptions/a", "/subscription/a", "/tmp/A", "/providersX"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(resource_id(Scalar::Bool(true)), None);
    }

    #[test]
    fn regions_go_by_their_names() {
        let of = |text| location(Scalar::String(text));
        assert_eq!(of("West Europe"), of("westeurope"));
        assert_eq!(of("East US 2"), of("eastus2"));
        assert_ne!(of("East US 2"), of("East US"));
        assert_ne!(of("West Europe"), of("North Europe"));
        for text in ["", " ", "eu-west-1", "/westeurope", "2 eastus", "West\tEurope"] {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}
