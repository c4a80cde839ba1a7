"""Findings page by page, and both sides of one as texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, cast

from ._json import loads
from ._snapshot import options_of
from ._types import Disposition, Kind, ResourceRef, Severity, Status

if TYPE_CHECKING:
    from . import _native
    from ._report import Finding


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


class FindingPage(NamedTuple):
    """A page of findings, in the order of the report."""

    #: The findings of this page.
    items: list[Finding]
    #: How many there are on all pages.
    total: int
    #: What to ask for the next page with; ``None`` on the last one.
    cursor: str | None


def _several(given: str | Sequence[str] | None) -> str | list[str] | None:
    return given if given is None or isinstance(given, str) else list(given)


class Asked:
    """What a report is asked for."""

    _inner: _native.Report
    findings: Any

    def diff_view(
        self, fingerprint: str, *, max_bytes: int | None = None, context: int | None = None
    ) -> DiffView:
        """Show both sides of the resource of a finding or a change, from the documents.

        ``max_bytes`` is the most that the text of one side may take, 4 MiB where it is ``None``;
        ``context`` is how many lines stand around a difference in the unified diff, 3.

        >>> from drift_py import detect
        >>> side = lambda size: [{"type": "t", "id": "a", "attributes": {"n": "x", "size": size}}]
        >>> report = detect(side(1), side(2))
        >>> view = report.diff_view(report.findings[0].fingerprint)
        >>> view.actual["lines"]["/size"], view.hunks[0]["path"]
        (3, 'size')
        """
        options = options_of(max_bytes=max_bytes, context=context)
        return DiffView._of(self._inner.diff_view(fingerprint, options))

    def query(
        self,
        *,
        severity: str | None = None,
        category: str | Sequence[str] | None = None,
        owner: str | Sequence[str] | None = None,
        status: Status | Sequence[Status] | None = None,
        type: str | Sequence[str] | None = None,
        layer: str | Sequence[str] | None = None,
        path: str | Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> FindingPage:
        """Give some of the findings, page by page, in the order of the report.

        ``severity`` is one, or a bound: ``">=high"``. Of the others each is one or a list:
        ``owner`` is ``""`` for what is nobody's, ``type`` and ``path`` are globs. A page holds 100
        where ``limit`` is ``None``; the next one is asked for with the ``cursor`` of this one,
        which holds for the same report and the same question.

        >>> from drift_py import detect
        >>> side = lambda size: [{"type": "t", "id": "a", "attributes": {"size": size}}]
        >>> page = detect(side(1), side(2)).query(severity=">=medium", type=["t*", "u"])
        >>> page.total, page.items[0].severity, page.cursor
        (1, 'medium', None)
        """
        asked = {
            "severity": severity,
            "category": _several(category),
            "owner": _several(owner),
            "status": _several(status),
            "type": _several(type),
            "layer": _several(layer),
            "path": _several(path),
            "limit": limit,
            "cursor": cursor,
        }
        page = loads(self._inner.query(options_of(**asked)))
        items = [self.findings[place] for place in page["places"]]
        return FindingPage(items, page["total"], page["cursor"])
