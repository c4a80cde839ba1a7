"""Both sides of a finding's resource as texts."""

from __future__ import annotations

from typing import Any, TypedDict, cast

from ._json import loads
from ._types import Disposition, Kind, ResourceRef, Severity, Status


class ViewText(TypedDict):
    """The text of one side."""

    #: JSON with one value a line, keys, sets and keyed lists sorted, secrets redacted.
    text: str
    #: The line on which each value starts, from 1, by its JSON Pointer into the text.
    lines: dict[str, int]


class Span(TypedDict):
    """Lines of a text."""

    #: The first, from 1.
    line: int
    #: How many.
    lines: int


class Hunk(TypedDict):
    """Where a difference stands in both texts."""

    #: The change's; the finding's, where the resource stands on one side alone.
    fingerprint: str
    #: Empty for the resource as a whole.
    path: str
    kind: Kind
    disposition: Disposition | None
    severity: Severity
    desired: Span | None
    actual: Span | None


class DiffView:
    """Both sides of a finding's resource, which differ where the engine says that they do.

    Where both sides mean the same both texts have desired's spelling. What nobody declares, and
    what rules leave out, stands in neither, and is counted in ``left_out``.
    """

    __slots__ = ("_fields", "_json")
    _fields: dict[str, Any]
    _json: str

    def __init__(self) -> None:
        """Refuse: a view comes from a report."""
        raise TypeError("a DiffView comes from Report.diff_view")

    @classmethod
    def _of(cls, json: str) -> DiffView:
        view = object.__new__(cls)
        view._json, view._fields = json, loads(json)
        return view

    @property
    def fingerprint(self) -> str:
        """The fingerprint that was asked for."""
        return cast(str, self._fields["fingerprint"])

    @property
    def status(self) -> Status:
        """How the resource stands."""
        return cast(Status, self._fields["status"])

    @property
    def resource(self) -> ResourceRef:
        """The resource."""
        return cast(ResourceRef, self._fields["resource"])

    @property
    def desired(self) -> ViewText | None:
        """What is declared."""
        return cast("ViewText | None", self._fields["desired"])

    @property
    def actual(self) -> ViewText | None:
        """What is live."""
        return cast("ViewText | None", self._fields["actual"])

    @property
    def reference(self) -> ViewText | None:
        """What was last applied, as it is written there."""
        return cast("ViewText | None", self._fields["reference"])

    @property
    def hunks(self) -> list[Hunk]:
        """Where the differences stand, by line."""
        return cast("list[Hunk]", self._fields["hunks"])

    @property
    def unified(self) -> str:
        """The unified diff of both texts; empty where they are the same."""
        return cast(str, self._fields["unified"])

    @property
    def left_out(self) -> dict[str, int]:
        """How many differences stand in neither text, by disposition."""
        return cast("dict[str, int]", self._fields["left_out"])

    def to_dict(self) -> dict[str, Any]:
        """Give all fields."""
        return cast("dict[str, Any]", loads(self._json))

    def to_json(self) -> str:
        """Write the view as JSON."""
        return self._json

    def __eq__(self, other: object) -> bool:
        """Compare by the bytes of the JSON."""
        return isinstance(other, DiffView) and self._json == other._json

    def __hash__(self) -> int:
        """Go by the JSON."""
        return hash(self._json)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON."""
        return (DiffView._of, (self._json,))

    def __str__(self) -> str:
        """Give the unified diff."""
        return self.unified

    def __repr__(self) -> str:
        """Name the resource."""
        resource = self.resource
        name = f"{resource['type']} {resource['id']}"
        return f"<DiffView of {name!r}, {len(self.hunks)} differences>"
