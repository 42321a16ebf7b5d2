"""No call leaves references behind; `make refleak` counts the same in a debug interpreter, to the last reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ocppcore.messages.schema import nodes

HERE = Path(__file__).parent


sys.path.insert(0, str(HERE))  # as when refleak.py runs
import cases  # noqa: E402

sys.path.remove(str(HERE))


def test_every_public_name_of_the_compiled_modules_has_a_case() -> None:
    assert cases.missing() == []


@pytest.mark.skipif(str(nodes.__file__).endswith(".py"), reason="nothing is compiled: Python counts by itself")
def test_no_call_leaks() -> None:
    """In a process of its own, where nothing else allocates."""
    done = subprocess.run([sys.executable, HERE / "refleak.py"], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
