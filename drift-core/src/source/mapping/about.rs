//! What a mapping reads and what it does not, for who has to choose one.

use super::{Mapping, STRICT, Section, Text, properties};
use crate::error::Result;
use crate::source::strict::optional;
use crate::value::Value;

/// What a mapping says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    versions: String,
    leaves_out: String,
    note: Option<String>,
}

impl Told {
    pub(super) fn load(root: Value<'_>) -> Result<Self> {
        STRICT.fields(root, "`about`", &["versions", "leaves_out", "note"])?;
        let text = |name| Ok(STRICT.text(STRICT.required(root, name)?, name)?.to_owned());
        let note = optional(root, "note").map(|note| STRICT.text(note, "`note`")).transpose()?;
        Ok(Self {
            versions: text("versions")?,
            leaves_out: text("leaves_out")?,
            note: note.map(str::to_owned),
        })
    }
}

/// What a mapping reads, for tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingAbout<'m> {
    /// The versions of the interface or of the file that it is for.
    pub versions: &'m str,
    /// The types of the resources, each with its provider; none where documents name them.
    pub types: Vec<(&'m str, &'m str)>,
    /// Their types in the view `cloudformation`; `None` where the mapping has no such view.
    pub cloudformation: Option<Vec<&'m str>>,
    /// The types that it reads in the view `terraform`, others by their own names; `None` where the mapping
    /// has no such view.
    pub terraform: Option<Vec<&'m str>>,
    /// What it does not read.
    pub leaves_out: &'m str,
    /// How to ask for such a document, and what to give beside it.
    pub note: Option<&'m str>,
}

impl Mapping {
    /// What the mapping says of itself in its field `about`; all that are built in do.
    ///
    /// ```
    /// use drift_core::source::Mapping;
    /// let subnets = Mapping::named("aws ec2 describe-subnets")?;
    /// let about = subnets.about().unwrap();
    /// assert_eq!(about.versions, "EC2 2016-11-15");
    /// assert_eq!(about.types, [("aws", "aws_subnet")]);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn about(&self) -> Option<MappingAbout<'_>> {
        let told = self.about.as_ref()?;
        let mut types: Vec<(&str, &str)> = Vec::new();
        for section in &self.sections {
            let Some(name) = section.fixed_type() else { continue };
            let provider = section.provider.as_ref().and_then(Text::fixed).unwrap_or_default();
            if !types.contains(&(provider, name)) {
                types.push((provider, name));
            }
        }
        let seen: Vec<&Section> =
            self.sections.iter().filter_map(|section| section.cloudformation.as_deref()).collect();
        let mut names: Vec<&str> = seen.iter().filter_map(|section| section.fixed_type()).collect();
        names.sort_unstable();
        names.dedup();
        Some(MappingAbout {
            versions: &told.versions,
            types,
            cloudformation: (!seen.is_empty()).then_some(names),
            terraform: self
                .sections
                .iter()
                .any(|section| section.terraform)
                .then(|| properties::types().collect()),
            leaves_out: &told.leaves_out,
            note: told.note.as_deref(),
        })
    }
}

impl Section {
    fn fixed_type(&self) -> Option<&str> {
        self.type_name.fixed()
    }
}

impl Text {
    fn fixed(&self) -> Option<&str> {
        match self {
            Self::Const(text) => Some(text),
            _ => None,
        }
    }
}
