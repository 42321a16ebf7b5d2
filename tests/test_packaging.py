"""What users install: the contents of the wheel and of the source distribution, the version, the compiled modules."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import pytest

import ocppcore

ROOT = Path(__file__).parents[1]
# How the package under test was built; the Makefile says so. Without it (pytest by hand), either will do.
BUILD = os.environ.get("OCPPCORE_BUILD")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the build reads, without anything that was built."""
    copy = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd", "*.c", "*.egg-info", ".*")
    for path in ROOT.iterdir():
        if path.name not in ("build", "dist", ".venv", ".git"):
            if path.is_dir():
                shutil.copytree(path, copy / path.name, ignore=ignore)
            else:
                shutil.copy(path, copy)
    return copy


def build(checkout: Path, what: str) -> Path:
    """The path of a wheel or a source distribution ("sdist") of the pure package."""
    code = f"from setuptools.build_meta import build_{what}; build_{what}('dist')"
    environment = {**os.environ, "OCPPCORE_PURE": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=checkout, check=True, timeout=300, env=environment)
    return next((checkout / "dist").glob("*.whl" if what == "wheel" else "*.tar.gz"))


def test_the_pure_wheel_holds_every_module_under_its_name(checkout: Path) -> None:
    wheel = build(checkout, "wheel")
    assert wheel.name == f"ocppcore-{ocppcore.__version__}-py3-none-any.whl"
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = [path for folder in ("ocppcore", "bindings") for path in (checkout / folder).rglob("*")]
    kept = (".py", ".pyi", ".pxd", ".typed")
    paths = {path.relative_to(checkout).as_posix() for path in files if path.suffix in kept}
    assert names == {path if path.startswith("ocppcore/") else f"ocppcore/{path}" for path in paths}


def test_the_source_distribution_holds_what_builds_and_tests_need(checkout: Path) -> None:
    with tarfile.open(build(checkout, "sdist")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = {"setup.py", "pyproject.toml", "LICENSE", "Makefile", "bindings/__init__.py", "ocppcore/py.typed"}
    expected |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    assert not expected - names


def test_the_version_is_said_once_and_is_what_is_installed() -> None:
    assert metadata.version("ocppcore") == ocppcore.__version__


def compiled_modules() -> dict[str, Path]:
    """The modules that setup.py compiles and their sources, read from its text: running it would start a build."""
    for node in ast.parse((ROOT / "setup.py").read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "COMPILED" and node.value:
            return {name: ROOT / source for name, source in ast.literal_eval(node.value).items()}
    raise AssertionError("setup.py has no COMPILED")


@pytest.mark.skipif(BUILD is None, reason="pytest was started by hand: both builds will do")
def test_the_tests_ran_on_the_build_that_they_should() -> None:
    suffixes = tuple(EXTENSION_SUFFIXES)
    found = {name: str(spec.origin) for name in compiled_modules() if (spec := find_spec(name))}
    # A .pyx is there only when it is compiled: what it does, other modules do without it.
    expected = [name for name, source in compiled_modules().items() if BUILD == "compiled" or source.suffix == ".py"]
    assert sorted(found) == sorted(expected)
    wrong = {name: origin for name, origin in found.items() if origin.endswith(suffixes) is not (BUILD == "compiled")}
    assert not wrong


@pytest.mark.parametrize("source", [path for path in compiled_modules().values() if path.with_suffix(".pxd").exists()])
def test_a_pxd_declares_every_attribute_of_its_classes(source: Path) -> None:
    """An extension type has no others, so the module would fail when compiled, and only then."""
    blocks = source.with_suffix(".pxd").read_text("utf-8").split("cdef class ")[1:]
    attribute = re.compile(r"cdef [^(\n]*?(\w+)\s*(?:#.*)?$", re.MULTILINE)  # a method has a (
    declared = {re.split(r"\W", block)[0]: set(attribute.findall(block)) for block in blocks}
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name in declared:
            (slots,) = [entry.value for entry in node.body if isinstance(entry, ast.Assign) and is_slots(entry)]
            assert set(ast.literal_eval(slots)) == declared[node.name], node.name


def is_slots(entry: ast.Assign) -> bool:
    return ast.unparse(entry.targets[0]) == "__slots__"


def test_a_compiled_module_older_than_its_source_is_noticed(
    tmp_path: Path, stale_modules: Callable[[Path], list[Path]]
) -> None:
    folder = tmp_path / "ocppcore" / "wire"
    folder.mkdir(parents=True)
    modules = [folder / (name + EXTENSION_SUFFIXES[0]) for name in "abcdef"]
    _fresh, stale, orphan, newer_pxd, newer_leaf, _fresh_leaf = modules
    for source in ("a.py", "b.py", "d.py", "e.pyx", "f.pyx", "f_leaf.pxd", "a_leaf.pxd"):
        (folder / source).touch()
        os.utime(folder / source, (1000, 3000 if source in ("b.py", "a_leaf.pxd") else 1000))
    (folder / "d.pxd").touch()
    (folder / "e_leaf.pxi").touch()
    for module in modules:
        module.touch()
        os.utime(module, (2000, 2000))
    assert set(stale_modules(tmp_path)) == {stale, orphan, newer_pxd, newer_leaf}


def test_bindings_under_its_folder_name_is_refused() -> None:
    """It would be a second copy of every module in it."""
    command = [sys.executable, "-c", "import bindings"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=without_safe_path(), timeout=60)
    assert done.returncode == 1
    assert "import ocppcore.bindings instead" in done.stderr


def without_safe_path() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
