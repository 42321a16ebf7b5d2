"""docs/firmware.md says what is told in each stage; the tables of the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from ocppcore.station.blocks.firmware.stages import PLAIN, SIGNED

DOCUMENT = (Path(__file__).parents[4] / "docs" / "firmware.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in DOCUMENT.splitlines() if line.startswith("|")]


def test_the_stages_of_the_documentation_are_those_of_the_code() -> None:
    rows = [row for row in ROWS[2:] if row[0]]  # behind the head
    assert [row[0] for row in rows] == list(SIGNED)
    for name, plain, signed, _, failed in rows:
        assert signed == (SIGNED[name].status or "")
        assert plain == (PLAIN[name].status or "" if name in PLAIN else "")
        works = SIGNED[name].work not in (None, "_pause")
        assert re.findall(r"[A-Z]\w+", failed) == ([SIGNED[name].failed] if works else [])
