"""Builds the compiled modules once more, otherwise, from a copy in build/<name>/: the checkout stays as it is.

    lib = build(GCC)                                                # sanitize.py, fuzz.py; tests/refleak/debug.py
    subprocess.run(command, env=GCC.environment(lib))

Two settings make the difference between "no bug" and "nobody looked": PYTHONMALLOC=malloc, because ASAN knows nothing
of Python's own heap, and -fno-wrapv, because CPython's flags declare signed overflow to be no error. The planted bugs
of canary.pyx prove that both are in force.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CANARY = HERE / "canary.pyx"
COMMON = "-O1 -g -fno-wrapv -fno-omit-frame-pointer -fno-sanitize-recover=undefined"
SEEN = {"over_read": "heap-buffer-overflow", "overflow": "signed integer overflow"}
# allocator_may_return_null: an absurd size is Python's MemoryError, not ASAN's report. Python never frees all it has.
OPTIONS = "detect_leaks=0:allocator_may_return_null=1:abort_on_error=0:exitcode=99"


class Missing(Exception):
    """Something has to be installed first; the text says what."""


class Kind:
    """A way to build. compiler: its command; flags: what is instrumented; preload: finds the libraries that must be
    there before Python starts; python: the interpreter to build for."""

    def __init__(
        self,
        name: str,
        compiler: str,
        flags: str,
        preload: Callable[[str], list[str]],
        install: str,
        python: str = sys.executable,
    ) -> None:
        self.folder = ROOT / "build" / name
        self.compiler = compiler
        self.flags = flags
        self.preload = preload
        self.install = install
        self.python = python

    def environment(self, lib: Path) -> dict[str, str]:
        """For a process that uses what was built."""
        return os.environ | {
            "LD_PRELOAD": " ".join(self.preload(self.compiler)),
            "PYTHONMALLOC": "malloc",
            "PYTHONPATH": str(lib),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ASAN_OPTIONS": OPTIONS,
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }


def _gcc_libraries(compiler: str) -> list[str]:
    """libstdc++ too: ASAN wraps what throws, and must find it when it starts."""
    names = ("libasan.so", "libubsan.so", "libstdc++.so.6")
    command = [compiler, *(f"-print-file-name={name}" for name in names)]
    found = [subprocess.run([compiler, option], capture_output=True, text=True, check=True) for option in command[1:]]
    return [done.stdout.strip() for done in found]


def _atheris_library(compiler: str) -> list[str]:
    import atheris

    return [str(Path(atheris.path()) / "asan_with_fuzzer.so")]


GCC = Kind("sanitize", "gcc", f"{COMMON} -fsanitize=address,undefined", _gcc_libraries, "apt-get install gcc")
CLANG = Kind(
    "fuzz", "clang-14", f"{COMMON} -fsanitize=fuzzer-no-link,address,undefined", _atheris_library,
    "apt-get install clang-14",
)  # fmt: skip


FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")
SOURCES = (".py", ".pyi", ".pyx", ".pxd", ".pxi", ".h", ".typed")


def mirror(copy: Path) -> None:
    """Make a folder hold what the build reads, as it is now; what has not changed is not touched, nor is Cython's C."""
    found = [ROOT / name for name in FILES if (ROOT / name).exists()]
    for folder in ("ocppcore", "bindings"):
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES]
    wanted = {copy / path.relative_to(ROOT): path for path in found}
    for old in [path for path in copy.rglob("*") if path.suffix in SOURCES and path not in wanted]:
        old.unlink()
    for target, path in wanted.items():
        if not target.exists() or target.stat().st_mtime_ns != path.stat().st_mtime_ns:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def build(kind: Kind) -> Path:
    """The folder to import from: the package, and the canary. Compiles what has changed. Raises Missing."""
    if shutil.which(kind.compiler) is None:
        raise Missing(f"{kind.compiler} is missing: {kind.install}")
    source, lib, temp = (kind.folder / name for name in ("source", "lib", "temp"))
    mirror(source)
    for old in lib.rglob("*.py"):  # or a deleted module would live on
        old.unlink()
    shared = f"{kind.compiler} -shared {kind.flags}"
    environment = os.environ | {"CC": kind.compiler, "CFLAGS": kind.flags, "LDSHARED": shared}
    run = partial(subprocess.run, check=True, env=environment, cwd=source, stdout=subprocess.DEVNULL)
    run([kind.python, "setup.py", "--quiet", "build_py", "--build-lib", str(lib)])
    command = ["build_ext", "--build-lib", str(lib), "--build-temp", str(temp)]
    run([kind.python, "setup.py", "--quiet", *command])
    code = (
        "from setuptools import setup; from Cython.Build import cythonize;"
        f"setup(name='canary', ext_modules=cythonize('canary.pyx'), script_args={['--quiet', *command]!r})"
    )
    planted = kind.folder / "canary"  # a folder of its own: here setup.py is not asked
    planted.mkdir(exist_ok=True)
    shutil.copy2(CANARY, planted)
    run([kind.python, "-c", code], cwd=planted)
    return lib


def watched(kind: Kind, lib: Path) -> list[str]:
    """What is wrong with the watch: planted bugs without a report, or a report where there is no bug."""
    wrong = []
    for bug, report in [*SEEN.items(), ("nothing", "")]:
        code = f"import canary; canary.{bug}(bytes(64))"
        done = subprocess.run(
            [sys.executable, "-c", code], env=kind.environment(lib), capture_output=True, text=True, timeout=60
        )
        if (done.returncode == 0) != (not report) or report not in done.stderr:
            wrong.append(f"{bug}: exit {done.returncode}, {done.stderr[-500:]!r}")
    return wrong
