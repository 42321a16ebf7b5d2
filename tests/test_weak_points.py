"""docs/weak-points.md has a row for each point that a test or the code names, and each point of stations has a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOT_HERE_YET = {"W32"}  # of OCPP 2.0.1


def rows(letter: str) -> set[str]:
    page = (ROOT / "docs/weak-points.md").read_text("utf-8")
    return set(re.findall(rf"^\| ({letter}\d+) \|", page, re.MULTILINE))


def sources(*folders: str) -> str:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return "\n".join(path.read_text("utf-8") for path in paths)


def test_each_point_has_a_test_and_each_test_its_point() -> None:
    named = re.findall(r"^ *(?:async )?def test_((?:W\d+_)+)", sources("tests"), re.MULTILINE)
    tested = {point for name in named for point in name.strip("_").split("_")}
    assert tested == rows("W")
    assert {f"W{number}" for number in range(1, 36)} == tested | NOT_HERE_YET


def test_every_attack_that_is_named_is_on_the_page() -> None:
    named = re.findall(r"(?<![\w/.-])(H\d\d)(?!\w)|def test_(H\d\d)_", sources("tests", "ocppcore", "bindings"))
    attacks = {one or other for one, other in named}
    assert len(attacks) > 10 and attacks <= rows("H")
