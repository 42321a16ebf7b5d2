"""One word finds everything, and sizes stay small.

A functional block has one name, from the list below, in messages/, in station/blocks/ and in the tests of the blocks.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BLOCKS = {
    *("provisioning", "security", "authorization", "local_list", "transactions", "remote_control", "availability"),
    *("reservation", "meter_values", "smart_charging", "firmware", "diagnostics", "data_transfer", "certificates"),
    *("tariff_cost", "display", "bidirectional", "der_control", "battery_swap"),  # 2.x only
}
MESSAGES = [ROOT / "ocppcore/messages/v16", ROOT / "ocppcore/messages/v2"]
STATION = ROOT / "ocppcore/station/blocks"
TESTS = ROOT / "tests/station/blocks"

MAX_FILE = 600
MAX_FUNCTION = 80
FOLDERS = [ROOT / name for name in ("ocppcore", "bindings", "tests", "examples", "benchmarks")]
SOURCES = sorted(path for folder in FOLDERS for kind in ("py", "pyx", "pxd") for path in folder.rglob(f"*.{kind}"))
PYTHON = [path for path in SOURCES if path.suffix == ".py"]


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def names(folder: Path) -> set[str]:
    """The public modules and packages in a folder, test_ and private names left out."""
    found = {path.stem for path in folder.glob("*") if path.is_dir() or path.suffix == ".py"}
    return {name.removeprefix("test_") for name in found if not name.startswith(("_", ".")) and name != "conftest"}


@pytest.mark.parametrize("folder", [*MESSAGES, STATION, TESTS], ids=label)
def test_a_block_has_a_name_from_the_list(folder: Path) -> None:
    assert names(folder) <= BLOCKS


@pytest.mark.parametrize("block", sorted(names(STATION)))
def test_one_word_finds_messages_rules_and_tests(block: str) -> None:
    assert any(block in names(folder) for folder in MESSAGES), f"{block} has no messages of that name"
    assert block in names(TESTS), f"{block} has no tests of that name"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_no_file_is_too_long(path: Path) -> None:
    declarations = path.parent in MESSAGES  # facts taken from the standard, as long as the standard is
    lines = len(path.read_text("utf-8").splitlines())
    assert declarations or lines <= MAX_FILE


@pytest.mark.parametrize("path", PYTHON, ids=label)
def test_no_function_is_too_long_and_none_is_a_stub(path: Path) -> None:
    source = ast.parse(path.read_text("utf-8"), str(path))
    for node in ast.walk(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION, f"line {node.lineno}: {node.name}"
        elif isinstance(node, ast.Name):
            assert node.id != "NotImplemented" + "Error", f"line {node.lineno}"


@pytest.mark.parametrize("path", PYTHON, ids=label)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "the file opens with no docstring"


@pytest.mark.parametrize("folder", ["ocppcore", "bindings"])
def test_every_folder_of_modules_is_a_package(folder: str) -> None:
    """Otherwise it would not be in the wheel."""
    for path in (ROOT / folder).rglob("*.py"):
        assert (path.parent / "__init__.py").exists()
