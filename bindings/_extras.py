"""What an extra of the package brings, and what to do when it is missing."""

from __future__ import annotations

from typing import Final

BROUGHT_BY: Final = {"wsproto": "ws", "h11": "ws", "cryptography": "security"}


def lacking(error: ModuleNotFoundError) -> ModuleNotFoundError:
    """The error, with what to do, if an extra brings the module."""
    module = (error.name or "").partition(".")[0]
    if module not in BROUGHT_BY:
        return error
    return ModuleNotFoundError(f"{module} is missing: pip install 'ocppcore[{BROUGHT_BY[module]}]'", name=error.name)
