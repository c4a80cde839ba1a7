"""Policies: code that says what must not be, with or without drift."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Union, cast

from . import _native
from ._error import DriftError
from ._inputs import matching, name_of, text_in, walk
from ._json import loads
from ._policy_types import DryRun, PolicyTests
from ._snapshot import Snapshot, limits_of, snapshot_of
from ._time import at_text
from ._types import Source, Text


class Policies:
    """Policies in Rego, read once.

    >>> policies = Policies.parse('''
    ... package buckets
    ... deny contains "the bucket is public" if input.acl == "public-read"
    ... ''')
    >>> policies.ids
    ['buckets']
    """

    __slots__ = ("_inner",)
    _inner: _native.Policies

    def __init__(self) -> None:
        """Refuse: policies come from ``parse``."""
        raise TypeError("Policies come from Policies.parse")

    @classmethod
    def parse(cls, source: Text) -> Policies:
        """Read a policy file or Rego: text, a file by its path, a folder of modules, or an object.

        Files that a policy file names by ``file`` are read beside it. Of a folder, or of what a
        pattern matches (``Path("policies/*.rego")``), the modules are read (``*.rego`` but for
        ``*_test.rego``), as with conftest; where there are none, that is an error.
        """
        policies = object.__new__(cls)
        if isinstance(source, os.PathLike):
            policies._inner = _of_path(Path(source))
        elif isinstance(source, str):
            policies._inner = _native.Policies.from_text(source, None, {})
        else:
            policies._inner = _native.Policies.from_object(source)
        return policies

    @property
    def ids(self) -> list[str]:
        """The ids of the policies, in their order."""
        return self._inner.ids()

    def test(self, cases: Text, *, at: datetime | str | None = None) -> PolicyTests:
        """Tell whether the policies say what the cases of a file expect.

        >>> policies = Policies.parse('package p\\ndeny contains "public" if input.acl == 1')
        >>> policies.test([{"name": "a", "input": {"acl": 1}, "expect": []}])["failed"]
        1
        """
        return test(self._detector(), cases, at)

    def dry_run(
        self, snapshots: Iterable[Snapshot | Source], *, at: datetime | str | None = None
    ) -> DryRun:
        """Tell what the policies would have said of live snapshots, say those of the last month.

        Reports do not keep documents, so they cannot be asked. ``at`` stands in for the time of a
        snapshot that does not say when it was taken.

        >>> policies = Policies.parse('package p\\ndeny contains "public" if input.acl == 1')
        >>> live = [{"type": "bucket", "id": "a", "attributes": {"acl": 1}}]
        >>> policies.dry_run([live, live])["policies"][0]["fired"]
        2
        """
        return dry_run(self._detector(), snapshots, at)

    def _detector(self) -> _native.Detector:
        return _native.Detector([], [self._inner], {})

    @classmethod
    def _again(cls, text: str | None, file: str | None, files: dict[str, str]) -> Policies:
        policies = object.__new__(cls)
        policies._inner = _native.Policies.from_text(text, file, files)
        return policies

    def __copy__(self) -> Policies:
        """Give itself: policies do not change."""
        return self

    def __deepcopy__(self, memo: object) -> Policies:
        """Give itself: policies do not change."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the texts that they were read from."""
        return type(self)._again, self._inner.source()

    def __len__(self) -> int:
        """How many policies there are."""
        return len(self._inner.ids())

    def __repr__(self) -> str:
        """Name the policies."""
        return f"<Policies: {', '.join(self._inner.ids())}>"


def _of_path(path: Path) -> _native.Policies:
    if path.is_dir():
        found = [Path(place, name) for place, _, names in walk(path) for name in names]
        return _of_modules({file.relative_to(path).as_posix(): file for file in found}, path)
    matches = matching(path)
    if matches is not None:
        return _of_modules({file.as_posix(): file for file in matches}, path)
    text, file = text_in(path), name_of(path)
    named: list[str] = []
    if path.suffix != ".rego":
        # What is wrong with it is told below, with the name of the file.
        with contextlib.suppress(DriftError):
            named = _native.policy_files(text)
    files = {name: text_in(path.parent / name) for name in named}
    return _native.Policies.from_text(text, file, files)


def _of_modules(found: dict[str, Path], place: Path) -> _native.Policies:
    """Read modules; where there are none, nothing would be forbidden, and nobody told."""
    modules = {name: text_in(file) for name, file in found.items() if name.endswith(".rego")}
    if all(name.endswith("_test.rego") for name in modules):
        message = f"there is no `.rego` file in `{name_of(place)}`"
        if modules:
            message += " but for tests"
        help = "modules are files named `*.rego`; a policy file of YAML or JSON is passed by itself"
        raise DriftError("DRIFT_POLICY", message, help=help)
    return _native.Policies.from_text(None, None, modules)


def test(detector: _native.Detector, cases: Text, at: datetime | str | None) -> PolicyTests:
    """Run the cases of a file over the policies of a detector."""
    file = None
    if isinstance(cases, os.PathLike):
        file = name_of(Path(cases))
        text = text_in(Path(cases))
    else:
        text = cases if isinstance(cases, str) else _native.to_json(cases)
    return cast("PolicyTests", loads(_native.test_policies(detector, text, file, at_text(at))))


def dry_run(
    detector: _native.Detector,
    snapshots: Iterable[Snapshot | Source],
    at: datetime | str | None,
) -> DryRun:
    """Ask the policies of a detector about snapshots."""
    limits = limits_of(detector)
    read = [snapshot_of(snapshot, limits)._inner for snapshot in snapshots]
    return cast("DryRun", loads(_native.dry_run(detector, read, at_text(at))))


#: One source of policies.
PoliciesSource = Union[Policies, str, "os.PathLike[str]", Mapping[str, object]]


def policies_of(
    given: PoliciesSource | Iterable[PoliciesSource] | None,
) -> list[_native.Policies]:
    """Read what stands for policies."""
    if given is None:
        return []
    if isinstance(given, (Policies, str, os.PathLike, Mapping)):
        given = [cast("PoliciesSource", given)]
    if not isinstance(given, Iterable) or isinstance(given, (bytes, bytearray)):
        found = type(given).__name__
        raise TypeError(
            f"policies are text, a path, an object, Policies, or a list of these, not {found}"
        )
    sources = list(given)
    # A list of single policies is what a policy file may hold as well.
    if sources and all(isinstance(one, Mapping) and "policies" not in one for one in sources):
        return [Policies.parse(sources)._inner]
    return [(one if isinstance(one, Policies) else Policies.parse(one))._inner for one in sources]
