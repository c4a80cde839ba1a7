"""What is passed for a document, before the engine reads it."""

from __future__ import annotations

import codecs
import errno
import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from fnmatch import fnmatchcase
from mmap import mmap
from pathlib import Path
from typing import Any, TypeGuard

from . import _native
from ._error import DriftError
from ._types import Readable

#: What is a document by itself where it stands in a list.
_WHOLE = (bytes, bytearray, memoryview, str, os.PathLike)


def files_of(path: Path) -> list[tuple[str, bytes]] | None:
    """Read the files of a folder, or those that a pattern matches; none where it is one file."""
    if path.is_dir():
        return files_below(path)
    if path.exists() or not glob.has_magic(os.fspath(path)):
        return None
    names = path.parts[1:] if path.anchor else path.parts
    found = dict.fromkeys(_matches(Path(path.anchor), names))
    matches = sorted(file for file in found if not file.is_dir())
    if not matches:
        raise FileNotFoundError(errno.ENOENT, "no file matches", os.fspath(path))
    return [(name_of(match), match.read_bytes()) for match in matches]


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


def no_text(error: UnicodeDecodeError, file: str) -> DriftError:
    """Say where a file stops being text."""
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    last = before.rpartition(b"\n")[2]
    column = len(last.decode(errors="replace")) + 1
    message = "the text is not valid UTF-8"
    text = f"{message}, file `{file}`, line {line} column {column}"
    wide = error.object[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    help = "it starts as UTF-16 does: save it as UTF-8" if wide else None
    place: Any = {"file": file, "line": line, "column": column}
    return DriftError("DRIFT_PARSE", message, text=text, help=help, **place)


def is_open(source: object) -> TypeGuard[Readable]:
    """Tell an open file; an ``mmap`` reads like one, and lends its bytes."""
    return hasattr(source, "read") and not isinstance(source, mmap)


def is_table(source: object) -> bool:
    """Tell what gives an Arrow stream: tables, batches and frames."""
    return not isinstance(source, type) and hasattr(source, "__arrow_c_stream__")


def documents_of(source: Any) -> Iterable[Any] | None:
    """Give the documents one by one: of a list of texts and paths, of a generator, a paginator.

    None where the source is one document. A list of dicts is one, as it is in JSON.
    """
    if isinstance(source, (*_WHOLE, Mapping, Set)):
        return None
    if isinstance(source, Sequence):
        whole = (isinstance(one, _WHOLE) or is_table(one) for one in source)
        one_by_one = bool(source) and all(whole)
        return source if one_by_one else None
    if hasattr(source, "to_dict") or not isinstance(source, Iterable):
        return None
    return source


def is_one(document: object) -> bool:
    """Tell what the engine takes as one document, with nothing to be opened or read before."""
    return isinstance(document, (bytes, bytearray, memoryview, str, Mapping, list)) or not (
        isinstance(document, os.PathLike) or is_open(document) or is_table(document)
    )


def hinted(error: DriftError, source: object) -> DriftError:
    """Help where something was passed for what it is not."""
    help = None
    if _is_snake_case(source):
        help = (
            "this is `to_dict()` of the Kubernetes client: pass the object itself, or what "
            "`ApiClient().sanitize_for_serialization` gives"
        )
    elif error.code == "DRIFT_NO_RESOURCES" and _names_a_file(source):
        help = "a str is content; a file is passed as pathlib.Path(…)"
    if help is None:
        return error
    return DriftError(
        error.code,
        error.message,
        text=error.text,
        help=help,
        file=error.file,
        line=error.line,
        column=error.column,
        resource=error.resource,
        path=error.path,
    )


def _is_snake_case(source: object) -> bool:
    if isinstance(source, Sequence) and not isinstance(source, _WHOLE) and source:
        source = source[0]
    return isinstance(source, Mapping) and "api_version" in source and "apiVersion" not in source


def _names_a_file(source: object) -> bool:
    if not isinstance(source, str) or not 0 < len(source) < 1000 or "\n" in source:
        return False
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False
