"""Logs from wherever they are: a path, an open file, a pipe, standard input, or lines in memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import IO, Any

from ocppcore.tools.log import MAX_LINE, Entry, LogReader

Source = str | os.PathLike[str] | IO[str] | IO[bytes] | Iterable[str] | Iterable[bytes]


def read_log(source: Source, version: str = "1.6", key: str | None = None) -> Iterator[Entry]:
    """The frames of a log, one Entry for each, as they come: also from a FIFO or a log that grows.

    source: the path of a file, an open file (binary is better: bad UTF-8 is then a fault of its frame) or lines.
    version: "1.6"; key: name of the field that tells stations apart (`station=CP1`, `"station": "CP1"`).
    Raises at once OSError if the file cannot be opened and SetupError for a wrong version; nothing in the log raises.
    """
    reader = LogReader(version, key)
    opened: Any = open(source, "rb") if isinstance(source, str | os.PathLike) else nullcontext(source)

    def entries() -> Iterator[Entry]:
        with opened as file:
            yield from reader.read(lines_of(file))

    return entries()


def lines_of(source: Any) -> Iterator[str | bytes]:
    """The lines of an open file, each cut at MAX_LINE, or of an iterable as they are."""
    if not hasattr(source, "readline"):
        yield from source
        return
    while line := source.readline(MAX_LINE):
        yield line
        while line and len(line) == MAX_LINE and line[-1:] not in ("\n", b"\n"):
            line = source.readline(MAX_LINE)  # the rest of a line that nobody wants to hold in memory


def is_growing(file: IO[Any]) -> bool:
    """True if more may be written to the file while it is read: a pipe or a terminal."""
    return not stat.S_ISREG(os.fstat(file.fileno()).st_mode)
