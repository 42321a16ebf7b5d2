"""docs/decode.md shows real output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocppcore.cli import main

DOCUMENT = (Path(__file__).parents[2] / "docs" / "decode.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_log_in_the_document_is_shown_as_the_document_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "station.log"
    path.write_text(block("log"), "utf-8")
    assert main(["decode", str(path)]) == 1
    assert capsys.readouterr().out == block("text")


def test_the_python_in_the_document_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("station.log").write_text(block("log"), "utf-8")
    exec(block("python"), {})
    assert capsys.readouterr().out.splitlines() == [
        "4 Authorize TypeConstraintViolation /idTag type string "
        '[4,"2","TypeConstraintViolation","type string at /idTag",{}]'
    ]
