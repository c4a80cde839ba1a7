"""A report as a flat table: dicts, Arrow, and frames of pandas and polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from . import _native
from ._types import ListName, Row

if TYPE_CHECKING:
    import pandas
    import polars

#: The columns, in their order.
COLUMNS: tuple[str, ...] = tuple(Row.__annotations__)


def _lists(given: tuple[ListName, ...]) -> list[str]:
    return list(given or ("findings",))


class Stream:
    """What Arrow readers take: rows of some lists of a report."""

    __slots__ = ("_inner", "_names")

    def __init__(self, inner: _native.Report, lists: list[str]) -> None:
        """Name the lists."""
        self._inner = inner
        self._names = lists

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows as an Arrow stream in a capsule; they are made as they are read."""
        return self._inner.stream(self._names)


class Table:
    """The flat table of a report: one row a change.

    A resource that is missing or unmanaged as a whole has one row without a path. The rows are
    those of the findings, or of the lists that are named: ``findings``, ``pending``,
    ``undeclared``, ``suppressed``, ``unknown``. ``Row`` tells the columns.
    """

    _inner: _native.Report

    def to_dicts(self, *lists: ListName) -> list[Row]:
        """Give the rows as dicts; ``desired``, ``actual`` and ``reference`` as JSON texts.

        >>> from drift_py import detect
        >>> desired = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
        >>> actual = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
        >>> [row] = detect(desired, actual).to_dicts()
        >>> row["id"], row["path"], row["desired"], row["actual"]
        ('jobs', 'delay', '0', '30')
        """
        return cast("list[Row]", self._inner.rows(_lists(lists)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows of the findings as an Arrow stream in a capsule.

        pandas, polars, pyarrow and duckdb read a report by it: ``polars.DataFrame(report)``.
        """
        return self._inner.stream(_lists(()))

    def to_pandas(self, *lists: ListName) -> pandas.DataFrame:
        """Give the rows as a frame of pandas, where that is installed."""
        try:
            import pandas
        except ImportError:
            raise _absent("pandas") from None
        frame = pandas.DataFrame(self.to_dicts(*lists), columns=list(COLUMNS))
        frame["line"] = frame["line"].astype("Int64")
        frame["detected_at"] = pandas.to_datetime(frame["detected_at"], utc=True)
        return frame

    def to_polars(self, *lists: ListName) -> polars.DataFrame:
        """Give the rows as a frame of polars, where that is installed."""
        try:
            import polars
        except ImportError:
            raise _absent("polars") from None
        return polars.DataFrame(Stream(self._inner, _lists(lists)))


def _absent(name: str) -> ImportError:
    return ImportError(
        f"{name} is not installed: `pip install {name}`, or take to_dicts(), which needs nothing",
        name=name,
    )
