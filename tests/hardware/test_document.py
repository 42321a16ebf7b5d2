"""docs/hardware.md names all that a charger maker can write and tell, and its times are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocppcore.bindings._driver import APPLY_TIME
from ocppcore.hardware import Hardware, Want
from ocppcore.station.blocks.diagnostics.state import COLLECT_TIME
from ocppcore.station.blocks.firmware.state import INSTALL_TIME, RESET_TIME
from ocppcore.station.blocks.meter_values.readings import DEADLINE
from ocppcore.station.blocks.remote_control.state import UNLOCK_TIME
from ocppcore.station.inputs import Inputs

DOCS = (Path(__file__).parents[2] / "docs" / "hardware.md").read_text("utf-8")


def public(cls: type) -> list[str]:
    return [name for name, member in vars(cls).items() if callable(member) and not name.startswith("_")]


@pytest.mark.parametrize("name", [*public(Hardware), *public(Inputs)])
def test_each_method_and_input_has_its_row(name: str) -> None:
    assert re.search(rf"^\|.*`{name}\(", DOCS, re.MULTILINE)


@pytest.mark.parametrize("name", Want.__slots__)
def test_each_field_of_Want_has_its_row(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`", DOCS, re.MULTILINE)


@pytest.mark.parametrize(
    ("method", "seconds"),
    [
        ("apply", APPLY_TIME),
        ("read_meter", DEADLINE),
        ("unlock", UNLOCK_TIME),
        ("reset", RESET_TIME),
        ("diagnostics", COLLECT_TIME),
    ],
)
def test_the_times_are_those_of_the_code(method: str, seconds: float) -> None:
    assert re.search(rf"^\| `{method}\(.* \| {seconds:g} s \|$", DOCS, re.MULTILINE)
    assert INSTALL_TIME == 3600
