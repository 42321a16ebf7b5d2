"""How often a file transfer is tried, and where to. A part of the kernel, used by several blocks."""

from __future__ import annotations

from typing import Final

RETRIES: Final = 2  # where the back end leaves it to the station (1.6 §6.25, §6.55)
INTERVAL: Final = 60  # seconds, likewise
MOST: Final = 100  # retries: a back end can't keep a station busy for ever
FULL_DAY: Final = 86_400


class Retrying:
    """left: attempts that may follow the first one (E 3.50: retries are additional); interval: seconds between."""

    __slots__ = ("left", "interval")

    def __init__(self, retries: int | None, interval: int | None) -> None:
        self.left = min(max(0, RETRIES if retries is None else retries), MOST)
        self.interval = min(max(0, INTERVAL if interval is None else interval), FULL_DAY)

    def again(self) -> bool:
        """One attempt has failed; True if there is another."""
        self.left -= 1
        return self.left >= 0


def protocol_of(url: str) -> str:
    """The protocol of a URL, in the words of SupportedFileTransferProtocols (E 3.90)."""
    return url.partition("://")[0].upper()
