"""The answer to a detection, with what it found as objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from . import _native
from ._check import must_be
from ._entries import Entries
from ._explanation import Explanation
from ._finding import Change as Change
from ._finding import Finding as Finding
from ._json import loads
from ._policy_types import PolicyError, PolicyUsage, PolicyViolation
from ._rows import Table
from ._time import at_text
from ._types import (
    ExitStyle,
    NotChecked,
    RuleUsage,
    SharedCause,
    Summary,
    TagViolation,
    Verdict,
    Warning,
)
from ._view import Asked

if TYPE_CHECKING:
    from rich.text import Text


class Report(Table, Asked):
    """The answer to one detection.

    Reports are equal where their JSON is, byte for byte, and pickle by it; a report that was
    unpickled or read from JSON has no documents to explain itself from.
    """

    _inner: _native.Report

    def __init__(self) -> None:
        """Refuse: a report comes from a detection or from JSON."""
        raise TypeError("a Report comes from detect or from Report.from_json")

    @classmethod
    def _of(cls, native: _native.Report) -> Report:
        report = object.__new__(cls)
        report._inner = native
        return report

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what ``to_json`` has written."""
        return cls._of(_native.Report.from_json(text))

    def to_json(self) -> str:
        """Write the report as JSON, the same bytes in every language."""
        return self._inner.to_json()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON as Python objects, numbers without rounding."""
        return cast("dict[str, Any]", loads(self.to_json()))

    def semantic_json(self) -> str:
        """Write the JSON without what depends on the order of things in their documents."""
        return self._inner.semantic_json()

    def to_text(self, color: bool = False) -> str:
        """Write the report for a terminal or a log."""
        return self._inner.to_text(color)

    def to_markdown(self) -> str:
        """Write the report for a pull request."""
        return self._inner.to_markdown()

    def exit_code(self, style: ExitStyle = "diff") -> int:
        """Give the verdict as the exit code of a process.

        ``diff``: 0 in sync, 1 drift, 2 error, 3 partial. ``terraform``: 0, 2, 1, and 1 for partial.
        """
        return self._inner.exit_code(style)

    def explain(self, address: str, path: str) -> Explanation:
        """Tell everything about one path of one resource, from the documents."""
        return Explanation._of(self._inner.explain(address, path))

    @cached_property
    def _data(self) -> dict[str, Any]:
        """Hold the whole report, for what is not read section by section."""
        return self.to_dict()

    @cached_property
    def _sections(self) -> dict[str, Any]:
        return {}

    def _section(self, name: str) -> Any:
        """Read a part of the report, once."""
        if name not in self._sections:
            self._sections[name] = loads(self._inner.section(name))
        return self._sections[name]

    @property
    def schema_version(self) -> str:
        """The version of the JSON."""
        return self._inner.schema_version

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        return cast(Verdict, self._inner.verdict)

    @property
    def in_sync(self) -> bool:
        """Whether everything declared was compared, and nothing confirmed differs."""
        return self.verdict == "in_sync"

    @property
    def partial(self) -> bool:
        """Whether something that ought to be comparable was not."""
        return self._inner.partial

    @property
    def detected_at(self) -> str:
        """When the detection was made."""
        return self._inner.detected_at

    @property
    def summary(self) -> Summary:
        """Counts of everything."""
        return cast(Summary, self._section("summary"))

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """Resources that drifted, are missing, unmanaged or moved.

        This list and those below cannot be changed, and their entries are made when they are asked
        for: ``findings[:10]`` of a million costs what ten cost.
        """
        native = self._inner

        def finding(at: int, fields: dict[str, Any]) -> Finding:
            return Finding(
                fields, lambda: native.ignore_rule(at, None), lambda own: changes(at, own)
            )

        def changes(at: int, fields: dict[str, Any]) -> list[Change]:
            return [
                Change(change, lambda n=n: native.ignore_rule(at, n))  # type: ignore[misc]
                for n, change in enumerate(fields["changes"])
            ]

        return Entries(native, "findings", finding)

    @property
    def causes(self) -> list[SharedCause]:
        """What findings of several resources go back to, those that reach furthest first."""
        return cast("list[SharedCause]", self._section("causes"))

    def _list(self, name: str) -> Sequence[Change]:
        native = self._inner

        def change(at: int, fields: dict[str, Any]) -> Change:
            return Change(fields, lambda: native.ignore_rule_of(name, at))

        return Entries(native, name, change)

    @cached_property
    def pending(self) -> Sequence[Change]:
        """What desired is ahead with."""
        return self._list("pending")

    @cached_property
    def undeclared(self) -> Sequence[Change]:
        """What is live and not declared."""
        return self._list("undeclared")

    @cached_property
    def suppressed(self) -> Sequence[Change]:
        """What was accepted or tolerated and, in full detail, what rules left out."""
        return self._list("suppressed")

    @cached_property
    def unknown(self) -> Sequence[Change]:
        """What cannot be compared."""
        return self._list("unknown")

    @property
    def not_checked(self) -> list[NotChecked]:
        """Resources that were not checked, and why."""
        return cast("list[NotChecked]", self._section("not_checked"))

    @property
    def tag_violations(self) -> list[TagViolation]:
        """What is wrong with tags, where a tag policy was given."""
        return cast("list[TagViolation]", self._data["tag_violations"])

    @property
    def policy_violations(self) -> list[PolicyViolation]:
        """What policies forbid, whether it has drifted or not."""
        return cast("list[PolicyViolation]", self._data.get("policy_violations", []))

    @property
    def policy_errors(self) -> list[PolicyError]:
        """Rules of policies that could not be evaluated."""
        return cast("list[PolicyError]", self._data.get("policy_errors", []))

    @property
    def policy_usage(self) -> list[PolicyUsage]:
        """What policies did."""
        return cast("list[PolicyUsage]", self._data.get("policy_usage", []))

    @property
    def rule_usage(self) -> list[RuleUsage]:
        """What rules did."""
        return cast("list[RuleUsage]", self._section("rule_usage"))

    @property
    def packs(self) -> dict[str, str]:
        """The packs that the detector knew, each with its version: a digest of what it says."""
        return cast("dict[str, str]", self._section("packs"))

    @property
    def warnings(self) -> list[Warning]:
        """What a reader should know."""
        return cast("list[Warning]", self._section("warnings"))

    def __eq__(self, other: object) -> bool:
        """Compare by the bytes of the JSON."""
        return isinstance(other, Report) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        """Go by the JSON."""
        return hash(self.to_json())

    def __str__(self) -> str:
        """Write the report for a terminal, without colour."""
        return self.to_text()

    def __repr__(self) -> str:
        """Say what it comes to."""
        return f"<Report {self.verdict}, {self._inner.findings} findings>"

    def _repr_markdown_(self) -> str:
        """Show the report where Markdown is read, of limited size."""
        from . import _notebook

        return _notebook.markdown(self)

    def _repr_html_(self) -> str:
        """Show the report in a notebook: a table of limited size, escaped, without scripts."""
        from . import _notebook

        return _notebook.page(self)

    def __rich_console__(self, console: object, options: object) -> Iterator[Text]:
        """Show the report on a console of rich, as on a terminal with colour."""
        from rich.text import Text

        yield Text.from_ansi(self.to_text(color=True))

    def __copy__(self) -> Report:
        """Share what never changes."""
        return Report._of(self._inner)

    def __deepcopy__(self, memo: object) -> Report:
        """Share what never changes, the documents that explain it among it."""
        return Report._of(self._inner)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON."""
        return (Report.from_json, (self.to_json(),))


class Partial:
    """A part of a detection: redacted, serialisable, mergeable with others in any order.

    It knows which part of how many it is: one that comes twice counts once.
    """

    __slots__ = ("_inner",)
    _inner: _native.Partial

    def __init__(self) -> None:
        """Refuse: a part comes from a detector or from JSON."""
        raise TypeError("a Partial comes from Detector.partial or from Partial.from_json")

    @classmethod
    def _of(cls, native: _native.Partial) -> Partial:
        partial = object.__new__(cls)
        partial._inner = native
        return partial

    @classmethod
    def from_json(cls, text: str) -> Partial:
        """Read what ``to_json`` has written."""
        return cls._of(_native.Partial.from_json(text))

    def to_json(self) -> str:
        """Write the part as JSON."""
        return self._inner.to_json()

    def merge(self, other: Partial) -> Partial:
        """Put two parts together."""
        other = must_be(other, Partial, "merge()")
        return Partial._of(self._inner.merge(other._inner))

    def __eq__(self, other: object) -> bool:
        """Compare by the bytes of the JSON."""
        return isinstance(other, Partial) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        """Go by the JSON."""
        return hash(self.to_json())

    def __copy__(self) -> Partial:
        """Give itself: a part does not change."""
        return self

    def __deepcopy__(self, memo: object) -> Partial:
        """Give itself: a part does not change."""
        return self

    def __repr__(self) -> str:
        """Say what it is."""
        return "<Partial>"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON."""
        return (Partial.from_json, (self.to_json(),))


def finish(parts: Partial | Iterable[Partial], at: datetime | str | None = None) -> Report:
    """Make the report out of one part, or of several put together.

    Where parts of a detection are missing it is partial, with the warning ``parts_missing``.
    """
    if isinstance(parts, Partial):
        parts = [parts]
    all_parts = list(parts)
    if not all_parts:
        raise ValueError("finish() needs at least one part")
    for part in all_parts:
        if not isinstance(part, Partial):
            raise TypeError(f"finish() takes parts, not {type(part).__name__}")
    whole, *rest = all_parts
    for part in rest:
        whole = whole.merge(part)
    return Report._of(_native.finish(whole._inner, at_text(at)))
