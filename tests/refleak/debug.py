"""`make refleak`: refleak.py in a debug interpreter, with an environment and compiled modules of its own.

DEBUG_PYTHON names the interpreter; Debian's is python3.11-dbg.

What the package depends on is built from source there. The compiled code of a wheel loads, but was built without
counting, so that every object which it frees would seem to be kept.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sanitize"))

from instrument import ROOT, Kind, Missing, build  # noqa: E402

PYTHON = os.environ.get("DEBUG_PYTHON", "python3.11-dbg")
VENV = ROOT / "build" / "refleak" / "venv"
DEBUG = Kind("refleak", "gcc", "-O1 -g", lambda compiler: [], "apt-get install gcc", str(VENV / "bin" / "python"))


def prepare() -> None:
    """The environment: what builds the package, and what it needs. Raises Missing."""
    if shutil.which(PYTHON) is None:
        raise Missing(f"{PYTHON} is missing: apt-get install python3-dbg python3-venv")
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    builders, needed = told["build-system"]["requires"], told["project"]["dependencies"]
    names = ",".join(re.split(r"[^\w-]", dependency)[0] for dependency in needed)
    subprocess.run([PYTHON, "-m", "venv", VENV], check=True)
    pip = [DEBUG.python, "-W", "ignore", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *builders], check=True)
    subprocess.run([*pip, "--no-cache-dir", "--force-reinstall", "--no-binary", names, *needed], check=True)


def main() -> int:
    try:
        prepare()
        lib = build(DEBUG)
    except Missing as missing:
        print(missing)
        return 2
    environment = os.environ | {"PYTHONPATH": str(lib)}
    return subprocess.run([DEBUG.python, HERE / "refleak.py"], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
