"""The rules on imports and purity: imports go one way, the core does no I/O, reads no clock and draws no randomness.

The modules are found in the tree, so a new one is checked from its first day. A folder or file of ocppcore/ without a
place in LAYERS is an application: it may import everything, and nothing below may import it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

# Imports go from right to left only, and never between the members of one layer.
LAYERS = (("wire",), ("messages",), ("v16", "v2"), ("session",), ("station", "csms"), ("bindings",), ("sim", "testing"))
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
APPLICATION = len(LAYERS)
# May be imported by all; import one another only (what they need for annotations alone is free).
FREE = {"errors", "version", "clock", "charging", "hardware", "__version__"}

# What reaches the world, reads a clock or draws randomness: each dotted name that is, or starts with, one of these.
WORLD = {
    *("io.open", "io.FileIO", "os", "pathlib", "glob", "shutil", "tempfile", "shelve", "sqlite3"),
    *("sys.stdin", "sys.stdout", "sys.stderr"),
    *("socket", "ssl", "select", "selectors", "socketserver", "http", "urllib.request", "ftplib", "smtplib"),
    *("asyncio", "threading", "concurrent", "multiprocessing", "subprocess"),
    *("time", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    *("datetime.date.today", "random", "secrets", "uuid.uuid1", "uuid.uuid4"),
}
BUILTINS = {"open", "print", "input"}
# The module's own name does nothing; a generator that is handed in has this type (made without a seed, it is refused).
HARMLESS = {"random", "random.Random"}
# Parts of ocppcore/ that may touch the world, and why.
EXEMPT = {
    "sim": "an application: it serves a web page and runs on a real clock",
    "cli": "the command line: reads files that the user names, writes to the terminal, runs the demo",
    "demo": "the demo: an event loop and sockets on loopback are its point",
    "__main__": "the entry point of the command line",
}


def sources() -> list[Path]:
    return sorted([*(ROOT / "ocppcore").rglob("*.py"), *(ROOT / "bindings").rglob("*.py")])


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[0] == "bindings":
        parts.insert(0, "ocppcore")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sources()}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def part(module: str) -> str:
    """The part of the package that a module is in: `wire` for ocppcore.wire.frame; "" for ocppcore itself."""
    return (module.split(".") + [""])[1]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


class Import(NamedTuple):
    """One imported name: dotted; as it is called here; what that local name stands for; if for annotations only."""

    name: str
    local: str
    stands_for: str
    line: int
    for_types: bool


def imports(module: str, node: ast.AST, annotations: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for_types = annotations or is_type_checking(node) and child in getattr(node, "body", ())
        if isinstance(child, ast.Import):
            for alias in child.names:
                bound = alias.name if alias.asname else alias.name.split(".")[0]
                yield Import(alias.name, alias.asname or bound, bound, child.lineno, for_types)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                name = f"{origin(module, child)}.{alias.name}"
                yield Import(name, alias.asname or alias.name, name, child.lineno, for_types)
        else:
            yield from imports(module, child, for_types)


def origin(module: str, node: ast.ImportFrom) -> str:
    """What `from … import` names, made absolute."""
    if not node.level:
        return node.module or ""
    package = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


def offence(importer: str, imported: str, for_types: bool) -> str:
    """Why a part of the package may not import another one; "" when it may."""
    if importer == imported or imported in FREE or importer in ("", "__main__"):
        return ""
    if importer in FREE:
        return "" if for_types else f"{importer} may be imported by all, so it imports none of the layers"
    if RANK.get(importer, APPLICATION) == APPLICATION:
        return ""
    if RANK.get(imported, APPLICATION) >= RANK[importer]:
        return f"{imported} is not below {importer}"
    return ""


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    offences = []
    for imported in imports(module, tree(MODULES[module])):
        if imported.name.startswith("ocppcore."):
            if why := offence(part(module), part(imported.name), imported.for_types):
                offences.append(f"line {imported.line}: {imported.name}: {why}")
        elif imported.name.split(".")[0] == "bindings":
            offences.append(f"line {imported.line}: bindings is imported as ocppcore.bindings")
    assert not offences


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("ocppcore.station.blocks.")])
def test_blocks_never_import_each_other(module: str) -> None:
    block = module.split(".")[3]
    for name, _, _, line, _ in imports(module, tree(MODULES[module])):
        if name.startswith("ocppcore.station.blocks."):
            assert name.split(".")[3] == block, f"line {line}: {name}: blocks meet in Context and local events"


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """The full dotted name of an expression such as `dt.datetime.now`, given what the module's names stand for."""
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, names)
        return base and f"{base}.{node.attr}"
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    return ""


def reaches(name: str) -> bool:
    starts = {".".join(name.split(".")[:count]) for count in range(1, name.count(".") + 2)}
    return not starts.isdisjoint(WORLD) and name not in HARMLESS and not name.startswith("random.Random.")


def reaching(source: ast.Module, module: str) -> list[str]:
    """Where a module reaches the world, as `line N: name`."""
    imported = [entry for entry in imports(module, source) if not entry.for_types]
    names = {entry.local: entry.stands_for for entry in imported}
    found = {entry.line: entry.name for entry in imported if reaches(entry.name)}
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute | ast.Name) and reaches(name := dotted(node, names)):
            found[node.lineno] = name
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS - names.keys():
            found[node.lineno] = node.func.id
        elif isinstance(node, ast.Call) and not node.args and dotted(node.func, names) == "random.Random":
            found[node.lineno] = "random.Random() without a seed"
    return [f"line {line}: {name}" for line, name in sorted(found.items())]


CORE = [name for name in MODULES if part(name) not in {"bindings", *EXEMPT}]


@pytest.mark.parametrize("module", CORE)
def test_the_core_is_handed_time_randomness_files_and_sockets(module: str) -> None:
    assert not reaching(tree(MODULES[module]), module)


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from time import monotonic",
        "import datetime as dt; dt.datetime.now()",
        "from datetime import datetime; datetime.now(UTC)",
        "import random; random.random()",
        "import random; random.Random()",
        "from random import choice",
        "import uuid; str(uuid.uuid4())",
        "from os import urandom",
        "open('x')",
        "def late():\n    import asyncio.events",
        "from pathlib import Path",
    ],
)
def test_reaching_the_world_is_seen(line: str) -> None:
    assert reaching(ast.parse(line), "ocppcore")


def test_what_is_handed_in_is_not_the_world() -> None:
    lines = "import random, uuid\nfrom datetime import datetime\n"
    lines += "def f(r: random.Random): r.random(); uuid.UUID('x'); self.open(); clock.now(); random.Random(seed)"
    assert not reaching(ast.parse(lines), "ocppcore")


def run(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sys.modules, sep="\\n")
"""


@pytest.mark.parametrize("module", [name for name in ("ocppcore.v16", "ocppcore.messages.v16") if name in MODULES])
def test_version_1_6_loads_neither_io_nor_the_other_versions(module: str) -> None:
    loaded = set(run(LOADED, module).split())
    assert module in loaded
    assert not loaded & {"asyncio", "ssl", "sqlite3", "socket", "ocppcore.messages.v2", "ocppcore.v2"}
    assert not loaded & {"json", "ujson"}  # they come with the first message that is read or written


def test_the_core_loads_no_io() -> None:
    loaded = set(run(LOADED, *(name for name in CORE if part(name) != "testing")).split())
    assert loaded >= {name for name in CORE if part(name) != "testing"}
    assert not loaded & {"asyncio", "ssl", "sqlite3"}


# To import a module first is to import its package, then the module: hence a process per package forks its modules.
FIRST = """
import importlib, os, sys, traceback

def visit(name):
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
            for module in sys.argv[1:]:
                if module.rpartition(".")[0] == name:
                    visit(module)
        except BaseException as error:
            if not isinstance(error, SystemExit):
                traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{name} cannot be imported first")

visit("ocppcore")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to be quick")
def test_every_module_can_be_imported_first() -> None:
    run(FIRST, *MODULES)
