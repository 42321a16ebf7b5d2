"""What a user gets wrong is one clear line and an exit code, in the examples as in the commands; never a traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ocppcore.bindings.storage.sqlite import SqliteStore

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 60  # seconds


def run(name: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of an example, in a process of its own."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def told(name: str, *arguments: str) -> str:
    """The one line that a mistake is answered with."""
    code, _, errors = run(name, *arguments)
    assert code == 1 and errors.endswith("\n") and errors.count("\n") == 1, errors
    return errors


@pytest.mark.parametrize("url", ["http://localhost", "localhost:9000", "ws://", "ws://localhost:99999", "ws://[::1"])
def test_a_bad_url_of_a_charger(url: str, tmp_path: Path) -> None:
    assert "url" in told("charger", url, str(tmp_path / "charger.db")).lower()


def another_program(path: Path) -> None:
    path.write_text("dear diary")


@pytest.mark.parametrize(("make", "word"), [(another_program, "not a database"), (Path.mkdir, "folder")])
def test_a_bad_database_of_a_charger(make: Callable[[Path], None], word: str, tmp_path: Path) -> None:
    make(tmp_path / "charger.db")
    assert word in told("charger", "ws://localhost:9", str(tmp_path / "charger.db"))


def test_a_database_that_another_charger_uses(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "charger.db")):
        assert "another program is using it" in told("charger", "ws://localhost:9", str(tmp_path / "charger.db"))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "folder" in told("charger", "ws://localhost:9", str(tmp_path / "nowhere" / "charger.db"))


def test_a_port_that_is_taken() -> None:
    with socket.socket() as other:
        try:
            other.bind(("127.0.0.1", 9000))
        except OSError:
            pass  # somebody else has it, which will do
        else:
            other.listen()
        assert "9000" in told("backend")


@pytest.mark.parametrize("url", ["http://localhost/CP1", "ws://127.0.0.1:1/CP1"])
def test_a_bad_url_of_a_peer(url: str) -> None:
    told("peer_websockets", url)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_a_charger_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-u", str(EXAMPLES / "charger.py"), "ws://127.0.0.1:1", str(tmp_path / "charger.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as charger:
        assert charger.stdout is not None
        assert charger.stdout.readline().startswith("EVSE 1: contactor open")
        charger.send_signal(signal.SIGINT)
        _, errors = charger.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors and charger.returncode == 1


def test_a_back_end_that_is_not_there_is_one_line_while_the_charger_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-u", str(EXAMPLES / "charger.py"), "ws://127.0.0.1:1", str(tmp_path / "charger.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as charger:
        assert charger.stderr is not None
        line = charger.stderr.readline()
        assert charger.poll() is None
        charger.kill()
    assert line == "127.0.0.1:1: no link to the back end: Connection refused; trying again\n"
