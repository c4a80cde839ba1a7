"""The answer to a detection, with what it found as objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from . import _native
from ._explanation import Explanation
from ._json import loads
from ._policy_types import PolicyError, PolicyUsage, PolicyViolation
from ._rows import Table
from ._time import at_text
from ._types import (
    Accepted,
    Confidence,
    Disposition,
    ExitStyle,
    Kind,
    NotChecked,
    Priority,
    ResourceRef,
    RuleUsage,
    Severity,
    SharedCause,
    Status,
    Summary,
    Verdict,
    Warning,
)
from ._who import Attribution, Ownership, Route


class _Entry:
    """An object of a report's JSON, its fields as attributes."""

    __slots__ = ("_fields", "_ignore")

    def __init__(self, fields: dict[str, Any], ignore: Callable[[], str | None]) -> None:
        """Wrap the fields of a JSON object."""
        self._fields = fields
        self._ignore = ignore

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object, a copy."""
        return deepcopy(self._fields)

    def ignore_rule(self) -> str:
        """Write the rule, as YAML, that would leave this out."""
        return self._ignore() or ""

    def __eq__(self, other: object) -> bool:
        """Compare by the fields."""
        return type(self) is type(other) and self._fields == cast(_Entry, other)._fields

    def __hash__(self) -> int:
        """Go by the fingerprint."""
        return hash(self._fields["fingerprint"])

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy by the fields, and by the rule that would leave this out."""
        return (_restore, (type(self), self._fields, self._ignore()))


def _restore(kind: type[_Entry], fields: dict[str, Any], rule: str | None, *more: Any) -> _Entry:
    return kind(fields, lambda: rule, *more)


class Change(_Entry):
    """A difference at one path."""

    __slots__ = ()

    @property
    def status(self) -> Status | None:
        """How the resource stands, outside the findings."""
        return self._fields.get("status")

    @property
    def resource(self) -> ResourceRef | None:
        """The resource, outside the findings."""
        return self._fields.get("resource")

    @property
    def fingerprint(self) -> str:
        """Stable across scans, order and languages: key and path, no values."""
        return cast(str, self._fields["fingerprint"])

    @property
    def path(self) -> str:
        """The path, in the form that rules accept."""
        return cast(str, self._fields["path"])

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The path, step by step."""
        return cast("list[dict[str, Any]]", self._fields["steps"])

    @property
    def pointer(self) -> str | None:
        """JSON Pointer (RFC 6901) into desired's attributes, else into actual's."""
        return cast("str | None", self._fields["pointer"])

    @property
    def desired_pointer(self) -> str | None:
        """JSON Pointer into desired's attributes."""
        return cast("str | None", self._fields["desired_pointer"])

    @property
    def actual_pointer(self) -> str | None:
        """JSON Pointer into actual's attributes."""
        return cast("str | None", self._fields["actual_pointer"])

    @property
    def kind(self) -> Kind:
        """How the sides differ."""
        return cast(Kind, self._fields["kind"])

    @property
    def disposition(self) -> Disposition:
        """What the difference amounts to."""
        return cast(Disposition, self._fields["disposition"])

    @property
    def desired(self) -> Any:
        """The declared value; ``None`` where there is none."""
        return self._fields["desired"]

    @property
    def actual(self) -> Any:
        """The live value; ``None`` where there is none."""
        return self._fields["actual"]

    @property
    def reference(self) -> Any:
        """What was last applied; ``None`` where there is nothing."""
        return self._fields["reference"]

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return cast(Severity, self._fields["severity"])

    @property
    def category(self) -> str:
        """What kind of problem it is."""
        return cast(str, self._fields["category"])

    @property
    def rule(self) -> str | None:
        """The rule that decided or classified, if one did."""
        return cast("str | None", self._fields["rule"])

    @property
    def title(self) -> str | None:
        """What is wrong, in a few words, where the rule that classified says it."""
        return self._fields.get("title")

    @property
    def confidence(self) -> Confidence:
        """How sure it is."""
        return cast(Confidence, self._fields.get("confidence", "high"))

    @property
    def replace(self) -> bool:
        """Whether it cannot be made in place, so that the resource is replaced for it."""
        return bool(self._fields.get("replace", False))

    @property
    def reason(self) -> str:
        """Why it is what it is."""
        return cast(str, self._fields["reason"])

    @property
    def attribution(self) -> Attribution | None:
        """Who wrote the live value."""
        return cast("Attribution | None", self._fields["attribution"])

    @property
    def margin_used(self) -> str | None:
        """How much of a tolerance was used, in percent."""
        return self._fields.get("margin_used")

    @property
    def write_only(self) -> bool:
        """Whether it is unknown because the provider never returns the value."""
        return bool(self._fields.get("write_only", False))

    @property
    def watched(self) -> bool:
        """Whether a rule of the user's watches the value, what it lies in, or what it holds."""
        return bool(self._fields.get("watched", False))

    @property
    def accepted(self) -> Accepted | None:
        """Who accepted it."""
        return self._fields.get("accepted")

    @property
    def runbook(self) -> str | None:
        """What to do about it."""
        return self._fields.get("runbook")

    @property
    def digest(self) -> str | None:
        """Binds an acceptance to this very change."""
        return cast("str | None", self._fields["digest"])

    @property
    def digest_absent(self) -> str | None:
        """``no_key`` where a secret is involved and no ``digest_key`` was given."""
        return self._fields.get("digest_absent")

    def __repr__(self) -> str:
        """Name the path and what became of it."""
        return f"<Change {self.kind} {self.path!r} ({self.disposition}, {self.severity})>"


class Finding(_Entry):
    """A resource that needs attention."""

    __slots__ = ("_changes",)

    def __init__(
        self, fields: dict[str, Any], ignore: Callable[[], str | None], changes: list[Change]
    ) -> None:
        """Wrap a finding and its changes."""
        super().__init__(fields, ignore)
        self._changes = changes

    @property
    def fingerprint(self) -> str:
        """Stable across scans, order and languages: key and status, no values."""
        return cast(str, self._fields["fingerprint"])

    @property
    def status(self) -> Status:
        """``drifted``, ``missing``, ``unmanaged`` or ``moved``."""
        return cast(Status, self._fields["status"])

    @property
    def resource(self) -> ResourceRef:
        """The resource."""
        return cast(ResourceRef, self._fields["resource"])

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return cast(Severity, self._fields["severity"])

    @property
    def category(self) -> str:
        """What kind of problem it is."""
        return cast(str, self._fields["category"])

    @property
    def priority(self) -> Priority:
        """How soon to look."""
        return cast(Priority, self._fields["priority"])

    @property
    def owner(self) -> str | None:
        """Whose it is."""
        return cast("str | None", self._fields["owner"])

    @property
    def rule(self) -> str | None:
        """The rule that classified it as it stands, if one did."""
        return self._fields.get("rule")

    @property
    def title(self) -> str | None:
        """What is wrong, in a few words, where that rule says it."""
        return self._fields.get("title")

    @property
    def confidence(self) -> Confidence:
        """How sure it is: as its surest change is."""
        return cast(Confidence, self._fields.get("confidence", "high"))

    @property
    def replace(self) -> bool:
        """Whether a change cannot be made in place, so that the resource is replaced for it."""
        return bool(self._fields.get("replace", False))

    @property
    def ownership(self) -> Ownership | None:
        """Who says so and who disagrees, where a map of owners was given."""
        return self._fields.get("ownership")

    @property
    def route(self) -> Route | None:
        """Where it goes: a page, a ticket or a log."""
        return self._fields.get("route")

    @property
    def runbook(self) -> str | None:
        """What to do about it."""
        return cast("str | None", self._fields["runbook"])

    @property
    def moved_from(self) -> str | None:
        """The address that actual still has, where it differs from desired's."""
        return cast("str | None", self._fields["moved_from"])

    @property
    def derived(self) -> int:
        """How many live resources go back to this one."""
        return cast(int, self._fields["derived"])

    @property
    def attribution(self) -> Attribution | None:
        """Who deleted or created it, where it is missing or unmanaged."""
        return self._fields.get("attribution")

    @property
    def changes(self) -> list[Change]:
        """What differs."""
        return list(self._changes)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy by the fields, the changes, and the rule that would leave this out."""
        return (_restore, (type(self), self._fields, self._ignore(), self._changes))

    def __repr__(self) -> str:
        """Name the resource and how it stands."""
        resource = self.resource
        name = f"{resource['type']} {resource['id']}"
        return f"<Finding {self.severity} {self.status} {name!r}, {len(self._changes)} changes>"


class Report(Table):
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
        return cast("dict[str, Any]", loads(self._inner.to_json()))

    @property
    def schema_version(self) -> str:
        """The version of the JSON."""
        return cast(str, self._data["schema_version"])

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
        return cast(Summary, self._data["summary"])

    @cached_property
    def findings(self) -> list[Finding]:
        """Resources that drifted, are missing, unmanaged or moved."""
        native = self._inner

        def finding(at: int, fields: dict[str, Any]) -> Finding:
            changes = [
                Change(change, lambda at=at, n=n: native.ignore_rule(at, n))  # type: ignore[misc]
                for n, change in enumerate(fields["changes"])
            ]
            return Finding(fields, lambda: native.ignore_rule(at, None), changes)

        return [finding(at, fields) for at, fields in enumerate(self._data["findings"])]

    @property
    def causes(self) -> list[SharedCause]:
        """What findings of several resources go back to, those that reach furthest first."""
        return cast("list[SharedCause]", self._data["causes"])

    def _list(self, name: str) -> list[Change]:
        native = self._inner
        return [
            Change(fields, lambda n=n: native.ignore_rule_of(name, n))  # type: ignore[misc]
            for n, fields in enumerate(self._data[name])
        ]

    @cached_property
    def pending(self) -> list[Change]:
        """What desired is ahead with."""
        return self._list("pending")

    @cached_property
    def undeclared(self) -> list[Change]:
        """What is live and not declared."""
        return self._list("undeclared")

    @cached_property
    def suppressed(self) -> list[Change]:
        """What was accepted or tolerated and, in full detail, what rules left out."""
        return self._list("suppressed")

    @cached_property
    def unknown(self) -> list[Change]:
        """What cannot be compared."""
        return self._list("unknown")

    @property
    def not_checked(self) -> list[NotChecked]:
        """Resources that were not checked, and why."""
        return cast("list[NotChecked]", self._data["not_checked"])

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
        return cast("list[RuleUsage]", self._data["rule_usage"])

    @property
    def packs(self) -> dict[str, str]:
        """The packs that the detector knew, each with its version: a digest of what it says."""
        return cast("dict[str, str]", self._data["packs"])

    @property
    def warnings(self) -> list[Warning]:
        """What a reader should know."""
        return cast("list[Warning]", self._data["warnings"])

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
    """A part of a detection: redacted, serialisable, mergeable with others in any order."""

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
        return Partial._of(self._inner.merge(other._inner))

    def __repr__(self) -> str:
        """Say what it is."""
        return "<Partial>"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON."""
        return (Partial.from_json, (self.to_json(),))


def finish(parts: Partial | Iterable[Partial], at: datetime | str | None = None) -> Report:
    """Make the report out of one part, or of several put together."""
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
