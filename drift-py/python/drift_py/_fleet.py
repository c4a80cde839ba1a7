"""Many snapshots held against each other, tag policies, and readiness."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, TypedDict, TypeVar, Union, cast

from . import _native
from ._inputs import text_in
from ._json import loads
from ._types import Reason, ResourceRef, RuleUsage, Warning

#: A tag policy: a path, YAML or JSON text, ``{version, tags}``, or the list of entries alone.
TagsSource = Union[str, "os.PathLike[str]", Mapping[str, Any], Sequence[Mapping[str, Any]]]

#: What each snapshot calls its own: by snapshot and name a text or a list of texts.
Substitutions = Mapping[str, Mapping[str, str | int | Sequence[str | int]]]

ParityVerdict = Literal["alike", "partial", "different"]
ParityCell = Literal["alike", "outlier", "differs", "absent", "not_checked"]
CheckStatus = Literal["ok", "not_checked", "warn", "fail"]


def tags_of(given: TagsSource | None) -> object:
    """Read a tag policy's file, and keep its name for errors."""
    if isinstance(given, os.PathLike):
        path = Path(given)
        return {"file": path.as_posix(), "text": text_in(path)}
    return given


class _Required(TypedDict):
    reason: str


class Allow(_Required, total=False):
    """A difference that may be: where, in which snapshots, whose decision, until when."""

    path: str
    provider: str
    type: str
    id: str
    snapshots: list[str]
    owner: str
    expires: str


class ParityGroup(TypedDict):
    """Snapshots that have the same at a path."""

    present: bool
    #: None where nothing is there, and for a resource as a whole.
    value: Any
    snapshots: list[str]
    #: Whether it is that of the baseline, or of more than half.
    usual: bool


class Allowed(TypedDict):
    """Why a difference may be."""

    reason: str
    owner: str | None
    until: str | None


class ParityRow(TypedDict):
    """One path of a resource in all snapshots; the empty path is the resource itself."""

    path: str
    steps: list[dict[str, Any]]
    groups: list[ParityGroup]
    outliers: list[str]
    #: Whether no group has more than half of the snapshots.
    tie: bool
    allowed: Allowed | None


class ParityResource(TypedDict):
    """One resource in all snapshots."""

    resource: ResourceRef
    snapshots: dict[str, ParityCell]
    compared: int
    rows: list[ParityRow]


class MemberCounts(TypedDict):
    """One snapshot among the others."""

    name: str
    resources: int
    absent: int
    not_checked: int
    outliers: int
    score: float | None


class Unheld(TypedDict):
    """A resource of which a snapshot could not tell."""

    resource: ResourceRef
    snapshot: str
    reason: Reason
    detail: str | None


class Allowance(TypedDict):
    """What may differ, and how often it did."""

    path: str | None
    provider: str | None
    type: str | None
    id: str | None
    snapshots: list[str]
    reason: str
    owner: str | None
    expires: str | None
    expired: bool
    used: int


class ParitySummary(TypedDict):
    """Counts of everything."""

    resources: dict[str, int]
    paths: dict[str, int]
    #: 1 where all are alike; None where nothing was compared.
    score: float | None


class Check(TypedDict):
    """One check of what is missing."""

    id: str
    status: CheckStatus
    message: str
    help: str | None
    items: list[str]


class Objectives(TypedDict, total=False):
    """What an estate ought to reach: ratios from 0 to 1, and ages such as ``"15m"``."""

    coverage: float
    iac: float
    owned: float
    tags: float
    max_age: str
    max_baseline_age: str


class _Native(Protocol):
    """What the native half of an answer can do."""

    def to_json(self) -> str: ...
    def to_text(self, color: bool) -> str: ...
    def to_markdown(self) -> str: ...


_N = TypeVar("_N", bound=_Native)
_A = TypeVar("_A", bound="_Answer[Any]")


class _Answer(Generic[_N]):
    """An answer of the engine: JSON, texts for people, and its fields when somebody asks."""

    #: The class of the native half, which reads the JSON.
    _half: ClassVar[Any]
    #: What it comes from.
    _origin: ClassVar[str]
    _inner: _N

    def __init__(self) -> None:
        """Refuse: an answer comes from a question or from JSON."""
        raise TypeError(self._origin)

    @classmethod
    def _of(cls: type[_A], native: Any) -> _A:
        answer = object.__new__(cls)
        answer._inner = native
        return answer

    @classmethod
    def from_json(cls: type[_A], text: str) -> _A:
        """Read what ``to_json`` has written."""
        return cls._of(cls._half.from_json(text))

    def to_json(self) -> str:
        """Write the answer as JSON, the same bytes in every language."""
        return self._inner.to_json()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON as Python objects, numbers without rounding."""
        return cast("dict[str, Any]", loads(self.to_json()))

    def to_text(self, color: bool = False) -> str:
        """Write the answer for a terminal or a log."""
        return self._inner.to_text(color)

    def to_markdown(self) -> str:
        """Write the answer for a pull request."""
        return self._inner.to_markdown()

    @cached_property
    def _data(self) -> dict[str, Any]:
        return self.to_dict()

    def __eq__(self, other: object) -> bool:
        """Compare by the bytes of the JSON."""
        return isinstance(other, type(self)) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        """Go by the JSON."""
        return hash(self.to_json())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy by the JSON."""
        return (type(self).from_json, (self.to_json(),))

    def __str__(self) -> str:
        """Write the answer for a terminal."""
        return self.to_text()


class Parity(_Answer[_native.Parity]):
    """Many snapshots held against each other; from ``compare_many``, or from JSON.

    >>> from drift_py import compare_many
    >>> flag = lambda on: [{"type": "flag", "id": "beta", "attributes": {"on": on}}]
    >>> parity = compare_many({"a": flag(True), "b": flag(True), "c": flag(False)})
    >>> parity.resources[0]["rows"][0]["outliers"]
    ['c']
    """

    _half = _native.Parity
    _origin = "a Parity comes from compare_many or from Parity.from_json"

    def exit_code(self) -> int:
        """Give the verdict as the exit code of a process: 0 alike, 1 different, 3 partial."""
        return self._inner.exit_code()

    @property
    def verdict(self) -> ParityVerdict:
        """What it comes to."""
        return cast(ParityVerdict, self._data["verdict"])

    @property
    def partial(self) -> bool:
        """Whether something that ought to be comparable was not."""
        return cast(bool, self._data["partial"])

    @property
    def compared_at(self) -> str:
        """When it was made."""
        return cast(str, self._data["compared_at"])

    @property
    def baseline(self) -> str | None:
        """The snapshot that the others were held against; None where that is what most have."""
        return cast("str | None", self._data["baseline"])

    @property
    def varying(self) -> list[str]:
        """The fields of the scope in which the snapshots differ."""
        return cast("list[str]", self._data["varying"])

    @property
    def summary(self) -> ParitySummary:
        """Counts of everything."""
        return cast(ParitySummary, self._data["summary"])

    @property
    def score(self) -> float | None:
        """The part of the compared paths that do not differ, or may."""
        return self.summary["score"]

    @property
    def snapshots(self) -> list[MemberCounts]:
        """The snapshots, by name."""
        return cast("list[MemberCounts]", self._data["snapshots"])

    @property
    def resources(self) -> list[ParityResource]:
        """Resources of which something differs; with ``detail="full"`` all of them."""
        return cast("list[ParityResource]", self._data["resources"])

    @property
    def not_checked(self) -> list[Unheld]:
        """What of a snapshot could not be held against the others."""
        return cast("list[Unheld]", self._data["not_checked"])

    @property
    def allowances(self) -> list[Allowance]:
        """What may differ, and how often it did."""
        return cast("list[Allowance]", self._data["allowances"])

    @property
    def rule_usage(self) -> list[RuleUsage]:
        """What rules did."""
        return cast("list[RuleUsage]", self._data["rule_usage"])

    @property
    def warnings(self) -> list[Warning]:
        """What a reader should know."""
        return cast("list[Warning]", self._data["warnings"])

    def __repr__(self) -> str:
        """Say what it comes to."""
        return f"<Parity {self.verdict}, {len(self.snapshots)} snapshots>"


class Readiness(_Answer[_native.Readiness]):
    """What is missing before an estate is ready; from ``doctor``, or from JSON."""

    _half = _native.Readiness
    _origin = "a Readiness comes from doctor or from Readiness.from_json"

    def exit_code(self, strict: bool = False) -> int:
        """Give 1 where a check fails, else 0; where it is strict, for all that is not ok."""
        return self._inner.exit_code(strict)

    @property
    def ready(self) -> bool:
        """Whether no check fails."""
        return cast(bool, self._data["ready"])

    @property
    def status(self) -> CheckStatus:
        """That of the worst check."""
        return cast(CheckStatus, self._data["status"])

    @property
    def checked_at(self) -> str:
        """When it was checked."""
        return cast(str, self._data["checked_at"])

    @property
    def counts(self) -> dict[str, int]:
        """How many checks came out how."""
        return cast("dict[str, int]", self._data["counts"])

    @property
    def checks(self) -> list[Check]:
        """The checks, in their order."""
        return cast("list[Check]", self._data["checks"])

    def __repr__(self) -> str:
        """Say what it comes to."""
        return f"<Readiness {self.status}, {len(self.checks)} checks>"
