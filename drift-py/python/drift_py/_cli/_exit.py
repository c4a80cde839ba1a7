"""What a report comes to as the exit code of a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

from .._report import Report
from .._types import ExitStyle
from ._policy import fails

STYLES: tuple[ExitStyle, ...] = get_args(ExitStyle)
SEVERITIES = ("critical", "high", "medium", "low", "info")
STATUSES = ("drifted", "missing", "unmanaged", "moved")
#: What ``--fail-on`` takes.
CAUSES = (*SEVERITIES, *STATUSES, "never")

ERROR: dict[ExitStyle, int] = {"diff": 2, "terraform": 1}
_DRIFT: dict[ExitStyle, int] = {"diff": 1, "terraform": 2}
_PARTIAL: dict[ExitStyle, int] = {"diff": 3, "terraform": 1}


def style_of(argv: Sequence[str]) -> ExitStyle:
    """Find the style before the arguments are read: an error in them needs it.

    As with any option the last one counts, and none behind ``--``.
    """
    found = ""
    for at, word in enumerate(argv):
        if word == "--":
            break
        name, has_value, value = word.partition("=")
        if name == "--exit-style":
            found = value if has_value else "".join(argv[at + 1 : at + 2])
    return cast(ExitStyle, found) if found in STYLES else "diff"


def code_of(
    report: Report,
    style: ExitStyle,
    fail_on: Sequence[str],
    strict: bool,
    fail_on_policy: str = "never",
) -> int:
    """Give the verdict's own code; with ``fail_on`` only what it names is a failure.

    ``strict`` adds: whatever could not be compared. A violation of a policy of the level
    ``fail_on_policy`` is a failure of its own, with the code of drift.
    """
    code = _of_verdict(report, style, fail_on, strict)
    if report.verdict != "error" and fails(report, fail_on_policy):
        return _DRIFT[style]
    return code


def _of_verdict(report: Report, style: ExitStyle, fail_on: Sequence[str], strict: bool) -> int:
    if not fail_on or report.verdict == "error":
        return report.exit_code(style)
    if any(_fails(report, cause) for cause in fail_on):
        return _DRIFT[style]
    return _PARTIAL[style] if strict and report.partial else 0


def _fails(report: Report, cause: str) -> bool:
    if cause in STATUSES:
        return any(finding.status == cause for finding in report.findings)
    if cause not in SEVERITIES:
        return False
    least = SEVERITIES.index(cause)
    return any(SEVERITIES.index(finding.severity) <= least for finding in report.findings)
