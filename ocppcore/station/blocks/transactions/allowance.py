"""The energy that is left for a token that the back end refused after the start: MaxEnergyOnInvalidId (1.6 §9.1.14).

So many Wh in all, counted from the start of the transaction: enough for the EV to drive away (§3.5.4), not a second
helping. The register is looked at every few seconds, so a bit more may flow; the key's value of the moment counts.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from ocppcore.hardware import MeterReading, ReadingPurpose
from ocppcore.station.context import Context
from ocppcore.station.timekeeper import Stamp
from ocppcore.station.transaction import Transaction, TransactionState

INTERVAL: Final = 5.0  # seconds between two looks at the meter


class Allowance:
    """See the module's docstring."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._uids: set[str] = set()  # of transactions that have something left

    def lasts(self, transaction: Transaction) -> bool:
        """There is energy left for it."""
        return transaction.uid in self._uids

    def give(self, transaction: Transaction) -> None:
        """Its token was refused, and it goes on."""
        if self._limit > 0:
            self._uids.add(transaction.uid)
            self._look(transaction)

    @property
    def _limit(self) -> int:
        return self._ctx.config.int("MaxEnergyOnInvalidId")

    def _look(self, transaction: Transaction) -> None:
        if transaction.state is TransactionState.Running:
            self._ctx.metering.read(transaction.evse, ReadingPurpose.Trigger, partial(self._looked, transaction))
        else:
            self._uids.discard(transaction.uid)

    def _looked(self, transaction: Transaction, reading: MeterReading, _: Stamp) -> None:
        if reading.energy_wh - transaction.meter_start >= self._limit:
            self._uids.discard(transaction.uid)
        else:
            self._ctx.after(("allowance", transaction.uid), INTERVAL, partial(self._look, transaction))
