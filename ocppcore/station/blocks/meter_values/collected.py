"""The data of transactions, collected for StopTransaction and stored at once, so that a power cut loses none of it.

The begin reading is stored whole: what of it is reported is decided at the end, together with the end reading
(E 3.16.6). In between, at most StopTransactionMaxMeterValues - 2 sets of values and MAX_BYTES of them are kept; when
there are more, they are thinned out (E 3.91): see charging/thinning.py. Begin and end are never dropped.
"""

from __future__ import annotations

from typing import Any

import ujson

from ocppcore.charging.thinning import pick, surplus
from ocppcore.hardware import MeterReading
from ocppcore.station.blocks.meter_values.readings import TABLE, dump, load
from ocppcore.station.blocks.meter_values.values import Value
from ocppcore.station.context import Context
from ocppcore.station.timekeeper import Stamp

MAX_BYTES = 32 * 1024  # of JSON, for all sets of a transaction: back ends often read no more than 64 KiB


def measured(at: Stamp, values: list[Value]) -> dict[str, Any]:
    """A set of values and the instant when they were measured: a MeterValue (§7.33), as it is stored."""
    return {"at": at.dump(), "values": values}


class Collected:
    """See the module's docstring. uid: of a Transaction."""

    def __init__(self, ctx: Context) -> None:
        self._store = ctx.store
        self._config = ctx.config
        self._time = ctx.time
        self._rows: dict[str, dict[int, int]] = {}  # by uid: the numbers of its sets, and their bytes
        self._count: dict[str, int] = {}  # by uid: how many sets there have been, with those that were dropped

    def load(self) -> None:
        """What was collected before the power cut."""
        for key in self._store.keys(TABLE):
            if key.startswith("data/"):
                _, uid, number = key.split("/")
                value = self._store.get(TABLE, key)
                self._rows.setdefault(uid, {})[int(number)] = size(value)
                self._time.keep(Stamp.load(value["at"]))
        self._count = {uid: max(rows) for uid, rows in self._rows.items()}

    def begin(self, uid: str, reading: MeterReading) -> None:
        """Keep the reading with which a transaction began."""
        self._store.put(TABLE, f"begin/{uid}", dump(reading))

    def began(self, uid: str) -> MeterReading | None:
        """The reading with which a transaction began."""
        value = self._store.get(TABLE, f"begin/{uid}")
        return None if value is None else load(value)

    def add(self, uid: str, at: Stamp, values: list[Value]) -> None:
        """One more set of values, later than those before."""
        rows = self._rows.setdefault(uid, {})
        number = self._count[uid] = self._count.get(uid, 0) + 1
        value = measured(at, values)
        self._store.put(TABLE, f"data/{uid}/{number:08d}", value)
        rows[number] = size(value)
        for dropped in surplus(rows, self._most() - 2, MAX_BYTES):
            del rows[dropped]
            self._store.delete(TABLE, f"data/{uid}/{dropped:08d}")

    def all(self, uid: str, first: dict[str, Any] | None, last: dict[str, Any] | None) -> list[dict[str, Any]]:
        """All sets of values, in order of time, with those of begin and end around them."""
        between = [self._store.get(TABLE, f"data/{uid}/{number:08d}") for number in self._rows.get(uid, ())]
        data = [value for value in (first, *between, last) if value is not None]
        return [data[place] for place in pick([size(value) for value in data], self._most(), MAX_BYTES)]

    def forget(self, uid: str) -> None:
        """The transaction is over, its data are in the StopTransaction."""
        self._store.delete(TABLE, f"begin/{uid}")
        self._count.pop(uid, None)
        for number in self._rows.pop(uid, ()):
            self._store.delete(TABLE, f"data/{uid}/{number:08d}")

    def _most(self) -> int:
        return self._config.int("StopTransactionMaxMeterValues")


def size(value: dict[str, Any]) -> int:
    """The bytes of a set of values, about as it is sent."""
    return len(ujson.dumps(value))
