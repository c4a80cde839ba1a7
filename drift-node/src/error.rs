//! Errors of the core on their way to JavaScript: their fields as JSON in the message, out of which
//! the TypeScript half makes a `DriftError`.

use drift_core::Error;
use serde_json::json;

/// How the TypeScript half knows such a message.
const MARK: &str = "drift-error:";

/// The error that JavaScript sees for an error of the core.
pub(crate) fn raise(error: &Error) -> napi::Error {
    let fields = json!({
        "code": error.code().as_str(),
        "message": error.message(),
        "text": error.to_string(),
        "help": error.help(),
        "file": error.file(),
        "line": error.position().map(|at| at.line),
        "column": error.position().map(|at| at.column),
        "resource": error.resource(),
        "path": error.path(),
    });
    napi::Error::from_reason(format!("{MARK}{fields}"))
}
