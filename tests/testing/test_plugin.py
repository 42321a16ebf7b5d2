"""The pytest plugin is light: a test suite that does not use it pays nothing."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys, pytest
before = set(sys.modules)
import ocppcore.testing.plugin
print(*sorted(name for name in set(sys.modules) - before))
"""


def test_the_plugin_imports_nothing_before_a_fixture_is_used() -> None:
    loaded = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True, timeout=60).stdout
    assert loaded.split() == ["ocppcore", "ocppcore.testing", "ocppcore.testing.plugin"]
