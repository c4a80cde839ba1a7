"""A plugin of pytest: the fixture ``drift``, and assertions about reports that explain themselves.

pytest finds it by itself where the package is installed. ``assert report.in_sync`` fails with what
the report says, and so does any other assertion that asks a report.
"""

from __future__ import annotations

import ast
import difflib
import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ._detector import Detector
from ._error import DriftError
from ._report import Report
from ._rules import Rules
from ._types import Source

#: Characters of a report that a failure shows, at most; more with ``-vv``.
SHOWN = 10_000
_DIFFER = "the reports differ"
#: As pytest writes what ``pytest_assertrepr_compare`` gives; what a test says stands before it.
_HAS_COMPARED = re.compile(rf"^assert .*{_DIFFER}$", re.MULTILINE)


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
        events: Any = None,
        since: Any = None,
        progress: Any = None,
        **options: Any,
    ) -> Report:
        """Compare two sides; options as for ``drift_py.detect``."""
        return self.detector(**options).detect(
            desired,
            actual,
            reference=reference,
            at=at,
            detail=detail,
            events=events,
            since=since,
            progress=progress,
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting ``drift_rules``."""
    parser.addini("drift_rules", "rule files of the fixture drift", type="paths", default=[])


@pytest.fixture
def drift(pytestconfig: pytest.Config) -> DriftFixture:
    """Detectors and reports, with the rules of the settings."""
    try:
        return DriftFixture(pytestconfig.getini("drift_rules"))
    except (DriftError, OSError) as error:
        pytest.fail(f"the setting drift_rules: {error}", pytrace=False)


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Show where two reports differ, by what they say."""
    # What `isinstance` asks as well, `__class__`, may raise.
    if op != "==" or not all(issubclass(type(side), Report) for side in (left, right)):
        return None
    lines = difflib.unified_diff(
        str(left).splitlines(), str(right).splitlines(), "left", "right", lineterm="", n=1
    )
    shown = _capped("\n".join(lines), config) or "they differ in what is not shown"
    return ["the reports say the same" if left == right else _DIFFER, *shown.split("\n")]


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Add to a failed assertion what the reports that it asked say.

    It comes after pytest's own hook for ``unittest``, which knows what has failed there, and before
    the one that makes the report.
    """
    if call.excinfo is None or not issubclass(call.excinfo.type, AssertionError):
        return
    try:
        _explain(call.excinfo, item.config)
    except Exception:
        # Failures of any kind come here, with objects of any kind: one that cannot be explained is
        # told as it is.
        return


def _explain(failure: pytest.ExceptionInfo[BaseException], config: pytest.Config) -> None:
    error: Any = failure.value
    # A fixture for many tests fails in each of them with the same error.
    if getattr(error, "_drift_is_told", False):
        return
    message = str(error)
    reports = [] if _HAS_COMPARED.search(message) else _asked(failure, message)
    told = [_capped(str(report).rstrip(), config) for report in reports]
    if told:
        error._drift_is_told = True
        error.args = ("\n\n".join([message, *told]), *error.args[1:])


def _asked(failure: pytest.ExceptionInfo[BaseException], message: str) -> list[Report]:
    """Find the reports that the failed assertion asked."""
    # unittest marks its own modules so: `self.assertTrue` raises in one of them.
    entries = [one for one in failure.traceback if "__unittest" not in one.frame.f_globals]
    if not entries:
        return []
    frame = entries[-1].frame
    names = _names_asked(str(entries[-1].statement))
    found: dict[int, Report] = {}
    for name, value in (*frame.f_locals.items(), *frame.f_globals.items()):
        if issubclass(type(value), Report):
            # Pytest keeps what an assertion called under names of its own, and tells what was asked
            # by its repr.
            is_asked = name.startswith("@py_assert") or f"{value!r}." in message
            if is_asked or name in names:
                found.setdefault(id(value), value)
    return list(found.values())


def _names_asked(statement: str) -> set[str]:
    """Find the names of which a statement asks an attribute."""
    try:
        nodes = ast.walk(ast.parse(textwrap.dedent(statement)))
    except SyntaxError:
        # A part of a statement, such as `else: …`.
        return set()
    return {
        node.value.id
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def _capped(text: str, config: pytest.Config) -> str:
    # Without its terminal pytest has no such option.
    if len(text) <= SHOWN or int(config.getoption("verbose", 0) or 0) >= 2:
        return text
    lines = text[:SHOWN].splitlines()[:-1]
    return "\n".join([*lines, "… (more with -vv)"])
