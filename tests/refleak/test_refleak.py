"""No call leaves references behind; `make refleak` counts the same in a debug interpreter, to the last reference."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"refleak_{name}", HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_public_name_of_the_compiled_modules_has_a_case() -> None:
    assert load("cases").missing() == []


def test_no_call_leaks() -> None:
    """In a process of its own, where nothing else allocates."""
    done = subprocess.run([sys.executable, HERE / "refleak.py"], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
