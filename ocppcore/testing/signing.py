"""A Bench whose meters sign (docs/signed-meter-values.md): for tests of what becomes of signed values.

    bench = SigningBench()
    bench.charge()
    stop = bench.stop()
    assert [context for context, data, key in signed(stop.transaction_data)] == ["Transaction.Begin", "Transaction.End"]

What the meters "sign" is in Bench.signed, in order: no signatures, but bytes that no text can have, each time others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ocppcore import v16
from ocppcore.hardware import MeterReading, public_key
from ocppcore.session.commands import Command, ReadMeter
from ocppcore.station import Capabilities
from ocppcore.station.events import SigningFailed, UnsignedTransaction
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import MEASURANDS

REGISTER = "Energy.Active.Import.Register"
KEYS = {1: public_key(b"key of meter 1"), 2: public_key(b"key of meter 2")}
ON = {"SampledDataSignReadings": "true", "MeterValueSampleInterval": "0"}


class SigningBench(Bench):
    """signing: the meters sign ("works"), refuse to, at once ("fails"), don't answer ("silent"), or answer without a
    signature ("plain"). Read without a signature, they answer at once. can: capabilities that differ. boot: as in
    Bench; config: keys."""

    def __init__(self, *, can: dict[str, Any] | None = None, boot: bool = True, **config: str) -> None:
        self.signing = "works"
        able: dict[str, Any] = {"unlock": True, "reset": True, "measurands": MEASURANDS}
        able |= {"signs": (REGISTER,), "public_keys": KEYS} | (can or {})
        super().__init__(boot=boot, config=ON | config, capabilities=Capabilities(**able))

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, ReadMeter) and command.sign is not None:
            if self.signing == "silent":
                return
            if self.signing == "fails":
                self.station.failed(command.id, "the signature unit is gone", self.now)
                return
        super()._carry_out(command)

    def read(self, command: ReadMeter) -> MeterReading:
        return super().read(command) if self.signing == "works" else self.reading(command.evse, command.why)

    def stop(self, evse: int = 1) -> v16.StopTransactionRequest:
        """Stop a transaction; the StopTransaction that was sent last."""
        self.press_stop(evse)
        return self.sent(v16.StopTransactionRequest)[-1]

    @property
    def failures(self) -> list[tuple[str, str]]:
        """Context and reason of each reading that was to be signed, and was not."""
        return [(event.context, event.why) for event in self.events if isinstance(event, SigningFailed)]

    @property
    def lacking(self) -> list[tuple[str, ...]]:
        """What was not signed in a StopTransaction that should have been."""
        return [event.lacks for event in self.events if isinstance(event, UnsignedTransaction)]


def signed(values: Iterable[v16.MeterValue] | None) -> list[tuple[str, bytes, bytes | None]]:
    """Context, signed bytes and public key of all that is signed. A signed value that can't be read is an
    AssertionError."""
    found = []
    for sample in (sample for value in values or () for sample in value.sampled_value):
        read = v16.signed_meter_value(sample)
        if read is not None:
            assert isinstance(read, v16.SignedMeterValue), read
            found.append((str(sample.context), read.data, read.key))
    return found
