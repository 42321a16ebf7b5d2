"""The command line as a user meets it: output, exit codes, one clear line for what went wrong, never a traceback."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

import ocppcore
from ocppcore import v16
from ocppcore.cli import COMMANDS, main
from ocppcore.errors import SetupError
from ocppcore.tools.log import MAX_LINE

LOG = """\
10:00 cp=A -> [2,"1","Heartbeat",{}]
10:01 cp=A <- [3,"1",{"currentTime":"2026-01-01T00:00:00Z"}]
10:02 cp=A connection lost
"""
FAULTY = '[2,"2","Authorize",{"idTag":5}]\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.txt"
    path.write_text(LOG)
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.txt"
    path.write_text(LOG + FAULTY)
    return path


def start(*arguments: str, **options: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """The command in a process of its own, where warnings are errors."""
    command = [sys.executable, "-W", "error", "-m", "ocppcore", *arguments]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(command, **streams)  # type: ignore[call-overload,no-any-return]


def end(process: subprocess.Popen[bytes], given: bytes | None = None) -> tuple[int, bytes, bytes]:
    """Exit code, output and errors."""
    with process:
        output, errors = process.communicate(given, timeout=60)
        return process.returncode, output or b"", errors or b""


# decode


def test_a_log_in_order(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", str(log)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "     1 CALL       Heartbeat 1 {}",
        '     2 CALLRESULT Heartbeat 1 {"currentTime":"2026-01-01T00:00:00Z"}',
        "2 frames; all in order; 1 line without a frame",
    ]


def test_a_log_with_a_fault(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", str(faulty)]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "3 frames; 1 faulty: 1 TypeConstraintViolation; 1 call without an answer; 1 line without a frame"


def test_json_is_one_object_a_line_and_nothing_else(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--json", "--key", "cp", str(faulty)]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(entry["ok"], entry["line"], entry.get("key")) for entry in found] == [
        *((True, 1, "A"), (True, 2, "A"), (False, 4, None)),
    ]


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x00\xff\xfe\n" * 1000, b"\n" * 10])
def test_no_frame_is_no_fault_but_is_said(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    assert main(["decode", str(path)]) == 0
    assert capsys.readouterr().out.startswith("no frame of OCPP-J found")
    assert main(["decode", "--json", str(path)]) == 0
    assert capsys.readouterr() == ("", "ocppcore: no frame of OCPP-J found\n")


def test_secrets_are_shown_only_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log"
    path.write_text('[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"c0ffee"}]')
    for format in ([], ["--json"]):
        assert main(["decode", str(path), *format]) == 0
        assert "c0ffee" not in capsys.readouterr().out
        assert main(["decode", str(path), "--show-secrets", *format]) == 0
        assert "c0ffee" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["decode", "{tmp}/none"], "ocppcore: {tmp}/none: No such file or directory"),
        (["decode", "{tmp}"], "ocppcore: {tmp}: Is a directory"),
        (["decode", "{tmp}/a\r\n\x1b[2J"], r"ocppcore: {tmp}/a\r\n\x1b[2J: No such file or directory"),
        (["decode"], "ocppcore decode: error: the following arguments are required: FILE"),
        (["decode", "x", "--version", "1.5"], "ocppcore decode: error: argument --version: invalid choice: '1.5'"),
        (["nothing"], "ocppcore: error: argument COMMAND: invalid choice: 'nothing'"),
        (["--nothing"], "ocppcore: error: unrecognized arguments: --nothing"),
        (["schema", "1.6"], "ocppcore: name either one ACTION, with or without --response, or --all"),
        (["schema", "1.6", "Reset", "--all"], "ocppcore: name either one ACTION, with or without --response, or --all"),
        (["schema", "1.6", "reset"], "ocppcore: OCPP 1.6 has no message 'reset'; did you mean Reset?"),
        (["schema", "1.6", "No"], "ocppcore: OCPP 1.6 has no message 'No'; `ocppcore schema 1.6 --all` has all"),
        (["schema", "3", "Reset"], "ocppcore schema: error: argument VERSION: invalid choice: '3'"),
    ],
)
def test_a_wrong_usage_is_one_clear_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    code, output, errors = end(start(*(argument.format(tmp=tmp_path) for argument in arguments)))
    assert (code, output) == (2, b"")
    last = errors.decode().splitlines()[-1]
    assert last.startswith(message.format(tmp=tmp_path)) and b"Traceback" not in errors


def test_no_command_is_a_wrong_usage_that_lists_the_commands() -> None:
    code, output, errors = end(start())
    assert code == 2 and all(name in (output + errors).decode() for name in COMMANDS)


def test_standard_input_is_read() -> None:
    assert end(start("decode", "-", stdin=subprocess.PIPE), (LOG + FAULTY).encode())[0] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a FIFO")
def test_a_fifo_is_read_line_by_line(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with start("decode", "--json", str(fifo)) as process:
        assert process.stdout is not None
        with open(fifo, "wb", buffering=0) as writer:
            for number in range(3):
                writer.write(b'[2,"%d","Heartbeat",{}]\n' % number)
                assert json.loads(process.stdout.readline())["id"] == str(number)
        assert process.wait(60) == 0


@pytest.mark.skipif(os.name != "posix", reason="exit codes of a shell")
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('[2,"1","Heartbeat",{}]\n' * 20_000)
    process = start("decode", str(path))
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    code, _, errors = end(process)
    assert (code, errors) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_line(log: Path) -> None:
    with open("/dev/full", "wb") as full:
        assert end(start("decode", str(log), stdout=full)) == (2, b"", b"ocppcore: No space left on device\n")


def test_a_terminal_without_utf8_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    path = tmp_path / "log"
    path.write_text('[2,"é","DataTransfer",{"vendorId":"😀"}]', "utf-8")
    code, output, errors = end(start("decode", str(path)))
    assert (code, errors) == (0, b"") and rb"\xe9" in output


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    options = {
        "csms": ["--port", "--insecure", "--keys", "--certificate", "--client-roots", "--json"],
        "decode": ["--version", "--key", "--json", "--show-secrets"],
        "schema": ["--response", "--all"],
    }
    for name, expected in options.items():
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        output = capsys.readouterr().out
        assert ended.value.code == 0 and all(option in output for option in expected)


def test_a_command_loads_only_its_own_module() -> None:
    code = "import sys, ocppcore.cli; print(*[name for name in sys.modules if name.startswith('ocppcore')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "ocppcore.cli" in loaded.split() and not re.search(r"ocppcore\.(tools|wire|v16|session)", loaded)


# read_log


def test_read_log_takes_a_path_a_file_or_lines(faulty: Path) -> None:
    content = faulty.read_bytes()
    sources = [faulty, str(faulty), io.BytesIO(content), io.StringIO(content.decode()), content.splitlines()]
    for source in [*sources, content.decode().splitlines(keepends=True), iter(content.decode().splitlines())]:
        found = [(entry.ok, entry.line, entry.key) for entry in ocppcore.read_log(source, version="1.6", key="cp")]
        assert found == [(True, 1, "A"), (True, 2, "A"), (False, 4, None)]
    with open(faulty, encoding="utf-8") as file:
        assert len(list(ocppcore.read_log(file))) == 3


def test_read_log_fails_at_once_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ocppcore.read_log(tmp_path / "none")
    with pytest.raises(SetupError):
        ocppcore.read_log([], version="1.5")


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    endless = b'[2,"1","DataTransfer",{"vendorId":"' + b"x" * (2 * MAX_LINE)
    found = list(ocppcore.read_log(io.BytesIO(endless + b'"}]\n[2,"2","Heartbeat",{}]\n')))
    assert [(entry.line, entry.id, entry.ok) for entry in found] == [(1, "1", False), (2, "2", True)]
    assert found[0].fault is not None and found[0].fault.rule == "message over 1048576 bytes"


def test_only_what_the_package_offers_can_be_had() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        ocppcore.nothing  # noqa: B018


# schema


def test_the_schema_of_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "1.6", "Heartbeat"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"] == {}
    assert main(["schema", "1.6", "Heartbeat", "--response"]) == 0
    assert json.loads(capsys.readouterr().out)["required"] == ["currentTime"]


def test_all_schemas_are_keyed_as_the_official_files_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "1.6", "--all"]) == 0
    schemas = json.loads(capsys.readouterr().out)
    assert len(schemas) == 78 and all(schema["type"] == "object" for schema in schemas.values())
    assert set(schemas) == {name for action in v16.REQUESTS for name in (action, f"{action}Response")}
