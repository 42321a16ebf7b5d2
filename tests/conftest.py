"""What holds for every test run.

Checked first: compiled modules that lie beside their source in a checkout are not older than it. Such a module wins
over its edited source silently, so the run would test code that is no longer there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import ocppcore

if TYPE_CHECKING:
    from ocppcore.testing.certificates import Authority

ROOT = Path(__file__).parents[1]

settings.register_profile("ocppcore", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("ocppcore")


def stale_modules(root: Path) -> list[Path]:
    """The compiled modules that this interpreter would load, and whose .py, .pyx or .pxd is newer or gone, or a leaf
    file of the .pyx."""
    stale = []
    for suffix in EXTENSION_SUFFIXES:
        for folder in ("ocppcore", "bindings"):
            for module in (root / folder).rglob(f"*{suffix}"):
                stem = module.name.removesuffix(suffix)
                if "." in stem:  # a longer suffix, of another interpreter or of an earlier turn of this loop
                    continue
                sources = [module.with_name(f"{stem}.{kind}") for kind in ("py", "pyx", "pxd")]
                if sources[1].exists():
                    sources += [*module.parent.glob(f"{stem}_*.px[di]"), *module.parent.glob("*.h")]
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


@pytest.fixture(scope="session")
def cpo_root() -> Authority:
    """The root of an operator's hierarchy (W 2.6.2). For the whole session: making keys costs time."""
    from ocppcore.testing.certificates import Authority

    return Authority("CPO root")


@pytest.fixture(scope="session")
def maker_root() -> Authority:
    """The root of a manufacturer's hierarchy (W 2.6.2)."""
    from ocppcore.testing.certificates import Authority

    return Authority("Maker root", organization="Maker")
