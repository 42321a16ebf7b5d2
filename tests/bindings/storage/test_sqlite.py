"""The SQLite store on real files: durable, single use, and one clear line for whatever is wrong with the file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.errors import StorageError
from ocppcore.session.contract import Batch

NOBODY = 65534


def put(store: SqliteStore, id: int, **rows: str) -> None:
    store.commit(Batch(id, {("t", key): value for key, value in rows.items()}, frozenset()))


def refusal(path: Path) -> str:
    """The one line that opening this path gives."""
    with pytest.raises(StorageError) as caught:
        SqliteStore(path)
    text = str(caught.value)
    assert str(path) in text and "\n" not in text
    return text


def test_what_was_committed_is_there_after_reopening(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    put(store, 1, a="1", b="2")
    store.close()
    again = SqliteStore(str(tmp_path / "s.db"))
    assert again.load() == {"t": {"a": "1", "b": "2"}}
    again.close()


def test_it_is_write_ahead_and_fully_synchronous(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    assert store._connection is not None
    pragmas = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    store.close()
    assert pragmas == ["wal", 2]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    put(store, 1, key="secret")
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    store.close()
    assert modes and not any(modes.values()), modes


def test_a_second_user_in_this_process_is_turned_away(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "s.db")
    assert "another program is using it" in refusal(tmp_path / "s.db")
    put(first, 1, a="1")
    first.close()
    SqliteStore(tmp_path / "s.db").close()


OPEN = "import sys; from ocppcore.bindings.storage.sqlite import SqliteStore; SqliteStore(sys.argv[1])"


def test_a_second_process_is_turned_away_with_one_line(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "s.db")
    other = subprocess.run([sys.executable, "-c", OPEN, tmp_path / "s.db"], capture_output=True, text=True, timeout=60)
    first.close()
    assert other.returncode != 0
    assert "StorageError" in other.stderr and "another program is using it" in other.stderr


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "it is a folder" in refusal(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "its folder is not there" in refusal(tmp_path / "none" / "s.db")


def test_a_text_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look like one " * 100)
    before = path.read_bytes()
    assert "not a database" in refusal(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE precious (x)")
    theirs.close()
    assert "another program" in refusal(path)
    theirs = sqlite3.connect(path)
    assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]
    theirs.close()


def test_a_later_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    SqliteStore(path).close()
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version=7")
    later.close()
    assert "schema 7" in refusal(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = SqliteStore(path)
    put(store, 1, **{f"k{n}": "x" * 500 for n in range(200)})
    store.close()
    whole = path.read_bytes()
    page = 4096
    path.write_bytes(whole[:page] + b"\xff" * page + whole[2 * page :])
    assert "damaged" in refusal(path)


READ_ONLY = """
import os, sys
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.errors import StorageError
if os.getuid() == 0: os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
try:
    SqliteStore(sys.argv[1])
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="file permissions of POSIX")
def test_a_read_only_file_is_refused() -> None:
    with TemporaryDirectory() as folder:  # not tmp_path, which other users may not enter
        path = Path(folder) / "s.db"
        SqliteStore(path).close()
        path.chmod(0o444)
        Path(folder).chmod(0o755)
        command = [sys.executable, "-c", READ_ONLY, str(path), str(NOBODY)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert str(path) in done.stdout and "cannot be opened" in done.stdout and done.stdout.count("\n") == 1


def test_nothing_of_a_batch_that_fails_is_written(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    put(store, 1, a="old")
    assert store._connection is not None
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count={pages + 2}").fetchall()  # a disk that is full
    with pytest.raises(StorageError, match="disk is full"):
        put(store, 2, a="new", b="x" * 100_000)
    assert store.load() == {"t": {"a": "old"}}
    store._connection.execute("PRAGMA max_page_count=1000000").fetchall()
    put(store, 3, a="new")
    assert store.load() == {"t": {"a": "new"}}
    store.close()


def test_what_is_stored_must_be_loaded_before_anything_is_written(tmp_path: Path) -> None:
    """A station that begins from nothing beside what it has stored would forget what it owes."""
    store = SqliteStore(tmp_path / "s.db")
    put(store, 1, a="old")
    store.close()
    store = SqliteStore(tmp_path / "s.db")
    with pytest.raises(StorageError, match=r"not loaded; use Station\(…, state=store.load\(\)\)"):
        put(store, 1, a="new")
    assert store.load() == {"t": {"a": "old"}}
    put(store, 2, a="new")
    store.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    store.close()
    with pytest.raises(StorageError, match="closed"):
        put(store, 1, a="1")
    with pytest.raises(StorageError, match="closed"):
        store.load()


WRITER = """
import sys
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.session.contract import Batch
store = SqliteStore(sys.argv[1])
store.load()
at = int(sys.argv[2])
while True:
    at += 1
    text = str(at) * 50
    store.commit(Batch(at, {("q", str(at)): text, ("state", "a"): str(at), ("state", "b"): str(at)}, frozenset()))
    sys.stdout.write(f"{at}\\n"); sys.stdout.flush()
"""


def test_W4_a_kill_loses_no_acknowledged_batch_and_tears_none(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    acked = 0
    for round in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(acked)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(20 + 37 * round):  # a different moment each time
            acked = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        for line in writer.stdout:
            if line.endswith("\n"):
                acked = int(line)
        writer.wait(timeout=30)
        writer.stdout.close()
        store = SqliteStore(path)
        stored = store.load()
        store.close()
        last = int(stored["state"]["a"])
        assert stored["state"]["b"] == stored["state"]["a"]
        assert acked <= last <= acked + 1  # the one in the air may be there, but whole
        assert stored["q"] == {str(n): str(n) * 50 for n in range(1, last + 1)}
        acked = last


def test_W4_a_journal_that_ends_anywhere_has_each_batch_whole_or_not_at_all(tmp_path: Path) -> None:
    """The last write of a disk that loses its power: the journal is cut off, or its end is of another time."""
    whole = tmp_path / "whole.db"
    store = SqliteStore(whole)
    for number in range(1, 7):
        put(store, number, a=str(number), b=str(number), **{f"n{number}": str(number) * 200})
    base, journal = whole.read_bytes(), Path(f"{whole}-wal").read_bytes()
    store.close()
    seen = set()
    for number, end in enumerate([*range(0, len(journal), 97), len(journal)]):
        for tail in (b"", journal[:100] * 3):
            torn = tmp_path / f"torn{number}{len(tail)}.db"
            torn.write_bytes(base)
            Path(f"{torn}-wal").write_bytes(journal[:end] + tail)
            again = SqliteStore(torn)
            rows = again.load().get("t", {})
            again.close()
            last = int(rows.get("a", "0"))
            expected = {f"n{n}": str(n) * 200 for n in range(1, last + 1)}
            assert rows == (expected | {"a": str(last), "b": str(last)} if last else {})
            seen.add(last)
    assert seen == set(range(7))
