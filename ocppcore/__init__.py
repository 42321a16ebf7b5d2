"""ocppcore: OCPP for chargers, back ends and test benches.

This module stays empty but for the version, so that importing one part of the package loads that part only; what it
offers beside it is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocppcore.cli.log import read_log as read_log

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "read_log":
        from ocppcore.cli.log import read_log

        return read_log
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
