"""Where output goes: files, terminals, pipes; colours and tables where they can be shown."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from .._progress import Progress
from .._text import short, shown

#: What takes no longer is not told.
PATIENCE = 0.5


def colored(choice: str, stream: TextIO | None) -> bool:
    """Tell whether to write colours: as asked, else on a terminal that wants them."""
    if choice != "auto":
        return choice == "always"
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream is not None and stream.isatty()


def write(args: Namespace, text: str) -> None:
    """Write to the file of ``-o``, else to the standard output."""
    text = text if text.endswith("\n") else text + "\n"
    if args.out not in (None, "-"):
        Path(args.out).write_text(text, encoding="utf-8")
        return
    if sys.stdout is None:
        raise OSError(errno.EBADF, "the standard output is closed")
    # The same bytes wherever it runs.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(text)


def on_terminal(args: Namespace) -> bool:
    """Tell whether a person reads the output."""
    return args.out in (None, "-") and sys.stdout is not None and sys.stdout.isatty()


def table(args: Namespace, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table: by rich on a terminal where it is installed, else in plain columns."""
    rows = [[shown(cell) for cell in row] for row in rows]
    if on_terminal(args) and colored(args.color, sys.stdout) and find_spec("rich"):
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        drawn = Table(box=None, pad_edge=False, header_style="bold")
        for head in heads:
            drawn.add_column(head, overflow="fold")
        for row in rows:
            drawn.add_row(*(Text(cell) for cell in row))
        Console(file=sys.stdout).print(drawn)
        return
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in ([*heads], *rows)
    ]
    write(args, "\n".join(lines))


def tell(text: str) -> None:
    """Write a line to the standard error, where there is one."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)


@contextmanager
def working(args: Namespace, what: str) -> Iterator[_Line | None]:
    """Tell on a terminal, once it takes long, what is being done, and how far it has come."""
    if args.quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    line = _Line(sys.stderr, shown(what))
    try:
        yield line
    finally:
        line.end()


class _Line:
    """One line on a terminal, written over again and gone at the end."""

    def __init__(self, stream: TextIO, what: str) -> None:
        """Wait before anything is shown."""
        self._stream = stream
        self._text = f"{what} …"
        self._lock = threading.Lock()
        self._is_shown = self._has_ended = False
        # A terminal that cannot go back gets one line, and keeps it.
        self._goes_back = os.environ.get("TERM", "dumb") != "dumb"
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, progress: Progress) -> None:
        """Say how far it has come."""
        stage, done, total = progress
        count = f"{done:,} of {total:,} …" if stage == "comparing" and total else "…"
        with self._lock:
            self._text = f"{stage} {count}"
            if self._is_shown and self._goes_back:
                self._write()

    def _show(self) -> None:
        with self._lock:
            if not self._has_ended:
                self._is_shown = True
                self._write()

    def _write(self) -> None:
        text = f"{self._text}\n"
        if self._goes_back:
            # What takes more than one line could not be taken back.
            width = shutil.get_terminal_size().columns
            text = f"\r{short(self._text, max(width - 1, 1))}\x1b[K"
        self._stream.write(text)
        self._stream.flush()

    def end(self) -> None:
        """Take it away."""
        self._timer.cancel()
        with self._lock:
            self._has_ended = True
            if self._is_shown and self._goes_back:
                self._stream.write("\r\x1b[K")
                self._stream.flush()
