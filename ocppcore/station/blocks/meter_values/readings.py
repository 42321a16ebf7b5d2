"""Asking meters: commands to the host, answers in the order of the questions, and what to use when none comes.

Rules:
- Past the deadline, or if the host can't read the meter, the last known reading is used, with a ReadingMissed event.
  What is known: the last answer (stored, so that it outlives a power cut), or what the host has pushed since.
- An answer also answers the older questions about the same EVSE that still wait: so a sample is never reported behind
  the end of its transaction.
- Within a transaction the register never goes back (§7.31: it MUST be monotonic). A meter that was exchanged, that
  rolled over or that blundered is reported as standing still until it is above its old value again, with a
  MeterWentBack event: see charging/registers.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ocppcore.charging.registers import monotonic
from ocppcore.hardware import MeterReading, ReadingPurpose, Sample
from ocppcore.session.commands import ReadMeter
from ocppcore.station.context import Context
from ocppcore.station.events import MeterWentBack, ReadingMissed

DEADLINE = 5.0  # seconds for the host to read a meter
TABLE = "meter_values"

Done = Callable[[MeterReading | None], None]


class Readings:
    """See the module's docstring. evse 0 is the main meter."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._last: dict[int, MeterReading] = {}
        self._waiting: dict[int, dict[int, Done]] = {}  # by EVSE, then by command, oldest first
        self._went_back: dict[int, str] = {}  # by EVSE, the uid of the transaction for which that was told

    def load(self) -> None:
        """What was known before the power cut."""
        for key, value in self._ctx.store.items(TABLE):
            if key.startswith("last/"):
                self._last[int(key[5:])] = load(value)

    def ask(self, evse: int, why: ReadingPurpose, done: Done) -> None:
        """done(the reading, or the last known one; None if none was ever known) will be called, once."""
        id = self._ctx.next_command_id()
        self._waiting.setdefault(evse, {})[id] = done
        command = ReadMeter(id, self._ctx.now + DEADLINE, evse, why, self._ctx.utc)
        self._ctx.command(command, lambda result: self._answer(evse, id, result), lambda why: self._miss(evse, id, why))

    def last(self, evse: int) -> MeterReading | None:
        """The last known reading."""
        return self._last.get(evse)

    def push(self, evse: int, reading: MeterReading) -> None:
        """The host tells a reading without being asked."""
        self._last[evse] = self._monotonic(evse, reading)

    def save(self) -> None:
        """Store what is known: the power is about to fail."""
        for evse, reading in self._last.items():
            self._ctx.store.put(TABLE, f"last/{evse}", dump(reading))

    def _answer(self, evse: int, id: int, result: Any) -> None:
        if not isinstance(result, MeterReading) or not result.valid:
            self._miss(evse, id, f"not a reading: {result!r}")
        elif id in self._waiting[evse]:
            self.push(evse, result)
            self._ctx.store.put(TABLE, f"last/{evse}", dump(self._last[evse]))
            self._finish(evse, id)

    def _miss(self, evse: int, id: int, why: str) -> None:
        if id in self._waiting[evse]:
            self._ctx.emit(ReadingMissed(evse, why))
            self._finish(evse, id)

    def _finish(self, evse: int, id: int) -> None:
        """Answer this question and the older ones. Command ids count up."""
        waiting = self._waiting[evse]
        for older in sorted(number for number in waiting if number <= id):
            waiting.pop(older)(self._last.get(evse))

    def _monotonic(self, evse: int, reading: MeterReading) -> MeterReading:
        facts, last = self._ctx.evses.get(evse), self._last.get(evse)
        transaction = None if facts is None else facts.transaction
        if last is None or transaction is None or not transaction.begun:
            return reading
        register = monotonic(last.energy_wh, reading.energy_wh)
        if register == reading.energy_wh:
            return reading
        if self._went_back.get(evse) != transaction.uid:
            self._went_back[evse] = transaction.uid
            self._ctx.emit(MeterWentBack(evse, last.energy_wh, reading.energy_wh))
        return MeterReading(register, reading.samples)


def dump(reading: MeterReading) -> list[Any]:
    """For the store."""
    return [reading.energy_wh, *([getattr(s, name) for name in Sample.__slots__] for s in reading.samples)]


def load(value: list[Any]) -> MeterReading:
    """From the store."""
    return MeterReading(value[0], tuple(Sample(*fields) for fields in value[1:]))
