"""One security event, as it happened."""

from __future__ import annotations

from typing import Final

from ocppcore.messages.text import sendable
from ocppcore.station.blocks.security.guard import Kind
from ocppcore.station.blocks.security.kinds import CRITICAL, LOGGED, NOTIFIED
from ocppcore.station.timekeeper import Stamp

LONGEST_TYPE: Final = 50  # characters (W 5.15)
LONGEST_INFO: Final = 255


class Happening:
    """One event. told: the back end hears of it; when: monotonic seconds; at: the same, once it is to be stored."""

    __slots__ = ("type", "info", "critical", "told", "when", "at")

    def __init__(self, type: str, info: str | None, critical: bool, when: float, at: Stamp | None = None) -> None:
        self.type = sendable(type)[:LONGEST_TYPE]
        self.info = None if info is None else sendable(info)[:LONGEST_INFO]
        self.critical = type in CRITICAL or (critical and type not in NOTIFIED | LOGGED)
        self.told = self.critical or type in NOTIFIED
        self.when = when
        self.at = at

    @property
    def kind(self) -> Kind:
        """What counts as the same, for the guard."""
        return self.type, self.critical
