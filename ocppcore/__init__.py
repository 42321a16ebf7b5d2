"""ocppcore: OCPP for chargers, back ends and test benches.

This module stays empty but for the version, so that importing one part of the package loads that part only.
"""

from __future__ import annotations

__version__ = "0.1.0"
