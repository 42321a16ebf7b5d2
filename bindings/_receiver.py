"""What comes from the event loop, read into one buffer for all connections of a thread.

asyncio.Protocol has 256 KiB allocated for each read. That is more than malloc keeps at hand, so that a message of a
hundred bytes may cost three system calls and a fresh page. Here nothing is allocated but what came.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Final

SIZE: Final = 64 * 1024  # bytes that are read at a time


class _OfThread(threading.local):
    """The loop has it filled and hands it out in one go, so one is enough for all loops of a thread."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(SIZE))


_own: Final = _OfThread()


class Receiver(asyncio.BufferedProtocol):
    """Base class of what reads from a transport."""

    __slots__ = ()

    def get_buffer(self, sizehint: int) -> memoryview:
        return _own.view

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(_own.view[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """For subclasses: this has come."""
