"""Who changed what and when, as audit logs tell it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from . import _native
from ._inputs import name_of
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
        source: Source,
        *,
        format: EventFormat | str = "auto",
        scope: Mapping[str, str] | None = None,
        name: str | None = None,
        duplicate_keys: DuplicateKeys = "error",
        limits: Limits | None = None,
    ) -> Events:
        """Read a log: text or bytes, a file by its path, or the parsed content.

        JSON and NDJSON are read, single records, lists, and the envelopes that logs come in. What
        only reads, and what has failed, is left out. ``scope`` says where the log was taken, where
        its events do not: the cluster of a Kubernetes log.
        """
        options = options_of(
            format=format, scope=scope, name=name, duplicate_keys=duplicate_keys, limits=limits
        )
        if isinstance(source, os.PathLike):
            path = Path(source)
            options.setdefault("name", name_of(path))
            return cls._of(_native.Events.parse(path.read_bytes(), options))
        return cls._of(_native.Events.parse(source, options))

    def merge(self, *others: Events) -> Events:
        """Put logs together; what two of them tell counts once."""
        return Events._of(_native.Events.merge([self._inner, *(one._inner for one in others)]))

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

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"<Events: {len(self)}>"


#: What tells who changed what: events, a log, or a list of these.
EventsSource = Events | Source | Iterable[Events | Source]


def events_of(given: EventsSource | None, limits: Limits) -> _native.Events | None:
    """Read what was given as events."""
    if given is None:
        return None
    if isinstance(given, Events):
        return given._inner
    if isinstance(given, (str, bytes, bytearray, memoryview, os.PathLike, Mapping)):
        return Events.parse(given, limits=limits)._inner
    sources = list(cast("Iterable[Events | Source]", given))
    # A list of records is a log.
    if all(isinstance(one, Mapping) for one in sources):
        return Events.parse(sources, limits=limits)._inner
    parsed = (
        one if isinstance(one, Events) else Events.parse(one, limits=limits) for one in sources
    )
    natives = [one._inner for one in parsed]
    return _native.Events.merge(natives)
