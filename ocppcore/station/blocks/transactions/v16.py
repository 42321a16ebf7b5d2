"""Transactions in OCPP 1.6: StartTransaction and StopTransaction, made from the stored Transaction each time anew.

meterStart and meterStop are whole Wh: the register rounded down, as a counter shows it. So nothing is booked that was
not counted in full, and the differences of transactions that follow each other add up to what the meter counted.
"""

from __future__ import annotations

from datetime import datetime
from math import floor
from typing import Any

from ocppcore import v16
from ocppcore.errors import InvalidMessage
from ocppcore.station.blocks.transactions.state import START, STOP, Transactions
from ocppcore.station.context import Context
from ocppcore.station.id_token16 import learnt
from ocppcore.station.queue import Entry
from ocppcore.station.timekeeper import Stamp
from ocppcore.station.transaction import Transaction
from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault


class Transactions16(Transactions):
    """1.6 §4.8, §4.10."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.queue.register(START, self._start_request, self._start_delivered, self._start_given_up)
        ctx.queue.register(STOP, self._stop_request, self._stop_delivered, self._stop_given_up, stamps=self._stamps)

    def _start_request(self, entry: Entry) -> v16.StartTransactionRequest:
        transaction = self._of(entry)
        return v16.StartTransactionRequest(
            connector_id=transaction.evse,
            id_tag=transaction.id_token,
            meter_start=floor(transaction.meter_start),
            reservation_id=transaction.reservation_id,
            timestamp=self._utc(entry, transaction.started_at),
        )

    def _start_delivered(self, entry: Entry, response: v16.StartTransactionResponse) -> None:
        transaction = self._of(entry)
        self.identified(transaction, response.transaction_id, learnt(transaction.id_token, response.id_tag_info))

    def _start_given_up(self, entry: Entry) -> None:
        if entry.transaction in self._all:
            self.unidentified(self._of(entry))

    def _stop_request(self, entry: Entry) -> v16.StopTransactionRequest:
        transaction = self._of(entry)
        assert transaction.stopped_at is not None and transaction.meter_stop is not None
        begin, end = self._utc(entry, transaction.started_at), self._utc(entry, transaction.stopped_at)
        data = None if entry.payload is None else self.ctx.metering.meter_values(entry.payload)
        return v16.StopTransactionRequest(
            transaction_id=-1 if transaction.id is None else transaction.id,
            timestamp=max(begin, end),  # a clock that was set back in between makes no negative duration
            meter_stop=floor(transaction.meter_stop),
            id_tag=transaction.stop_token,
            reason=None if transaction.reason is None else v16.Reason(transaction.reason),
            transaction_data=data,
        )

    def _stop_delivered(self, entry: Entry, response: v16.StopTransactionResponse) -> None:
        transaction = self._of(entry)
        if response.id_tag_info is not None:
            token = transaction.id_token if transaction.stop_token is None else transaction.stop_token
            self.ctx.publish(learnt(token, response.id_tag_info))
        self.finished(transaction)

    def _stop_given_up(self, entry: Entry) -> None:
        if entry.transaction in self._all:
            self.finished(self._of(entry))

    def _stamps(self, data: list[Any] | None) -> list[list[float]]:
        return [] if data is None else self.ctx.metering.stamps(data)

    def _of(self, entry: Entry) -> Transaction:
        """The transaction of a message. Raises InvalidMessage if the store has lost it: nothing can be said then."""
        transaction = None if entry.transaction is None else self.get(entry.transaction)
        if transaction is None:
            raise InvalidMessage(entry.kind, Fault(ErrorCode.InternalError, "", "its transaction is not stored"))
        return transaction

    def _utc(self, entry: Entry, stamp: Stamp) -> datetime:
        utc = self.ctx.time.resolve(stamp)
        if utc is None:
            raise InvalidMessage(entry.kind, Fault(ErrorCode.InternalError, "/timestamp", "its time is lost"))
        return utc
