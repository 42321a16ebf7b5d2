"""What is to be signed, and what of it is sent: the alliance's application note Signed Meter Values 1.0 (here: N).

- SampledDataSignReadings and AlignedDataSignReadings: each of them has begin and end of transactions signed, for their
  StopTransaction (N 3.1.4, 5.1). What lies between is never signed there: it would soon be too much for one message.
- SampledDataSignUpdatedReadings, AlignedDataSignUpdatedReadings: what MeterValues reports by itself is signed, too; so
  is what a trigger asks for in a transaction. SampledDataSignStartedReadings: the MeterValues of StartTxnSampledData.
  While MAX_WAITING messages wait for delivery, samples are not signed.
- While signing is on, its list of measurands for StopTransaction has one that can be signed, or else nothing could be
  told (1.6 §3.16.5): a list without is Rejected. Signing that is switched on adds what the list lacks, because to
  switch it on is to be all that is needed (N 2.1).
- A public key goes with every signed value, or with the first one of each transaction, or never (N 3.3.2). It is stored
  with the value. It is sent again if it is another than before, for the meter was exchanged; or if it may be lost.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from ocppcore.hardware import MeterReading, ReadingPurpose, SigningSession
from ocppcore.station.blocks.meter_values.readings import TABLE
from ocppcore.station.blocks.meter_values.values import Value, is_signed
from ocppcore.station.context import Context
from ocppcore.station.events import SigningFailed, UnsignedTransaction
from ocppcore.station.transaction import Transaction

SAMPLED: Final = "SampledDataSignReadings"
ALIGNED: Final = "AlignedDataSignReadings"
STARTED: Final = "SampledDataSignStartedReadings"
MAX_WAITING: Final = 10_000  # messages in the queue; what is signed is never dropped there, and has up to 3 KB
POLICY: Final = "PublicKeyWithSignedMeterValue"
LISTS: Final = {SAMPLED: "StopTxnSampledData", ALIGNED: "StopTxnAlignedData"}
# Why a meter is read between begin and end, and the keys that all want it signed.
BETWEEN: Final = {
    ReadingPurpose.Sampled: (SAMPLED, "SampledDataSignUpdatedReadings"),
    ReadingPurpose.Trigger: (SAMPLED, "SampledDataSignUpdatedReadings"),
    ReadingPurpose.Aligned: (ALIGNED, "AlignedDataSignUpdatedReadings"),
}


class Signing:
    """See the module's docstring."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._signs = ctx.setup.capabilities.signs
        for switch, data in LISTS.items() if self._signs else ():
            ctx.config.guard(data, partial(self._allows, switch))

    def start(self) -> None:
        """The factory may have switched signing on."""
        for switch in LISTS:
            self.switched(switch)

    def switched(self, key: str) -> None:
        """A key has changed: if it switches signing on, there must be something to sign."""
        data = LISTS.get(key)
        if data is None or not self._on(key) or self._signable(self._ctx.config.list(data)):
            return
        found = self._ctx.config.find(data)
        assert found is not None
        for items in ((*self._ctx.config.list(data), *self._signs), self._signs):  # the second, if there is no room
            if self._ctx.provisioning.configure(found, ",".join(items)):
                return

    def _allows(self, switch: str, items: object) -> bool:
        return not self._on(switch) or (isinstance(items, tuple) and self._signable(items))

    # What to ask the meter for

    def of_end(self, evse: int, transaction: Transaction | None) -> SigningSession | None:
        """What to tell the meter that is to sign the begin or the end of a transaction; None if it need not."""
        return self._session(evse, transaction) if self.transactions else None

    def between(
        self, why: ReadingPurpose, evse: int, transaction: Transaction | None, items: tuple[str, ...]
    ) -> SigningSession | None:
        """The same for what lies between. items: the measurands that are to be reported; transaction: None outside."""
        wanted = self._signable(items) and all(map(self._on, BETWEEN[why]))
        if why is ReadingPurpose.Trigger and transaction is None:
            wanted = False
        if wanted and len(self._ctx.queue) >= MAX_WAITING:
            self._ctx.emit(SigningFailed(evse, why.value, "too many messages wait for delivery"))
            wanted = False
        return self._session(evse, transaction) if wanted else None

    def _session(self, evse: int, transaction: Transaction | None) -> SigningSession | None:
        if evse not in self._ctx.setup.capabilities.public_keys:
            return None  # the main meter
        if transaction is None:
            return SigningSession()
        return SigningSession(transaction.uid, transaction.id_token, transaction.remote)

    @property
    def transactions(self) -> bool:
        """Begin and end of transactions are to be signed."""
        return self._on(SAMPLED) or self._on(ALIGNED)

    @property
    def started(self) -> bool:
        """The MeterValues behind StartTransaction is to be signed."""
        return self._on(SAMPLED) and self._on(STARTED)

    def _on(self, key: str) -> bool:
        return bool(self._signs) and self._ctx.config.bool(key)

    def _signable(self, items: tuple[str, ...]) -> bool:
        return any(item in self._signs for item in items)

    # What of it to send

    def ends(self, begin: MeterReading, end: MeterReading) -> tuple[MeterReading, MeterReading]:
        """Begin and end as StopTransaction is to have them."""
        if not self.transactions:
            return plain(begin), plain(end)
        return plain(begin) if _complete(end) else begin, end  # N 3.1.4: such an end has both

    def check(self, transaction: Transaction, first: list[Value], last: list[Value], end: MeterReading) -> None:
        """Tell if StopTransaction goes out without what should be signed. first, last: what it has of begin and end."""
        there = {ReadingPurpose.Begin: is_signed(first) or _complete(end), ReadingPurpose.End: is_signed(last)}
        lacks = tuple(why.value for why, signed in there.items() if not signed)
        if self.transactions and lacks and not transaction.silent:
            self._ctx.emit(UnsignedTransaction(transaction.evse, transaction.uid, transaction.id, lacks))

    def with_keys(self, transaction: Transaction | None, values: list[Value], sure: bool = True) -> list[Value]:
        """The values with their public keys as PublicKeyWithSignedMeterValue has it (N 3.3.2). sure: they are sent
        until they arrive; what may be lost is not the one time per transaction."""
        return [self._with_key(transaction, value, sure) if "signed" in value else value for value in values]

    def _with_key(self, transaction: Transaction | None, value: Value, sure: bool) -> Value:
        signed, policy = value["signed"], self._ctx.config.value(POLICY)
        tell = policy != "Never"
        if policy == "OncePerTransaction" and transaction is not None:
            tell = sure and self._ctx.store.get(TABLE, f"key/{transaction.uid}") != signed["publicKey"]
        if tell and sure and transaction is not None:
            self._ctx.store.put(TABLE, f"key/{transaction.uid}", signed["publicKey"])
        return value if tell else value | {"signed": signed | {"publicKey": ""}}

    def given_up(self, uid: str | None, values: list[Value]) -> None:
        """Values of a transaction could not be delivered: if they had its public key, the next ones will have it."""
        if any(value["signed"]["publicKey"] for value in values if "signed" in value):
            self._ctx.store.delete(TABLE, f"key/{uid}")

    def forget(self, transaction: Transaction) -> None:
        """The transaction is over."""
        self._ctx.store.delete(TABLE, f"key/{transaction.uid}")


def _complete(end: MeterReading) -> bool:
    return any(one.complete for one in end.signed)


def plain(reading: MeterReading) -> MeterReading:
    """Without what was signed."""
    return MeterReading(reading.energy_wh, reading.samples)
