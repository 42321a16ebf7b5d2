"""A store in one SQLite file: durable against a kill and a power cut at any point.

Its rules: write-ahead log with synchronous=FULL, both read back after they are set, because SQLite says yes without
doing it where the file system will not have it. The file is locked for one process from the start. Each error of
SQLite leaves here as a StorageError of one line that names the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ocppcore.errors import StorageError
from ocppcore.session.contract import Batch

__all__ = ["SqliteStore"]

SCHEMA_VERSION = 1
SYNCHRONOUS_FULL = 2
# What SQLite calls the trouble: what the user can do about it.
ADVICE = {
    sqlite3.SQLITE_BUSY: "another program is using it; stop that one first",
    sqlite3.SQLITE_LOCKED: "another program is using it; stop that one first",
    sqlite3.SQLITE_READONLY: "it cannot be written; check its permissions and those of its folder",
    sqlite3.SQLITE_PERM: "it cannot be written; check its permissions and those of its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the path and its permissions",
    sqlite3.SQLITE_NOTADB: "it is not a database; name another file",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore it, or move it away to start afresh",
    sqlite3.SQLITE_FULL: "the disk is full; make room",
}


class SqliteStore:
    """Keeps JSON texts by (table, key) in the file `path`. It is made if it is not there, readable by its owner only.

    One store, one process: a second one gets a StorageError at once. What is there must be loaded before anything is
    written. commit() may be called from another thread
    than the one that made the store, but not from two threads at a time.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open or make the file. Raises StorageError with one line that says what to do."""
        self.path = os.fspath(path)
        self._connection: sqlite3.Connection | None = None
        self._unread = False  # it has a state that nobody has loaded
        try:
            _make_file(self.path)
            with _explained(self.path):
                self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
                self._prepare(self._connection)
                self._unread = bool(_value(self._connection, "SELECT count(*) FROM store"))
        except BaseException:
            self.close()
            raise

    def load(self) -> dict[str, dict[str, str]]:
        """All that is stored: table to key to JSON text. Raises StorageError."""
        tables: dict[str, dict[str, str]] = {}
        with _explained(self.path):
            for table, key, value in self._open().execute("SELECT tbl, key, value FROM store"):
                tables.setdefault(table, {})[key] = value
        self._unread = False
        return tables

    def commit(self, batch: Batch) -> None:
        """Make the batch durable before returning. Raises StorageError, with nothing of the batch written."""
        connection = self._open()
        if self._unread:  # a station that has forgotten what it owes to its back end
            raise StorageError(f"{self.path}: what is stored was not loaded; use Station(…, state=store.load())")
        puts = [(table, key, text) for (table, key), text in batch.puts.items()]
        with _explained(self.path):
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT OR REPLACE INTO store VALUES (?, ?, ?)", puts)
                connection.executemany("DELETE FROM store WHERE tbl = ? AND key = ?", list(batch.deletes))
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite has rolled back by itself after some errors
                    connection.rollback()
                raise

    def close(self) -> None:
        """Let go of the file. Twice is harmless."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):  # all that was committed is safe in the log, whatever closing says
                connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StorageError(f"{self.path}: the store is closed")
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Lock the file, set and check what makes it durable, and see that it is a store of ours and whole."""
        self._insist(connection, "locking_mode", "EXCLUSIVE", "exclusive")
        self._insist(connection, "journal_mode", "WAL", "wal")
        self._insist(connection, "synchronous", "FULL", SYNCHRONOUS_FULL)
        connection.execute("BEGIN EXCLUSIVE")  # from here on, a second process is turned away
        try:
            self._check_schema(connection)
        finally:
            connection.execute("COMMIT")
        if _value(connection, "PRAGMA quick_check(1)") != "ok":
            raise StorageError(f"{self.path}: {ADVICE[sqlite3.SQLITE_CORRUPT]}")

    def _insist(self, connection: sqlite3.Connection, pragma: str, value: str, expected: object) -> None:
        connection.execute(f"PRAGMA {pragma}={value}").fetchall()
        if (found := _value(connection, f"PRAGMA {pragma}")) != expected:
            raise StorageError(f"{self.path}: this file system cannot hold it safely ({pragma} stays {found})")

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        version = _value(connection, "PRAGMA user_version")
        if version == 0 and not _value(connection, "SELECT count(*) FROM sqlite_master"):
            connection.execute(
                "CREATE TABLE store (tbl TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tbl, key))"
                " WITHOUT ROWID"
            )
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        elif version == 0:
            raise StorageError(f"{self.path}: it is a database of another program; name another file")
        elif version != SCHEMA_VERSION:
            raise StorageError(f"{self.path}: it was written by another version of this program (schema {version})")


def _value(connection: sqlite3.Connection, sql: str) -> Any:
    """The first value of the first row. Fetching it is what makes SQLite report an error of a PRAGMA."""
    return connection.execute(sql).fetchall()[0][0]


def _make_file(path: str) -> None:
    """Make an empty file if there is none. SQLite would make it readable by all; it will hold keys."""
    if os.path.isdir(path):
        raise StorageError(f"{path}: it is a folder; name a file in it")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except FileNotFoundError:
        raise StorageError(f"{path}: its folder is not there; make it first") from None
    except OSError as error:
        raise StorageError(f"{path}: it cannot be opened ({error.strerror})") from None


@contextmanager
def _explained(path: str) -> Iterator[None]:
    """Turn errors of SQLite into a StorageError with advice; the first byte of an extended code is the plain one."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise StorageError(f"{path}: {ADVICE.get(code, str(error))}") from error
