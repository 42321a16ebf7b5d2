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


CASES = cases.cases()


@pytest.mark.parametrize("name", CASES)
def test_odd_arguments_end_in_a_result_or_an_exception(name: str) -> None:
    """Worth most under a sanitizer (`make sanitize`): these calls are the oddest that there are."""
    CASES[name]()


@pytest.mark.skipif(str(nodes.__file__).endswith(".py"), reason="nothing is compiled: Python counts by itself")
@pytest.mark.skipif(sys.getallocatedblocks() == 0, reason="PYTHONMALLOC=malloc: nobody counts blocks")
def test_no_call_leaks() -> None:
    """In a process of its own, where nothing else allocates."""
    done = subprocess.run([sys.executable, HERE / "refleak.py"], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
