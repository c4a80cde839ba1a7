"""What is passed for a document, before the engine reads it."""

from __future__ import annotations

import codecs
import errno
import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from fnmatch import fnmatchcase
from mmap import mmap
from pathlib import Path, PurePath
from typing import Any, TypeGuard

from . import _native
from ._error import DriftError
from ._types import Readable, Table

#: What is a document by itself where it stands in a list.
_WHOLE = (bytes, bytearray, memoryview, str, os.PathLike)

#: How the names of files end that are read for what their text shows.
_DOCUMENTS = {".json", ".tfstate", ".ndjson", ".jsonl", ".yaml", ".yml"}


def files_of(path: Path) -> list[tuple[str, bytes]] | None:
    """Read the files of a folder, or those that a pattern matches; none where it is one file."""
    if path.is_dir():
        return files_below(path)
    found = matching(path)
    return None if found is None else [(name_of(one), one.read_bytes()) for one in found]


def matching(path: Path) -> list[Path] | None:
    """Find the files that a pattern matches; none where it is the name of a file."""
    if path.exists() or not glob.has_magic(os.fspath(path)):
        return None
    names = path.parts[1:] if path.anchor else path.parts
    found = dict.fromkeys(_matches(Path(path.anchor), names))
    matches = sorted(file for file in found if not file.is_dir())
    if not matches:
        raise FileNotFoundError(errno.ENOENT, "no file matches", os.fspath(path))
    return matches


def _matches(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Find what the names of a pattern lead to, as :mod:`glob` does.

    A folder that cannot be looked into is an error: what nobody has read must not seem to agree.
    """
    first, rest = names[0], names[1:]
    if first == "**" and rest and rest[0] == "**":
        yield from _matches(folder, rest)
        return
    if first == "**":
        if rest:
            yield from _matches(folder, rest)
        for entry in _visible(folder):
            if entry.is_dir(follow_symlinks=False):
                yield from _matches(folder / entry.name, names)
            elif not rest:
                yield folder / entry.name
        return
    if glob.has_magic(first):
        shown = _visible(folder, hidden=first.startswith("."))
        found = [folder / entry.name for entry in shown if fnmatchcase(entry.name, first)]
    else:
        found = [folder / first]
    for path in found:
        if not rest:
            yield from [path] if _is_there(path) else []
        elif path.is_dir():
            yield from _matches(path, rest)


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _visible(folder: Path, *, hidden: bool = False) -> list[os.DirEntry[str]]:
    """List a folder, without names that start with a dot unless these are wanted."""
    with os.scandir(folder) as entries:
        return [entry for entry in entries if hidden or not entry.name.startswith(".")]


def walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Go through a folder as :func:`os.walk`; one that cannot be looked into is an error."""

    def fail(error: OSError) -> None:
        raise error

    return os.walk(folder, onerror=fail)


def files_below(folder: Path) -> list[tuple[str, bytes]]:
    """Read the files of a folder that hold documents.

    Names that start with a dot are left out, but for ``.env`` and ``.env.production``, and links to
    folders are not followed.
    """
    found: list[tuple[str, bytes]] = []
    for place, folders, names in walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place, name)
            shown = name_of(file.relative_to(folder))
            is_hidden = name.startswith(".") and not (name + ".").startswith(".env.")
            if not is_hidden and _native.is_readable(shown):
                found.append((shown, file.read_bytes()))
    return found


def name_of(path: Path) -> str:
    """Give the name; what is no Unicode in it is shown with a replacement character."""
    return os.fsencode(path.as_posix()).decode(errors="replace")


def text_in(path: Path) -> str:
    """Read the text of a file."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise no_text(error, name_of(path)) from None


def no_text(error: UnicodeDecodeError, file: str | None) -> DriftError:
    """Say where a file stops being text."""
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    last = before.rpartition(b"\n")[2]
    column = len(last.decode(errors="replace")) + 1
    message = f"the text is not valid {codecs.lookup(error.encoding).name.upper()}"
    named = "" if file is None else f", file `{file}`"
    text = f"{message}{named}, line {line} column {column}"
    wide = error.object[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    help = "it starts as UTF-16 does: save it as UTF-8" if wide else None
    place: Any = {"file": file, "line": line, "column": column}
    return DriftError("DRIFT_PARSE", message, text=text, help=help, **place)


#: What is content whatever methods it has: a dict of attributes may answer to any name.
_CONTENT = (bytes, bytearray, memoryview, mmap, str, Mapping, list, tuple, type)


class Parsed:
    """What has been read already, and stands among documents as it is: a snapshot."""

    __slots__ = ()


def is_open(source: object) -> TypeGuard[Readable]:
    """Tell an open file; an ``mmap`` reads like one, and lends its bytes."""
    return not isinstance(source, _CONTENT) and callable(getattr(source, "read", None))


def is_table(source: object) -> TypeGuard[Table]:
    """Tell what gives an Arrow stream: tables, batches and frames."""
    if isinstance(source, _CONTENT):
        return False
    return callable(getattr(source, "__arrow_c_stream__", None))


def name_in(source: Readable) -> str | None:
    """Give the name of an open file, where it has one."""
    name = getattr(source, "name", None)
    return name_of(Path(name)) if isinstance(name, str) and name else None


def content_of(source: Readable, name: str | None) -> bytes | str:
    """Read an open file to its end; ``name`` is for errors."""
    try:
        return source.read()
    except UnicodeDecodeError as error:
        raise no_text(error, name) from None


def rows(table: Table, column: str | None) -> Iterable[bytes]:
    """Give the documents of a table, one a row."""
    # Few have tables: ctypes is not loaded for the others.
    from ._arrow import documents

    return documents(table, column)


def documents_of(source: Any) -> Iterable[Any] | None:
    """Give the documents one by one: of a list of texts and files, of a generator, a paginator.

    None where the source is one document. A list of dicts is one, as it is in JSON.
    """
    if isinstance(source, (*_WHOLE, Mapping, Set)):
        return None
    if isinstance(source, Sequence):
        return source if source and all(map(_is_whole, source)) else None
    if callable(getattr(source, "to_dict", None)) or not isinstance(source, Iterable):
        return None
    return source


def _is_whole(one: object) -> bool:
    return isinstance(one, (*_WHOLE, Parsed)) or is_open(one) or is_table(one)


def is_one(document: object) -> bool:
    """Tell what the engine takes as one document, with nothing to be opened or read before."""
    return isinstance(document, (bytes, bytearray, memoryview, str, Mapping, list)) or not (
        isinstance(document, (os.PathLike, Parsed)) or is_open(document) or is_table(document)
    )


def is_config(name: str) -> bool:
    """Tell by its name a file that is no JSON and no YAML: its text does not show what it is."""
    return _native.is_readable(name) and PurePath(name).suffix.lower() not in _DOCUMENTS
