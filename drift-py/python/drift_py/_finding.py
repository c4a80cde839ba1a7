"""A finding of a report, and its changes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, cast

from ._types import (
    Accepted,
    Confidence,
    Disposition,
    Kind,
    Priority,
    ResourceRef,
    Severity,
    Status,
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
        self,
        fields: dict[str, Any],
        ignore: Callable[[], str | None],
        changes: list[Change] | Callable[[dict[str, Any]], list[Change]],
    ) -> None:
        """Wrap a finding, and its changes or what makes them of its fields."""
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
    def digest(self) -> str | None:
        """Binds an acceptance to a resource as it stands: missing, moved or unmanaged."""
        return self._fields.get("digest")

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
        return list(self._made())

    def _made(self) -> list[Change]:
        if not isinstance(self._changes, list):
            self._changes = self._changes(self._fields)
        return self._changes

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy by the fields, the changes, and the rule that would leave this out."""
        return (_restore, (type(self), self._fields, self._ignore(), self._made()))

    def __repr__(self) -> str:
        """Name the resource and how it stands."""
        resource = self.resource
        name = f"{resource['type']} {resource['id']}"
        count = len(self._fields["changes"])
        return f"<Finding {self.severity} {self.status} {name!r}, {count} changes>"
