"""What one side holds, and how it is read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

from . import _native
from ._error import DriftError
from ._hints import hinted, placed, refuse
from ._inputs import (
    Parsed,
    content_of,
    documents_of,
    files_of,
    is_config,
    is_one,
    is_open,
    is_table,
    name_in,
    name_of,
    rows,
    text_in,
)
from ._time import text_of
from ._types import (
    Cell,
    Dialect,
    DuplicateKeys,
    FormatName,
    Gap,
    Limits,
    Parameters,
    Readable,
    Reason,
    Resource,
    Source,
    Text,
    Warning,
)


def options_of(**given: object) -> dict[str, object]:
    """Keep the options that were given."""
    for name, value in given.items():
        if isinstance(value, (bytes, bytearray, memoryview)):
            # They would be written in base64, and mean something else.
            raise TypeError(f"{name} is a str, not {type(value).__name__}")
    return {name: value for name, value in given.items() if value is not None}


def text_or_object(source: Text) -> object:
    """Read a path's text; anything else is passed on as it is."""
    if isinstance(source, os.PathLike):
        return text_in(Path(source))
    return source


class Snapshot(Parsed):
    """What one side holds: resources, the part of the world that it speaks for, and its age."""

    __slots__ = ("__weakref__", "_inner")
    _inner: _native.Snapshot

    def __init__(self) -> None:
        """Refuse: a snapshot comes from ``parse``, ``parse_many`` or a ``SnapshotBuilder``."""
        raise TypeError("a Snapshot comes from Snapshot.parse or from a SnapshotBuilder")

    @classmethod
    def _of(cls, native: _native.Snapshot) -> Snapshot:
        snapshot = object.__new__(cls)
        snapshot._inner = native
        return snapshot

    @classmethod
    def parse(
        cls,
        source: Source,
        *,
        format: FormatName | str = "auto",
        view: str | None = None,
        name: str | None = None,
        mapping: Text | None = None,
        complete: bool = False,
        covers: Iterable[Cell] | None = None,
        gaps: Iterable[Gap] | None = None,
        expected: Iterable[Cell] | None = None,
        scope: Mapping[str, str] | None = None,
        revision: str | None = None,
        taken_at: datetime | str | None = None,
        duplicate_keys: DuplicateKeys = "error",
        limits: Limits | None = None,
        parameters: Parameters | None = None,
        stack_resources: Text | None = None,
        dialect: Dialect | None = None,
        column: str | None = None,
        threads: int | None = None,
    ) -> Snapshot:
        """Read a document, a file, a folder, or documents one after the other.

        ``bytes`` and ``str`` are content, and bytes are not copied; a ``bytearray``, a
        ``memoryview``, an ``mmap`` and an open file are copied once; an open file has its own
        name, unless ``name`` gives another. A path is a file, a pattern
        (``Path("states/*.json")``), or a folder whose ``.json``, ``.ndjson``, ``.jsonl``,
        ``.tfstate``, ``.yaml`` and ``.yml`` files are read; ``.sql``, ``.tf`` and ``.tofu`` files
        where the format asks for them or there are no others.
        A dict or a list is the content as it was parsed, copied once; bytes are the fastest. An
        object of the Kubernetes client is read with the names of its API. A list of texts, paths,
        open files or snapshots, a generator and a paginator are documents, each as
        ``SnapshotBuilder.add_document`` takes it: the pages of an answer belong together. Of a
        table, anything with ``__arrow_c_stream__``, each row is such a document: those of
        ``column``, else of the column ``document``, else of the only one of texts or bytes.

        Raises ``DriftError``, and ``OSError`` where a file cannot be read.

        >>> Snapshot.parse('[{"type": "queue", "id": "jobs", "attributes": {}}]')
        <Snapshot of 1 resource>
        """
        options = options_of(
            format=format,
            view=view,
            name=name,
            mapping=None if mapping is None else text_or_object(mapping),
            complete=complete,
            covers=None if covers is None else list(covers),
            gaps=None if gaps is None else list(gaps),
            expected=None if expected is None else list(expected),
            scope=scope,
            revision=revision,
            taken_at=text_of(taken_at) if isinstance(taken_at, datetime) else taken_at,
            duplicate_keys=duplicate_keys,
            limits=limits,
            parameters=parameters,
            stack_resources=None if stack_resources is None else text_or_object(stack_resources),
            dialect=dialect,
            column=column,
            threads=threads,
        )
        return read(source, options, _native.Snapshot.parse)

    @classmethod
    def parse_many(cls, files: Iterable[tuple[str, bytes | str]], **options: Any) -> Snapshot:
        """Read many files as one document, by their names; options as for ``parse``."""
        given = plain(options, "parse_many", without=("name", "column"))
        return cls._of(_native.Snapshot.parse_many(list(files), given))

    @property
    def resources(self) -> list[Resource]:
        """The resources, without their attributes: those may hold secrets."""
        return cast("list[Resource]", json.loads(self._inner.resources_json()))

    @property
    def warnings(self) -> list[Warning]:
        """What parsing let pass."""
        return cast("list[Warning]", json.loads(self._inner.warnings_json()))

    @property
    def revision(self) -> str | None:
        """The revision that the documents were read at."""
        return self._inner.revision

    @property
    def taken_at(self) -> str | None:
        """When the documents were read."""
        return self._inner.taken_at

    def __copy__(self) -> Snapshot:
        """Give itself: a snapshot does not change."""
        return self

    def __deepcopy__(self, memo: object) -> Snapshot:
        """Give itself: a snapshot does not change."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse: the documents may hold secrets, and nothing writes them down by the way."""
        raise TypeError(
            "a Snapshot cannot be pickled, its documents may hold secrets: "
            "pass the documents, and parse them where they are needed"
        )

    def __len__(self) -> int:
        """How many resources there are."""
        return len(self._inner)

    def __bool__(self) -> bool:
        """Be true, with or without resources."""
        return True

    def __repr__(self) -> str:
        """Say how much there is, and nothing of what it holds."""
        count = len(self)
        return f"<Snapshot of {count} resource{'' if count == 1 else 's'}>"


def read(
    source: Source,
    options: dict[str, object],
    parse: Callable[[object, dict[str, object]], _native.Snapshot],
) -> Snapshot:
    """Read whatever was passed; ``parse`` reads what is one document."""
    column: Any = options.pop("column", None)
    if column is None:
        refuse(source)
    if is_table(source):
        return _joined(rows(source, column), options, "row")
    _no_column(source, column)
    if isinstance(source, os.PathLike):
        path = Path(source)
        files = files_of(path)
        if files is not None:
            return Snapshot._of(_native.Snapshot.parse_many(files, options))
        options.setdefault("name", name_of(path))
        return Snapshot._of(parse(path.read_bytes(), options))
    if is_open(source):
        options = _named(source, options)
        return Snapshot._of(parse(content_of(source, _name(options)), options))
    documents = documents_of(source)
    if documents is not None:
        return _joined(documents, options, "document")
    try:
        return Snapshot._of(parse(source, options))
    except DriftError as error:
        raise hinted(error, source) from None


def _named(source: Readable, options: dict[str, object]) -> dict[str, object]:
    """Take the name of an open file where no other is given."""
    return {**options_of(name=name_in(source)), **options}


def _name(options: dict[str, object]) -> str | None:
    return cast("str | None", options.get("name"))


def _no_column(source: object, column: object) -> None:
    if column is not None:
        raise TypeError(f"column is of a table, not of {type(source).__name__}")


def plain(options: dict[str, Any], function: str, without: Sequence[str] = ()) -> dict[str, object]:
    """Turn options of parsing, as a function was given them, into what the engine reads."""
    unknown = options.keys() - (_OPTIONS - {*without})
    if unknown:
        raise TypeError(f"{function}() got an unexpected option '{min(unknown)}'")
    for name in ("mapping", "stack_resources"):
        if options.get(name) is not None:
            options[name] = text_or_object(options[name])
    if isinstance(options.get("taken_at"), datetime):
        options["taken_at"] = text_of(options["taken_at"])
    for name in ("covers", "gaps", "expected"):
        if options.get(name) is not None:
            options[name] = list(options[name])
    return options_of(**options)


_OPTIONS = {
    "format",
    "view",
    "name",
    "mapping",
    "complete",
    "covers",
    "gaps",
    "expected",
    "scope",
    "revision",
    "taken_at",
    "duplicate_keys",
    "limits",
    "parameters",
    "stack_resources",
    "dialect",
    "column",
    "threads",
}


#: As many documents are read at once, out of what gives one after the other.
_TOGETHER = 256


def _joined(documents: Iterable[Any], options: dict[str, Any], word: str) -> Snapshot:
    """Read documents one after the other; errors count them as ``word``."""
    for name in ("revision", "taken_at"):
        if name in options:
            raise TypeError(f"{name} is of one document: pass bytes, a path, a dict or a list")
    builder = SnapshotBuilder()
    if builder._add_all(documents, options, word) == 0:
        told = "the table has no rows" if word == "row" else "the iterable is empty"
        raise DriftError("DRIFT_NO_RESOURCES", f"there are no documents: {told}")
    return builder.build()


def limits_of(detector: _native.Detector) -> Limits:
    """Tell within which limits a detector reads what is no snapshot yet."""
    return cast("Limits", json.loads(detector.limits()))


def snapshot_of(source: Snapshot | Source, limits: Limits) -> Snapshot:
    """Pass a snapshot on, and read anything else."""
    return source if isinstance(source, Snapshot) else Snapshot.parse(source, limits=limits)


class SnapshotBuilder:
    """Puts a snapshot together from what a collector reads.

    What is added resource by resource covers nothing until it is said so. A document covers what it
    would by itself, and one that says that there is more to fetch makes its types incomplete until
    its next pages have been added.

    >>> live = SnapshotBuilder("aws", scope={"region": "eu-west-1"})
    >>> live.add("aws_sqs_queue", "jobs", {"delay_seconds": 0}).complete("aws_sqs_queue").build()
    <Snapshot of 1 resource>
    """

    __slots__ = ("_inner", "_scope")

    def __init__(self, provider: str = "", scope: Mapping[str, str] | None = None) -> None:
        """Start an empty snapshot of what ``provider`` holds in ``scope``."""
        self._scope = dict(scope or {})
        self._inner = _native.Builder(provider, self._scope)

    def add(
        self,
        type: str,
        id: str | int,
        attributes: Mapping[str, Any],
        *,
        provider: str | None = None,
        scope: Mapping[str, str] | None = None,
        address: str | None = None,
        identities: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        depends_on: Sequence[str] | None = None,
        managed_by: str | None = None,
        unknown: Sequence[str] | None = None,
        sensitive: Sequence[str] | None = None,
        source: Mapping[str, Any] | None = None,
    ) -> SnapshotBuilder:
        """Add a resource; ``unknown`` and ``sensitive`` are JSON Pointers into its attributes."""
        record = options_of(
            type=type,
            id=id,
            attributes=attributes,
            provider=provider,
            scope=scope,
            address=address,
            identities=identities,
            tags=tags,
            depends_on=depends_on,
            managed_by=managed_by,
            unknown=unknown,
            sensitive=sensitive,
            source=source,
        )
        self._inner.add(record)
        return self

    def add_many(
        self, type: str, items: Iterable[Mapping[str, Any]], id_key: str
    ) -> SnapshotBuilder:
        """Add the items of a page, each with its id in the field ``id_key``."""
        self._inner.add_many(type, list(items), id_key)
        return self

    def add_document(self, source: Source, **options: Any) -> SnapshotBuilder:
        """Add a document, or a page of an answer; options as for ``Snapshot.parse``.

        Pages are added in their order. A page continues the one before it that said that there is
        more, and the last one makes all of them complete. The name of a file says what it is, as
        for ``Snapshot.parse``; a folder without documents is an error.

        >>> live = SnapshotBuilder("aws", scope={"region": "eu-west-1"})
        >>> for page in [
        ...     {"DBInstances": [{"DBInstanceIdentifier": "a", "Engine": "mysql"}], "Marker": "x"},
        ...     {"DBInstances": [{"DBInstanceIdentifier": "b", "Engine": "mysql"}]},
        ... ]:
        ...     live = live.add_document(page)
        >>> live.build()
        <Snapshot of 2 resources>
        """
        column = options.pop("column", None)
        given = plain(options, "add_document")
        if column is None:
            refuse(source)
        if is_table(source):
            self._add_all(rows(source, column), given, "row")
            return self
        _no_column(source, column)
        if isinstance(source, os.PathLike):
            path = Path(source)
            files = files_of(path)
            if files is None:
                self._add_content(path.read_bytes(), {"name": name_of(path), **given})
            else:
                self._add_files(files, given)
        elif is_open(source):
            given = _named(source, given)
            self._add_content(content_of(source, _name(given)), given)
        else:
            try:
                self._add_content(source, given)
            except DriftError as error:
                raise hinted(error, source) from None
        return self

    def _add_content(self, content: object, options: dict[str, object]) -> None:
        """Add the content of one document; its name may say what it is."""
        if is_config(_name(options) or ""):
            self._inner.add_snapshot(_native.Snapshot.parse(content, self._here(options)))
        else:
            self._inner.add_document(content, options)

    def _add_files(self, files: list[tuple[str, bytes]], options: dict[str, object]) -> None:
        """Add the files of a folder: pages one after the other, with configuration as a whole."""
        if not files or any(is_config(name) for name, _ in files):
            self._inner.add_snapshot(_native.Snapshot.parse_many(files, self._here(options)))
            return
        empty: list[tuple[str, bytes]] = []
        for name, content in files:
            try:
                self._inner.add_document(content, {**options, "name": name})
            except DriftError as error:
                if error.code != "DRIFT_NO_RESOURCES":
                    raise
                empty.append((name, b""))
        # Beside an empty list they are warnings, and by themselves the error that they are alone.
        beside = [("list.json", b"[]")] if len(empty) < len(files) else []
        if empty:
            self._inner.add_snapshot(_native.Snapshot.parse_many([*beside, *empty], {}))

    def _here(self, options: dict[str, object]) -> dict[str, object]:
        """Let what is read as a whole stand, and be complete, in the scope of the builder."""
        scope = {**self._scope, **cast("Mapping[str, str]", options.get("scope", {}))}
        return {**options, "scope": scope} if scope else options

    def _add_all(self, documents: Iterable[Any], options: dict[str, Any], word: str) -> int:
        """Add documents one after the other, and count them; errors tell the place."""
        given, count = iter(documents), 0
        while some := list(islice(given, _TOGETHER)):
            if all(not isinstance(one, Snapshot) and is_one(one) for one in some):
                self._add_some(some, options, word, count)
            else:
                for place, one in enumerate(some, count + 1):
                    self._add_one(one, options, f"{word} {place}")
            count += len(some)
        return count

    def _add_one(self, one: Any, options: dict[str, Any], place: str) -> None:
        if isinstance(one, Snapshot):
            self.add_snapshot(one)
            return
        try:
            self.add_document(one, **options)
        except (DriftError, TypeError, ValueError) as error:
            raise placed(error, place) from None

    def _add_some(
        self, documents: list[Any], options: dict[str, Any], word: str, before: int
    ) -> None:
        """Add what the engine takes as documents, of which so many were added before."""
        try:
            self._inner.add_documents(documents, plain(dict(options), "parse"))
        except (DriftError, TypeError, ValueError) as error:
            at = vars(error).pop("at", None)
            if at is None:
                raise
            told = hinted(error, documents[at]) if isinstance(error, DriftError) else error
            raise placed(told, f"{word} {before + at + 1}") from None

    def add_listed(self, type: str, id: str) -> SnapshotBuilder:
        """Add a resource that is only known to exist: its attributes have not been read.

        Where it is declared it is ``not_checked``, with the reason ``not_collected``.
        """
        self._inner.add_listed(type, id)
        return self

    def add_snapshot(self, snapshot: Snapshot) -> SnapshotBuilder:
        """Add all that another snapshot holds and covers."""
        self._inner.add_snapshot(snapshot._inner)
        return self

    def complete(self, type: str) -> SnapshotBuilder:
        """Say that every resource of the type in the builder's scope has been added."""
        self._inner.complete(type)
        return self

    def complete_all(self) -> SnapshotBuilder:
        """Say that every resource of the builder's provider and scope has been added."""
        self._inner.complete(None)
        return self

    def incomplete(
        self, type: str | None, reason: Reason | str, detail: str = ""
    ) -> SnapshotBuilder:
        """Say that the type could not be read, or not all of it, and why.

        ``None`` stands for all that the builder's scope holds, and ``*`` in a type for any run of
        characters.
        """
        self._inner.incomplete(type, reason, detail)
        return self

    def failed(
        self, type: str | None, code: str | int | Exception, detail: str = ""
    ) -> SnapshotBuilder:
        """Say that the type could not be read, for the reason that the provider's code stands for.

        A ``ClientError`` of botocore holds its code, and may be passed itself.

        >>> SnapshotBuilder("aws").failed("aws_iam_*", "AccessDenied").failed(None, 429).build()
        <Snapshot of 0 resources>
        """
        self._inner.failed(type, _code(code), detail)
        return self

    def expect(self, scope: Mapping[str, str], type: str | None = None) -> SnapshotBuilder:
        """Say what ought to be read: an account, a region, a cluster. Coverage counts it."""
        self._inner.expect(dict(scope), type)
        return self

    def build(self) -> Snapshot:
        """Make the snapshot; the builder is spent then."""
        return Snapshot._of(self._inner.build())


def _code(given: object) -> str:
    """Give the code of a provider as text, out of the error of botocore that holds it as well."""
    answer = getattr(given, "response", None) if isinstance(given, Exception) else None
    if isinstance(answer, Mapping) and isinstance(answer.get("Error"), Mapping):
        given = answer["Error"].get("Code")
    if isinstance(given, int) and not isinstance(given, bool):
        return str(int(given))
    if isinstance(given, str):
        return given
    found = type(given).__name__
    raise TypeError(f"code is a str, an int or a ClientError of botocore, not {found}")
