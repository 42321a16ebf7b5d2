"""The books of a back end: transactions and their meter values, each once, however often it is sent.

A station sends a message again when it does not know whether it arrived. What is the same is told by natural keys,
never by the message id, which is new each time (JE 3.7): StartTransaction by station, connector, id token, meter and
time; StopTransaction by transaction; a meter value by transaction, time and what it measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from ocppcore import v16

Row = tuple[datetime, v16.SampledValue]
MAX_STRAYS = 1000  # the oldest go first: a station may send any number of them


class Transaction:
    """One transaction as the back end knows it.

    id: the back end's number. evse: 1.6 connectorId. meter_start, meter_stop: Wh. stop and what belongs to it: None
    while it runs. values: the meter values, in the order of arrival.
    """

    __slots__ = (
        "identity", "id", "evse", "id_tag", "start", "meter_start", "reservation_id",
        "stop", "meter_stop", "stop_tag", "reason", "values", "_seen",
    )  # fmt: skip

    def __init__(self, identity: str, id: int, request: v16.StartTransactionRequest) -> None:
        self.identity = identity
        self.id = id
        self.evse = request.connector_id
        self.id_tag = request.id_tag
        self.start = request.timestamp
        self.meter_start = request.meter_start
        self.reservation_id = request.reservation_id
        self.stop: datetime | None = None
        self.meter_stop: int | None = None
        self.stop_tag: str | None = None
        self.reason: str | None = None
        self.values: list[Row] = []
        self._seen: set[tuple[object, ...]] = set()

    @property
    def energy_wh(self) -> int | None:
        """What was charged, in Wh; None while it runs."""
        return None if self.meter_stop is None else self.meter_stop - self.meter_start

    def add(self, values: list[v16.MeterValue]) -> int:
        """Book meter values; how many of them were there before."""
        repeated = 0
        for value in values:
            for sample in value.sampled_value:
                key = (value.timestamp, sample.measurand, sample.phase, sample.location, sample.context, sample.format)
                if key in self._seen:
                    repeated += 1
                else:
                    self._seen.add(key)
                    self.values.append((value.timestamp, sample))
        return repeated

    def __repr__(self) -> str:
        return f"Transaction({self.identity!r}, {self.id}, {self.id_tag!r}, {self.energy_wh} Wh, {self.reason})"


class Ledger:
    """All transactions of all stations. ids: where transaction ids come from; none may come twice.

    repeats: messages that had been booked before. It is kept in memory, and nothing is ever taken out: a back end that
    runs for years books elsewhere, by handlers of its own.
    """

    def __init__(self, ids: Iterator[int] | None = None) -> None:
        self._ids = count(1) if ids is None else ids
        self._by_id: dict[tuple[str, int], Transaction] = {}
        self._by_start: dict[tuple[object, ...], Transaction] = {}
        self.repeats = 0
        self._strays: dict[tuple[object, ...], tuple[str, v16.StopTransactionRequest]] = {}

    @property
    def transactions(self) -> list[Transaction]:
        """In the order in which they were booked."""
        return list(self._by_id.values())

    @property
    def strays(self) -> list[tuple[str, v16.StopTransactionRequest]]:
        """The latest StopTransaction requests for no transaction that is known here, with their station: also those
        with -1, whose start could not be delivered (E 3.18)."""
        return list(self._strays.values())

    def find(self, identity: str, id: int) -> Transaction | None:
        """A transaction of this station. One station cannot touch another one's (CVE-2026-28230)."""
        return self._by_id.get((identity, id))

    def start(self, identity: str, request: v16.StartTransactionRequest) -> Transaction:
        """Book a start, or find the booking that is there."""
        key = (identity, request.connector_id, request.id_tag.casefold(), request.meter_start, request.timestamp)
        transaction = self._by_start.get(key)
        if transaction is not None:
            self.repeats += 1
            return transaction
        transaction = Transaction(identity, next(self._ids), request)
        self._by_start[key] = self._by_id[identity, transaction.id] = transaction
        return transaction

    def stop(self, identity: str, request: v16.StopTransactionRequest) -> Transaction | None:
        """Book a stop. None where no such transaction is known; the request is then among the strays."""
        transaction = self.find(identity, request.transaction_id)
        if transaction is None:
            self._stray(identity, request)
            return None
        if transaction.stop is not None:
            self.repeats += 1
            return transaction
        transaction.stop = request.timestamp
        transaction.meter_stop = request.meter_stop
        transaction.stop_tag = request.id_tag
        transaction.reason = str(request.reason or v16.Reason.Local)  # 1.6 §6.49
        transaction.add(request.transaction_data or [])
        return transaction

    def _stray(self, identity: str, request: v16.StopTransactionRequest) -> None:
        key = (identity, request.transaction_id, request.timestamp, request.meter_stop, request.id_tag, request.reason)
        if key in self._strays:
            self.repeats += 1
            return
        self._strays[key] = identity, request
        if len(self._strays) > MAX_STRAYS:
            del self._strays[next(iter(self._strays))]

    def meter_values(self, identity: str, request: v16.MeterValuesRequest) -> Transaction | None:
        """Book the meter values of a transaction; others are of no interest here."""
        transaction = None if request.transaction_id is None else self.find(identity, request.transaction_id)
        if transaction is not None:
            self.repeats += transaction.add(request.meter_value)
        return transaction
