"""The pytest plugin: found by itself, light for those who do not use it, and as docs/testing.md shows it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "testing.md"
FIXTURES = ("clock", "session_pair", "station", "csms")
CODE = """
import sys, pytest
before = set(sys.modules)
import ocppcore.testing.plugin
print(*sorted(name for name in set(sys.modules) - before))
"""


def test_the_plugin_imports_nothing_before_a_fixture_is_used() -> None:
    loaded = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True, timeout=60).stdout
    assert loaded.split() == ["ocppcore", "ocppcore.testing", "ocppcore.testing.plugin"]


def test_what_the_docs_show_runs_as_it_stands(pytester: pytest.Pytester) -> None:
    """In a test suite of its own that knows nothing of this one, with warnings as errors."""
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    pytester.makepyfile("\n\n".join(blocks))
    shown = sum(block.count("def test_") for block in blocks)
    pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider").assert_outcomes(passed=shown)
    assert shown >= 8


def test_the_fixtures_explain_themselves(pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest_subprocess("--fixtures", "-p", "no:cacheprovider").stdout.str()
    for name in FIXTURES:
        assert re.search(rf"^{name} -- .*\n    \w", listed, re.MULTILINE), name
        assert f"| `{name}` |" in DOCUMENT.read_text("utf-8")
