"""A plugin of pytest: the fixture ``drift``, and assertions about reports that explain themselves.

pytest finds it by itself where the package is installed. ``assert report.in_sync`` fails with what
the report says, and so does any other assertion that asks a report.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from ._detector import Detector
from ._report import Report
from ._rules import Rules
from ._types import Source

#: Characters of a report that a failure shows, at most; more with ``-vv``.
SHOWN = 10_000
_DIFFER = "the reports differ"


class DriftFixture:
    """Makes detectors and reports, with the rules of pytest's setting ``drift_rules``."""

    def __init__(self, rules: Iterable[Path] = ()) -> None:
        """Read the rules."""
        self._rules = [Rules.parse(path) for path in rules]

    def detector(self, **options: Any) -> Detector:
        """Make a detector; ``rules`` come after those of the setting."""
        own: Any = options.pop("rules", None)
        if own is None:
            own = []
        elif isinstance(own, (str, bytes, Mapping)) or not isinstance(own, Iterable):
            own = [own]
        own = list(own)
        # Single rules make a rule file together.
        if own and all(isinstance(one, Mapping) and "id" in one for one in own):
            own = [{"version": 1, "rules": own}]
        return Detector(rules=[*self._rules, *own], **options)

    def detect(
        self,
        desired: Source | Any,
        actual: Source | Any,
        *,
        reference: Any = None,
        at: Any = None,
        detail: Any = "summary",
        **options: Any,
    ) -> Report:
        """Compare two sides; options as for ``drift_py.detect``."""
        return self.detector(**options).detect(
            desired, actual, reference=reference, at=at, detail=detail
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting ``drift_rules``."""
    parser.addini("drift_rules", "rule files of the fixture drift", type="paths", default=[])


@pytest.fixture
def drift(pytestconfig: pytest.Config) -> DriftFixture:
    """Detectors and reports, with the rules of the settings."""
    return DriftFixture(pytestconfig.getini("drift_rules"))


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Show where two reports differ, by what they say."""
    if op != "==" or not (isinstance(left, Report) and isinstance(right, Report)):
        return None
    lines = difflib.unified_diff(
        str(left).splitlines(), str(right).splitlines(), "left", "right", lineterm="", n=1
    )
    shown = _capped("\n".join(lines), config) or "they differ in what is not shown"
    return [
        "the reports say the same" if left == right else "the reports differ",
        *shown.split("\n"),
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failed assertion what the reports that it asked say."""
    error = None if call.excinfo is None else call.excinfo.value
    if call.excinfo and isinstance(error, AssertionError):
        message = str(error)
        statement = str(call.excinfo.traceback[-1].statement)
        asked = [] if _DIFFER in message else _asked(error.__traceback__, message, statement)
        told = [_capped(str(report).rstrip(), item.config) for report in asked]
        if told:
            error.args = ("\n\n".join([message, *told]), *error.args[1:])
    return (yield)


def _asked(traceback: TracebackType | None, message: str, statement: str) -> list[Report]:
    """Find the reports that the failed assertion asked."""
    if traceback is None:
        return []
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    found: dict[int, Report] = {}
    for name, value in (*frame.f_locals.items(), *frame.f_globals.items()):
        if isinstance(value, Report):
            # Pytest keeps what an assertion called under names of its own, and tells what was asked
            # by its repr.
            is_asked = name.startswith("@py_assert") or f"{value!r}." in message
            if is_asked or re.search(rf"\b{re.escape(name)}\.", statement):
                found.setdefault(id(value), value)
    return list(found.values())


def _capped(text: str, config: pytest.Config) -> str:
    if len(text) <= SHOWN or int(config.getoption("verbose") or 0) >= 2:
        return text
    lines = text[:SHOWN].splitlines()[:-1]
    return "\n".join([*lines, "… (more with -vv)"])
