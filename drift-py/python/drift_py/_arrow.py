"""Documents out of tables: anything that gives an Arrow stream (``__arrow_c_stream__``).

Read by the Arrow C stream interface [1] with what Python brings along, so that no library of Arrow
is needed. Every value is copied out before its batch is given back.

[1] https://arrow.apache.org/docs/format/CStreamInterface.html
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, Structure, c_char_p, c_int, c_int32, c_int64, c_uint8, c_void_p
from typing import Any

from ._error import DriftError

#: The column that holds the documents, where it is not said which.
DOCUMENT = "document"

#: The formats of texts and bytes: those with offsets by the type of these, and those with views.
_OFFSETS: dict[bytes, Any] = {b"u": c_int32, b"z": c_int32, b"U": c_int64, b"Z": c_int64}
_VIEWS = (b"vu", b"vz")
_VIEW = 16
_INLINE = 12


class _Schema(Structure):
    pass


class _Array(Structure):
    pass


class _Stream(Structure):
    pass


_Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(_Schema))),
    ("dictionary", POINTER(_Schema)),
    ("release", ctypes.CFUNCTYPE(None, POINTER(_Schema))),
    ("private_data", c_void_p),
]
_Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(_Array))),
    ("dictionary", POINTER(_Array)),
    ("release", ctypes.CFUNCTYPE(None, POINTER(_Array))),
    ("private_data", c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Schema))),
    ("get_next", ctypes.CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Array))),
    ("get_last_error", ctypes.CFUNCTYPE(c_char_p, POINTER(_Stream))),
    ("release", ctypes.CFUNCTYPE(None, POINTER(_Stream))),
    ("private_data", c_void_p),
]

_pointer_of = ctypes.PYFUNCTYPE(c_void_p, ctypes.py_object, c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def documents(source: Any, column: str | None) -> Iterator[bytes]:
    """Give the documents of a table, one a row."""
    capsule = source.__arrow_c_stream__()
    # The capsule owns the stream, and gives it back when it goes.
    stream = _Stream.from_address(_pointer_of(capsule, b"arrow_array_stream"))
    schema = _Schema()
    _ask(stream, stream.get_schema(ctypes.byref(stream), ctypes.byref(schema)))
    try:
        place, name, kind = _chosen(schema, column)
    finally:
        schema.release(ctypes.byref(schema))
    row = 0
    while True:
        batch = _Array()
        _ask(stream, stream.get_next(ctypes.byref(stream), ctypes.byref(batch)))
        if not batch.release:
            return
        try:
            found = _values(batch, place, kind)
        finally:
            batch.release(ctypes.byref(batch))
        for value in found:
            if value is None:
                raise DriftError("DRIFT_PARSE", f"row {row + 1} of column `{name}` is null")
            yield value
            row += 1


def _ask(stream: _Stream, code: int) -> None:
    if code:
        told = stream.get_last_error(ctypes.byref(stream)) or b"it does not say why"
        raise OSError(code, f"the Arrow stream failed: {told.decode(errors='replace')}")


def _chosen(schema: _Schema, column: str | None) -> tuple[int | None, str, bytes]:
    """Choose the column: its place, or none where the stream is no table, its name and format."""
    fields: list[tuple[int | None, _Schema]] = [(None, schema)]
    if schema.format == b"+s":
        fields = [(at, schema.children[at].contents) for at in range(schema.n_children)]
    named = [(at, (field.name or b"").decode(errors="replace"), field) for at, field in fields]
    readable = [one for one in named if _is_readable(one[2])]
    if column is None and any(name == DOCUMENT for _, name, _ in named):
        column = DOCUMENT
    if column is None:
        names = [name for _, name, _ in named]
    else:
        readable = [one for one in readable if one[1] == column]
        names = [name for _, name, _ in named if name == column] or [name for _, name, _ in named]
    if len(readable) == 1:
        place, name, field = readable[0]
        return place, name, bytes(field.format)
    shown = ", ".join(f"`{name}`" for name in names) or "none"
    if readable:
        message = f"the table has several columns of texts or bytes: {shown}"
    elif column is None:
        message = f"the table has no column of texts or bytes; its columns: {shown}"
    elif column in names:
        message = f"the column `{column}` holds no texts or bytes"
    else:
        message = f"the table has no column `{column}`; its columns: {shown}"
    help = "name the column that holds the documents: `column=`"
    raise DriftError("DRIFT_OPTION", message, help=help)


def _is_readable(field: _Schema) -> bool:
    return not field.dictionary and (field.format in _OFFSETS or field.format in _VIEWS)


def _values(batch: _Array, place: int | None, kind: bytes) -> list[bytes | None]:
    """Copy the values of a column out of a batch."""
    column = batch if place is None else batch.children[place].contents
    count = column.length if place is None else batch.length
    start = column.offset if place is None else column.offset + batch.offset
    if count == 0:
        return []
    present = _present(column, start, count)
    if place is not None:
        rows = _present(batch, batch.offset, count)
        present = [here and there for here, there in zip(present, rows, strict=True)]
    read = _views if kind in _VIEWS else _spans
    return read(column, start, present, kind)


def _present(array: _Array, start: int, count: int) -> list[bool]:
    """Tell which values are not null."""
    bits = array.buffers[0] if array.n_buffers else None
    if array.null_count == 0 or not bits:
        return [True] * count
    held = (c_uint8 * ((start + count + 7) // 8)).from_address(bits)
    return [bool(held[at >> 3] >> (at & 7) & 1) for at in range(start, start + count)]


def _spans(column: _Array, start: int, present: list[bool], kind: bytes) -> list[bytes | None]:
    offset = _OFFSETS[kind]
    place = column.buffers[1] + start * ctypes.sizeof(offset)
    ends = (offset * (len(present) + 1)).from_address(place)[:]
    data = column.buffers[2] or 0
    return [
        ctypes.string_at(data + ends[at], ends[at + 1] - ends[at]) if is_present else None
        for at, is_present in enumerate(present)
    ]


def _views(column: _Array, start: int, present: list[bool], kind: bytes) -> list[bytes | None]:
    found: list[bytes | None] = []
    for at, is_present in enumerate(present, start):
        view = column.buffers[1] + at * _VIEW
        length, _, buffer, offset = (c_int32 * 4).from_address(view)
        if not is_present:
            found.append(None)
        elif length <= _INLINE:
            found.append(ctypes.string_at(view + 4, length))
        else:
            found.append(ctypes.string_at(column.buffers[2 + buffer] + offset, length))
    return found
