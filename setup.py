"""What pyproject.toml cannot say: bindings/ is imported as ocppcore.bindings, and hot modules are compiled.

A compiled module stays a plain .py file (Cython's pure-Python mode; a .pxd beside it adds the C types), so that the
package runs uncompiled too. OCPPCORE_PURE=1 builds without any extension: the wheel is then py3-none-any.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

# Module: its source. The rules for such a module are in CONTRIBUTING.md.
COMPILED: dict[str, str] = {
    "ocppcore.charging.limits": "ocppcore/charging/limits.py",
    "ocppcore.charging.timetable": "ocppcore/charging/timetable.py",
    "ocppcore.charging.calculator": "ocppcore/charging/calculator.py",
    "ocppcore.csms.answer": "ocppcore/csms/answer.py",
    "ocppcore.csms.events": "ocppcore/csms/events.py",
    "ocppcore.csms.link": "ocppcore/csms/link.py",
    "ocppcore.csms.station": "ocppcore/csms/station.py",
    "ocppcore.messages.base": "ocppcore/messages/base.py",
    "ocppcore.messages.schema.nodes": "ocppcore/messages/schema/nodes.py",
    "ocppcore.messages.schema.shape": "ocppcore/messages/schema/shape.py",
    "ocppcore.session.calls": "ocppcore/session/calls.py",
    "ocppcore.session.counters": "ocppcore/session/counters.py",
    "ocppcore.session.events": "ocppcore/session/events.py",
    "ocppcore.session.incoming": "ocppcore/session/incoming.py",
    "ocppcore.session.link": "ocppcore/session/link.py",
    "ocppcore.session.outbox": "ocppcore/session/outbox.py",
    "ocppcore.session.pump": "ocppcore/session/pump.py",
    "ocppcore.session.session": "ocppcore/session/session.py",
    "ocppcore.session.settings": "ocppcore/session/settings.py",
    "ocppcore.wire.fast": "ocppcore/wire/fast.pyx",
}

# For every compiled module; an exception stands at the top of the file that needs it.
DIRECTIVES: dict[str, Any] = {
    "language_level": 3,
    "annotation_typing": False,  # `int` is a Python int; C types come from the .pxd only
    "binding": True,
    "embedsignature": True,
    "embedsignature.format": "c",
}

# OCPPCORE_SCALAR=1 leaves out SSE2 and NEON, so that the portable code behind them can be tested anywhere.
SCALAR = os.environ.get("OCPPCORE_SCALAR", "0") not in ("", "0")
PURE = os.environ.get("OCPPCORE_PURE", "0") not in ("", "0")

PACKAGES = find_packages(include=["ocppcore", "ocppcore.*"])
PACKAGES += ["ocppcore." + name for name in find_packages(include=["bindings", "bindings.*"])]


class CythonBuildExt(build_ext):
    """Runs Cython when extensions are built, not at each hook of the build; without Cython, compiles the C files."""

    def finalize_options(self) -> None:
        extensions = self.distribution.ext_modules
        if extensions:
            try:
                from Cython.Build import cythonize
            except ImportError:
                for extension in extensions:
                    extension.sources = [str(Path(source).with_suffix(".c")) for source in extension.sources]
            else:
                extensions[:] = cythonize(extensions, compiler_directives=DIRECTIVES)
        super().finalize_options()


def extension(name: str, source: str) -> Extension:
    """One compiled module; what it depends on is also brought into the source distribution: its .pxd, or for a .pyx the
    leaf files named after it (.pxd and .pxi), and the headers."""
    path = Path(source)
    leaves = [*path.parent.glob(f"{path.stem}_*.px[di]"), *path.parent.glob("*.h")] if path.suffix == ".pyx" else []
    pxd = path.with_suffix(".pxd")
    depends = [source, *sorted(map(str, leaves)), *([str(pxd)] if pxd.exists() else [])]
    macros: list[tuple[str, str | None]] = [("OCPPCORE_SCALAR", "1")] if SCALAR else []
    folders = [str(path.parent)] if leaves else []
    return Extension(name, [source], depends=depends, include_dirs=folders, define_macros=macros)


setup(
    packages=PACKAGES,
    package_dir={"ocppcore.bindings": "bindings"},
    cmdclass={"build_ext": CythonBuildExt},
    ext_modules=[] if PURE else [extension(name, source) for name, source in COMPILED.items()],
)
