"""The README's code runs as it stands, and says what the files say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CORE, CHARGER = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_sans_io_example_runs_and_prints_what_its_comment_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(CORE, "README.md", "exec"), {})
    assert capsys.readouterr().out == "04AABBCCDD Accepted\n"


def test_the_charger_is_the_example_that_is_tested() -> None:
    assert CHARGER == (ROOT / "examples" / "charger.py").read_text(encoding="utf-8")


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_map_names_folders_that_are_there() -> None:
    rows = README.split("## Map")[1].split("Further reading")[0]
    named = [name for cell in re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE) for name in re.findall(r"`(.*?)`", cell)]
    parent = Path()
    assert len(named) >= 12
    for name in named:
        parent = (ROOT / name).parent if "/" in name.rstrip("/") else parent
        assert (ROOT / name).is_dir() or (parent / name).is_dir(), name
