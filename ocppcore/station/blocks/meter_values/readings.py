"""Asking meters: commands to the host, answers in the order of the questions, and what to use when none comes.

Rules:
- Past the deadline, or if the host can't read the meter, the last known reading is used, with a ReadingMissed event.
  What is known: the last answer (stored, so that it outlives a power cut), or what the host has pushed since.
- A meter that is to sign has more time. If it can't, with a SigningFailed event, it is asked again, without signature.
  Only one sample at a time is signed: the meter may be slower than the samples come. Begin and end always are.
- An answer also answers the older questions about the same EVSE that still wait; of those that wait for a signature,
  only the end of the transaction does. So a sample is never reported behind the end of its transaction, nor behind
  a later one.
- Within a transaction the register never goes back (§7.31: it MUST be monotonic). A meter that was exchanged, that
  rolled over or that blundered is reported as standing still until it is above its old value again, with a
  MeterWentBack event: see charging/registers.py.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from ocppcore.charging.registers import monotonic
from ocppcore.hardware import MeterReading, ReadingPurpose, Sample, SignedReading, SigningSession
from ocppcore.session.commands import ReadMeter
from ocppcore.station.context import Context
from ocppcore.station.events import MeterWentBack, ReadingMissed, SigningFailed

DEADLINE: Final = 5.0  # seconds for the host to read a meter; to sign it has Capabilities.signing_time
TABLE: Final = "meter_values"
SAMPLES: Final = (ReadingPurpose.Sampled, ReadingPurpose.Aligned)  # their answers are reported in order

Done = Callable[[MeterReading | None], None]


class Question:
    """One question about an EVSE. sign: it waits for a signature. answer: what done() gets, once answered is True."""

    __slots__ = ("evse", "why", "sign", "done", "answered", "answer")

    def __init__(self, evse: int, why: ReadingPurpose, sign: SigningSession | None, done: Done) -> None:
        self.evse = evse
        self.why = why
        self.sign = sign
        self.done = done
        self.answered = False
        self.answer: MeterReading | None = None


class Readings:
    """See the module's docstring. evse 0 is the main meter."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._last: dict[int, MeterReading] = {}
        self._waiting: dict[int, list[Question]] = {}  # by EVSE, oldest first
        self._went_back: dict[int, str] = {}  # by EVSE, the uid of the transaction for which that was told

    def load(self) -> None:
        """What was known before the power cut."""
        for key, value in self._ctx.store.items(TABLE):
            if key.startswith("last/"):
                self._last[int(key[5:])] = load(value)

    def ask(self, evse: int, why: ReadingPurpose, done: Done, sign: SigningSession | None = None) -> None:
        """done(the reading, or the last known one; None if none was ever known) will be called, once. sign: the meter
        is to sign it."""
        waiting = self._waiting.setdefault(evse, [])
        if sign is not None and why in SAMPLES and any(other.sign is not None for other in waiting):
            self._ctx.emit(SigningFailed(evse, why.value, "the meter is still signing an earlier one"))
            sign = None
        question = Question(evse, why, sign, done)
        waiting.append(question)
        self._command(question)

    def last(self, evse: int) -> MeterReading | None:
        """The last known reading."""
        return self._last.get(evse)

    def push(self, evse: int, reading: MeterReading) -> None:
        """The host tells a reading without being asked. A signature is for one moment only, and is not kept."""
        self._last[evse] = MeterReading(self._monotonic(evse, reading), reading.samples)

    def save(self) -> None:
        """Store what is known: the power is about to fail."""
        for evse, reading in self._last.items():
            self._ctx.store.put(TABLE, f"last/{evse}", dump(reading))

    def _command(self, question: Question) -> None:
        ctx = self._ctx
        patience = DEADLINE if question.sign is None else ctx.setup.capabilities.signing_time
        command = ReadMeter(
            ctx.next_command_id(), ctx.now + patience, question.evse, question.why, ctx.utc, question.sign
        )
        ctx.command(command, partial(self._answer, question), partial(self._miss, question))

    def _answer(self, question: Question, result: Any) -> None:
        if not isinstance(result, MeterReading) or not result.valid:
            self._miss(question, f"not a reading: {result!r}")
        elif not question.answered:
            evse = question.evse
            self.push(evse, result)
            last = self._last[evse]
            self._ctx.store.put(TABLE, f"last/{evse}", dump(last))
            self._finish(question, MeterReading(last.energy_wh, last.samples, self._signed(question, result)))

    def _signed(self, question: Question, reading: MeterReading) -> tuple[SignedReading, ...]:
        """What the meter has signed, with its public key: a meter may be exchanged before it is told."""
        if question.sign is None:
            return ()
        own = self._ctx.setup.capabilities.public_keys.get(question.evse)
        given = [one.with_key(own) for one in reading.signed if isinstance(one, SignedReading) and one.valid]
        if len(given) < len(reading.signed) or (not given and question.why is not ReadingPurpose.Begin):
            # a begin may come together with the end (N 3.1.4)
            self._ctx.emit(SigningFailed(question.evse, question.why.value, "the meter gave none that can be sent"))
        return tuple(given)

    def _miss(self, question: Question, why: str) -> None:
        if question.answered:
            return
        if question.sign is not None:
            self._ctx.emit(SigningFailed(question.evse, question.why.value, why))
            question.sign = None
            self._command(question)
            return
        self._ctx.emit(ReadingMissed(question.evse, why))
        self._finish(question, self._last.get(question.evse))

    def _finish(self, question: Question, answer: MeterReading | None) -> None:
        """Answer this question, and the older ones that must not wait any longer; report what is in order."""
        question.answered, question.answer = True, answer
        waiting = self._waiting[question.evse]
        for older in waiting[: waiting.index(question)]:
            if not older.answered and (older.sign is None or question.why is ReadingPurpose.End):
                if older.sign is not None:
                    self._ctx.emit(SigningFailed(older.evse, older.why.value, "the transaction has ended"))
                older.answered, older.answer = True, self._last.get(question.evse)
        held = False
        for each in list(waiting):
            if each.answered and not (held and each.why in SAMPLES):
                waiting.remove(each)
                each.done(each.answer)
            held = held or (not each.answered and each.why in SAMPLES)

    def _monotonic(self, evse: int, reading: MeterReading) -> float:
        facts, last = self._ctx.evses.get(evse), self._last.get(evse)
        transaction = None if facts is None else facts.transaction
        if last is None or transaction is None or not transaction.begun:
            return reading.energy_wh
        register = monotonic(last.energy_wh, reading.energy_wh)
        if register != reading.energy_wh and self._went_back.get(evse) != transaction.uid:
            self._went_back[evse] = transaction.uid
            self._ctx.emit(MeterWentBack(evse, last.energy_wh, reading.energy_wh))
        return register


def dump(reading: MeterReading) -> list[Any]:
    """For the store: the register, a list for each sample, an object for each that is signed."""
    samples = [[getattr(sample, name) for name in Sample.__slots__] for sample in reading.samples]
    signed = [{name: getattr(one, name) for name in SignedReading.__slots__} for one in reading.signed]
    for fields in signed:
        fields["data"] = base64.b64encode(fields["data"]).decode()
    return [reading.energy_wh, *samples, *signed]


def load(value: list[Any]) -> MeterReading:
    """From the store. Version 0.1.0 had one more field in a sample."""
    energy_wh, *rest = value
    samples = tuple(Sample(*fields[: len(Sample.__slots__)]) for fields in rest if isinstance(fields, list))
    signed = tuple(_signed(fields) for fields in rest if isinstance(fields, dict))
    return MeterReading(energy_wh, samples, signed)


def _signed(fields: dict[str, Any]) -> SignedReading:
    fields["data"] = base64.b64decode(fields["data"])
    return SignedReading(**fields)
