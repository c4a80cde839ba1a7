"""Everything about one path of one resource, and what decided about it."""

from __future__ import annotations

from typing import Any, cast

from ._json import loads
from ._types import Disposition, FactNote, ResourceRef


class Explanation:
    """Everything about one path of one resource."""

    __slots__ = ("_fields", "_json", "_text")
    _fields: dict[str, Any]
    _json: str
    _text: str

    def __init__(self) -> None:
        """Refuse: an explanation comes from a report or a detector."""
        raise TypeError("an Explanation comes from Report.explain or Detector.explain")

    @classmethod
    def _of(cls, found: tuple[str, str]) -> Explanation:
        explanation = object.__new__(cls)
        explanation._json, explanation._text = found
        explanation._fields = loads(explanation._json)
        return explanation

    @property
    def resource(self) -> ResourceRef:
        """The resource."""
        return cast(ResourceRef, self._fields["resource"])

    @property
    def path(self) -> str:
        """The path."""
        return cast(str, self._fields["path"])

    @property
    def conclusion(self) -> str:
        """What the path comes to, in one sentence."""
        return cast(str, self._fields["conclusion"])

    @property
    def desired(self) -> Any:
        """The declared value."""
        return self._fields["desired"]

    @property
    def actual(self) -> Any:
        """The live value."""
        return self._fields["actual"]

    @property
    def reference(self) -> Any:
        """What was last applied."""
        return self._fields["reference"]

    @property
    def equality(self) -> str:
        """The equality that holds at the path, and the relations that are tried after it."""
        return cast(str, self._fields["equality"])

    @property
    def held_by(self) -> str | None:
        """The equality or the relation by which both values are the same."""
        return cast("str | None", self._fields["held_by"])

    @property
    def tolerance(self) -> str | None:
        """The tolerance that holds at the path, as rules write it."""
        return cast("str | None", self._fields["tolerance"])

    @property
    def default(self) -> Any:
        """The value that absence stands for at the path."""
        return self._fields["default"]

    @property
    def baseline(self) -> bool:
        """Whether ``reference`` is what a baseline holds."""
        return cast(bool, self._fields["baseline"])

    @property
    def disposition(self) -> Disposition | None:
        """What the difference at the path amounts to; ``None`` where nothing differs."""
        return cast("Disposition | None", self._fields["disposition"])

    @property
    def rule(self) -> str | None:
        """The rule that decided that, if one did."""
        return cast("str | None", self._fields["rule"])

    @property
    def written(self) -> list[str | None]:
        """Numbers as they were written, where their canonical text is another."""
        return cast("list[str | None]", self._fields["written"])

    @property
    def canonical(self) -> list[str | None]:
        """What the declared and the live value mean under the equality."""
        return cast("list[str | None]", self._fields["canonical"])

    @property
    def secret(self) -> bool:
        """Whether the value must not be shown."""
        return cast(bool, self._fields["secret"])

    @property
    def facts(self) -> list[FactNote]:
        """The facts at the path, and which of them won."""
        return cast("list[FactNote]", self._fields["facts"])

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The differences at the path, below it, or above it where they take it in."""
        return cast("list[dict[str, Any]]", self._fields["changes"])

    def to_dict(self) -> dict[str, Any]:
        """Give all fields."""
        return cast("dict[str, Any]", loads(self._json))

    def to_json(self) -> str:
        """Write the explanation as JSON."""
        return self._json

    def __eq__(self, other: object) -> bool:
        """Compare by the bytes of the JSON."""
        return isinstance(other, Explanation) and self._json == other._json

    def __hash__(self) -> int:
        """Go by the JSON."""
        return hash(self._json)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON and the text."""
        return (Explanation._of, ((self._json, self._text),))

    def __str__(self) -> str:
        """Write the explanation for a person."""
        return self._text

    def __repr__(self) -> str:
        """Name the path."""
        return f"<Explanation of {self.path!r}>"
