"""A missing extra says what to install; what needs no extra does without."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ocppcore.bindings._extras import lacking


def last_line(*missing: str, wanted: str) -> str:
    """What an interpreter says that lacks modules and imports another one."""
    code = f"import sys\nfor name in {missing!r}: sys.modules[name] = None\nimport {wanted}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    return (done.stderr.splitlines() or [""])[-1]


@pytest.mark.parametrize(
    ("missing", "wanted", "extra"),
    [
        ("wsproto", "ocppcore.bindings.asyncio", "ws"),
        ("wsproto", "ocppcore.bindings.ws", "ws"),
        ("cryptography", "ocppcore.bindings.security.service", "security"),
        ("cryptography", "ocppcore.bindings.security.meter_key", "security"),
    ],
)
def test_a_missing_extra_says_what_to_install(missing: str, wanted: str, extra: str) -> None:
    line = last_line(missing, wanted=wanted)
    assert line == f"ModuleNotFoundError: {missing} is missing: pip install 'ocppcore[{extra}]'"


@pytest.mark.parametrize("wanted", ["setup_file", "storage.sqlite", "transfer", "security.base"])
def test_what_needs_no_extra(wanted: str) -> None:
    assert last_line("wsproto", "h11", "cryptography", wanted=f"ocppcore.bindings.{wanted}") == ""


def test_a_station_over_a_socket_needs_no_cryptography() -> None:
    assert last_line("cryptography", wanted="ocppcore.bindings.asyncio") == ""


def test_other_errors_stay_as_they_are() -> None:
    error = ModuleNotFoundError("No module named 'x'", name="x")
    assert lacking(error) is error
