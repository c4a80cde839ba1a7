"""How a notebook shows a report: a table of limited size, everything escaped, nothing active."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from . import _native
from ._json import loads
from ._text import short, shown

if TYPE_CHECKING:
    from ._report import Report

#: As many findings, changes of one, and characters of a text are shown.
FINDINGS, CHANGES, CHARACTERS = 50, 20, 120
#: Of two long values so many characters before the first difference are shown.
CONTEXT = 30
#: The lists of which it is told how long they are.
BESIDE = ("pending", "undeclared", "suppressed", "unknown", "not_checked")
#: Characters of Markdown.
MARKDOWN = 60_000

#: As readable on white as on black.
_COLORS = {"critical": "#df3b3b", "high": "#c2650c", "medium": "#98780f"}
# Notebooks have style sheets of their own: what matters is said here.
_TABLE = "border-collapse:collapse;width:100%;overflow-wrap:anywhere"
_CELL = "text-align:left;vertical-align:top;padding:.15em .9em .15em 0"
#: Above the first row of each finding.
_LINE = ";border-top:1px solid rgba(128,128,128,.4)"
_WIDTHS = {"Severity": 7, "Status": 8, "Resource": 20, "Path": 25, "Desired": 20, "Actual": 20}


def page(report: Report) -> str:
    """Write the report as HTML: no script, no style sheet, no link."""
    native = report._inner
    count = native.findings
    rows = "".join(_rows(one) for one in loads(native.entries("findings", 0, FINDINGS)))
    head = "".join(
        f'<th style="{_CELL};min-width:6.5em;width:{width}%">{name}</th>'
        for name, width in _WIDTHS.items()
    )
    start = f'<table style="{_TABLE}">'
    table = f"{start}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    more = _more(count - FINDINGS, "finding")
    lists = {name: native.length(name) for name in BESIDE}
    beside = [f"{length} {name.replace('_', ' ')}" for name, length in lists.items() if length]
    counted = f"{count} finding{'' if count == 1 else 's'}"
    told = _text(", ".join([counted, *beside]))
    verdict = _text(report.verdict.replace("_", " "))
    at = _text(report.detected_at)
    return f"<div><p><b>drift: {verdict}</b> · {told} · {at}</p>{table}{more}</div>"


def markdown(report: Report) -> str:
    """Give the engine's Markdown, cut where it gets long."""
    text = report.to_markdown()
    if len(text) <= MARKDOWN:
        return text
    kept = text[:MARKDOWN].rsplit("\n", 1)[0]
    closed = "\n</details>" * (kept.count("<details>") - kept.count("</details>"))
    return f"{kept}\n{closed}\n\n… and more: `print(report)` shows it all.\n"


def _rows(finding: dict[str, Any]) -> str:
    changes = finding["changes"]
    resource = finding["resource"]
    scope = " ".join(f"{name}={value}" for name, value in sorted(resource["scope"].items()))
    name = f"{_text(resource['type'])} <b>{_text(resource['id'])}</b>"
    name += f"<br><small>{_text(scope)}</small>" if scope else ""
    told = [_change(one) for one in changes[:CHANGES]] or [("", "", "")]
    if left := _more(len(changes) - CHANGES, "change"):
        told.append((left, "", ""))
    start = (_severity(finding["severity"]), _text(finding["status"]), name)
    first = [f'<td rowspan="{len(told)}" style="{_CELL}{_LINE}">{cell}</td>' for cell in start]
    rows = [
        _row(cells, "" if at else _LINE, "" if at else "".join(first))
        for at, cells in enumerate(told)
    ]
    return "".join(rows)


def _change(change: dict[str, Any]) -> tuple[str, str, str]:
    path = _code(change["path"])
    if change["disposition"] != "drift":
        path += f" <small>{_text(change['disposition'])}</small>"
    desired = None if change["kind"] == "added" else _json(change["desired"])
    actual = None if change["kind"] == "removed" else _json(change["actual"])
    if desired is not None and actual is not None:
        desired, actual = _from_difference(desired, actual)
    return path, _value(desired), _value(actual)


def _from_difference(desired: str, actual: str) -> tuple[str, str]:
    """Leave out how two long values start that would be cut off where they are still alike."""
    common, most = 0, min(len(desired), len(actual))
    while common < most:
        middle = (common + most + 1) // 2
        if desired[:middle] == actual[:middle]:
            common = middle
        else:
            most = middle - 1
    if common < CHARACTERS - 1 or desired == actual:
        return desired, actual
    start = common - CONTEXT
    return f"…{desired[start:]}", f"…{actual[start:]}"


def _row(cells: tuple[str, ...], line: str, before: str) -> str:
    held = "".join(f'<td style="{_CELL}{line}">{cell}</td>' for cell in cells)
    return f'<tr style="background:none">{before}{held}</tr>'


def _severity(severity: str) -> str:
    color = _COLORS.get(severity)
    text = _text(severity)
    return text if color is None else f'<b style="color:{color}">{text}</b>'


def _json(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"$redacted"}:
        return f"(secret, {value['$redacted']})"
    return _native.to_json(value)


def _value(value: str | None) -> str:
    return "" if value is None else _code(value)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    return html.escape(shown(short(text, CHARACTERS)))


def _more(count: int, what: str) -> str:
    return (
        "" if count <= 0 else f"<small>… and {count} more {what}{'' if count == 1 else 's'}</small>"
    )
