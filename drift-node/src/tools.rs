//! Functions beside the classes: canonical texts, paths and patterns, and the version.

use crate::worker::attempt;
use napi::Result;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

/// The canonical text of each document in `data`; options are a JSON object.
#[napi]
pub fn canonical(data: Buffer, options: String) -> Result<Vec<String>> {
    attempt(|| drift_core::wire::canonical(&data, &options))
}

/// A path as JSON: its canonical text and its steps.
#[napi]
pub fn parse_path(text: String, document: Option<String>) -> Result<String> {
    attempt(|| drift_core::wire::parse_path(&text, document.as_deref().map(str::as_bytes)))
}

/// The JSON Pointers of the nodes that a rule's path matches.
#[napi]
pub fn select(pattern: String, document: String) -> Result<Vec<String>> {
    attempt(|| drift_core::wire::select(&pattern, document.as_bytes()))
}

/// What is read, as JSON: formats and the mappings that are built in.
#[napi]
pub fn formats_json() -> Result<String> {
    attempt(drift_core::wire::formats)
}

/// The catalogue of findings, as JSON.
#[napi]
pub fn catalogue_json() -> Result<String> {
    attempt(drift_core::wire::catalogue)
}

/// Whether files of this name are read out of a folder.
#[napi]
pub fn is_readable(name: String) -> bool {
    drift_core::source::is_readable(&name)
}

/// How many bytes a document may have where nobody says otherwise.
#[napi]
pub fn max_bytes() -> u32 {
    u32::try_from(drift_core::Limits::default().max_bytes).unwrap_or(u32::MAX)
}

/// The version, the same for the crate, the wheel and the npm package.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Panics with a message that must not be seen.
#[cfg(feature = "testing")]
#[napi]
pub fn panic_for_test(message: String) -> Result<()> {
    #[expect(clippy::panic, reason = "that is what it is for")]
    crate::worker::run(|| panic!("{message}"))
}

/// Panics off the event loop, or on it while the result enters JavaScript.
#[cfg(feature = "testing")]
#[napi(ts_return_type = "Promise<void>")]
pub fn panic_for_test_async(
    message: String,
    entering: bool,
) -> napi::bindgen_prelude::AsyncTask<crate::worker::Later<String, ()>> {
    #[expect(clippy::panic, reason = "that is what it is for")]
    let work = move || if entering { Ok(message) } else { panic!("{message}") };
    #[expect(clippy::panic, reason = "that is what it is for")]
    let enter = |message: String| panic!("{message}");
    crate::worker::later(work, enter)
}
