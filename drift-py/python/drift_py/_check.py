"""Arguments of the wrong type, refused by what they are for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

_T = TypeVar("_T")


def must_be(given: object, kind: type[_T], name: str) -> _T:
    """Pass on what is of a class; else an error names the argument and what it takes."""
    if isinstance(given, kind):
        return given
    text = isinstance(given, (str, bytes)) and hasattr(kind, "from_json")
    help = f": {kind.__name__}.from_json reads it" if text else ""
    wanted = kind.__name__ if kind.__name__.endswith("s") else f"a {kind.__name__}"
    raise TypeError(f"{name} takes {wanted}, not {type(given).__name__}{help}")


def all_of(given: _T | Iterable[_T], kind: type[_T], name: str) -> list[_T]:
    """Give one, or several, of a class as a list."""
    is_one = isinstance(given, (kind, str, bytes)) or not isinstance(given, Iterable)
    several = [given] if is_one else cast("Iterable[object]", given)
    return [must_be(one, kind, name) for one in several]


def names_of(given: Iterable[str] | None, name: str) -> list[str] | None:
    """Give a list of names; one name alone would be taken for its letters."""
    if isinstance(given, (str, bytes)):
        raise TypeError(f"{name} is a list of names, not one name")
    return None if given is None else list(given)
