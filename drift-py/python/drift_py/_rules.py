"""Rules: what is known, besides the packs, of how documents are compared."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Union, cast

from . import _native
from ._inputs import name_of, text_in
from ._types import Text


class Rules:
    """Rules of a file, a text or an object, read once.

    >>> len(Rules.parse("[{id: a, paths: [/replicas], ignore: true}]"))
    1
    """

    __slots__ = ("_inner",)
    _inner: _native.Rules

    def __init__(self) -> None:
        """Refuse: rules come from ``parse``."""
        raise TypeError("Rules come from Rules.parse")

    @classmethod
    def parse(cls, source: Text) -> Rules:
        """Read YAML or JSON text, a file by its path, or an object of a rule file's shape."""
        rules = object.__new__(cls)
        if isinstance(source, os.PathLike):
            path = Path(source)
            rules._inner = _native.Rules.from_text(text_in(path), name_of(path))
        elif isinstance(source, str):
            rules._inner = _native.Rules.from_text(source, None)
        else:
            rules._inner = _native.Rules.from_object(source)
        return rules

    @classmethod
    def _again(cls, text: str, file: str | None) -> Rules:
        rules = object.__new__(cls)
        rules._inner = _native.Rules.from_text(text, file)
        return rules

    def __copy__(self) -> Rules:
        """Give itself: rules do not change."""
        return self

    def __deepcopy__(self, memo: object) -> Rules:
        """Give itself: rules do not change."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the text that they were read from."""
        return type(self)._again, self._inner.source()

    def __eq__(self, other: object) -> bool:
        """Compare by the text that they were read from, and the name of its file."""
        return isinstance(other, Rules) and self._inner.source() == other._inner.source()

    def __hash__(self) -> int:
        """Go by the text."""
        return hash(self._inner.source())

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self._inner)

    def __repr__(self) -> str:
        """Say how many rules there are."""
        return f"<Rules: {len(self)}>"


#: One source of rules.
RulesSource = Union[Rules, str, "os.PathLike[str]", Mapping[str, object]]


def rules_of(given: RulesSource | Iterable[RulesSource] | None) -> list[_native.Rules]:
    """Read what stands for rules."""
    if given is None:
        return []
    if isinstance(given, (Rules, str, os.PathLike, Mapping)):
        given = [cast("RulesSource", given)]
    if not isinstance(given, Iterable) or isinstance(given, (bytes, bytearray)):
        found = type(given).__name__
        raise TypeError(
            f"rules are text, a path, an object, Rules, or a list of these, not {found}"
        )
    sources = list(given)
    # A list of single rules is what a rule file may hold as well.
    if sources and all(isinstance(one, Mapping) and "id" in one for one in sources):
        return [Rules.parse(sources)._inner]
    return [(one if isinstance(one, Rules) else Rules.parse(one))._inner for one in sources]
