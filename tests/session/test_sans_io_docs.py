"""docs/sans-io.md tells the truth: its example runs and prints what it says, its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocppcore.session import commands, events
from ocppcore.session.policy import QUIRKS

TEXT = (Path(__file__).parents[2] / "docs" / "sans-io.md").read_text("utf-8")


def test_the_example_runs_and_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(code, "docs/sans-io.md", "exec"), {})
    (promised,) = re.findall(r"It prints `(.*?)`", TEXT)
    assert capsys.readouterr().out == promised + "\n"


def test_every_quirk_stands_in_the_table() -> None:
    rows = dict(re.findall(r"^\| ([a-z-]+) \| (.*) \|$", TEXT, re.MULTILINE))
    assert rows == QUIRKS


def test_every_event_and_command_of_a_session_is_named() -> None:
    only_2_1 = {"SendReceived", "ResultRefused"}
    names = {kind.__name__ for kind in events.Event.__subclasses__() if kind.__module__ == events.__name__} - only_2_1
    names -= {"Connected"}  # the answer to connected(), which the host itself called
    for name in [*names, commands.Connect.__name__, commands.Close.__name__, commands.Ping.__name__]:
        assert f"`{name}" in TEXT, name
