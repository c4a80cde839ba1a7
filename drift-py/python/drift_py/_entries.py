"""The lists of a report, whose entries are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from . import _native
from ._json import loads

#: As many entries are made at once where they are read one after the other; the last of these are
#: kept, so that a list that is no longer than this is made once.
CHUNK = 256
#: As many are shown by ``repr`` at each end of a long list.
SHOWN = 3

E = TypeVar("E")


class Entries(Sequence[E], Generic[E]):
    """A list that cannot be changed: nothing of it is made before it is asked for.

    It equals a list of the same entries, its slices are of its kind, and it is pickled as a list.
    """

    __slots__ = ("_kept", "_make", "_name", "_native", "_places")

    def __init__(
        self,
        native: _native.Report,
        name: str,
        make: Callable[[int, dict[str, Any]], E],
        places: range | None = None,
    ) -> None:
        """Name the list, what makes an entry of its place and its fields, and which are meant."""
        self._native = native
        self._name = name
        self._make = make
        self._places = range(native.length(name)) if places is None else places
        #: Where the last chunk starts, and its entries.
        self._kept: tuple[int, list[E]] | None = None

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> E: ...
    @overload
    def __getitem__(self, at: slice) -> Entries[E]: ...
    def __getitem__(self, at: int | slice) -> E | Entries[E]:
        """Make an entry, or name some of them."""
        if isinstance(at, slice):
            return Entries(self._native, self._name, self._make, self._places[at])
        try:
            at = range(len(self))[at]
        except IndexError:
            raise IndexError("list index out of range") from None
        kept = self._kept
        if kept is not None and 0 <= at - kept[0] < len(kept[1]):
            return kept[1][at - kept[0]]
        if len(self) <= CHUNK:
            return self._chunk(0)[at]
        return self._made(at, at + 1)[0]

    def __iter__(self) -> Iterator[E]:
        """Make one entry after the other."""
        for start in range(0, len(self), CHUNK):
            yield from self._chunk(start)

    def __reversed__(self) -> Iterator[E]:
        """Make one entry after the other, from the last one on."""
        return iter(self[::-1])

    def _chunk(self, start: int) -> list[E]:
        kept = self._kept
        if kept is None or kept[0] != start:
            kept = (start, self._made(start, min(start + CHUNK, len(self))))
            self._kept = kept
        return kept[1]

    def _made(self, start: int, end: int) -> list[E]:
        places = self._places[start:end]
        if abs(places.step) == 1:
            first, last = min(places[0], places[-1]), max(places[0], places[-1])
            found: list[dict[str, Any]] = loads(self._native.entries(self._name, first, last + 1))
            made = [self._make(first + n, fields) for n, fields in enumerate(found)]
            return made if places.step > 0 else made[::-1]
        return [
            self._make(place, fields)
            for place in places
            for fields in loads(self._native.entries(self._name, place, place + 1))
        ]

    def __eq__(self, other: object) -> bool:
        """Compare with a list, or with the entries of another report."""
        if not isinstance(other, (Entries, list)):
            return NotImplemented
        if isinstance(other, Entries) and self._is(other):
            return True
        return len(self) == len(other) and all(
            one == another for one, another in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def _is(self, other: Entries[Any]) -> bool:
        same = self._native is other._native and self._name == other._name
        return same and self._places == other._places

    def __add__(self, other: Sequence[E]) -> list[E]:
        """Put a list behind it."""
        return [*self, *other] if isinstance(other, (Entries, list)) else NotImplemented

    def __radd__(self, other: list[E]) -> list[E]:
        """Put it behind a list."""
        return [*other, *self] if isinstance(other, list) else NotImplemented

    def __copy__(self) -> Entries[E]:
        """Share what never changes."""
        return self

    def __deepcopy__(self, memo: object) -> Entries[E]:
        """Make the entries anew, when they are asked for."""
        return Entries(self._native, self._name, self._make, self._places)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as a list."""
        return (list, (list(self),))

    def __repr__(self) -> str:
        """Show as a list is shown; of a long one the first and the last entries."""
        if len(self) <= 2 * SHOWN + 1:
            return repr(list(self))
        first, last = self._made(0, SHOWN), self._made(len(self) - SHOWN, len(self))
        between = f"… {len(self) - 2 * SHOWN:,} more …"
        return f"[{', '.join([*map(repr, first), between, *map(repr, last)])}]"
