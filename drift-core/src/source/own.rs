//! Texts that are no documents: configuration of Terraform, statements of SQL, files of settings.

use super::open::Syntax;
#[cfg(feature = "sql")]
use super::sql;
#[cfg(feature = "hcl")]
use super::terraform;
use super::{Context, Format, Lines, ParseOptions, Reading, check_view, in_file, settings};
use crate::error::{Code, Error, Result};

/// Reads a text that is no document: configuration of Terraform, statements of SQL, files of settings.
pub(super) fn config<'a>(
    bytes: &'a [u8],
    syntax: Syntax,
    file: Option<&str>,
    options: &ParseOptions,
) -> Option<Result<Reading<'a>>> {
    use Format::{Auto, Dotenv, Ini, SqlDdl, TerraformConfig, Toml};
    let format = match options.format {
        Auto => syntax.own_format()?,
        format @ (TerraformConfig | SqlDdl | Dotenv | Ini | Toml) => format,
        _ => return None,
    };
    if options.mapping.is_some() {
        return None;
    }
    let read = || {
        check_view(format, options)?;
        let context = Context { file, options, lines: Lines::of(bytes) };
        match format {
            #[cfg(feature = "hcl")]
            TerraformConfig => terraform::config::read(bytes, &context),
            #[cfg(feature = "sql")]
            SqlDdl => sql::read(bytes, &context),
            Dotenv | Ini | Toml => settings::read(format, bytes, &context),
            format => Err(not_built(format)),
        }
    };
    Some(in_file(read(), file))
}

/// The error that the crate was built without what reads the format.
pub(super) fn not_built(format: Format) -> Error {
    let feature = match format {
        Format::TerraformConfig => "hcl",
        Format::Toml => "toml",
        _ => "sql",
    };
    Error::new(Code::Option, format!("this build does not read `{format}`"))
        .with_help(format!("build it with the feature `{feature}`"))
}
