//! INI: settings in sections.

use super::{Settings, lines};
use crate::error::Result;
use crate::path::Step;
use std::ops::Range;

/// A setting that may go on in the next lines.
struct Open {
    name: String,
    key: Range<usize>,
    value: Range<usize>,
    text: Option<String>,
}

/// Reads `[sections]` of settings, `name = value` or `name: value`. Values are texts as they are written; lines
/// that are indented go on with the value before them.
pub(super) fn read(settings: &mut Settings<'_>) -> Result<()> {
    let text = settings.text;
    let mut open: Option<Open> = None;
    let mut in_section = false;
    settings.builder.open_map(settings.start)?;
    for (at, line) in lines(text, settings.start) {
        let content = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        if content.is_empty() || content.starts_with([';', '#']) {
            continue;
        }
        if start > at
            && let Some(setting) = &mut open
        {
            let whole = setting.text.get_or_insert_default();
            whole.push('\n');
            whole.push_str(content);
            setting.value.end = start + content.len();
            continue;
        }
        close(settings, open.take())?;
        if let Some(head) = content.strip_prefix('[') {
            let Some(end) = head.find(']') else {
                return Err(settings.fault(start, "expected `]` behind the name of a section"));
            };
            let (name, tail) = head.split_at_checked(end).unwrap_or((head, ""));
            let behind = tail.get(1..).unwrap_or_default().trim();
            if name.trim().is_empty() || !(behind.is_empty() || behind.starts_with([';', '#'])) {
                return Err(settings.fault(start, "expected a section as `[name]`"));
            }
            if in_section {
                settings.builder.close(at)?;
            }
            settings.builder.key_owned(start + 1..start + 1 + end, name.trim())?;
            settings.builder.open_map(start)?;
            settings.around = vec![Step::Field(name.trim().to_owned())];
            in_section = true;
            continue;
        }
        open = Some(setting(settings, start, content)?);
    }
    close(settings, open)?;
    if in_section {
        settings.builder.close(text.len())?;
    }
    settings.builder.close(text.len())
}

fn setting(settings: &Settings<'_>, start: usize, content: &str) -> Result<Open> {
    let sign = content.find(['=', ':']);
    let (name, text) = match sign {
        Some(at) => (content.get(..at).unwrap_or_default().trim_end(), content.get(at + 1..)),
        None => (content, None),
    };
    if name.is_empty() {
        return Err(settings.fault(start, "expected the name of a setting"));
    }
    let value = text.unwrap_or_default();
    let from = start + content.len() - value.trim_start().len();
    Ok(Open {
        name: name.to_owned(),
        key: start..start + name.len(),
        value: from..start + content.len(),
        text: text.map(|text| text.trim().to_owned()),
    })
}

fn close(settings: &mut Settings<'_>, open: Option<Open>) -> Result<()> {
    let Some(Open { name, key, value, text }) = open else { return Ok(()) };
    match text {
        Some(text) => settings.text_field(key, &name, value, &text),
        None => {
            settings.builder.key_owned(key.clone(), &name)?;
            settings.builder.null(key)
        }
    }
}
