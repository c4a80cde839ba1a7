"""What else compares JSON in Python, on the pairs of an estate.

Each peer gets the pairs put together beforehand, parsed where it takes objects; only its own work
is on the clock. ``best`` is with its own rules and list options set as well as they allow.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import deepdiff
import deepdiff_rs
import dictdiffer
import jsonpatch


@dataclass
class Peer:
    """What a peer took and found."""

    name: str
    ms: float = 0.0
    flagged: set[str] = field(default_factory=set)


class Estate:
    """The resources that both sides hold, by their keys."""

    def __init__(
        self, desired: bytes, actual: bytes, stripped: bytes, known: dict[str, Any]
    ) -> None:
        """Put the pairs together."""
        self.known = known
        sides = [_by_key(one) for one in (desired, actual, stripped)]
        self._keys = [key for key in sides[0] if key in sides[1]]
        self._sides = sides

    def raw(self) -> Iterator[tuple[str, Any, Any]]:
        """Give the pairs as they are."""
        return self._pairs(1, json.loads)

    def stripped(self) -> Iterator[tuple[str, Any, Any]]:
        """Give the pairs without the server's noise, which a user would have to take away."""
        return self._pairs(2, json.loads)

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Give the stripped pairs as JSON text."""
        return self._pairs(2, bytes.decode)

    def _pairs(self, side: int, read: Callable[[bytes], Any]) -> Iterator[tuple[str, Any, Any]]:
        for key in self._keys:
            yield key, read(self._sides[0][key]), read(self._sides[side][key])


def _by_key(data: bytes) -> dict[str, bytes]:
    found = {}
    for line in data.splitlines():
        one = json.loads(line)
        if "metadata" in one:
            meta = one["metadata"]
            found[f"{one['kind']}/{meta['namespace']}/{meta['name']}"] = line
        else:
            found[f"{one['type']}/{one['id']}"] = line
    return found


def _run(
    name: str, pairs: Iterator[tuple[str, Any, Any]], differs: Callable[[Any, Any], bool]
) -> Peer:
    peer = Peer(name)
    for key, desired, actual in pairs:
        start = time.perf_counter()
        found = differs(desired, actual)
        peer.ms += (time.perf_counter() - start) * 1e3
        if found:
            peer.flagged.add(key)
    return peer


def measure(estate: Estate) -> Iterator[Peer]:
    """Run each peer once over all pairs."""
    pointers: list[str] = estate.known["ignore"]
    noise = [re.compile(_of_deepdiff(one)) for one in pointers]
    yield _run(
        "deepdiff best",
        estate.raw(),
        lambda a, b: bool(deepdiff.DeepDiff(a, b, ignore_order=True, exclude_regex_paths=noise)),
    )
    yield _run(
        "deepdiff-rs best, JSON text",
        estate.texts(),
        lambda a, b: deepdiff_rs.diff_json(a, b, ignore_order=True) != "{}",
    )
    yield _run(
        "deepdiff-rs best, dicts",
        estate.stripped(),
        lambda a, b: bool(deepdiff_rs.DeepDiff(a, b, ignore_order=True)),
    )
    # It knows no wildcards.
    plain = {one[1:].replace("/", ".") for one in pointers if "*" not in one}
    yield _run(
        "dictdiffer best",
        estate.raw(),
        lambda a, b: any(True for _ in [*dictdiffer.diff(a, b, ignore=plain)]),
    )
    yield _run(
        "jsonpatch, stripped",
        estate.stripped(),
        lambda a, b: bool(jsonpatch.make_patch(a, b).patch),
    )


def _of_deepdiff(pointer: str) -> str:
    steps = (
        r"\[\d+\]" if one == "*" else rf"\['{re.escape(one)}'\]" for one in pointer.split("/")[1:]
    )
    return f"^root{''.join(steps)}"
