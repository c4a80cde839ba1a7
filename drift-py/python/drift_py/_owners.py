"""Whose a resource is: sources of owners, in the order in which they are asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _native
from ._hints import no_name
from ._inputs import name_of, text_in
from ._types import Text


def _named(text: Text, kind: str) -> dict[str, Any]:
    """Read a file, and keep its name for errors."""
    if isinstance(text, os.PathLike):
        path = Path(text)
        return {kind: text_in(path), "name": name_of(path)}
    no_name(text)
    return {kind: text}


class OwnerMap:
    """Sources of owners, in the order in which they are asked; rules first where nobody says.

    Each method gives a new map with one more source.

    >>> owners = OwnerMap().tags("owner", "team").csv("id,owner\\njobs,payments")
    >>> live = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
    >>> declared = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
    >>> from drift_py import detect
    >>> detect(declared, live, owners=owners).findings[0].owner
    'payments'
    """

    __slots__ = ("_aliases", "_sources")

    def __init__(
        self,
        sources: Iterable[Mapping[str, Any]] = (),
        *,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        """Start with sources as data, of which there may be none."""
        self._sources = [dict(source) for source in sources]
        self._aliases = dict(aliases or {})

    def _with(self, source: dict[str, Any]) -> OwnerMap:
        return OwnerMap([*self._sources, source], aliases=self._aliases)

    def tags(self, *names: str) -> OwnerMap:
        """Ask the tags and labels of the resource: the first of these names that it has."""
        return self._with({"tags": list(names)})

    def codeowners(self, text: str | os.PathLike[str], *, folder: str | None = None) -> OwnerMap:
        """Ask a CODEOWNERS file, its text or its path, by the source file of the declared side.

        ``folder`` is the folder of the repository that names of source files are relative to.
        """
        source = _named(text, "codeowners")
        return self._with(source if folder is None else {**source, "folder": folder})

    def backstage(self, entities: Text, *, match: Mapping[str, str] | None = None) -> OwnerMap:
        """Ask the entities of a Backstage catalogue: their text, their file, or as objects.

        ``match`` says which tag of a resource equals what of an entity (``name``, an annotation, a
        label): ``{"name": "app"}``.
        """
        pairs = [{"of": of, "tag": tag} for of, tag in (match or {}).items()]
        return self._with({**_named(entities, "backstage"), "match": pairs})

    def csv(self, text: str | os.PathLike[str]) -> OwnerMap:
        """Ask a table, its text or its path; the first row that matches tells the owner."""
        return self._with(_named(text, "csv"))

    def rules(self) -> OwnerMap:
        """Ask the rules here, instead of first."""
        return self._with({"rules": True})

    def alias(self, name: str, owner: str) -> OwnerMap:
        """Read one name of an owner as another."""
        return OwnerMap(self._sources, aliases={**self._aliases, name: owner})

    def to_dict(self) -> dict[str, Any]:
        """Give the map as data."""
        return {"sources": list(self._sources), "aliases": dict(self._aliases)}

    def _text(self) -> str:
        aliases = dict(sorted(self._aliases.items()))
        return _native.to_json({"sources": self._sources, "aliases": aliases})

    def __eq__(self, other: object) -> bool:
        """Compare by the JSON of the data."""
        return isinstance(other, OwnerMap) and self._text() == other._text()

    def __hash__(self) -> int:
        """Go by the JSON of the data."""
        return hash(self._text())

    def __repr__(self) -> str:
        """Say which sources there are."""
        kinds = ("rules", "tags", "codeowners", "backstage", "csv")
        names = [kind for source in self._sources for kind in kinds if kind in source]
        return f"<OwnerMap: {', '.join(names) or 'rules'}>"


#: A map of owners, or its data: a list of sources, or ``{sources, aliases}``.
OwnersSource = OwnerMap | Mapping[str, Any] | Sequence[Mapping[str, Any]]


def owners_of(given: OwnersSource | None) -> object:
    """Give a map of owners as data."""
    return given.to_dict() if isinstance(given, OwnerMap) else given
