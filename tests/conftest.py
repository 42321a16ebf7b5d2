"""What holds for every test run.

Checked first: compiled modules that lie beside their source in a checkout are not older than it. Such a module wins
over its edited source silently, so the run would test code that is no longer there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from hypothesis import settings

import ocppcore

ROOT = Path(__file__).parents[1]

settings.register_profile("ocppcore", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("ocppcore")


def stale_modules(root: Path) -> list[Path]:
    """The compiled modules that this interpreter would load, and whose .py, .pyx or .pxd is newer or gone."""
    stale = []
    for suffix in EXTENSION_SUFFIXES:
        for folder in ("ocppcore", "bindings"):
            for module in (root / folder).rglob(f"*{suffix}"):
                stem = module.name.removesuffix(suffix)
                if "." in stem:  # a longer suffix, of another interpreter or of an earlier turn of this loop
                    continue
                sources = [module.with_name(f"{stem}.{kind}") for kind in ("py", "pyx", "pxd")]
                changed = [source.stat().st_mtime for source in sources if source.exists()]
                if not changed or max(changed) > module.stat().st_mtime:
                    stale.append(module)
    return stale


def pytest_configure(config: pytest.Config) -> None:
    if Path(ocppcore.__file__).is_relative_to(ROOT / "ocppcore") and (stale := stale_modules(ROOT)):
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        raise pytest.UsageError(f"older than its source, or without one: {names} (make extension; or delete it)")


@pytest.fixture(name="stale_modules")
def stale_modules_fixture() -> Callable[[Path], list[Path]]:
    return stale_modules
