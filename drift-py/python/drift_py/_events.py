"""Who changed what and when, as audit logs tell it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from . import _native
from ._check import must_be
from ._error import DriftError
from ._hints import hinted, placed, refuse
from ._inputs import (
    content_of,
    documents_of,
    files_of,
    is_open,
    is_table,
    name_in,
    name_of,
    rows,
)
from ._snapshot import options_of
from ._types import DuplicateKeys, Limits, Source
from ._who import ChangeEvent, EventFormat


class Events:
    """Events of any audit logs, in any order.

    >>> log = '''{"time": "2026-01-01T10:00:00Z", "actor": {"name": "alice", "kind": "person"},
    ...          "action": "update", "resources": [{"type": "queue", "id": "jobs"}]}'''
    >>> Events.parse(log)
    <Events: 1>
    """

    __slots__ = ("_inner",)
    _inner: _native.Events

    def __init__(self) -> None:
        """Refuse: events come from ``parse``."""
        raise TypeError("Events come from Events.parse")

    @classmethod
    def _of(cls, native: _native.Events) -> Events:
        events = object.__new__(cls)
        events._inner = native
        return events

    @classmethod
    def parse(
        cls,
        source: EventsSource,
        *,
        format: EventFormat | str = "auto",
        scope: Mapping[str, str] | None = None,
        name: str | None = None,
        duplicate_keys: DuplicateKeys = "error",
        limits: Limits | None = None,
    ) -> Events:
        """Read a log, or several: whatever ``Snapshot.parse`` takes, and lists of these.

        JSON and NDJSON are read, single records, lists, and the envelopes that logs come in. What
        only reads, and what has failed, is left out. A list of records is a log; of any other list,
        of a generator, a folder, a pattern and the rows of a table each is one. ``scope`` says
        where the log was taken, where its events do not: the cluster of a Kubernetes log.
        """
        options = options_of(
            format=format, scope=scope, name=name, duplicate_keys=duplicate_keys, limits=limits
        )
        return cls._of(_read(source, options))

    def merge(self, *others: Events) -> Events:
        """Put logs together; what two of them tell counts once."""
        natives = [must_be(one, Events, "merge()")._inner for one in others]
        return Events._of(_native.Events.merge([self._inner, *natives]))

    def to_json(self) -> str:
        """Write the events as a JSON list, without what their requests held."""
        return self._inner.to_json()

    def to_list(self) -> list[ChangeEvent]:
        """Give the events, by time."""
        return cast("list[ChangeEvent]", json.loads(self.to_json()))

    def __len__(self) -> int:
        """How many events there are that change something."""
        return len(self._inner)

    def __bool__(self) -> bool:
        """Be true, with or without events."""
        return True

    def __copy__(self) -> Events:
        """Give itself: events do not change."""
        return self

    def __deepcopy__(self, memo: object) -> Events:
        """Give itself: events do not change."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse: the JSON leaves out what requests held, and cannot be read again."""
        raise TypeError(
            "Events cannot be pickled: pass the logs, and parse them where they are needed"
        )

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"<Events: {len(self)}>"


#: What tells who changed what: events, a log, or a list of these.
EventsSource = Events | Source | Iterable[Events | Source]


def events_of(given: EventsSource | None, limits: Limits) -> _native.Events | None:
    """Read what was given as events."""
    return None if given is None else _read(given, {"limits": limits})


def _read(source: Any, options: dict[str, object]) -> _native.Events:
    """Read a log, or several."""
    if isinstance(source, Events):
        return source._inner
    refuse(source)
    if isinstance(source, os.PathLike):
        return _of_path(Path(source), options)
    if is_open(source):
        options = {**options_of(name=name_in(source)), **options}
        name = cast("str | None", options.get("name"))
        return _native.Events.parse(content_of(source, name), options)
    if is_table(source):
        return _merged(rows(source, None), options, "row")
    logs = _logs(source)
    if logs is not None:
        return _merged(logs, options, "log")
    try:
        return _native.Events.parse(source, options)
    except DriftError as error:
        raise hinted(error, source) from None


def _of_path(path: Path, options: dict[str, object]) -> _native.Events:
    files = files_of(path)
    if files is None:
        files = [(name_of(path), path.read_bytes())]
    elif not files:
        raise DriftError("DRIFT_NO_RESOURCES", f"there are no logs in `{name_of(path)}`")
    else:
        options = {key: value for key, value in options.items() if key != "name"}
    logs = [_native.Events.parse(text, {"name": name, **options}) for name, text in files]
    return _native.Events.merge(logs) if len(logs) > 1 else logs[0]


def _logs(source: Any) -> Iterable[Any] | None:
    """Give the logs of what is several; a list of records is one."""
    if not isinstance(source, Sequence) or isinstance(source, (str, bytes, bytearray, memoryview)):
        return documents_of(source)
    return None if all(isinstance(one, Mapping) for one in source) else source


def _merged(logs: Iterable[Any], options: dict[str, object], word: str) -> _native.Events:
    """Read logs one after the other; errors count them as ``word``."""
    read = []
    for place, log in enumerate(logs, 1):
        try:
            read.append(_read(log, options))
        except (DriftError, TypeError, ValueError) as error:
            raise placed(error, f"{word} {place}") from None
    return _native.Events.merge(read)
