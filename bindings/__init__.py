"""Adapters between the core and the world: they move bytes, wait, run commands and map errors, and hold no policy.

This folder is imported as `ocppcore.bindings`. Under its own name it would be a second copy of every module in it, with
classes that are not the same as the first ones; hence the guard.
"""

from __future__ import annotations

if __name__ != "ocppcore.bindings":
    raise ImportError("import ocppcore.bindings instead: bindings/ is that package's source folder")
