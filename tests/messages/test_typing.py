"""Type checkers see the real signatures of the declarations."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("typing_cases.py")
CONFIG = "[mypy]\nstrict = true\nfollow_untyped_imports = true\n"


def test_mypy_sees_the_signatures(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "mypy.ini").write_text(CONFIG)
    command = [sys.executable, "-m", "mypy", "--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(tmp_path)]
    root = CASES.parents[2]
    result = subprocess.run([*command, str(CASES)], capture_output=True, text=True, timeout=300, cwd=root)
    assert result.returncode == 0, result.stdout + result.stderr
